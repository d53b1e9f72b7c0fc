package webhooktest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
)

// witness stands for a test that records or replays: it remembers what would be
// reported, and runs its clean-up when told to.
type witness struct {
	testing.TB // for what is not overridden
	name       string

	mu       sync.Mutex
	errors   []string
	logs     []string
	cleanups []func()
	failed   bool
	skipped  bool
	ctx      context.Context
	cancel   context.CancelFunc
}

func newWitness(t testing.TB, name string) *witness {
	w := &witness{TB: t, name: name}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	t.Cleanup(w.cancel)
	return w
}

func (w *witness) Name() string             { return w.name }
func (w *witness) Helper()                  {}
func (w *witness) Context() context.Context { return w.ctx }

func (w *witness) Logf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.logs = append(w.logs, fmt.Sprintf(format, args...))
}

func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = true
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func (w *witness) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	runtime.Goexit()
}

func (w *witness) FailNow() {
	w.Fail()
	runtime.Goexit()
}

func (w *witness) Fail() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = true
}

func (w *witness) Failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

func (w *witness) Skipped() bool { return w.skipped }

func (w *witness) Cleanup(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleanups = append(w.cleanups, f)
}

// run runs a test body and then its clean-up, as the testing package does.
func (w *witness) run(body func(tb testing.TB)) *witness {
	done := make(chan struct{})
	go func() {
		defer close(done)
		body(w)
	}()
	<-done
	for {
		w.mu.Lock()
		n := len(w.cleanups)
		if n == 0 {
			w.mu.Unlock()
			return w
		}
		last := w.cleanups[n-1]
		w.cleanups = w.cleanups[:n-1]
		w.mu.Unlock()
		last()
	}
}

var testLine = regexp.MustCompile(`(_test\.go):\d+`)

// anyLine takes the lines out of the places that a message names.
func anyLine(message string) string { return testLine.ReplaceAllString(message, "$1:LINE") }

// said is everything that was reported.
func (w *witness) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(append(append([]string{}, w.errors...), w.logs...), "\n")
}

// failures is what was reported as an error.
func (w *witness) failures() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.errors, "\n")
}

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
func (e environment) record(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *witness {
	t.Helper()
	e.set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	return newWitness(t, t.Name()).run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
}

// replay runs a test body with a client that replays, and without a tenant.
func replayed(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *witness {
	t.Helper()
	environment{}.set(t)
	return newWitness(t, t.Name()).run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
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
