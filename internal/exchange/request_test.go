package exchange_test

import (
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A header counts however its name is written: net/http sends each of them, and a
// server does not tell them apart.
func TestRequest_headersAsNetHTTPSendsThem(t *testing.T) {
	clients := map[string]func(tb testing.TB, p webhooktest.Provider, s webhooktest.Scenario) http.RoundTripper{
		"Replay": func(tb testing.TB, p webhooktest.Provider, s webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Replay(tb, p.With(webhooktest.AllowUnused()), webhooktest.Step(s.Name)).Transport
		},
		"Simulate": func(tb testing.TB, p webhooktest.Provider, _ webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Simulate(tb, p).Client().Transport
		},
		"Checked": func(tb testing.TB, p webhooktest.Provider, _ webhooktest.Scenario) http.RoundTripper {
			return webhooktest.Checked(tb, p, vcrtest.SilentTransport{})
		},
	}
	for name, p := range map[string]webhooktest.Provider{"webhooks.get/200": webhooktest.DevRev, "GetWebHook/200-json": webhooktest.DVelop} {
		s := vcrtest.Scenario(t, p, name)
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
					vcrtest.Swallow(&http.Client{Transport: client(tb, p, s)}, req)
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
				req := vcrtest.Scenario(t, p, s).Request()
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

// What net/http refuses to send fails here as well, replaying and recording, and
// the message names the header and not its value.
func TestRequest_whatNetHTTPRefuses(t *testing.T) {
	server := httptest.NewServer(&vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"})
	defer server.Close()
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   string
	}{
		"token read from a file": {func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+webhooktest.Token+"\n") }, "the value of its header Authorization: it ends with a line break; trim what was read from a file"},
		"control character":      {func(req *http.Request) { req.Header.Set("X-Trace", "planted\x00value") }, `the value of its header X-Trace: character '\x00' stands in it`},
		"blank in a name":        {func(req *http.Request) { req.Header["X Trace"] = []string{"planted"} }, `the name of one of its headers: character ' ' stands in it`},
		"empty name":             {func(req *http.Request) { req.Header[""] = []string{"planted"} }, `the name of one of its headers: it is empty`},
		"method":                 {func(req *http.Request) { req.Method = "PO ST" }, `its method: character ' ' stands in it`},
		"host":                   {func(req *http.Request) { req.Host = "planted value" }, `its Host: character ' ' stands in it`},
		"no host":                {func(req *http.Request) { req.URL.Host = "" }, "there is no host in its URL"},
		"host of the URL":        {func(req *http.Request) { req.Host, req.URL.Host = "", "two words" }, `its Host: character ' ' stands in it`},
		"no URL":                 {func(req *http.Request) { req.URL = nil }, "it has no URL"},
		"scheme":                 {func(req *http.Request) { req.URL.Scheme = "ftp" }, "the scheme of its URL: it is neither http nor https"},
		"trailer":                {func(req *http.Request) { req.Trailer = http.Header{"X-Sum": {"planted\r\n"}} }, "the value of its trailer X-Sum: it ends with a line break"},
		"first of two": {func(req *http.Request) {
			req.Header["X-One"], req.Header["X-Two"] = []string{"planted\x01"}, []string{"planted\x02"}
		}, `the value of its header X-One: character '\x01' stands in it`},
	} {
		t.Run(name, func(t *testing.T) {
			use := func(client *http.Client) {
				req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
				test.change(req)
				resp, err := client.Transport.RoundTrip(req)
				if assert.ErrorContains(t, err, test.want) {
					assert.NotContains(t, err.Error(), "planted")
					assert.NotContains(t, err.Error(), webhooktest.Token)
				} else if err == nil {
					resp.Body.Close()
				}
				_, plain := http.DefaultTransport.RoundTrip(req)
				assert.Error(t, plain, "net/http refuses it")
			}
			replaying := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				use(webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200"))
			})
			assert.Contains(t, replaying.Failures(), test.want)
			for name, value := range map[string]string{
				webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server.URL, "DEVREV_WEBHOOK_ID": vcrtest.RealID,
			} {
				t.Setenv(name, value)
			}
			recording := tbtest.New(t.Name()).Run(func(tb testing.TB) { use(webhooktest.Open(tb, webhooktest.DevRev, vcrtest.CassettePath(t))) })
			assert.Contains(t, recording.Failures(), test.want)
		})
	}
}

