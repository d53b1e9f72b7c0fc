package vcr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// RecordConfig says what is recorded, and where to.
type RecordConfig struct {
	Definition *provider.Definition
	Tenant     Tenant
	// Path is the cassette's file; Name is how messages call it.
	Path, Name string
	// Scenario is the shipped scenario that is recorded, or nil.
	Scenario *provider.Scenario
	// Redact and Keep are JSON pointers of answers whose strings are replaced,
	// or stay, whatever the contract says of them. Keep is of requests as well.
	Redact, Keep []string
	// Varies are JSON pointers of requests whose strings differ from run to run:
	// a replay takes any that fits.
	Varies []string
	// Seeds are placeholders of the caller's own.
	Seeds []provider.Seed
	// Strict applies the provider's inferred profile as well.
	Strict bool
	// AcceptDrift writes a cassette whose answers break the contract, and lists
	// the breaches in it.
	AcceptDrift bool
}

// Recording captures exchanges with a tenant until Commit saves them. Nothing
// of the tenant ever enters it: the wire below the recorder has exchanged every
// value before go-vcr sees it.
type Recording struct {
	RecordConfig
	recorder *recorder.Recorder
	table    *placeholder.Table
	// lock serialises the exchanges; a channel, so that waiting honours contexts.
	lock     chan struct{}
	before   *snapshot
	release  func()
	resolved map[string]bool
	// without is an account that does not count, in a proof that it is needed.
	without  Account
	foreseen bool

	// What follows is guarded by lock.
	captured []*cassette.Interaction
	asked    []*known // what the caller sent, in the form in which it is matched
	problems []contract.Problem
	broke    []string // how requests break the contract

	failures sync.Mutex
	refusals []string // why this recording cannot be written; guarded by failures
}

// NewRecording prepares a recording. The target's directory must be writable
// and its file a regular one, or not there yet: better to hear of it before the
// tenant has been asked than after.
func NewRecording(c RecordConfig) (*Recording, error) {
	if c.Tenant.Transport == nil {
		c.Tenant.Transport = http.DefaultTransport
	}
	r := &Recording{RecordConfig: c, lock: make(chan struct{}, 1), resolved: map[string]bool{}}
	var err error
	r.table, err = placeholder.New(placeholder.Options{
		Definition: c.Definition, BaseURL: c.Tenant.BaseURL,
		IsWord: func(s string) bool { return contract.IsWord(c.Definition, s) },
	})
	if err != nil {
		return nil, err
	}
	if err := r.table.Secret(c.Tenant.Token, provider.Token); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Definition.TokenVar, err)
	}
	if err := r.seed(); err != nil {
		return nil, err
	}
	r.recorder, err = recorder.NewWithOptions(&recorder.Options{
		CassetteName:       "recording", // never saved: Stop is not called
		Mode:               recorder.ModeRecordOnly,
		RealTransport:      roundTripper(r.wire),
		SkipRequestLatency: true,
	})
	if err != nil {
		return nil, err
	}
	r.recorder.AddHook(r.capture, recorder.AfterCaptureHook)
	if c.Path != "" {
		if r.release, err = claim(c.Path, c.Name); err != nil {
			return nil, err
		}
		if r.before, err = inspect(c.Path, c.Name); err != nil {
			r.release()
			return nil, err
		}
	}
	return r, nil
}

// Release gives up the claim on the target file. Commit does so itself.
func (r *Recording) Release() {
	if r.release != nil {
		r.release()
		r.release = nil
	}
}

// NewRecordingFront returns the front of a recording.
func NewRecordingFront(c Config, r *Recording) *Front {
	return &Front{Config: c, recording: func() *Recording { return r }}
}

func (r *Recording) roundTrip(req *http.Request) (*http.Response, error) {
	return r.recorder.RoundTrip(req)
}

// record sends one exchange through the recorder and the wire.
func (f *Front) record(c *call, inner *http.Request) (*http.Response, error) {
	f.Report.Helper()
	r := f.recording()
	select {
	case r.lock <- struct{}{}:
		defer func() { <-r.lock }()
	case <-c.Done():
		err := context.Cause(c.Context)
		r.broken(c, err)
		return nil, err
	}
	resp, err := f.exchange(c, inner)
	if err != nil {
		r.broken(c, err)
		var refused *RefusedError
		if errors.As(err, &refused) {
			f.fail("%v", err)
		}
		return nil, err
	}
	return resp, nil
}

// broken notes that the test has seen an error that no cassette can hold:
// replaying what was captured would show it something else.
func (r *Recording) broken(c *call, err error) {
	r.failures.Lock()
	defer r.failures.Unlock()
	reason := fmt.Sprintf("%s failed: %v", r.describe(c.req), err)
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		reason = refused.text // says itself which request
	}
	r.refusals = append(r.refusals, reason)
}

// describe names a request by its method and its documented path. A value that
// the code under test put into it may be the tenant's own.
func (r *Recording) describe(req *http.Request) string {
	base := r.Definition.BaseURL
	if !slices.Contains(methods, method(req)) {
		return "a request of another method"
	}
	switch route, ok := r.Definition.Find(method(req), req.URL); {
	case !strings.EqualFold(req.URL.Scheme+"://"+req.URL.Host, base):
		return method(req) + " of another host than " + base
	case !ok:
		return method(req) + " " + base + "/…"
	case req.URL.RawQuery != "":
		return method(req) + " " + base + route.Form.Path + "?…"
	default:
		return method(req) + " " + base + route.Form.Path
	}
}

// RefusedError is a request that must not be recorded; it fails the test. It
// wraps what went wrong with a look-up.
type RefusedError struct {
	text string
	err  error
}

func (e *RefusedError) Error() string { return e.text }
func (e *RefusedError) Unwrap() error { return e.err }

