package receivertest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
)

// Option changes what Run asks and how. [Require] and [Excuse] may be given more than
// once, every other option once.
type Option func(*suite)

type settings struct {
	require  []string
	excuses  []excuse
	failing  []Level
	drain    time.Duration
	watchdog time.Duration
	mistakes []string
	used     []string // options that hold once
}

// option is an option that holds once.
func option(name string, f func(*suite)) Option {
	return func(s *suite) {
		if slices.Contains(s.used, name) {
			s.mistake("%s is given twice, and only one can hold; leave one out", name)
		}
		s.used = append(s.used, name)
		f(s)
	}
}

// about is an option of what probes ask. It has no effect on Replay, and none but on
// receivers of a vendor, if there is one.
func about(name string, d *provider.Definition, f func(*suite)) Option {
	return option(name, func(s *suite) {
		s.probing(name)
		if d != nil && s.config.Definition != d {
			s.mistake("option %s has no effect on receivers of %s, only on those of %s; leave it out", name, s.config.Definition.Title, d.Title)
		}
		f(s)
	})
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
	return about("Fail", nil, func(s *suite) {
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
	})
}

// At is the URL to which deliveries go: for a handler that routes by path. In it,
// "{event}" stands for the event's name, which d.velop's receivers know from
// nothing else, and no other braces may be there. The default is
// https://example.com/webhooks/1.
func At(at string) Option {
	return about("At", nil, func(s *suite) {
		if s.absolute("At", at) && strings.ContainsAny(strings.ReplaceAll(at, "{event}", ""), "{}") {
			s.mistake("At: the URL holds a variable that is not known; {event} alone is")
		}
		s.config.URL = at
	})
}

// Window says up to which age a delivery of DevRev's must be accepted, and from which
// it must be refused: 3 seconds and 10 minutes unless it is given. What lies between is
// the team's own choice.
func Window(accept, refuse time.Duration) Option {
	return about("Window", &provider.DevRev, func(s *suite) {
		if accept <= 0 || refuse <= accept {
			s.mistake("Window(%v, %v): give two times, the first less than the second", accept, refuse)
		}
		s.config.Fresh, s.config.Stale = accept, refuse
	})
}

// Sizes says which size of a body must be accepted, and which must not be read to
// its end, in bytes: 300 KiB and 32 MiB unless it is given. The first is at most 64 MiB,
// for that body is made in memory, and the second 1 GiB.
func Sizes(accept, refuse int) Option {
	return about("Sizes", nil, func(s *suite) {
		if accept <= 0 || accept > 64<<20 || refuse <= accept || refuse <= 4<<20 || refuse > 1<<30 {
			s.mistake("Sizes(%d, %d): give two sizes, the first up to 64 MiB, the second above the first, above 4 MiB and up to 1 GiB", accept, refuse)
		}
		s.config.Accept, s.config.Refuse = accept, refuse
	})
}

// UnsignedVerify accepts that DevRev's verify requests are answered whatever their
// signature: for a receiver whose secret DevRev makes, and that is verified before
// it knows it.
func UnsignedVerify() Option {
	return about("UnsignedVerify", &provider.DevRev, func(s *suite) { s.config.UnsignedVerify = true })
}

// HandleResponse says what d.velop does with the webhook's answers: "NONE",
// "STATUS" (unless it is given) or "STATUS_AND_BODY".
func HandleResponse(what string) Option {
	return about("HandleResponse", &provider.DVelop, func(s *suite) {
		if !slices.Contains([]string{"NONE", "STATUS", "STATUS_AND_BODY"}, what) {
			s.mistake("HandleResponse(%q): give NONE, STATUS or STATUS_AND_BODY", what)
		}
		s.config.HandleResponse = what
	})
}

// LegacyKey expects that the key is also accepted in the header x-dv-api-key, as
// older servers of d.velop send it. Without it, that must be refused.
func LegacyKey() Option {
	return about("LegacyKey", &provider.DVelop, func(s *suite) { s.config.LegacyKey = true })
}

// CloudApp says that the receiver is an app of d.velop's cloud: each delivery comes
// as from the tenant's router, with x-dv-baseuri, x-dv-tenant-id and the x-dv-sig-1
// of the app's secret, which is base64 and should be made up. The webhook's key
// belongs to that tenant.
func CloudApp(secret, base, tenant string) Option {
	return about("CloudApp", &provider.DVelop, func(s *suite) {
		if key, err := base64.StdEncoding.DecodeString(secret); err != nil || len(key) == 0 {
			s.mistake("CloudApp: the secret of an app is base64; give one that is made up")
		}
		s.absolute("CloudApp, the base of the tenant", base)
		if tenant == "" || strings.ContainsFunc(tenant, func(r rune) bool { return r <= ' ' || r > '~' }) {
			s.mistake("CloudApp: the tenant is not the id of one; give letters, digits and signs of ASCII")
		}
		s.config.App = &probe.App{Secret: secret, Base: base, Tenant: tenant}
	})
}

// absolute reports whether a text is the URL of a place, and notes when it is not. It does
// not show it, for it may hold a password.
func (s *suite) absolute(option, given string) bool {
	u, err := url.Parse(given)
	wrong := err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(given, "?#")
	if wrong {
		s.mistake("%s: expected a URL of http or https without user, query and fragment, such as https://example.com/webhooks/1", option)
	}
	return !wrong
}

// probing notes an option of what probes ask, where none is asked.
func (s *suite) probing(option string) {
	if s.replaying {
		s.mistake("option %s has no effect on Replay, which asks no probes; leave it out", option)
	}
}

// RealTime asks nothing within a synctest bubble: for receivers with a worker, a queue or
// a client in a variable of the package, whose channels two bubbles would share, so that
// the runtime would end the process, or with a mutex there that is held over slow work,
// which the first bubble would keep. The probes that wait as long as the vendor does are
// skipped then, but for Z01.
func RealTime() Option {
	return about("RealTime", nil, func(s *suite) {
		s.leaky = "it waits as long as the vendor does, and RealTime was given"
		s.undrained()
	})
}

// undrained notes what is said of bubbles where there are none.
func (s *suite) undrained() {
	if slices.Contains(s.used, "RealTime") && slices.Contains(s.used, "Drain") {
		s.mistake("Drain has no effect with RealTime, which asks nothing in a bubble; leave it out")
	}
}

// Drain is how long a bubble goes on after a probe, on its own clock, so that
// work that still waits can end: 15 minutes unless it is given. It cannot be given with
// [RealTime], which has no bubbles.
func Drain(d time.Duration) Option {
	return option("Drain", func(s *suite) {
		s.undrained()
		if d < 0 {
			s.mistake("Drain(%v): give a time, or 0", d)
		}
		s.drain = d
	})
}

// Patience is how long an effect may follow its answer where the clock is real:
// one second unless it is given.
func Patience(d time.Duration) Option {
	return about("Patience", nil, func(s *suite) {
		if d <= 0 {
			s.mistake("Patience(%v): give a time", d)
		}
		s.config.Patience = d
	})
}

// Watchdog is how long a probe may go on in real time without an answer of the
// receiver's before it is given up, with the line that holds it: 30 seconds unless it
// is given.
func Watchdog(d time.Duration) Option {
	return option("Watchdog", func(s *suite) {
		if d <= 0 {
			s.mistake("Watchdog(%v): give a time", d)
		}
		s.watchdog = d
	})
}
