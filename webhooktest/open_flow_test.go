package webhooktest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

// devrevTenant serves the simulator's tenant of DevRev and returns what a
// recording needs to know of it.
func devrevTenant(t *testing.T, h http.Handler) environment {
	t.Helper()
	_, token, env := simulator.Tenant(&provider.DevRev)
	return environment{"DEVREV_BASE_URL": loopback(t, h), "DEVREV_TOKEN": token, "DEVREV_WEBHOOK_ID": env["DEVREV_WEBHOOK_ID"]}
}

func dvelopTenant(t *testing.T, h http.Handler) environment {
	t.Helper()
	_, token, env := simulator.Tenant(&provider.DVelop)
	e := environment{"DVELOP_BASE_URL": loopback(t, h), "DVELOP_TOKEN": token}
	maps.Copy(e, env)
	return e
}

// The vendors with what the flows make up anew in each run.
var (
	devrevVaries = webhooktest.DevRev.With(webhooktest.Varies("/secret"))
	dvelopVaries = webhooktest.DVelop.With(webhooktest.Varies("/apiKey"))
)

// The flow that the module exists for: list, take the first id, get, update the
// secret to a random one, get.
func devrevFlow(tb testing.TB, client *http.Client) (transcript []byte) {
	c := &caller{tb: tb, http: client}
	first := c.listDevRev()[0]
	before := c.getDevRev(first.ID)
	assert.Equal(tb, first, before)
	sent := randomSecret(tb)
	c.devrev("webhooks.update", map[string]any{"id": first.ID, "secret": sent})
	got := c.getDevRev(first.ID)
	assert.Equal(tb, sent, got.Secret)
	assert.NotEqual(tb, before.Secret, got.Secret)
	assert.Equal(tb, first.ID, got.ID)
	return c.transcript(sent, "SENT")
}

func TestRecord_devrevFlow(t *testing.T) {
	file := cassettePath(t)
	env := devrevTenant(t, &simulator.DevRev{})
	var live, again []byte
	requireClean(t, env.record(t, devrevVaries, file, func(tb testing.TB, c *http.Client) { live = devrevFlow(tb, c) }))
	for range 2 {
		requireClean(t, replayed(t, webhooktest.DevRev, file, func(tb testing.TB, c *http.Client) { again = devrevFlow(tb, c) }))
		assert.Equal(t, string(live), string(again))
	}
	goldentest.AssertJSON(t, "record/devrev_flow", live)
	goldentest.AssertJSON(t, "record/devrev_flow", again)
	for name, value := range env {
		assert.NotContains(t, stored(t, file), value, name)
	}
}

func TestRecord_devrevCreatesAndDeletes(t *testing.T) {
	file := cassettePath(t)
	flow := func(tb testing.TB, client *http.Client) {
		c := &caller{tb: tb, http: client}
		sent := map[string]any{"url": "https://hooks.acme.example/created", "secret": randomSecret(tb), "event_types": []string{"work_created"}}
		status, data := c.call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.create", sent)
		require.Equal(tb, http.StatusCreated, status, "%s", data)
		var made struct {
			Webhook devrevWebhook `json:"webhook"`
		}
		require.NoError(tb, json.Unmarshal(data, &made))
		assert.Equal(tb, sent["secret"], made.Webhook.Secret)
		assert.Equal(tb, sent["url"], made.Webhook.URL)
		assert.Equal(tb, made.Webhook, c.getDevRev(made.Webhook.ID))
		c.devrev("webhooks.delete", map[string]any{"id": made.Webhook.ID})
		status, _ = c.call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", map[string]any{"id": made.Webhook.ID})
		assert.Equal(tb, http.StatusNotFound, status)
	}
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, flow))
	requireClean(t, replayed(t, webhooktest.DevRev, file, flow))
	assert.Contains(t, stored(t, file), "https://hooks.acme.example/created", "the URL is reserved, and compared")
	assert.Contains(t, stored(t, file), "varies: [/secret]")
}

type dvelopWebhook struct {
	ID          string  `json:"id,omitempty"`
	Description string  `json:"description"`
	URI         string  `json:"uri"`
	APIKey      *string `json:"apiKey"`
	Enabled     bool    `json:"enabled"`
	Response    string  `json:"handleResponse"`
}

func dvelopURL(parts ...string) string {
	return webhooktest.DVelop.BaseURL() + "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events" + strings.Join(append([]string{""}, parts...), "/")
}

