package webhooktest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func TestAllowProblems(t *testing.T) {
	broken := webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"shared_secret": `))
	for _, tc := range []struct {
		name    string
		allowed []string
		fails   []string // what is still reported
	}{
		{"none", nil, []string{"request Content-Type", "/webhook/secret"}},
		{"one", []string{"/webhook/secret"}, []string{"request Content-Type"}},
		{"another place", []string{"/webhook", "Retry-After", "/secret"}, []string{"request Content-Type", "/webhook/secret"}},
		{"all", []string{"Content-Type", "/webhook/secret"}, nil},
		{"any", []string{"Content-Type", "/*/secret"}, nil},
		{"any but deeper", []string{"Content-Type", "/*", "/*/*/secret"}, []string{"/webhook/secret"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				p := webhooktest.DevRev.With(broken)
				if len(tc.allowed) > 0 {
					p = p.With(webhooktest.AllowProblems(tc.allowed...))
				}
				req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
				req.Header.Set("Content-Type", "text/plain")
				vcrtest.Send(t, webhooktest.Replay(tb, p, "webhooks.get/200"), req)
			})
			assert.Equal(t, len(tc.fails) > 0, w.Failed())
			for _, place := range tc.fails {
				assert.Contains(t, w.Failures(), place)
			}
			for _, place := range tc.allowed {
				if strings.HasPrefix(place, "/webhook/") {
					assert.NotContains(t, w.Failures(), place)
				}
			}
		})
	}
}

func TestNoDefaults(t *testing.T) {
	bare := func(t *testing.T, s string) *http.Request {
		req := vcrtest.Scenario(t, webhooktest.DVelop, s).Request()
		req.Header.Del("Authorization")
		req.Header.Del("Origin")
		return req
	}
	for _, tc := range []struct {
		name   string
		p      webhooktest.Provider
		step   string
		change func(*http.Request)
		fails  []string
		logs   []string
	}{
		{
			name: "without it, both are added", p: webhooktest.DVelop, step: "GetWebHook/200-json",
			logs: []string{
				"Authorization: Bearer webhooktest-token added, the request lacked it (NoDefaults turns this off)",
				"Origin: https://sample-api.d-velop.cloud added, the request lacked it (NoDefaults turns this off)",
			},
		},
		{
			name: "with it, the test fails", p: webhooktest.DVelop.With(webhooktest.NoDefaults()), step: "GetWebHook/200-json",
			fails: []string{
				"request Authorization: is missing, but d.velop asks for it, and NoDefaults leaves it to the code under test",
				"request Origin: is missing, but d.velop asks for it, and NoDefaults leaves it to the code under test",
			},
		},
		{
			name: "what is sent is fine", p: webhooktest.DVelop.With(webhooktest.NoDefaults()), step: "GetWebHook/200-json",
			change: func(req *http.Request) {
				req.Header.Set("Origin", webhooktest.DVelop.BaseURL())
				req.AddCookie(&http.Cookie{Name: "AuthSessionId", Value: webhooktest.Token})
			},
		},
		{
			name: "a scenario may be about it", p: webhooktest.DVelop.With(webhooktest.NoDefaults()), step: "GetWebHook/403-origin",
			change: func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+webhooktest.Token) },
		},
		{
			name: "it can be allowed", p: webhooktest.DVelop.With(webhooktest.NoDefaults(), webhooktest.AllowProblems("Origin", "Authorization")), step: "GetWebHook/200-json",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, tc.p, webhooktest.Always(webhooktest.Step(tc.step)))
				for range 2 {
					req := bare(t, tc.step)
					if tc.change != nil {
						tc.change(req)
					}
					vcrtest.Send(t, client, req)
				}
			})
			for _, place := range tc.fails {
				assert.Equal(t, 2, strings.Count(w.Failures(), "\n\t"+place), "both requests lack it")
			}
			assert.Equal(t, len(tc.fails) > 0, w.Failed())
			assert.Equal(t, tc.logs, w.Logs())
		})
	}
}

func TestOnRequest(t *testing.T) {
	var seen []*http.Request
	p := webhooktest.DVelop.With(webhooktest.OnRequest(func(req *http.Request) {
		seen = append(seen, req)
		req.Header.Set("Accept", "nothing")
		req.URL.Path = "/changed"
	}))
	client := webhooktest.Replay(t, p, "GetWebHook/200-json")
	req := vcrtest.Scenario(t, p, "GetWebHook/200-json").Request()
	req.Header.Del("Authorization")
	vcrtest.Send(t, client, req)
	require.Len(t, seen, 1)
	assert.Equal(t, "Bearer "+webhooktest.Token, seen[0].Header.Get("Authorization"), "with what the client adds")
	assert.Equal(t, webhooktest.DVelop.BaseURL(), seen[0].Header.Get("Origin"))
	assert.Equal(t, "application/json", req.Header.Get("Accept"), "what is done to the copy stays there")
	assert.NotEqual(t, "/changed", req.URL.Path)

	seen = nil
	post := webhooktest.DevRev.With(webhooktest.OnRequest(func(req *http.Request) {
		for range 2 {
			again, err := req.GetBody()
			require.NoError(t, err)
			body, err := io.ReadAll(again)
			require.NoError(t, err)
			assert.JSONEq(t, `{"id":"`+webhooktest.DevRevWebhookID+`"}`, string(body))
		}
		seen = append(seen, req)
	}))
	vcrtest.Send(t, webhooktest.Replay(t, post, "webhooks.get/200"), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Len(t, seen, 1)
}

func TestStrict(t *testing.T) {
	lax := webhooktest.OwnScenarios(vcrtest.Edited(t, "dvelop/GetWebHook/200-json.yaml", `"description": "text 1",`, ``))
	for strict, fails := range map[bool]string{
		false: "",
		true:  "\n\tanswer /description (line 1, column 1): ",
	} {
		p := webhooktest.DVelop.With(lax)
		if strict {
			p = p.With(webhooktest.Strict())
		}
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			vcrtest.Send(t, webhooktest.Replay(tb, p, "GetWebHook/200-json"), vcrtest.Scenario(t, p, "GetWebHook/200-json").Request())
		})
		assert.Equal(t, strict, w.Failed())
		assert.Contains(t, w.Failures(), fails)
	}
}

// With returns a provider of its own: options never reach the one they came
// from, nor a sister.
func TestProviderWith_leavesTheProviderAsItWas(t *testing.T) {
	base := webhooktest.DevRev
	for _, pointer := range []string{"/a", "/b", "/c"} { // one by one, so that a slice has room left
		base = base.With(webhooktest.AllowProblems(pointer))
	}
	right := base.With(webhooktest.AllowProblems("/d"))
	base.With(webhooktest.AllowProblems("/webhook/secret"))
	broken := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"shared_secret": `)
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		vcrtest.Send(t, webhooktest.Replay(tb, right.With(webhooktest.OwnScenarios(broken)), "webhooks.get/200"), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Contains(t, w.Failures(), "/webhook/secret")
}

