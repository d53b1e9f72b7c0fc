package webhooktest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// answerTo builds an answer as net/http gives one.
func answerTo(t testing.TB, method, target string, status int, media, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, target, nil)
	require.NoError(t, err)
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
	if media != "" {
		resp.Header.Set("Content-Type", media)
	}
	return resp
}

const (
	dvelopWebhookURL = "https://tenant.d-velop.cloud/dmsconfig/r/11111111-2222-4333-8444-555555555555/events/postimport/ABCDEF01-2222-4333-8444-555555555555"
	dvelopBody       = `{"apiKey":"k3y","description":"d","enabled":true,"handleResponse":"NONE","id":"abcdef01-2222-4333-8444-555555555555","restrictions":null,"retry":true,"timeout":300,"uri":"/hook"`
	dvelopLinks      = `,"_links":{"self":{"href":"/dmsconfig/r/x"}}`
	dvelopError      = `{"code":240100,"reason":"no such webhook"}`
)

// A verdict of the contract, as an error that says of what, and the body stays
// readable.
func TestValidate_dvelop(t *testing.T) {
	for _, tc := range []struct {
		name        string
		method      string
		status      int
		media, body string
		location    string
		fails       string // part of the message; empty when it passes
	}{
		{name: "what is documented", status: 200, media: "application/hal+json", body: dvelopBody + dvelopLinks + "}"},
		{name: "another form than the operation's", method: http.MethodPut, status: 404, media: "application/hal+json", body: dvelopError},
		{name: "any body", status: 500, media: "application/json", body: "{"},
		{name: "no body", status: 404, media: "application/json", fails: "has no body, but HTTP status 404 of GetWebHook has one"},
		{name: "a page", status: 200, media: "text/html", body: "<html></html>", fails: "it looks like the sign-in page: is the credential still valid?"},
		{name: "a header", status: 302, location: "/identityprovider/login?redirect=x", fails: "it leads to the sign-in page: is the credential still valid?"},
		{name: "a member", status: 200, media: "application/json", body: dvelopError, fails: "is an error object, but HTTP status 200 of GetWebHook has"},
		{name: "another object than the request's", status: 200, media: "application/json", body: strings.Replace(dvelopBody, "abcdef01", "abcdef02", 1) + "}", fails: "is another id than the request's webHookId in the path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			method := tc.method
			if method == "" {
				method = http.MethodGet
			}
			resp := answerTo(t, method, dvelopWebhookURL, tc.status, tc.media, tc.body)
			if tc.location != "" {
				resp.Header.Set("Location", tc.location)
			}
			err := webhooktest.Validate(webhooktest.DVelop, resp)
			body, readErr := io.ReadAll(resp.Body)
			require.NoError(t, readErr)
			assert.Equal(t, tc.body, string(body), "the body stays readable")
			if tc.fails == "" {
				assert.NoError(t, err)
				return
			}
			var breach *webhooktest.ContractError
			require.ErrorAs(t, err, &breach)
			assert.Contains(t, err.Error(), tc.fails)
			assert.Equal(t, tc.status, breach.Status)
			assert.Equal(t, "GetWebHook", breach.Operation)
			assert.Equal(t, "d.velop", breach.Provider)
			assert.NotEmpty(t, breach.Problems)
		})
	}
}

func TestValidate_unusable(t *testing.T) {
	var none webhooktest.Provider
	sound := func() *http.Response {
		return answerTo(t, http.MethodGet, "https://api.devrev.ai/webhooks.list", 200, "application/json", `{"webhooks":[]}`)
	}
	require.NoError(t, webhooktest.Validate(webhooktest.DevRev, sound()))
	noRequest, noURL, unknown, unread, enormous, strange, noGzip := sound(), sound(), sound(), sound(), sound(), sound(), sound()
	noRequest.Request, noURL.Request.URL = nil, nil
	unknown.Request.URL.Path = "/rev-users.list"
	gone := errors.New("the connection is gone")
	unread.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"web`), &failsOnce{gone}))
	enormous.Body = io.NopCloser(io.LimitReader(vcrtest.Endless{}, 11<<20))
	strange.Header.Set("Content-Encoding", "br")
	noGzip.Header.Set("Content-Encoding", "gzip")
	for _, tc := range []struct {
		name string
		p    webhooktest.Provider
		resp *http.Response
		says string
	}{
		{"no provider", none, sound(), "the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop"},
		{"no response", webhooktest.DevRev, nil, "there is no response to validate"},
		{"no request", webhooktest.DevRev, noRequest, "the response has no Request, so its operation is unknown; use ValidateBody, which takes the operation's name"},
		{"no URL", webhooktest.DevRev, noURL, "the response has no Request, so its operation is unknown; use ValidateBody, which takes the operation's name"},
		{"an unknown operation", webhooktest.DevRev, unknown, "GET /rev-users.list is no operation that DevRev documents, so nothing is known of its answer"},
		{"the other vendor's", webhooktest.DVelop, sound(), "GET /webhooks.list is no operation that d.velop documents, so nothing is known of its answer"},
		{"a body that breaks off", webhooktest.DevRev, unread, "the body cannot be read: the connection is gone"},
		{"an enormous body", webhooktest.DevRev, enormous, "the body is larger than 10 MiB, and a body of that size is not checked"},
		{"an encoding", webhooktest.DevRev, strange, "the body has a Content-Encoding other than gzip, so its contract cannot be checked"},
		{"no gzip", webhooktest.DevRev, noGzip, "the body is not the gzip that its header says: gzip: invalid header"},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.EqualError(t, webhooktest.Validate(tc.p, tc.resp), tc.says) })
	}

	body, err := io.ReadAll(unread.Body)
	assert.Equal(t, `{"web`, string(body))
	assert.ErrorIs(t, err, gone, "the reader meets what there was")
	n, err := io.Copy(io.Discard, enormous.Body)
	assert.NoError(t, err)
	assert.EqualValues(t, 11<<20, n)
}

