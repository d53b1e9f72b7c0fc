package webhooktest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// headersFlow creates a webhook with a header, whose value is new in each run,
// and changes its headers.
func headersFlow(tb testing.TB, client *http.Client) {
	c := &caller{tb: tb, http: client}
	headers := func(operation string, body map[string]any) []header {
		_, data := c.call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/"+operation, body)
		var got struct {
			Webhook struct {
				Headers []header `json:"headers"`
				ID      string   `json:"id"`
			} `json:"webhook"`
		}
		require.NoError(tb, json.Unmarshal(data, &got), "%s", data)
		body["id"] = got.Webhook.ID
		return got.Webhook.Headers
	}
	first, second := header{"X-Api-Key", randomSecret(tb)}, header{"X-Trace", "on"}
	create := map[string]any{"url": "https://hooks.acme.example/", "headers": []header{first}}
	assert.Equal(tb, []header{first}, headers("webhooks.create", create))
	id := create["id"]
	add := map[string]any{"id": id, "headers": map[string]any{"add": []header{second}}}
	assert.Equal(tb, []header{first, second}, headers("webhooks.update", add))
	remove := map[string]any{"id": id, "headers": map[string]any{"remove": []string{"x-api-key"}}}
	assert.Equal(tb, []header{second}, headers("webhooks.update", remove))
}

// The values of headers are credentials: a recording refuses one that the test
// sends, unless it varies; the names are stored and compared.
func TestRecord_headersOfAWebhook(t *testing.T) {
	file := cassettePath(t)
	refused := devrevTenant(t, &simulator.DevRev{}).record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		req := newGet(tb, strings.NewReader(`{"url":"https://hooks.acme.example/","headers":[{"name":"X-Api-Key","value":"hk-93hf73"}]}`))
		req.URL.Path = "/webhooks.create"
		_, err := client.Do(req)
		require.ErrorContains(tb, err, `holds a secret, which no cassette may hold; declare Varies("/headers/*/value")`)
	})
	assert.NotContains(t, refused.Said(), "93hf73")
	assert.NoFileExists(t, file)

	varies := webhooktest.DevRev.With(webhooktest.Varies("/headers/*/value", "/headers/add/*/value"))
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, varies, file, headersFlow))
	for range 2 {
		requireClean(t, replayed(t, webhooktest.DevRev, file, headersFlow))
	}
	assert.Contains(t, stored(t, file), "X-Api-Key")
	assert.Contains(t, stored(t, file), "sent-key-1")
}

// A tenant's header has a name that may stay and one that may not.
func TestRecord_headersOfATenant(t *testing.T) {
	file := cassettePath(t)
	tenant := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{{
		ID: "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N", Secret: "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", Status: "active", URL: "https://hooks.globex.example/in",
		Headers: []simulator.DevRevHeader{
			{Name: "X-Environment", Value: "production-eu"}, {Name: "X-Globex-Key", Value: "hk-93hf73"}, {Name: "x4915112345", Value: "1"},
		},
	}}}
	flow := func(tb testing.TB, client *http.Client) {
		resp, err := client.Do(newGet(tb, strings.NewReader(getBody)))
		require.NoError(tb, err)
		var got struct {
			Webhook struct{ Headers []header } `json:"webhook"`
		}
		require.NoError(tb, json.NewDecoder(resp.Body).Decode(&got))
		require.NoError(tb, resp.Body.Close())
		assert.Equal(tb, []header{{"X-Environment", "api-key-1"}, {"header-1", "api-key-2"}, {"opaque-1", "api-key-3"}}, got.Webhook.Headers)
	}
	requireClean(t, devrevTenant(t, tenant).record(t, webhooktest.DevRev, file, flow))
	requireClean(t, replayed(t, webhooktest.DevRev, file, flow))
	for _, real := range []string{"production-eu", "lobex", "93hf73", "4915112345"} {
		assert.NotContains(t, stored(t, file), real)
	}
}

// What a replay says of a request without an answer does not show the value.
func TestReplay_headerOfAWebhookInAMiss(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := newGet(tb, strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`","headers":{"set":[{"name":"X-Environment","value":"hk-93hf73"}]}}`))
		req.URL.Path = "/webhooks.update"
		_, err := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Do(req)
		require.Error(tb, err)
	})
	assert.Contains(t, w.Said(), "X-Environment")
	assert.NotContains(t, w.Said(), "93hf73")
}

// A list in a query is recorded and compared as it was sent.
func TestRecord_listByStatus(t *testing.T) {
	file := cassettePath(t)
	flow := func(tb testing.TB, client *http.Client) {
		for query, want := range map[string]int{"status=active": 1, "status=active,inactive": 2, "status=%22active%22,%22unverified%22": 1} {
			c := &caller{tb: tb, http: client}
			status, data := c.call(http.MethodGet, webhooktest.DevRev.BaseURL()+"/webhooks.list?"+query, nil)
			require.Equal(tb, http.StatusOK, status, "%s", data)
			var got struct{ Webhooks []devrevWebhook }
			require.NoError(tb, json.Unmarshal(data, &got))
			assert.Len(tb, got.Webhooks, want, query)
		}
	}
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, webhooktest.DevRev, file, flow))
	requireClean(t, replayed(t, webhooktest.DevRev, file, flow))
}
