package exchange

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Reporter is the part of testing.TB that a client reports to.
type Reporter interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Silent drops what it is told, for callers to whom a client reports nothing new.
type Silent struct{}

func (Silent) Helper()               {}
func (Silent) Logf(string, ...any)   {}
func (Silent) Errorf(string, ...any) {}

// ErrClosed is returned for a request that comes after the client was closed.
var ErrClosed = errors.New("the client was closed when its test ended")

// Config is what a test may decide about its client.
type Config struct {
	Definition *provider.Definition
	Report     Reporter
	// Strict applies the provider's inferred profile beside the documented one.
	Strict bool
	// NoDefaults leaves Authorization and Origin to the code under test, and
	// makes their absence a problem.
	NoDefaults bool
	// Bare sends requests as they are, whatever they lack: for scenarios about a missing header.
	Bare bool
	// AllowProblems are JSON pointers whose problems do not count; see Allowed.
	AllowProblems []string
	// OnRequest each see a copy of every request as it was sent.
	OnRequest []func(*http.Request)
	// KeepRequests remembers the requests for [Client.Requests], and the failures for
	// [Client.Told]; without it there are none. What serves for days must not remember.
	KeepRequests bool
	// OnNews sees each problem that does not fail a test.
	OnNews func(contract.Problem)
}

// Client is what the transports of a replay and of a recording share: it takes a
// request from the code under test, and reports what is wrong with the exchange.
type Client struct {
	Config
	// Describe names a request in messages.
	Describe func(*http.Request) string

	// open is held for reading by every request on its way; Close takes it for
	// writing. A sync.WaitGroup would bind the client to the synctest bubble that
	// used it first.
	open   sync.RWMutex
	closed bool   // guarded by open
	ending Ending // guarded by open

	mu     sync.Mutex // guards what follows, and lets one request report at a time
	logged map[string]bool

	// toldToken and toldOrigin say that the log tells of what is added to requests.
	toldToken, toldOrigin atomic.Bool

	sent   []*past  // guarded by mu
	failed []string // guarded by mu: what Fail has told
}

// Told reports whether a failure that the test was told of holds this text.
func (c *Client) Told(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.failed, func(told string) bool { return strings.Contains(told, text) })
}

// past is a request that the code under test has sent, without what its owner may change later.
type past struct {
	at         time.Time
	body       []byte
	sent       *http.Request
	credential Credential
	addOrigin  bool
}

// keep remembers a request. Those of one client mostly have the same headers.
func (c *Client) keep(r *Request) {
	sent, u := *r.Sent, *r.Sent.URL
	sent.URL, sent.Body, sent.GetBody = &u, nil, nil
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := len(c.sent) - 1; last >= 0 && maps.EqualFunc(c.sent[last].sent.Header, sent.Header, slices.Equal) {
		sent.Header = c.sent[last].sent.Header
	} else {
		sent.Header = sent.Header.Clone()
	}
	c.sent = append(c.sent, &past{time.Now(), r.Body, &sent, r.Credential, r.AddOrigin})
}

// Requests returns copies of the requests so far, in the order in which they came.
func (c *Client) Requests() (requests []*http.Request, times []time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.sent {
		r := &Request{Request: contract.Request{Body: p.body}, Sent: p.sent, Credential: p.credential, AddOrigin: p.addOrigin}
		requests, times = append(requests, c.copy(r)), append(times, p.at)
	}
	return requests, times
}

// Send takes a private copy of the request, closes its body, and returns what
// answer makes of it. It never changes the request. One that comes too late, and
// one that no cassette can hold, gets an error and no answer.
func (c *Client) Send(req *http.Request, answer func(*Request) (*http.Response, error)) (*http.Response, error) {
	c.Report.Helper()
	c.open.RLock()
	defer c.open.RUnlock()
	if c.closed {
		closeBody(req)
		err := fmt.Errorf("%s: %w", c.describe(req), ErrClosed)
		c.late(err)
		return nil, err
	}
	if err := c.refuse(req); err != nil {
		closeBody(req)
		return nil, c.Refuse(err)
	}
	body, err := c.readBody(req)
	if err != nil {
		return nil, err
	}
	r := &Request{Request: Asked(req, body), Sent: req}
	c.credentials(r)
	c.plain(r)
	if c.KeepRequests {
		c.keep(r)
	}
	for _, see := range c.OnRequest {
		see(c.copy(r))
	}
	return answer(r)
}

