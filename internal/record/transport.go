package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// Transport is the http.RoundTripper of a client that records.
type Transport struct {
	exchange.Client
	// recording is a function because assertion libraries print what a failed
	// comparison holds through every pointer, and a client may be part of it:
	// behind a function they do not see the tenant.
	recording func() *Recording
}

// Transport returns the transport whose exchanges the recording captures.
func (r *Recording) Transport() *Transport {
	return &Transport{
		// The code under test may have sent the tenant's own values.
		Client:    exchange.Client{Config: r.Config.Config, Describe: func(req *http.Request) string { return r.describe(req) }},
		recording: func() *Recording { return r },
	}
}

// RoundTrip implements http.RoundTripper. It never changes the request, closes
// its body, and returns an answer that is the caller's own.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.Report.Helper()
	return t.Send(req, t.record)
}

// record makes one exchange after the other.
func (t *Transport) record(req *exchange.Request) (*http.Response, error) {
	t.Report.Helper()
	r := t.recording()
	t.Judge(r.describe(req.Sent), t.Excuse(r.Scenario, nil, req.Problems))
	select {
	case r.lock <- struct{}{}:
		defer func() { <-r.lock }()
	case <-req.Sent.Context().Done():
		err := context.Cause(req.Sent.Context())
		r.broken(req.Sent, err)
		return nil, err
	}
	resp, err := t.exchange(r, req)
	if err != nil {
		r.broken(req.Sent, err)
		var refused *RefusedError
		if errors.As(err, &refused) {
			err = t.Refuse(err)
		}
		return nil, err
	}
	return resp, nil
}

// RefusedError is a request that must not be recorded; it fails the test. It
// wraps what went wrong with a look-up.
type RefusedError struct{ worded }

// exchange asks the tenant. What the code under test sent is refused or put into
// placeholders first, and so are the tenant's values in the answer, below go-vcr.
func (t *Transport) exchange(r *Recording, req *exchange.Request) (*http.Response, error) {
	t.Report.Helper()
	key := replay.NewKey(t.Definition, req.Request)
	refuse := func(err error) error {
		t.Judge(r.describe(req.Sent), t.Excuse(r.Scenario, nil, key.Problems))
		return &RefusedError{worded{fmt.Sprintf("%s is not recorded: %v", r.attempted(req.Sent, err), err), err}}
	}
	sent, err := r.admit(req)
	if err != nil {
		return nil, refuse(err)
	}
	count := len(r.captured)
	var failed error // go-vcr passes errors on, but may wrap them
	resp, err := r.recorder.Pass(sent, func(sent *http.Request) (*http.Response, error) {
		var resp *http.Response
		resp, failed = r.askTenant(req, sent)
		return resp, failed
	})
	if err != nil {
		if failed != nil {
			err = failed
		}
		return nil, err
	}
	resp.Body.Close()
	if len(r.captured) != count+1 {
		return nil, refuse(fmt.Errorf("go-vcr captured %d exchanges instead of one", len(r.captured)-count))
	}
	r.asked = append(r.asked, key)
	t.check(r, req, key.Problems, count)
	return r.forCaller(req, r.captured[count]), nil
}

