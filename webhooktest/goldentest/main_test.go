package goldentest_test

import (
	"flag"
	"os"
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
