package provider

import "strings"

const (
	dvelopEventsPath  = "/dmsconfig/r/" + DVelopRepositoryID + "/events"
	dvelopEventPath   = dvelopEventsPath + "/" + DVelopEventID
	dvelopWebhookPath = dvelopEventPath + "/" + DVelopWebhookID
	dvelopUnknownPath = dvelopEventPath + "/" + DVelopUnknownWebhookID

	// dvelopBody is a webhook as a caller describes one.
	dvelopBody = `{"apiKey":"` + dvelopKey + `","description":"invoices","enabled":true,"handleResponse":"STATUS",` +
		`"retry":false,"timeout":1000,"uri":"` + dvelopURL + `"}`
	dvelopKey = "example-key"

	// dvelopURL is where the webhooks of recordings deliver to, and dvelopOwnBody one
	// that is called for nothing.
	dvelopURL     = "https://example.com/webhooks/dvelop"
	dvelopOwnBody = `{"description":"made by a recording","enabled":false,"handleResponse":"NONE","uri":"` + dvelopURL + `"}`
)

// dvelopCall is what the error scenarios of one operation are made from.
type dvelopCall struct {
	operation, method, path, body string
	// also are the scenarios with well-formed requests; every error answers them.
	also []string
	// login says that a browser is sent to the sign-in page.
	login bool
	// bad is a body that the operation refuses, and badAt what is wrong with it.
	bad, badAt string
	// unknown is a path that names nothing; empty when 404 is not documented.
	unknown string
	// what says what the path names.
	what string
	// both says that the answers of 404 are documented in both media types.
	both bool
}

var dvelopCalls = []dvelopCall{
	{
		operation: "GetWebHook", method: "GET", path: dvelopWebhookPath, unknown: dvelopUnknownPath, what: "webhook", both: true, login: true,
		also: []string{"GetWebHook/200-json", "GetWebHook/200-hal"},
	},
	{
		operation: "GetEvent", method: "GET", path: dvelopEventPath, unknown: dvelopEventsPath + "/nosuchevent", what: "event", both: true,
		also: []string{"GetEvent/200-json", "GetEvent/200-hal"},
	},
	{operation: "GetEvents", method: "GET", path: dvelopEventsPath, also: []string{"GetEvents/200"}},
	{
		operation: "PutEvent", method: "PUT", path: dvelopEventPath, body: `{"order":["` + DVelopWebhookID + `"]}`,
		bad: `{"order":"none"}`, badAt: "/order", unknown: dvelopEventsPath + "/nosuchevent", what: "event", also: []string{"PutEvent/204"},
	},
	{
		operation: "PostEvent", method: "POST", path: dvelopEventPath, body: dvelopBody,
		bad: `{"uri":7}`, badAt: "/uri", also: []string{"PostEvent/201"},
	},
	{
		operation: "PutWebHook", method: "PUT", path: dvelopWebhookPath, body: dvelopBody,
		bad: `{"uri":7}`, badAt: "/uri", unknown: dvelopUnknownPath, what: "webhook", also: []string{"PutWebHook/200"},
	},
	{
		operation: "DeleteWebHook", method: "DELETE", path: dvelopWebhookPath, unknown: dvelopUnknownPath, what: "webhook",
		also: []string{"DeleteWebHook/204"},
	},
}

func (c dvelopCall) request(path, accept, body string) Request {
	return dvelopRequest(c.method, path, accept, body)
}

func dvelopRequest(method, path, accept, body string) Request {
	header := map[string]string{"Accept": accept}
	if body != "" {
		header["Content-Type"] = "application/json"
	}
	return Request{Method: method, Target: path, Header: header, Body: body}
}

