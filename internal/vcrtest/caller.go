package vcrtest

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// Caller is the code under test: a client of both vendors, written with nothing
// but net/http. It notes the bodies that it sees.
type Caller struct {
	TB   testing.TB
	HTTP *http.Client
	seen []json.RawMessage
}

// Call sends a request and returns the answer's body. What the caller sees is
// noted when it is JSON.
func (c *Caller) Call(method, url string, body any) (int, []byte) {
	c.TB.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(c.TB, err)
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, url, reader)
	require.NoError(c.TB, err)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	resp, err := c.HTTP.Do(req)
	require.NoError(c.TB, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(c.TB, err)
	if json.Valid(data) {
		c.seen = append(c.seen, data)
	}
	return resp.StatusCode, data
}

// DevRev calls an operation, which has to succeed, and returns the answer's body.
func (c *Caller) DevRev(operation string, body any) []byte {
	c.TB.Helper()
	status, data := c.Call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/"+operation, body)
	require.Equal(c.TB, http.StatusOK, status, "%s: %s", operation, data)
	return data
}

// DevRevWebhook is what the caller reads of a webhook.
type DevRevWebhook struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Status string `json:"status"`
	URL    string `json:"url"`
}

// GetDevRev calls webhooks.get.
func (c *Caller) GetDevRev(id string) DevRevWebhook {
	c.TB.Helper()
	var answer struct {
		Webhook DevRevWebhook `json:"webhook"`
	}
	require.NoError(c.TB, json.Unmarshal(c.DevRev("webhooks.get", map[string]any{"id": id}), &answer))
	return answer.Webhook
}

// ListDevRev calls webhooks.list.
func (c *Caller) ListDevRev() []DevRevWebhook {
	c.TB.Helper()
	var answer struct {
		Webhooks []DevRevWebhook `json:"webhooks"`
	}
	require.NoError(c.TB, json.Unmarshal(c.DevRev("webhooks.list", map[string]any{}), &answer))
	return answer.Webhooks
}

// Transcript is what the caller saw, with a value that is new in every run
// replaced by a fixed one.
func (c *Caller) Transcript(fresh, fixed string) []byte {
	all, err := json.Marshal(c.seen)
	require.NoError(c.TB, err)
	return bytes.ReplaceAll(all, []byte(fresh), []byte(fixed))
}

// RandomSecret is a new signing secret, as a test would send one.
func RandomSecret(tb testing.TB) string {
	key := make([]byte, 24)
	_, err := rand.Read(key)
	require.NoError(tb, err)
	return base64.StdEncoding.EncodeToString(key)
}

// RequireClean asserts that a recording or a replay reported no failure.
func RequireClean(t *testing.T, w *tbtest.TB) {
	t.Helper()
	require.False(t, w.Failed(), "%s", w.Said())
	assert.Empty(t, w.Failures())
}

// The vendors with what the flows make up anew in each run.
var (
	DevRevVaries = webhooktest.DevRev.With(webhooktest.Varies("/secret"))
	DVelopVaries = webhooktest.DVelop.With(webhooktest.Varies("/apiKey"))
)

// DevRevFlow is the flow that the module exists for: list, take the first id, get,
// update the secret to a random one, get.
func DevRevFlow(tb testing.TB, client *http.Client) (transcript []byte) {
	c := &Caller{TB: tb, HTTP: client}
	first := c.ListDevRev()[0]
	before := c.GetDevRev(first.ID)
	assert.Equal(tb, first, before)
	sent := RandomSecret(tb)
	c.DevRev("webhooks.update", map[string]any{"id": first.ID, "secret": sent})
	got := c.GetDevRev(first.ID)
	assert.Equal(tb, sent, got.Secret)
	assert.NotEqual(tb, before.Secret, got.Secret)
	assert.Equal(tb, first.ID, got.ID)
	return c.Transcript(sent, "SENT")
}

// DVelopWebhook is what the caller reads of a webhook, and sends.
type DVelopWebhook struct {
	ID          string  `json:"id,omitempty"`
	Description string  `json:"description"`
	URI         string  `json:"uri"`
	APIKey      *string `json:"apiKey"`
	Enabled     bool    `json:"enabled"`
	Response    string  `json:"handleResponse"`
}

// DVelopURL is the URL of the events, an event or a webhook.
func DVelopURL(parts ...string) string {
	return webhooktest.DVelop.BaseURL() + "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events" + strings.Join(append([]string{""}, parts...), "/")
}

