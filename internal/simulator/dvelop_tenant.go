package simulator

import (
	"net/http"

	"example.com/webhookvcr/internal/provider"
)

// The default tenant of d.velop. The key holds the signs that real ones do and
// that URL-encoding changes.
const (
	dvelopBase         = "https://acme.d-velop.cloud"
	dvelopToken        = "hT4+9wQz/Lr7nXv2Bd8sYp1cKf6Jm3uGe5aWo0iRtE=&Vq7xN"
	dvelopRepositoryID = "4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6"
	dvelopWebhookID    = "9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10"
	dvelopEventID      = "postimport"
)

func init() { vendors[&provider.DVelop] = dvelopVendor }

func dvelopVendor() vendor {
	return vendor{
		live:  dvelopLive,
		wire:  dvelopWire,
		base:  dvelopBase,
		token: dvelopToken,
		seeds: map[string]string{
			"DVELOP_REPOSITORY_ID": dvelopRepositoryID,
			"DVELOP_EVENT_ID":      dvelopEventID,
			"DVELOP_WEBHOOK_ID":    dvelopWebhookID,
		},
		states: map[string]func() http.Handler{
			"":             func() http.Handler { return &DVelop{} },
			"nulls":        func() http.Handler { return &DVelop{Events: dvelopNulls(), NullID: true} },
			"500":          func() http.Handler { return &DVelop{Fail: http.StatusInternalServerError} },
			"undocumented": func() http.Handler { return &DVelop{Undocumented: true} },
		},
	}
}

// dvelopEvents are the 20 events that a public program lists, two of them with
// webhooks: the first webhook shows every documented member, the others differ
// in what may be null or empty.
func dvelopEvents() []DVelopEvent {
	var events []DVelopEvent
	for _, id := range provider.DVelop.Events {
		event := DVelopEvent{ID: id}
		switch id {
		case dvelopEventID:
			event.Webhooks = dvelopImportWebhooks()
			// d.velop's example writes the ids of an order in upper case.
			event.Order = []string{"9D3F6A52-1C7E-4B08-8F4D-2E6B7A9C5D10", "C27B90E4-5A16-4D3F-B8E1-70F4A96D2C5B"}
		case "validateimport":
			event.Webhooks = dvelopValidateWebhooks()
		}
		events = append(events, event)
	}
	return events
}

func dvelopImportWebhooks() []DVelopWebhook {
	return []DVelopWebhook{
		{
			ID: dvelopWebhookID, Description: "Forward new invoices to Acme accounting",
			URI: "https://hooks.acme.example/dvelop/invoices", APIKey: new("kX8/vT2mQ9+bR4wZ6nLc1sHy7JdPf3Ga0uEoWi5t="),
			Enabled: true, HandleResponse: "STATUS", Retry: new(true), Timeout: new(int32(10000)),
			Restrictions: []DVelopRestriction{
				{Key: new("CATEGORY"), Value: new("6e1f0c7d-92b4-4a58-8c3e-d5079b6a41f2")},
				{Key: new("CATEGORY"), Value: new("e84a2b9f-0d67-4c15-b3f8-1a9c5e72d036")},
			},
		},
		{
			ID: "c27b90e4-5a16-4d3f-b8e1-70f4a96d2c5b", Description: "Start the Acme archive script",
			URI: dvelopBase + "/scripting/script/5f9a3d81-6c2e-47b0-9e14-b8d7062f3ac9/run", Enabled: true,
			HandleResponse: "NONE", Retry: new(false), Timeout: new(int32(300)), Restrictions: []DVelopRestriction{},
		},
	}
}

func dvelopValidateWebhooks() []DVelopWebhook {
	return []DVelopWebhook{{
		ID: "07d4e1b8-f359-4e2a-a6c0-8b15d93f7e64", Description: "Check the fields of Acme contracts",
		URI: "/acme-checks/contracts", HandleResponse: "STATUS_AND_BODY",
	}}
}

// dvelopNulls are the default events with every nullable member of the first
// webhook null; its id, which must be found, is up to the handler.
func dvelopNulls() []DVelopEvent {
	events := dvelopEvents()
	for i := range events {
		if events[i].ID != dvelopEventID {
			continue
		}
		w := &events[i].Webhooks[0]
		w.APIKey, w.Restrictions, w.Retry, w.Timeout = nil, nil, nil, nil
	}
	return events
}
