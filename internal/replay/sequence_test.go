package replay_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/simulator"
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
