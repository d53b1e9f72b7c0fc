package webhooktest_test

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// What net/http refuses to send fails here as well, replaying and recording, and
// the message names the header and not its value.
func TestReplay_whatNetHTTPRefuses(t *testing.T) {
	server := httptest.NewServer(&vendor{webhook: soundOne + "}"})
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
				req := getWebhook(t, webhooktest.DevRevWebhookID)
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
				webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server.URL, "DEVREV_WEBHOOK_ID": realID,
			} {
				t.Setenv(name, value)
			}
			recording := tbtest.New(t.Name()).Run(func(tb testing.TB) { use(webhooktest.Open(tb, webhooktest.DevRev, cassettePath(t))) })
			assert.Contains(t, recording.Failures(), test.want)
		})
	}
}

// With NoDefaults the client demands what the vendor demands.
func TestNoDefaults_whatTheVendorRefuses(t *testing.T) {
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

// What net/http sends, and a vendor's gateway refuses or takes either way, is a
// problem of the request that AllowProblems permits, replaying and recording.
func TestOpen_ambiguousHeaders(t *testing.T) {
	server := loopback(t, &vendor{webhook: soundOne + "}"})
	compressed := func(w func(io.Writer) io.WriteCloser) string {
		var b strings.Builder
		z := w(&b)
		_, err := io.WriteString(z, getBody)
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
		"no gzip":         {encoded("gzip", getBody), "Content-Encoding", "names an encoding that the body does not have"},
		"half a gzip":     {encoded("gzip", zipped[:len(zipped)-4]), "Content-Encoding", "names an encoding that the body does not have"},
		"no deflate":      {encoded("deflate", getBody), "Content-Encoding", "names an encoding that the body does not have"},
		"no brotli":       {encoded("br", getBody), "Content-Encoding", "names an encoding that the body does not have"},
		"gzip":            {encoded("gzip", zipped), "Content-Encoding", ""},
		"zlib as deflate": {encoded("deflate", compressed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })), "Content-Encoding", ""},
		"identity":        {encoded("identity", getBody), "Content-Encoding", ""},
	} {
		t.Run(name, func(t *testing.T) {
			said := func(recording bool, p webhooktest.Provider) (failures string, missed bool) {
				env := environment{}
				if recording {
					env = environment{webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server, "DEVREV_WEBHOOK_ID": realID}
				}
				env.set(t)
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					client := webhooktest.Replay(tb, p.With(webhooktest.AllowUnused()), "webhooks.get/200")
					if recording {
						client = webhooktest.Open(tb, p, cassettePath(t))
					}
					req := getWebhook(t, webhooktest.DevRevWebhookID)
					test.change(req)
					resp, err := client.Do(req)
					if missed = errors.Is(err, cassette.ErrInteractionNotFound); err == nil {
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

// A miss withholds what the test sent under a name that tells of a secret, and
// who asks.
func TestReplay_missWithholds(t *testing.T) {
	var miss error
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")
		body := `{"id":"` + webhooktest.DevRevUnknownWebhookID + `","password":"planted-one","secret":"planted-two","note":{"api_key":"planted-three"}}`
		req, err := http.NewRequest(http.MethodPost, "https://planted-user:planted-four@api.devrev.ai/webhooks.get?access_token=planted-five", strings.NewReader(body))
		assert.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		_, miss = client.Transport.RoundTrip(req) // an http.Client would put the URL in front
	})
	require.ErrorIs(t, miss, cassette.ErrInteractionNotFound)
	require.Len(t, w.Errors(), 1)
	first, _, _ := strings.Cut(w.Errors()[0], "\n")
	assert.Equal(t, first+"; the log of the test says more", miss.Error(), "the whole is told once")
	assert.Contains(t, w.Failures(), `"password":"(withheld)","secret":"(withheld)","note":{"api_key":"(withheld)"}`)
	assert.Contains(t, w.Failures(), "/webhooks.get?access_token=(withheld)")
	assert.Contains(t, w.Failures(), `?access_token  +"(withheld)"`)
	assert.NotContains(t, w.Said(), "planted")
}

// Messages are rendered without credentials, however short, in whatever shape they
// were sent, and nothing else is taken out of them.
func TestReplay_messagesWithoutCredentials(t *testing.T) {
	id := `"id":"` + webhooktest.DevRevUnknownWebhookID + `"`
	for name, test := range map[string]struct {
		target, body string
		shows        []string
	}{
		"short values":       {"/webhooks.get?pwd=zq7", `{` + id + `,"pwd":"zq7","pin_code":917}`, []string{`"pwd":"(withheld)"`, `?pwd=(withheld)`, `?pwd  +"(withheld)"`}},
		"a member":           {"/webhooks.get", `{` + id + `,"pwd":"zq7"}`, []string{`/pwd  +"(withheld)"`}},
		"a word of the text": {"/webhooks.get", `{` + id + `,"password":"webhooks"}`, []string{"webhooks.get/200 (simulated) ", `"password":"(withheld)"`, "webhooks.get"}},
		"inside an object":   {"/webhooks.get", `{` + id + `,"credentials":{"user":"zq7","list":["zq7",917]}}`, []string{`"credentials":{"user":"(withheld)","list":["(withheld)","(withheld)"]}`}},
		"a form":             {"/webhooks.get", "user=me&pass%77ord=zq7&key=zq7&more=yes", []string{"user=me&pass%77ord=(withheld)&key=(withheld)&more=yes"}},
		"half a JSON":        {"/webhooks.get", `{"user":"me","password":"zq7`, []string{`{"user":"me","password"`, "(withheld)"}},
		"no JSON":            {"/webhooks.get", `{"user":"me", password: zq7}`, []string{`{"user":"me", password"(withheld)"`}},
		"a broken query":     {"/webhooks.get?x=%zz&token=zq7", `{` + id + `}`, []string{"token=(withheld)"}},
	} {
		t.Run(name, func(t *testing.T) {
			var client *http.Client
			post := func() error {
				req, err := http.NewRequest(http.MethodPost, "https://zq7:zq7@api.devrev.ai"+test.target+"#zq7", strings.NewReader(test.body))
				assert.NoError(t, err)
				req.Header.Set("Content-Type", "application/json")
				_, err = client.Transport.RoundTrip(req)
				return err
			}
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client = webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
				assert.NotContains(t, post().Error(), "zq7")
			})
			for _, shown := range test.shows {
				assert.Contains(t, w.Failures(), shown)
			}
			assert.NotContains(t, w.Said(), "zq7")
			assert.NotContains(t, w.Said(), "917")
			closed := post()
			assert.ErrorContains(t, closed, "the client was closed")
			assert.NotContains(t, closed.Error(), "zq7")
		})
	}
}

// While recording, the tenant gets the headers of the code under test, those too
// that no cassette holds; the file has none of them.
func TestOpen_sendsTheCallersHeaders(t *testing.T) {
	var got []http.Header
	answering := http.Handler(&vendor{webhook: soundOne + "}"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		got = append(got, req.Header.Clone())
		answering.ServeHTTP(w, req)
	}))
	defer server.Close()
	for name, value := range map[string]string{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server.URL, "DEVREV_WEBHOOK_ID": realID,
	} {
		t.Setenv(name, value)
	}
	file := cassettePath(t)
	sent := map[string]string{
		"If-None-Match": `"planted-1"`, "Idempotency-Key": "planted-2", "Accept-Language": "de", "User-Agent": "planted-3", "X-About": webhooktest.DevRevWebhookID,
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := getWebhook(t, webhooktest.DevRevWebhookID)
		for name, value := range sent {
			req.Header.Set(name, value)
		}
		req.Header.Set("Connection", "keep-alive, x-hop")
		req.Header.Set("X-Hop", "planted-5")
		req.AddCookie(&http.Cookie{Name: "theme", Value: "planted-4"})
		resp, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(req)
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	})
	requireClean(t, w)
	last := got[len(got)-1]
	for name, value := range sent {
		if name == "X-About" {
			value = realID
		}
		assert.Equal(t, value, last.Get(name), name)
	}
	assert.Equal(t, "theme=planted-4", last.Get("Cookie"))
	assert.Empty(t, last.Get("X-Hop"), "it belongs to the connection")
	assert.Equal(t, "Bearer real-token-0123456789", last.Get("Authorization"))
	data, err := os.ReadFile(file)
	assert.NoError(t, err)
	assert.NotContains(t, string(data), "planted")
}

