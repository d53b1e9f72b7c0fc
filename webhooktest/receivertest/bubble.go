package receivertest

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
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
	if q.Clock && s.leaky != "" {
		return probe.Verdict{Probe: q, Skipped: s.leaky}
	}
	bubble := q.Clock || q.Exact && s.leaky == "" && !s.still
	v := probe.Verdict{Probe: q}
	stuck := s.watched(func(id chan<- string, alive func()) {
		c := s.config
		c.Alive = alive
		if !bubble {
			id <- ""
			v = s.put(t, q, c)
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
	if stuck == nil {
		return v
	}
	if q.Clock {
		q.Why = "either the receiver has a deadlock, or it waits for what is outside of the bubble, which keeps the clock still; let build make that, and end it in a cleanup, or excuse the probe"
		q.Source = "package testing/synctest"
	}
	switch {
	case q.Clock:
		s.leaky = q.ID + " never ended" // where the clock is real, nothing waits for that one
	case bubble:
		s.still = true
		return s.ask(t, q)
	default:
		s.stuck = q.ID + " never ended"
	}
	return probe.Verdict{Probe: q, Failures: []probe.Failure{*stuck}}
}

// watched runs f and gives it up when it neither ends nor shows that it is alive in
// time, which is the failure that it returns. f tells in which bubble it works; it may
// end its goroutine.
func (s *suite) watched(f func(id chan<- string, alive func())) *probe.Failure {
	done := make(chan struct{})
	id, signs := make(chan string, 1), make(chan struct{}, 1)
	go func() {
		defer close(done)
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
			return nil
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
	return &probe.Failure{
		Expected: fmt.Sprintf("an end within %v", s.watchdog),
		Got:      "nothing; these goroutines hold it:\n" + holders(bubble),
	}
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
				Got:      "the receiver leaves goroutines behind:\n" + holders(bubble),
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

// put builds a receiver and asks it.
func (s *suite) put(t *testing.T, q probe.Probe, c probe.Config) (v probe.Verdict) {
	v.Probe = q
	tb := newBuilding(t)
	defer func() { v.Failures = append(v.Failures, tb.cleaned()...) }()
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
// of them wait for others, those that are left; outside of a bubble, those that
// a probe has begun.
func holders(bubble string) string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var still, left []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		header, _, _ := strings.Cut(g, "\n")
		state := strings.Trim(header[strings.Index(header, "[")+1:], "]:")
		if bubble != "" && !strings.Contains(header, bubble+"]") && !strings.Contains(header, bubble+",") || strings.HasPrefix(state, "running") {
			continue
		}
		asked := strings.Contains(g, "/internal/probe.") || strings.Contains(g, "/internal/simulator.") || strings.Contains(g, "webhooktest/receivertest.ended")
		at := place(g)
		if m := frames.FindStringSubmatch(g); at == "" && bubble != "" && m != nil && !strings.Contains(state, "durable") {
			at = m[2] + " in " + m[1] // of the standard library: a connection, say
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
	if len(left) > maxHolders {
		left = append(left[:maxHolders], fmt.Sprintf("  and %d more", len(left)-maxHolders))
	}
	return strings.Join(left, "\n")
}

const maxHolders = 10

var frames = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(\S+\.go:\d+)`)

// place is where a goroutine is: the innermost frame outside of the standard
// library and of this package; empty when there is none.
func place(stack string) string {
	root := library()
	for _, m := range frames.FindAllStringSubmatch(stack, -1) {
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
