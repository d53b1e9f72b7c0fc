package webhooktest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/webhookvcr/internal/contract"
)

// Checked returns a transport that checks every exchange of rt against the
// vendor's contract while the test runs: for a team that has its own recorder,
// fake or server. Breaches fail the test, undocumented members, unlisted enum
// values and operations are logged. Requests and answers pass unchanged; rt
// defaults to http.DefaultTransport.
func Checked(tb testing.TB, p Provider, rt http.RoundTripper) http.RoundTripper {
	tb.Helper()
	if _, err := p.resolve([]Step{Step(firstScenario(p))}); err != nil {
		fatal(tb, err)
	}
	if rt == nil {
		rt = http.DefaultTransport
	}
	c := &checked{tb: tb, p: p, next: rt, logged: map[string]bool{}}
	tb.Cleanup(c.end)
	return c
}

type checked struct {
	tb   testing.TB
	p    Provider
	next http.RoundTripper

	mu     sync.Mutex
	ended  bool
	logged map[string]bool
}

func (c *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	body, err := keepBody(&sent.Body)
	if err != nil {
		return nil, err
	}
	asked := contract.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: body}
	resp, err := c.next.RoundTrip(sent)
	if err != nil {
		c.report(req, contract.CheckRequest(c.p.def, asked))
		return nil, err
	}
	answer, err := keepBody(&resp.Body)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	problems := contract.CheckRequest(c.p.def, asked)
	if _, known := c.p.def.Find(req.Method, req.URL); known {
		problems = append(problems, contract.CheckAnswer(c.p.def, asked, contract.Answer{Status: resp.StatusCode, Header: resp.Header, Body: answer}, c.p.options.strict)...)
	}
	c.report(req, problems)
	return resp, nil
}

func (c *checked) report(req *http.Request, problems []contract.Problem) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	var failing []string
	for _, p := range problems {
		switch line := p.String(); {
		case slices.Contains(c.p.options.allowProblems, p.Pointer):
		case p.Fails():
			failing = append(failing, line)
		case !c.logged[line]:
			c.logged[line] = true
			c.tb.Logf("%s %s: %s", req.Method, req.URL.Path, line)
		}
	}
	if len(failing) > 0 {
		c.tb.Errorf("%s %s breaks the contract of %s:\n\t%s", req.Method, req.URL.Path, c.p.def.Title, strings.Join(failing, "\n\t"))
	}
}

// end keeps a straggler from touching a test that is over.
func (c *checked) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

func firstScenario(p Provider) string {
	if p.def == nil {
		return ""
	}
	return p.def.Scenarios[0].Name
}
