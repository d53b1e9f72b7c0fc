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
			Name:   "GetWebHook",
			Source: "d.velop oas-dmsconfig, operation GetWebHook; 401, 403, 406 and 500 are from the guide's general list",
			Forms:  []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}"}},
			Responses: append([]Response{
				{Status: 200, MediaTypes: dvelopBoth, Schema: "webhook.json", Strict: "webhook.strict.json"},
				{Status: 404, MediaTypes: dvelopBoth, Schema: "error.json", Strict: "error.strict.json"},
			}, dvelopGeneral...),
			Echo:    &Echo{Variable: "webHookId", Answer: "/id", FoldCase: true},
			Members: []string{"apiKey", "description", "enabled", "handleResponse", "id", "restrictions", "retry", "timeout", "uri"},
		},
		{
			Name:   "GetEvent",
			Source: "d.velop oas-dmsconfig, operation GetEvent",
			Forms:  []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events/{id}"}},
			Responses: append([]Response{
				{Status: 200, MediaTypes: dvelopBoth, Schema: "event.json"},
				{Status: 404, MediaTypes: dvelopBoth, Schema: "error.json", Strict: "error.strict.json"},
			}, dvelopGeneral...),
			Members: []string{"order", "_embedded", "_links"},
		},
		{
			Name:   "GetEvents",
			Source: "not documented: the name is this module's, the answer's shape is known from a public program",
			Forms:  []Form{{Method: "GET", Path: "/dmsconfig/r/{repoId}/events"}},
			Responses: append([]Response{
				{Status: 200, MediaTypes: dvelopBoth, Schema: "events.json"},
			}, dvelopGeneral...),
			Members: []string{"_embedded", "_links"},
		},
		{
			Name:   "PutEvent",
			Source: "d.velop oas-dmsconfig, operation PutEvent",
			Forms:  []Form{{Method: "PUT", Path: "/dmsconfig/r/{repoId}/events/{id}", Body: "event.request.json"}},
			Responses: append([]Response{
				{Status: 204, Empty: true}, dvelopError(400), dvelopError(404),
			}, dvelopGeneral...),
		},
		{
			Name:   "PostEvent",
			Source: "d.velop oas-dmsconfig, operation PostEvent",
			Forms:  []Form{{Method: "POST", Path: "/dmsconfig/r/{repoId}/events/{id}", Body: "webhook.json"}},
			Responses: append([]Response{
				{Status: 201, Headers: []string{"Location"}}, dvelopError(400),
			}, dvelopGeneral...),
		},
		{
			Name:   "PutWebHook",
			Source: "d.velop oas-dmsconfig, operation PutWebHook",
			Forms:  []Form{{Method: "PUT", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}", Body: "webhook.json"}},
			Responses: append([]Response{
				{Status: 200}, dvelopError(400), dvelopError(404),
			}, dvelopGeneral...),
		},
		{
			Name:   "DeleteWebHook",
			Source: "d.velop oas-dmsconfig, operation DeleteWebHook",
			Forms:  []Form{{Method: "DELETE", Path: "/dmsconfig/r/{repoId}/events/{id}/{webHookId}"}},
			Responses: append([]Response{
				{Status: 204, Empty: true}, dvelopError(404),
			}, dvelopGeneral...),
		},
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
	ErrorMembers: []string{"code", "reason"},
	LoginPath:    "/identityprovider/login",
	Scenarios:    dvelopScenarios,
}

var dvelopBoth = []string{"application/json", "application/hal+json"}

// dvelopGeneral are the statuses that the guide lists for the whole API without
// a word about their bodies.
var dvelopGeneral = []Response{{Status: 401}, {Status: 403}, {Status: 406}, {Status: 500}}

func dvelopError(status int) Response {
	return Response{Status: status, MediaTypes: []string{"application/json"}, Schema: "error.json", Strict: "error.strict.json"}
}

const dvelopWebhookPath = "/dmsconfig/r/" + DVelopRepositoryID + "/events/" + DVelopEventID + "/"

