package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest"
)

func TestWebhook(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")

	body := strings.NewReader(`{"id": "` + webhooktest.DevRevWebhookID + `"}`)
	resp, err := client.Post(webhooktest.DevRev.BaseURL()+"/webhooks.get", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("got %s, want 200", resp.Status)
	}
}
