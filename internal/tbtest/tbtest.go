// Package tbtest has a testing.TB for tests and examples of functions that take
// one: it remembers what a test would report, and ends when it is told to.
package tbtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// TB stands for a test. Its methods may be called from several goroutines. Those
// that it does not have panic.
type TB struct {
	testing.TB // nil: the interface has a method that only package testing can write

	name   string
	out    io.Writer // of failures; nil for none
	ctx    context.Context
	cancel context.CancelFunc

	mu              sync.Mutex
	errors, logs    []string
	cleanups        []func()
	failed, skipped bool
	running         bool
}

// New returns a TB of that name.
func New(name string) *TB {
	t := &TB{name: name}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// Example returns the TB of an example, which has no *testing.T: its name is
// TestLookup, and it prints each failure after "FAIL: ".
func Example() *TB {
	t := New("TestLookup")
	t.out = os.Stdout
	return t
}

// Run calls a test's body in a goroutine of its own and ends the test after that,
// as package testing does. It returns the TB.
func (t *TB) Run(body func(tb testing.TB)) *TB {
	t.set(&t.running, true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		body(t)
	}()
	<-done
	t.set(&t.running, false)
	t.End()
	return t
}

// End cancels the context and calls the cleanups, the last one first. A TB without
// Run needs it.
func (t *TB) End() {
	t.cancel()
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		last := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		last()
	}
}

// Errors are the failures that were reported.
func (t *TB) Errors() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.errors...)
}

// Logs are the logs that were written.
func (t *TB) Logs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.logs...)
}

// Failures are the failures that were reported, as one text.
func (t *TB) Failures() string { return strings.Join(t.Errors(), "\n") }

// Said is all that was reported, as one text: the failures before the logs.
func (t *TB) Said() string { return strings.Join(append(t.Errors(), t.Logs()...), "\n") }

func (t *TB) Name() string             { return t.name }
func (t *TB) Context() context.Context { return t.ctx }
func (t *TB) Helper()                  {}
func (t *TB) Failed() bool             { return t.is(&t.failed) }
func (t *TB) Skipped() bool            { return t.is(&t.skipped) }
func (t *TB) Fail()                    { t.set(&t.failed, true) }

func (t *TB) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

func (t *TB) Logf(format string, args ...any) { t.note(&t.logs, fmt.Sprintf(format, args...)) }
func (t *TB) Log(args ...any)                 { t.note(&t.logs, line(args)) }

func (t *TB) Errorf(format string, args ...any) { t.fail(fmt.Sprintf(format, args...)) }
func (t *TB) Error(args ...any)                 { t.fail(line(args)) }

func (t *TB) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	t.leave()
}

func (t *TB) Fatal(args ...any) {
	t.Error(args...)
	t.leave()
}

func (t *TB) FailNow() {
	t.Fail()
	t.leave()
}

func (t *TB) SkipNow() {
	t.set(&t.skipped, true)
	t.leave()
}

// Setenv sets an environment variable of the process until the end.
func (t *TB) Setenv(name, value string) {
	old, was := os.LookupEnv(name)
	t.must(os.Setenv(name, value))
	t.Cleanup(func() {
		if was {
			t.must(os.Setenv(name, old))
		} else {
			t.must(os.Unsetenv(name))
		}
	})
}

// Chdir changes the working directory of the process until the end.
func (t *TB) Chdir(dir string) {
	old, err := os.Getwd()
	t.must(err)
	t.must(os.Chdir(dir))
	t.Cleanup(func() { t.must(os.Chdir(old)) })
}

// TempDir makes a directory that is removed at the end.
func (t *TB) TempDir() string {
	dir, err := os.MkdirTemp("", "tbtest")
	t.must(err)
	t.Cleanup(func() { t.must(os.RemoveAll(dir)) })
	return dir
}

// leave ends the goroutine of the test's body. Without Run there is none that may
// end.
func (t *TB) leave() {
	if t.is(&t.running) {
		runtime.Goexit()
	}
	panic("tbtest: " + t.name + " ends early, outside of Run\n" + t.Failures())
}

func (t *TB) must(err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (t *TB) fail(message string) {
	t.Fail()
	t.note(&t.errors, message)
	if t.out != nil {
		fmt.Fprintln(t.out, "FAIL: "+message)
	}
}

func (t *TB) note(list *[]string, message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*list = append(*list, message)
}

func (t *TB) is(flag *bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *flag
}

func (t *TB) set(flag *bool, value bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*flag = value
}

func line(args []any) string { return strings.TrimSuffix(fmt.Sprintln(args...), "\n") }
