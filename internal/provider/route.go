package provider

import (
	"iter"
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

var defaultPorts = map[string]string{"https": ":443", "http": ":80"}

// Origin is where a URL leads, in the form in which origins are compared: scheme and host
// in lower case, without the port that goes without saying.
func Origin(scheme, host string) string {
	scheme = strings.ToLower(scheme)
	return scheme + "://" + strings.TrimSuffix(strings.ToLower(host), defaultPorts[scheme])
}

// Find returns the documented operation that a request addresses. The path is
// compared segment by segment after decoding, so that an escaped slash in an id
// is no separator. ok is false for an undocumented method or path.
func (d *Definition) Find(method string, u *url.URL) (r Route, ok bool) {
	for op, form := range d.fitting(u.EscapedPath()) {
		if form.Method == method {
			return Route{op, form, variables(form, u.EscapedPath())}, true
		}
	}
	return Route{}, false
}

// Variables returns the values of the path variables of the first template, of
// whatever method, that fits the path; nil when none does.
func (d *Definition) Variables(escapedPath string) map[string]string {
	for _, form := range d.fitting(escapedPath) {
		return variables(form, escapedPath)
	}
	return nil
}

// LeadsToLogin reports whether a URL is that of the sign-in page.
func (d *Definition) LeadsToLogin(u *url.URL) bool {
	return d.LoginPath != "" && strings.HasPrefix(u.Path, d.LoginPath)
}

// Template returns the segments of the first documented path, of whatever
// method, that fits, variables in braces; nil when none does.
func (d *Definition) Template(escapedPath string) []string {
	for _, form := range d.fitting(escapedPath) {
		return Segments(form.Path)
	}
	return nil
}

// Methods returns the documented methods of a path, sorted.
func (d *Definition) Methods(u *url.URL) []string {
	var methods []string
	for _, form := range d.fitting(u.EscapedPath()) {
		methods = append(methods, form.Method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// fitting returns the forms whose templates fit a path.
func (d *Definition) fitting(escapedPath string) iter.Seq2[*Operation, *Form] {
	return func(yield func(*Operation, *Form) bool) {
		for i := range d.Operations {
			op := &d.Operations[i]
			for j := range op.Forms {
				if fits(op.Forms[j].Path, escapedPath) && !yield(op, &op.Forms[j]) {
					return
				}
			}
		}
	}
}

// fits compares segment by segment. Every request asks it for several templates, hence
// without lists.
func fits(template, escapedPath string) bool {
	template, escapedPath = strings.TrimPrefix(template, "/"), strings.TrimPrefix(escapedPath, "/")
	for {
		want, templates, more := strings.Cut(template, "/")
		segment, segments, also := strings.Cut(escapedPath, "/")
		got, err := url.PathUnescape(segment)
		if more != also || err != nil || got == "" || got != want && !strings.HasPrefix(want, "{") {
			return false
		}
		if !more {
			return true
		}
		template, escapedPath = templates, segments
	}
}

// variables returns the values of the variables of a form that fits the path.
func variables(form *Form, escapedPath string) map[string]string {
	if !strings.Contains(form.Path, "{") {
		return nil
	}
	values, segments := map[string]string{}, Segments(escapedPath)
	for i, name := range Segments(form.Path) {
		if strings.HasPrefix(name, "{") {
			values[strings.Trim(name, "{}")], _ = url.PathUnescape(segments[i])
		}
	}
	return values
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

// EventBinding returns the binding of the event's id, the zero value when the vendor has none.
func (d *Definition) EventBinding() Binding {
	for _, b := range d.Bindings {
		if b.Kind == Event {
			return b
		}
	}
	return Binding{}
}
