package exchange_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// presented are headers and URLs that carry a credential or an origin, with what
// is wrong with each; empty when nothing is.
var presented = []struct {
	name   string
	p      webhooktest.Provider
	change func(*http.Request)
	want   string
}{
	{"any token", webhooktest.DevRev, authorization("Bearer aB3-._~+/=&%25"), ""},
	{"any case", webhooktest.DevRev, authorization("bearer x"), ""},
	{"any space", webhooktest.DevRev, authorization("Bearer  x"), ""},
	{"the token alone", webhooktest.DevRev, authorization("aB3.dEf"), ""},
	{"no token", webhooktest.DevRev, authorization("Bearer "), "request Authorization: holds no token, but DevRev asks for one"},
	{"the word alone", webhooktest.DevRev, authorization("bearer"), "request Authorization: holds no token"},
	{"an empty header", webhooktest.DevRev, authorization(""), "request Authorization: holds no token"},
	{"a nil that was printed", webhooktest.DevRev, authorization("Bearer %!s(<nil>)"), "request Authorization: holds a text that is no token; expected letters, digits and any of -._~+/=&%"},
	{"such a nil alone", webhooktest.DevRev, authorization("%!s(<nil>)"), "request Authorization: holds a text that is no token"},
	{"a template", webhooktest.DevRev, authorization("Bearer ${DEVREV_TOKEN}"), "request Authorization: holds a text that is no token"},
	{"a colon for a space", webhooktest.DevRev, authorization("Bearer:x"), "request Authorization: holds a text that is no token"},
	{"the word twice", webhooktest.DevRev, authorization("Bearer Bearer x"), "request Authorization: names the scheme Bearer twice"},
	{"two tokens in one", webhooktest.DevRev, authorization("Bearer x y"), "request Authorization: holds a text that is no token"},
	{"basic", webhooktest.DevRev, authorization("Basic eDp5"), "request Authorization: has another scheme than Bearer, the one that DevRev documents"},
	{"another word", webhooktest.DevRev, authorization("token x"), "request Authorization: has another scheme than Bearer"},
	{"in the URL", webhooktest.DevRev, func(req *http.Request) {
		req.Header.Del("Authorization")
		req.URL.User = url.UserPassword("u", "planted")
	}, "request Authorization: stands in the URL as user information, which DevRev does not document"},
	{"in the URL as well", webhooktest.DevRev, func(req *http.Request) { req.URL.User = url.User("planted") }, "request Authorization: stands in the URL as user information"},

	{"d.velop", webhooktest.DVelop, authorization("Bearer x+y/z&a="), ""},
	{"a cookie", webhooktest.DVelop, cookie("x%2By%3D"), ""},
	{"an empty cookie", webhooktest.DVelop, cookie(""), "request Cookie: holds no token in AuthSessionId"},
	{"a nil in a cookie", webhooktest.DVelop, cookie("%!s(<nil>)"), "request Cookie: holds a text that is no token in AuthSessionId"},
	{"the token alone", webhooktest.DVelop, authorization("x"), "request Authorization: lacks the scheme Bearer, which d.velop documents"},
	{"no token", webhooktest.DVelop, authorization("Bearer "), "request Authorization: holds no token"},
	{"a nil that was printed", webhooktest.DVelop, authorization("Bearer <nil>"), "request Authorization: holds a text that is no token"},
	{"basic", webhooktest.DVelop, authorization("Basic eDp5"), "request Authorization: has another scheme than Bearer"},
	{"another origin", webhooktest.DVelop, origin("https://planted.example"), "request Origin: is not the base URL that the request goes to, as d.velop demands"},
	{"an origin with a slash", webhooktest.DVelop, origin(webhooktest.DVelop.BaseURL() + "/"), "request Origin: is not the base URL"},
	{"null", webhooktest.DVelop, origin("null"), "request Origin: is not the base URL"},
	{"an empty origin", webhooktest.DVelop, origin(""), "request Origin: is not the base URL"},
	{"an origin in capitals", webhooktest.DVelop, origin(strings.ToUpper(webhooktest.DVelop.BaseURL())), ""},
}

func authorization(value string) func(*http.Request) {
	return func(req *http.Request) { req.Header.Set("Authorization", value) }
}

func cookie(value string) func(*http.Request) {
	return func(req *http.Request) {
		req.Header.Del("Authorization")
		req.Header.Set("Cookie", "AuthSessionId="+value)
	}
}

func origin(value string) func(*http.Request) {
	return func(req *http.Request) { req.Header.Set("Origin", value) }
}

// sound is a scenario of each vendor that is about no bad credential.
var sound = map[string]webhooktest.Step{"DevRev": "webhooks.get/200", "d.velop": "GetWebHook/200-json"}

