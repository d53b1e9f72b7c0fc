package provider

import (
	"encoding/json"
	"strconv"
	"strings"
)

const (
	devrevGetBody = `{"id":"` + DevRevWebhookID + `"}`
	// devrevURL is where the webhooks of the scenarios deliver to, and devrevSecret
	// a caller's own secret.
	devrevURL    = "https://example.com/webhooks/devrev"
	devrevSecret = "ZXhhbXBsZS1zZWNyZXQ="

	// onlySimulated says why a tenant is never asked for an answer.
	onlySimulated = "simulated only: no call provokes it on a tenant"
)

func devrevPost(operation, body string) Request {
	return Request{
		Method: "POST", Target: "/" + operation,
		Header: map[string]string{"Accept": mediaJSON, "Content-Type": mediaJSON},
		Body:   body,
	}
}

// devrevCall is what the error scenarios of one operation are made from.
type devrevCall struct {
	operation string
	// also are the scenarios with well-formed requests; every error answers them.
	also []string
	// body is a well-formed body.
	body string
	// unknown is body with a member that the operation does not know, expand.
	unknown string
	// missing lacks a required member; its pointer follows. Both are empty when none is required.
	missing, missingAt string
	// wrong has a member of another JSON type; its pointer follows.
	wrong, wrongAt string
	// unlisted has a word that an enumeration does not list, unpermitted a value
	// that is not permitted; either is empty where no member is of the kind.
	unlisted, unlistedAt, unpermitted, unpermittedAt string
	// noID has a word in place of the id, anotherID the id of an issue, unknownID
	// that of no webhook; all are empty when the operation takes no id.
	noID, anotherID, unknownID string
}

var devrevCalls = []devrevCall{
	devrevByID("webhooks.get", "webhooks.get/200", "webhooks.get/200-get"),
	{
		operation: "webhooks.list", also: []string{"webhooks.list/200", "webhooks.list/200-get"},
		body: `{}`, unknown: `{"expand":"all"}`,
		wrong: `{"status":"active"}`, wrongAt: "/status", unlisted: `{"status":["no-such-status"]}`, unlistedAt: "/status/0",
	},
	{
		operation: "webhooks.create", also: []string{"webhooks.create/201", "webhooks.create/201-secret"},
		body: devrevCreateBody, unknown: `{"url":"` + devrevURL + `","expand":"all"}`,
		missing: `{}`, missingAt: "/url", wrong: `{"url":7}`, wrongAt: "/url",
		unlisted: `{"url":"` + devrevURL + `","event_types":["no_such_event"]}`, unlistedAt: "/event_types/0",
		unpermitted: `{"url":"` + devrevURL + `","headers":[{"name":"not a name","value":"production"}]}`, unpermittedAt: "/headers/0/name",
	},
	{
		operation: "webhooks.update",
		also: []string{
			"webhooks.update/200", "webhooks.update/200-secret", "webhooks.update/200-new_secret",
			"webhooks.update/200-activate", "webhooks.update/200-deactivate",
			"webhooks.update/200-add", "webhooks.update/200-remove", "webhooks.update/200-set",
		},
		body: devrevBody(`"url":"` + devrevURL + `"`), unknown: devrevBody(`"expand":"all"`),
		missing: `{"url":"` + devrevURL + `"}`, missingAt: "/id", wrong: devrevBody(`"url":7`), wrongAt: "/url",
		unlisted: devrevBody(`"action":"no-such-action"`), unlistedAt: "/action",
		unpermitted: devrevBody(`"headers":{"add":[{"name":"not a name","value":"production"}]}`), unpermittedAt: "/headers/add/0/name",
		noID: `{"id":"no-such-id","action":"activate"}`, anotherID: `{"id":"` + devrevIssueID + `","action":"activate"}`,
		unknownID: `{"id":"` + DevRevUnknownWebhookID + `","action":"activate"}`,
	},
	devrevByID("webhooks.delete", "webhooks.delete/200"),
}

// devrevByID is the call of an operation that takes an id and nothing else.
func devrevByID(operation string, also ...string) devrevCall {
	return devrevCall{
		operation: operation, also: also,
		body: devrevGetBody, unknown: devrevBody(`"expand":"all"`),
		missing: `{}`, missingAt: "/id", wrong: `{"id":7}`, wrongAt: "/id",
		noID: `{"id":"no-such-id"}`, anotherID: `{"id":"` + devrevIssueID + `"}`, unknownID: `{"id":"` + DevRevUnknownWebhookID + `"}`,
	}
}

const (
	devrevIssueID    = "don:core:dvrv-us-1:devo/example:issue/no-such-issue"
	devrevCreateBody = `{"url":"` + devrevURL + `","event_types":["work_created"]}`
)