func (f *Front) exchange(c *call, inner *http.Request) (*http.Response, error) {
	f.Report.Helper()
	r := f.recording()
	sent := newKnown(f.Definition, c.req, c.body)
	refuse := func(format string, args ...any) error {
		f.report(r.describe(c.req), f.excuse(r.Scenario, nil, sent.problems))
		err := fmt.Errorf(format, args...)
		return &RefusedError{fmt.Sprintf("%s is not recorded: %v", r.describe(c.req), err), err}
	}
	if !slices.Contains(methods, method(c.req)) {
		return nil, refuse("its method is none of %s", strings.Join(methods, ", "))
	}
	bad := r.Scenario != nil && r.Scenario.Request.Credential != provider.Valid
	if !bad && !c.credential.missing && c.credential.token != provider.Token {
		return nil, refuse("it carries a credential of its own; send webhooktest.Token, which stands for the tenant's")
	}
	asked := contract.Request{Method: method(c.req), URL: c.req.URL, Header: c.req.Header, Body: c.body}
	classes := r.ofRequest(contract.RequestClasses(f.Definition, asked))
	if s := r.Scenario; s != nil && s.Request.Body == string(c.body) {
		documented := classes
		classes = func(pointer string) provider.Class {
			class := documented(pointer)
			class.Kept = true // what a shipped scenario sends is public
			return class
		}
	}
	body := c.body
	if len(body) > 0 {
		if json.Valid(body) {
			var err error
			if body, err = r.table.ToTapeJSON(body, classes); err != nil {
				return nil, refuse("%w", err)
			}
		} else if r.Scenario == nil {
			return nil, refuse("its body is not JSON, and only JSON can be searched for what must not be recorded")
		}
	}
	u, err := r.table.ToTapeURL(c.req.URL, classes)
	if err != nil {
		return nil, refuse("%w", err)
	}
	if err := r.resolve(c, u, body); err != nil {
		return nil, refuse("%w", err)
	}
	tape := &http.Request{
		Method: method(c.req), URL: u, Host: u.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	setRequestBody(tape, body)
	for _, h := range f.Definition.RequestHeaders {
		if values := c.req.Header.Values(h.Name); len(values) > 0 {
			tape.Header[h.Name] = slices.Clone(values)
			r.table.Open(values...)
		}
	}
	if c.origin {
		tape.Header.Set("Origin", f.Definition.BaseURL)
	}
	count := len(r.captured)
	resp, err := r.roundTrip(tape.WithContext(c))
	if err != nil {
		if c.wire != nil {
			err = c.wire
		}
		return nil, err
	}
	resp.Body.Close()
	if len(r.captured) != count+1 {
		return nil, refuse("go-vcr captured %d exchanges instead of one", len(r.captured)-count)
	}
	ia := r.captured[count]
	r.asked = append(r.asked, sent)
	answer := contract.CheckAnswer(f.Definition, contractRequest(ia, u), contractAnswer(ia), r.Strict || f.Strict)
	label := fmt.Sprintf("the live exchange #%d", count)
	if r.Tenant.Source == Simulated {
		label = fmt.Sprintf("the simulated exchange #%d", count)
	}
	if ia.Response.Body == replacedText || ia.Response.Body == replacedPage {
		aboutReplaced(answer)
	}
	if name := cause(ia.Response.Code, c.req.Header); name != "" {
		f.logOnce("%s: the answer is %s because of the header %s, which no cassette holds: replaying, any request gets this answer", label, ia.Response.Status, name)
	}
	answer = f.excuse(r.Scenario, nil, answer)
	r.problems = append(r.problems, answer...)
	if r.AcceptDrift {
		answer = slices.DeleteFunc(answer, contract.Problem.Fails)
	}
	broken := f.excuse(r.Scenario, nil, sent.problems)
	for _, p := range broken {
		if p.Fails() {
			r.broke = append(r.broke, fmt.Sprintf("exchange #%d breaks the contract: %s", count, p.Place()))
		}
	}
	f.report(label, append(broken, answer...))
	return r.forCaller(c, ia), nil
}

// aboutReplaced rewords what the contract says of the text that stands for a body
// which is not JSON: its faults are not the vendor's.
func aboutReplaced(problems []contract.Problem) {
	for i, p := range problems {
		if p.In == "answer" && p.Pointer == "" && p.Line > 0 {
			problems[i] = contract.Problem{Kind: p.Kind, Keyword: "json", In: p.In, Found: "not JSON", Hint: "the recording holds a text in its place"}
		}
	}
}

// forCaller builds the caller's answer: what it sent itself comes back as sent.
func (r *Recording) forCaller(c *call, ia *cassette.Interaction) *http.Response {
	resp := &http.Response{
		Status: ia.Response.Status, StatusCode: ia.Response.Code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: cloneHeader(ia.Response.Headers), Request: c.req,
	}
	sent := r.table.Sent()
	if location := resp.Header.Get("Location"); location != "" {
		resp.Header.Set("Location", sent.ToCallerText(location))
	}
	setBody(resp, string(sent.ToCallerJSON([]byte(ia.Response.Body))))
	if c.req.Method == http.MethodHead {
		resp.Body = http.NoBody
	}
	return resp
}

// capture is go-vcr's hook: it takes the interaction and drops what differs
// between two recordings of the same exchange.
func (r *Recording) capture(ia *cassette.Interaction) error {
	ia.Response.Duration = 0
	ia.Request.Headers = cloneHeader(ia.Request.Headers)
	ia.Response.Headers = cloneHeader(ia.Response.Headers)
	ia.Request.ContentLength = int64(len(ia.Request.Body))
	ia.Response.ContentLength = int64(len(ia.Response.Body))
	r.captured = append(r.captured, ia)
	return nil
}
