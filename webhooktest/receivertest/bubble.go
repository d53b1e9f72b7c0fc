package receivertest

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/webhookvcr/internal/probe"
)

// ask puts one question, with a watchdog. What never comes back is left behind:
// its goroutines cannot be ended from outside.
func (s *suite) ask(t *testing.T, q probe.Probe) probe.Verdict {
	t.Helper()
	if s.stuck != "" {
		return probe.Verdict{Probe: q, Skipped: s.stuck}
	}
	how := s.plainly
	if q.Clock {
		if s.leaky != "" {
			return probe.Verdict{Probe: q, Skipped: s.leaky}
		}
		how = s.inBubble
	}
	var v probe.Verdict
	var bubble string
	done := make(chan struct{})
	id := make(chan string, 1)
	go func() {
		defer close(done)
		v = how(t, q, id)
	}()
	watchdog := time.NewTimer(s.watchdog)
	defer watchdog.Stop()
	select {
	case <-done:
		return v
	case <-watchdog.C:
	}
	select {
	case bubble = <-id:
	default:
	}
	if s.stuck = q.ID + " never ended"; q.Clock {
		s.leaky, s.stuck = s.stuck, "" // where the clock is real, nothing waits for that one
	}
	return probe.Verdict{Probe: q, Failures: []probe.Failure{{
		Expected: fmt.Sprintf("an end within %v", s.watchdog),
		Got:      "nothing; these goroutines hold it:\n" + holders(bubble),
	}}}
}

// plainly asks where the clock is real.
func (s *suite) plainly(t *testing.T, q probe.Probe, id chan<- string) probe.Verdict {
	id <- own()
	c := s.config
	if q.Rebuilt {
		c.Secret = ""
		r, ok := s.tried(t)
		if !ok {
			return probe.Verdict{Probe: q}
		}
		return q.Ask(subject(r), c)
	}
	return q.Ask(subject(s.receiver(t)), c)
}

// inBubble asks where the clock waits for nobody.
func (s *suite) inBubble(t *testing.T, q probe.Probe, id chan<- string) (v probe.Verdict) {
	bubble := ""
	defer func() {
		// synctest panics when the bubble's main goroutine has ended and others have not.
		if reason := recover(); reason != nil {
			if !strings.Contains(fmt.Sprint(reason), "deadlock") {
				panic(reason)
			}
			v.Probe = q
			v.Failures = append(v.Failures, probe.Failure{
				Expected: fmt.Sprintf("no goroutine %v after the receiver was cleaned up", s.drain),
				Got:      "the receiver leaves goroutines behind:\n" + holders(bubble),
			})
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		bubble = own()
		id <- bubble
		// Registered first, it runs after the receiver's own cleanups.
		t.Cleanup(func() { time.Sleep(s.drain) })
		c := s.config
		c.Settle = func() {
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		r := s.receiver(t)
		v = q.Ask(subject(r), c)
		time.Sleep(s.drain)
	})
	return v
}

func (s *suite) receiver(t *testing.T) Receiver {
	t.Helper()
	r := s.build(t, Secret)
	if r.Handler == nil {
		t.Fatal("receivertest: the receiver has no Handler")
	}
	return r
}

// tried builds a receiver with an empty secret, which it may refuse.
func (s *suite) tried(t *testing.T) (r Receiver, ok bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if recover() != nil {
				ok = false
			}
		}()
		tb := &refusing{TB: t}
		r = s.build(tb, "")
		ok = !tb.refused && r.Handler != nil
	}()
	<-done
	return r, ok
}

// refusing is a test that notes its failure in place of failing.
type refusing struct {
	testing.TB
	refused bool
}

func (r *refusing) Fail()                 { r.refused = true }
func (r *refusing) FailNow()              { r.refused = true; runtime.Goexit() }
func (r *refusing) Failed() bool          { return r.refused }
func (r *refusing) Error(...any)          { r.Fail() }
func (r *refusing) Errorf(string, ...any) { r.Fail() }
func (r *refusing) Fatal(...any)          { r.FailNow() }
func (r *refusing) Fatalf(string, ...any) { r.FailNow() }

func subject(r Receiver) probe.Subject {
	return probe.Subject{Handler: r.Handler, Applied: r.Applied, State: r.State, FailNext: r.FailNext, SlowBy: r.SlowBy, Rotate: r.Rotate}
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
		asked := strings.Contains(g, "/internal/probe.") || strings.Contains(g, "/internal/simulator.")
		at := place(g)
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
			strings.Contains(function, "webhooktest/receivertest.("),
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
