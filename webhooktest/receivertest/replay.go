package receivertest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// Replay delivers what record listen has recorded to a receiver, at the moment at which
// it came, and fails the test when an answer is another one: another status, or
// another challenge echoed. The bodies are those of the file, byte for byte, and are
// signed with [Secret], which build gets.
//
//	func TestReceiver_recorded(t *testing.T) {
//		receivertest.Replay(t, webhooktest.DevRev, "testdata/deliveries/work_created-1.yaml", build)
//	}
//
// It runs in a synctest bubble whose clock is moved to that moment before the receiver
// is built, so that what was fresh is fresh again, and what was stale is stale; it
// cannot be called from a bubble. Of the receiver, Handler counts, and of the options [Drain] and [Watchdog], others
// are refused: a receiver that keeps the clock still, without which there is no such moment, or that
// leaves goroutines behind fails the test with the lines that do it. A skip in build skips the test.
func Replay(t *testing.T, p webhooktest.Provider, file string, build Build, opts ...Option) {
	needs(t != nil, "Replay")
	t.Helper()
	s := newSuite(t, "Replay", p, build, opts)
	defer s.end()
	recorded, err := deliveries(p, file)
	if err != nil {
		t.Fatalf("receivertest: %v", err)
	}
	if s.keepsConnection() {
		t.Fatalf("receivertest: %s", keeping)
	}
	came := &replayed{}
	held, ended := s.watched(func(id chan<- string, _ func()) {
		leak := s.inBubble(t, id, func(t *testing.T) { *came = s.replay(t, file, recorded) })
		came.add(leak)
	})
	if !ended {
		came = &replayed{} // what is stuck may still write the other one
		came.add(s.unended(held))
	}
	for _, problem := range came.problems {
		t.Error(problem)
	}
	if came.skipped != "" {
		t.Skip(came.skipped)
	}
}

type replayed struct {
	problems []string
	skipped  string
}

func (r *replayed) add(f *probe.Failure) {
	if f != nil {
		r.problems = append(r.problems, fmt.Sprintf("receivertest: expected %s, got %s", f.Expected, f.Got))
	}
}

// replay delivers within a bubble.
func (s *suite) replay(t *testing.T, file string, recorded []delivery) (came replayed) {
	time.Sleep(time.Until(recorded[0].at)) // before a receiver could have a ticker
	tb := newBuilding(t)
	defer func() {
		for _, f := range tb.cleaned() {
			came.add(&f)
		}
	}()
	r, skipped, failure := s.receiver(tb)
	if came.skipped = skipped; skipped != "" || failure != nil {
		came.add(failure)
		return came
	}
	var receivers simulator.Receivers
	if err := receivers.Handle("https://example.com", r.Handler); err != nil {
		came.problems = append(came.problems, "receivertest: "+err.Error())
		return came
	}
	for i, d := range recorded {
		got := simulator.Try(t.Context(), &receivers, d.timeout, d.request)
		if problem := d.compare(got); problem != "" {
			came.problems = append(came.problems, fmt.Sprintf("%s #%d, %s of %s: %s", file, i, d.event, d.at.UTC().Format(time.RFC3339), problem))
		}
	}
	return came
}

type delivery struct {
	ia      *cassette.Interaction
	event   string
	at      time.Time
	timeout time.Duration
}

// deliveries reads a cassette of record listen.
func deliveries(p webhooktest.Provider, file string) ([]delivery, error) {
	f, err := cassette.Load(file)
	if err != nil {
		return nil, err
	}
	switch at := f.Header.Received; {
	case at.IsZero():
		return nil, fmt.Errorf("%s holds no deliveries; record some with record listen", file)
	case at.Year() < 2000:
		return nil, fmt.Errorf("%s is of %s, and no synctest bubble begins before 2000; record it again", file, at.Format(time.DateOnly))
	}
	def := provider.ByName(f.Header.Provider)
	if def == nil || def.Title != p.String() || def.Delivery == nil {
		return nil, fmt.Errorf("%s holds deliveries of %s, not of %s", file, f.Header.Provider, p)
	}
	sender, err := p.Sender()
	if err != nil {
		return nil, err
	}
	var all []delivery
	for i, ia := range f.Interactions {
		body := []byte(ia.Request.Body)
		var envelope map[string]json.RawMessage
		_ = json.Unmarshal(body, &envelope) // what was no event then is none now
		d := delivery{ia: ia, at: f.Header.Received, timeout: cmp.Or(sender.Timeout, 3*time.Second)}
		if json.Unmarshal(envelope[def.Delivery.Tag], &d.event) != nil {
			d.event = "a delivery without a type"
		}
		if !slices.Contains(provider.ReceiverSignatures(body), http.Header(ia.Request.Headers).Get(def.Delivery.Signature)) {
			return nil, fmt.Errorf("%s #%d is not signed with receivertest.Secret, so that it was changed or is not of record listen; record it again", file, i)
		}
		all = append(all, d)
	}
	return all, nil
}

func (d delivery) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, d.ia.Request.Method, d.ia.Request.URL, bytes.NewReader([]byte(d.ia.Request.Body)))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header(d.ia.Request.Headers).Clone()
	return req, nil
}

// compare says what is another than recorded; empty when nothing is.
func (d delivery) compare(got simulator.Attempt) string {
	switch {
	case got.Err != nil:
		return fmt.Sprintf("no answer (%v), recorded is %d", got.Err, d.ia.Response.Code)
	case got.Status != d.ia.Response.Code:
		return fmt.Sprintf("answered %d, recorded is %d", got.Status, d.ia.Response.Code)
	case d.ia.Response.Body == "":
		return ""
	}
	var want, is any
	if json.Unmarshal([]byte(d.ia.Response.Body), &want) != nil {
		return "the recorded answer is no JSON; record it again"
	}
	if json.Unmarshal(got.Body, &is) != nil {
		return "the answer is no JSON, recorded is " + d.ia.Response.Body
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(is)
	if !bytes.Equal(a, b) {
		return fmt.Sprintf("answered %s, recorded is %s", shortened(b), shortened(a))
	}
	return ""
}

// shortened is what fits into a message.
func shortened(text []byte) string {
	if len(text) > 200 {
		return string(text[:200]) + "…"
	}
	return string(text)
}
