package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"

	"example.com/webhookvcr/internal/say"
)

// Delivery is what became of one event for one webhook.
type Delivery struct {
	// Event is the event's type, such as work_created, and ID the event's own id;
	// ID is empty where the vendor gives its events none.
	Event, ID string
	// Webhook is the id of the webhook, and URL where it delivers to.
	Webhook, URL string
	// Attempts are the requests that were made, in order; none when the webhook gets nothing.
	Attempts []Attempt
	// Acknowledged says that the last attempt was answered as the vendor wants it.
	Acknowledged bool
	// Reason says in a sentence why nothing was sent, or why no further attempt
	// was made. It is empty after an acknowledged delivery.
	Reason string
}

// Attempt is one request of a delivery.
type Attempt struct {
	// At is when the request was sent, and Duration how long the answer took.
	At       time.Time
	Duration time.Duration
	// Status is the status of the answer; 0 when none came.
	Status int
	// Header is the answer's header, and Body its body, at most 64 KiB of it.
	Header http.Header
	Body   []byte
	// Beside are the headers of informational answers, such as 103, and the trailer.
	Beside []http.Header
	// Err says why no answer came: a deadline, a closed connection, a panic.
	Err error
	// Reason says in a few words why the attempt was not acknowledged.
	Reason string
}

// MaxReply is how much of a receiver's answer is read, in bytes.
const MaxReply = 64 << 10

// Try makes one request, with that much time for its answer.
func Try(ctx context.Context, to http.RoundTripper, timeout time.Duration, build func(context.Context) (*http.Request, error)) Attempt {
	a := Attempt{At: time.Now()}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errSlow{timeout})
	defer cancel()
	a.Err = a.exchange(ctx, to, build)
	a.Duration = time.Since(a.At)
	if a.Err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(a.Err, ctx.Err()) {
			a.Err = cause
		}
		a.Reason = "no answer: " + a.Err.Error()
	}
	return a
}

// maxInformational is how many informational answers are kept.
const maxInformational = 100

func (a *Attempt) exchange(ctx context.Context, to http.RoundTripper, build func(context.Context) (*http.Request, error)) error {
	var mu sync.Mutex // a connection's goroutine tells of informational answers
	var early []http.Header
	req, err := build(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got1xxResponse: func(_ int, header textproto.MIMEHeader) error {
		mu.Lock()
		defer mu.Unlock()
		if len(early) < maxInformational {
			early = append(early, http.Header(header))
		}
		return nil
	}}))
	if err != nil {
		return err
	}
	resp, err := to.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxReply))
	if err != nil {
		return err
	}
	a.Status, a.Header, a.Body = resp.StatusCode, resp.Header, body
	mu.Lock()
	defer mu.Unlock()
	if a.Beside = early; len(resp.Trailer) > 0 {
		a.Beside = append(a.Beside, resp.Trailer)
	}
	return nil
}

// errSlow is why an attempt was aborted.
type errSlow struct{ after time.Duration }

func (e errSlow) Error() string { return fmt.Sprintf("aborted after %v", e.after) }

// stir wakes those who wait for a time in which things may change.
type stir struct {
	mu sync.Mutex
	ch chan struct{}
}

func (s *stir) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *stir) now() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// rest waits on the clock of the caller's bubble, if it is in one, and ends early as
// soon as there is nothing more to wait for. It reports whether the whole time has
// passed.
func (s *stir) rest(ctx context.Context, d time.Duration, over func() bool) bool {
	for until := time.Now().Add(d); ; {
		stirred := s.next()
		if over() {
			return false
		}
		left := time.Until(until)
		if left <= 0 {
			return ctx.Err() == nil
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
			return true
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-stirred:
			timer.Stop()
		}
	}
}

// MaxDuplicates bounds how often one delivery is made again.
const MaxDuplicates = 100

// countable is the error for a number of duplicates that makes no sense.
func countable(duplicates int) error {
	if duplicates < 0 || duplicates > MaxDuplicates {
		return fmt.Errorf("%d duplicates, expected 0 to %d", duplicates, MaxDuplicates)
	}
	return nil
}

// course is what the vendors do each in their own way with one delivery.
type course struct {
	// send makes an attempt; a duplicate has the bytes of the last one. reason says why
	// none is made.
	send func(duplicate bool) (a Attempt, reason string)
	// waits are the times between the attempts, as they are after the last one.
	waits func() []time.Duration
	// ended reports that no attempt will be made any more.
	ended func() bool
	// settled is told that the delivery is acknowledged or given up.
	settled func()
}

// deliver makes the attempts of one delivery and, when it is acknowledged, its
// duplicates, as long as its webhook gets anything.
func (t *tenant) deliver(ctx context.Context, d *Delivery, duplicates int, c course) {
	change := t.log.begin(*d)
	defer func() { change(*d) }()
	for i := 0; ; i++ {
		if ctx.Err() != nil {
			d.Reason = "given up: " + context.Cause(ctx).Error()
			break
		}
		a, reason := c.send(false)
		if reason != "" {
			d.Reason = reason
			break
		}
		d.Attempts = append(d.Attempts, a)
		d.Acknowledged = a.Reason == ""
		change(*d)
		if d.Acknowledged {
			c.settled()
			d.again(ctx, duplicates, c)
			return
		}
		waits := c.waits()
		if i >= len(waits) {
			d.Reason = fmt.Sprintf("given up after %s; the last: %s", say.Count(len(d.Attempts), "attempt"), a.Reason)
			break
		}
		t.stir.rest(ctx, waits[i], c.ended)
	}
	c.settled()
}

// again makes a delivery some times more, and holds each to what acknowledges one.
func (d *Delivery) again(ctx context.Context, duplicates int, c course) {
	for range duplicates {
		if ctx.Err() != nil {
			return
		}
		a, reason := c.send(true)
		if reason != "" {
			d.Acknowledged, d.Reason = false, "a duplicate was not sent: "+reason
			return
		}
		d.Attempts = append(d.Attempts, a)
		if a.Reason != "" && d.Acknowledged {
			d.Acknowledged, d.Reason = false, "a duplicate was not acknowledged: "+a.Reason
		}
	}
}
