package vcr

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/alias"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Tape is a cassette prepared for replay: an index from a request's canonical
// form to the interactions that answer it. It is shared by every client of the
// process; what a client has used is the client's own.
type Tape struct {
	File *File
	// Scenario is the shipped scenario that the cassette holds, or nil.
	Scenario *provider.Scenario

	def     *provider.Definition
	entries []entry
	// classes lists, per request key, the interactions in cassette order.
	classes map[string][]int
	// bound are the interactions whose request holds what a caller once sent;
	// they match by binding.
	bound []int
	// accepts are the distinct media types that recorded requests ask for.
	accepts []string
}

type entry struct {
	ia  *cassette.Interaction
	url *url.URL
	// accept is the media type asked for, where the provider matches it.
	accept string
	// sent says that the answer holds a sent-… placeholder.
	sent bool

	verdicts [2]verdict // documented, strict
}

type verdict struct {
	once     sync.Once
	problems []contract.Problem
}

var tapes sync.Map // tapeKey -> *Tape

type tapeKey struct {
	file     *File
	def      *provider.Definition
	scenario *provider.Scenario
}

// NewTape prepares a cassette, once per process.
func NewTape(file *File, def *provider.Definition, scenario *provider.Scenario) *Tape {
	key := tapeKey{file, def, scenario}
	if t, ok := tapes.Load(key); ok {
		return t.(*Tape)
	}
	t, _ := tapes.LoadOrStore(key, buildTape(file, def, scenario))
	return t.(*Tape)
}

func buildTape(file *File, def *provider.Definition, scenario *provider.Scenario) *Tape {
	t := &Tape{
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
		e.sent = strings.Contains(ia.Response.Body, sentMark) || strings.Contains(ia.Response.Body, sentSecretMark) ||
			strings.Contains(ia.Response.Headers.Get("Location"), sentMark)
		if holdsSent(ia) {
			t.bound = append(t.bound, id)
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

// also lets the scenario's first interaction answer another scenario's request.
func (t *Tape) also(other *provider.Scenario) {
	u, err := url.Parse(t.def.BaseURL + other.Request.Target)
	if err != nil {
		return
	}
	accept := ""
	if t.def.MatchAccept {
		accept = mediaType(other.Request.Header["Accept"])
		if !slices.Contains(t.accepts, accept) {
			t.accepts = append(t.accepts, accept)
		}
	}
	key := requestKey(other.Request.Method, u, accept, []byte(other.Request.Body))
	if len(t.classes[key]) == 0 {
		t.classes[key] = []int{0}
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

// problems returns the contract problems of an answer, checked once per process.
func (t *Tape) problems(id int, strict bool) []contract.Problem {
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

// known is a request in the form in which it is matched, with what the contract
// says of it.
type known struct {
	method, url, body string
	// accepts are the media types asked for, in the order of the header; any
	// says that every type will do.
	accepts  []string
	any      bool
	problems []contract.Problem
}

// requests remembers the requests that this process has seen, by their exact
// bytes, so that a test suite that sends the same request again pays neither
// for JSON nor for the schema.
type requests struct {
	mu   sync.RWMutex
	size int
	seen map[string]*known
}

// maxRemembered bounds the memory for remembered requests, in bytes of keys.
const maxRemembered = 16 << 20

var remembered sync.Map // *provider.Definition -> *requests

func lookUp(def *provider.Definition, req *http.Request, body []byte, scratch []byte) *known {
	v, ok := remembered.Load(def)
	if !ok {
		v, _ = remembered.LoadOrStore(def, &requests{seen: map[string]*known{}})
	}
	r := v.(*requests)
	key := appendExact(scratch[:0], def, req, body)
	r.mu.RLock()
	k := r.seen[string(key)]
	r.mu.RUnlock()
	if k != nil {
		return k
	}
	k = &known{method: req.Method, url: canonicalURL(req.URL), body: canonicalBody(body)}
	k.problems = contract.CheckRequest(def, contract.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: body})
	if def.MatchAccept {
		k.accepts, k.any = accepted(req.Header.Values("Accept"))
	} else {
		k.accepts = []string{""}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += len(key); r.size > maxRemembered {
		clear(r.seen)
		r.size = len(key)
	}
	r.seen[string(key)] = k
	return k
}

// appendExact writes everything of a request that its match and its verdict
// depend on.
func appendExact(b []byte, def *provider.Definition, req *http.Request, body []byte) []byte {
	b = append(b, req.Method...)
	b = append(b, '\n')
	b = append(b, req.URL.Scheme...)
	b = append(b, ':')
	b = append(b, req.URL.Host...)
	b = append(b, req.URL.EscapedPath()...)
	b = append(b, '?')
	b = append(b, req.URL.RawQuery...)
	for _, name := range def.RequestHeaders {
		b = append(b, '\n')
		for _, v := range req.Header[name] {
			b = append(b, v...)
			b = append(b, 0)
		}
	}
	b = append(b, '\n')
	return append(b, body...)
}

func accepted(values []string) (types []string, anything bool) {
	for _, v := range strings.Split(strings.Join(values, ","), ",") {
		switch t := mediaType(v); t {
		case "":
		case "*/*":
			anything = true
		default:
			types = append(types, t)
		}
	}
	return types, anything || len(types) == 0
}

// keys returns the class keys under which a request may be found on the tape.
func (t *Tape) keys(k *known) []string {
	accepts := k.accepts
	if k.any {
		accepts = append(slices.Clone(accepts), t.accepts...)
	}
	keys := make([]string, len(accepts))
	for i, a := range accepts {
		keys[i] = keyOf(k.method, k.url, a, k.body)
	}
	return keys
}

// sentBinding reports whether a request matches a recorded one whose sensitive
// members hold what an earlier caller sent. It returns the bindings to keep.
func (e *entry) sentBinding(k *known, sent *alias.Sent) (*alias.Sent, bool) {
	if e.ia.Request.Method != k.method || (e.accept != "" && !k.any && !slices.Contains(k.accepts, e.accept)) {
		return nil, false
	}
	trial := sent.Clone()
	if !bindURL(canonicalURL(e.url), k.url, trial) || !bindBody(canonicalBody([]byte(e.ia.Request.Body)), k.body, trial) {
		return nil, false
	}
	return trial, true
}
