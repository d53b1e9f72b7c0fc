package webhooktest_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkProcess times whole test processes of 1,000 tests (open, replay,
// contract, golden) beside the same suite on the stock libraries.
func BenchmarkProcess(b *testing.B) {
	compare(b, "stock", process(b, "ours"), process(b, "stock"))
}

// BenchmarkStart times the start of a test binary that only replays beside one
// that links the same libraries without us: neither runs a test.
func BenchmarkStart(b *testing.B) {
	compare(b, "libraries", process(b, "replays", "-test.run=^$"), process(b, "libraries", "-test.run=^$"))
}

func process(b *testing.B, name string, args ...string) func() time.Duration {
	b.Helper()
	binary := filepath.Join(b.TempDir(), name)
	dir := filepath.Join("testdata", "bench", name)
	out, err := exec.Command("go", "test", "-c", "-o", binary, "./"+dir).CombinedOutput()
	require.NoError(b, err, "%s", out)
	return func() time.Duration {
		cmd := exec.Command(binary, args...)
		cmd.Dir = dir
		return timed(func() {
			out, err := cmd.CombinedOutput()
			require.NoError(b, err, "%s", out)
		})
	}
}
