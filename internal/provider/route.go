package provider

import (
	"net/url"
	"slices"
	"strings"
)

// Route is a request's place in the definition.
type Route struct {
	Operation *Operation
	Form      *Form
	// Variables are the values of the path's variables, decoded.
	Variables map[string]string
}

// Find returns the documented operation that a request addresses. The path is
// compared segment by segment after decoding, so that an escaped slash in an id
// is no separator. ok is false for an undocumented method or path.
func (d *Definition) Find(method string, u *url.URL) (r Route, ok bool) {
	segments := Segments(u.EscapedPath())
	for i := range d.Operations {
		op := &d.Operations[i]
		for j := range op.Forms {
			form := &op.Forms[j]
			if form.Method != method {
				continue
			}
			if vars, ok := matchPath(Segments(form.Path), segments); ok {
				return Route{op, form, vars}, true
			}
		}
	}
	return Route{}, false
}

// Variables returns the values of the path variables of the first template, of
// whatever method, that fits the path; nil when none does.
func (d *Definition) Variables(escapedPath string) map[string]string {
	segments := Segments(escapedPath)
	for i := range d.Operations {
		for _, form := range d.Operations[i].Forms {
			if vars, ok := matchPath(Segments(form.Path), segments); ok {
				return vars
			}
		}
	}
	return nil
}

// Methods returns the documented methods of a path, sorted.
func (d *Definition) Methods(u *url.URL) []string {
	segments := Segments(u.EscapedPath())
	var methods []string
	for i := range d.Operations {
		for _, form := range d.Operations[i].Forms {
			if _, ok := matchPath(Segments(form.Path), segments); ok {
				methods = append(methods, form.Method)
			}
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// QueryList is a list that a query parameter holds. How a list is written there
// is not documented; read are the forms in use: the name once for each item,
// items between commas as OpenAPI's explode: false has it, and each of them in
// quotes as DevRev's TypeScript SDK sends it.
func QueryList(values []string) []string {
	var items []string
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			if n := len(item); n > 1 && item[0] == '"' && item[n-1] == '"' {
				item = item[1 : n-1]
			}
			items = append(items, item)
		}
	}
	return items
}

// Segments splits an escaped path at its slashes, leaving the escapes.
func Segments(escapedPath string) []string {
	return strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
}

func matchPath(template, segments []string) (map[string]string, bool) {
	if len(template) != len(segments) {
		return nil, false
	}
	var vars map[string]string
	for i, t := range template {
		decoded, err := url.PathUnescape(segments[i])
		if err != nil || decoded == "" {
			return nil, false
		}
		if !strings.HasPrefix(t, "{") {
			if t != decoded {
				return nil, false
			}
			continue
		}
		if vars == nil {
			vars = map[string]string{}
		}
		vars[strings.Trim(t, "{}")] = decoded
	}
	return vars, true
}

// Response returns the documented answer of that status, or nil.
func (o *Operation) Response(status int) *Response {
	for i := range o.Responses {
		if o.Responses[i].Status == status {
			return &o.Responses[i]
		}
	}
	return nil
}

// Template returns the segments of the first documented path, of whatever
// method, that fits, variables in braces; nil when none does.
func (d *Definition) Template(escapedPath string) []string {
	segments := Segments(escapedPath)
	for i := range d.Operations {
		for _, form := range d.Operations[i].Forms {
			if _, ok := matchPath(Segments(form.Path), segments); ok {
				return Segments(form.Path)
			}
		}
	}
	return nil
}

// EventVariable returns the path variable that holds an event id; empty when the
// vendor has none.
func (d *Definition) EventVariable() string { return d.event().Variable }

// EventPlaceholder returns the placeholder of the seeded event id.
func (d *Definition) EventPlaceholder() string { return d.event().Placeholder }

func (d *Definition) event() Seed {
	for _, s := range d.Seeds {
		if s.Kind == Event {
			return s
		}
	}
	return Seed{}
}
