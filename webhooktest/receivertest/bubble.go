package receivertest

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/webhookvcr/internal/probe"
)

// ask puts one question. What never comes back is left behind: its goroutines
// cannot be ended from outside.
func (s *suite) ask(t *testing.T, q probe.Probe) probe.Verdict {
	t.Helper()
	if s.stuck != "" {
		return probe.Verdict{Probe: q, Skipped: s.stuck}
	}
	if q.Clock && !q.ClockGate && s.leaky != "" {
		return probe.Verdict{Probe: q, Skipped: s.leaky}
	}
	bubble := (q.Clock || q.Exact && !s.still) && s.leaky == ""
	if bubble && !s.looked {
		if s.looked = true; s.kept.Load() || s.keepsConnection() {
			s.leaky = keeping
			return s.ask(t, q)
		}
	}
	look := !s.looked && s.leaky == ""
	v := probe.Verdict{Probe: q}
	held, ended := s.watched(func(id chan<- string, alive func()) {
		c := s.config
		c.Alive = alive
		c.Held = func() string { return few(labelled(s.label())) }
		if !bubble {
			id <- ""
			if q.ClockGate {
				v = s.putAndCount(t, q, c)
				return
			}
			v = s.put(t, q, c, look)
			return
		}
		leak := s.inBubble(t, id, func(t *testing.T) {
			c.Settle = func() {
				time.Sleep(time.Minute)
				synctest.Wait()
			}
			v = s.put(t, q, c, false)
		})
		if leak != nil {
			v.Failures = append(v.Failures, *leak)
		}
	})
	switch {
	case ended:
		return v
	case !bubble:
		s.stuck = q.ID + " never ended"
		return probe.Verdict{Probe: q, Failures: []probe.Failure{*s.unended(held)}}
	case s.blocked(t):
		s.stuck = fmt.Sprintf("%s was given up in its bubble, whose clock stood still for %v, and since then a new receiver does not take what one has taken before: %s. These goroutines of that bubble wait:\n%s", q.ID, s.watchdog, shared, held)
		left.Store(&s.stuck)
		return probe.Verdict{Probe: q, Skipped: s.stuck}
	case q.Exact && !q.Clock:
		s.still = true
		return s.ask(t, q)
	}
	// Where the clock is real, nothing waits for this one. A lock that is held over slow
	// work, and a connection, stop the bubble's clock as a deadlock does.
	const advice = "let build make a stand-in there that keeps no connection, and no lock over slow work"
	s.leaky = q.ID + " kept the clock of its bubble still, where alone the vendor's minutes pass; " + advice
	still := fmt.Sprintf("the clock of the bubble stood still for %v, which need not be a flaw: a connection that is kept does that, and a lock that is held over slow work; %s. These goroutines hold it:\n%s", s.watchdog, advice, held)
	if !q.ClockGate {
		return probe.Verdict{Probe: q, Skipped: still}
	}
	again := s.ask(t, q)
	again.Notes = append(again.Notes, "asked where the clock is real: "+still)
	return again
}

// shared is what such receivers have in common, and what to do about it.
const shared = "they share a lock, most likely, in a variable of the package; let build make it, or give RealTime()"

// left says what a bubble that was given up holds for as long as the process lives; nil
// when none does.
var left atomic.Pointer[string]

// blocked reports whether a receiver that is built now fails what receivers passed before,
// and does so again: a busy machine is slow. A bubble that is given up keeps whatever it
// has locked.
func (s *suite) blocked(t *testing.T) bool {
	return slices.ContainsFunc(s.passed, func(q probe.Probe) bool {
		fails := func() bool {
			var v probe.Verdict
			_, ended := s.watched(func(id chan<- string, alive func()) {
				c := s.config
				c.Alive, c.Answer = alive, max(c.Answer, probe.Unhurried)
				id <- ""
				v = s.put(t, q, c, false)
			})
			return !ended || len(v.Failures) > 0
		}
		for range 2 {
			if !fails() {
				return false
			}
		}
		return true
	})
}

// putAndCount is put, and then waits for the goroutines that the receiver has begun,
// where the clock is real. Those of the standard library count for nothing: a
// connection may be kept for others.
func (s *suite) putAndCount(t *testing.T, q probe.Probe, c probe.Config) probe.Verdict {
	name := fmt.Sprintf("%s %p", q.ID, s)
	mark(name)
	c.Held = func() string { return few(labelled(name)) }
	v := s.put(t, q, c, false)
	mark(s.label())
	for end := time.Now().Add(s.watchdog); ; time.Sleep(10 * time.Millisecond) {
		left := labelled(name)
		if len(left) == 0 {
			return v
		}
		if time.Now().After(end) {
			v.Failures = append(v.Failures, probe.Failure{
				Expected: fmt.Sprintf("no goroutine %v after the receiver was cleaned up", s.watchdog),
				Got:      "the receiver leaves goroutines behind:\n" + few(left),
			})
			return v
		}
		c.Alive()
	}
}

// label is the key of goroutines' labels.
const label = "receivertest"

// profiled is a frame of a goroutine's profile.
var profiled = regexp.MustCompile(`(?m)^#\t0x[0-9a-f]+\t(\S+)\+0x[0-9a-f]+\t+(\S+\.go:\d+)`)

