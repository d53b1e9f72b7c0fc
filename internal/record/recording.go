package record

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// Config says what is recorded, and where to.
type Config struct {
	exchange.Config // of the client
	Tenant          Tenant
	// Path is the cassette's file; Name is how messages call it.
	Path, Name string
	// Scenario is the shipped scenario that is recorded, or nil.
	Scenario *provider.Scenario
	// Redact and Keep are JSON pointers of answers whose strings are replaced,
	// or stay, whatever the contract says of them. Keep is of requests as well, and
	// names response headers: "header ETag".
	Redact, Keep []string
	// Varies are JSON pointers of requests whose strings differ from run to run:
	// a replay takes any that fits.
	Varies []string
	// Pinned are JSON pointers of answers whose dates and numbers change each time: a
	// fixed one is recorded.
	Pinned []string
	// Meant are the places that were named for this very recording: one that nothing
	// has is a mistake.
	Meant []Named
	// Bindings are placeholders of the caller's own.
	Bindings []provider.Binding
	// AcceptDrift writes a cassette whose answers break the contract, and lists
	// the breaches in it.
	AcceptDrift bool
	// Strict is that of placeholder.Options.
	Strict bool
	// Spell writes options in messages; nil is placeholder.InGo.
	Spell placeholder.Spelling
	// Verbatim keeps the white space of answers; otherwise JSON of one line gets a
	// line for each value.
	Verbatim bool
}

// Recording captures exchanges with a tenant until Commit saves them. Of the
// tenant it knows the credential and the table of placeholders; what it captures
// holds placeholders only, for the values are exchanged before go-vcr sees them.
type Recording struct {
	Config
	recorder *cassette.Recorder
	table    *placeholder.Table
	// lock serialises the exchanges; a channel, so that waiting honours contexts.
	lock     chan struct{}
	before   *cassette.Snapshot
	release  func()
	resolved map[string]bool
	// without is an account that does not count, in a proof that it is needed.
	without  Account
	foreseen bool

	// What follows is guarded by lock.
	captured []*cassette.Interaction
	answer   contract.Response   // the last one, its body as it is read
	answers  []contract.Response // of what was captured
	asked    []*replay.Key       // what the caller sent, in the form in which it is matched
	problems []contract.Problem
	broke    []string // how requests break the contract
	// dropped is what of answers is not recorded, others the headers of other names.
	dropped, others map[string]bool
	pinned          map[string]bool // the pointers that have pinned a value

	failures sync.Mutex
	refusals []string // why this recording cannot be written; guarded by failures
}

// alone waits until no exchange is under way, and returns what lets the next one begin.
func (r *Recording) alone() (done func()) {
	r.lock <- struct{}{}
	return func() { <-r.lock }
}

// refusedSoFar is why this recording cannot be written, as far as exchanges tell.
func (r *Recording) refusedSoFar() []string {
	r.failures.Lock()
	defer r.failures.Unlock()
	return slices.Clone(r.refusals)
}

// New prepares a recording. The target's directory must be writable and its file a
// regular one, or not there yet: better to hear of it before the tenant has been
// asked than after.
func New(c Config) (*Recording, error) {
	if c.Tenant.Transport == nil {
		c.Tenant.Transport = http.DefaultTransport
	}
	if c.Spell == nil {
		c.Spell = placeholder.InGo
	}
	r := &Recording{Config: c, lock: make(chan struct{}, 1), resolved: map[string]bool{}, dropped: map[string]bool{}, others: map[string]bool{}, pinned: map[string]bool{}}
	var err error
	r.table, err = placeholder.New(placeholder.Options{
		Definition: c.Definition, BaseURL: c.Tenant.BaseURL,
		Strict: c.Strict, Spell: c.Spell,
		IsWord: func(s string) bool { return contract.IsWord(c.Definition, s) },
	})
	if err != nil {
		return nil, err
	}
	if err := r.table.Secret(c.Tenant.Token, provider.Token); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Definition.TokenVar, err)
	}
	if err := r.bind(); err != nil {
		return nil, err
	}
	if r.recorder, err = cassette.NewRecorder(r.capture); err != nil {
		return nil, err
	}
	if err := r.claim(); err != nil {
		return nil, err
	}
	return r, nil
}

