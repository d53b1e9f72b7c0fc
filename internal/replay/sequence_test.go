package replay_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Two requests, in every order and with InOrder or without.
func TestSequence_inOrder(t *testing.T) {
	post := func(operation, body string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/"+operation, "application/json", strings.NewReader(body)); err == nil {
				resp.Body.Close()
			}
		}
	}
	list, get := post("webhooks.list", `{}`), post("webhooks.get", `{"id":"`+webhooktest.DevRevWebhookID+`"}`)
	file := vcrtest.CassettePath(t)
	run := func(order ...func(testing.TB, *http.Client)) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			for _, f := range order {
				f(tb, c)
			}
		}
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev.With(webhooktest.InOrder()), file, run(list, get, list)))
	for i, order := range [][]func(testing.TB, *http.Client){{list, get, list}, {get, list, list}, {list, list, get}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, run(order...)))
			w := vcrtest.Replayed(t, webhooktest.DevRev.With(webhooktest.InOrder()), file, run(order...))
			assert.Equal(t, i > 0, w.Failed(), w.Said())
			if i == 1 {
				assert.Contains(t, w.Errors()[0], file+" #1 answers it, but InOrder is set and "+file+" #0 comes first, which no request has asked for\n\tPOST https://api.devrev.ai/webhooks.list {}")
			}
		})
	}
}

func TestSequence_answersInTheOrderOfTheSteps(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200-minimal", "webhooks.get/429", "webhooks.get/200")
	var statuses []int
	var bodies []string
	for range 4 {
		resp, body := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		statuses, bodies = append(statuses, resp.StatusCode), append(bodies, body)
	}
	assert.Equal(t, []int{429, 200, 429, 200}, statuses)
	assert.Less(t, len(bodies[1]), len(bodies[3]), "the minimal webhook comes before the full one")
}

func TestSequence_differentRequestsInAnyOrder(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.list/200", "webhooks.get/404", "webhooks.get/200")
	resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevUnknownWebhookID))
	assert.Equal(t, 404, resp.StatusCode)
	resp, _ = vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 200, resp.StatusCode)
	resp, _ = vcrtest.Send(t, client, vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.list/200").Request())
	assert.Equal(t, 200, resp.StatusCode)
}

func TestSequence_always(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", webhooktest.Always("webhooks.get/200"))
		resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		require.Equal(t, 429, resp.StatusCode)
		for range n {
			resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			require.Equal(t, 200, resp.StatusCode)
		}
	}
}

func TestSequence_alwaysLetsALaterStepAnswer(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"), "webhooks.get/404", "webhooks.get/200-get")
	resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 200, resp.StatusCode)
	resp, _ = vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevUnknownWebhookID))
	assert.Equal(t, 404, resp.StatusCode)
	resp, _ = vcrtest.Send(t, client, vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.get/200-get").Request())
	assert.Equal(t, 200, resp.StatusCode)
}

