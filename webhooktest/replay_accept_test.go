package webhooktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// d.velop's answers are told apart by the media type that a request asks for: what it
// wants most comes first, whatever the order of the steps, then what it takes as well,
// and what it refuses never.
func TestAccept(t *testing.T) {
	const json, hal, none = "application/json", "application/hal+json", ""
	steps := map[string]webhooktest.Step{json: "GetWebHook/200-json", hal: "GetWebHook/200-hal"}
	for _, tc := range []struct {
		accept string
		best   string // none: the first step
		second string // none: no answer any more
		rather string // what the log says that the other one would be
	}{
		{json, json, none, ""},
		{hal, hal, none, ""},
		{json + ";q=0.1, " + hal, hal, json, hal},
		{hal + ", " + json + ";q=0.1", hal, json, hal},
		{json + ", " + hal + ";q=0.9", json, hal, json},
		{json + ";q=0.2, " + hal + ";q=0.3", hal, json, hal},
		{json + ";q=0.001, */*", hal, json, ""},
		{"application/*;q=0.5, " + json, json, hal, json},
		{"application/*, " + json + ";q=0.5", hal, json, ""},
		{"*/*;q=0.1, application/*;q=0.2, " + hal + ";q=0.3", hal, json, hal},
		{json + ";q=0, */*", hal, none, ""},
		{hal + ";q=0, " + json + ";q=0.1", json, none, ""},
	} {
		for _, order := range [][]string{{json, hal}, {hal, json}} {
			name := fmt.Sprintf("%s of %v", tc.accept, order)
			var got []string
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DVelop.With(webhooktest.AllowUnused()), steps[order[0]], steps[order[1]])
				for range 2 {
					req := scenario(t, webhooktest.DVelop, string(steps[json])).Request()
					req.Header.Set("Accept", tc.accept)
					resp, err := client.Do(req)
					if err != nil {
						got = append(got, none)
						continue
					}
					resp.Body.Close()
					got = append(got, resp.Header.Get("Content-Type"))
				}
			})
			assert.Equal(t, []string{tc.best, tc.second}, got, name)
			assert.Equal(t, tc.second == none, w.Failed(), name)
			assert.Equal(t, tc.rather != "", strings.Contains(w.Said(), "asks for "+tc.rather+" rather than "), "%s: %s", name, w.Said())
		}
	}
	for _, accept := range []string{"", "*/*", json + ", " + hal, "application/*", json + ";q=0.5, " + hal + ";q=0.5"} { // all the same to it
		for _, first := range []string{json, hal} {
			client := webhooktest.Replay(t, webhooktest.DVelop, steps[first])
			req := scenario(t, webhooktest.DVelop, string(steps[json])).Request()
			req.Header.Set("Accept", accept)
			resp, _ := send(t, client, req)
			assert.Equal(t, first, resp.Header.Get("Content-Type"), accept)
		}
	}
}

// A header counts however its name is written: net/http sends each of them, and a
// server does not tell them apart.
func TestHeaders_asNetHTTPSendsThem(t *testing.T) {
	clients := map[string]func(tb testing.TB, p webhooktest.Provider, s webhooktest.Scenario) http.RoundTripper{
		"Replay": func(tb testing.TB, p webhooktest.Provider, s webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Replay(tb, p.With(webhooktest.AllowUnused()), webhooktest.Step(s.Name)).Transport
		},
		"Simulate": func(tb testing.TB, p webhooktest.Provider, _ webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Simulate(tb, p).Client().Transport
		},
		"Checked": func(tb testing.TB, p webhooktest.Provider, _ webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Checked(tb, p, silentTransport{})
		},
	}
	for name, p := range map[string]webhooktest.Provider{"webhooks.get/200": webhooktest.DevRev, "GetWebHook/200-json": webhooktest.DVelop} {
		s := scenario(t, p, name)
		for way, client := range clients {
			for title, tc := range map[string]struct {
				key, value string
				beside     bool // the canonical one as well
				says       string
			}{
				"a wrong one":      {"authorization", "Basic dXNlcjpwYXNz", false, "request Authorization: "},
				"a wrong one more": {"AUTHORIZATION", "Basic dXNlcjpwYXNz", true, "request Authorization: stands 2 times"},
				"the same twice":   {"authorization", "Bearer " + webhooktest.Token, true, "request Authorization: stands 2 times"},
				"a good one":       {"authorization", "Bearer " + webhooktest.Token, false, ""},
				"a media type":     {"content-type", "text/plain", true, "request Content-Type: stands 2 times"},
			} {
				if way == "Checked" && tc.beside {
					continue // it looks at what one of them says
				}
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					req := s.Request()
					if !tc.beside {
						req.Header.Del(tc.key)
					} else if tc.key == "content-type" {
						req.Header.Set(tc.key, "application/json")
					}
					req.Header[tc.key] = []string{tc.value}
					swallow(&http.Client{Transport: client(tb, p, s)}, req)
				})
				if tc.says != "" {
					assert.Contains(t, w.Failures(), tc.says, "%s, %s: %s", p, way, title)
				} else if way != "Simulate" && way != "Checked" {
					assert.Empty(t, w.Failures(), "%s, %s: %s", p, way, title)
				}
				assert.NotContains(t, w.Said(), "the request lacked it (NoDefaults turns this off)\nAuthorization", title)
				assert.NotContains(t, w.Said(), "Authorization: Bearer "+webhooktest.Token+" added", title)
			}
		}
	}
}

// JSON is UTF-8, and a request says nothing else.
func TestRequest_charset(t *testing.T) {
	for charset, fails := range map[string]bool{"": false, "; charset=utf-8": false, "; charset=UTF-8": false, `; charset="utf-8"`: false, "; charset=utf8": false, "; q=1": false,
		"; charset=utf-16": true, "; charset=iso-8859-1": true, "; CHARSET=US-ASCII": true} {
		for _, media := range []string{"application/json", "application/hal+json"} {
			p, s := webhooktest.DevRev, "webhooks.get/200"
			if media == "application/hal+json" {
				p, s = webhooktest.DVelop, "PutWebHook/200"
			}
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				req := scenario(t, p, s).Request()
				req.Header.Set("Content-Type", media+charset)
				resp, err := webhooktest.Replay(tb, p, webhooktest.Step(s)).Do(req)
				require.NoError(t, err)
				resp.Body.Close()
			})
			assert.Equal(t, fails, w.Failed(), "%s%s: %s", media, charset, w.Failures())
			assert.Equal(t, fails, strings.Contains(w.Failures(), "request Content-Type: says that the body is in "), charset)
		}
	}
}