// labelled is where the goroutines with a label are, but for those of the standard library alone.
func labelled(name string) (at []string) {
	for g := range strings.SplitSeq(profile(), "\n\n") {
		if !strings.Contains(g, fmt.Sprintf("%q:%q", label, name)) {
			continue
		}
		if where := innermost(profiled.FindAllStringSubmatch(g, -1)); where != "" {
			at = append(at, "  "+where)
		}
	}
	return at
}

// watched runs f and gives it up when it neither ends nor shows that it is alive in
// time; held are the goroutines that f waits for then. f tells in which bubble it works; it may
// end its goroutine.
func (s *suite) watched(f func(id chan<- string, alive func())) (held string, ended bool) {
	done := make(chan struct{})
	id, signs := make(chan string, 1), make(chan struct{}, 1)
	go func() {
		defer close(done)
		mark(s.label())
		f(id, func() {
			select {
			case signs <- struct{}{}:
			default: // one is enough
			}
		})
	}()
	watchdog := time.NewTimer(s.watchdog)
	defer watchdog.Stop()
	for alive := true; alive; {
		select {
		case <-done:
			return "", true
		case <-signs:
			watchdog.Reset(s.watchdog)
		case <-watchdog.C:
			alive = false
		}
	}
	bubble := ""
	select {
	case bubble = <-id:
	default:
	}
	return s.holders(bubble), false
}

// unended is the failure of what the watchdog has given up.
func (s *suite) unended(held string) *probe.Failure {
	return &probe.Failure{Expected: fmt.Sprintf("an end within %v", s.watchdog), Got: "nothing; these goroutines hold it:\n" + held}
}

// inBubble runs f where the clock waits for nobody, and goes on there until what
// still waits has ended. What has not is the failure that it returns.
func (s *suite) inBubble(t *testing.T, id chan<- string, f func(*testing.T)) (leak *probe.Failure) {
	bubble := ""
	defer func() {
		// synctest panics when the bubble's main goroutine has ended and others have not.
		if reason := recover(); reason != nil {
			if !strings.Contains(fmt.Sprint(reason), "deadlock") {
				panic(reason)
			}
			leak = &probe.Failure{
				Expected: fmt.Sprintf("no goroutine %v after the receiver was cleaned up", s.drain),
				Got:      "the receiver leaves goroutines behind:\n" + s.holders(bubble),
			}
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		bubble = own()
		id <- bubble
		// Registered first, it runs after the receiver's own cleanups.
		t.Cleanup(func() { time.Sleep(s.drain) })
		f(t)
		time.Sleep(s.drain)
	})
	return nil
}

// put builds a receiver and asks it, and may look before the cleanup whether the receiver
// keeps connections.
func (s *suite) put(t *testing.T, q probe.Probe, c probe.Config, look bool) (v probe.Verdict) {
	v.Probe = q
	tb := newBuilding(t)
	defer func() {
		if look && v.Skipped == "" && !s.kept.Load() && s.keepsConnection() {
			s.kept.Store(true)
		}
		v.Failures = append(v.Failures, tb.cleaned()...)
	}()
	var r Receiver
	if q.Rebuilt {
		c.Secret = ""
		var ok bool
		if r, v.Skipped, ok = s.tried(tb); !ok {
			return v
		}
	} else {
		var failure *probe.Failure
		if r, v.Skipped, failure = s.receiver(tb); failure != nil {
			v.Failures = []probe.Failure{*failure}
			return v
		}
	}
	if v.Skipped != "" {
		return v
	}
	var broken *probe.Failure
	call := func(hook string, f func()) {
		if end := ended(f); end != "" {
			broken = &probe.Failure{Expected: hook + " to return", Got: hook + " " + end}
			runtime.Goexit() // of the question, which cannot be judged any more
		}
	}
	if end := ended(func() { v = q.Ask(subject(r, call), c) }); broken != nil {
		v.Failures = append(v.Failures, *broken)
	} else if end != "" {
		panic(q.ID + " " + end)
	}
	return v
}

// ended runs a function of the receiver's in a goroutine of its own, so that a panic
// or the end of that goroutine ends nothing else. It says which of them it was;
// nothing when the function has returned.
func ended(f func()) (how string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		how = "ended its goroutine, by FailNow or runtime.Goexit, in place of returning"
		defer func() {
			if reason := recover(); reason != nil {
				how = fmt.Sprintf("panicked: %v at %s", reason, place(string(debug.Stack())))
			}
		}()
		f()
		how = ""
	}()
	<-done
	return how
}

// subject is the receiver as a probe sees it, with each hook run by call.
func subject(r Receiver, call func(hook string, f func())) probe.Subject {
	s := probe.Subject{Handler: r.Handler}
	if r.Applied != nil {
		s.Applied = func() (ids []string) {
			call("Applied", func() { ids = r.Applied() })
			return ids
		}
	}
	if r.State != nil {
		s.State = func(object string) (state string) {
			call("State", func() { state = r.State(object) })
			return state
		}
	}
	s.FailNext, s.SlowBy, s.Rotate = told(call, "FailNext", r.FailNext), told(call, "SlowBy", r.SlowBy), told(call, "Rotate", r.Rotate)
	return s
}

// told is a hook that takes a value, run by call; nil for none.
func told[T any](call func(hook string, f func()), name string, hook func(T)) func(T) {
	if hook == nil {
		return nil
	}
	return func(value T) { call(name, func() { hook(value) }) }
}
