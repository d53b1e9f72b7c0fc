package simulator

import (
	"net/http"
	"strings"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// The default tenant of DevRev.
const (
	devrevToken     = "pat-Qm7vX2LrT9sKc4WzHd8yNb3FgJ6eUa1P"
	devrevOrgDON    = "don:integration:dvrv-us-1:devo/11FVC3ScK"
	devrevWebhookID = devrevOrgDON + ":webhook/1jGzMh1N"
)

func init() { vendors[&provider.DevRev] = devrevVendor }

func devrevVendor() vendor {
	failing := func(status int, errorType string) func() http.Handler {
		return func() http.Handler { return &DevRev{Fail: status, FailType: errorType} }
	}
	changed := func(change func([]DevRevWebhook)) func() http.Handler {
		return func() http.Handler {
			all := devrevWebhooks()
			change(all)
			return &DevRev{Webhooks: all}
		}
	}
	return vendor{
		live: devrevLive,
		wire: devrevWire,
		// Every customer of DevRev has the same host.
		base:  provider.DevRev.BaseDefault,
		token: devrevToken,
		seeds: map[string]string{"DEVREV_WEBHOOK_ID": devrevWebhookID},
		states: map[string]func() http.Handler{
			"":                func() http.Handler { return &DevRev{} },
			"empty":           func() http.Handler { return &DevRev{Webhooks: []DevRevWebhook{}} },
			"inactive":        changed(func(all []DevRevWebhook) { all[0].Status = statusInactive }),
			"service_account": changed(func(all []DevRevWebhook) { all[0].CreatedBy = devrevServiceAccount() }),
			"minimal": changed(func(all []DevRevWebhook) { // the required members only
				for i, w := range all {
					all[i] = DevRevWebhook{ID: w.ID, Secret: w.Secret, Status: w.Status, URL: w.URL}
				}
			}),
			"undocumented":            devrevUndocumented,
			"400-bad_request":         failing(http.StatusBadRequest, "bad_request"),
			"400-value_not_permitted": failing(http.StatusBadRequest, "value_not_permitted"),
			"403":                     failing(http.StatusForbidden, ""),
			"429":                     failing(http.StatusTooManyRequests, ""),
			"500":                     failing(http.StatusInternalServerError, ""),
			"503":                     failing(http.StatusServiceUnavailable, ""),
		},
	}
}

// devrevNow is where the clock stands unless the handler has one.
func devrevNow() time.Time { return time.Date(2025, time.March, 4, 8, 17, 42, 0, time.UTC) }

// devrevWebhooks are the default webhooks: the first shows every documented
// member and two types of users, the second leaves members out.
func devrevWebhooks() []DevRevWebhook {
	return []DevRevWebhook{
		{
			ID: devrevWebhookID, DisplayID: "WEBHOOK-1jGzMh1N",
			URL: "https://hooks.acme.example/devrev/events", Secret: "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O",
			EventTypes: []string{"work_created", "work_updated", "work_deleted"}, Status: statusActive,
			Headers: []DevRevHeader{
				{Name: "X-Api-Key", Value: "hk-4Vd9sQ2xLm7RtZ1cYp6W"}, {Name: "X-Environment", Value: "production-eu"},
			},
			CreatedBy: devrevDeveloper(), CreatedDate: "2024-11-19T14:03:27.518Z",
			ModifiedBy: devrevCustomer(), ModifiedDate: "2025-02-06T09:41:05.937074Z",
		},
		{
			ID: devrevOrgDON + ":webhook/8QpVnW3x", DisplayID: "WEBHOOK-8QpVnW3x",
			URL: "https://ops.acme.example/inbound?source=devrev", Secret: "dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq",
			EventTypes: []string{"account_created"}, Status: statusInactive,
			CreatedBy: devrevServiceAccount(), CreatedDate: "2024-12-02T06:30:00.1Z",
		},
	}
}

// devrevUndocumented is a handler whose users carry the undocumented members
// that all users in DevRev's own samples carry.
func devrevUndocumented() http.Handler {
	mark := func(u *DevRevUser, v1, handle string) *DevRevUser {
		u.IDV1 = "don:DEV-11FVC3ScK:" + u.Type + ":" + v1
		u.DisplayHandle = handle
		u.Thumbnail = "https://api.devrev.ai/internal/display-picture/" + handle + ".png"
		return u
	}
	all := devrevWebhooks()
	mark(all[0].CreatedBy, "DEVU-7", "maya-lindqvist")
	mark(all[0].ModifiedBy, "REVU-1nVbq4Za", "jonas-weber")
	mark(all[1].CreatedBy, "SVCACC-10", "acme-sync")
	return &DevRev{Webhooks: all, User: mark(devrevDeveloper(), "DEVU-7", "maya-lindqvist")}
}

func devrevDeveloper() *DevRevUser {
	return &DevRevUser{
		Type: "dev_user", ID: "don:identity:dvrv-us-1:devo/11FVC3ScK:devu/7", DisplayID: "DEVU-7",
		DisplayName: "maya-lindqvist", FullName: "Maya Lindqvist", Email: "maya.lindqvist@acme.example", State: "active",
		DisplayPicture: &DevRevArtifact{
			ID: "don:core:dvrv-us-1:devo/11FVC3ScK:artifact/402", DisplayID: "ARTIFACT-402",
			File: &DevRevFile{Name: "maya-2024.png", Type: "image/png", Size: 20481},
		},
	}
}

func devrevCustomer() *DevRevUser {
	return &DevRevUser{
		Type: "rev_user", ID: "don:identity:dvrv-us-1:devo/11FVC3ScK:revo/6:revu/131", DisplayID: "REVU-1nVbq4Za",
		DisplayName: "jonas-weber", FullName: "Jonas Weber", Email: "jonas.weber@globex.example", State: "shadow",
		ExternalRef: "crm-contact-58213",
		RevOrg: &DevRevOrg{
			Type: "rev_org", ID: "don:identity:dvrv-us-1:devo/11FVC3ScK:revo/6", DisplayID: "REV-4hTq8Xc2", DisplayName: "Globex Manufacturing",
		},
		DisplayPicture: &DevRevArtifact{
			ID: "don:core:dvrv-us-1:devo/11FVC3ScK:artifact/977", DisplayID: "ARTIFACT-977",
			File: &DevRevFile{Name: "portrait-weber.jpg", Type: "image/jpeg", Size: 48213},
		},
	}
}

func devrevServiceAccount() *DevRevUser {
	return &DevRevUser{
		Type: "service_account", ID: "don:identity:dvrv-us-1:devo/11FVC3ScK:svcacc/10", DisplayID: "SVCACC-10",
		DisplayName: "acme-sync", FullName: "Acme Synchronisation", State: "active",
	}
}

// devrevEventTypes are the 76 values of the TypeScript SDK 1.1.71 of 2026, sorted.
func devrevEventTypes() []string {
	return strings.Fields(`
		account_created account_deleted account_updated ai_agent_response
		article_created article_deleted article_updated
		artifact_created artifact_deleted artifact_updated
		conversation_created conversation_deleted conversation_updated
		dashboard_created dashboard_deleted dashboard_updated
		dev_user_created dev_user_deleted dev_user_updated
		group_created group_deleted group_member_added group_member_removed group_updated
		incident_created incident_deleted incident_updated
		job_created job_deleted job_updated
		link_created link_deleted link_updated
		part_created part_deleted part_updated
		question_answer_created question_answer_deleted question_answer_updated
		rev_org_created rev_org_deleted rev_org_updated
		rev_user_created rev_user_deleted rev_user_updated
		sla_tracker_created sla_tracker_deleted sla_tracker_fetched sla_tracker_updated
		survey_created survey_deleted survey_response_created survey_response_deleted survey_response_updated survey_updated
		sync_history_created sync_history_deleted sync_history_updated sync_unit_updated
		tag_created tag_deleted tag_updated
		timeline_entry_created timeline_entry_deleted timeline_entry_updated
		verify
		webhook_created webhook_deleted webhook_updated
		widget_created widget_deleted widget_updated
		work_created work_deleted work_fetched work_updated`)
}
