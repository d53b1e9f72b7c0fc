package vcr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
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

// maxBody bounds the bodies that a client holds in memory.
const maxBody = 10 << 20

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
	// AllowProblems are JSON pointers whose problems do not count.
	AllowProblems []string
	// OnRequest sees a copy of every request as it was sent.
	OnRequest func(*http.Request)
}

// backend is what stands behind the front: a replay or a recording.
type backend interface {
	roundTrip(*http.Request) (*http.Response, error)
}

// Front is the http.RoundTripper that a test's client uses.
type Front struct {
	Config
	back      backend
	recording *Recording // nil when replaying

	flight sync.WaitGroup
	mu     sync.Mutex
	closed bool
	failed bool
	logged map[string]bool
}

// NewFront returns the front of a replay.
func NewFront(c Config, r *Replay) *Front { return &Front{Config: c, back: r} }

// call is one exchange on its way through the stations. It is its request's
// context as well, which carries it through the recorder without a copy.
type call struct {
	context.Context
	req   *http.Request // the caller's, only read
	body  []byte
	known *known
	tape  *Tape
	id    int
	fault Fault

	credential credential
	origin     bool
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
	if !f.enter() {
		closeBody(req)
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL, ErrClosed)
	}
	defer f.flight.Done()
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if err := refuse(req); err != nil {
		return nil, err
	}
	c := &call{Context: req.Context(), req: req, body: body}
	f.credentials(c)
	if f.OnRequest != nil {
		f.OnRequest(f.copyFor(c))
	}
	inner := req.WithContext(c)
	inner.Body = nil
	if f.recording != nil {
		return f.record(c, inner)
	}
	buffer := scratch.Get().(*[]byte)
	c.known = lookUp(f.Definition, req, body, *buffer)
	scratch.Put(buffer)
	resp, err := f.back.roundTrip(inner)
	if err != nil && c.tape == nil {
		f.fail("%v", err)
		return nil, err
	}
	f.judge(c)
	return resp, err
}

// judge reports what the contract says of a replayed exchange.
func (f *Front) judge(c *call) {
	problems := c.known.problems
	if c.fault == None {
		if more := c.tape.problems(c.id, f.Strict); len(more) > 0 {
			problems = append(slices.Clone(problems), more...)
		}
	}
	if len(problems) == 0 {
		return
	}
	f.report(c.tape.label(c.id), f.excuse(c.tape.Scenario, c.tape.File.Header.Accepted, problems))
}

// excuse drops the problems that a scenario demonstrates, that were accepted
// when the cassette was recorded, or that the test allows.
func (f *Front) excuse(s *provider.Scenario, accepted []string, problems []contract.Problem) []contract.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p contract.Problem) bool {
		if s != nil && slices.Contains(s.Departures, provider.Departure{In: p.In, Pointer: p.Pointer}) {
			return true
		}
		return slices.Contains(f.AllowProblems, p.Pointer) || slices.Contains(accepted, place(p))
	})
}

// place is how a cassette names an accepted problem.
func place(p contract.Problem) string { return strings.TrimSpace(p.In + " " + p.Pointer) }

// report fails the test for breaches of the contract and logs what vendors may
// add at any time: members and enum values.
func (f *Front) report(label string, problems []contract.Problem) {
	var failing, noted []string
	for _, p := range problems {
		if p.Fails() {
			failing = append(failing, p.String())
		} else {
			noted = append(noted, p.String())
		}
	}
	if len(failing) > 0 {
		f.fail("%s breaks the contract of %s:\n\t%s", label, f.Definition.Title, strings.Join(failing, "\n\t"))
	}
	for _, n := range noted {
		f.logOnce("%s: %s", label, n)
	}
}

// fail fails the test, unless it has ended: then nobody may touch it any more.
func (f *Front) fail(format string, args ...any) {
	f.Report.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
	if !f.closed {
		f.Report.Errorf(format, args...)
	}
}

func (f *Front) logOnce(format string, args ...any) {
	f.Report.Helper()
	line := fmt.Sprintf(format, args...)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.logged[line] {
		return
	}
	if f.logged == nil {
		f.logged = map[string]bool{}
	}
	f.logged[line] = true
	f.Report.Logf("%s", line)
}

func (f *Front) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.flight.Add(1)
	return true
}

// Close waits for the requests that are on their way and refuses later ones. A
// second call does nothing.
func (f *Front) Close() {
	f.flight.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
}

// copyFor is the request as the code under test sent it, with what the client
// added, safe to keep and to read.
func (f *Front) copyFor(c *call) *http.Request {
	r := c.req.Clone(c.Context)
	setRequestBody(r, c.body)
	if c.credential.added {
		r.Header.Set("Authorization", "Bearer "+provider.Token)
	}
	if c.origin {
		r.Header.Set("Origin", f.Definition.BaseURL)
	}
	return r
}

// refuse names the kinds of exchange that a cassette cannot hold.
func refuse(req *http.Request) error {
	if req.Header.Get("Upgrade") != "" {
		return fmt.Errorf("%s %s asks for an upgrade to %q; a cassette holds plain HTTP exchanges only, so send this request through a client of its own",
			req.Method, req.URL, req.Header.Get("Upgrade"))
	}
	return nil
}

func readBody(req *http.Request) ([]byte, error) {
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer closeBody(req)
	if n := req.ContentLength; n > 0 && n <= maxBody {
		body := make([]byte, n)
		if m, err := io.ReadFull(req.Body, body); err != nil {
			return nil, fmt.Errorf("http: ContentLength=%d with Body length %d", n, m)
		}
		if extra, _ := req.Body.Read(make([]byte, 1)); extra > 0 {
			return nil, fmt.Errorf("http: ContentLength=%d with a longer Body", n)
		}
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("%s %s has a body of more than %d MiB; a cassette is no place for it", req.Method, req.URL, maxBody>>20)
	}
	return body, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

func setBody(resp *http.Response, body string) {
	resp.ContentLength = int64(len(body))
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", itoa(len(body)))
	}
	if body == "" {
		resp.Body = http.NoBody
		return
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
}

func setRequestBody(req *http.Request, body []byte) {
	req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		text := string(body)
		req.Body = io.NopCloser(strings.NewReader(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
