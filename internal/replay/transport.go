package replay

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/webhookvcr/internal/exchange"
)

// Transport is the http.RoundTripper of a client that replays.
type Transport struct {
	exchange.Client
	sequence *Sequence

	mu    sync.Mutex
	over  bool
	waits map[chan struct{}]bool // the ends of delays that last
}

// NewTransport returns a transport that answers from a sequence.
func NewTransport(c exchange.Config, s *Sequence) *Transport {
	describe := func(req *http.Request) string { return exchange.Describe(c.Definition, req) }
	return &Transport{Client: exchange.Client{Config: c, Describe: describe}, sequence: s}
}

// Answered says what answered a request.
type Answered struct {
	// Request is nil for a request that no cassette can hold.
	Request *exchange.Request
	// Index is nil when no interaction answers the request.
	Index *Index
	// Step counts from 1, and Name is the step as the test wrote it.
	Step int
	Name string
	// Interaction counts from 0, as in the cassette.
	Interaction int
	Fault       Fault
	delay       time.Duration
}

// RoundTrip implements http.RoundTripper. It never changes the request, closes
// its body, and returns an answer that is the caller's own.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.Report.Helper()
	resp, _, err := t.Exchange(req)
	return resp, err
}

// Exchange does what RoundTrip does, and says what answered.
func (t *Transport) Exchange(req *http.Request) (resp *http.Response, by Answered, err error) {
	t.Report.Helper()
	place := t.sequence.caller() // here, for each frame above would cost a tenth of a microsecond
	resp, err = t.Send(req, func(r *exchange.Request) (resp *http.Response, err error) {
		t.Report.Helper()
		key := keyFor(t.Definition, &r.Request)
		resp, by, err = t.sequence.roundTrip(r, key, place, func() []string { return t.breaches(r, key) })
		if by.Index == nil {
			return nil, t.Refuse(err)
		}
		t.check(key, by)
		if waited := t.wait(req, by.delay); waited != nil {
			return nil, waited
		}
		return resp, err
	})
	return resp, by, err
}

// Close ends the delays that last, waits for the requests on their way, and refuses later ones.
func (t *Transport) Close() {
	t.mu.Lock()
	t.over = true
	for end := range t.waits {
		close(end)
	}
	clear(t.waits)
	t.mu.Unlock()
	t.Client.Close()
}

// wait lets an answer take its time, on the clock of the request's goroutine. When
// the context ends first the error is that of net/http's transport.
func (t *Transport) wait(req *http.Request, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	ctx := req.Context()
	// Within a synctest bubble only a channel of the bubble lets the clock go on.
	end := make(chan struct{})
	t.mu.Lock()
	over := t.over
	if t.waits == nil {
		t.waits = map[chan struct{}]bool{}
	}
	if !over {
		t.waits[end] = true
	}
	t.mu.Unlock()
	if over {
		return exchange.ErrClosed
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		// Of an answer and a deadline at one instant the deadline counts.
		if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
			select {
			case <-ctx.Done():
			case <-end:
			}
		}
	case <-ctx.Done():
	case <-end:
		return exchange.ErrClosed
	}
	t.mu.Lock()
	delete(t.waits, end)
	t.mu.Unlock()
	return exchange.Ended(req)
}

// breaches are those of a request that nothing answers.
func (t *Transport) breaches(r *exchange.Request, k *Key) (all []string) {
	var accepted []string
	for _, p := range t.sequence.steps {
		accepted = append(accepted, p.Index.File.Header.Accepted...)
	}
	for _, p := range t.Excuse(nil, accepted, slices.Concat(r.Problems, k.Problems)) {
		if p.Fails() {
			all = append(all, p.String())
		}
	}
	return all
}

func (t *Transport) check(k *Key, by Answered) {
	t.Report.Helper()
	problems := slices.Concat(by.Request.Problems, k.Problems)
	if by.Fault == None {
		problems = append(problems, by.Index.problems(by.Interaction, t.Strict, by.Request.Reading)...)
	}
	if len(problems) > 0 {
		t.Judge(by.Index.label(by.Interaction), t.Excuse(by.Index.Scenario, by.Index.File.Header.Accepted, problems))
	}
	if k.accept == nil || len(by.Index.accepts) == 0 {
		return
	}
	gets := by.Index.entries[by.Interaction].accept
	if better := k.accept.better(gets); better != "" && gets != "" && k.takes(gets) { // another scenario's answer may do as well
		t.LogOnce("%s asks for %s rather than %s, which is what this test sees", t.Describe(by.Request.Sent), better, gets)
	}
	if k.accept.any {
		t.LogOnce("%s accepts any media type, and %s tells its answers apart by it: this test sees the first one recorded", t.Describe(by.Request.Sent), t.Definition.Title)
	}
}
