package webhooktest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

var testLine = regexp.MustCompile(`(_test\.go):\d+`)

// anyLine takes the lines out of the places that a message names.
func anyLine(message string) string { return testLine.ReplaceAllString(message, "$1:LINE") }

// environment is what a recording reads from the environment.
type environment map[string]string

// The variables of a live recording; those that a tenant does not name are unset.
var tenantVars = []string{
	webhooktest.RecordVar,
	"DEVREV_TOKEN", "DEVREV_BASE_URL", "DEVREV_WEBHOOK_ID",
	"DVELOP_TOKEN", "DVELOP_BASE_URL", "DVELOP_REPOSITORY_ID", "DVELOP_EVENT_ID", "DVELOP_WEBHOOK_ID",
}

func (e environment) set(t *testing.T) {
	t.Helper()
	for _, name := range tenantVars {
		t.Setenv(name, e[name])
	}
	for name, value := range e {
		t.Setenv(name, value)
	}
}

// record runs a test body against the tenant, with a client that records.
func (e environment) record(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *tbtest.TB {
	t.Helper()
	e.set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	return tbtest.New(t.Name()).Run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
}

// replay runs a test body with a client that replays, and without a tenant.
func replayed(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *tbtest.TB {
	t.Helper()
	environment{}.set(t)
	return tbtest.New(t.Name()).Run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
}

// loopback serves a handler on 127.0.0.1 for the length of the test.
func loopback(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// stored reads a cassette's text.
func stored(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// cassettePath is a new cassette's path in a directory of the test's own.
func cassettePath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "lookup.yaml")
}

// requireNothing asserts that a directory holds no file at all.
func requireNothing(t *testing.T, dir string) {
	t.Helper()
	require.Empty(t, filesBelow(t, dir))
}

// filesBelow lists the files below a directory, relative to it.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			relative, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(relative))
		}
		return err
	})
	require.NoError(t, err)
	return files
}