// admit returns the request as the cassette holds it, or says why it must not be recorded.
func (r *Recording) admit(req *exchange.Request) (*http.Request, error) {
	if !slices.Contains(methods, req.Method) {
		return nil, fmt.Errorf("its method is none of %s", strings.Join(methods, ", "))
	}
	bad := r.Scenario != nil && r.Scenario.Request.Credential != provider.Valid
	if !bad && !req.Credential.Missing && req.Credential.Token != provider.Token {
		return nil, errors.New("it carries a credential of its own; send webhooktest.Token, which stands for the tenant's")
	}
	classes := r.ofRequest(contract.RequestClasses(r.Definition, req.Request))
	if s := r.Scenario; s != nil && s.Request.Body == string(req.Body) {
		documented := classes
		classes = func(pointer string) provider.Class {
			class := documented(pointer)
			class.Kept = true // what a shipped scenario sends is public
			return class
		}
	}
	body := req.Body
	if len(body) > 0 {
		if json.Valid(body) {
			var err error
			if body, err = r.table.ToTapeJSON(body, classes); err != nil {
				return nil, err
			}
		} else if r.Scenario == nil {
			return nil, errors.New("its body is not JSON, and only JSON can be searched for what must not be recorded")
		}
	}
	u, err := r.table.ToTapeURL(req.URL, classes)
	if err != nil {
		return nil, err
	}
	if err := r.resolve(req.Sent, u, body); err != nil {
		return nil, err
	}
	sent := &http.Request{
		Method: req.Method, URL: u, Host: u.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	exchange.SetRequestBody(sent, body)
	for _, h := range r.Definition.RequestHeaders {
		if values := req.Header.Values(h.Name); len(values) > 0 {
			sent.Header[h.Name] = slices.Clone(values)
			r.table.Open(values...)
		}
	}
	if req.AddOrigin {
		sent.Header.Set("Origin", r.Definition.BaseURL)
	}
	return sent.WithContext(req.Sent.Context()), nil
}

// check reports what the contract says of an exchange, and notes what keeps it
// from being written.
func (t *Transport) check(r *Recording, req *exchange.Request, broken []contract.Problem, id int) {
	t.Report.Helper()
	ia := r.captured[id]
	r.answer.Status, r.answer.Header = ia.Response.Code, ia.Response.Headers
	r.answers = append(r.answers, r.answer)
	answer := contract.CheckResponse(t.Definition, cassette.RequestOf(ia), r.answer, t.Strict)
	label := fmt.Sprintf("the %s exchange #%d", r.Tenant.Source, id)
	if ia.Response.Body == replacedText || ia.Response.Body == replacedPage {
		aboutReplaced(answer)
	}
	if name := cause(ia.Response.Code, req.Header); name != "" {
		t.LogOnce("%s: the answer is %s because of the header %s, which no cassette holds: replaying, any request gets this answer", label, ia.Response.Status, name)
	}
	answer = slices.DeleteFunc(t.Excuse(r.Scenario, nil, answer), func(p contract.Problem) bool { return ofRedaction(r.Redact, p) })
	r.problems = append(r.problems, answer...)
	if r.AcceptDrift {
		answer = slices.DeleteFunc(answer, contract.Problem.Fails)
	}
	broken = t.Excuse(r.Scenario, nil, broken)
	for _, p := range broken {
		if p.Fails() {
			r.broke = append(r.broke, fmt.Sprintf("exchange #%d breaks the contract: %s", id, p.Place()))
		}
	}
	t.Judge(label, append(broken, answer...))
}

// bindingIn is the placeholder of what a request is about, when a variable gives its
// value, and the variable; empty when there is none.
func (r *Recording) bindingIn(ia *cassette.Interaction) (placeholder, variable string) {
	if r.Tenant.Getenv == nil {
		return "", ""
	}
	path, _, _ := strings.Cut(ia.Request.URL, "?")
	for _, b := range r.Definition.Bindings {
		about := strings.Contains(ia.Request.Body, b.Placeholder) || strings.HasSuffix(strings.TrimSuffix(path, "/"), "/"+b.Placeholder)
		if about && r.Tenant.Getenv(b.Var) != "" {
			return b.Placeholder, b.Var
		}
	}
	return "", ""
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
func (r *Recording) forCaller(req *exchange.Request, ia *cassette.Interaction) *http.Response {
	resp := exchange.NewResponse(ia, req.Sent)
	sent := r.table.Sent()
	if location := resp.Header.Get("Location"); location != "" {
		resp.Header.Set("Location", sent.ToCallerText(location))
	}
	exchange.SetBody(resp, sent.ToCallerJSON(ia.Response.Body))
	if req.Method == http.MethodHead {
		resp.Body = http.NoBody
	}
	return resp
}
