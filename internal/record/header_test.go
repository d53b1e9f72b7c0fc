package record_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// headersFlow creates a webhook with a header, whose value is new in each run,
// and changes its headers.
func headersFlow(tb testing.TB, client *http.Client) {
	c := &vcrtest.Caller{TB: tb, HTTP: client}
	headers := func(operation string, body map[string]any) []header {
		_, data := c.Call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/"+operation, body)
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
	first, second := header{"X-Api-Key", vcrtest.RandomSecret(tb)}, header{"X-Trace", "on"}
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
func TestHeader_ofAWebhook(t *testing.T) {
	file := vcrtest.CassettePath(t)
	refused := vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		req := newGet(tb, strings.NewReader(`{"url":"https://hooks.acme.example/","headers":[{"name":"X-Api-Key","value":"hk-93hf73"}]}`))
		req.URL.Path = "/webhooks.create"
		_, err := client.Do(req)
		require.ErrorContains(tb, err, `holds a secret, which no cassette may hold; declare Varies("/headers/*/value")`)
	})
	assert.NotContains(t, refused.Said(), "93hf73")
	assert.NoFileExists(t, file)

	varies := webhooktest.DevRev.With(webhooktest.Varies("/headers/*/value", "/headers/add/*/value"))
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, varies, file, headersFlow))
	for range 2 {
		vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, headersFlow))
	}
	assert.Contains(t, vcrtest.Stored(t, file), "X-Api-Key")
	assert.Contains(t, vcrtest.Stored(t, file), "sent-key-1")
}

// A tenant's header has a name that may stay and one that may not.
func TestHeader_ofATenant(t *testing.T) {
	file := vcrtest.CassettePath(t)
	tenant := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{{
		ID: "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N", Secret: "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", Status: "active", URL: "https://hooks.globex.example/in",
		Headers: []simulator.DevRevHeader{
			{Name: "X-Environment", Value: "production-eu"}, {Name: "X-Globex-Key", Value: "hk-93hf73"}, {Name: "x4915112345", Value: "1"},
		},
	}}}
	flow := func(tb testing.TB, client *http.Client) {
		resp, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
		require.NoError(tb, err)
		var got struct {
			Webhook struct{ Headers []header } `json:"webhook"`
		}
		require.NoError(tb, json.NewDecoder(resp.Body).Decode(&got))
		require.NoError(tb, resp.Body.Close())
		assert.Equal(tb, []header{{"X-Environment", "api-key-1"}, {"header-1", "api-key-2"}, {"opaque-1", "api-key-3"}}, got.Webhook.Headers)
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, tenant).Record(t, webhooktest.DevRev, file, flow))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow))
	for _, real := range []string{"production-eu", "lobex", "93hf73", "4915112345"} {
		assert.NotContains(t, vcrtest.Stored(t, file), real)
	}
}

// A header that Keep names stays when the examination lets its value pass, with
// placeholders for what the table knows; what else is dropped is logged once.
func TestHeader_kept(t *testing.T) {
	const id = "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N"
	record := func(keep ...string) (*tbtest.TB, string) {
		file := vcrtest.CassettePath(t)
		tenant := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{
				"Content-Type": "application/json", "ETag": `W/"33a64df5"`, "Link": "</next?of=" + id + ">; rel=next", "X-Request-Id": "AKIA3QZ7XKPL2MWN5RTV", "X-Acme-Corp": "1",
			} {
				w.Header().Set(name, value)
			}
			_, _ = io.WriteString(w, `{"webhook":{"id":"`+id+`",`+soundRest+`}}`)
		}))
		p := webhooktest.DevRev
		if len(keep) > 0 {
			p = p.With(webhooktest.Keep(keep...))
		}
		w := tenant.Record(t, p, file, func(tb testing.TB, client *http.Client) { askOnce(tb, client); askOnce(tb, client) })
		return w, strings.Join(filesOf(t, filepath.Dir(file)), "")
	}
	w, text := record()
	require.Empty(t, w.Failures())
	assert.NotContains(t, text, "Etag")
	assert.Equal(t, 1, strings.Count(w.Said(), `a replay will lack the header Etag, the header Link, the header X-Request-Id, 1 other header; Keep("header NAME") lets a header stay`), w.Said())
	assert.NotContains(t, w.Said(), "Acme")

	w, text = record("header etag", "header Link")
	require.Empty(t, w.Failures())
	assert.Contains(t, text, `W/"33a64df5"`)
	assert.Contains(t, text, "</next?of="+webhooktest.DevRevWebhookID+">; rel=next")
	assert.NotContains(t, text, "11FVC3ScK")
	assert.Contains(t, w.Said(), "a replay will lack the header X-Request-Id, 1 other header;")

	w, text = record("header X-Request-Id")
	assert.Contains(t, w.Failures(), "the header X-Request-Id of the answer")
	assert.NotContains(t, text+w.Said(), "AKIA")

	for place, why := range map[string]string{
		"header Set-Cookie": "may hold a credential", "header X-Auth-Token": "may hold a credential", "header Content-Type": "is recorded as it is",
		"header Connection": "speaks of one connection", "header": "that is no JSON pointer", "header ": "that is no name of a header",
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.Keep(place)), "testdata/lookup.yaml")
		})
		assert.Contains(t, w.Failures(), why, place)
	}
}
