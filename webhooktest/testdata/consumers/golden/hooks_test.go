package hooks_test

import (
	"testing"
	"testing/synctest"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
	"github.com/stretchr/testify/require"

	hooks "example.org/golden"
)

func TestLookup_retriesWhenThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the wait that Retry-After asks for passes at once
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200")
		svc := hooks.New(client, webhooktest.DevRev.BaseURL(), webhooktest.Token)

		got, err := svc.Lookup(t.Context(), webhooktest.DevRevWebhookID)

		require.NoError(t, err)
		goldentest.Assert(t, "lookup", got)
	})
}
