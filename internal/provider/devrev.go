package provider

import (
	"strings"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/schemas"
)

// Placeholders of DevRev.
const (
	DevRevWebhookID        = "don:integration:dvrv-us-1:devo/example:webhook/webhook-id"
	DevRevUnknownWebhookID = "don:integration:dvrv-us-1:devo/example:webhook/no-such-webhook"
)

// Token stands for the tenant's credential wherever a test sends one.
const Token = "webhooktest-token"

// ReceiverSecret signs the deliveries of tests and of recordings: the base64 text of made-up bytes.
const ReceiverSecret = "d2ViaG9va3Rlc3QtbWFkZS11cA=="

// WrongToken is what a scenario about a bad credential sends.
const WrongToken = "no-such-token"

// DevRev is the webhook API of DevRev, as the types of its TypeScript SDK 1.1.71
// of 2026 describe it and, where those are silent (media types, statuses, the
// query), the OpenAPI document of 2024-01-24 as published in July 2025.
var DevRev = Definition{
	Name:        "devrev",
	Title:       "DevRev",
	BaseURL:     "https://api.devrev.ai",
	BaseVar:     "DEVREV_BASE_URL",
	BaseDefault: "https://api.devrev.ai",
	TokenVar:    "DEVREV_TOKEN",
	BareToken:   true,
	Schemas:     below(schemas.FS, "devrev"),
	Cassettes:   below(cassettes.FS, "devrev"),
	IDs: []IDForm{{
		Form: "don:{word}:{tenant}:{type}/{id}", More: ":{type}/{id}",
		Words: devrevIDWords,
		First: map[string]string{"": "dvrv-us-1", "devo": "example"},
		Names: map[string]string{"": "dvrv-us", "devo": "example", "devu": "user", "svcacc": "service-account"},
	}},
	MinSecret: 8, MaxSecret: 32, // the API reference, webhooks.create and webhooks.update
	Marks: []Mark{
		{
			// The organisation of an id, however its separators are escaped.
			Pattern: pattern.New(`(?i)\bdon(?::|%3a)[a-z_]+(?::|%3a)[a-z0-9-]+(?::|%3a)devo(?:/|\\/|%2f)([a-z0-9_.~+=-]+)`),
			Needle:  "devo", Placeholder: "example", What: "an id of a real DevRev organisation",
		},
		{
			Pattern: pattern.New(`(?i)\bapp\.devrev\.ai(?:/|\\/|%2f)([a-z0-9_.-]+)`),
			Needle:  "app.devrev.ai", Placeholder: "example", What: "the name of a real DevRev workspace",
		},
	},
	Bindings: []Binding{{
		Placeholder: DevRevWebhookID,
		Var:         "DEVREV_WEBHOOK_ID",
		Kind:        ID,
		Lookup: &Lookup{
			Method: "POST", Path: "/webhooks.list", Body: "{}",
			Pointers: []string{"/webhooks/0/id"},
			What:     "the first webhook listed",
		},
	}},
	Operations: []Operation{
		{
			Name:   "webhooks.get",
			Source: `DevRev API reference, pages "Get Webhook" and "Get Webhook (POST)"; OpenAPI operations webhooks-get and webhooks-get-post`,
			Forms: []Form{
				{Method: "POST", Path: "/webhooks.get", Body: "webhooks.get.request.json"},
				{Method: "GET", Path: "/webhooks.get", Query: "webhooks.get.query.json"},
			},
			Responses: devrevResponses(devrevJSON(200, "webhooks.get.200.json"), true),
			Echo:      &Echo{Request: "id", Response: "/webhook/id"},
		},
		{
			Name:   "webhooks.list",
			Source: `DevRev API reference, page "List Webhooks"; OpenAPI operations webhooks-list and webhooks-list-post`,
			Forms: []Form{
				{Method: "POST", Path: "/webhooks.list", Body: "webhooks.list.request.json"},
				{Method: "GET", Path: "/webhooks.list", Query: "webhooks.list.query.json"},
			},
			Responses: devrevResponses(devrevJSON(200, "webhooks.list.200.json"), false),
		},
		{
			Name: "webhooks.create", Writes: true,
			Source:    `DevRev API reference, page "Create Webhook"; OpenAPI operation webhooks-create`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.create", Body: "webhooks.create.request.json"}},
			Responses: devrevResponses(devrevJSON(201, "webhooks.create.201.json"), false),
		},
		{
			Name: "webhooks.update", Writes: true,
			Source:    `DevRev API reference, page "Update Webhook"; OpenAPI operation webhooks-update`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.update", Body: "webhooks.update.request.json"}},
			Responses: devrevResponses(devrevJSON(200, "webhooks.update.200.json"), true),
			Exclusive: []Exclusive{{Object: "/event_types", Member: "set", Others: []string{"add", "remove"}}},
			Echo:      &Echo{Request: "id", Response: "/webhook/id"},
		},
		{
			Name: "webhooks.delete", Writes: true,
			Source:    `DevRev API reference, page "Delete Webhook"; OpenAPI operation webhooks-delete`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.delete", Body: "webhooks.delete.request.json"}},
			Responses: devrevResponses(devrevJSON(200, "webhooks.delete.200.json"), true),
		},
	},
	Delivery: &Delivery{
		Source: `DevRev API reference, page "Event Webhooks"; OpenAPI operation webhooks-event`,
		Body:   "webhooks.event.request.json", Response: "webhooks.event.200.json", Tag: "type", Signature: "X-DevRev-Signature", Handshake: "verify", Challenge: "challenge",
	},
	Own: &OwnWebhook{
		Create:      devrevPost("webhooks.create", `{"url":"`+devrevURL+`","event_types":["work_created"]}`),
		List:        devrevPost("webhooks.list", "{}"),
		Delete:      devrevPost("webhooks.delete", devrevGetBody),
		Placeholder: DevRevWebhookID, At: devrevURL,
		Created: "/webhook/id", Listed: "/webhooks", URL: "url",
	},
	RequestHeaders: []RequestHeader{
		{"Accept", MediaTypes}, {"Content-Type", MediaType},
		// DevRev's guide: the scope "beta" opts into beta operations, and a version is a date.
		{"X-Devrev-Scope", Scope}, {"X-Devrev-Version", Date},
	},
	MemberName: SnakeCase,
	ResponseHeaders: map[string]HeaderGrammar{
		"Content-Type":          MediaType,
		"Location":              Reference,
		"Retry-After":           RetryAfter,
		"X-Ratelimit-Limit":     Number,
		"X-Ratelimit-Remaining": Number,
		"X-Ratelimit-Reset":     Number,
	},
	Volatile: []string{"X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
	Sentences: []string{
		"route not found",
		"An internal error occurred.", "The error was recorded under the given reference.",
		"The object was not found.", "No webhook has the given id.",
		"The request is malformed.", "No further particulars are given.",
		"The request is not authenticated.", "A valid token is required.",
		"The request is not permitted.", "The token's owner lacks the right to it.",
		"The service is unavailable.", "It will be back after a short delay.",
		"Too many requests.", "The limit of the current window is used up.",
		"The value is not permitted.",
		"A name consists of letters, digits, hyphens and underscores.", "There are eight headers at most.",
		"A secret is the base64 text of 8 to 32 bytes.",
	},
	ErrorMembers: []string{"type", "message", "detail"},
	RetryAfter:   "/retry_after",
	ErrorTag:     "type",
	// Its error types list invalid_field.
	UnknownMember: "DevRev answers 400 invalid_field to a member that it does not know",
	RouteNotFound: &RouteNotFound{"message", "route not found"},
	Scenarios:     devrevScenarios,
}

func devrevJSON(status int, schema string) Response {
	return Response{Status: status, MediaTypes: []string{mediaJSON}, Schema: schema}
}

// devrevResponses adds the error answers that the OpenAPI document lists for
// every webhooks operation; 404 is listed for those that take an id only.
func devrevResponses(success Response, notFound bool) []Response {
	all := []Response{success, devrevJSON(400, "error.400.json"), devrevJSON(401, "error.401.json"), devrevJSON(403, "error.403.json")}
	if notFound {
		all = append(all, devrevJSON(404, "error.404.json"))
	}
	return append(all, devrevJSON(429, "error.429.json"), devrevJSON(500, "error.500.json"), devrevJSON(503, "error.503.json"))
}

// devrevIDWords are the services and the types of objects in the ids that DevRev's pages
// show, and the types that its schemas list.
var devrevIDWords = strings.Fields(`
	core identity integration
	artifact devo devu id job revo revu svcacc sysu webhook webhook_event work
	account article capability code_change conversation custom_object engagement enhancement feature group incident
	issue link linkable meeting opportunity product question_answer runnable snap_in tag task ticket
	timeline_change_event timeline_comment widget`)