// A cassette that answers any number of requests has one answer for each: whatever the
// requests are, and however they are written.
func TestSequence_hidden(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	const (
		devrev = "https://api.devrev.ai/webhooks."
		dvelop = "https://sample-api.d-velop.cloud/dmsconfig/r/x/events/y/z"
		text   = `{method: POST, url: ` + devrev + `get, headers: {Content-Type: [application/json]}, body: '{"id": "a"}'}`
		spaced = `{method: POST, url: "https://api.devrev.ai:443/webhooks.get", headers: {Content-Type: [application/json]}, body: '{ "id":"\u0061" }'}`
		other  = `{method: POST, url: ` + devrev + `get, body: '{"id": "b"}'}`
		get    = `{method: GET, url: "` + devrev + `get?id=a"}`
		json   = `{method: GET, url: "` + dvelop + `", headers: {Accept: [application/json]}}`
		hal    = `{method: GET, url: "` + dvelop + `", headers: {Accept: [application/hal+json]}}`
		secret = `{method: POST, url: ` + devrev + `create, body: '{"url": "https://example.com/sent-url-1"}'}`
		two    = `{method: POST, url: ` + devrev + `create, body: '{"url": "https://example.com/sent-url-2"}'}`
		fixed  = `{method: POST, url: ` + devrev + `create, body: '{"url": "https://example.com/fixed"}'}`
		ours   = "webhooktest: {provider: devrev, source: live}\n"
	)
	counts := map[bool]int{}
	for name, tc := range map[string]struct {
		p        webhooktest.Provider
		header   string
		requests []string
		hidden   int // the interaction; 0 for none
	}{
		"one":                   {webhooktest.DevRev, "", []string{text}, 0},
		"different ones":        {webhooktest.DevRev, "", []string{text, other, get}, 0},
		"equal ones":            {webhooktest.DevRev, "", []string{text, text}, 1},
		"equal ones apart":      {webhooktest.DevRev, "", []string{text, other, get, other}, 3},
		"equal values":          {webhooktest.DevRev, "", []string{text, spaced}, 1},
		"different media":       {webhooktest.DVelop, "", []string{json, hal}, 0},
		"equal media":           {webhooktest.DVelop, "", []string{json, hal, hal}, 2},
		"what varies":           {webhooktest.DevRev, ours, []string{secret, two}, 1},
		"before what varies":    {webhooktest.DevRev, ours, []string{fixed, secret}, 0},
		"hidden by what varies": {webhooktest.DevRev, ours, []string{secret, fixed}, 1},
	} {
		text := tc.header + "version: 2\ninteractions:\n"
		for _, request := range tc.requests {
			text += "- request: " + request + "\n  response: {code: 404, body: '{\"type\": \"not_found\", \"message\": \"m\"}'}\n"
		}
		file := vcrtest.CassettePath(t)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		says := "webhooktest: step Always(\"" + file + "\"): interaction #" + strconv.Itoa(tc.hidden) + " never gets a request: #"
		own := fstest.MapFS{
			"devrev/webhooks.get/404-mine.yaml": {Data: []byte(text)}, "devrev/webhooks.create/404-mine.yaml": {Data: []byte(text)}, "dvelop/GetWebHook/404-mine.yaml": {Data: []byte(text)},
		}
		step := webhooktest.Step("webhooks.get/404-mine")
		switch {
		case tc.p.String() == webhooktest.DVelop.String():
			step = "GetWebHook/404-mine"
		case strings.Contains(tc.requests[0], "create"):
			step = "webhooks.create/404-mine"
		}
		for way, use := range map[string]func(tb testing.TB){
			"Open": func(tb testing.TB) { webhooktest.Open(tb, tc.p, webhooktest.Always(webhooktest.Step(file))) },
			"with a fault": func(tb testing.TB) {
				webhooktest.Open(tb, tc.p, webhooktest.Timeout(webhooktest.Always(webhooktest.Step(file))))
			},
			"Replay": func(tb testing.TB) {
				webhooktest.Replay(tb, tc.p.With(webhooktest.OwnScenarios(own)), webhooktest.Always(step))
			},
		} {
			w := tbtest.New(t.Name()).Run(use)
			counts[w.Failed()]++
			if assert.Equal(t, tc.hidden > 0, w.Failed(), "%s, %s: %s", name, way, w.Failures()) && way == "Open" && tc.hidden > 0 {
				assert.Contains(t, w.Failures(), says, name)
			}
			if tc.hidden > 0 {
				assert.Contains(t, w.Failures(), "never gets a request", "%s, %s", name, way)
			}
		}
	}
	t.Logf("refused: %d, taken: %d", counts[true], counts[false])
	for _, p := range webhooktest.Providers() {
		for _, s := range p.Scenarios() {
			webhooktest.Replay(t, p.With(webhooktest.AllowUnused()), webhooktest.Always(webhooktest.Step(s.Name)))
		}
	}
}
