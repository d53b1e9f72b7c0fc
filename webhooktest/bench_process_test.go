package webhooktest_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkProcess measures the processor time of whole test processes of 1,000 tests (open, replay,
// contract, golden) beside the same suite on the stock libraries, which compile
// the schema once. "Seen" replays one scenario in every test, "New" a cassette of
// its own.
func BenchmarkProcess(b *testing.B) {
	b.Run("Seen", func(b *testing.B) {
		compare(b, "stock", process(b, "ours", "-test.run=^TestSeen$"), process(b, "stock", "-test.run=^TestSeen$"))
	})
	b.Run("New", func(b *testing.B) {
		dir := b.TempDir()
		for i := range 1000 {
			writeCassette(b, filepath.Join(dir, strconv.Itoa(i)+".yaml"), i, 1)
		}
		b.Setenv("BENCH_DIR", dir)
		ours, stock := process(b, "ours", "-test.run=^TestNew$"), process(b, "stock", "-test.run=^TestNew$")
		b.Setenv("CI", "")
		b.Setenv("GOLDIE_UPDATE", "true")
		ours()
		stock()
		b.Setenv("GOLDIE_UPDATE", "")
		compare(b, "stock", ours, stock)
	})
}

// BenchmarkStart measures the start of a test binary that only replays beside one
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
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, "%s", out)
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
}
