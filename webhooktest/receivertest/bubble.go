package receivertest

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
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
	put := s.put
	if !s.looked && s.leaky == "" {
		put = s.putAndLook
	}
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
			v = put(t, q, c)
			return
		}
		leak := s.inBubble(t, id, func(t *testing.T) {
			c.Settle = func() {
				time.Sleep(time.Minute)
				synctest.Wait()
			}
			v = s.put(t, q, c)
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
				v = s.put(t, q, c)
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
	v := s.put(t, q, c)
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

// labelled is where the goroutines with a label are, but for those of the standard
// library alone.
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

// putAndLook is put, and looks before the cleanup whether the receiver keeps connections.
func (s *suite) putAndLook(t *testing.T, q probe.Probe, c probe.Config) probe.Verdict {
	return s.putAnd(t, q, c, func() {
		if !s.kept.Load() && s.keepsConnection() {
			s.kept.Store(true)
		}
	})
}

// put builds a receiver and asks it.
func (s *suite) put(t *testing.T, q probe.Probe, c probe.Config) probe.Verdict {
	return s.putAnd(t, q, c, func() {})
}

func (s *suite) putAnd(t *testing.T, q probe.Probe, c probe.Config, look func()) (v probe.Verdict) {
	v.Probe = q
	tb := newBuilding(t)
	defer func() {
		if v.Skipped == "" {
			look()
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

// receiver builds a receiver with the secret. It returns why build skipped the
// question, or why there is none.
func (s *suite) receiver(tb *building) (r Receiver, skipped string, failure *probe.Failure) {
	end := ended(func() { r = s.build(tb, Secret) })
	switch {
	case tb.skipped != "":
		return r, tb.skipped, nil
	case end != "":
		return r, "", &probe.Failure{Expected: "build to return a receiver", Got: "build " + end}
	case r.Handler == nil:
		return r, "", &probe.Failure{Expected: "a receiver with a Handler", Got: "none; let build set it"}
	}
	return r, "", nil
}

// tried builds a receiver with an empty secret, which it may refuse.
func (s *suite) tried(tb *building) (r Receiver, skipped string, ok bool) {
	no := &refusing{building: tb}
	end := ended(func() { r = s.build(no, "") })
	return r, tb.skipped, end == "" && !no.refused && r.Handler != nil
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

// building is the test that build gets. It notes a skip in place of skipping: the
// skip of a bubble's test is nobody's to see, and its reason is in no test. What is to
// be cleaned up it keeps, so that the watchdog sees it.
type building struct {
	testing.TB
	skipped  string
	ctx      context.Context
	end      context.CancelFunc
	mu       sync.Mutex
	cleanups []func()
}

func newBuilding(tb testing.TB) *building {
	b := &building{TB: tb}
	b.ctx, b.end = context.WithCancel(tb.Context())
	return b
}

func (b *building) Context() context.Context { return b.ctx }

func (b *building) Cleanup(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cleanups = append(b.cleanups, f)
}

// cleaned ends the context and runs what was given to Cleanup, the last first, as
// testing does. It returns what of it did not return, and goes on with the next.
func (b *building) cleaned() (failures []probe.Failure) {
	b.end()
	for end := ended(b.clean); end != ""; end = ended(b.clean) {
		failures = append(failures, probe.Failure{Expected: "the receiver's cleanup to return", Got: "it " + end})
	}
	return failures
}

func (b *building) clean() {
	for {
		b.mu.Lock()
		last := len(b.cleanups) - 1
		if last < 0 {
			b.mu.Unlock()
			return
		}
		f := b.cleanups[last]
		b.cleanups = b.cleanups[:last]
		b.mu.Unlock()
		f()
	}
}

func (b *building) Skip(args ...any) { b.skip(strings.TrimSuffix(fmt.Sprintln(args...), "\n")) }
func (b *building) Skipf(format string, args ...any) {
	b.skip(fmt.Sprintf(format, args...))
}
func (b *building) SkipNow()      { b.skip("") }
func (b *building) Skipped() bool { return b.skipped != "" }

func (b *building) skip(reason string) {
	b.skipped = "build skipped it: " + cmp.Or(reason, "no reason given")
	runtime.Goexit()
}

// refusing notes a failure in place of failing, too.
type refusing struct {
	*building
	refused bool
}

func (r *refusing) Fail()                 { r.refused = true }
func (r *refusing) FailNow()              { r.refused = true; runtime.Goexit() }
func (r *refusing) Failed() bool          { return r.refused }
func (r *refusing) Error(...any)          { r.Fail() }
func (r *refusing) Errorf(string, ...any) { r.Fail() }
func (r *refusing) Fatal(...any)          { r.FailNow() }
func (r *refusing) Fatalf(string, ...any) { r.FailNow() }

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
	if r.FailNext != nil {
		s.FailNext = func(n int) { call("FailNext", func() { r.FailNext(n) }) }
	}
	if r.SlowBy != nil {
		s.SlowBy = func(d time.Duration) { call("SlowBy", func() { r.SlowBy(d) }) }
	}
	if r.Rotate != nil {
		s.Rotate = func(secret string) { call("Rotate", func() { r.Rotate(secret) }) }
	}
	return s
}

var ownBubble = regexp.MustCompile(`^goroutine \d+ \[.*(synctest bubble \d+)`)

// own names the bubble of the caller; empty outside of one.
func own() string {
	var buf [256]byte
	if m := ownBubble.FindSubmatch(buf[:runtime.Stack(buf[:], false)]); m != nil {
		return string(m[1])
	}
	return ""
}

// holders are the goroutines that keep the clock of a bubble still, or, when all
// of them wait for others, those that are left; outside of bubbles, those that
// a probe has begun since the suite has.
func (s *suite) holders(bubble string) string {
	var still, left []string
	for _, g := range goroutines() {
		header, _, _ := strings.Cut(g, "\n")
		if bubble == "" && (s.before[number(header)] || strings.Contains(header, "synctest bubble ")) {
			continue
		}
		state := strings.Trim(header[strings.Index(header, "[")+1:], "]:")
		if bubble != "" && !strings.Contains(header, bubble+"]") && !strings.Contains(header, bubble+",") || strings.HasPrefix(state, "running") {
			continue
		}
		asked := strings.Contains(g, "/internal/probe.") || strings.Contains(g, "/internal/simulator.") || strings.Contains(g, "webhooktest/receivertest.ended")
		at := place(g)
		if all := frames.FindAllStringSubmatch(g, -1); at == "" && bubble != "" && len(all) > 0 && !strings.Contains(state, "durable") {
			outermost := all[len(all)-1]
			at = outermost[2] + " in " + outermost[1] // of the standard library: a connection, say
		}
		if at == "" || bubble == "" && !asked {
			continue
		}
		line := "  " + at + " [" + state + "]"
		if left = append(left, line); !strings.Contains(state, "durable") {
			still = append(still, line)
		}
	}
	if bubble != "" && len(still) > 0 {
		left = still
	}
	return few(left)
}

// few are the lines that a message has room for.
func few(lines []string) string {
	if len(lines) > maxHolders {
		lines = append(lines[:maxHolders], fmt.Sprintf("  and %d more", len(lines)-maxHolders))
	}
	return strings.Join(lines, "\n")
}

// goroutines are the stacks of all, as far as they fit into a message of 16 MiB.
func goroutines() []string {
	for size := 1 << 18; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= 16<<20 {
			return strings.Split(string(buf[:n]), "\n\n")
		}
	}
}

// number is a goroutine's, which no other one ever has.
func number(header string) string {
	text, _, _ := strings.Cut(strings.TrimPrefix(header, "goroutine "), " ")
	return text
}

// numbers are those of all goroutines.
func numbers() map[string]bool {
	all := map[string]bool{}
	for _, g := range goroutines() {
		all[number(g)] = true
	}
	return all
}

const maxHolders = 10

var frames = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(\S+\.go:\d+)`)

// place is where a goroutine is: the innermost frame outside of the standard
// library and of this package; empty when there is none.
func place(stack string) string { return innermost(frames.FindAllStringSubmatch(stack, -1)) }

func innermost(frames [][]string) string {
	root := library()
	for _, m := range frames {
		function, at := m[1], m[2]
		first, _, _ := strings.Cut(function, "/")
		switch {
		case root != "" && strings.HasPrefix(at, root),
			root == "" && strings.Contains(function, "/") && !strings.Contains(first, "."),
			root == "" && !strings.Contains(function, "/") && !strings.HasPrefix(function, "main."),
			strings.Contains(function, "webhooktest/receivertest."),
			strings.Contains(function, "/internal/probe."), strings.Contains(function, "/internal/simulator."):
			continue
		}
		return at + " in " + function
	}
	return ""
}

// library is the directory of the standard library's files as stacks name them;
// empty in a binary that was built with -trimpath.
func library() string {
	at, _ := runtime.FuncForPC(reflect.ValueOf(strings.Cut).Pointer()).FileLine(0)
	root, _ := strings.CutSuffix(at, "strings/strings.go")
	return root
}