func (c *Client) describe(req *http.Request) string {
	if req.URL == nil {
		return "a request"
	}
	return c.Describe(req)
}

// Close waits for the requests that are on their way and refuses later ones. A
// second call does nothing.
func (c *Client) Close() {
	c.open.Lock()
	defer c.open.Unlock()
	if !c.closed {
		c.closed, c.ending = true, End()
	}
}

// late fails the test for a request that comes after Close while the test can
// still fail: from a later cleanup.
func (c *Client) late(err error) {
	c.Report.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending.Late() {
		Fail(c.Report, "%v; register the cleanup that sends it after the client is made, so that it runs before", err)
	}
}

// Excuse drops the problems that a scenario demonstrates, that were accepted
// when the cassette was recorded, or that the test allows.
func (c Config) Excuse(s *provider.Scenario, accepted []string, problems []contract.Problem) []contract.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p contract.Problem) bool {
		return demonstrates(s, p) || Allowed(c.AllowProblems, p.Pointer) || p.Accepted(accepted)
	})
}

// Allowed reports whether one of the pointers names the very place of a problem;
// "*" stands for any one member or index.
func Allowed(pointers []string, at string) bool {
	return slices.ContainsFunc(pointers, func(p string) bool {
		return p == at || strings.Count(p, "/") == strings.Count(at, "/") && cassette.Covers(p, at)
	})
}

// demonstrates reports whether a scenario is about this very problem.
func demonstrates(s *provider.Scenario, p contract.Problem) bool {
	switch {
	case s == nil:
		return false
	case p.In == "request" && p.Pointer == "Origin" && s.Request.NoOrigin:
		return true
	case p.In == "request" && (p.Pointer == "Authorization" || p.Pointer == "Cookie") && s.Request.Credential != provider.Valid:
		return true
	}
	return slices.Contains(s.Expects, provider.ExpectedProblem{In: p.In, Pointer: p.Pointer})
}

// Judge fails the test for breaches of the contract and logs what vendors may
// add at any time: members and enum values. It runs on the caller's goroutine, so
// that the failure can name the call.
func (c *Client) Judge(label string, problems []contract.Problem) {
	c.Report.Helper()
	var failing []string
	for _, p := range problems {
		if p.Fails() {
			failing = append(failing, p.String())
			continue
		}
		if c.OnNews != nil {
			c.OnNews(p)
		}
		c.LogOnce("%s: %s", label, p)
	}
	if len(failing) == 0 {
		return
	}
	text := fmt.Sprintf("%s breaks the contract of %s:\n\t%s", label, c.Definition.Title, strings.Join(failing, "\n\t"))
	if place := Callers().String(); place != "" {
		text += "\ncalled at " + place
	}
	c.fail("%s", text)
}

// fail fails the test. It runs while a request holds the client open, so that it
// never touches a test that has ended.
func (c *Client) fail(format string, args ...any) {
	c.Report.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.KeepRequests {
		c.failed = append(c.failed, fmt.Sprintf(format, args...))
	}
	c.Report.Errorf(format, args...)
}

// Refuse fails the test with an error, and returns the one for the code under test:
// it wraps the first, and its text is the first line alone, so that a test which
// fails with the error of its client does not tell the whole twice.
func (c *Client) Refuse(err error) error {
	c.Report.Helper()
	text := err.Error()
	c.fail("%s", text)
	first, rest, _ := strings.Cut(text, "\n")
	if rest == "" {
		return err
	}
	return &refusedError{first + "; the log of the test says more", err}
}

type refusedError struct {
	text string
	err  error
}

func (e *refusedError) Error() string { return e.text }
func (e *refusedError) Unwrap() error { return e.err }

// LogOnce says in the test's log what is worth knowing once, not per request.
func (c *Client) LogOnce(format string, args ...any) {
	c.Report.Helper()
	line := fmt.Sprintf(format, args...)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.logged[line] {
		return
	}
	if c.logged == nil {
		c.logged = map[string]bool{}
	}
	c.logged[line] = true
	c.Report.Logf("%s", line)
}