// What net/http sends, and a vendor's gateway refuses or takes either way, is a
// problem of the request that AllowProblems permits, replaying and recording.
func TestRequest_ambiguousHeaders(t *testing.T) {
	const plain = `{"id":"` + webhooktest.DevRevWebhookID + `"}`
	server := vcrtest.Loopback(t, &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"})
	compressed := func(w func(io.Writer) io.WriteCloser) string {
		var b strings.Builder
		z := w(&b)
		_, err := io.WriteString(z, plain)
		assert.NoError(t, err)
		assert.NoError(t, z.Close())
		return b.String()
	}
	encoded := func(coding, body string) func(*http.Request) {
		return func(req *http.Request) {
			req.Header.Set("Content-Encoding", coding)
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
	}
	zipped := compressed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	for name, test := range map[string]struct {
		change func(*http.Request)
		header string
		want   string // empty: no such problem
	}{
		"two tokens": {func(req *http.Request) {
			req.Header["Authorization"] = []string{"Bearer " + webhooktest.Token, "Bearer planted"}
		}, "Authorization", "stands 2 times, expected once"},
		"two types": {func(req *http.Request) { req.Header.Add("Content-Type", "text/planted") }, "Content-Type", "stands 2 times, expected once"},
		"another host": {func(req *http.Request) { req.Host = "planted.example" }, "Host",
			"is another than the URL's, so that the request asks another server than the one it goes to"},
		"no gzip":         {encoded("gzip", plain), "Content-Encoding", "names an encoding that the body does not have"},
		"half a gzip":     {encoded("gzip", zipped[:len(zipped)-4]), "Content-Encoding", "names an encoding that the body does not have"},
		"no deflate":      {encoded("deflate", plain), "Content-Encoding", "names an encoding that the body does not have"},
		"no brotli":       {encoded("br", plain), "Content-Encoding", "names an encoding that the body does not have"},
		"gzip":            {encoded("gzip", zipped), "Content-Encoding", ""},
		"zlib as deflate": {encoded("deflate", compressed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })), "Content-Encoding", ""},
		"identity":        {encoded("identity", plain), "Content-Encoding", ""},
	} {
		t.Run(name, func(t *testing.T) {
			said := func(recording bool, p webhooktest.Provider) (failures string, missed bool) {
				env := vcrtest.Environment{}
				if recording {
					env = vcrtest.Environment{webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server, "DEVREV_WEBHOOK_ID": vcrtest.RealID}
				}
				env.Set(t)
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					client := webhooktest.Replay(tb, p.With(webhooktest.AllowUnused()), "webhooks.get/200")
					if recording {
						client = webhooktest.Open(tb, p, vcrtest.CassettePath(t))
					}
					req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
					test.change(req)
					resp, err := client.Do(req)
					if missed = errors.Is(err, govcr.ErrInteractionNotFound); err == nil {
						resp.Body.Close()
					}
				})
				return w.Failures(), missed
			}
			for _, recording := range []bool{false, true} {
				problem := "request " + test.header + ": "
				failures, missed := said(recording, webhooktest.DevRev)
				if test.want == "" {
					assert.NotContains(t, failures, problem)
					continue
				}
				if !missed {
					assert.Contains(t, failures, problem+test.want, "recording: %v", recording)
				}
				assert.NotContains(t, failures, "planted")
				allowed, _ := said(recording, webhooktest.DevRev.With(webhooktest.AllowProblems(test.header)))
				assert.NotContains(t, allowed, problem+test.want, "recording: %v", recording)
				assert.NotContains(t, allowed, "AllowProblems(", "the option is taken")
			}
		})
	}
}

func TestRequest_staysAsItWas(t *testing.T) {
	type key struct{}
	transport := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200").Transport
	body := &vcrtest.Watched{Reader: strings.NewReader(`{"id":"` + webhooktest.DevRevWebhookID + `"}`)}
	ctx := context.WithValue(t.Context(), key{}, "kept")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.devrev.ai/webhooks.get", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	before := req.Clone(ctx)

	resp, err := transport.RoundTrip(req)

	require.NoError(t, err)
	assert.Same(t, req, resp.Request)
	assert.Equal(t, "kept", resp.Request.Context().Value(key{}))
	assert.Equal(t, before.Header, req.Header, "what the client adds is not added to the caller's request")
	assert.Equal(t, before.URL.String(), req.URL.String())
	assert.Same(t, body, req.Body)
	assert.Equal(t, 1, body.Closed)
}

func TestRequest_bodyIsClosedWhenItGoesNowhere(t *testing.T) {
	for name, spoil := range map[string]func(*http.Request) *http.Request{
		"a miss":     func(req *http.Request) *http.Request { req.URL.Path = "/elsewhere"; return req },
		"an upgrade": func(req *http.Request) *http.Request { req.Header.Set("Upgrade", "websocket"); return req },
		"no URL":     func(req *http.Request) *http.Request { req.URL = nil; return req },
		"short body": func(req *http.Request) *http.Request { req.ContentLength = 999; return req },
		"long body":  func(req *http.Request) *http.Request { req.ContentLength = 3; return req },
		"enormous": func(req *http.Request) *http.Request {
			req.Body.(*vcrtest.Watched).Reader = vcrtest.Endless{}
			return req
		},
		"a broken one": func(req *http.Request) *http.Request { req.Body.(*vcrtest.Watched).Reader = broken{}; return req },
		"a cancelled one": func(req *http.Request) *http.Request {
			ctx, cancel := context.WithCancel(req.Context())
			cancel()
			return req.WithContext(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := &vcrtest.Watched{Reader: strings.NewReader(`{}`)}
			tbtest.New(t.Name()).Run(func(tb testing.TB) {
				transport := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Transport
				req, err := http.NewRequest(http.MethodPost, "https://api.devrev.ai/webhooks.list", body)
				require.NoError(t, err)
				_, err = transport.RoundTrip(spoil(req))
				require.Error(t, err)
			})
			assert.Equal(t, 1, body.Closed)
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestRequest_upgrade(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")
		req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
		req.Header.Set("Upgrade", "websocket")
		_, err := client.Do(req)
		assert.Error(t, err)
	})
	assert.Equal(t, `POST https://api.devrev.ai/webhooks.get asks for an upgrade to "websocket"; a cassette holds plain HTTP exchanges only, so send this request through a client of its own`, w.Failures())
}

func TestRequest_withoutMethodOrHeader(t *testing.T) {
	seen := 0
	p := webhooktest.DevRev.With(webhooktest.OnRequest(func(req *http.Request) {
		seen++
		assert.Equal(t, "Bearer "+webhooktest.Token, req.Header.Get("Authorization"))
	}))
	transport := webhooktest.Replay(t, p, "webhooks.get/200-get").Transport
	shipped := vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.get/200-get").Request()
	resp, err := transport.RoundTrip(&http.Request{URL: shipped.URL})
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, 1, seen)
}
