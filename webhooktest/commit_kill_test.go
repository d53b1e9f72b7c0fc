package webhooktest_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// killRounds is how often a recording is killed; a commit takes a few
// milliseconds, so that some dozens hit every part of it.
const killRounds = 40

// A process that is killed at any instant while it records over a cassette
// leaves the old one or a new one, whole, and loadable by plain go-vcr.
func TestCommit_killed(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		// Each recording says something else than the one before, so that each
		// commit writes: it never ends by itself.
		for calls := 1; ; calls = calls%5 + 1 {
			w := newWitness(t, "TestLookup").run(func(tb testing.TB) {
				getTimes(calls)(tb, webhooktest.Open(tb, webhooktest.DevRev, file))
			})
			require.False(t, w.Failed(), w.said())
			if ready := os.Getenv("READY"); calls == 1 {
				require.NoError(t, os.WriteFile(ready, nil, 0o644))
			}
		}
	}
	file := cassettePath(t)
	goodCassette(t, file)
	signs := t.TempDir()
	env := devrevTenant(t, &simulator.DevRev{})
	whole := map[int]int{}
	left := 0
	for round := range killRounds {
		ready := filepath.Join(signs, "ready", itoa(round))
		require.NoError(t, os.MkdirAll(filepath.Dir(ready), 0o755))
		cmd := again(t, "TestCommit_killed", env, webhooktest.RecordVar+"=.*", childVar+"="+file, "READY="+ready)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(ready); err == nil {
				break
			}
			if time.Now().After(deadline) {
				cmd.Process.Kill()
				cmd.Wait()
				require.Fail(t, "the recording never began", "%s", &out)
			}
		}
		time.Sleep(time.Duration(rand.IntN(30_000)) * time.Microsecond)
		require.NoError(t, cmd.Process.Kill())
		require.ErrorContains(t, cmd.Wait(), "signal: killed", "%s", &out)

		loaded, err := cassette.Load(strings.TrimSuffix(file, ".yaml"))
		require.NoError(t, err)
		calls := len(loaded.Interactions)
		require.True(t, calls >= 1 && calls <= 5, "%d interactions", calls)
		text := stored(t, file)
		assert.Equal(t, calls, strings.Count(text, "  - id: "))
		assert.True(t, strings.HasSuffix(text, "duration: 0s\n"))
		whole[calls]++
		// What a killed commit leaves beside the file is scrubbed like the file.
		for _, name := range filesBelow(t, filepath.Dir(file)) {
			if name != "lookup.yaml" {
				left++
				beside := filepath.Join(filepath.Dir(file), name)
				assert.NotContains(t, stored(t, beside), env["DEVREV_TOKEN"])
				require.NoError(t, os.Remove(beside))
			}
		}
	}
	last, err := cassette.Load(strings.TrimSuffix(file, ".yaml"))
	require.NoError(t, err)
	requireClean(t, replayed(t, webhooktest.DevRev, file, getTimes(len(last.Interactions))))
	t.Logf("%d kills; cassettes found by number of interactions: %v; temporary files left: %d", killRounds, whole, left)
}

func itoa(n int) string { return string(rune('a'+n/26)) + string(rune('a'+n%26)) }

// Any number of clients may record at once, each a file of its own.
func TestCommit_manyFilesAtOnce(t *testing.T) {
	env := devrevTenant(t, &simulator.DevRev{})
	env.set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	dir := t.TempDir()
	const files = 8
	done := make(chan *witness)
	for i := range files {
		go func() {
			done <- newWitness(t, "TestLookup").run(func(tb testing.TB) {
				var client *http.Client = webhooktest.Open(tb, webhooktest.DevRev, filepath.Join(dir, itoa(i)+".yaml"))
				getTimes(2)(tb, client)
			})
		}()
	}
	for range files {
		w := <-done
		assert.Empty(t, w.failures())
	}
	assert.Len(t, filesBelow(t, dir), files)
}
