package webhooktest_test

import (
	"errors"
	"testing"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

func TestDevRev_survivesEveryError(t *testing.T) {
	for _, s := range webhooktest.DevRev.Scenarios() {
		if s.Status < 400 || s.Operation != "webhooks.get" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			d := hooks.DevRev{
				Client:  webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Step(s.Name)),
				BaseURL: webhooktest.DevRev.BaseURL(),
				Token:   webhooktest.Token,
			}
			_, err := d.Webhook(t.Context(), webhooktest.DevRevWebhookID)
			wantStatus(t, err, s.Status)
		})
	}
}

func TestDVelop_survivesEveryError(t *testing.T) {
	for _, s := range webhooktest.DVelop.Scenarios() {
		if s.Status < 400 || s.Operation != "GetWebHook" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			_, err := askDVelop(t, webhooktest.Step(s.Name))
			wantStatus(t, err, s.Status)
		})
	}
}

// A dead credential may be sent to the sign-in page, which answers 200.
func TestDVelop_isNotFooledByTheSignInPage(t *testing.T) {
	got, err := askDVelop(t, "GetWebHook/302-login")
	if err == nil {
		t.Errorf("got %+v from the sign-in page, want an error", got)
	}
}

// What no vendor documents happens as well.
func TestDevRev_survivesABadConnection(t *testing.T) {
	const get = webhooktest.Step("webhooks.get/200")
	for _, step := range []webhooktest.Step{
		webhooktest.Timeout(get),
		webhooktest.Reset(get),
		webhooktest.Truncated(get),
		webhooktest.NotJSON(get),
	} {
		t.Run(string(step), func(t *testing.T) {
			d := hooks.DevRev{
				Client:  webhooktest.Replay(t, webhooktest.DevRev, step),
				BaseURL: webhooktest.DevRev.BaseURL(),
				Token:   webhooktest.Token,
			}
			if got, err := d.Webhook(t.Context(), webhooktest.DevRevWebhookID); err == nil {
				t.Errorf("got %+v, want an error", got)
			}
		})
	}
}

func TestWebhook_isRead(t *testing.T) {
	for _, step := range []webhooktest.Step{"webhooks.get/200", "webhooks.get/200-minimal", "webhooks.get/200-service_account"} {
		t.Run(string(step), func(t *testing.T) {
			d := hooks.DevRev{
				Client:  webhooktest.Replay(t, webhooktest.DevRev, step),
				BaseURL: webhooktest.DevRev.BaseURL(),
				Token:   webhooktest.Token,
			}
			got, err := d.Webhook(t.Context(), webhooktest.DevRevWebhookID)
			if err != nil || got.ID != webhooktest.DevRevWebhookID || got.URL == "" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	for _, step := range []webhooktest.Step{"GetWebHook/200-json", "GetWebHook/200-hal", "GetWebHook/200-nulls"} {
		t.Run(string(step), func(t *testing.T) {
			if got, err := askDVelop(t, step); err != nil || got.URL == "" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func askDVelop(t *testing.T, step webhooktest.Step) (hooks.Webhook, error) {
	t.Helper()
	d := hooks.DVelop{
		Client:     webhooktest.Replay(t, webhooktest.DVelop, step),
		BaseURL:    webhooktest.DVelop.BaseURL(),
		Token:      webhooktest.Token,
		Repository: webhooktest.DVelopRepositoryID,
	}
	return d.Webhook(t.Context(), webhooktest.DVelopEventID, webhooktest.DVelopWebhookID)
}

func wantStatus(t *testing.T, err error, status int) {
	t.Helper()
	var refused *hooks.Error
	if !errors.As(err, &refused) || refused.Status != status {
		t.Errorf("got the error %v, want one that says %d", err, status)
	}
}
