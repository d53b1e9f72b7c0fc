package replay

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// Index is a cassette prepared for replay: an index from a request's canonical
// form to the interactions that answer it. It is shared by every client of the
// process; what a client has used is the client's own.
type Index struct {
	File *cassette.File
	// Scenario is the shipped scenario that the cassette holds, or nil.
	Scenario *provider.Scenario

	def     *provider.Definition
	entries []entry
	// classes lists, per request key, the interactions in cassette order.
	classes map[string][]int
	// bound are the interactions whose request holds what varies; they match by
	// binding. shapes index those of whose bodies that is true, and the others
	// stand apart.
	bound  []int
	shapes []*shape
	apart  []int
	// accepts are the distinct media types that recorded requests ask for.
	accepts []string
}

type entry struct {
	ia  *cassette.Interaction
	url *url.URL
	// accept is the media type asked for, where the provider matches it.
	accept string
	// bound says that the request holds a sent-… placeholder, and matches by
	// binding.
	bound bool
	// sent says that the answer holds a sent-… placeholder.
	sent bool

	verdicts [2]verdict // documented, strict
}

type verdict struct {
	once     sync.Once
	problems []contract.Problem
}

var indexes sync.Map // indexKey -> *Index

type indexKey struct {
	file     *cassette.File
	def      *provider.Definition
	scenario *provider.Scenario
}

// NewIndex prepares a cassette, once per process.
func NewIndex(file *cassette.File, def *provider.Definition, scenario *provider.Scenario) *Index {
	key := indexKey{file, def, scenario}
	if t, ok := indexes.Load(key); ok {
		return t.(*Index)
	}
	t, _ := indexes.LoadOrStore(key, buildIndex(file, def, scenario))
	return t.(*Index)
}

func buildIndex(file *cassette.File, def *provider.Definition, scenario *provider.Scenario) *Index {
	t := &Index{
		File: file, Scenario: scenario, def: def,
		entries: make([]entry, len(file.Interactions)),
		classes: make(map[string][]int, len(file.Interactions)),
	}
	for id, ia := range file.Interactions {
		e := &t.entries[id]
		e.ia = ia
		e.url, _ = url.Parse(ia.Request.URL) // Parse has seen that it parses
		if def.MatchAccept {
			e.accept = acceptOf(ia)
			if !slices.Contains(t.accepts, e.accept) {
				t.accepts = append(t.accepts, e.accept)
			}
		}
		// Nobody but this module writes placeholders of what varies.
		ours := file.Header.Provider != ""
		e.sent = ours && (strings.Contains(ia.Response.Body, cassette.SentMark) || strings.Contains(ia.Response.Body, cassette.SentSecretMark) ||
			strings.Contains(ia.Response.Headers.Get("Location"), cassette.SentMark))
		if ours && cassette.HoldsSent(ia) {
			t.bound, e.bound = append(t.bound, id), true
			t.file(id)
			continue
		}
		key := cassette.RequestKey(ia.Request.Method, e.url, e.accept, []byte(ia.Request.Body))
		t.classes[key] = append(t.classes[key], id)
	}
	if scenario != nil {
		for _, name := range scenario.Also {
			t.also(def.Scenario(name))
		}
	}
	return t
}

// also lets the scenario's first interaction answer another scenario's request,
// and the page behind a redirect answer the client that follows with the media
// type of that request.
func (t *Index) also(other *provider.Scenario) {
	u, err := url.Parse(t.def.BaseURL + other.Request.Target)
	if err != nil {
		return
	}
	accept := ""
	if t.def.MatchAccept {
		accept = contract.MediaType(other.Request.Header["Accept"])
	}
	t.answers(0, cassette.RequestKey(other.Request.Method, u, accept, []byte(other.Request.Body)), accept)
	if !t.Scenario.Follow {
		return
	}
	for id := 1; id < len(t.entries); id++ {
		e := &t.entries[id]
		t.answers(id, cassette.RequestKey(e.ia.Request.Method, e.url, accept, []byte(e.ia.Request.Body)), accept)
	}
}

