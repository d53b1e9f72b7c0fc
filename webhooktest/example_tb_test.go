package webhooktest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// exampleTB stands for the *testing.T that an example does not have. It prints
// what a test would log and report; in a test, t does all of this.
type exampleTB struct {
	testing.TB
	failed, quiet bool
	cleanups      []func()
}

func (t *exampleTB) Helper()          {}
func (t *exampleTB) Name() string     { return "TestLookup" }
func (t *exampleTB) Failed() bool     { return t.failed }
func (t *exampleTB) Skipped() bool    { return false }
func (t *exampleTB) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *exampleTB) Logf(format string, args ...any) {
	if !t.quiet {
		fmt.Printf(format+"\n", args...)
	}
}

func (t *exampleTB) Errorf(format string, args ...any) {
	t.failed = true
	fmt.Printf("FAIL: "+format+"\n", args...)
}

func (t *exampleTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// end does what happens when a test returns.
func (t *exampleTB) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
	t.cleanups = nil
}

// inTempDir lets an example write below testdata without leaving anything there.
func inTempDir() (back func()) {
	dir, err := os.MkdirTemp("", "webhooktest")
	if err != nil {
		panic(err)
	}
	old, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "testdata"), 0o755); err != nil {
		panic(err)
	}
	return func() {
		if err := os.Chdir(old); err != nil {
			panic(err)
		}
		os.RemoveAll(dir)
	}
}

// setExampleEnv is t.Setenv for an example.
func setExampleEnv(name, value string) (back func()) {
	old, was := os.LookupEnv(name)
	os.Setenv(name, value)
	return func() {
		if was {
			os.Setenv(name, old)
		} else {
			os.Unsetenv(name)
		}
	}
}
