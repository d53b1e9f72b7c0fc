package placeholder

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// ToTenantJSON puts the real values in the place of the placeholders in a request.
// A body that is not JSON is read as a text.
func (t *Table) ToTenantJSON(body []byte) ([]byte, error) {
	doc, err := parseJSON(body)
	if errors.Is(err, errNotJSON) {
		return []byte(t.ToTenantText(string(body))), nil
	}
	if err != nil {
		return nil, err
	}
	for n := range doc.all() {
		if event, ok := t.events[n.Name]; ok && n.named() && t.eventName(n) {
			n.rename(event)
		} else if n.named() {
			n.rename(t.toTenantWhole(n.Name))
		}
		if n.Kind == jsontext.String {
			n.replace(t.toTenantWhole(n.Text))
		}
	}
	return doc.render(), nil
}

// toTenantWhole exchanges a text that may be a placeholder as a whole.
func (t *Table) toTenantWhole(s string) string {
	if v, ok := t.sent.values[s]; ok {
		return t.toTenantValue(v)
	}
	if v := t.toTenantValue(s); v != s || t.issued(s) {
		return v
	}
	return t.ToTenantText(s)
}

func (t *Table) toTenantValue(s string) string {
	if v := t.stands[s]; v != nil {
		return v.real
	}
	if rest, ok := t.base.mock.cut(s); ok && startsPath(rest) {
		return t.base.real.String() + t.toTenantRest(rest)
	}
	if strings.HasPrefix(s, "/") && !strings.Contains(s, "#") {
		path, _, _ := strings.Cut(s, "?")
		if t.own(path) {
			if ref, ok := t.toTenantReference(s); ok {
				return t.base.real.path + ref
			}
		}
	}
	return t.toTenantText(s)
}

// own says whether a relative path belongs to the vendor's API, judging by its fixed segments.
func (t *Table) own(path string) bool {
	return t.def.Template(path) != nil || !slices.ContainsFunc(provider.Segments(path), func(raw string) bool {
		v, ok := unescapePath(raw)
		return !ok || t.composed(raw) == nil && !isGUID(v) && !t.literals[v] && !t.idPlaceholder(v)
	})
}

func (t *Table) toTenantRest(rest string) string {
	if v := t.stands[rest]; v != nil {
		return v.real
	}
	if !strings.Contains(rest, "#") {
		if ref, ok := t.toTenantReference(rest); ok {
			return ref
		}
	}
	return t.toTenantText(rest)
}

// toTenantReference exchanges the segments of a path and the values of a query.
func (t *Table) toTenantReference(ref string) (string, bool) {
	path, query, hasQuery := strings.Cut(ref, "?")
	if path == "" {
		return "", false
	}
	out, _ := t.mapPath(path, func(r role, raw string) (string, bool) {
		if r == event {
			return t.toTenantEvent(raw), true
		}
		return t.toTenantSegment(raw), true
	})
	if !hasQuery {
		return out, true
	}
	fields := strings.Split(query, "&")
	for i, field := range fields {
		if name, raw, ok := strings.Cut(field, "="); ok {
			fields[i] = name + "=" + t.toTenantQueryValue(raw)
		}
	}
	return out + "?" + strings.Join(fields, "&"), true
}

func (t *Table) toTenantEvent(raw string) string {
	v, ok := unescapePath(raw)
	if !ok {
		return raw
	}
	if event := t.stands[v]; event != nil && event.kind == provider.Event {
		return url.PathEscape(event.real)
	}
	if other := t.swapEvent(v); other != v {
		return url.PathEscape(other)
	}
	return raw
}

func (t *Table) toTenantSegment(raw string) string {
	if c := t.composed(raw); c != nil {
		real, _ := c.real(raw)
		return real
	}
	v, ok := unescapePath(raw)
	if !ok {
		return raw
	}
	real := v
	if id := t.stands[v]; id != nil && t.idPlaceholder(v) {
		real = id.real
	} else if isGUID(v) {
		real, _ = t.guids.real(v)
	}
	if real == v {
		return raw
	}
	return url.PathEscape(real)
}

