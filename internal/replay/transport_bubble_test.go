package replay_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// retrying gets the webhook and waits as Retry-After says.
func retrying(ctx context.Context, client *http.Client, body []byte) (*http.Response, error) {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			return resp, err
		}
		resp.Body.Close()
		wait, err := time.ParseDuration(resp.Header.Get("Retry-After") + "s")
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func TestTransport_retriesTakeNoTimeInABubble(t *testing.T) {
	body := []byte(`{"id":"` + webhooktest.DevRevWebhookID + `"}`)
	steps := []webhooktest.Step{"webhooks.get/429", "webhooks.get/429", "webhooks.get/200"}
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := webhooktest.Replay(t, webhooktest.DevRev, steps...)
		client.Timeout = time.Minute
		resp, err := retrying(t.Context(), client, body)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, 2*time.Second, time.Since(start), "the bubble's clock has waited twice")
	})
	assert.Less(t, time.Since(began), time.Second, "nobody else has")
}

// A client made outside a bubble may be used inside one, and afterwards.
func TestTransport_crossesABubblesBorder(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"))
	vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	synctest.Test(t, func(t *testing.T) { vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)) })
	vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
}

// A replay does not wait as long as the recorded exchange took.
func TestTransport_doesNotSleep(t *testing.T) {
	slow := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", "duration: 0s", "duration: 1h0m0s")
	began := time.Now()
	client := webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.OwnScenarios(slow)), "webhooks.get/200")
	vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Less(t, time.Since(began), 5*time.Second)
}