func TestKeepAndRedact(t *testing.T) {
	for _, tc := range []struct {
		name     string
		options  []webhooktest.Option
		has, not string
	}{
		{"an undocumented member is replaced", nil, "undocumented-1", "ultramarine"},
		{"Keep", []webhooktest.Option{webhooktest.Keep("/webhook/colour")}, "ultramarine-7hQz", "undocumented-1"},
		{"Keep any", []webhooktest.Option{webhooktest.Keep("/*/colour")}, "ultramarine-7hQz", "undocumented-1"},
		{"Keep another", []webhooktest.Option{webhooktest.Keep("/webhook/color")}, "undocumented-1", "ultramarine"},
		{"a listed value stays", nil, "part_created", "opaque-"},
		{"Redact", []webhooktest.Option{webhooktest.Redact("/webhook/event_types/0"), webhooktest.AllowProblems("/webhook/event_types/0")}, "opaque-", "part_created"},
		{"Redact any", []webhooktest.Option{webhooktest.Redact("/webhook/event_types/*")}, "opaque-", "part_created"},
		{"Redact another", []webhooktest.Option{webhooktest.Redact("/webhook/event_types/1")}, "part_created", "opaque-"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, text := vcrtest.RecordOnce(t, webhooktest.DevRev.With(tc.options...), &vcrtest.Vendor{Webhook: vcrtest.SoundOne + vcrtest.RealColour}, webhooktest.DevRevWebhookID)
			require.NotEmpty(t, text, w.Said())
			assert.Contains(t, text, tc.has)
			assert.NotContains(t, text, tc.not)
		})
	}
}

func TestSeed(t *testing.T) {
	const second = "don:integration:dvrv-us-1:devo/example:webhook/second"
	t.Setenv("SECOND_WEBHOOK", "don:integration:dvrv-us-1:devo/7hQz:webhook/zweite")
	v := &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}
	w, text := vcrtest.RecordOnce(t, webhooktest.DevRev.With(webhooktest.Seed(second, "SECOND_WEBHOOK")), v, second)
	require.NotEmpty(t, text, w.Said())
	assert.Equal(t, []string{`{"id":"don:integration:dvrv-us-1:devo/7hQz:webhook/zweite"}`}, v.Asked)
	assert.Contains(t, text, second)

	v.Asked = nil
	w, text = vcrtest.RecordOnce(t, webhooktest.DevRev, v, second)
	assert.Empty(t, text)
	assert.Empty(t, v.Asked, "an id that nobody knows is not sent")
	assert.Contains(t, w.Failures(), "/id")
}

type counting struct {
	next  http.RoundTripper
	calls int
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.calls++
	return c.next.RoundTrip(req)
}

func TestTransport(t *testing.T) {
	transport := &counting{next: http.DefaultTransport}
	p := webhooktest.DevRev.With(webhooktest.Transport(transport))
	_, text := vcrtest.RecordOnce(t, p, &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}, webhooktest.DevRevWebhookID)
	require.NotEmpty(t, text)
	assert.Equal(t, 1, transport.calls, "a recording goes through it")
}

// Every header that the contract speaks of, every documented query key and the
// body as a whole are named without a slash, and nothing else is.
func TestAllowProblems_everyName(t *testing.T) {
	for _, tc := range []struct {
		p     webhooktest.Provider
		names []string
	}{
		{webhooktest.DevRev, []string{"", "id", "status", "Accept", "Authorization", "Content-Encoding", "Content-Type", "Host", "Location", "Origin", "Retry-After", "X-Devrev-Scope", "X-Devrev-Version", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"}},
		{webhooktest.DVelop, []string{"", "Accept", "Authorization", "Content-Encoding", "Content-Type", "Cookie", "Host", "Location", "Origin", "Retry-After", "Vary", "Www-Authenticate"}},
	} {
		for _, name := range tc.names {
			assert.NotContains(t, vcrtest.SaidBy(webhooktest.ValidateBody(tc.p.With(webhooktest.AllowProblems(name)), "none", 200, "", nil)), "AllowProblems", name)
		}
	}
	for _, name := range []string{"id", "?id", "X-Ratelimit-Limit", "uri", "restrictions", "GetWebHook", "application/json"} {
		assert.Contains(t, vcrtest.SaidBy(webhooktest.ValidateBody(webhooktest.DVelop.With(webhooktest.AllowProblems(name)), "GetWebHook", 200, "", []byte(`{}`))), "AllowProblems", name)
	}
}
