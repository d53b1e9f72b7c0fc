// Package probe asks questions to a receiver: an http.Handler, or a server, that
// takes a vendor's deliveries.
//
// A [Probe] is one question: it sends deliveries, looks at the answers and at what
// the receiver did, and gives a [Verdict]. The probes of each vendor stand in the
// vendor's own file. The package imports no testing, because the command asks the
// same questions over HTTP; what a clock must do is its callers' business.
package probe

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// Level says how binding the expectation of a probe is.
type Level int

// The levels.
const (
	// Must is documented by the vendor, or follows from what is.
	Must Level = iota
	// Should is the practice of those who run receivers.
	Should
	// Info is where documents are silent or disagree: it is reported and never fails.
	Info
)

// String returns the level's name.
func (l Level) String() string { return [...]string{"must", "should", "info"}[l] }

// Probe is one question to a receiver.
type Probe struct {
	// ID is stable, such as "devrev/S05".
	ID string
	// Level says how binding the expectation is.
	Level Level
	// Sent and Expected say what is sent, and what a sound receiver does.
	Sent, Expected string
	// Why says what goes wrong otherwise, and Source where that is written.
	Why, Source string
	// Gate marks a probe without which the others say nothing.
	Gate bool
	// Clock marks a probe that waits as long as the vendor does. The others of them
	// say nothing when one that is a ClockGate fails.
	Clock, ClockGate bool
	// Exact marks a probe that does not wait, but whose deliveries must overlap or come
	// one after the other as planned, or whose answers have the vendor's time alone. That
	// is certain where time waits for whoever is at work, and likely elsewhere.
	Exact bool
	// Needs are the hooks without which the probe cannot judge.
	Needs []Hook
	// Rebuilt is the probe of a receiver that was built with an empty secret.
	Rebuilt bool

	// skip says why there is nothing to ask, if there is not; nil when there always is.
	skip func(*Trial) (why string, skipped bool)
	ask  func(*Trial)
}

// Hook is a way to look into a receiver.
type Hook = string

// The hooks.
const (
	Applied   Hook = "Applied"
	State     Hook = "State"
	FailNext  Hook = "FailNext"
	SlowBy    Hook = "SlowBy"
	Rotate    Hook = "Rotate"
	InProcess Hook = "Handler" // the receiver is a handler in this process
)

// Subject is the receiver that is asked, as the Receiver of package receivertest is. Hooks
// that it does not offer are nil.
type Subject struct {
	// Handler is a receiver in this process, or Network leads to one elsewhere.
	Handler  http.Handler
	Network  http.RoundTripper
	Applied  func() []string
	State    func(object string) string
	FailNext func(n int)
	SlowBy   func(d time.Duration)
	Rotate   func(secret string)
}

func (s Subject) offers(h Hook) bool {
	return map[Hook]bool{
		Applied: s.Applied != nil, State: s.State != nil, FailNext: s.FailNext != nil, SlowBy: s.SlowBy != nil,
		Rotate: s.Rotate != nil, InProcess: s.Handler != nil,
	}[h]
}

// Config says how the questions are put.
type Config struct {
	Definition *provider.Definition
	Settings   simulator.Settings
	// URL is where deliveries go. "{event}" in it is replaced by the event's name.
	URL string
	// Secret is what the receiver was built with.
	Secret string
	// Fresh is the age up to which a delivery must be accepted, and Stale the age
	// from which it must be refused; what lies between is not asked.
	Fresh, Stale time.Duration
	// Accept is the size of a body that must be accepted, and Refuse the size of one
	// that must not be read to its end, in bytes.
	Accept, Refuse int
	// UnsignedVerify accepts that a verify request is answered whatever its signature.
	UnsignedVerify bool
	// HandleResponse is what the webhook's sender does with answers, for a vendor
	// that lets a webhook choose.
	HandleResponse string
	// LegacyKey expects that the key is accepted in the header of older servers.
	LegacyKey bool
	// App is what a router in front of the receiver adds; nil for none.
	App *App
	// Answer and Patience are for where the clock is real: how long an answer may take,
	// and how long an effect may follow it. An answer may always take as long as the
	// vendor waits.
	Answer, Patience time.Duration
	// Context ends what is on its way; nil never does.
	Context context.Context
	// Alive is told of each answer; nil tells nobody.
	Alive func()
	// Held lists what the receiver waits for, a line each; nil if nobody knows.
	Held func() string
	// Settle returns when nothing moves that does not wait for something else. It is
	// for probes with a clock.
	Settle func()
}

