package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Delivery is what became of one event for one webhook.
type Delivery struct {
	// Event is the event's type, such as work_created, and ID the event's own id;
	// ID is empty where the vendor gives its events none.
	Event, ID string
	// Webhook is the id of the webhook, and URL where it delivers to.
	Webhook, URL string
	// Attempts are the requests that were made, in order; none when the webhook
	// gets nothing.
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
	// Body is the answer's body, at most 64 KiB of it.
	Body []byte
	// Err says why no answer came: a deadline, a closed connection, a panic.
	Err error
	// Reason says in a few words why the attempt was not acknowledged.
	Reason string
}

// maxReply is how much of a receiver's answer is read.
const maxReply = 64 << 10

// attempt makes one request, with that much time for its answer.
func attempt(ctx context.Context, to http.RoundTripper, timeout time.Duration, build func(context.Context) (*http.Request, error)) Attempt {
	a := Attempt{At: time.Now()}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errSlow{timeout})
	defer cancel()
	a.Status, a.Body, a.Err = exchange(ctx, to, build)
	a.Duration = time.Since(a.At)
	if a.Err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(a.Err, ctx.Err()) {
			a.Err = cause
		}
		a.Reason = "no answer: " + a.Err.Error()
	}
	return a
}

func exchange(ctx context.Context, to http.RoundTripper, build func(context.Context) (*http.Request, error)) (int, []byte, error) {
	req, err := build(ctx)
	if err != nil {
		return 0, nil, err
	}
	resp, err := to.RoundTrip(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return 0, nil, err
	}
	return resp.StatusCode, body, nil
}

// errSlow is why an attempt was aborted.
type errSlow struct{ after time.Duration }

// Error implements error.
func (e errSlow) Error() string { return fmt.Sprintf("aborted after %v", e.after) }

// pause waits on the clock of the caller's bubble, if it is in one. It reports
// whether the whole time has passed.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
