package webhooktest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/webhookvcr/webhooktest"
)

// No scenario shows a webhook that is inactive, and none has to.
func TestStatus_inactive(t *testing.T) {
	inactive := webhooktest.Changed("webhooks.get/200", webhooktest.Set("/webhook/status", "inactive"))
	client := webhooktest.Replay(t, webhooktest.DevRev, inactive)

	if got, err := status(t.Context(), client); err != nil || got != "inactive" {
		t.Errorf("got %q, %v, want inactive", got, err)
	}
}

// Status asks again after 429. What it asked can be read, and when.
func TestStatus_asksTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", webhooktest.Delay("webhooks.get/200", time.Minute))

		if _, err := status(t.Context(), client); err != nil {
			t.Error(err)
		}
		asked := webhooktest.Requests(t, client)
		if len(asked) != 2 || asked[1].At.Sub(asked[0].At) != time.Second {
			t.Errorf("asked %d times, want a second time after a second", len(asked))
		}
	})
}
