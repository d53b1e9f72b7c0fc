package provider

import (
	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/schemas"
)

// Placeholders of d.velop.
const (
	DVelopRepositoryID     = "aaaaaaaa-0000-4000-8000-000000000001"
	DVelopEventID          = "postimport"
	DVelopWebhookID        = "bbbbbbbb-0000-4000-8000-000000000001"
	DVelopUnknownWebhookID = "ffffffff-ffff-4fff-8fff-ffffffffffff"
)

// DVelop is the webhook part of d.velop's API for configuring DMS repositories,
// as the OpenAPI document oas-dmsconfig and its guide describe it.
var DVelop = Definition{
	Name:          "dvelop",
	Title:         "d.velop",
	BaseURL:       "https://sample-api.d-velop.cloud",
	BaseVar:       "DVELOP_BASE_URL",
	TokenVar:      "DVELOP_TOKEN",
	SessionCookie: "AuthSessionId",
	Origin:        true,
	MatchAccept:   true,
	Schemas:       below(schemas.FS, "dvelop"),
	Cassettes:     below(cassettes.FS, "dvelop"),
	EventMap:      "/_embedded",
	Marks: []Mark{{
		Pattern: pattern.New(`(?i)([a-z0-9-]+)\.d-velop\.cloud`),
		Needle:  "-velop.cloud", Placeholder: "sample-api", What: "the host of a real d.velop tenant",
	}},
	Bindings: []Binding{
		{Placeholder: DVelopRepositoryID, Var: "DVELOP_REPOSITORY_ID", Kind: ID, Variable: "repoId"},
		{Placeholder: DVelopEventID, Var: "DVELOP_EVENT_ID", Kind: Event, Variable: "id"},
		{
			Placeholder: DVelopWebhookID, Var: "DVELOP_WEBHOOK_ID", Kind: ID, Variable: "webHookId",
			Lookup: &Lookup{
				Method: "GET", Path: "/dmsconfig/r/" + DVelopRepositoryID + "/events/" + DVelopEventID,
				Pointers: []string{"/_embedded/webhooks/0/id"},
				What:     "the first webhook of the event",
			},
		},
	},
	Operations: []Operation{
		{
			Name:      "GetWebHook",
			Source:    "d.velop oas-dmsconfig, operation GetWebHook; 401, 403, 406 and 500 are from the guide's general list",
			Forms:     []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}"}},
			Responses: dvelopResponses(Response{Status: 200, MediaTypes: dvelopBoth, Schema: "webhook.json", Strict: "webhook.strict.json"}, dvelopError(404, dvelopBoth...)),
			Echo:      &Echo{Variable: "webHookId", Response: "/id", FoldCase: true},
			Members:   []string{"apiKey", "description", "enabled", "handleResponse", "id", "restrictions", "retry", "timeout", "uri"},
		},
		{
			Name:      "GetEvent",
			Source:    "d.velop oas-dmsconfig, operation GetEvent",
			Forms:     []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events/{id}"}},
			Responses: dvelopResponses(Response{Status: 200, MediaTypes: dvelopBoth, Schema: "event.json"}, dvelopError(404, dvelopBoth...)),
			Members:   []string{"order", "_embedded", "_links"},
		},
		{
			Name:      "GetEvents",
			Source:    "not documented: the name is this module's, the answer's shape is known from a public program",
			Forms:     []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events"}},
			Responses: dvelopResponses(Response{Status: 200, MediaTypes: dvelopBoth, Schema: "events.json"}),
			Members:   []string{"_embedded", "_links"},
		},
		{
			Name: "PutEvent", Writes: true,
			Source:    "d.velop oas-dmsconfig, operation PutEvent",
			Forms:     []Form{{Method: "PUT", Path: "/dmsconfig/r/{repoId}/events/{id}", Body: "event.request.json"}},
			Responses: dvelopResponses(Response{Status: 204, Empty: true}, dvelopError(400, mediaJSON), dvelopError(404, mediaJSON)),
		},
		{
			Name: "PostEvent", Writes: true,
			Source:    "d.velop oas-dmsconfig, operation PostEvent",
			Forms:     []Form{{Method: "POST", Path: "/dmsconfig/r/{repoId}/events/{id}", Body: "webhook.json"}},
			Responses: dvelopResponses(Response{Status: 201, Headers: []string{"Location"}}, dvelopError(400, mediaJSON)),
		},
		{
			Name: "PutWebHook", Writes: true,
			Source:    "d.velop oas-dmsconfig, operation PutWebHook",
			Forms:     []Form{{Method: "PUT", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}", Body: "webhook.json"}},
			Responses: dvelopResponses(Response{Status: 200}, dvelopError(400, mediaJSON), dvelopError(404, mediaJSON)),
		},
		{
			Name: "DeleteWebHook", Writes: true,
			Source:    "d.velop oas-dmsconfig, operation DeleteWebHook",
			Forms:     []Form{{Method: "DELETE", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}"}},
			Responses: dvelopResponses(Response{Status: 204, Empty: true}, dvelopError(404, mediaJSON)),
		},
	},
	Own: &OwnWebhook{
		Create:      dvelopRequest("POST", dvelopEventPath, mediaJSON, dvelopOwnBody),
		List:        dvelopRequest("GET", dvelopEventPath, mediaJSON, ""),
		Delete:      dvelopRequest("DELETE", dvelopWebhookPath, mediaJSON, ""),
		Placeholder: DVelopWebhookID, At: dvelopURL,
		Listed: "/_embedded/webhooks", URL: "uri",
	},
	RequestHeaders: []RequestHeader{{"Accept", MediaTypes}, {"Content-Type", MediaType}, {"Origin", Root}},
	MemberName:     CamelCase,
	// Known from a public program; the vendor's guide lists groups of events only.
	Events: []string{
		"presearch", "postsearch", "validateimport", "preimport", "postimport", "prenewversion", "postnewversion",
		"validateupdateproperties", "preupdateproperties", "postupdateproperties", "prelink", "postlink", "predelete", "postdelete",
		"pretransfer", "posttransfer", "pregenerateddocument", "postgenerateddocument", "prereleasedocument", "postreleasedocument",
	},
	ResponseHeaders: map[string]HeaderGrammar{
		"Content-Type":     MediaType,
		"Location":         Reference,
		"Retry-After":      RetryAfter,
		"Vary":             Tokens,
		"Www-Authenticate": Scheme,
	},
	Vary:         []string{"x-dv-sig-1"},
	Sentences:    []string{"The requested object was not found.", "The request body is not acceptable."},
	ErrorMembers: []string{"code", "reason"},
	LoginPath:    "/identityprovider/login",
	Scenarios:    dvelopScenarios,
}

var dvelopBoth = []string{mediaJSON, mediaHAL}

// dvelopResponses adds the statuses that the guide lists for the whole API without
// a word about their bodies.
func dvelopResponses(own ...Response) []Response {
	return append(own, Response{Status: 401}, Response{Status: 403}, Response{Status: 406}, Response{Status: 500})
}

func dvelopError(status int, mediaTypes ...string) Response {
	return Response{Status: status, MediaTypes: mediaTypes, Schema: "error.json", Strict: "error.strict.json"}
}
