package webhooktest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
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
	if out, err := exec.Command("go", "build", "-o", file, "../cmd/record").CombinedOutput(); err != nil {
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
