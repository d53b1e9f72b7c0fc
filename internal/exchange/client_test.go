package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
)

// heard keeps what is reported.
type heard struct{ failures, notes []string }

func (h *heard) Helper() {}
func (h *heard) Logf(format string, args ...any) {
	h.notes = append(h.notes, fmt.Sprintf(format, args...))
}
func (h *heard) Errorf(format string, args ...any) {
	h.failures = append(h.failures, fmt.Sprintf(format, args...))
}

func client(h *heard, change func(*exchange.Config)) *exchange.Client {
	c := &exchange.Client{
		Config:   exchange.Config{Definition: &provider.DVelop, Report: h},
		Describe: func(req *http.Request) string { return "this request" },
	}
	if change != nil {
		change(&c.Config)
	}
	return c
}

// body is a request's body that says whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

func asking(t *testing.T, ctx context.Context, text string) (*http.Request, *body) {
	t.Helper()
	b := &body{Reader: strings.NewReader(text)}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, provider.DVelop.BaseURL+"/x", b)
	require.NoError(t, err)
	return req, b
}

// What is sent on is a copy with the defaults noted beside it; the caller's own
// request stays as it is, and its body is closed.
func TestClient_Send(t *testing.T) {
	h := &heard{}
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
	assert.True(t, b.closed)
	assert.Empty(t, req.Header)
	assert.Equal(t, "Bearer "+provider.Token, seen.Header.Get("Authorization"))
	assert.Equal(t, provider.DVelop.BaseURL, seen.Header.Get("Origin"))
	assert.Len(t, h.notes, 2)
	assert.Empty(t, h.failures)
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
			h := &heard{}
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
			assert.True(t, b.closed)
			assert.Len(t, h.failures, tc.failures)
		})
	}
}

// Breaches fail, news is logged once, and what is excused is neither.
func TestClient_Judge(t *testing.T) {
	h := &heard{}
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
	require.Len(t, h.failures, 1)
	assert.Contains(t, h.failures[0], "this breaks the contract of "+provider.DVelop.Title)
	assert.Contains(t, h.failures[0], "/a/b/c")
	assert.Len(t, h.notes, 1)
	assert.Len(t, news, 2)
	assert.Len(t, c.Excuse(provider.DVelop.Scenario("GetWebHook/200"), nil, problems), 3)
}