// A header that no cassette holds and that changes the kind of answer is named.
func TestOpen_namesTheHeaderBehindAnAnswer(t *testing.T) {
	for header, test := range map[string]struct {
		value  string
		status int
		named  bool
	}{
		"If-None-Match":       {`"planted"`, 304, true},
		"If-Modified-Since":   {"Tue, 04 Mar 2025 09:00:00 GMT", 304, true},
		"If-Match":            {`"planted"`, 412, true},
		"If-Unmodified-Since": {"Tue, 04 Mar 2025 09:00:00 GMT", 412, true},
		"Range":               {"bytes=0-1", 206, true},
		"Accept-Language":     {"planted", 304, false},
	} {
		t.Run(header, func(t *testing.T) {
			tenant := loopback(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.Header.Get(header) == test.value {
					w.WriteHeader(test.status)
					return
				}
				(&vendor{webhook: soundOne + "}"}).ServeHTTP(w, req)
			}))
			env := environment{"DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": tenant, "DEVREV_WEBHOOK_ID": realID}
			w := env.record(t, webhooktest.DevRev, cassettePath(t), func(tb testing.TB, client *http.Client) {
				req := getWebhook(t, webhooktest.DevRevWebhookID)
				req.Header.Set(header, test.value)
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					assert.Equal(t, test.status, resp.StatusCode)
					resp.Body.Close()
				}
			})
			assert.Equal(t, test.named, strings.Contains(w.Said(), "because of the header "+header+","), w.Said())
			assert.NotContains(t, w.Said(), "planted")
		})
	}
}

