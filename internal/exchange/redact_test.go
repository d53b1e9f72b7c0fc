package exchange_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// A message shows no credential of a request, wherever code has put it.
func TestRedactor(t *testing.T) {
	const own = "c0ffee-of-our-own"
	u, err := url.Parse("https://user:" + own + "@api.devrev.ai/webhooks.get/" + own + "?api_key=47114711&page=2&more=" + own + "#" + own)
	require.NoError(t, err)
	req := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{"Authorization": {"Bearer " + own}}}
	r := exchange.NewRedactor(&provider.DevRev, exchange.Asked(req, nil))
	assert.Equal(t, "https://api.devrev.ai/webhooks.get/(withheld)?api_key=(withheld)&page=2&more=(withheld)", r.URL(u))
	for body, want := range map[string]string{
		`{"id":"webhook-1","n":1}`:                  `{"id":"webhook-1","n":1}`,
		`{"client_secret":"a b","at":[{"pin":12}]}`: `{"client_secret":"(withheld)","at":[{"pin":"(withheld)"}]}`,
		`{"at":[{"count":12}]}`:                     `{"at":[{"count":12}]}`,
		`{"token":{"value":"x","n":12}}`:            `{"token":{"value":"(withheld)","n":"(withheld)"}}`,
		`{"note":"it is ` + own + `"}`:              `{"note":"(withheld)"}`,
		`{"secret":"` + provider.Token + `"}`:       `{"secret":"` + provider.Token + `"}`,
		`password=hunter2&page=1`:                   `password=(withheld)&page=1`,
	} {
		assert.Equal(t, want, string(r.Body([]byte(body))), body)
	}
	assert.NotContains(t, string(r.Body([]byte(`{"secret":"cut o`))), "cut")
}

func TestRedactor_headers(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DVelop, "GetWebHook/200-json")
		for _, name := range []string{"Authorization", "Cookie", "X-Api-Key"} {
			req, err := http.NewRequest(http.MethodGet, "https://someone:pa55-w0rd@sample-api.d-velop.cloud/dmsconfig/r/x", nil)
			require.NoError(t, err)
			req.Header.Set(name, "AuthSessionId=t0p-s3cret")
			_, err = client.Do(req)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "t0p-s3cret")
			assert.NotContains(t, err.Error(), "pa55-w0rd")
		}
	})
	assert.NotContains(t, w.Said(), "t0p-s3cret")
	assert.NotContains(t, w.Said(), "pa55-w0rd")
}

// A credential that the code under test puts where it does not belong stands in
// no message, in whatever part of the request it is.
func TestRedactor_credentialAnywhere(t *testing.T) {
	const token = "pat-8dK2mQ7xVb4LzW1c"
	for _, target := range []string{"/webhooks.get?id=" + token, "/webhooks.get/" + token, "/webhooks.get?x=a" + token + "b"} {
		for _, body := range []string{
			`{}`, `{"id":"` + token + `"}`, `{"url":"https://u:` + token + `@example.com/"}`, `{"url":"https://example.com/?access_token=hunter42&x=1"}`,
			`{"url":"https://example.com/` + token + `"}`, `{"more":[{"a":"Bearer ` + token + `"}]}`,
		} {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
				req, err := http.NewRequest(http.MethodPost, webhooktest.DevRev.BaseURL()+target, strings.NewReader(body))
				require.NoError(tb, err)
				req.Header.Set("Authorization", "Bearer "+token)
				req.Header.Set("Content-Type", "application/json")
				_, err = client.Transport.RoundTrip(req)
				require.ErrorIs(tb, err, govcr.ErrInteractionNotFound)
			})
			assert.NotContains(t, w.Said(), token, "%s %s", target, body)
			assert.NotContains(t, w.Said(), "hunter42", "%s %s", target, body)
		}
	}
}

// A miss withholds what the test sent under a name that tells of a secret, and
// who asks.
func TestRedactor_miss(t *testing.T) {
	var miss error
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")
		body := `{"id":"` + webhooktest.DevRevUnknownWebhookID + `","password":"planted-one","secret":"planted-two","note":{"api_key":"planted-three"}}`
		req, err := http.NewRequest(http.MethodPost, "https://planted-user:planted-four@api.devrev.ai/webhooks.get?access_token=planted-five", strings.NewReader(body))
		assert.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		_, miss = client.Transport.RoundTrip(req) // an http.Client would put the URL in front
	})
	require.ErrorIs(t, miss, govcr.ErrInteractionNotFound)
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
func TestRedactor_shapes(t *testing.T) {
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