// idPlaceholder says whether a text stands for an id, or will once its binding has a value.
func (t *Table) idPlaceholder(v string) bool {
	if id := t.stands[v]; id != nil {
		return id.kind == provider.ID
	}
	return t.issued(v)
}

// toTenantQueryValue exchanges a value of a query, and leaves the spelling of one
// that holds no placeholder.
func (t *Table) toTenantQueryValue(raw string) string {
	if c := t.composed(raw); c != nil {
		real, _ := c.real(raw)
		return real
	}
	v, err := url.QueryUnescape(raw)
	if err != nil {
		return t.ToTenantText(raw)
	}
	return respell(raw, v, t.toTenantWhole(v))
}

// ToTenantURL returns the URL to call on the tenant for a URL of the placeholder
// world: base URL and ids are exchanged, and escapes of other parts stay. It
// fails for any other host, so that a credential never goes there.
func (t *Table) ToTenantURL(u *url.URL) (*url.URL, error) {
	if u.User != nil {
		return nil, errors.New("the URL carries user information; send the credential as a header")
	}
	rest := u.EscapedPath()
	switch origin := provider.Origin(u.Scheme, u.Host); {
	case origin == t.base.mock.origin:
	case origin == t.base.real.origin:
		return nil, fmt.Errorf("the request goes to the tenant's own host; send it to %q, which stands for it", t.base.mock)
	default:
		return nil, fmt.Errorf("the request goes to %q; a recording of %s sends requests to %q only", u.Scheme+"://"+u.Host, t.def.Name, t.base.mock)
	}
	rest, ok := cutPath(rest, t.base.mock.path)
	if !ok {
		return nil, fmt.Errorf("the path %q is not below %q, the base URL of %s", u.EscapedPath(), t.base.mock, t.def.Name)
	}
	if rest != "" && rest[0] != '/' {
		return nil, fmt.Errorf("the path %q does not start with a slash", rest)
	}
	if rest != "" {
		if u.RawQuery != "" {
			rest += "?" + u.RawQuery
		}
		rest = t.toTenantRest(rest)
	} else if u.RawQuery != "" {
		rest, _ = t.toTenantReference("/?" + u.RawQuery)
		rest = strings.TrimPrefix(rest, "/")
	}
	out, err := url.Parse(t.base.real.String() + rest)
	if err != nil {
		// The error of net/url would quote the real URL.
		return nil, errors.New("the URL cannot be written with the real values in place; check those that were given for ids")
	}
	out.ForceQuery = u.ForceQuery
	return out, nil
}

// Unresolved returns the bindings whose placeholder occurs in a URL or a body
// although no real value is known for them. An event id counts only where a
// documented path has it.
func (t *Table) Unresolved(s string) []provider.Binding {
	var open []provider.Binding
	for _, b := range t.def.Bindings {
		if !t.resolved(b) && t.occurs(b, s) {
			open = append(open, b)
		}
	}
	return open
}

func (t *Table) resolved(b provider.Binding) bool {
	if b.Kind == provider.Event {
		return t.events != nil
	}
	if c := t.composed(b.Placeholder); c != nil {
		d, _ := c.whole(b.Placeholder)
		return c.taken(d.last().key(b.Placeholder))
	}
	return t.guids.taken(lower(b.Placeholder)) || t.stands[b.Placeholder] != nil
}

func (t *Table) occurs(b provider.Binding, s string) bool {
	if b.Kind == provider.Event {
		u, err := url.Parse(s)
		return err == nil && t.def.Variables(strings.TrimPrefix(u.EscapedPath(), t.base.mock.path))[b.Variable] == b.Placeholder
	}
	if t.form(b.Placeholder) != nil {
		names := func(g grammar, id string) bool { return g.names(id, b.Placeholder) }
		for i := range len(s) {
			if _, ok := t.idAt(s, i, names); ok {
				return true
			}
		}
		return false
	}
	x := index{}
	x.add(needle{spelled: inEveryForm, text: b.Placeholder, whole: true, joins: "_-"})
	low := lower(s)
	for i := range len(s) {
		if _, ok := x.match(s, low, i); ok {
			return true
		}
	}
	return false
}
