package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func client(h *tbtest.TB, change func(*exchange.Config)) *exchange.Client {
	c := &exchange.Client{
		Config:   exchange.Config{Definition: &provider.DVelop, Report: h},
		Describe: func(req *http.Request) string { return "this request" },
	}
	if change != nil {
		change(&c.Config)
	}
	return c
}

func asking(t *testing.T, ctx context.Context, text string) (*http.Request, *vcrtest.Watched) {
	t.Helper()
	b := &vcrtest.Watched{Reader: strings.NewReader(text)}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, provider.DVelop.BaseURL+"/x", b)
	require.NoError(t, err)
	return req, b
}

// What is sent on is a copy with the defaults noted beside it; the caller's own
// request stays as it is, and its body is closed.
func TestClient_Send(t *testing.T) {
	h := tbtest.New(t.Name())
	var seen *http.Request
	c := client(h, func(c *exchange.Config) { c.OnRequest = append(c.OnRequest, func(r *http.Request) { seen = r }) })
	req, b := asking(t, t.Context(), "text")
	want := &http.Response{StatusCode: 200}
	resp, err := c.Send(req, func(r *exchange.Request) (*http.Response, error) {
		assert.Same(t, req, r.Sent)
		assert.Equal(t, "text", string(r.Body))
		assert.Equal(t, provider.Token, r.Credential.Token)
		assert.False(t, r.Credential.Missing)
		assert.True(t, r.AddOrigin)
		assert.Empty(t, r.Problems)
		return want, nil
	})
	require.NoError(t, err)
	assert.Same(t, want, resp)
	assert.Equal(t, 1, b.Closed)
	assert.Empty(t, req.Header)
	assert.Equal(t, "Bearer "+provider.Token, seen.Header.Get("Authorization"))
	assert.Equal(t, provider.DVelop.BaseURL, seen.Header.Get("Origin"))
	assert.Len(t, h.Logs(), 2)
	assert.Empty(t, h.Errors())
}

// What no cassette can hold, and what comes too late, goes no further.
func TestClient_Send_refuses(t *testing.T) {
	cancelled, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	for name, tc := range map[string]struct {
		ctx      context.Context
		change   func(*http.Request)
		closed   bool
		err      error // wrapped, or any
		failures int
	}{
		"an upgrade":   {ctx: t.Context(), change: func(r *http.Request) { r.Header.Set("Upgrade", "websocket") }, failures: 1},
		"a line break": {ctx: t.Context(), change: func(r *http.Request) { r.Header.Set("Accept", "a\n") }, failures: 1},
		"no URL":       {ctx: t.Context(), change: func(r *http.Request) { r.URL = nil }, failures: 1},
		"cancelled":    {ctx: cancelled, err: gone},
		"closed":       {ctx: t.Context(), closed: true, err: exchange.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			h := tbtest.New(t.Name())
			c := client(h, nil)
			req, b := asking(t, tc.ctx, "text")
			if tc.change != nil {
				tc.change(req)
			}
			if tc.closed {
				c.Close()
				c.Close() // a second call does nothing
			}
			_, err := c.Send(req, func(*exchange.Request) (*http.Response, error) {
				t.Error("it was sent on")
				return nil, nil
			})
			require.Error(t, err)
			if tc.err != nil {
				assert.ErrorIs(t, err, tc.err)
			}
			assert.Equal(t, 1, b.Closed)
			assert.Len(t, h.Errors(), tc.failures)
		})
	}
}

