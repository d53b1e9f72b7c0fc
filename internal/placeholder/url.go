package placeholder

import (
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// maxURLs bounds how deep a URL may carry another one in its query.
const maxURLs = 3

// FromTenantURL replaces what is real in a URL: the value of a Location header or of a
// member that holds a link. A link of the vendor's own API stays a link that
// works: its base URL and its ids are exchanged. Any other URL is replaced as a
// whole, by an absolute one when it is absolute and a relative one when it is
// relative. A composed id is exchanged as one.
func (t *Table) FromTenantURL(s string) string { return t.fromTenantWhole(provider.URL, s, nil) }

func (t *Table) fromTenantURL(v string, depth int) string {
	if t.issued(v) {
		return v
	}
	if rest, ok := t.base.real.cut(v); ok && startsPath(rest) {
		w := realWorld
		if t.base.real == t.base.mock {
			w = eitherWorld
		}
		return t.base.mock.String() + t.fromTenantRest(rest, w, depth)
	}
	if rest, ok := t.base.mock.cut(v); ok && startsPath(rest) {
		return v[:len(v)-len(rest)] + t.fromTenantRest(rest, placeholderWorld, depth)
	}
	if strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "//") {
		if rest, ok := cutPath(v, t.base.real.path); ok {
			if s, ok := t.fromTenantReference(rest, eitherWorld, depth); ok {
				return s
			}
		}
		if s, ok := t.fromTenantReference(v, eitherWorld, depth); ok {
			return s
		}
	}
	return t.placeholderFor(provider.URL, v)
}

// world says on which side a URL stands. An event id does not tell: the bound
// one and its placeholder are both event ids of the vendor.
type world int

const (
	eitherWorld world = iota
	realWorld
	placeholderWorld
)

func startsPath(rest string) bool { return rest == "" || rest[0] == '/' }

func (t *Table) fromTenantRest(rest string, w world, depth int) string {
	if rest == "" || rest == "/" || t.issued(rest) {
		return rest
	}
	if s, ok := t.fromTenantReference(rest, w, depth); ok {
		return s
	}
	return t.placeholderFor(provider.URL, rest)
}

// role is what a segment of a path is to the vendor.
type role int

const (
	loose    role = iota // of a path that is not documented
	fixed                // a word of a documented path
	variable             // an id
	event                // an event id
)

// mapPath maps a path segment by segment, until f says no.
func (t *Table) mapPath(path string, f func(r role, raw string) (string, bool)) (string, bool) {
	segments := provider.Segments(path)
	template := t.def.Template(path)
	for i, raw := range segments {
		mapped, ok := f(t.role(template, i), raw)
		if !ok {
			return "", false
		}
		segments[i] = mapped
	}
	return "/" + strings.Join(segments, "/"), true
}

// role returns what the template of a path, nil if there is none, says of a segment.
func (t *Table) role(template []string, i int) role {
	switch {
	case template == nil:
		return loose
	case template[i] == "{"+t.eventVar+"}":
		return event
	case strings.HasPrefix(template[i], "{"):
		return variable
	}
	return fixed
}

// mapQuery maps the values of a query one by one, leaving its separators. It says
// no to a name that no link of the vendor's has.
func (t *Table) mapQuery(query string, f func(raw string) (string, bool)) (string, bool) {
	fields := strings.Split(query, "&")
	for i, field := range fields {
		name, raw, hasValue := strings.Cut(field, "=")
		if !hasValue || !t.queryName(name) {
			return "", false
		}
		v, ok := f(raw)
		if !ok {
			return "", false
		}
		fields[i] = name + "=" + v
	}
	return strings.Join(fields, "&"), true
}

// queryName says whether a name in the query of a link is one that the vendor
// documents, or that leads back from its sign-in page.
func (t *Table) queryName(name string) bool {
	return name == "redirect" || t.isWord(name)
}

// fromTenantReference exchanges the ids of a path and a query of the vendor's own API.
// ok is false when a part is neither a fixed segment nor an id.
func (t *Table) fromTenantReference(ref string, w world, depth int) (string, bool) {
	if depth > maxURLs || strings.Contains(ref, "#") {
		return "", false
	}
	path, query, hasQuery := strings.Cut(ref, "?")
	path, ok := t.mapPath(path, func(r role, raw string) (hidden string, ok bool) {
		hidden, ok = raw, true
		switch r {
		case loose:
			hidden, ok = t.fromTenantLoose(raw)
		case variable:
			hidden, ok = t.fromTenantSegment(raw)
		}
		switch {
		case w != eitherWorld:
		case hidden != raw:
			w = realWorld
		case t.toTenantSegment(raw) != raw:
			w = placeholderWorld
		}
		return hidden, ok
	})
	if !ok {
		return "", false
	}
	// Which event is meant, only the other segments tell.
	path, ok = t.mapPath(path, func(r role, raw string) (string, bool) {
		v, ok := unescapePath(raw)
		if r != event || !ok {
			return raw, r != event
		}
		if w != placeholderWorld {
			v = t.swapEvent(v)
		}
		return url.PathEscape(t.fromTenantEvent(v)), true
	})
	if !ok || !hasQuery {
		return path, ok
	}
	query, ok = t.mapQuery(query, func(raw string) (string, bool) { return t.fromTenantQueryValue(raw, depth) })
	return path + "?" + query, ok
}

