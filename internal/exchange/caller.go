package exchange

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// Stack is where a request came from, for messages.
type Stack []uintptr

// maxFrames bounds the search for the test's own line below its wrappers.
const maxFrames = 64

// Callers is the place from which its caller was called.
func Callers() Stack { return *CallersOr(nil) }

// CallersOr is Callers, or last where that is the same place: to keep one for each
// of many requests takes more memory than the requests.
func CallersOr(last *Stack) *Stack {
	var frames [maxFrames]uintptr
	found := frames[:runtime.Callers(3, frames[:])]
	if last != nil && slices.Equal(*last, found) {
		return last
	}
	s := Stack(slices.Clone(found))
	return &s
}

// String is the place in a test that made the call, with the place in the code
// under test that sent the request when that is another: "lookup_test.go:21
// (client.go:34)". It is empty for a request that came over the network.
func (s Stack) String() string {
	var sender, test string
	frames := runtime.CallersFrames(s)
	for more := len(s) > 0; more && test == ""; {
		var frame runtime.Frame
		frame, more = frames.Next()
		inTest := strings.HasSuffix(frame.File, "_test.go")
		if !inTest && plumbing(frame.Function) {
			continue
		}
		place := fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		if sender == "" {
			sender = place
		}
		if inTest {
			test = place
		}
	}
	if test == "" || test == sender {
		return sender
	}
	return test + " (" + sender + ")"
}

// cleaning reports whether this goroutine runs a test's cleanups.
func cleaning() bool {
	var stack [256]uintptr
	frames := runtime.CallersFrames(stack[:runtime.Callers(1, stack[:])])
	for {
		frame, more := frames.Next()
		if frame.Function == "testing.(*common).runCleanup" {
			return true
		}
		if !more {
			return false
		}
	}
}

// Ending remembers which goroutine ended what belongs to a test. The zero value
// is what has not ended.
type Ending struct{ goroutine string }

// End is the ending of what this goroutine ends.
func End() Ending { return Ending{goroutine()} }

// Late reports whether the test can still fail for what comes after the end:
// whether it comes from a later cleanup. Those run on the goroutine of the one
// that ended it, and nothing else does; from elsewhere the test may be over, and
// is left alone.
func (e Ending) Late() bool { return e.goroutine != "" && e.goroutine == goroutine() && cleaning() }

// Fail fails a test that wraps another, which may be over all the same.
func Fail(r Reporter, format string, args ...any) {
	r.Helper()
	defer func() { _ = recover() }()
	r.Errorf(format, args...)
}

// goroutine is the number of this goroutine, which no other one ever gets; empty
// when it cannot be told.
func goroutine() string {
	var head [64]byte
	words := strings.Fields(string(head[:runtime.Stack(head[:], false)]))
	if len(words) < 2 || words[0] != "goroutine" {
		return ""
	}
	return words[1]
}

// home begins the names of this module's internal packages, whatever its path.
var home = strings.TrimSuffix(reflect.TypeFor[Stack]().PkgPath(), "exchange")

// plumbing reports whether a function stands between the code under test and
// the recorder, or below the test.
func plumbing(function string) bool {
	for _, prefix := range []string{"net/http.", "runtime.", "testing.", "internal/synctest.", "sync.", "gopkg.in/dnaeon/go-vcr.v3/", home} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return function == "" || strings.Contains(function, "/webhooktest.(*checked)") || strings.Contains(function, "/webhooktest.home.")
}