// DVelopFlow is the same for d.velop: events, the event, its first webhook, a
// random key, and the webhook again.
func DVelopFlow(tb testing.TB, client *http.Client) (transcript []byte) {
	c := &Caller{TB: tb, HTTP: client}
	get := func(url string, into any) {
		tb.Helper()
		status, data := c.Call(http.MethodGet, url, nil)
		require.Equal(tb, http.StatusOK, status, "%s: %s", url, data)
		require.NoError(tb, json.Unmarshal(data, into))
	}
	var events struct {
		Embedded map[string]json.RawMessage `json:"_embedded"`
	}
	get(DVelopURL(), &events)
	require.Contains(tb, events.Embedded, webhooktest.DVelopEventID)
	var event struct {
		Embedded struct {
			Webhooks []DVelopWebhook `json:"webhooks"`
		} `json:"_embedded"`
	}
	get(DVelopURL(webhooktest.DVelopEventID), &event)
	require.NotEmpty(tb, event.Embedded.Webhooks)
	hook := event.Embedded.Webhooks[0]
	assert.Equal(tb, webhooktest.DVelopWebhookID, hook.ID)
	url := DVelopURL(webhooktest.DVelopEventID, hook.ID)
	var before DVelopWebhook
	get(url, &before)
	assert.Equal(tb, hook, before)
	key := RandomSecret(tb)
	hook.ID, hook.APIKey = "", &key
	status, data := c.Call(http.MethodPut, url, hook)
	require.Equal(tb, http.StatusOK, status, "%s", data)
	var after DVelopWebhook
	get(url, &after)
	require.NotNil(tb, after.APIKey)
	assert.Equal(tb, key, *after.APIKey)
	assert.NotEqual(tb, *before.APIKey, *after.APIKey)
	assert.Equal(tb, before.Description, after.Description)
	assert.Equal(tb, before.URI, after.URI)
	return c.Transcript(key, "SENT")
}

// Updates is a test that sends these bodies to webhooks.update, one by one, and
// sees each value that it sent in the answer.
func Updates(bodies ...string) func(testing.TB, *http.Client) {
	return func(tb testing.TB, client *http.Client) {
		for _, body := range bodies {
			resp, err := client.Post(webhooktest.DevRev.BaseURL()+"/webhooks.update", "application/json",
				strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`",`+body+`}`))
			if err != nil {
				tb.Logf("%v", err)
				continue // the client has failed the test
			}
			var answer struct {
				Webhook map[string]any `json:"webhook"`
			}
			require.NoError(tb, json.NewDecoder(resp.Body).Decode(&answer))
			resp.Body.Close()
			var sent map[string]any
			require.NoError(tb, json.Unmarshal([]byte("{"+body+"}"), &sent))
			for name, value := range sent {
				assert.Equal(tb, value, answer.Webhook[name])
			}
		}
	}
}

// Swallow is code under test that drops its errors.
func Swallow(client *http.Client, req *http.Request) {
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
	}
}

// SetJSON gives a request another body.
func SetJSON(req *http.Request, body string) {
	other, _ := http.NewRequest(http.MethodPost, "https://example.com", strings.NewReader(body))
	req.Body, req.GetBody, req.ContentLength = other.Body, other.GetBody, other.ContentLength
}

// Scenario finds a shipped scenario by its name.
func Scenario(t testing.TB, p webhooktest.Provider, name string) webhooktest.Scenario {
	t.Helper()
	for _, s := range p.Scenarios() {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "no scenario "+name)
	return webhooktest.Scenario{}
}

// Send sends a request and reads the whole answer.
func Send(t testing.TB, client *http.Client, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// GetWebhook is the well-formed request of webhooks.get, for any id.
func GetWebhook(t testing.TB, id string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(`{"id":"`+id+`"}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	return req
}

// OnServer sends a request of the placeholder world to a server in its place.
func OnServer(t testing.TB, base string, req *http.Request) *http.Request {
	t.Helper()
	u, err := url.Parse(base)
	require.NoError(t, err)
	req.URL.Scheme, req.URL.Host, req.Host = u.Scheme, u.Host, ""
	return req
}

// Browser is a plain client of net/http with a patience of its own.
func Browser(t testing.TB, patience time.Duration) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}
