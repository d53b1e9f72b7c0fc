package webhooktest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func TestReplay_unusedStepsFailTheTest(t *testing.T) {
	play := func(p webhooktest.Provider, spoil func(w *tbtest.TB), steps ...webhooktest.Step) *tbtest.TB {
		w := tbtest.New(t.Name())
		return w.Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, p, steps...)
			vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			if spoil != nil {
				spoil(w)
			}
		})
	}
	t.Run("one", func(t *testing.T) {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.list/200") })
		assert.Equal(t, `the test has ended, and no request asked for
	"webhooks.list/200": POST https://api.devrev.ai/webhooks.list {}
leave the step out, or use AllowUnused when the code may do without`, w.Failures())
	})
	t.Run("several, told apart by their step", func(t *testing.T) {
		w := play(webhooktest.DevRev, nil, "webhooks.get/429", "webhooks.get/429", webhooktest.Timeout("webhooks.get/429"))
		assert.Equal(t, `the test has ended, and no request asked for
	step 2, "webhooks.get/429": POST https://api.devrev.ai/webhooks.get {"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}
	step 3, Timeout("webhooks.get/429"): POST https://api.devrev.ai/webhooks.get {"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}
leave the step out, or use AllowUnused when the code may do without`, w.Failures())
	})
	t.Run("not when the test has failed", func(t *testing.T) {
		w := play(webhooktest.DevRev, (*tbtest.TB).Fail, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
	t.Run("not when the test was skipped", func(t *testing.T) {
		w := play(webhooktest.DevRev, (*tbtest.TB).SkipNow, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
	t.Run("not with AllowUnused", func(t *testing.T) {
		w := play(webhooktest.DevRev.With(webhooktest.AllowUnused()), nil, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
}
