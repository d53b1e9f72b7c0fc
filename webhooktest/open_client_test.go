package webhooktest_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// caller is the code under test: a client of both vendors, written with nothing
// but net/http. It notes the bodies that it sees.
type caller struct {
	tb   testing.TB
	http *http.Client
	seen []json.RawMessage
}

// call sends a request and returns the answer's body. What the caller sees is
// noted when it is JSON.
func (c *caller) call(method, url string, body any) (int, []byte) {
	c.tb.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(c.tb, err)
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, url, reader)
	require.NoError(c.tb, err)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	resp, err := c.http.Do(req)
	require.NoError(c.tb, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(c.tb, err)
	if json.Valid(data) {
		c.seen = append(c.seen, data)
	}
	return resp.StatusCode, data
}

func (c *caller) devrev(operation string, body any) []byte {
	c.tb.Helper()
	status, data := c.call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/"+operation, body)
	require.Equal(c.tb, http.StatusOK, status, "%s: %s", operation, data)
	return data
}

type devrevWebhook struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Status string `json:"status"`
	URL    string `json:"url"`
}

func (c *caller) getDevRev(id string) devrevWebhook {
	c.tb.Helper()
	var answer struct {
		Webhook devrevWebhook `json:"webhook"`
	}
	require.NoError(c.tb, json.Unmarshal(c.devrev("webhooks.get", map[string]any{"id": id}), &answer))
	return answer.Webhook
}

func (c *caller) listDevRev() []devrevWebhook {
	c.tb.Helper()
	var answer struct {
		Webhooks []devrevWebhook `json:"webhooks"`
	}
	require.NoError(c.tb, json.Unmarshal(c.devrev("webhooks.list", map[string]any{}), &answer))
	return answer.Webhooks
}

// transcript is what the caller saw, with a value that is new in every run
// replaced by a fixed one.
func (c *caller) transcript(fresh, fixed string) []byte {
	all, err := json.Marshal(c.seen)
	require.NoError(c.tb, err)
	return bytes.ReplaceAll(all, []byte(fresh), []byte(fixed))
}

// randomSecret is a new signing secret, as a test would send one.
func randomSecret(tb testing.TB) string {
	key := make([]byte, 24)
	_, err := rand.Read(key)
	require.NoError(tb, err)
	return base64.StdEncoding.EncodeToString(key)
}

// requireClean asserts that a recording or a replay reported no failure.
func requireClean(t *testing.T, w *tbtest.TB) {
	t.Helper()
	require.False(t, w.Failed(), "%s", w.Said())
	assert.Empty(t, w.Failures())
}