// devrevBody is a body with the id of the webhook and these members.
func devrevBody(members string) string {
	return `{"id":"` + DevRevWebhookID + `",` + members + `}`
}

// errors are the documented errors that a client of the operation can meet.
func (c devrevCall) errors() []Scenario {
	var all []Scenario
	add := func(status int, variant, errorType, summary, how string, live bool, req Request, departures ...ExpectedProblem) {
		s := Scenario{
			Name: c.operation + "/" + strconv.Itoa(status) + variant, Summary: summary, Request: req, Status: status,
			MediaType: mediaJSON, Type: errorType, Live: live, How: how, Also: c.also, Expects: departures,
			Varies: varying(req.Body, "secret", "url"),
		}
		if !live {
			s.Switch = strconv.Itoa(status) + variant
		}
		all = append(all, s)
	}
	bad := func(errorType, summary, how, body string, at ...string) {
		if body == "" {
			return
		}
		var departures []ExpectedProblem
		for _, pointer := range at {
			departures = append(departures, ExpectedProblem{"request", pointer})
		}
		add(400, "-"+errorType, errorType, summary, how, true, devrevPost(c.operation, body), departures...)
	}
	sent := devrevPost(c.operation, c.body)
	with := func(name, value string) Request {
		req := devrevPost(c.operation, c.body)
		req.Header[name] = value
		return req
	}

	add(400, "-bad_request", "bad_request", "a bad request without further particulars", onlySimulated, false, sent)
	add(400, "-invalid_api_version", "invalid_api_version", "an API version that does not exist", "a date without a version in X-Devrev-Version",
		true, with("X-Devrev-Version", "1970-01-01"))
	add(400, "-invalid_content_type", "invalid_content_type", "a body that is not sent as JSON", "text/plain in Content-Type",
		true, with("Content-Type", "text/plain"), ExpectedProblem{"request", "Content-Type"})
	bad("invalid_enum_value", "a value that the enumeration does not list", "a made-up word in place of a listed one", c.unlisted, c.unlistedAt)
	bad("invalid_field", "a member that the operation does not know", "an undocumented member in the body", c.unknown, "/expand")
	bad("invalid_id", "an id that is no id", "a word in place of the id", c.noID)
	bad("missing_required_field", "a required member is missing", "a body without it", c.missing, c.missingAt)
	bad("parse_error", "a body that is not JSON", "a body that breaks off", broken(c.body), "")
	bad("unexpected_id_type", "the id of something else than a webhook", "the id of an issue", c.anotherID)
	bad("unexpected_json_type", "a member of the wrong JSON type", "a member of another type", c.wrong, c.wrongAt)
	if c.unpermitted != "" {
		bad("value_not_permitted", "a value that is not permitted", "a header's name with spaces in it", c.unpermitted, c.unpermittedAt)
		all[len(all)-1].Varies = nil // what it is about is compared as a whole
	} else {
		add(400, "-value_not_permitted", "value_not_permitted", "a value that is not permitted", onlySimulated, false, sent)
	}
	wrong := devrevPost(c.operation, c.body)
	wrong.Credential = Wrong
	add(401, "", "unauthenticated", "the credential is missing or wrong", "a made-up credential", true, wrong)
	add(403, "", "forbidden", "the credential's owner lacks the right", "simulated only: it takes the credential of somebody without the right", false, sent)
	if c.unknownID != "" {
		add(404, "", "not_found", "no webhook has this id", "a made-up id", true, devrevPost(c.operation, c.unknownID))
	}
	if c.operation == "webhooks.get" {
		add(404, "-route", "", "the route does not exist: a body without the member type", "a made-up route", true, devrevPost("webhooks.no-such-route", c.body))
	}
	add(429, "", "too_many_requests", "too many requests; Retry-After says when to come back", "simulated only: a tenant's rate limit is never exhausted on purpose", false, sent)
	add(500, "", "internal_error", "an internal error", "simulated only: never provoked on a tenant", false, sent)
	add(503, "", "service_unavailable", "the service is unavailable", "simulated only: never provoked on a tenant", false, sent)
	return all
}

// devrevSuccess is a scenario that is answered as the caller wishes.
func devrevSuccess(name, summary, body, how, sw string, varies ...string) Scenario {
	operation, status := named(name)
	return Scenario{
		Name: name, Summary: summary, Request: devrevPost(operation, body), Status: status, MediaType: mediaJSON,
		Live: sw == "", How: how, Switch: sw, Varies: varies,
	}
}

// broken is a body that breaks off after its first name.
func broken(body string) string {
	name, _, named := strings.Cut(body, ":")
	if !named {
		return body[:1]
	}
	return name + ":"
}