// The same for d.velop: events, the event, its first webhook, a random key, and
// the webhook again.
func dvelopFlow(tb testing.TB, client *http.Client) (transcript []byte) {
	c := &caller{tb: tb, http: client}
	get := func(url string, into any) {
		tb.Helper()
		status, data := c.call(http.MethodGet, url, nil)
		require.Equal(tb, http.StatusOK, status, "%s: %s", url, data)
		require.NoError(tb, json.Unmarshal(data, into))
	}
	var events struct {
		Embedded map[string]json.RawMessage `json:"_embedded"`
	}
	get(dvelopURL(), &events)
	require.Contains(tb, events.Embedded, webhooktest.DVelopEventID)
	var event struct {
		Embedded struct {
			Webhooks []dvelopWebhook `json:"webhooks"`
		} `json:"_embedded"`
	}
	get(dvelopURL(webhooktest.DVelopEventID), &event)
	require.NotEmpty(tb, event.Embedded.Webhooks)
	hook := event.Embedded.Webhooks[0]
	assert.Equal(tb, webhooktest.DVelopWebhookID, hook.ID)
	url := dvelopURL(webhooktest.DVelopEventID, hook.ID)
	var before dvelopWebhook
	get(url, &before)
	assert.Equal(tb, hook, before)
	key := randomSecret(tb)
	hook.ID, hook.APIKey = "", &key
	status, data := c.call(http.MethodPut, url, hook)
	require.Equal(tb, http.StatusOK, status, "%s", data)
	var after dvelopWebhook
	get(url, &after)
	require.NotNil(tb, after.APIKey)
	assert.Equal(tb, key, *after.APIKey)
	assert.NotEqual(tb, *before.APIKey, *after.APIKey)
	assert.Equal(tb, before.Description, after.Description)
	assert.Equal(tb, before.URI, after.URI)
	return c.transcript(key, "SENT")
}

func TestRecord_dvelopFlow(t *testing.T) {
	file := cassettePath(t)
	env := dvelopTenant(t, &simulator.DVelop{})
	var live, again []byte
	requireClean(t, env.record(t, dvelopVaries, file, func(tb testing.TB, c *http.Client) { live = dvelopFlow(tb, c) }))
	for range 2 {
		requireClean(t, replayed(t, webhooktest.DVelop, file, func(tb testing.TB, c *http.Client) { again = dvelopFlow(tb, c) }))
		assert.Equal(t, string(live), string(again))
	}
	goldentest.AssertJSON(t, "record/dvelop_flow", live)
	goldentest.AssertJSON(t, "record/dvelop_flow", again)
	for name, value := range env {
		if name != "DVELOP_EVENT_ID" { // the same word for every customer
			assert.NotContains(t, stored(t, file), value, name)
		}
	}
}

// Without its variable an id is looked up: the first webhook listed, or the
// first of the event. The look-up is not recorded.
func TestRecord_lookup(t *testing.T) {
	t.Run("devrev", func(t *testing.T) {
		file := cassettePath(t)
		env := devrevTenant(t, &simulator.DevRev{})
		id := env["DEVREV_WEBHOOK_ID"]
		delete(env, "DEVREV_WEBHOOK_ID")
		body := func(tb testing.TB, client *http.Client) {
			assert.Equal(tb, webhooktest.DevRevWebhookID, (&caller{tb: tb, http: client}).getDevRev(webhooktest.DevRevWebhookID).ID)
		}
		requireClean(t, env.record(t, webhooktest.DevRev, file, body))
		requireClean(t, replayed(t, webhooktest.DevRev, file, body))
		assert.NotContains(t, stored(t, file), id)
		assert.NotContains(t, stored(t, file), "webhooks.list")
	})
	t.Run("dvelop", func(t *testing.T) {
		file := cassettePath(t)
		env := dvelopTenant(t, &simulator.DVelop{})
		id := env["DVELOP_WEBHOOK_ID"]
		delete(env, "DVELOP_WEBHOOK_ID")
		body := func(tb testing.TB, client *http.Client) {
			status, data := (&caller{tb: tb, http: client}).call(http.MethodGet, dvelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			assert.Equal(tb, http.StatusOK, status)
			assert.Contains(tb, string(data), webhooktest.DVelopWebhookID)
		}
		requireClean(t, env.record(t, webhooktest.DVelop, file, body))
		requireClean(t, replayed(t, webhooktest.DVelop, file, body))
		assert.NotContains(t, strings.ToLower(stored(t, file)), id)
		assert.Equal(t, 1, strings.Count(stored(t, file), "method: GET"))
	})
}
