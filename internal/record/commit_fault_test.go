package record_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// faultRounds is how many recordings meet a fault; -count multiplies them.
const faultRounds = 120

// mishap happens to a file or its directory at some instant of a recording, and
// is undone afterwards.
type mishap struct {
	name string
	do   func(t *testing.T, file string)
	undo func(t *testing.T, file string)
}

var mishaps = []mishap{
	{"a limit on the size of files", func(t *testing.T, _ string) { limitFiles(t, uint64(rand.IntN(4000))) }, func(t *testing.T, _ string) { limitFiles(t, 0) }},
	{
		"the directory becomes read-only",
		func(t *testing.T, file string) { assert.NoError(t, os.Chmod(filepath.Dir(file), 0o555)) },
		func(t *testing.T, file string) { assert.NoError(t, os.Chmod(filepath.Dir(file), 0o755)) },
	},
	{
		"the directory is searched by nobody",
		func(t *testing.T, file string) { assert.NoError(t, os.Chmod(filepath.Dir(file), 0)) },
		func(t *testing.T, file string) { assert.NoError(t, os.Chmod(filepath.Dir(file), 0o755)) },
	},
	{
		"the directory moves away",
		func(t *testing.T, file string) {
			assert.NoError(t, os.Rename(filepath.Dir(file), filepath.Dir(file)+".away"))
		},
		comeBack,
	},
	{
		"a file takes the directory's place",
		func(t *testing.T, file string) {
			assert.NoError(t, os.Rename(filepath.Dir(file), filepath.Dir(file)+".away"))
			_ = os.WriteFile(filepath.Dir(file), nil, 0o644) // or the recording was faster
		},
		comeBack,
	},
	{"nothing", func(*testing.T, string) {}, func(*testing.T, string) {}},
}

// comeBack moves the directory back. A recording that began without it has made
// it anew; what it has written there counts.
func comeBack(t *testing.T, file string) {
	dir := filepath.Dir(file)
	if _, err := os.Stat(file); err == nil {
		assert.NoError(t, os.Rename(file, filepath.Join(dir+".away", filepath.Base(file))))
	}
	assert.NoError(t, os.RemoveAll(dir))
	assert.NoError(t, os.Rename(dir+".away", dir))
}

// limitFiles sets the size at which writes begin to fail; 0 lifts the limit.
func limitFiles(t *testing.T, size uint64) {
	var limit syscall.Rlimit
	assert.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	limit.Cur = limit.Max
	if size > 0 {
		limit.Cur = size
	}
	assert.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
}

// faultText is what a recording may say that met a fault: the operating system's
// reason behind the name of the file.
var faultText = regexp.MustCompile(`(?s)^(webhooktest: )?\S+/lookup\.yaml .*: .*` +
	`(file too large|file exists|permission denied|no such file or directory|not a directory|the file has changed .*|no space left on device)$`)

// Whatever happens to the disk while a recording runs, the file ends as the old
// one or the new one, to the byte, and the recording says which.
func TestCommit_faultsOfTheDisk(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		faultChild(t, file)
		return
	}
	dir := filepath.Join(openDir(t), "testdata")
	require.NoError(t, os.Mkdir(dir, 0o755))
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(filepath.Dir(dir), 65534, 65534))
		require.NoError(t, os.Chown(dir, 65534, 65534))
	}
	env := answering(t, webhookWith(""))
	cmd := again(t, "TestCommit_faultsOfTheDisk", env, webhooktest.RecordVar+"=.*", childVar+"="+filepath.Join(dir, "lookup.yaml"))
	unprivileged(t, cmd, filepath.Dir(dir))
	cmd.Env = append(cmd.Env, "TMPDIR="+filepath.Dir(dir))
	cmd.Args = append(cmd.Args, "-test.v")
	report(t, cmd)
}

// report runs a child and repeats what it has to say.
func report(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for line := range strings.SplitSeq(string(out), "\n") {
		if _, figures, ok := strings.Cut(line, "_test.go:"); ok {
			_, figures, _ = strings.Cut(figures, ": ")
			t.Log(figures)
		}
	}
}