// What a request carries must have the documented form in every call.
func TestCredential_inEveryCall(t *testing.T) {
	for _, test := range presented {
		step := sound[test.p.String()]
		ask := func(tb testing.TB, client *http.Client, base string) {
			req := vcrtest.Scenario(t, test.p, string(step)).Request()
			test.change(req)
			if base != "" {
				req = vcrtest.OnServer(t, base, req)
			}
			resp, err := client.Do(req)
			if assert.NoError(t, err) {
				resp.Body.Close()
			}
		}
		file := vcrtest.ShippedFile(t, strings.ReplaceAll(strings.ToLower(test.p.String()), ".", "")+"/"+string(step)+".yaml")
		modes := map[string]func(tb testing.TB, p webhooktest.Provider){
			"Replay": func(tb testing.TB, p webhooktest.Provider) { ask(tb, webhooktest.Replay(tb, p, step), "") },
			"Open":   func(tb testing.TB, p webhooktest.Provider) { ask(tb, webhooktest.Open(tb, p, file), "") },
			"Checked": func(tb testing.TB, p webhooktest.Provider) {
				inner := webhooktest.Replay(tbtest.New(""), test.p, step).Transport
				ask(tb, &http.Client{Transport: webhooktest.Checked(tb, p, inner)}, "")
			},
		}
		if !strings.Contains(test.name, "URL") {
			modes["ReplayServer"] = func(tb testing.TB, p webhooktest.Provider) {
				ask(tb, vcrtest.Browser(t, 10*time.Second), webhooktest.ReplayServer(tb, p, step).URL)
			}
		}
		for _, mode := range slices.Sorted(maps.Keys(modes)) {
			t.Run(fmt.Sprintf("%s/%s/%s", test.p, test.name, mode), func(t *testing.T) {
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) { modes[mode](tb, test.p) })
				if test.want == "" {
					assert.Empty(t, w.Failures())
					return
				}
				want := test.want
				assert.Contains(t, w.Failures(), want)
				assert.Equal(t, 1, strings.Count(w.Failures(), "\trequest "), w.Failures())
				assert.NotContains(t, w.Failures(), "planted")
				header := strings.TrimSuffix(strings.Fields(want)[1], ":")
				w = tbtest.New(t.Name()).Run(func(tb testing.TB) { modes[mode](tb, test.p.With(webhooktest.AllowProblems(header))) })
				assert.Empty(t, w.Failures())
			})
		}
	}
}

// A scenario about a bad credential, or a bad origin, takes any.
func TestCredential_inAScenarioAboutIt(t *testing.T) {
	for _, test := range presented {
		for _, s := range test.p.Scenarios() {
			about := strings.Contains(s.Name, "/401") || strings.Contains(s.Name, "/302-login")
			if strings.Contains(test.want, "Origin") {
				about = strings.Contains(s.Name, "403-origin")
			}
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, test.p, webhooktest.Step(s.Name))
				client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				req := s.Request()
				test.change(req)
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					resp.Body.Close()
				}
			})
			assert.Equal(t, test.want != "" && !about, w.Failed(), "%s, %s: %s", s.Name, test.name, w.Failures())
		}
	}
}

