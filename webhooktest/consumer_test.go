package webhooktest_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

// consumers holds modules of the kind that a team writes which uses this one.
const consumers = "testdata/consumers"

// edit breaks or changes one file of a consumer.
type edit struct{ file, old, new string }

var staleGolden = edit{"testdata/report.golden", "active", "inactive"}

// Programs with tests of the kind that a team writes are in package hooks and
// the files consumer_*_test.go beside this one. Their tests find the faults that
// the program can be given.
func TestConsumers_findFaults(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	for _, tt := range []struct {
		// tests says which tests run.
		fault, tests string
		// wants are parts of the output.
		wants []string
	}{
		{
			fault: hooks.ReadsAnyBody,
			tests: "^(TestDVelop_isNotFooledByTheSignInPage|TestDevRev_survivesABadConnection)$",
			wants: []string{"--- FAIL: TestDVelop_isNotFooledByTheSignInPage", "--- FAIL: TestDevRev_survivesABadConnection/NotJSON"},
		},
		{
			fault: hooks.IgnoresRefusal,
			tests: "^Test(DevRev|DVelop)_survivesEveryError$",
			wants: []string{
				"--- FAIL: TestDevRev_survivesEveryError/webhooks.get/400-parse_error", "--- FAIL: TestDevRev_survivesEveryError/webhooks.get/429",
				"--- FAIL: TestDVelop_survivesEveryError/GetWebHook/404-json", "--- FAIL: TestDVelop_survivesEveryError/GetWebHook/401",
			},
		},
		{
			fault: hooks.AsksForAnother,
			tests: "^TestTarget$",
			wants: []string{"--- FAIL: TestTarget ", "GetWebHook/200-json", "502 Bad Gateway"},
		},
		{
			fault: hooks.WaitsInHours,
			tests: "^TestStatus_waitsAsLongAsRetryAfterSays$",
			wants: []string{"--- FAIL: TestStatus_waitsAsLongAsRetryAfterSays", "waited 1h0m0s, want the second of Retry-After"},
		},
		{
			fault: hooks.NamesNoID,
			tests: "^TestStatus$",
			wants: []string{"--- FAIL: TestStatus", " WEBHOOKTEST_RECORD=testdata/lookup.yaml go test -count=1 -v -run TestStatus ."},
		},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, "-test.run="+tt.tests, "-test.timeout=2m")
			cmd.Env = append(withoutTenant(os.Environ()), hooks.FaultVar+"="+tt.fault)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", out)
			for _, want := range tt.wants {
				assert.Contains(t, string(out), want)
			}
		})
	}
}

// A module that uses this one is built and tested as its team would do it, and
// once more with a fault in it, which its tests must find.
func TestConsumers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		dir string
		// args are given to go test.
		args []string
		// edits are made to the copy before it is tested; a run that passes
		// takes them back.
		edits []edit
		// wants are parts of the output of a run that fails; a run that passes
		// has none.
		wants []string
	}{
		{dir: "golden"},
		// The module has a flag -update of its own, which writes its golden file anew.
		{dir: "own-tenant", args: []string{"-update"}, edits: []edit{staleGolden}},
		{
			dir:   "own-tenant",
			edits: []edit{{"hooks_test.go", "Token: webhooktest.Token", "Token: tenantToken"}, staleGolden},
			wants: []string{"--- FAIL: TestRotate/record", "it carries a credential of its own; send webhooktest.Token", "--- FAIL: TestReport"},
		},
	}
	// TestReadme_installs runs the first one as it is, TestReadme_isInStep with a fault;
	// TestConsumers_golden runs the second one with faults.
	tried := map[string]bool{"first": true}
	slots := make(chan struct{}, 2)
	for _, tt := range tests {
		name := tt.dir
		if tt.wants != nil {
			name += "/fails"
		}
		tried[tt.dir] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			dir := consumer(t, tt.dir, tt.edits...)
			out, err := goTest(t, dir, tt.args...)
			if tt.wants == nil {
				require.NoError(t, err, "%s", out)
				require.Contains(t, out, "ok  \t")
				for _, e := range tt.edits {
					assert.Equal(t, vcrtest.Stored(t, filepath.Join(consumers, tt.dir, e.file)), vcrtest.Stored(t, filepath.Join(dir, e.file)))
				}
				return
			}
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", out)
			for _, want := range tt.wants {
				assert.Contains(t, out, want)
			}
		})
	}
	entries, err := os.ReadDir(consumers)
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, tried[e.Name()], "no test runs %s/%s", consumers, e.Name())
	}
}

var goldenOnce struct {
	sync.Once
	out string
}

// goldenFaults returns what the tests of the module golden say when it has two
// faults. They run once.
func goldenFaults(t *testing.T) string {
	t.Helper()
	dir := consumer(t, "golden", edit{"hooks.go", "slices.Sort(w.EventTypes)", "w.EventTypes = slices.Clip(w.EventTypes[1:])"}, noEcho)
	goldenOnce.Do(func() {
		out, err := goTest(t, dir)
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "%s", out)
		goldenOnce.out = out
	})
	return goldenOnce.out
}

func TestConsumers_golden(t *testing.T) {
	t.Parallel()
	out := goldenFaults(t)
	for _, want := range []string{"--- FAIL: TestLookup_retriesWhenThrottled", `-    "work_created",`, "GOLDIE_UPDATE=true go test -run '^TestLookup_retriesWhenThrottled$' .", "--- FAIL: TestWebhook_life"} {
		assert.Contains(t, out, want)
	}
}

// consumer copies a module to a directory of its own, where it finds this one by
// a replace directive.
func consumer(t *testing.T, name string, edits ...edit) string {
	t.Helper()
	source := filepath.Join(consumers, name)
	if _, err := os.Stat(filepath.Join(source, "go.mod")); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is missing: a module that was downloaded comes without the modules inside it; use a checkout", source)
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(source)))
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	replaceIn(t, filepath.Join(dir, "go.mod"), "=> ../../../..", "=> "+filepath.ToSlash(checkout))
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644))
	for _, e := range edits {
		replaceIn(t, filepath.Join(dir, e.file), e.old, e.new)
	}
	return dir
}

func replaceIn(t *testing.T, file, old, new string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), old, "%s has changed; change the test as well", file)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o644))
}

// goTest runs the tests of the module in dir with nothing of our own run's
// environment that would change what they do. TestReadme_installs vets as well.
func goTest(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1", "-vet=off", "-timeout=2m", "./..."}, args...)...)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(withoutTenant(os.Environ()), "GOFLAGS=-mod=mod", "GOWORK=off", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// withoutTenant leaves out the variables that name a tenant or change what tests
// do, so that none of them is used by accident.
func withoutTenant(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		for _, prefix := range []string{"DEVREV_", "DVELOP_", "WEBHOOKTEST_", "GOLDIE_"} {
			if strings.HasPrefix(v, prefix) {
				return true
			}
		}
		return false
	})
}
