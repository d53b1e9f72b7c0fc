package webhooktest

import "example.com/webhookvcr/internal/provider"

// DevRev is the webhook API of https://devrev.ai, as the types of its
// TypeScript SDK 1.1.71 and its OpenAPI document of 2024-01-24 describe it.
var DevRev = Provider{def: &provider.DevRev}

// The placeholders that DevRev's shipped scenarios know. When recording, each
// stands for the value of an environment variable of the tenant's.
const (
	// DevRevWebhookID stands for DEVREV_WEBHOOK_ID, or for the first webhook that
	// webhooks.list answers when the variable is unset. It is the id of the
	// example in DevRev's API reference.
	DevRevWebhookID = provider.DevRevWebhookID
	// DevRevUnknownWebhookID is the id of no webhook; it stands for itself.
	DevRevUnknownWebhookID = provider.DevRevUnknownWebhookID
)