// claim takes the target file, if there is one.
func (r *Recording) claim() (err error) {
	if r.Path == "" {
		return nil
	}
	if r.release, err = cassette.Claim(r.Path, r.Name); err != nil {
		return err
	}
	if r.before, err = cassette.Inspect(r.Path, r.Name); err != nil {
		r.Release()
	}
	return err
}

// Instead makes what was recorded the recording of another scenario, which has the
// same request, in another file.
func (r *Recording) Instead(s *provider.Scenario, path, name string) error {
	r.Release()
	r.Scenario, r.Path, r.Name = s, path, name
	return r.claim()
}

// Release gives up the claim on the target file. Commit does so itself.
func (r *Recording) Release() {
	if r.release != nil {
		r.release()
		r.release = nil
	}
}

// broken notes that the test has seen an error that no cassette can hold:
// replaying what was captured would show it something else.
func (r *Recording) broken(req *http.Request, err error) {
	r.failures.Lock()
	defer r.failures.Unlock()
	reason := fmt.Sprintf("%s failed: %v", r.attempted(req, err), err)
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		reason = refused.text // says itself which request
	}
	r.refusals = append(r.refusals, reason)
}

// attempted names a request by the host that was asked: the one that the variable
// names, if it is set, and not the placeholder world's.
func (r *Recording) attempted(req *http.Request, err error) string {
	name := r.describe(req)
	ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if failed := (*transportError)(nil); !ended && errors.As(err, &failed) {
		name = strings.Replace(name, r.Definition.BaseURL, r.shownBase(), 1)
	}
	return name
}

func (r *Recording) shownBase() string {
	if r.Tenant.Getenv != nil && r.Tenant.Getenv(r.Definition.BaseVar) != "" {
		return "$" + r.Definition.BaseVar
	}
	return r.Definition.BaseURL
}

// describe names a request by its method and its documented path. A value that
// the code under test put into it may be the tenant's own.
func (r *Recording) describe(req *http.Request) string {
	base, method := r.Definition.BaseURL, exchange.Method(req)
	if !slices.Contains(methods, method) {
		return "a request of another method"
	}
	switch route, ok := r.Definition.Find(method, req.URL); {
	case !strings.EqualFold(req.URL.Scheme+"://"+req.URL.Host, base):
		return method + " of another host than " + base
	case !ok:
		return method + " " + base + "/…"
	case req.URL.RawQuery != "":
		return method + " " + base + route.Form.Path + "?…"
	default:
		return method + " " + base + route.Form.Path
	}
}

// capture is go-vcr's hook: it takes the interaction and drops what differs
// between two recordings of the same exchange.
func (r *Recording) capture(ia *cassette.Interaction) error {
	ia.Response.Duration = 0
	ia.Request.Headers = exchange.CloneHeader(ia.Request.Headers)
	ia.Response.Headers = exchange.CloneHeader(ia.Response.Headers)
	ia.Request.ContentLength = int64(len(ia.Request.Body))
	ia.Response.ContentLength = int64(len(ia.Response.Body))
	r.captured = append(r.captured, ia)
	return nil
}

// Exchanges returns what was recorded so far, without writing anything. It
// demands what a commit demands of the values: when a request has failed, or a
// value of the tenant is left that no placeholder stands for, there are reasons
// instead. The contract is the caller's to judge.
func (r *Recording) Exchanges() (exchanges []contract.Exchange, reasons []string) {
	defer r.alone()()
	found, _ := r.leaks()
	if reasons = append(r.refusedSoFar(), found...); len(reasons) > 0 {
		slices.Sort(reasons)
		return nil, slices.Compact(reasons)
	}
	return cassette.ExchangesOf(r.captured), nil
}

// Replaced counts the distinct values of the tenant that placeholders stand for
// in what was recorded, by kind.
func (r *Recording) Replaced() map[provider.Kind]int {
	defer r.alone()()
	var text strings.Builder
	for _, ia := range r.captured {
		text.WriteString(cassette.Text(ia))
		text.WriteByte('\n')
	}
	return r.table.Counts(text.String())
}
