package webhooktest

import "example.com/webhookvcr/internal/provider"

// DVelop is the webhook part of d.velop's API for configuring repositories, as
// its OpenAPI document oas-dmsconfig and its guide describe it.
var DVelop = Provider{def: &provider.DVelop}

// The placeholders that d.velop's shipped scenarios know. When recording, each
// stands for the value of an environment variable of the tenant's.
const (
	// DVelopRepositoryID stands for DVELOP_REPOSITORY_ID.
	DVelopRepositoryID = provider.DVelopRepositoryID
	// DVelopEventID stands for DVELOP_EVENT_ID, an event such as postimport.
	DVelopEventID = provider.DVelopEventID
	// DVelopWebhookID stands for DVELOP_WEBHOOK_ID, or for the first webhook of
	// the event when the variable is unset.
	DVelopWebhookID = provider.DVelopWebhookID
	// DVelopUnknownWebhookID is the id of no webhook; it stands for itself.
	DVelopUnknownWebhookID = provider.DVelopUnknownWebhookID
)
