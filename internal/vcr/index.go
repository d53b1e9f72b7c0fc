package vcr

import (
	"mime"
	"net/url"
	"slices"
	"strings"
	"sync"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Index is a cassette prepared for replay: an index from a request's canonical
// form to the interactions that answer it. It is shared by every client of the
// process; what a client has used is the client's own.
type Index struct {
	File *File
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
	file     *File
	def      *provider.Definition
	scenario *provider.Scenario
}

// NewIndex prepares a cassette, once per process.
func NewIndex(file *File, def *provider.Definition, scenario *provider.Scenario) *Index {
	key := indexKey{file, def, scenario}
	if t, ok := indexes.Load(key); ok {
		return t.(*Index)
	}
	t, _ := indexes.LoadOrStore(key, buildIndex(file, def, scenario))
	return t.(*Index)
}

func buildIndex(file *File, def *provider.Definition, scenario *provider.Scenario) *Index {
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
		e.sent = ours && (strings.Contains(ia.Response.Body, sentMark) || strings.Contains(ia.Response.Body, sentSecretMark) ||
			strings.Contains(ia.Response.Headers.Get("Location"), sentMark))
		if ours && holdsSent(ia) {
			t.bound, e.bound = append(t.bound, id), true
			t.file(id)
			continue
		}
		key := requestKey(ia.Request.Method, e.url, e.accept, []byte(ia.Request.Body))
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
		accept = mediaType(other.Request.Header["Accept"])
	}
	t.answers(0, requestKey(other.Request.Method, u, accept, []byte(other.Request.Body)), accept)
	if !t.Scenario.Follow {
		return
	}
	for id := 1; id < len(t.entries); id++ {
		e := &t.entries[id]
		t.answers(id, requestKey(e.ia.Request.Method, e.url, accept, []byte(e.ia.Request.Body)), accept)
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

// Marks of what a caller once sent, in clear and as the secret's base64 text.
const (
	sentMark       = "sent-"
	sentSecretMark = "c2VudC1"
)

func holdsSent(ia *cassette.Interaction) bool {
	for _, s := range []string{ia.Request.Body, ia.Request.URL} {
		if strings.Contains(s, sentMark) || strings.Contains(s, sentSecretMark) {
			return true
		}
	}
	return false
}

// acceptOf is the media type by which a recorded interaction is told apart. A
// cassette recorded without our allow-list may lack the header or ask for
// anything; then the type of the answer counts.
func acceptOf(ia *cassette.Interaction) string {
	accept := ia.Request.Headers.Get("Accept")
	if t := mediaType(accept); t != "" && t != "*/*" && !strings.Contains(accept, ",") {
		return t
	}
	return mediaType(ia.Response.Headers.Get("Content-Type"))
}

// mediaType returns the type of a header value without its parameters.
func mediaType(value string) string {
	if t, _, err := mime.ParseMediaType(value); err == nil {
		return t
	}
	t, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// requestKey is the class of a request: two requests with equal keys match.
func requestKey(method string, u *url.URL, accept string, body []byte) string {
	return keyOf(method, canonicalURL(u), accept, canonicalBody(body))
}

func keyOf(method, canonicalURL, accept, canonicalBody string) string {
	return method + "\n" + canonicalURL + "\n" + accept + "\n" + canonicalBody
}

// Misled replays the requests that the cassette holds, in order. It returns the
// first that does not get its own answer, with the answer that it gets, or -1 for
// none; asked is -1 when there is no such request.
func (t *Index) Misled(requests []*known) (asked, found int) {
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
		p.use(id, func() stack { return nil })
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
		v.problems = contract.CheckAnswer(t.def, contractRequest(e.ia, e.url), contractAnswer(e.ia), strict)
	})
	return v.problems
}

func contractRequest(ia *cassette.Interaction, u *url.URL) contract.Request {
	return contract.Request{Method: ia.Request.Method, URL: u, Header: ia.Request.Headers, Body: []byte(ia.Request.Body)}
}

func contractAnswer(ia *cassette.Interaction) contract.Answer {
	return contract.Answer{Status: ia.Response.Code, Header: ia.Response.Headers, Body: []byte(ia.Response.Body)}
}