// A breach of the contract names the call, replaying and recording.
func TestOpen_breachNamesTheCall(t *testing.T) {
	tenant := loopback(t, &vendor{webhook: soundOne + "}"})
	env := environment{"DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": tenant, "DEVREV_WEBHOOK_ID": realID}
	line := 0
	breach := func(_ testing.TB, client *http.Client) {
		req := getWebhook(t, webhooktest.DevRevWebhookID)
		req.Header.Set("Content-Type", "text/plain")
		_, _, line, _ = runtime.Caller(0)
		resp, err := (&http.Client{Transport: client.Transport, Timeout: time.Minute}).Do(req)
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	}
	recorded := env.record(t, webhooktest.DevRev, cassettePath(t), breach)
	assert.Contains(t, recorded.Errors()[0], fmt.Sprintf("expected application/json\ncalled at replay_sendable_test.go:%d", line+1))
	played := tbtest.New(t.Name()).Run(func(tb testing.TB) { breach(tb, webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")) })
	assert.Contains(t, played.Failures(), fmt.Sprintf("expected application/json\ncalled at replay_sendable_test.go:%d", line+1))
}

// A media type with q=0 is not taken, by a wider range either.
func TestReplay_refusedMediaType(t *testing.T) {
	for accept, status := range map[string]bool{
		"application/json;q=0, */*": false, "application/json;q=0.0, application/*": false,
		"application/hal+json;q=0, */*": true, "application/json;q=0.1, */*": true,
		"application/*;q=0, */*": false, "application/*;q=0, application/json": true, "*/*;q=0": false, "application/json, */*;q=0": true,
	} {
		var missed bool
		played := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DVelop.With(webhooktest.AllowUnused()), "GetWebHook/200-json")
			req, err := http.NewRequest(http.MethodGet, dvelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			assert.NoError(t, err)
			req.Header.Set("Accept", accept)
			resp, err := client.Do(req)
			assert.Equal(t, status, err == nil, "%s: %v", accept, err)
			if missed = err != nil; !missed {
				resp.Body.Close()
			}
		})
		if missed {
			assert.Contains(t, played.Failures(), ";q=0", "the miss shows what is refused")
		}
	}
}
