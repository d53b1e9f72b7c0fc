package replay

import (
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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

	// origin is what the test has changed an answer of, or nil.
	origin  *Index
	def     *provider.Definition
	entries []entry
	// classes lists, per class of requests, the interactions in cassette order.
	classes map[cassette.Class][]int
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
	url *url.URL // the recorded one, which interactions share
	// accept is the media type asked for, where the provider matches it.
	accept string
	// bound says that the request holds a sent-… placeholder, and matches by binding.
	bound bool
	// sent says that the answer holds a sent-… placeholder.
	sent bool
	// verdicts are the problems of the answer: documented, strict. They are nil
	// while nobody has asked.
	verdicts [2]atomic.Pointer[[]contract.Problem]
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

// Changed returns an index of its own whose first answer has another body, which
// change makes of the recorded one. The lengths follow.
func (t *Index) Changed(change func(body []byte) ([]byte, error)) (*Index, error) {
	ia := *t.File.Interactions[0]
	if code := ia.Response.Code; code == http.StatusNoContent || code == http.StatusNotModified || ia.Request.Method == http.MethodHead {
		return nil, fmt.Errorf("an answer with HTTP status %d to %s has no body, so that a change of it has no effect; leave the changes out", code, ia.Request.Method)
	}
	body, err := change([]byte(ia.Response.Body))
	if err != nil {
		return nil, err
	}
	ia.Response.Body, ia.Response.ContentLength = string(body), int64(len(body))
	if ia.Response.Headers.Get("Content-Length") != "" {
		ia.Response.Headers = ia.Response.Headers.Clone()
		ia.Response.Headers.Set("Content-Length", strconv.Itoa(len(body)))
	}
	file := *t.File
	file.Interactions = slices.Clone(file.Interactions)
	file.Interactions[0] = &ia
	changed := buildIndex(&file, t.def, t.Scenario)
	changed.origin = t
	return changed, nil
}

// ChangeProblems returns what the contract says of the answer that the test has
// changed. A member that it does not describe is one only if the change brought it.
func (t *Index) ChangeProblems(strict bool) []contract.Problem {
	x := cassette.ExchangeOf(t.entries[0].ia)
	x.Response.ByHand = true
	before := t.origin.problems(0, strict, nil)
	return slices.DeleteFunc(contract.CheckResponse(t.def, x.Request, x.Response, strict), func(p contract.Problem) bool {
		return !p.Fails() && (p.Keyword != "undocumented" || slices.ContainsFunc(before, func(b contract.Problem) bool { return b.Name() == p.Name() }))
	})
}

func buildIndex(file *cassette.File, def *provider.Definition, scenario *provider.Scenario) *Index {
	t := &Index{
		File: file, Scenario: scenario, def: def,
		entries: make([]entry, len(file.Interactions)),
		classes: make(map[cassette.Class][]int, len(file.Interactions)),
	}
	urls, canonical := map[string]*url.URL{}, map[string]string{} // few cassettes have many
	for id, ia := range file.Interactions {
		if _, ok := urls[ia.Request.URL]; !ok {
			u, _ := url.Parse(ia.Request.URL) // Parse of the cassette has seen that it parses
			urls[ia.Request.URL], canonical[ia.Request.URL] = u, cassette.CanonicalURL(u)
		}
		e := &t.entries[id]
		e.ia, e.url = ia, urls[ia.Request.URL]
		if def.MatchAccept {
			e.accept = acceptOf(ia)
			if !slices.Contains(t.accepts, e.accept) {
				t.accepts = append(t.accepts, e.accept)
			}
		}
		// Nobody but this module writes placeholders of what varies.
		ours := file.Header.Provider != ""
		e.sent = ours && (cassette.MayVary(ia.Response.Body) || cassette.MayVary(ia.Response.Headers.Get("Location")))
		if ours && cassette.HoldsSent(ia) {
			t.bound, e.bound = append(t.bound, id), true
			t.file(id)
			continue
		}
		c := cassette.Class{Method: ia.Request.Method, URL: canonical[ia.Request.URL], Accept: e.accept, Body: cassette.CanonicalBody([]byte(ia.Request.Body))}
		if c.Body == ia.Request.Body {
			c.Body = ia.Request.Body // one text for both
		}
		t.classes[c] = append(t.classes[c], id)
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
	if len(other.Varies) > 0 {
		t.alsoVarying(other, u, accept)
	} else {
		t.answers(0, cassette.ClassOf(other.Request.Method, u, accept, []byte(other.Request.Body)), accept)
	}
	if !t.Scenario.Follow {
		return
	}
	for id := 1; id < len(t.entries); id++ {
		e := &t.entries[id]
		t.answers(id, cassette.ClassOf(e.ia.Request.Method, e.url, accept, []byte(e.ia.Request.Body)), accept)
	}
}

// answers lets an interaction answer a class of requests that has no answer yet.
func (t *Index) answers(id int, c cassette.Class, accept string) {
	if len(t.classes[c]) > 0 {
		return
	}
	t.classes[c] = []int{id}
	if t.def.MatchAccept && !slices.Contains(t.accepts, accept) {
		t.accepts = append(t.accepts, accept)
	}
}

// classesOf are those that a request may have in the index, with another body or its own.
func (t *Index) classesOf(k *Key, body string) iter.Seq[cassette.Class] {
	return func(yield func(cassette.Class) bool) {
		c := k.class
		c.Body = body
		if !t.def.MatchAccept {
			yield(c)
			return
		}
		for _, c.Accept = range t.accepts {
			if k.takes(c.Accept) && !yield(c) {
				return
			}
		}
	}
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
	sent, place := t.newSent(), exchange.Stack(nil)
	for id, k := range requests {
		found, bindings := -1, (*placeholder.Trial)(nil)
		for k := range k.preferred() {
			if found, bindings = p.find(k, &sent); found >= 0 {
				break
			}
		}
		if found != id {
			return id, found
		}
		if bindings != nil {
			bindings.Keep()
		}
		p.use(id, &place)
	}
	return -1, -1
}

// problems returns the contract problems of an answer, which the process remembers. The
// request that it answers now is mostly the recorded one, and may be read already.
func (t *Index) problems(id int, strict bool, asked *contract.Reading) []contract.Problem {
	e := &t.entries[id]
	v := &e.verdicts[0]
	if strict {
		v = &e.verdicts[1]
	}
	if known := v.Load(); known != nil {
		return *known
	}
	request, response := &e.ia.Request, &e.ia.Response
	problems := contract.CheckResponse(t.def,
		contract.Request{Method: request.Method, URL: e.url, Header: request.Headers, Body: []byte(request.Body), Reading: asked},
		contract.Response{Status: response.Code, Header: response.Headers, Body: []byte(response.Body)}, strict)
	v.Store(&problems)
	return problems
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