// Breaches fail, news is logged once, and what is excused is neither.
func TestClient_Judge(t *testing.T) {
	h := tbtest.New(t.Name())
	var news []contract.Problem
	c := client(h, func(c *exchange.Config) {
		c.AllowProblems = []string{"/a/*"}
		c.OnNews = func(p contract.Problem) { news = append(news, p) }
	})
	problems := []contract.Problem{
		{Kind: contract.Violation, In: "answer", Pointer: "/a/b"},
		{Kind: contract.Violation, In: "answer", Pointer: "/a/b/c"},
		{Kind: contract.Undocumented, In: "answer", Pointer: "/d"},
		{Kind: contract.Undocumented, In: "answer", Pointer: "/d"},
	}
	left := c.Excuse(nil, nil, problems)
	require.Len(t, left, 3)
	c.Judge("this", left)
	require.Len(t, h.Errors(), 1)
	assert.Contains(t, h.Errors()[0], "this breaks the contract of "+provider.DVelop.Title)
	assert.Contains(t, h.Errors()[0], "/a/b/c")
	assert.Len(t, h.Logs(), 1)
	assert.Len(t, news, 2)
	assert.Len(t, c.Excuse(provider.DVelop.Scenario("GetWebHook/200"), nil, problems), 3)
}

// A breach of the contract names the call, replaying and recording.
func TestClient_Judge_namesTheCall(t *testing.T) {
	tenant := vcrtest.Loopback(t, &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"})
	env := vcrtest.Environment{"DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": tenant, "DEVREV_WEBHOOK_ID": vcrtest.RealID}
	line := 0
	breach := func(_ testing.TB, client *http.Client) {
		req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
		req.Header.Set("Content-Type", "text/plain")
		_, _, line, _ = runtime.Caller(0)
		resp, err := (&http.Client{Transport: client.Transport, Timeout: time.Minute}).Do(req)
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	}
	recorded := env.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), breach)
	assert.Contains(t, recorded.Errors()[0], fmt.Sprintf("expected application/json\ncalled at client_test.go:%d", line+1))
	played := tbtest.New(t.Name()).Run(func(tb testing.TB) { breach(tb, webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")) })
	assert.Contains(t, played.Failures(), fmt.Sprintf("expected application/json\ncalled at client_test.go:%d", line+1))
}

// Breaches fail the test, and news are logged. How a message names them stands in
// testdata/golden/messages/contract.golden.
func TestClient_Judge_breachesFailTheTest(t *testing.T) {
	noSecret := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"secrets": `)
	tests := []struct {
		name       string
		provider   webhooktest.Provider
		step       webhooktest.Step
		change     func(*http.Request)
		fails, log bool
	}{
		{name: "none", step: "webhooks.get/200"},
		{
			name: "the request", step: "webhooks.get/200",
			change: func(req *http.Request) { req.Header.Set("Content-Type", "text/plain") },
			fails:  true,
		},
		{
			name: "the answer", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(noSecret)),
			fails:    true,
			log:      true,
		},
		{
			name: "an undocumented member is logged", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"color": "red", "secret": `))),
			log:      true,
		},
		{
			name: "an unlisted value is logged", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"status": "active"`, `"status": "paused"`))),
			log:      true,
		},
		{name: "a departure that the scenario demonstrates", step: "webhooks.get/400-invalid_field"},
		{
			name: "another departure in such a scenario", step: "webhooks.get/400-invalid_field",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/400-invalid_field.yaml", `"field_name": `, `"field": `))),
			fails:    true,
			log:      true,
		},
	}
	var said []string
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := tc.provider
			if p.String() == "no provider" {
				p = webhooktest.DevRev
			}
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, p, webhooktest.Always(tc.step))
				for range 2 {
					req := vcrtest.Scenario(t, webhooktest.DevRev, string(tc.step)).Request()
					if tc.change != nil {
						tc.change(req)
					}
					vcrtest.Send(t, client, req)
				}
			})
			assert.Len(t, w.Errors(), map[bool]int{true: 2}[tc.fails], "every exchange counts")
			assert.Len(t, w.Logs(), map[bool]int{true: 1}[tc.log], "news are told once")
			said = append(said, "# "+tc.name+"\n"+vcrtest.Sentence.ReplaceAllString(vcrtest.AnyLine(w.Said()), "$1: …"))
		})
	}
	vcrtest.AssertMessages(t, "contract", len(tests), said)
}
