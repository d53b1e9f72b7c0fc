package webhooktest_test

import (
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

func TestTarget(t *testing.T) {
	server := webhooktest.ReplayServer(t, webhooktest.DVelop, "GetWebHook/200-json")
	client := hooks.New(server.URL, webhooktest.Token)

	got, err := client.Target(t.Context(), webhooktest.DVelopRepositoryID, webhooktest.DVelopEventID, webhooktest.DVelopWebhookID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got, "https://example.com/") {
		t.Errorf("got %q, want an address below https://example.com", got)
	}
}

func TestTarget_unknownWebhook(t *testing.T) {
	server := webhooktest.ReplayServer(t, webhooktest.DVelop, "GetWebHook/404-json")
	client := hooks.New(server.URL, webhooktest.Token)

	_, err := client.Target(t.Context(), webhooktest.DVelopRepositoryID, webhooktest.DVelopEventID, webhooktest.DVelopUnknownWebhookID)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got the error %v, want one that says 404", err)
	}
}

func TestTarget_connectionReset(t *testing.T) {
	server := webhooktest.ReplayServer(t, webhooktest.DVelop, webhooktest.Always(webhooktest.Reset("GetWebHook/200-json")))
	client := hooks.New(server.URL, webhooktest.Token)

	if _, err := client.Target(t.Context(), webhooktest.DVelopRepositoryID, webhooktest.DVelopEventID, webhooktest.DVelopWebhookID); err == nil {
		t.Error("got no error from a connection that was reset")
	}
}
