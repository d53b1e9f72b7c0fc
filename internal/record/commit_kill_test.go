package record_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A commit takes a few milliseconds, so that a hundred recordings that are
// killed are hit in every part of it; -count multiplies them.
const (
	killProcesses = 2  // at the same time
	killLanes     = 10 // files that a process records at the same time
	killRounds    = 5  // and more, where the kills of a busy machine come too early or too late
)

// A process that is killed at any instant while it records over a cassette
// leaves the old one or a new one, to the byte, and loadable by plain go-vcr.
func TestCommit_killed(t *testing.T) {
	if dir := os.Getenv(childVar); dir != "" {
		killedChild(t, dir)
		return
	}
	env := answering(t, webhookWith(""))
	whole := wholeCassettes(t, env)
	var mu sync.Mutex // of the three
	total := map[int]int{}
	rounds, left := 0, 0
	look := func(file string) bool {
		mu.Lock()
		defer mu.Unlock()
		calls, ok := whole.is(t, file)
		total[calls]++
		rounds++
		for _, name := range vcrtest.FilesBelow(t, filepath.Dir(file)) {
			if name == "lookup.yaml" {
				continue
			}
			// What a killed commit leaves beside the file is scrubbed like the file.
			left++
			beside := filepath.Join(filepath.Dir(file), name)
			data, err := os.ReadFile(beside)
			assert.NoError(t, err)
			assert.NotContains(t, string(data), env["DEVREV_TOKEN"])
			assert.NoError(t, os.Remove(beside))
		}
		return ok
	}
	every := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(total) == len(whole.text)
	}
	var group sync.WaitGroup
	for range killProcesses {
		dir := t.TempDir()
		for lane := range killLanes {
			require.NoError(t, os.MkdirAll(filepath.Dir(laneFile(dir, lane)), 0o755))
			require.NoError(t, os.WriteFile(laneFile(dir, lane), []byte(whole.text[3]), 0o644))
		}
		group.Go(func() {
			for round := 0; round < killRounds || round < 10*killRounds && !every(); round++ {
				if !assert.NoError(t, killOne(t, env, dir)) {
					return
				}
				for lane := range killLanes {
					if !look(laneFile(dir, lane)) {
						return
					}
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d recordings killed; each time one of %d whole cassettes was found, by number of exchanges: %v; temporary files left: %d", rounds, len(whole.text), total, left)
	assert.GreaterOrEqual(t, rounds, killProcesses*killLanes*killRounds)
	assert.True(t, every(), "the kills came too early or too late to mean anything")
}

// laneFile is the file of a lane, in a directory of its own.
func laneFile(dir string, lane int) string {
	return filepath.Join(dir, strconv.Itoa(lane), "lookup.yaml")
}

// killedChild records all files until it is killed; it says so once. Each
// recording says something else than the one before, so that each commit writes.
func killedChild(t *testing.T, dir string) {
	var ready sync.WaitGroup
	ready.Add(killLanes)
	for lane := range killLanes {
		go func() {
			first := 1 + rand.IntN(5)
			for calls := first; ; calls = calls%5 + 1 {
				w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
					getTimes(calls)(tb, webhooktest.Open(tb, webhooktest.DevRev, laneFile(dir, lane)))
				})
				if w.Failed() {
					fmt.Println(w.Said())
					os.Exit(1)
				}
				if calls == first {
					first = 0
					ready.Done()
				}
			}
		}()
	}
	ready.Wait()
	_, err := os.Stdout.WriteString("ready\n")
	require.NoError(t, err)
	select {}
}

// killOne starts a recording process and kills it at a random instant.
func killOne(t *testing.T, env vcrtest.Environment, dir string) error {
	cmd := again(t, "TestCommit_killed", env, webhooktest.RecordVar+"=.*", childVar+"="+dir)
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	giveUp := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer giveUp.Stop()
	said, _ := bufio.NewReader(out).ReadString('\n')
	time.Sleep(time.Duration(rand.IntN(12_000)) * time.Microsecond)
	killed := cmd.Process.Kill()
	ended := cmd.Wait()
	if said != "ready\n" || killed != nil || ended == nil || ended.Error() != "signal: killed" {
		return fmt.Errorf("the recording said %q and ended by itself: %v\n%s", said, ended, &errors)
	}
	return nil
}

// whole are the cassettes that recordings of 1, 2, … calls write, to the byte.
type whole struct{ text map[int]string }

func wholeCassettes(t *testing.T, env vcrtest.Environment) whole {
	t.Helper()
	w := whole{map[int]string{}}
	for calls := 1; calls <= 5; calls++ {
		file := vcrtest.CassettePath(t)
		vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(calls)))
		w.text[calls] = vcrtest.Stored(t, file)
	}
	return w
}

// day is the part of a cassette that a midnight changes.
var day = regexp.MustCompile(`recorded: "[0-9-]{10}"`)

// is reports whether a file is one of the cassettes, and which, and whether
// plain go-vcr loads it.
func (w whole) is(t *testing.T, file string) (calls int, ok bool) {
	data, err := os.ReadFile(file)
	if !assert.NoError(t, err) {
		return 0, false
	}
	for calls, text := range w.text {
		if day.ReplaceAllString(string(data), "") == day.ReplaceAllString(text, "") {
			loaded, err := govcr.Load(strings.TrimSuffix(file, ".yaml"))
			// Another process may have replaced the file in between.
			return calls, assert.NoError(t, err) && assert.NotEmpty(t, loaded.Interactions)
		}
	}
	return 0, assert.Fail(t, "neither the old file nor a new one", "%d bytes:\n%s", len(data), data)
}

func itoa(n int) string { return string(rune('a'+n/26)) + string(rune('a'+n%26)) }

// Any number of clients may record at once, each a file of its own.
func TestCommit_manyFilesAtOnce(t *testing.T) {
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	env.Set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	dir := t.TempDir()
	const files = 8
	done := make(chan *tbtest.TB)
	for i := range files {
		go func() {
			done <- tbtest.New("TestLookup").Run(func(tb testing.TB) {
				var client *http.Client = webhooktest.Open(tb, webhooktest.DevRev, filepath.Join(dir, itoa(i)+".yaml"))
				getTimes(2)(tb, client)
			})
		}()
	}
	for range files {
		w := <-done
		assert.Empty(t, w.Failures())
	}
	assert.Len(t, vcrtest.FilesBelow(t, dir), files)
}