// knownReference says whether fromTenantReference would leave a path and its query as they are.
func (t *Table) knownReference(ref string) bool {
	if t.issued(ref) {
		return true
	}
	if strings.Contains(ref, "#") {
		return false
	}
	path, query, _ := strings.Cut(ref, "?")
	_, ok := t.mapPath(path, func(r role, raw string) (string, bool) {
		return raw, r == fixed || r == event && t.knownEvent(raw) || t.literals[raw] || t.knownSegment(raw)
	})
	if !ok || query == "" {
		return ok
	}
	_, ok = t.mapQuery(query, func(raw string) (string, bool) {
		v, err := url.QueryUnescape(raw)
		return raw, err == nil && (t.Known(v) || t.Known(raw) || t.isWord(v) || t.words[v])
	})
	return ok
}

func (t *Table) knownSegment(raw string) bool {
	if c := t.composed(raw); c != nil {
		return c.known(raw)
	}
	v, ok := unescapePath(raw)
	return ok && (t.madeUp(v) || isGUID(v) && t.Known(v) || t.idPlaceholder(v))
}

func (t *Table) fromTenantSegment(raw string) (string, bool) {
	if c := t.composed(raw); c != nil {
		return c.placeholder(raw, true)
	}
	v, ok := unescapePath(raw)
	// An unusual spelling could not be found again from the placeholder alone.
	if !ok || url.PathEscape(v) != raw {
		return raw, ok && t.Known(v)
	}
	if p := t.fromTenantID(v); p != v {
		return url.PathEscape(p), true
	}
	return raw, true
}

// fromTenantLoose exchanges a segment of a path that is not documented, if it is an id.
func (t *Table) fromTenantLoose(raw string) (string, bool) {
	v, ok := unescapePath(raw)
	if !ok {
		return "", false
	}
	known := t.find(provider.ID, v) != nil
	switch {
	case t.literals[v]:
		return raw, true
	case t.composed(raw) != nil || isGUID(v) || known || t.issued(v):
		return t.fromTenantSegment(raw)
	}
	return "", false
}

// fromTenantID exchanges a value that the contract calls an id.
func (t *Table) fromTenantID(v string) string {
	g := t.form(v)
	if g == t.guids || g == nil {
		if t.madeUp(v) || t.issued(v) {
			return v
		}
	}
	if g == nil {
		g = dashlessGUIDs{t.guids}
	}
	if p, ok := g.placeholder(v, true); ok {
		return p
	}
	return t.placeholderFor(provider.ID, v)
}

// swapEvent exchanges the bound event id and its placeholder, each for the
// other, so that two events never become one.
func (t *Table) swapEvent(id string) string {
	if other, ok := t.events[id]; ok {
		return other
	}
	return id
}

// fromTenantEvent returns the placeholder of an event id that is neither public nor
// the bound one nor the caller's own.
func (t *Table) fromTenantEvent(id string) string {
	if t.knownEvent(id) {
		return id
	}
	return t.placeholderFor(provider.Event, id)
}

func (t *Table) knownEvent(id string) bool {
	return slices.Contains(t.def.Events, id) || t.words[id] || t.events[id] != "" || t.issued(id)
}

func (t *Table) fromTenantQueryValue(raw string, depth int) (string, bool) {
	if c := t.composed(raw); c != nil {
		return c.placeholder(raw, true)
	}
	v, err := url.QueryUnescape(raw)
	if err != nil {
		return "", false
	}
	p := v
	known := t.find(provider.ID, v) != nil
	switch {
	case v == "" || t.isWord(v) || t.words[v] || t.sent.holds(v):
	case isGUID(v) || known || t.madeUp(v) || t.issued(v):
		p = t.fromTenantID(v)
	case isAbsolute(v) || strings.HasPrefix(v, "/"):
		p = t.fromTenantURL(v, depth+1)
	default:
		p = t.fromTenantWhole(provider.Opaque, v, nil)
	}
	hidden := respell(raw, v, p)
	return hidden, respell(hidden, p, v) == raw
}

// respell escapes a query value as the one that it replaces was escaped.
func respell(raw, before, after string) string {
	if before == after {
		return raw
	}
	escaped := url.QueryEscape(after)
	for escape, plain := range map[string]string{"%2F": "/", "%3A": ":"} {
		if strings.Contains(raw, plain) {
			escaped = strings.ReplaceAll(escaped, escape, plain)
		}
	}
	return escaped
}

func unescapePath(raw string) (string, bool) {
	v, err := url.PathUnescape(raw)
	return v, err == nil
}