func dvelopGet(accept, webhook string) Request {
	return Request{Method: "GET", Target: dvelopWebhookPath + webhook, Header: map[string]string{"Accept": accept}}
}

var (
	dvelopJSON   = []string{"GetWebHook/200-json"}
	dvelopHAL    = []string{"GetWebHook/200-hal"}
	dvelopEither = []string{"GetWebHook/200-json", "GetWebHook/200-hal"}
)

var dvelopScenarios = []Scenario{
	{
		Name: "GetWebHook/200-json", Summary: "the webhook, as application/json",
		Request: dvelopGet("application/json", DVelopWebhookID), Status: 200, MediaType: "application/json",
		Live: true, How: "the ids of a webhook that exists",
	},
	{
		Name: "GetWebHook/200-hal", Summary: "the webhook, as application/hal+json with its links",
		Request: dvelopGet("application/hal+json", DVelopWebhookID), Status: 200, MediaType: "application/hal+json",
		Live: true, How: "the same, with Accept: application/hal+json",
	},
	{
		Name: "GetWebHook/200-nulls", Summary: "a webhook in which every nullable member is null",
		Request: dvelopGet("application/json", DVelopWebhookID), Status: 200, MediaType: "application/json",
		How: "simulated only: which members a tenant leaves null cannot be asked for", Switch: "nulls",
		Expects: []ExpectedProblem{{"answer", "/id"}}, // of the inferred profile only: the documented one lets an id be null
	},
	{
		Name: "GetWebHook/404-json", Summary: "no webhook has this id, as application/json",
		Request: dvelopGet("application/json", DVelopUnknownWebhookID), Status: 404, MediaType: "application/json",
		Live: true, How: "a made-up id", Also: dvelopJSON,
	},
	{
		Name: "GetWebHook/404-hal", Summary: "no webhook has this id, as application/hal+json",
		Request: dvelopGet("application/hal+json", DVelopUnknownWebhookID), Status: 404, MediaType: "application/hal+json",
		Live: true, How: "a made-up id, with Accept: application/hal+json", Also: dvelopHAL,
	},
	{
		Name: "GetWebHook/401", Summary: "the credential is missing or wrong",
		Request: Request{
			Method: "GET", Target: dvelopWebhookPath + DVelopWebhookID,
			Header: map[string]string{"Accept": "application/json"}, Credential: Wrong,
		},
		Status: 401, Live: true, How: "a made-up credential", Also: dvelopEither,
	},
	{
		Name: "GetWebHook/403-origin", Summary: "the Origin header is missing",
		Request: Request{
			Method: "GET", Target: dvelopWebhookPath + DVelopWebhookID,
			Header: map[string]string{"Accept": "application/json"}, NoOrigin: true,
		},
		Status: 403, Live: true, How: "no Origin header; d.velop's pages disagree whether GET needs one", Also: dvelopEither,
	},
	{
		Name: "GetWebHook/406", Summary: "the media type asked for is not available",
		Request: dvelopGet("text/plain", DVelopWebhookID), Status: 406,
		Live: true, How: "Accept: text/plain", Also: dvelopEither,
	},
	{
		Name: "GetWebHook/500", Summary: "an internal error",
		Request: dvelopGet("application/json", DVelopWebhookID), Status: 500,
		How: "simulated only: never provoked on a tenant", Switch: "500", Also: dvelopEither,
	},
	{
		Name: "GetWebHook/302-login", Summary: "a dead credential is sent to the sign-in page, which answers 200 to a client that follows",
		Request: Request{
			Method: "GET", Target: dvelopWebhookPath + DVelopWebhookID,
			Header: map[string]string{"Accept": "text/html"}, Credential: Wrong,
		},
		Status: 302, Live: true, How: "a made-up credential with Accept: text/html", Follow: true,
		Expects: []ExpectedProblem{{"answer", ""}}, Also: dvelopEither,
	},
}
