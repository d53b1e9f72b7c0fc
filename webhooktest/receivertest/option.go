package receivertest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// Option changes what Run asks and how.
type Option func(*suite)

type settings struct {
	require  []string
	excuses  []excuse
	failing  []Level
	drain    time.Duration
	watchdog time.Duration
	mistakes []string
}

type excuse struct{ reason, pattern string }

func defaults() settings {
	return settings{failing: []Level{Must, Should}, drain: 15 * time.Minute, watchdog: 30 * time.Second}
}

func (s *suite) mistake(format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Sprintf(format, args...))
}

// matches reports whether a pattern names a probe, with or without its vendor.
func matches(pattern, id string) bool {
	_, short, _ := strings.Cut(id, "/")
	whole, _ := path.Match(pattern, id)
	part, _ := path.Match(pattern, short)
	return whole || part
}

// checked notes a pattern that names no probe.
func (s *suite) checked(option, pattern string) {
	if !slices.ContainsFunc(s.probes, func(p probe.Probe) bool { return matches(pattern, p.ID) }) {
		s.mistake("%s(%q) names no probe; Probes lists them", option, pattern)
	}
}

// Require lets a skipped probe fail. Patterns are those of path.Match, with or
// without the vendor: "D*", "devrev/R01".
func Require(patterns ...string) Option {
	return func(s *suite) {
		s.probing("Require")
		if len(patterns) == 0 {
			s.mistake("Require() names no probe; Probes lists them")
		}
		for _, p := range patterns {
			s.checked("Require", p)
		}
		s.require = append(s.require, patterns...)
	}
}

func (s *suite) required(id string) bool {
	return slices.ContainsFunc(s.require, func(p string) bool { return matches(p, id) })
}

// Excuse lets probes fail without failing the test, for a reason that is logged:
// a flaw that is known and waits for its repair. Patterns are those of [Require].
func Excuse(reason string, patterns ...string) Option {
	return func(s *suite) {
		s.probing("Excuse")
		if reason == "" {
			s.mistake("Excuse needs a reason")
		}
		if len(patterns) == 0 {
			s.mistake("Excuse(%q) names no probe; Probes lists them", reason)
		}
		for _, p := range patterns {
			s.checked("Excuse", p)
			s.excuses = append(s.excuses, excuse{reason, p})
		}
	}
}

func (s *suite) excused(id string) string {
	for _, e := range s.excuses {
		if matches(e.pattern, id) {
			return e.reason
		}
	}
	return ""
}

// Fail names the levels whose probes fail the test, Must and Should unless it is
// given. What the others find is logged. Probes of the level Info never fail, so
// that it cannot be named.
func Fail(levels ...Level) Option {
	return func(s *suite) {
		s.probing("Fail")
		if len(levels) == 0 {
			s.mistake("Fail() names no level, so that nothing could fail; give Must, Should or both")
		}
		for _, l := range levels {
			switch l {
			case Must, Should:
			case Info:
				s.mistake("Fail(Info) has no effect, for probes of that level never fail; give Must, Should or both")
			default:
				s.mistake("Fail(%d) names no level; give Must, Should or both", int(l))
			}
		}
		s.failing = levels
	}
}

// At is the URL to which deliveries go: for a handler that routes by path. In it,
// "{event}" stands for the event's name, which d.velop's receivers know from
// nothing else. The default is https://example.com/webhooks/1.
func At(url string) Option {
	return func(s *suite) {
		s.probing("At")
		if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
			s.mistake("At(%q) is no URL of http or https", url)
		}
		s.config.URL = url
	}
}

// Window says up to which age a delivery of DevRev's must be accepted, and from which
// it must be refused: 3 seconds and 10 minutes unless it is given. What lies between is
// the team's own choice.
func Window(accept, refuse time.Duration) Option {
	return func(s *suite) {
		s.probing("Window")
		s.only("Window", &provider.DevRev)
		if accept <= 0 || refuse <= accept {
			s.mistake("Window(%v, %v): give two times, the first less than the second", accept, refuse)
		}
		s.config.Fresh, s.config.Stale = accept, refuse
	}
}

