package hooks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/webhookvcr/webhooktest"
	"github.com/stretchr/testify/require"

	hooks "example.org/golden"
)

const secret = "YSBzZWNyZXQgb2Ygb3Vycw=="

func TestWebhook_life(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // three minutes pass at once
		tenant := webhooktest.Simulate(t, webhooktest.DevRev)
		receiver, err := hooks.NewReceiver(secret)
		require.NoError(t, err)
		tenant.Receive("https://hooks.example.com/devrev", receiver)
		svc := hooks.New(tenant.Client(), webhooktest.DevRev.BaseURL(), webhooktest.Token)

		id, err := svc.Create(t.Context(), "https://hooks.example.com/devrev", secret, "work_created")
		require.NoError(t, err)
		require.NoError(t, tenant.Settle(t.Context())) // verified: the receiver has echoed the challenge

		receiver.Break(true)
		time.AfterFunc(time.Minute, func() { receiver.Break(false) })
		got := tenant.Emit(t.Context(), "work_created", webhooktest.Duplicates(1))
		require.True(t, got[0].Acknowledged, got[0].Reason)
		require.Len(t, got[0].Attempts, 4) // at once, after 30 s, after 3 min more, and the duplicate
		require.Equal(t, 1, receiver.Work())

		require.NoError(t, svc.Delete(t.Context(), id))
		require.Empty(t, tenant.Emit(t.Context(), "work_created"))
	})
}