// answers lets an interaction answer a class of requests that has no answer yet.
func (t *Index) answers(id int, key, accept string) {
	if len(t.classes[key]) > 0 {
		return
	}
	t.classes[key] = []int{id}
	if t.def.MatchAccept && !slices.Contains(t.accepts, accept) {
		t.accepts = append(t.accepts, accept)
	}
}

// keys returns the class keys under which a request may be found in the index.
func (t *Index) keys(k *Key) []string {
	if !t.def.MatchAccept {
		return k.key[:]
	}
	var keys []string
	for _, accept := range t.accepts {
		if k.takes(accept) {
			keys = append(keys, cassette.Key(k.method, k.url, accept, k.body))
		}
	}
	return keys
}

// acceptOf is the media type by which a recorded interaction is told apart. A
// cassette recorded without our allow-list may lack the header or ask for
// anything; then the type of the answer counts.
func acceptOf(ia *cassette.Interaction) string {
	accept := ia.Request.Headers.Get("Accept")
	if t := contract.MediaType(accept); t != "" && t != "*/*" && !strings.Contains(accept, ",") {
		return t
	}
	return contract.MediaType(ia.Response.Headers.Get("Content-Type"))
}

// Misled replays the requests that a cassette was made of, in order. It returns
// the first one that does not get its own answer, with the answer that it gets, or
// -1 for none; asked is -1 when there is no such request.
func Misled(file *cassette.File, def *provider.Definition, scenario *provider.Scenario, requests []*Key) (asked, found int) {
	t := buildIndex(file, def, scenario)
	p := &progress{Step: Step{Index: t}}
	sent := t.newSent()
	for id, k := range requests {
		found, bindings := p.find(k, &sent)
		if found != id {
			return id, found
		}
		if bindings != nil {
			bindings.Keep()
		}
		p.use(id, func() exchange.Stack { return nil })
	}
	return -1, -1
}

// problems returns the contract problems of an answer, checked once per process.
func (t *Index) problems(id int, strict bool) []contract.Problem {
	e := &t.entries[id]
	v := &e.verdicts[0]
	if strict {
		v = &e.verdicts[1]
	}
	v.once.Do(func() {
		x := cassette.ExchangeOf(e.ia)
		v.problems = contract.CheckResponse(t.def, x.Request, x.Response, strict)
	})
	return v.problems
}

// newSent is where a replay of the cassette begins: nothing is bound.
func (t *Index) newSent() placeholder.Sent {
	return placeholder.Sent{PerKind: len(t.File.Header.Varies) == 0}
}

// Uncompared lists the members of requests that vary although neither the
// cassette nor the test says so: those of a recording made before they had to be
// declared.
func (t *Index) Uncompared(declared []string) []string {
	var all []string
	for _, id := range t.bound {
		cassette.SentStrings(t.entries[id].ia, func(pointer, value string) {
			if _, sent := placeholder.IsSent(value); sent && !cassette.CoveredBy(t.File.Header.Varies, pointer) && !cassette.CoveredBy(declared, pointer) {
				all = append(all, pointer)
			}
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Fixed returns an error for a declared pointer that names a member which the
// cassette compares: it was recorded before the declaration.
func (t *Index) Fixed(declared []string) error {
	for _, p := range declared {
		if slices.Contains(t.File.Header.Varies, p) {
			continue
		}
		for i := range t.entries {
			fixed := ""
			cassette.SentStrings(t.entries[i].ia, func(pointer, value string) {
				if _, sent := placeholder.IsSent(value); !sent && value != "" && cassette.Covers(p, pointer) {
					fixed = pointer
				}
			})
			if fixed != "" {
				return fmt.Errorf("Varies(%q) has no effect: %s was recorded without it and compares %s; record it again", p, t.label(i), strings.TrimPrefix(fixed, "?"))
			}
		}
	}
	return nil
}