// errors are the documented errors that a client of the operation can meet.
func (c dvelopCall) errors() []Scenario {
	const json, hal = mediaJSON, mediaHAL
	var all []Scenario
	add := func(name, mediaType, summary, how string, req Request, departures ...ExpectedProblem) *Scenario {
		_, status := named(c.operation + "/" + name)
		all = append(all, Scenario{
			Name: c.operation + "/" + name, Summary: summary, Request: req, Status: status, MediaType: mediaType,
			Live: true, How: how, Also: c.also, Expects: departures, Varies: varying(req.Body, "apiKey", "uri"),
		})
		return &all[len(all)-1]
	}
	sent := c.request(c.path, json, c.body)
	if c.bad != "" {
		add("400", json, "a body that is not acceptable", "a member of the wrong JSON type", c.request(c.path, json, c.bad), ExpectedProblem{"request", c.badAt})
	}
	switch {
	case c.both:
		add("404-json", json, "no "+c.what+" has this id, as application/json", "a made-up id", c.request(c.unknown, json, c.body)).Also = c.also[:1]
		add("404-hal", hal, "no "+c.what+" has this id, as application/hal+json", "a made-up id, with Accept: application/hal+json",
			c.request(c.unknown, hal, c.body)).Also = c.also[1:]
	case c.unknown != "":
		add("404", json, "no "+c.what+" has this id", "a made-up id", c.request(c.unknown, json, c.body))
	}
	wrong := sent
	wrong.Credential = Wrong
	add("401", "", "the credential is missing or wrong", "a made-up credential", wrong)
	bare := sent
	bare.NoOrigin = true
	add("403-origin", "", "the Origin header is missing", "no Origin header; d.velop's pages disagree whether GET needs one", bare)
	add("406", "", "the media type asked for is not available", "Accept: text/plain", c.request(c.path, "text/plain", c.body))
	failed := add("500", "", "an internal error", "simulated only: never provoked on a tenant", sent)
	failed.Live, failed.Switch = false, "500"
	if c.login {
		browser := c.request(c.path, "text/html", "")
		browser.Credential = Wrong
		add("302-login", "", "a dead credential is sent to the sign-in page, which answers 200 to a client that follows",
			"a made-up credential with Accept: text/html", browser, ExpectedProblem{"answer", ""}).Follow = true
	}
	return all
}

// dvelopScenarios are the scenarios, by operation.
var dvelopScenarios = func() []Scenario {
	const json, hal, own = mediaJSON, mediaHAL, "on a webhook that the recording makes and removes"
	var all []Scenario
	for _, c := range dvelopCalls {
		add := func(variant, mediaType, summary, how string) *Scenario {
			_, status := named(c.operation + "/" + variant)
			accept := json
			if mediaType == hal {
				accept = hal
			}
			all = append(all, Scenario{
				Name: c.operation + "/" + variant, Summary: summary, Request: c.request(c.path, accept, c.body),
				Status: status, MediaType: mediaType, Live: true, How: how,
			})
			return &all[len(all)-1]
		}
		switch c.operation {
		case "GetWebHook":
			add("200-json", json, "the webhook, as application/json", "the ids of a webhook that exists")
			add("200-hal", hal, "the webhook, as application/hal+json with its links", "the same, with Accept: application/hal+json")
			nulls := add("200-nulls", json, "a webhook in which every nullable member is null",
				"simulated only: which members a tenant leaves null cannot be asked for")
			nulls.Live, nulls.Switch = false, "nulls"
			nulls.Expects = []ExpectedProblem{{"answer", "/id"}} // of the inferred profile only: the documented one lets an id be null
		case "GetEvent":
			add("200-json", json, "an event with its webhooks, as application/json", "the ids of an event that exists")
			add("200-hal", hal, "the same, as application/hal+json with its links", "the same, with Accept: application/hal+json")
		case "GetEvents":
			add("200", json, "every event of the repository, with its webhooks", "the id of a repository that exists")
		case "PutEvent":
			add("204", "", "the webhooks of an event are called in another order", "")
		case "PostEvent":
			add("201", "", "a new webhook, whose URL is in Location", own).Varies = []string{"/apiKey", "/uri"}
		case "PutWebHook":
			add("200", "", "the webhook is replaced", own).Varies = []string{"/apiKey", "/uri"}
		case "DeleteWebHook":
			add("204", "", "the webhook is gone", own)
		}
		all = append(all, c.errors()...)
	}
	for i, s := range all {
		if strings.HasPrefix(s.Name, "PutEvent/") {
			// The order names all webhooks of an event, those that were found as well.
			all[i].Live, all[i].How = false, "simulated only: an event's order is not the recording's own"
		}
	}
	return all
}()