// Unhurried is the time for an answer where the clock is real: a busy machine is slow.
// How long an answer takes is judged where time is exact, and of a receiver elsewhere.
const Unhurried = 10 * time.Second

// App is an app of d.velop's cloud, behind the tenant's router.
type App struct{ Secret, Base, Tenant string }

// Verdict is what came of a probe.
type Verdict struct {
	Probe
	// Skipped says why the probe was not asked.
	Skipped string
	// Failures are what the receiver did wrong. Those of a probe of level Info are
	// among Notes instead.
	Failures []Failure
	// Notes are observations that fail nothing.
	Notes []string
	// Hung says that it was given up, for no answer came time after time.
	Hung bool
}

// MaxHung is how many probes are given up before the others are not asked any more, and
// Hanging is why: each would take as long.
const (
	MaxHung = 3
	Hanging = "the receiver had ceased to answer in the probes before"
)

// Failure is one expectation that was not met.
type Failure struct {
	// Request is what was sent last.
	Request *Request
	// Expected and Got are in words.
	Expected, Got string
}

// vendor is what probes do in each vendor's own way.
type vendor struct {
	probes func() []Probe
	// usual is a new event of the kind that every receiver acts on, and telling one from
	// which others are made that must be refused.
	usual   func(*Trial) simulator.Message
	telling func(*Trial) (simulator.Message, *Request)
	// refusals are the statuses that refuse what is not authentic.
	refusals []string
}

func vendorOf(d *provider.Definition) vendor {
	switch d {
	case &provider.DevRev:
		return vendor{devrevProbes, func(t *Trial) simulator.Message { return t.message(created) }, telling, []string{"401", "400", "403"}}
	case &provider.DVelop:
		return vendor{dvelopProbes, func(t *Trial) simulator.Message { return t.document(imported) }, (*Trial).sample, []string{"401", "403"}}
	}
	return vendor{probes: func() []Probe { return nil }}
}

// All returns the probes for a vendor in the order in which they are asked; none
// for a vendor without any.
func All(d *provider.Definition) []Probe { return vendorOf(d).probes() }

// Message is a failure of the probe in words: what was sent, expected and got, why
// it matters, and where that is written.
func (p Probe) Message(f Failure) string {
	var b strings.Builder
	line := func(name, text string) {
		fmt.Fprintf(&b, "\n  %-9s %s", name, strings.ReplaceAll(text, "\n", "\n            "))
	}
	fmt.Fprintf(&b, "%s (%s): %s", p.ID, p.Level, p.Sent)
	line("expected", f.Expected)
	line("got", f.Got)
	line("why", p.Why)
	line("source", p.Source)
	if f.Request != nil {
		line("sent", f.Request.curl())
		line("in Go", f.Request.inGo())
	}
	return b.String()
}

// Missing returns the hooks that the probe needs and the subject does not offer.
func (p Probe) Missing(s Subject) []Hook { return slices.DeleteFunc(slices.Clone(p.Needs), s.offers) }

// Ask puts the question.
func (p Probe) Ask(s Subject, c Config) Verdict {
	v := Verdict{Probe: p}
	if missing := p.Missing(s); len(missing) > 0 {
		v.Skipped = "the receiver does not offer " + strings.Join(missing, ", ")
		return v
	}
	c.Context = cmp.Or(c.Context, context.Background())
	t, err := newTrial(s, c)
	if err != nil {
		v.Failures = []Failure{{Expected: "a vendor with deliveries", Got: err.Error()}}
		return v
	}
	if p.skip != nil {
		if why, skipped := p.skip(t); skipped {
			v.Skipped = why
			return v
		}
	}
	p.ask(t)
	v.Failures, v.Notes, v.Hung = t.failures(), t.notes, t.hung >= maxHung
	if t.late { // whatever was asked: the vendor would have hung up
		v.Level = Must
	}
	if v.Level == Info {
		for _, f := range v.Failures {
			v.Notes = append(v.Notes, fmt.Sprintf("expected %s, got %s", f.Expected, f.Got))
		}
		v.Failures = nil
	}
	v.Notes = slices.Compact(v.Notes)
	return v
}
