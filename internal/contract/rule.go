package contract

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// echo holds the answered object to the requested one: an answer about another
// object is the wrong recording, however well formed.
func (r *report) echo(route provider.Route, req Request, status int) {
	e := route.Operation.Echo
	if e == nil || status < 200 || status > 299 || r.document == nil {
		return
	}
	id, ok := r.document.text(e.Response)
	asked, from := requested(route, req)
	if !ok || asked == "" || id == asked || e.FoldCase && strings.EqualFold(id, asked) {
		return
	}
	r.rule("other-object", e.Response, "another id", "the request's "+from)
}

// requested returns the id that a request names and where it names it.
func requested(route provider.Route, req Request) (id, from string) {
	e := route.Operation.Echo
	switch {
	case e.Variable != "":
		return route.Variables[e.Variable], e.Variable + " in the path"
	case route.Form.Query != "":
		values, _ := url.ParseQuery(req.URL.RawQuery)
		return values.Get(e.Request), e.Request + " in the query"
	}
	if body := req.Reading.of(req.Body); body.problem == nil {
		id, _ = body.text(jsontext.Child("", e.Request))
	}
	return id, e.Request + " in the body"
}

var delay = pattern.New(`^[0-9]{1,18}(\.[0-9]{1,18})?$`)

// retryAfter checks the form of the header, and that a body which repeats the delay says the same.
func (r *report) retryAfter(d *provider.Definition, a Response) {
	header := a.Header.Get("Retry-After")
	if header == "" {
		return
	}
	if !delay.MatchString(header) {
		if _, err := http.ParseTime(header); err != nil {
			r.rule("retry-after", "Retry-After", describe(header), "seconds or an HTTP date")
		}
		return
	}
	if d.RetryAfter == "" || r.document == nil || a.Status != http.StatusTooManyRequests {
		return
	}
	repeated, ok := r.document.tree.Find(d.RetryAfter)
	if !ok || repeated.Kind != jsontext.Number {
		return
	}
	inHeader, _ := new(big.Rat).SetString(header)
	if inBody, _ := new(big.Rat).SetString(repeated.Text); inHeader.Cmp(inBody) != 0 {
		r.rule("retry-after-body", d.RetryAfter, repeated.Text, "the header Retry-After says "+header)
	}
}

// secrets checks the documented length of the secrets of a request, which are
// base64. An empty one asks for a new one.
func (r *report) secrets(d *provider.Definition, s *schema) {
	if d.MaxSecret == 0 || !s.secrets {
		return
	}
	c := newClassifier(s, r.document.tree)
	var visit func(n *jsontext.Node)
	visit = func(n *jsontext.Node) {
		if pointer := n.Pointer(); n.Kind == jsontext.String && n.Text != "" && c.class(pointer).Kind == provider.Secret {
			if b, err := base64.StdEncoding.DecodeString(n.Text); err != nil || len(b) < d.MinSecret || len(b) > d.MaxSecret {
				r.rule("secret", pointer, "", fmt.Sprintf("the base64 text of %d to %d bytes", d.MinSecret, d.MaxSecret))
			}
		}
		for _, child := range n.Counting() {
			visit(child)
		}
	}
	visit(r.document.tree)
}

// isRouteNotFound reports whether an answer is the vendor's answer to an unknown route.
func isRouteNotFound(d *provider.Definition, status int, body []byte) bool {
	if status != http.StatusNotFound || d.RouteNotFound == nil {
		return false
	}
	r := Read(body)
	return r.problem == nil && routeMessage(d, r)
}

func routeMessage(d *provider.Definition, doc *Reading) bool {
	if d.RouteNotFound == nil || doc.has(d.ErrorTag) {
		return false
	}
	message, _ := doc.text(jsontext.Child("", d.RouteNotFound.Member))
	return message == d.RouteNotFound.Message
}

// routeNotFound says of a missing tag what has happened.
func (r *report) routeNotFound(d *provider.Definition, status int) {
	if status != http.StatusNotFound || !routeMessage(d, r.document) {
		return
	}
	tag := jsontext.Child("", d.ErrorTag)
	r.problems = slices.DeleteFunc(r.problems, func(p Problem) bool { return p.Pointer == tag })
	r.rule("unknown-route", tag, "", "")
}

// members closes what a schema without required members leaves open: an error
// body fits it as well as the object that was asked for, and the reverse.
func (r *report) members(d *provider.Definition, op *provider.Operation, status int) {
	if r.document.tree.Kind != jsontext.BeginObject || len(op.Members) == 0 {
		return
	}
	isError := slices.ContainsFunc(d.ErrorMembers, r.document.has)
	isObject := slices.ContainsFunc(op.Members, r.document.has)
	switch {
	case status < 300 && isError && !isObject:
		r.rule("members", "", "an error object", fmt.Sprintf("HTTP status %d of %s has %s", status, op.Name, say.List(op.Members, "and")))
	case status < 300 && !isObject:
		r.rule("no-members", "", "", say.List(op.Members, "and"))
	case status >= 400 && isObject && !isError:
		r.rule("members", "", "no error object", fmt.Sprintf("HTTP status %d of %s has %s", status, op.Name, say.List(d.ErrorMembers, "and")))
	}
}

// exclusive checks which members stand without certain others.
func (r *report) exclusive(rules []provider.Exclusive) {
	for _, rule := range rules {
		object, ok := r.document.tree.Find(rule.Object)
		if !ok || object.Member(rule.Member) == nil {
			continue
		}
		for _, name := range rule.Others {
			if object.Member(name) != nil {
				r.rule("exclusive", jsontext.Child(rule.Object, name), rule.Member, "")
			}
		}
	}
}
