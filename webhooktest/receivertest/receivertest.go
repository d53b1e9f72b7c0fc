package receivertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// Secret is what Run builds receivers with: the secret of a DevRev webhook, or the
// key of one of d.velop. It is made up, belongs to nobody, and stands in the
// messages of failed probes.
const Secret = provider.ReceiverSecret

// Receiver is what Run asks. Each hook that is nil leaves out the probes that need
// it; they are listed as skipped.
type Receiver struct {
	// Handler takes the deliveries. It must be there. What it answers with can be
	// flushed and takes deadlines, as a server's does, but cannot be hijacked.
	Handler http.Handler
	// Applied returns what the receiver has acted on, in order: the ids of DevRev's
	// events, or the ids of d.velop's documents. Something that was done twice is
	// listed twice.
	Applied func() []string
	// State describes what the receiver holds of an object of DevRev's, named by its
	// id, in any words: they must differ when the object does. For an object that it
	// does not know, or that is deleted, it describes that.
	State func(object string) string
	// FailNext lets the next n effects fail, as a database that is away would.
	FailNext func(n int)
	// SlowBy lets each effect that begins from now on take that long; 0 ends it. It
	// must wait with package time.
	SlowBy func(d time.Duration)
	// Rotate gives the receiver another secret, as a team does that changes it.
	Rotate func(secret string)
}

// Build makes a receiver that knows a webhook's secret. Run calls it once for
// each probe, so that no probe sees what another has left; what must end with the
// receiver ends in a cleanup of tb. With an empty secret it may fail tb or panic;
// otherwise that fails the probe. A skip of tb skips the probe, for its reason.
type Build func(tb testing.TB, secret string) Receiver

// Level says how binding the expectation of a probe is.
type Level = probe.Level

// The levels.
const (
	Must   = probe.Must   // documented by the vendor, or follows from what is
	Should = probe.Should // the practice of those who run receivers
	Info   = probe.Info   // documents are silent or disagree; reported, never a failure
)

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
	// Needs are the fields of Receiver without which it is skipped.
	Needs []string
	// Clock says that it runs within a synctest bubble: always where it waits, and where
	// deliveries must overlap unless the receiver keeps the bubble's clock still.
	Clock bool
}

func public(p probe.Probe) Probe {
	shown := Probe{p.ID, p.Level, p.Sent, p.Expected, p.Why, p.Source, nil, p.Clock || p.Exact}
	for _, h := range p.Needs {
		if h != probe.InProcess {
			shown.Needs = append(shown.Needs, h)
		}
	}
	return shown
}

// Probes returns the questions to receivers of a vendor, in the order in which
// they are asked; none for a vendor without any.
func Probes(p webhooktest.Provider) []Probe {
	var all []Probe
	if d := definition(p); d != nil {
		for _, q := range probe.All(d) {
			all = append(all, public(q))
		}
	}
	return all
}

// definition is what the module knows about a vendor; nil for none.
func definition(p webhooktest.Provider) *provider.Definition {
	for _, d := range provider.All() {
		if d.Title == p.String() {
			return d
		}
	}
	return nil
}

// Verdict is what came of a probe.
type Verdict struct {
	Probe
	// Failures are messages about what the receiver did wrong; none when it passed.
	Failures []string
	// Notes are observations that fail nothing.
	Notes []string
	// Skipped says why the probe was not asked; empty when it was.
	Skipped string
}

// Run asks the receiver that build makes every question for the vendor, each in a
// subtest of the probe's id: go test -run 'TestReceiver/devrev/S05' asks one. A
// probe that fails says what was sent, what was expected, what came, why it
// matters, and where that is written. When a plain valid delivery is refused, the
// test fails whatever [Fail] names, and the others are not asked, unless [Excuse]
// names that probe. When build skips every probe, the test is skipped.
//
// What the vendor's pages leave open is chosen by [webhooktest.SentBy] among the
// provider's options, the only one of them that counts here.
//
// Probes that wait as long as the vendor does run within a testing/synctest bubble,
// where the minutes of a schedule pass at once. So build must make there whatever
// the receiver waits for, and Run cannot be called within a bubble. A receiver that
// keeps the bubble's clock still has no flaw: the probes that wait are skipped then, with
// the line that does it.
func Run(t *testing.T, p webhooktest.Provider, build Build, opts ...Option) {
	needs(t != nil, "Run")
	t.Helper()
	s := newSuite(t, "Run", p, build, opts)
	defer s.end()
	var reasons []string
	skipped := map[string][]string{} // probes by their reason
	failed := 0
	all := s.judge(t, func(t *testing.T, v Verdict, gate bool) {
		t.Helper()
		for _, note := range v.Notes {
			t.Log(note)
		}
		excuse := s.excused(v.ID)
		for i, f := range v.Failures {
			switch {
			case excuse != "":
				t.Logf("excused, %s:\n%s", excuse, f)
			case !gate && !slices.Contains(s.failing, v.Level):
				t.Log(f)
			case i < maxFailures:
				t.Error(f)
			case i == maxFailures:
				t.Errorf("and %d more of this probe", len(v.Failures)-i)
			}
		}
		if t.Failed() {
			failed++
		}
		if excuse != "" && len(v.Failures) == 0 && v.Skipped == "" {
			t.Logf("it is excused, %s, and does not fail any more; take the excuse back", excuse)
		}
		if v.Skipped == "" {
			return
		}
		if skipped[v.Skipped] == nil {
			reasons = append(reasons, v.Skipped)
		}
		skipped[v.Skipped] = append(skipped[v.Skipped], v.ID)
		if s.required(v.ID) {
			t.Errorf("%s was not asked, and Require names it: %s", v.ID, v.Skipped)
			failed++
			return
		}
		t.Skip(v.Skipped)
	})
	asked := len(all)
	lines := ""
	for _, reason := range reasons {
		asked -= len(skipped[reason])
		lines += fmt.Sprintf("\n    %s: %s", strings.Join(skipped[reason], ", "), reason)
	}
	summary := fmt.Sprintf("%d of %d probes asked, %d failed", asked, len(s.probes), failed)
	if lines != "" {
		summary += "; skipped:" + lines
	}
	if len(all) > 0 && asked == 0 && !t.Failed() {
		t.Skip(summary) // a pass would say that something was asked
	}
	t.Log(summary)
}

