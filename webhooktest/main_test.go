package webhooktest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests make much garbage and keep little: a collector that runs less often
// saves a quarter of their time, and a tenth of that of the builds that they start.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	if err := os.Setenv("GOGC", "400"); err != nil {
		panic(err)
	}
	code := m.Run()
	removeBuilt()
	os.Exit(code)
}

// removeBuilt removes what buildRecord has built.
var removeBuilt = func() {}

var buildRecord = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "webhooktest")
	if err != nil {
		return "", err
	}
	removeBuilt = func() { os.RemoveAll(dir) }
	file := filepath.Join(dir, "record.exe")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "../cmd/record").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return file, nil
})

// recordCommand returns the path of the command, which it builds once.
func recordCommand(t *testing.T) string {
	t.Helper()
	file, err := buildRecord()
	require.NoError(t, err)
	return file
}