// A client of the server has the server's URL for its base URL.
func TestCredential_hostAndOriginOfAServer(t *testing.T) {
	for name, test := range map[string]struct {
		change func(req *http.Request, server *url.URL)
		want   string
	}{
		"its own":            {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", server.String()) }, ""},
		"the vendor's":       {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", webhooktest.DVelop.BaseURL()) }, ""},
		"by the name":        {func(req *http.Request, server *url.URL) { req.Host = "localhost:" + server.Port() }, ""},
		"origin by the name": {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", "http://localhost:"+server.Port()) }, ""},
		"the vendor's host":  {func(req *http.Request, server *url.URL) { req.Host = "sample-api.d-velop.cloud" }, ""},
		"another origin":     {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", "http://planted.example") }, "request Origin: is not the base URL"},
		"another port":       {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", "http://127.0.0.1:1") }, "request Origin: is not the base URL"},
		"https":              {func(req *http.Request, server *url.URL) { req.Header.Set("Origin", "https://"+server.Host) }, "request Origin: is not the base URL"},
		"a foreign host":     {func(req *http.Request, server *url.URL) { req.Host = "planted.example" }, "request Host: is another than the URL's"},
		"a foreign port":     {func(req *http.Request, server *url.URL) { req.Host = "127.0.0.1:1" }, "request Host: is another than the URL's"},
		"another vendor's":   {func(req *http.Request, server *url.URL) { req.Host = "api.devrev.ai" }, "request Host: is another than the URL's"},
		"the host as an origin": {func(req *http.Request, server *url.URL) {
			req.Host = "planted.example"
			req.Header.Set("Origin", "http://planted.example")
		}, "request Origin: is not the base URL"},
	} {
		for _, options := range [][]webhooktest.Option{nil, {webhooktest.NoDefaults()}} {
			t.Run(fmt.Sprint(name, len(options)), func(t *testing.T) {
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					server := webhooktest.ReplayServer(tb, webhooktest.DVelop.With(options...), "GetWebHook/200-json")
					u, err := url.Parse(server.URL)
					require.NoError(t, err)
					req := vcrtest.OnServer(t, server.URL, vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request())
					test.change(req, u)
					vcrtest.Send(t, vcrtest.Browser(t, 10*time.Second), req)
				})
				if test.want == "" {
					assert.Empty(t, w.Failures())
				} else {
					assert.Contains(t, w.Failures(), test.want)
					assert.NotContains(t, w.Failures(), "planted")
				}
			})
		}
	}
}

// A client of a team's own server sends that server's base URL as its origin.
func TestCredential_originOfATeamsServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) }))
	defer server.Close()
	for value, want := range map[string]string{server.URL: "", webhooktest.DVelop.BaseURL(): "", "https://other.example": "request Origin: is not the base URL", "none": ""} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DVelop.With(webhooktest.AllowProblems("")), server.Client().Transport)}
			req := vcrtest.OnServer(t, server.URL, vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request())
			req.Header.Set("Origin", value)
			if value == "none" {
				req.Header.Del("Origin")
				req.Header.Del("Authorization")
			}
			vcrtest.Send(t, client, req)
		})
		if want == "" {
			assert.Empty(t, w.Failures())
		} else {
			assert.Contains(t, w.Failures(), want)
		}
	}
}

// With NoDefaults the client demands what the vendor demands.
func TestCredential_whatTheVendorRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		p      webhooktest.Provider
		step   webhooktest.Step
		change func(http.Header)
		want   string // empty: sound
	}{
		"bearer":           {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", "Bearer "+webhooktest.Token) }, ""},
		"bare, as the SDK": {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", webhooktest.Token) }, ""},
		"empty bearer":     {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", "Bearer ") }, "request Authorization: holds no token"},
		"word alone":       {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", "Bearer") }, "request Authorization: holds no token"},
		"basic":            {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", "Basic "+webhooktest.Token) }, "request Authorization: has another scheme than Bearer"},
		"wrong token":      {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) { h.Set("Authorization", "Bearer 0123456789") }, "request Authorization: holds a token that no tenant knows"},
		"none":             {webhooktest.DevRev, "webhooks.get/200", func(http.Header) {}, "request Authorization: is missing"},
		"twice": {webhooktest.DevRev, "webhooks.get/200", func(h http.Header) {
			h["Authorization"] = []string{"Bearer " + webhooktest.Token, "Bearer " + webhooktest.Token}
		}, "request Authorization: stands 2 times, expected once"},
		"d.velop": {webhooktest.DVelop, "GetWebHook/200-json", func(h http.Header) {
			h.Set("Authorization", "Bearer "+webhooktest.Token)
			h.Set("Origin", webhooktest.DVelop.BaseURL())
		}, ""},
		"d.velop's cookie": {webhooktest.DVelop, "GetWebHook/200-json", func(h http.Header) {
			h.Set("Cookie", "AuthSessionId="+webhooktest.Token)
			h.Set("Origin", webhooktest.DVelop.BaseURL())
		}, ""},
		"d.velop, bare": {webhooktest.DVelop, "GetWebHook/200-json", func(h http.Header) {
			h.Set("Authorization", webhooktest.Token)
			h.Set("Origin", webhooktest.DVelop.BaseURL())
		}, "request Authorization: lacks the scheme Bearer"},
		"another origin": {webhooktest.DVelop, "GetWebHook/200-json", func(h http.Header) {
			h.Set("Authorization", "Bearer "+webhooktest.Token)
			h.Set("Origin", "https://other.example")
		}, "request Origin: is not the base URL that the request goes to"},
	} {
		t.Run(name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, test.p.With(webhooktest.NoDefaults()), test.step)
				var req *http.Request
				for _, s := range test.p.Scenarios() {
					if webhooktest.Step(s.Name) == test.step {
						req = s.Request()
					}
				}
				for _, header := range []string{"Authorization", "Origin", "Cookie"} {
					req.Header.Del(header)
				}
				test.change(req.Header)
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					resp.Body.Close()
				}
			})
			said := w.Failures()
			if test.want == "" {
				assert.Empty(t, said)
			} else {
				assert.Contains(t, said, test.want)
			}
			assert.NotContains(t, said, "0123456789")
		})
	}
}