// maxFailures is how many failures of one probe are shown.
const maxFailures = 3

// Judge asks as [Run] does and returns the verdicts in place of failing the test:
// for a table of what a receiver does.
func Judge(t *testing.T, p webhooktest.Provider, build Build, opts ...Option) []Verdict {
	needs(t != nil, "Judge")
	t.Helper()
	s := newSuite(t, "Judge", p, build, opts)
	defer s.end()
	return s.judge(t, func(*testing.T, Verdict, bool) {})
}

type suite struct {
	settings
	build  Build
	probes []probe.Probe
	config probe.Config
	// replaying says that no probes are asked.
	replaying bool
	// stuck says why no further probe is asked, and leaky why none that waits on the
	// clock; both are empty as long as all end in time.
	stuck, leaky string
	// still says that the receiver keeps a bubble's clock still, so that only what
	// waits is asked in one.
	still bool
	// hung are the probes that were given up for want of answers.
	hung int
	// looked says that it is known whether receivers keep connections, kept that one did.
	looked bool
	kept   atomic.Bool
	// passed are the probes that the others build upon, as far as they have passed.
	passed []probe.Probe
	// before are the goroutines that were there before.
	before map[string]bool
}

// needs ends the call of a function without a test, which nothing could fail.
func needs(given bool, function string) {
	if !given {
		panic("receivertest: " + function + " needs the test, and got nil")
	}
}

// newSuite is a run of the function of that name.
func newSuite(t *testing.T, function string, p webhooktest.Provider, build Build, opts []Option) *suite {
	t.Helper()
	if own() != "" {
		t.Fatalf("receivertest: %s cannot be called within a synctest bubble, for it makes bubbles of its own; call it from the test itself", function)
	}
	sender, err := p.Sender()
	if err != nil {
		t.Fatalf("receivertest: %v", err)
	}
	if build == nil {
		t.Fatalf("receivertest: no function given that builds a receiver")
	}
	d := definition(p)
	s := &suite{settings: defaults(), build: build, probes: probe.All(d), replaying: function == "Replay", before: numbers()}
	if len(s.probes) == 0 {
		t.Fatalf("receivertest: there are no probes for receivers of %s", p)
	}
	s.config = probe.Config{
		Definition: d, Settings: simulator.Settings(sender), Secret: Secret,
		URL:   "https://example.com/webhooks/1",
		Fresh: 3 * time.Second, Stale: 10 * time.Minute,
		Accept: 300 << 10, Refuse: 32 << 20,
		HandleResponse: "STATUS", Answer: probe.Unhurried, Patience: time.Second,
	}
	for _, o := range opts {
		if o == nil {
			t.Fatalf("receivertest: an option is nil")
		}
		o(s)
	}
	for _, m := range s.mistakes {
		t.Errorf("receivertest: %s", m)
	}
	if len(s.mistakes) > 0 {
		t.FailNow()
	}
	running.Store(s.label(), true)
	return s
}

// judge asks every question in a subtest and tells report of each verdict there,
// and whether it is one that the others build upon.
func (s *suite) judge(t *testing.T, report func(t *testing.T, v Verdict, gate bool)) (all []Verdict) {
	t.Helper()
	ask := func(q probe.Probe) (failed bool) {
		t.Run(q.ID, func(t *testing.T) {
			t.Helper()
			came := s.ask(t, q)
			if came.Hung {
				s.hung++
			}
			if why := left.Load(); why != nil && q.Gate && len(came.Failures) > 0 {
				came = probe.Verdict{Probe: q, Skipped: *why}
				s.stuck = *why
			}
			if q.Gate && len(came.Failures) == 0 && came.Skipped == "" {
				s.passed = append(s.passed, q)
			}
			if s.hung == probe.MaxHung && s.stuck == "" {
				s.stuck = probe.Hanging
			}
			v := s.verdict(came)
			if q.ClockGate && len(v.Failures) > 0 {
				s.leaky = q.ID + " failed, and what waits on the clock builds upon it"
			}
			all = append(all, v)
			failed = len(v.Failures) > 0
			report(t, v, q.Gate)
		})
		return failed
	}
	for _, q := range s.probes {
		if q.Gate && ask(q) && s.excused(q.ID) == "" {
			t.Logf("%s is what every other probe builds upon; the other %d were not asked", q.ID, len(s.probes)-len(all))
			return all
		}
	}
	for _, q := range s.probes {
		if !q.Gate {
			ask(q)
		}
	}
	return all
}

func (s *suite) verdict(v probe.Verdict) Verdict {
	shown := Verdict{Probe: public(v.Probe), Notes: v.Notes, Skipped: v.Skipped}
	for _, f := range v.Failures {
		if v.Level == Info { // what was found after the probe, such as a goroutine that stays
			shown.Notes = append(shown.Notes, fmt.Sprintf("expected %s, got %s", f.Expected, f.Got))
			continue
		}
		shown.Failures = append(shown.Failures, s.message(v.Probe, f))
	}
	return shown
}

func (s *suite) message(p probe.Probe, f probe.Failure) string {
	text := p.Message(f)
	if f.Request != nil {
		text += fmt.Sprintf("\n  secret    %q, made up by receivertest", Secret)
	}
	return text
}
