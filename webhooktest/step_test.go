package webhooktest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

func TestAlways_answersAnyNumberOfRequests(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", webhooktest.Always("webhooks.get/200"))
		resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
		require.Equal(t, 429, resp.StatusCode)
		for range n {
			resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
			require.Equal(t, 200, resp.StatusCode)
		}
	}
}

func TestAlways_letsALaterStepAnswerWhatItDoesNot(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"), "webhooks.get/404", "webhooks.get/200-get")
	resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 200, resp.StatusCode)
	resp, _ = send(t, client, getWebhook(t, webhooktest.DevRevUnknownWebhookID))
	assert.Equal(t, 404, resp.StatusCode)
	resp, _ = send(t, client, scenario(t, webhooktest.DevRev, "webhooks.get/200-get").Request())
	assert.Equal(t, 200, resp.StatusCode)
}

// Every mistake in a sequence is told where the sequence is given, in words that
// name the way out.
func TestSteps_mistakes(t *testing.T) {
	var none webhooktest.Provider
	for _, tc := range []struct {
		name  string
		p     webhooktest.Provider
		steps []webhooktest.Step
		says  string
	}{
		{"no provider", none, []webhooktest.Step{"webhooks.get/200"}, `webhooktest: the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop`},
		{"no step", webhooktest.DevRev, nil, `webhooktest: no step to replay; name a scenario, such as "webhooks.get/200"`},
		{"swapped digits", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/430"}, `webhooktest: devrev has no scenario "webhooks.get/430"; did you mean "webhooks.get/403"?`},
		{"the name that record list prints", webhooktest.DevRev, []webhooktest.Step{"devrev/webhooks.get/200"}, `webhooktest: devrev has no scenario "devrev/webhooks.get/200"; did you mean "webhooks.get/200"?`},
		{"a wrong digit", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/405"}, `webhooktest: devrev has no scenario "webhooks.get/405"; did you mean "webhooks.get/401", "webhooks.get/403" or "webhooks.get/404"?`},
		{"a status with variants", webhooktest.DVelop, []webhooktest.Step{"GetWebHook/200"}, `webhooktest: dvelop has no scenario "GetWebHook/200"; it has "GetWebHook/200-json", "GetWebHook/200-hal" and "GetWebHook/200-nulls"`},
		{"an operation", webhooktest.DevRev, []webhooktest.Step{"webhooks.list"}, `webhooktest: devrev has no scenario "webhooks.list"; it has webhooks.list/200, webhooks.list/200-empty, webhooks.list/400-bad_request, webhooks.list/400-invalid_api_version, webhooks.list/400-invalid_content_type and 10 more; go run example.com/webhookvcr/cmd/record list shows those that there are`},
		{"nothing near", webhooktest.DevRev, []webhooktest.Step{"the first page"}, `webhooktest: devrev has no scenario "the first page"; go run example.com/webhookvcr/cmd/record list shows those that there are`},
		{"the other provider's", webhooktest.DevRev, []webhooktest.Step{"GetWebHook/401"}, `webhooktest: devrev has no scenario "GetWebHook/401"; dvelop has it`},
		{
			"several mistakes", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/200", "GetWebHook/401", webhooktest.Reset("webhooks.get/504")},
			"webhooktest: devrev has no scenario \"GetWebHook/401\"; dvelop has it\ndevrev has no scenario \"webhooks.get/504\"; did you mean \"webhooks.get/500\", \"webhooks.get/503\" or \"webhooks.get/404\"?",
		},
		{"two faults", webhooktest.DevRev, []webhooktest.Step{webhooktest.Reset(webhooktest.Timeout("webhooks.get/200"))}, `webhooktest: step Reset(Timeout("webhooks.get/200")) has two faults; a step fails in one way`},
		{"an unknown modifier", webhooktest.DevRev, []webhooktest.Step{"often:webhooks.get/200"}, `webhooktest: step "often:webhooks.get/200" begins with "often:", which is no modifier; use Always, Timeout, Reset, Truncated or NotJSON`},
		{
			"a hidden step", webhooktest.DevRev, []webhooktest.Step{webhooktest.Always("webhooks.get/200"), "webhooks.get/200-minimal"},
			`webhooktest: step "webhooks.get/200-minimal" never gets a request: Always("webhooks.get/200") before it answers every one; put "webhooks.get/200-minimal" first`,
		},
		{
			"a step hidden by two", webhooktest.DevRev, []webhooktest.Step{webhooktest.Always("webhooks.get/200"), webhooktest.Always("webhooks.get/200-get"), webhooktest.Timeout("webhooks.get/429")},
			`webhooktest: step Timeout("webhooks.get/429") never gets a request: Always("webhooks.get/200") and Always("webhooks.get/200-get") before it answers every one; put Timeout("webhooks.get/429") first`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, use := range map[string]func(tb testing.TB){
				"Replay":       func(tb testing.TB) { webhooktest.Replay(tb, tc.p, tc.steps...) },
				"ReplayServer": func(tb testing.TB) { webhooktest.ReplayServer(tb, tc.p, tc.steps...) },
			} {
				went := false
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					use(tb)
					went = true
				})
				assert.Equal(t, tc.says, w.Failures(), name)
				assert.False(t, went, "%s goes on after a mistake", name)
			}
		})
	}
}

// A step reads as it is written in Go, so that it names a subtest.
func TestStep_reads(t *testing.T) {
	const get = webhooktest.Step("webhooks.get/200")
	for step, want := range map[webhooktest.Step]string{
		get:                      "webhooks.get/200",
		webhooktest.Always(get):  "Always(webhooks.get/200)",
		webhooktest.Timeout(get): "Timeout(webhooks.get/200)",
		webhooktest.Always(webhooktest.Reset(get)): "Always(Reset(webhooks.get/200))",
		webhooktest.Truncated(get):                 "Truncated(webhooks.get/200)",
		webhooktest.NotJSON(get):                   "NotJSON(webhooks.get/200)",
	} {
		assert.Equal(t, want, string(step))
		assert.Equal(t, want, fmt.Sprint(step))
	}
}