// Sizes says which size of a body must be accepted, and which must not be read to
// its end, in bytes: 300 KiB and 32 MiB unless it is given.
func Sizes(accept, refuse int) Option {
	return func(s *suite) {
		s.probing("Sizes")
		if accept <= 0 || refuse <= accept || refuse <= 4<<20 {
			s.mistake("Sizes(%d, %d): give two sizes, the second above the first and above 4 MiB", accept, refuse)
		}
		s.config.Accept, s.config.Refuse = accept, refuse
	}
}

// UnsignedVerify accepts that DevRev's verify requests are answered whatever their
// signature: for a receiver whose secret DevRev makes, and that is verified before
// it knows it.
func UnsignedVerify() Option {
	return func(s *suite) {
		s.probing("UnsignedVerify")
		s.only("UnsignedVerify", &provider.DevRev)
		s.config.UnsignedVerify = true
	}
}

// HandleResponse says what d.velop does with the webhook's answers: "NONE",
// "STATUS" (unless it is given) or "STATUS_AND_BODY".
func HandleResponse(what string) Option {
	return func(s *suite) {
		s.probing("HandleResponse")
		s.only("HandleResponse", &provider.DVelop)
		if !slices.Contains([]string{"NONE", "STATUS", "STATUS_AND_BODY"}, what) {
			s.mistake("HandleResponse(%q): give NONE, STATUS or STATUS_AND_BODY", what)
		}
		s.config.HandleResponse = what
	}
}

// LegacyKey expects that the key is also accepted in the header x-dv-api-key, as
// older servers of d.velop send it. Without it, that must be refused.
func LegacyKey() Option {
	return func(s *suite) {
		s.probing("LegacyKey")
		s.only("LegacyKey", &provider.DVelop)
		s.config.LegacyKey = true
	}
}

// CloudApp says that the receiver is an app of d.velop's cloud: each delivery comes
// as from the tenant's router, with x-dv-baseuri, x-dv-tenant-id and the x-dv-sig-1
// of the app's secret, which is base64 and should be made up. The webhook's key
// belongs to that tenant.
func CloudApp(secret, base, tenant string) Option {
	return func(s *suite) {
		s.probing("CloudApp")
		s.only("CloudApp", &provider.DVelop)
		if _, err := simulator.DVelopAppSignature(secret, base, tenant); err != nil || secret == "" || base == "" || tenant == "" {
			s.mistake("CloudApp needs a secret in base64, the base URI and the id of a tenant")
		}
		s.config.App = &probe.App{Secret: secret, Base: base, Tenant: tenant}
	}
}

// only notes an option that has no effect on the vendor.
func (s *suite) only(option string, d *provider.Definition) {
	if s.config.Definition != d {
		s.mistake("option %s has no effect on receivers of %s, only on those of %s; leave it out", option, s.config.Definition.Title, d.Title)
	}
}

// probing notes an option of what probes ask, where none is asked.
func (s *suite) probing(option string) {
	if s.replaying {
		s.mistake("option %s has no effect on Replay, which asks no probes; leave it out", option)
	}
}

// Drain is how long a bubble goes on after a probe, on its own clock, so that
// work that still waits can end: 15 minutes unless it is given.
func Drain(d time.Duration) Option {
	return func(s *suite) {
		if d < 0 {
			s.mistake("Drain(%v): give a time, or 0", d)
		}
		s.drain = d
	}
}

// Patience is how long an effect may follow its answer where the clock is real:
// one second unless it is given.
func Patience(d time.Duration) Option {
	return func(s *suite) {
		s.probing("Patience")
		if d <= 0 {
			s.mistake("Patience(%v): give a time", d)
		}
		s.config.Patience = d
	}
}

// Watchdog is how long a probe may go on in real time without an answer of the
// receiver's before it is given up, with the line that holds it: 30 seconds unless it
// is given.
func Watchdog(d time.Duration) Option {
	return func(s *suite) {
		if d <= 0 {
			s.mistake("Watchdog(%v): give a time", d)
		}
		s.watchdog = d
	}
}