// named reads the operation and the status from a scenario's name.
func named(name string) (operation string, status int) {
	operation, variant, _ := strings.Cut(name, "/")
	code, _, _ := strings.Cut(variant, "-")
	status, err := strconv.Atoi(code)
	if err != nil {
		panic("provider: " + name + " names no status") // the names stand in this package
	}
	return operation, status
}

// devrevScenarios are the scenarios, by operation.
var devrevScenarios = func() []Scenario {
	const own = "on a webhook that the recording makes and removes"
	success := []Scenario{
		devrevSuccess("webhooks.get/200", "the webhook, with every documented member", devrevGetBody, "the id of a webhook that exists", ""),
		{
			Name: "webhooks.get/200-get", Summary: "the same webhook, asked for in the query",
			Request: Request{
				Method: "GET", Target: "/webhooks.get?id=don%3Aintegration%3Advrv-us-1%3Adevo%2Fexample%3Awebhook%2Fwebhook-id",
				Header: map[string]string{"Accept": mediaJSON},
			},
			Status: 200, MediaType: mediaJSON, Live: true, How: "the id of a webhook that exists, as query parameter",
		},
		devrevSuccess("webhooks.get/200-minimal", "a webhook with the required members only", devrevGetBody,
			"simulated only: which optional members a tenant leaves out cannot be asked for", "minimal"),
		devrevSuccess("webhooks.get/200-service_account", "a webhook created by a service account", devrevGetBody,
			"simulated only: who created a webhook cannot be asked for", "service_account"),
		devrevSuccess("webhooks.list/200", "every webhook of the organisation", "{}", "an empty object", ""),
		{
			Name: "webhooks.list/200-get", Summary: "the same webhooks, asked for without a body",
			Request: Request{Method: "GET", Target: "/webhooks.list", Header: map[string]string{"Accept": mediaJSON}},
			Status:  200, MediaType: mediaJSON, Live: true, How: "a request without a body",
		},
		devrevSuccess("webhooks.list/200-empty", "an organisation without a webhook", "{}",
			"simulated only: a tenant's webhooks are not removed for a recording", "empty"),
		devrevSuccess("webhooks.create/201", "a new webhook, with a secret that DevRev makes", devrevCreateBody, own, "", "/url"),
		devrevSuccess("webhooks.create/201-secret", "a new webhook, with the caller's secret",
			`{"url":"`+devrevURL+`","event_types":["work_created"],"secret":"`+devrevSecret+`"}`, own, "", "/url", "/secret"),
		devrevSuccess("webhooks.update/200", "another URL: the webhook is unverified again", devrevBody(`"url":"`+devrevURL+`"`), own, "", "/url"),
		devrevSuccess("webhooks.update/200-secret", "another secret, the caller's own", devrevBody(`"secret":"`+devrevSecret+`"`), own, "", "/secret"),
		devrevSuccess("webhooks.update/200-new_secret", "an empty secret, for which DevRev makes a new one", devrevBody(`"secret":""`), own, ""),
		devrevSuccess("webhooks.update/200-activate", "an inactive webhook becomes active", devrevBody(`"action":"activate"`),
			"simulated only: a webhook that nobody answers for does not become active", "inactive"),
		devrevSuccess("webhooks.update/200-deactivate", "the webhook becomes inactive", devrevBody(`"action":"deactivate"`), own, ""),
		devrevSuccess("webhooks.update/200-add", "an event type more", devrevBody(`"event_types":{"add":["account_created"]}`), own, ""),
		devrevSuccess("webhooks.update/200-remove", "an event type less", devrevBody(`"event_types":{"remove":["work_created"]}`), own, ""),
		devrevSuccess("webhooks.update/200-set", "other event types", devrevBody(`"event_types":{"set":["account_created","account_updated"]}`), own, ""),
		devrevSuccess("webhooks.delete/200", "the webhook is gone", devrevGetBody, own, ""),
	}
	var all []Scenario
	for _, c := range devrevCalls {
		for _, s := range success {
			if operation, _ := named(s.Name); operation == c.operation {
				all = append(all, s)
			}
		}
		all = append(all, c.errors()...)
	}
	return all
}()

// varying are the pointers of those members of a request that are texts of another
// caller's to choose: the URL of a webhook, and what it is signed or called with.
func varying(body string, members ...string) (pointers []string) {
	var object map[string]any
	if json.Unmarshal([]byte(body), &object) != nil {
		return nil
	}
	for _, name := range members {
		if text, ok := object[name].(string); ok && text != "" {
			pointers = append(pointers, "/"+name)
		}
	}
	return pointers
}
