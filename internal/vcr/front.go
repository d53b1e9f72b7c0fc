package vcr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Reporter is the part of testing.TB that a client reports to.
type Reporter interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

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
	// Bare sends requests as they are, whatever they lack: for scenarios about a
	// missing header.
	Bare bool
	// AllowProblems are JSON pointers whose problems do not count; see Allowed.
	AllowProblems []string
	// OnRequest each see a copy of every request as it was sent.
	OnRequest []func(*http.Request)
	// OnNews sees each problem that does not fail a test.
	OnNews func(contract.Problem)
}

// backend is what stands behind the front: a replay or a recording.
type backend interface {
	roundTrip(*http.Request) (*http.Response, error)
}

// Front is the http.RoundTripper that a test's client uses.
type Front struct {
	Config
	back backend // of a replay
	// recording is nil when replaying. It is a function because assertion libraries
	// print what a failed comparison holds through every pointer, and a client may
	// be part of it: behind a function they do not see the tenant.
	recording func() *Recording

	// open is held for reading by every request on its way; Close takes it for
	// writing. A sync.WaitGroup would bind the client to the synctest bubble that
	// used it first.
	open sync.RWMutex

	mu     sync.Mutex // guards what follows
	closed bool
	ending Ending
	logged map[string]bool
}

// NewFront returns the front of a replay.
func NewFront(c Config, r *Replay) *Front { return &Front{Config: c, back: r} }

// call is one exchange on its way through the stations. It is its request's
// context as well, which carries it through the recorder without a copy.
type call struct {
	context.Context
	req   *http.Request // the caller's, only read
	def   *provider.Definition
	body  []byte
	known *known
	tape  *Tape
	step  *progress
	id    int
	fault Fault

	credential credential
	origin     bool
	lacks      []contract.Problem // headers that the request should carry
	wire       error
}

type callKey struct{}

func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

func callOf(req *http.Request) *call {
	c, _ := req.Context().Value(callKey{}).(*call)
	return c
}

var scratch = sync.Pool{New: func() any { return new([]byte) }}

// RoundTrip implements http.RoundTripper. It never changes the request, closes
// its body, and returns an answer that is the caller's own.
func (f *Front) RoundTrip(req *http.Request) (*http.Response, error) {
	f.Report.Helper()
	f.open.RLock()
	defer f.open.RUnlock()
	if f.isClosed() {
		closeBody(req)
		err := fmt.Errorf("%s: %w", f.describe(req), ErrClosed)
		f.late(err)
		return nil, err
	}
	if err := f.refuse(req); err != nil {
		closeBody(req)
		f.fail("%v", err)
		return nil, err
	}
	body, err := f.readBody(req)
	if err != nil {
		return nil, err
	}
	c := &call{Context: req.Context(), req: req, def: f.Definition, body: body}
	f.credentials(c)
	f.plain(c)
	for _, see := range f.OnRequest {
		see(f.copyFor(c))
	}
	inner := req.WithContext(c)
	inner.Body = nil
	if f.recording != nil {
		f.report(f.describe(req), f.excuse(f.recording().Scenario, nil, c.lacks))
		return f.record(c, inner)
	}
	buffer := scratch.Get().(*[]byte)
	c.known = lookUp(f.Definition, req, body, buffer)
	scratch.Put(buffer)
	resp, err := f.back.roundTrip(inner)
	if c.tape == nil {
		f.fail("%v", err)
		return nil, err
	}
	f.judge(c)
	return resp, err
}

func (f *Front) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// Close waits for the requests that are on their way and refuses later ones. A
// second call does nothing.
func (f *Front) Close() {
	f.open.Lock()
	defer f.open.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed, f.ending = true, End()
	}
}

// late fails the test for a request that comes after Close while the test can
// still fail: from a later cleanup.
func (f *Front) late(err error) {
	f.Report.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ending.Late() {
		Fail(f.Report, "%v; register the cleanup that sends it after the client is made, so that it runs before", err)
	}
}

// copyFor is the request as the code under test sent it, with what the client
// added, safe to keep and to read.
func (f *Front) copyFor(c *call) *http.Request {
	r := c.req.Clone(c.Context)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	setRequestBody(r, c.body)
	if c.credential.added {
		r.Header.Set("Authorization", "Bearer "+provider.Token)
	}
	if c.origin {
		r.Header.Set("Origin", f.Definition.BaseURL)
	}
	return r
}

// single are the request headers that HTTP allows once.
var single = []string{"Authorization", "Content-Type", "Origin"}

// plain adds the problems of headers that stand twice, of a Host that is not the
// URL's, and of a Content-Encoding that the body does not have: net/http sends
// them all, and a vendor's gateway refuses them or takes either.
func (f *Front) plain(c *call) {
	for _, name := range single {
		if n := len(c.req.Header.Values(name)); n > 1 {
			c.wrong("repeated", name, fmt.Sprintf("%d times", n), "once")
		}
	}
	if encoding := strings.Join(c.req.Header.Values("Content-Encoding"), ", "); !coded(encoding, c.body) {
		c.wrong("content-encoding", "Content-Encoding", "", "")
	}
	if host := c.req.Host; host != "" && !strings.EqualFold(host, c.req.URL.Host) {
		c.wrong("host", "Host", "", "")
	}
}

// wrong adds the breach of a rule by a header.
func (c *call) wrong(rule, header, found, expected string) {
	c.lacks = append(c.lacks, ofHeader(rule, header, found, expected))
}

// refuse names the kinds of exchange that a cassette cannot hold.
func (f *Front) refuse(req *http.Request) error {
	if err := sendable(req); err != nil {
		return fmt.Errorf("%s is not sent: %w", f.describe(req), err)
	}
	if upgrade := req.Header.Get("Upgrade"); upgrade != "" {
		return fmt.Errorf("%s asks for an upgrade to %q; a cassette holds plain HTTP exchanges only, so send this request through a client of its own",
			f.describe(req), upgrade)
	}
	return nil
}

// describe names a request in messages. While recording that is its documented
// path and no value: the code under test may have sent the tenant's own.
func (f *Front) describe(req *http.Request) string {
	if req.URL == nil {
		return "a request"
	}
	if f.recording != nil {
		return f.recording().describe(req)
	}
	return describeCall(f.Definition, req)
}

// describeCall names a request in messages, without a credential in its URL.
func describeCall(def *provider.Definition, req *http.Request) string {
	return method(req) + " " + secrecyOf(def, req, nil).url(req.URL)
}

// method is the request's method; none means GET, as in net/http.
func method(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}
