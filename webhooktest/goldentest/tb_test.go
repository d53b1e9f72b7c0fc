package goldentest_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// childDir, when set, makes the program the one that TestUpdate_environment starts.
const childDir = "GOLDENTEST_DIR"

// TestMain keeps goldie's switches off: an update of all packages must not create
// the golden files whose absence is tested here.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(childDir) == "" {
		flag.Set("update", "false")
		flag.Set("clean", "false")
	}
	os.Exit(m.Run())
}

// fakeTB records what a test would report.
type fakeTB struct {
	testing.TB // nil: whatever is not overridden must not be called
	name       string
	failures   []string
	logs       []string
	failed     bool
}

func (f *fakeTB) Name() string { return f.name }
func (f *fakeTB) Helper()      {}
func (f *fakeTB) Failed() bool { return f.failed }
func (f *fakeTB) FailNow()     { f.failed = true }

func (f *fakeTB) Error(args ...any) {
	f.failed = true
	f.failures = append(f.failures, strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
}

func (f *fakeTB) Errorf(format string, args ...any) { f.Error(fmt.Sprintf(format, args...)) }

func (f *fakeTB) Logf(format string, args ...any) {
	f.logs = append(f.logs, fmt.Sprintf(format, args...))
}
