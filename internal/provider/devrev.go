package provider

import (
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
			Echo:      &Echo{Request: "id", Answer: "/webhook/id"},
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
			Name:      "webhooks.create",
			Source:    `DevRev API reference, page "Create Webhook"; OpenAPI operation webhooks-create`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.create", Body: "webhooks.create.request.json"}},
			Responses: devrevResponses(devrevJSON(201, "webhooks.create.201.json"), false),
		},
		{
			Name:      "webhooks.update",
			Source:    `DevRev API reference, page "Update Webhook"; OpenAPI operation webhooks-update`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.update", Body: "webhooks.update.request.json"}},
			Responses: devrevResponses(devrevJSON(200, "webhooks.update.200.json"), true),
			Exclusive: []Exclusive{{Object: "/event_types", Member: "set", Others: []string{"add", "remove"}}},
			Echo:      &Echo{Request: "id", Answer: "/webhook/id"},
		},
		{
			Name:      "webhooks.delete",
			Source:    `DevRev API reference, page "Delete Webhook"; OpenAPI operation webhooks-delete`,
			Forms:     []Form{{Method: "POST", Path: "/webhooks.delete", Body: "webhooks.delete.request.json"}},
			Responses: devrevResponses(devrevJSON(200, "webhooks.delete.200.json"), true),
		},
	},
	Delivery: &Delivery{
		Source: `DevRev API reference, page "Event Webhooks"; OpenAPI operation webhooks-event`,
		Body:   "webhooks.event.request.json", Answer: "webhooks.event.200.json", Tag: "type",
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
	Volatile:      []string{"X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
	Sentences:     []string{"route not found"},
	ErrorMembers:  []string{"type", "message", "detail"},
	RetryAfter:    "/retry_after",
	ErrorTag:      "type",
	RouteNotFound: &RouteNotFound{"message", "route not found"},
	Scenarios:     devrevScenarios,
}

func devrevJSON(status int, schema string) Response {
	return Response{Status: status, MediaTypes: []string{"application/json"}, Schema: schema}
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

func devrevGet(body string) Request {
	return Request{
		Method: "POST", Target: "/webhooks.get",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
		Body:   body,
	}
}

const devrevGetBody = `{"id":"` + DevRevWebhookID + `"}`

// devrevBoth are the well-formed requests of webhooks.get; every error answers them.
var devrevBoth = []string{"webhooks.get/200", "webhooks.get/200-get"}

// onlySimulated says why a tenant is never asked for an answer.
const onlySimulated = "simulated only: no read call provokes it on a tenant"

func devrevError(name, errorType, summary, how string, live bool, sw string, req Request, departures ...ExpectedProblem) Scenario {
	status := 0
	for _, c := range name[:3] {
		status = status*10 + int(c-'0')
	}
	return Scenario{
		Name: "webhooks.get/" + name, Summary: summary, Request: req, Status: status,
		MediaType: "application/json", Type: errorType, Live: live, How: how, Switch: sw,
		Expects: departures, Also: devrevBoth,
	}
}

var devrevScenarios = []Scenario{
	{
		Name: "webhooks.get/200", Summary: "the webhook, with every documented member",
		Request: devrevGet(devrevGetBody), Status: 200, MediaType: "application/json",
		Live: true, How: "the id of a webhook that exists",
	},
	{
		Name: "webhooks.get/200-get", Summary: "the same webhook, asked for in the query",
		Request: Request{
			Method: "GET", Target: "/webhooks.get?id=don%3Aintegration%3Advrv-us-1%3Adevo%2Fexample%3Awebhook%2Fwebhook-id",
			Header: map[string]string{"Accept": "application/json"},
		},
		Status: 200, MediaType: "application/json", Live: true, How: "the id of a webhook that exists, as query parameter",
	},
	{
		Name: "webhooks.get/200-minimal", Summary: "a webhook with the required members only",
		Request: devrevGet(devrevGetBody), Status: 200, MediaType: "application/json",
		How: "simulated only: which optional members a tenant leaves out cannot be asked for", Switch: "minimal",
	},
	{
		Name: "webhooks.get/200-service_account", Summary: "a webhook created by a service account",
		Request: devrevGet(devrevGetBody), Status: 200, MediaType: "application/json",
		How: "simulated only: who created a webhook cannot be asked for", Switch: "service_account",
	},
	devrevError("400-bad_request", "bad_request", "a bad request without further particulars", onlySimulated, false, "400-bad_request", devrevGet(devrevGetBody)),
	devrevError("400-invalid_api_version", "invalid_api_version", "an API version that does not exist", "a date without a version in X-Devrev-Version", true, "", Request{
		Method: "POST", Target: "/webhooks.get",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "application/json", "X-Devrev-Version": "1970-01-01"},
		Body:   devrevGetBody,
	}),
	devrevError("400-invalid_content_type", "invalid_content_type", "a body that is not sent as JSON", "text/plain in Content-Type", true, "", Request{
		Method: "POST", Target: "/webhooks.get",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "text/plain"},
		Body:   devrevGetBody,
	}, ExpectedProblem{"request", "Content-Type"}),
	devrevError("400-invalid_field", "invalid_field", "a member that the operation does not know", "an undocumented member in the body", true, "",
		devrevGet(`{"id":"`+DevRevWebhookID+`","expand":"all"}`), ExpectedProblem{"request", "/expand"}),
	devrevError("400-invalid_id", "invalid_id", "an id that is no id", "a word in place of the id", true, "", devrevGet(`{"id":"no-such-id"}`)),
	devrevError("400-missing_required_field", "missing_required_field", "a required member is missing", "an empty object", true, "",
		devrevGet(`{}`), ExpectedProblem{"request", "/id"}),
	devrevError("400-parse_error", "parse_error", "a body that is not JSON", "a body that breaks off", true, "",
		devrevGet(`{"id":`), ExpectedProblem{"request", ""}),
	devrevError("400-unexpected_id_type", "unexpected_id_type", "the id of something else than a webhook", "the id of an issue", true, "",
		devrevGet(`{"id":"don:core:dvrv-us-1:devo/example:issue/no-such-issue"}`)),
	devrevError("400-unexpected_json_type", "unexpected_json_type", "a member of the wrong JSON type", "a number in place of the id", true, "",
		devrevGet(`{"id":7}`), ExpectedProblem{"request", "/id"}),
	devrevError("400-value_not_permitted", "value_not_permitted", "a value that is not permitted", onlySimulated, false, "400-value_not_permitted", devrevGet(devrevGetBody)),
	devrevError("401", "unauthenticated", "the credential is missing or wrong", "a made-up credential", true, "", Request{
		Method: "POST", Target: "/webhooks.get",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
		Body:   devrevGetBody, Credential: Wrong,
	}),
	devrevError("403", "forbidden", "the credential's owner may not read the webhook", "simulated only: it takes the credential of somebody without the right", false, "403", devrevGet(devrevGetBody)),
	devrevError("404", "not_found", "no webhook has this id", "a made-up id", true, "", devrevGet(`{"id":"`+DevRevUnknownWebhookID+`"}`)),
	devrevError("404-route", "", "the route does not exist: a body without the member type", "a made-up route", true, "", Request{
		Method: "POST", Target: "/webhooks.no-such-route",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
		Body:   devrevGetBody,
	}),
	devrevError("429", "too_many_requests", "too many requests; Retry-After says when to come back", "simulated only: a tenant's rate limit is never exhausted on purpose", false, "429", devrevGet(devrevGetBody)),
	devrevError("500", "internal_error", "an internal error", "simulated only: never provoked on a tenant", false, "500", devrevGet(devrevGetBody)),
	devrevError("503", "service_unavailable", "the service is unavailable", "simulated only: never provoked on a tenant", false, "503", devrevGet(devrevGetBody)),
	{
		Name: "webhooks.list/200", Summary: "every webhook of the organisation",
		Request: Request{
			Method: "POST", Target: "/webhooks.list",
			Header: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
			Body:   "{}",
		},
		Status: 200, MediaType: "application/json", Live: true, How: "an empty object",
	},
}
