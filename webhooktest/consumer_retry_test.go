package webhooktest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

func status(ctx context.Context, client *http.Client) (string, error) {
	return hooks.Status(ctx, client, webhooktest.DevRev.BaseURL(), webhooktest.Token, webhooktest.DevRevWebhookID)
}

// Inside the bubble the clock is synctest's: the test sees the seconds pass and
// does not wait for them.
func TestStatus_waitsAsLongAsRetryAfterSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200")
		start := time.Now()

		got, err := status(t.Context(), client)
		if err != nil || got != "active" {
			t.Errorf("got %q, %v, want active", got, err)
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %s, want the second of Retry-After", waited)
		}
	})
}

func TestStatus_givesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/503"))
		start := time.Now()

		if got, err := status(t.Context(), client); err == nil {
			t.Errorf("got %q, want an error", got)
		}
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("waited %s, want twice the default of 5s", waited)
		}
	})
}

func TestStatus_stopsWaitingWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/503")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()

		if _, err := status(ctx, client); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}
