package webhooktest

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// Checked returns a transport that checks every exchange of rt against the
// vendor's contract while the test runs: for a team that has its own recorder,
// fake or server. Breaches fail the test; undocumented members, unlisted enum
// values and unknown operations are logged. A test in which no request of a
// documented operation came by fails at its end, unless AllowUnused is given. The
// options apply to this call, beside those of [Provider.With].
//
// An Authorization or Origin that a request carries must have the vendor's form,
// whatever its token is; that one is missing is not reported, for a transport below
// may add it. A cleanup that was registered before Checked runs after the checks
// have ended, and a request that it sends fails the test.
//
// Requests and answers pass as they are, bodies included; an answer to an
// upgrade and a stream of events pass unread. rt defaults to
// http.DefaultTransport.
func Checked(tb testing.TB, p Provider, rt http.RoundTripper, opts ...Option) http.RoundTripper {
	tb.Helper()
	p = p.With(opts...)
	if err := p.ready(forChecked); err != nil {
		fatal(tb, err)
	}
	switch {
	case rt == nil:
		rt = http.DefaultTransport
	case isNil(rt):
		fatal(tb, fmt.Errorf("the transport for Checked, a %T, is nil; give one, or nil alone for http.DefaultTransport", rt))
	}
	c := &checked{tb: tb, p: p, next: record.Answering(rt), logged: map[string]bool{}}
	tb.Cleanup(c.end)
	return c
}

type checked struct {
	tb   testing.TB
	p    Provider
	next http.RoundTripper

	mu     sync.Mutex
	ended  bool
	ending exchange.Ending
	saw    bool // a request of a documented operation
	logged map[string]bool
}

func (c *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	c.tb.Helper()
	sent := req.Clone(req.Context())
	body, unchecked := keepBody(&sent.Body)
	asked := exchange.Asked(req, body)
	if _, known := c.p.def.Find(asked.Method, asked.URL); known {
		c.mu.Lock()
		c.saw = true
		c.mu.Unlock()
	}
	c.late(asked)
	resp, err := c.next.RoundTrip(sent)
	var problems []contract.Problem
	if unchecked != nil {
		c.unchecked(asked, "request", unchecked)
	} else {
		problems = contract.CheckRequest(c.p.def, asked)
	}
	if _, known := c.p.def.Find(asked.Method, asked.URL); known {
		problems = append(problems, exchange.Presented(c.p.def, asked, provider.Origin(req.URL.Scheme, req.URL.Host))...)
	}
	if err == nil {
		resp.Request = req
		problems = append(problems, c.answer(asked, resp)...)
	}
	c.report(asked, problems)
	return resp, err
}

// answer returns the problems of an answer, whose body stays readable.
func (c *checked) answer(asked contract.Request, resp *http.Response) []contract.Problem {
	c.tb.Helper()
	if _, known := c.p.def.Find(asked.Method, asked.URL); !known {
		return nil // the request says so already
	}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media == "text/event-stream" || resp.StatusCode == http.StatusSwitchingProtocols {
		c.log(asked, "the answer is a stream and was not checked")
		return nil
	}
	raw, err := keepBody(&resp.Body)
	if err == nil {
		raw, err = plain(resp.Header, raw)
	}
	if err != nil {
		c.unchecked(asked, "answer", err)
		return nil
	}
	return contract.CheckResponse(c.p.def, asked, contract.Response{Status: resp.StatusCode, Header: resp.Header, Body: raw}, c.p.options.strict)
}

// unchecked reports a body that was not checked. One that breaks off does so for
// its reader as well, and a test about that is no test about the contract.
func (c *checked) unchecked(asked contract.Request, which string, err error) {
	c.tb.Helper()
	if errors.As(err, new(unreadable)) {
		c.log(asked, fmt.Sprintf("the %s was not checked: %v", which, err))
		return
	}
	c.fail(asked, fmt.Sprintf("cannot be checked, for in its %s %v", which, err))
}

func (c *checked) report(asked contract.Request, problems []contract.Problem) {
	c.tb.Helper()
	var failing []string
	public := c.p.public(problems)
	c.p.news(public)
	for _, p := range public {
		switch {
		case p.Fails():
			failing = append(failing, p.String())
		default:
			c.log(asked, p.String())
		}
	}
	if len(failing) > 0 {
		c.fail(asked, fmt.Sprintf("breaks the contract of %s:\n\t%s", c.p.def.Title, strings.Join(failing, "\n\t")))
	}
}

func (c *checked) log(asked contract.Request, what string) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	line := fmt.Sprintf("%s %s: %s", asked.Method, asked.URL.Path, what)
	if !c.ended && !c.logged[line] {
		c.logged[line] = true
		c.tb.Logf("%s", line)
	}
}

func (c *checked) fail(asked contract.Request, what string) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.tb.Errorf("%s %s %s", asked.Method, asked.URL.Path, what)
	}
}

// late fails the test for a request that comes after end while the test can still
// fail: from a cleanup that runs later. It is not checked.
func (c *checked) late(asked contract.Request) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended && c.ending.Late() {
		exchange.Fail(c.tb, "%s %s comes after the cleanup of Checked, and is not checked; register the cleanup that sends it after Checked is called, so that it runs before", asked.Method, asked.URL.Path)
	}
}

// end keeps a straggler from touching a test that is over, and fails one in which
// nothing was checked.
func (c *checked) end() {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended, c.ending = true, exchange.End()
	if !c.saw && !c.p.options.allowUnused && !c.tb.Failed() && !c.tb.Skipped() {
		c.tb.Errorf("the test has ended, and Checked saw no request of an operation that %s documents; check the base URL, or use AllowUnused when the code may do without", c.p.def.Title)
	}
}