func faultChild(t *testing.T, file string) {
	signal.Ignore(syscall.SIGXFSZ)
	env := vcrtest.Environment{}
	for _, name := range vcrtest.TenantVars {
		env[name] = os.Getenv(name)
	}
	whole := wholeCassettes(t, env)
	calls := 3
	require.NoError(t, os.WriteFile(file, []byte(whole.text[calls]), 0o644))
	written, refused := 0, map[string]int{}
	for round := range faultRounds {
		m := mishaps[round%len(mishaps)]
		next := 1 + (calls+rand.IntN(4))%5 // another number of calls than the last
		w := tbtest.New("TestLookup")
		happened := make(chan struct{})
		happen := func() {
			defer close(happened)
			m.do(t, file)
		}
		instant := rand.IntN(4)
		if instant == 0 {
			happen()
		}
		if instant == 1 {
			go func() {
				time.Sleep(time.Duration(rand.IntN(8000)) * time.Microsecond)
				happen()
			}()
		}
		w.Run(func(tb testing.TB) {
			client := webhooktest.Open(tb, webhooktest.DevRev, file)
			getTimes(next)(tb, client)
			if instant == 2 {
				happen()
			}
			if instant == 3 { // while the commit runs
				go func() {
					time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
					happen()
				}()
			}
		})
		<-happened
		m.undo(t, file)
		now, ok := whole.is(t, file)
		require.True(t, ok, "%s at instant %d: %s", m.name, instant, w.Said())
		switch {
		case !w.Failed():
			require.Equal(t, next, now, "%s at instant %d: %s", m.name, instant, w.Said())
			written++
		default:
			require.Equal(t, calls, now, "%s at instant %d: %s", m.name, instant, w.Said())
			require.Len(t, w.Errors(), 1)
			require.Regexp(t, faultText, w.Errors()[0], "%s at instant %d", m.name, instant)
			refused[m.name]++
		}
		calls = now
		// What a commit could not remove any more is scrubbed like the file.
		for _, name := range vcrtest.FilesBelow(t, filepath.Dir(file)) {
			if name != "lookup.yaml" {
				beside := filepath.Join(filepath.Dir(file), name)
				require.Regexp(t, `^\.webhooktest-[0-9]+\.yaml$`, name)
				require.NotContains(t, vcrtest.Stored(t, beside), env["DEVREV_TOKEN"])
				require.NoError(t, os.Remove(beside))
			}
		}
	}
	total := 0
	for _, n := range refused {
		total += n
	}
	t.Logf("%d recordings met a fault: %d wrote the new file, %d refused and left the old one (%v)", faultRounds, written, total, refused)
	require.Len(t, refused, len(mishaps)-1, "every fault must have hit")
	require.Greater(t, written, faultRounds/10)
}

// processes and processRounds are how many processes record one file at the same
// time, and how often.
const processes, processRounds = 3, 20

// Processes that record one file at the same time: whoever reads it meets one of
// their recordings, whole, at every instant.
func TestCommit_processesOnOneFile(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		written, refused := 0, 0
		for range processRounds {
			w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
				getTimes(1+rand.IntN(5))(tb, webhooktest.Open(tb, webhooktest.DevRev, file))
			})
			if w.Failed() {
				require.Len(t, w.Errors(), 1)
				require.Contains(t, w.Failures(), "the file has changed")
				refused++
			} else {
				written++
			}
		}
		t.Logf("%d recordings written or left as they were, %d refused", written, refused)
		return
	}
	env := answering(t, webhookWith(""))
	whole := wholeCassettes(t, env)
	file := vcrtest.CassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(whole.text[1]), 0o644))
	ended := make(chan string)
	for range processes {
		cmd := again(t, "TestCommit_processesOnOneFile", env, webhooktest.RecordVar+"=.*", childVar+"="+file)
		cmd.Args = append(cmd.Args, "-test.v")
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				out = fmt.Appendf(out, "\n%v", err)
			}
			ended <- string(out)
		}()
	}
	reads := 0
	for running := processes; running > 0; {
		select {
		case out := <-ended:
			running--
			assert.Contains(t, out, "--- PASS: TestCommit_processesOnOneFile", "%s", out)
			if i := strings.Index(out, " recordings written"); i >= 0 {
				t.Log(strings.TrimSpace(out[strings.LastIndex(out[:i], ":")+1 : i+strings.Index(out[i:], "\n")]))
			}
		default:
			_, ok := whole.is(t, file)
			require.True(t, ok)
			reads++
			time.Sleep(time.Millisecond)
		}
	}
	_, ok := whole.is(t, file)
	require.True(t, ok)
	t.Logf("%d processes recorded one file %d times each; it was whole each of %d times that it was read meanwhile", processes, processRounds, reads)
	assert.Greater(t, reads, 20)
	assert.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))
}