// failsOnce tells its reader of an error one time only.
type failsOnce struct{ err error }

func (f *failsOnce) Read([]byte) (int, error) {
	err := f.err
	f.err = io.EOF
	return 0, err
}

func TestValidate_bodiesOfAllKinds(t *testing.T) {
	nilBody := answerTo(t, http.MethodGet, "https://api.devrev.ai/webhooks.list", 200, "application/json", "")
	nilBody.Body = nil
	assert.ErrorContains(t, webhooktest.Validate(webhooktest.DevRev, nilBody), "has no body")
	noBody := answerTo(t, http.MethodGet, "https://api.devrev.ai/webhooks.list", 200, "application/json", "")
	noBody.Body = http.NoBody
	assert.ErrorContains(t, webhooktest.Validate(webhooktest.DevRev, noBody), "has no body")

	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`{"webhooks":[]}`))
	z.Close()
	packed := answerTo(t, http.MethodGet, "https://api.devrev.ai/webhooks.list", 200, "application/json", zipped.String())
	packed.Header.Set("Content-Encoding", "gzip")
	require.NoError(t, webhooktest.Validate(webhooktest.DevRev, packed))
	raw, err := io.ReadAll(packed.Body)
	require.NoError(t, err)
	assert.Equal(t, zipped.Bytes(), raw)

	body := &vcrtest.Watched{Reader: strings.NewReader(`{"webhooks":[]}`)}
	closing := answerTo(t, http.MethodGet, "https://api.devrev.ai/webhooks.list", 200, "application/json", "")
	closing.Body = body
	require.NoError(t, webhooktest.Validate(webhooktest.DevRev, closing))
	assert.Zero(t, body.Closed)
	closing.Body.Close()
	assert.Equal(t, 1, body.Closed, "closing is the caller's, and reaches the connection")
}

// The request's own body says which webhook was asked for.
func TestValidate_holdsTheAnswerToTheRequest(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")
	resp, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.NoError(t, webhooktest.Validate(webhooktest.DevRev, resp))
	resp.Request = vcrtest.GetWebhook(t, webhooktest.DevRevUnknownWebhookID)
	assert.ErrorContains(t, webhooktest.Validate(webhooktest.DevRev, resp), "is another id than the request's id in the body")
}

// A tenant's answer with secrets in it may be printed when it is wrong.
func TestValidate_quotesNoSecret(t *testing.T) {
	const secret = "aB3-s3cret-value"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"`+secret+`1","secret":7,"owner":{"mail":"`+secret+`2"},"status":"`+secret+`3","url":["`+secret+`4"],"created_date":"`+secret+`5","event_types":["`+secret+`6"],"secret":"`+secret+`7"}}`)
	}))
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL+"/webhooks.get?id="+secret, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", secret)
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	err = webhooktest.Validate(webhooktest.DevRev, resp)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "\n\tanswer /webhook/")
	assert.NotContains(t, err.Error(), secret)
}

func TestValidate_options(t *testing.T) {
	body := strings.Replace(dvelopBody, `"description":"d",`, "", 1) + "}"
	at := func(p webhooktest.Provider) error {
		return webhooktest.Validate(p, answerTo(t, http.MethodGet, dvelopWebhookURL, 200, "application/json", body))
	}
	assert.NoError(t, at(webhooktest.DVelop))
	strict := webhooktest.DVelop.With(webhooktest.Strict())
	assert.ErrorContains(t, at(strict), "/description")
	assert.NoError(t, at(strict.With(webhooktest.AllowProblems("/description"))))
	assert.ErrorContains(t, at(strict.With(webhooktest.AllowProblems("/uri"))), "/description")
	assert.NoError(t, at(strict.With(webhooktest.AllowProblems("/*"))))
}

func TestValidateBody(t *testing.T) {
	var none webhooktest.Provider
	for _, tc := range []struct {
		name             string
		p                webhooktest.Provider
		operation        string
		status           int
		media, body, say string
	}{
		{"sound", webhooktest.DVelop, "GetWebHook", 200, "application/json", dvelopBody + "}", ""},
		{"the documented media type", webhooktest.DVelop, "GetWebHook", 200, "", dvelopBody + "}", ""},
		{"news alone", webhooktest.DVelop, "GetWebHook", 200, "", dvelopBody + `,"colour":"red"}`, ""},
		{"an error", webhooktest.DevRev, "webhooks.get", 429, "", `{"type":"too_many_requests","message":"m","retry_after":1}`, ""},
		{"a breach", webhooktest.DVelop, "GetWebHook", 200, "", `{"timeout":"300"}`, "\n\tanswer /timeout (line 1, column 12): "},
		{"another media type", webhooktest.DVelop, "GetWebHook", 200, "text/plain", dvelopBody + "}", "\n\tanswer Content-Type: "},
		{"no body", webhooktest.DevRev, "webhooks.get", 200, "", "", "\n\tanswer: "},
		{"an unknown operation", webhooktest.DevRev, "webhooks.got", 200, "", "{}", `devrev has no operation "webhooks.got", expected one of webhooks.get, webhooks.list, webhooks.create, webhooks.update, webhooks.delete`},
		{"an unlisted status", webhooktest.DevRev, "webhooks.list", 404, "", "{}", `devrev webhooks.list documents no status 404, expected one of 200, 400, 401, 403, 429, 500, 503`},
		{"no provider", none, "webhooks.get", 200, "", "{}", "the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := webhooktest.ValidateBody(tc.p, tc.operation, tc.status, tc.media, []byte(tc.body))
			if tc.say == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.say)
		})
	}
}
