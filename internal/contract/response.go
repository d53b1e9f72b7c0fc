package contract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// CheckResponse returns the problems of an answer to a request, sorted; nil when
// it has none. With strict, bodies are held to the inferred profile where the
// provider has one.
//
// Nothing is known about the answer to an unknown operation: the problem is then
// the one that [CheckRequest] has, so that such an answer never passes as
// checked. The documented answer to an unknown route is the exception.
func CheckResponse(d *provider.Definition, r Request, a Response, strict bool) []Problem {
	route, ok := find(d, r)
	if !ok {
		if isRouteNotFound(d, a.Status, a.Body) {
			return nil
		}
		return unknown(d, r)
	}
	rep := report{in: "answer", byHand: a.ByHand, body: a.Body, reading: a.Reading}
	media, _, malformed := rep.media(d, a.Header.Get("Content-Type"))
	if rep.status(d, route.Operation, a) {
		rep.answerBody(d, route.Operation, a.Status, media, !malformed, strict)
		rep.echo(route, r, a.Status)
	}
	rep.retryAfter(d, a)
	return rep.done()
}

// CheckBody returns the problems of a body alone: what it must be as the answer
// of an operation with a status. The media type is not checked when it is empty.
// An unknown operation and an undocumented status are errors.
func CheckBody(d *provider.Definition, operation string, status int, mediaType string, body []byte, strict bool) ([]Problem, error) {
	op := d.Operation(operation)
	if op == nil {
		var names []string
		for _, o := range d.Operations {
			names = append(names, o.Name)
		}
		return nil, fmt.Errorf("%s has no operation %q, expected one of %s", d.Name, operation, strings.Join(names, ", "))
	}
	if op.Response(status) == nil {
		return nil, fmt.Errorf("%s %s documents no status %d, expected one of %s", d.Name, operation, status, statuses(op))
	}
	rep := report{in: "answer", body: body}
	media, _, malformed := rep.media(d, mediaType)
	rep.answerBody(d, op, status, media, mediaType != "" && !malformed, strict)
	return rep.done(), nil
}

func statuses(op *provider.Operation) string {
	var all []string
	for _, r := range op.Responses {
		all = append(all, fmt.Sprint(r.Status))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// status checks the status and the headers that come with it, and reports
// whether there is anything documented to hold the body to.
func (r *report) status(d *provider.Definition, op *provider.Operation, a Response) bool {
	documented := op.Response(a.Status)
	if documented == nil {
		hint := ""
		switch {
		case isRouteNotFound(d, a.Status, a.Body):
			hint = "this is the answer to an unknown route"
		case toLogin(d, a.Header.Get("Location")):
			hint = "it leads to " + signIn
		}
		r.push(Problem{Kind: Rule, Keyword: "status", Found: fmt.Sprintf("HTTP status %d", a.Status), Expected: op.Name + " documents " + statuses(op), Hint: hint})
		return false
	}
	for _, name := range documented.Headers {
		if a.Header.Get(name) == "" {
			r.rule("header", name, "", fmt.Sprintf("documented for HTTP status %d", a.Status))
		}
	}
	return true
}

const signIn = "the sign-in page: is the credential still valid?"

func toLogin(d *provider.Definition, location string) bool {
	u, err := url.Parse(location)
	return err == nil && d.LeadsToLogin(u)
}

// answerBody checks media type and body. The status is documented.
func (r *report) answerBody(d *provider.Definition, op *provider.Operation, status int, media string, checkMedia, strict bool) {
	documented := op.Response(status)
	success := status >= 200 && status < 300
	switch {
	case success && media == "text/html" && d.LoginPath != "":
		r.push(Problem{Kind: Rule, Keyword: "media-type", Pointer: "Content-Type", Found: describeMedia(media), Expected: say.List(jsonTypes(d), "or"), Hint: "it looks like " + signIn})
		return
	case documented.Empty:
		if len(r.body) > 0 {
			r.rule("body", "", "a body of "+say.Count(len(r.body), "byte"), fmt.Sprintf("HTTP status %d of %s has none", status, op.Name))
		}
		return
	case documented.Schema == "":
		return
	case isEmpty(r.body):
		r.rule("body", "", "no body", fmt.Sprintf("HTTP status %d of %s has one", status, op.Name))
		return
	}
	if checkMedia && !r.answerMedia(d, documented, media) {
		return // what is no JSON by its own account would only repeat the problem
	}
	file := documented.Schema
	if strict && documented.Strict != "" {
		file = documented.Strict
	}
	s := r.schema(d, file)
	if s == nil || !r.parse() {
		return
	}
	r.validate(s, r.document)
	r.fitType(d, op, status)
	r.routeNotFound(d, status)
	r.members(d, op, status)
}

// answerMedia checks the media type and reports whether the body may be JSON.
func (r *report) answerMedia(d *provider.Definition, documented *provider.Response, got string) bool {
	if slices.Contains(documented.MediaTypes, got) {
		return true
	}
	expected := say.List(documented.MediaTypes, "or")
	if speaks(d, got) {
		// The vendor speaks it elsewhere, and the body is the same.
		r.push(Problem{Kind: Undocumented, Keyword: "other-media-type", Pointer: "Content-Type", Found: describeMedia(got), Expected: expected})
		return true
	}
	r.rule("media-type", "Content-Type", describeMedia(got), expected)
	return got == "" || strings.HasSuffix(got, "+json") || got == "text/json"
}

// ResponseClasses returns what the contract says about each member of an answer's
// body, by JSON pointer. What it does not describe has the zero Class; so has
// all of a body that is documented nowhere.
func ResponseClasses(d *provider.Definition, r Request, a Response) func(pointer string) provider.Class {
	if isRouteNotFound(d, a.Status, a.Body) {
		message := jsontext.Child("", d.RouteNotFound.Member)
		return func(pointer string) (c provider.Class) {
			c.Documented = pointer == "" || pointer == message
			if pointer == message {
				c.Kind = provider.Text
			}
			return c
		}
	}
	if route, ok := find(d, r); ok {
		if documented := route.Operation.Response(a.Status); documented != nil {
			return bodyClasses(d, documented.Schema, a)
		}
	}
	return func(string) provider.Class { return provider.Class{} }
}
