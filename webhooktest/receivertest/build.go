package receivertest

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"example.com/webhookvcr/internal/probe"
)

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

func (b *building) Skip(args ...any)                 { b.skip(strings.TrimSuffix(fmt.Sprintln(args...), "\n")) }
func (b *building) Skipf(format string, args ...any) { b.skip(fmt.Sprintf(format, args...)) }
func (b *building) SkipNow()                         { b.skip("") }
func (b *building) Skipped() bool                    { return b.skipped != "" }

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
