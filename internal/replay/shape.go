package replay

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// shape indexes the recorded requests whose bodies vary at the same places: of two
// that are equal beside those, a replay looks at what varies only.
type shape struct {
	pointers []string                 // where the bodies vary, sorted
	classes  map[cassette.Class][]int // of the rest
	// values are the placeholders of an interaction, in the order of the pointers.
	values map[int][]string
}

// wildcard stands for what varies in the key of a body. No JSON text holds it.
const wildcard = "\x00"

// file enters an interaction whose request holds what varies. One that varies in
// its URL, or whose body is no JSON, stays apart and is compared by itself.
func (t *Index) file(id int) {
	e := &t.entries[id]
	var pointers []string
	cassette.SentStrings(e.ia, func(pointer, value string) {
		if _, sent := placeholder.IsSent(value); sent {
			pointers = append(pointers, pointer)
		}
	})
	slices.Sort(pointers)
	if cassette.MayVary(e.ia.Request.URL) ||
		slices.ContainsFunc(pointers, func(p string) bool { return !strings.HasPrefix(p, "/") }) { // of the query, or too deep
		t.apart = append(t.apart, id)
		return
	}
	s := t.shape(pointers)
	rest, placeholders, ok := s.part(cassette.CanonicalBody([]byte(e.ia.Request.Body)))
	if !ok {
		t.apart = append(t.apart, id)
		return
	}
	c := cassette.Class{Method: e.ia.Request.Method, URL: cassette.CanonicalURL(e.url), Accept: e.accept, Body: rest}
	s.classes[c] = append(s.classes[c], id)
	s.values[id] = placeholders
}

// alsoVarying lets the first interaction answer another scenario's request, with any
// value of the same form where that varies.
func (t *Index) alsoVarying(other *provider.Scenario, u *url.URL, accept string) {
	asked := contract.Request{Method: other.Request.Method, URL: u, Header: http.Header{}, Body: []byte(other.Request.Body)}
	for name, value := range other.Request.Header {
		asked.Header.Set(name, value)
	}
	class := contract.RequestClasses(t.def, asked)
	s := t.shape(slices.Sorted(slices.Values(other.Varies)))
	c := cassette.ClassOf(asked.Method, u, accept, asked.Body)
	rest, values, ok := s.part(c.Body)
	if !ok {
		return // the scenario names what its request does not have
	}
	c.Body = rest
	if slices.Contains(s.classes[c], 0) {
		return
	}
	s.classes[c] = slices.Insert(s.classes[c], 0, 0)
	if s.values[0] == nil {
		var sent placeholder.Sent
		for i, pointer := range s.pointers {
			s.values[0] = append(s.values[0], sent.ToTape(class(pointer).Kind, values[i]))
		}
	}
	if !slices.Contains(t.bound, 0) {
		t.bound = append(t.bound, 0)
	}
	if t.def.MatchAccept && !slices.Contains(t.accepts, accept) {
		t.accepts = append(t.accepts, accept)
	}
}

// shape is the one of requests that vary at these places.
func (t *Index) shape(pointers []string) *shape {
	i := slices.IndexFunc(t.shapes, func(s *shape) bool { return slices.Equal(s.pointers, pointers) })
	if i < 0 {
		i = len(t.shapes)
		t.shapes = append(t.shapes, &shape{pointers: pointers, classes: map[cassette.Class][]int{}, values: map[int][]string{}})
	}
	return t.shapes[i]
}

// part takes what varies out of a canonical body. ok is false for one that has
// something else than a string there, and for one that counts by its bytes.
func (s *shape) part(body string) (rest string, values []string, ok bool) {
	root, ok := cassette.ParseCanonical(body)
	if !ok {
		return "", nil, false
	}
	var edits []jsontext.Edit
	for _, pointer := range s.pointers {
		n, found := root.Find(pointer)
		if !found || n.Kind != jsontext.String {
			return "", nil, false
		}
		edits = append(edits, n.Edit(wildcard))
		values = append(values, n.Text)
	}
	return string(jsontext.Splice([]byte(body), edits)), values, true
}

// candidates visits the interactions that answer a request but for what varies, in
// the order of the cassette, each with a way to bind what the request has there;
// until visit returns false.
func (t *Index) candidates(k *Key, unused func(cursor, []int) []int, visit func(id int, bind func(*placeholder.Trial) bool) bool) {
	type match struct {
		ids    []int
		shape  *shape
		values []string
	}
	matches := []match{{ids: t.apart}}
	for _, s := range t.shapes {
		rest, values, ok := s.part(k.class.Body)
		if !ok {
			continue
		}
		for c := range t.classesOf(k, rest) {
			if ids := s.classes[c]; len(ids) > 0 {
				matches = append(matches, match{unused(cursor{s, c}, ids), s, values})
			}
		}
	}
	for {
		best := -1
		for i := range matches {
			if len(matches[i].ids) > 0 && (best < 0 || matches[i].ids[0] < matches[best].ids[0]) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		m := &matches[best]
		id := m.ids[0]
		m.ids = m.ids[1:]
		if !visit(id, func(trial *placeholder.Trial) bool {
			if m.shape == nil {
				return t.entries[id].bind(k, trial)
			}
			for i, placeholder := range m.shape.values[id] {
				if !trial.Bind(placeholder, m.values[i]) {
					return false
				}
			}
			return true
		}) {
			return
		}
	}
}

// bind reports whether a request matches a recorded one that is compared by itself.
func (e *entry) bind(k *Key, trial *placeholder.Trial) bool {
	return e.ia.Request.Method == k.class.Method && (e.accept == "" || k.takes(e.accept)) &&
		bindURL(cassette.CanonicalURL(e.url), k.class.URL, trial) && bindBody(cassette.CanonicalBody([]byte(e.ia.Request.Body)), k.class.Body, trial)
}
