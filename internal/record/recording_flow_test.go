package record_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

func TestRecording_devrevFlow(t *testing.T) {
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	var live, again []byte
	vcrtest.RequireClean(t, env.Record(t, vcrtest.DevRevVaries, file, func(tb testing.TB, c *http.Client) { live = vcrtest.DevRevFlow(tb, c) }))
	for range 2 {
		vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, func(tb testing.TB, c *http.Client) { again = vcrtest.DevRevFlow(tb, c) }))
		assert.Equal(t, string(live), string(again))
	}
	goldentest.AssertJSON(t, "devrev_flow", live)
	goldentest.AssertJSON(t, "devrev_flow", again)
	for name, value := range env {
		assert.NotContains(t, vcrtest.Stored(t, file), value, name)
	}
}

func TestRecording_devrevCreatesAndDeletes(t *testing.T) {
	file := vcrtest.CassettePath(t)
	flow := func(tb testing.TB, client *http.Client) {
		c := &vcrtest.Caller{TB: tb, HTTP: client}
		sent := map[string]any{"url": "https://hooks.acme.example/created", "secret": vcrtest.RandomSecret(tb), "event_types": []string{"work_created"}}
		status, data := c.Call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.create", sent)
		require.Equal(tb, http.StatusCreated, status, "%s", data)
		var made struct {
			Webhook vcrtest.DevRevWebhook `json:"webhook"`
		}
		require.NoError(tb, json.Unmarshal(data, &made))
		assert.Equal(tb, sent["secret"], made.Webhook.Secret)
		assert.Equal(tb, sent["url"], made.Webhook.URL)
		assert.Equal(tb, made.Webhook, c.GetDevRev(made.Webhook.ID))
		c.DevRev("webhooks.delete", map[string]any{"id": made.Webhook.ID})
		status, _ = c.Call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", map[string]any{"id": made.Webhook.ID})
		assert.Equal(tb, http.StatusNotFound, status)
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, flow))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow))
	assert.Contains(t, vcrtest.Stored(t, file), "https://hooks.acme.example/created", "the URL is reserved, and compared")
	assert.Contains(t, vcrtest.Stored(t, file), "varies: [/secret]")
}

func TestRecording_dvelopFlow(t *testing.T) {
	file := vcrtest.CassettePath(t)
	env := vcrtest.DVelopTenant(t, &simulator.DVelop{})
	var live, again []byte
	vcrtest.RequireClean(t, env.Record(t, vcrtest.DVelopVaries, file, func(tb testing.TB, c *http.Client) { live = vcrtest.DVelopFlow(tb, c) }))
	for range 2 {
		vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DVelop, file, func(tb testing.TB, c *http.Client) { again = vcrtest.DVelopFlow(tb, c) }))
		assert.Equal(t, string(live), string(again))
	}
	goldentest.AssertJSON(t, "dvelop_flow", live)
	goldentest.AssertJSON(t, "dvelop_flow", again)
	for name, value := range env {
		if name != "DVELOP_EVENT_ID" { // the same word for every customer
			assert.NotContains(t, vcrtest.Stored(t, file), value, name)
		}
	}
}

// A list in a query is recorded and compared as it was sent.
func TestRecording_listByStatus(t *testing.T) {
	file := vcrtest.CassettePath(t)
	flow := func(tb testing.TB, client *http.Client) {
		for query, want := range map[string]int{"status=active": 1, "status=active,inactive": 2, "status=%22active%22,%22unverified%22": 1} {
			c := &vcrtest.Caller{TB: tb, HTTP: client}
			status, data := c.Call(http.MethodGet, webhooktest.DevRev.BaseURL()+"/webhooks.list?"+query, nil)
			require.Equal(tb, http.StatusOK, status, "%s", data)
			var got struct{ Webhooks []vcrtest.DevRevWebhook }
			require.NoError(tb, json.Unmarshal(data, &got))
			assert.Len(tb, got.Webhooks, want, query)
		}
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, flow))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow))
}
