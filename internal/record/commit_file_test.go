package record_test

import (
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A target that a rename would not simply replace is refused before the tenant
// is asked anything.
func TestCommit_targets(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, dir string) (file string)
		want    string
	}{
		{
			name: "symbolic link",
			prepare: func(t *testing.T, dir string) string {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "real.yaml"), []byte("precious"), 0o644))
				require.NoError(t, os.Symlink("real.yaml", filepath.Join(dir, "lookup.yaml")))
				return filepath.Join(dir, "lookup.yaml")
			},
			want: "webhooktest: %DIR%/lookup.yaml cannot be recorded: it is a symbolic link; name the file that it points to",
		},
		{
			name: "dangling symbolic link",
			prepare: func(t *testing.T, dir string) string {
				require.NoError(t, os.Symlink("nowhere.yaml", filepath.Join(dir, "lookup.yaml")))
				return filepath.Join(dir, "lookup.yaml")
			},
			want: "webhooktest: %DIR%/lookup.yaml cannot be recorded: it is a symbolic link; name the file that it points to",
		},
		{
			name: "directory",
			prepare: func(t *testing.T, dir string) string {
				require.NoError(t, os.Mkdir(filepath.Join(dir, "lookup.yaml"), 0o755))
				return filepath.Join(dir, "lookup.yaml")
			},
			want: "webhooktest: %DIR%/lookup.yaml cannot be recorded: it is no regular file (d---------)",
		},
		{
			name: "named pipe",
			prepare: func(t *testing.T, dir string) string {
				require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "lookup.yaml"), 0o644))
				return filepath.Join(dir, "lookup.yaml")
			},
			want: "webhooktest: %DIR%/lookup.yaml cannot be recorded: it is no regular file (p---------)",
		},
		{
			name: "below a file",
			prepare: func(t *testing.T, dir string) string {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "testdata"), nil, 0o644))
				return filepath.Join(dir, "testdata", "lookup.yaml")
			},
			want: "webhooktest: %DIR%/testdata/lookup.yaml cannot be recorded: mkdir %DIR%/testdata: not a directory",
		},
		{
			name: "a path that cannot be made",
			prepare: func(t *testing.T, dir string) string {
				return filepath.Join(dir, strings.Repeat("x", 300), "lookup.yaml")
			},
			want: "webhooktest: %DIR%/" + strings.Repeat("x", 300) + "/lookup.yaml cannot be recorded: mkdir %DIR%/" + strings.Repeat("x", 300) + ": file name too long",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			file := test.prepare(t, dir)
			before := vcrtest.FilesBelow(t, dir)
			asked := 0
			env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++ }))
			w := env.Record(t, webhooktest.DevRev, file, getTimes(1))
			require.Len(t, w.Errors(), 1)
			assert.Equal(t, test.want, strings.ReplaceAll(w.Errors()[0], dir, "%DIR%"))
			assert.Zero(t, asked)
			assert.Equal(t, before, vcrtest.FilesBelow(t, dir))
			if content, err := os.ReadFile(filepath.Join(dir, "real.yaml")); err == nil {
				assert.Equal(t, "precious", string(content))
			}
		})
	}
}

// What becomes of the target while the test runs decides as well.
func TestCommit_targetChangesWhileRecording(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, file string)
		want   string
		left   []string
	}{
		{
			name: "the directory vanishes", want: "no such file or directory",
			change: func(t *testing.T, file string) { require.NoError(t, os.RemoveAll(filepath.Dir(file))) },
		},
		{
			name: "the directory becomes a file", want: "not a directory", left: []string{"testdata"},
			change: func(t *testing.T, file string) {
				require.NoError(t, os.RemoveAll(filepath.Dir(file)))
				require.NoError(t, os.WriteFile(filepath.Dir(file), nil, 0o644))
			},
		},
		{
			name: "somebody else writes the file", want: "the file has changed since this recording began\nhint: let one process at a time record it",
			left:   []string{"testdata/lookup.yaml"},
			change: func(t *testing.T, file string) { require.NoError(t, os.WriteFile(file, []byte("theirs"), 0o644)) },
		},
		{
			name: "a directory takes its place", want: "is a directory",
			change: func(t *testing.T, file string) { require.NoError(t, os.Mkdir(file, 0o755)) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			file := filepath.Join(root, "testdata", "lookup.yaml")
			w := vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
				getTimes(1)(tb, client)
				test.change(t, file)
			})
			require.Len(t, w.Errors(), 1)
			assert.Contains(t, strings.ReplaceAll(w.Errors()[0], file, "%FILE%"), test.want)
			assert.Equal(t, test.left, vcrtest.FilesBelow(t, root))
		})
	}
}

// An old cassette that vanished, or that somebody replaced, while a test ran
// over it is not overwritten either.
func TestCommit_oldFileReplacedWhileRecording(t *testing.T) {
	file := vcrtest.CassettePath(t)
	goodCassette(t, file)
	w := vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		getTimes(1)(tb, client)
		require.NoError(t, os.Remove(file))
	})
	assert.Contains(t, w.Failures(), "the file has changed since this recording began")
	requireNothing(t, filepath.Dir(file))
}

// Two recorders of one file in one process: the second is refused at once.
func TestCommit_twoRecordersInOneProcess(t *testing.T) {
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	var second *tbtest.TB
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		getTimes(1)(tb, client)
		spelling := filepath.Join(filepath.Dir(file), "..", filepath.Base(filepath.Dir(file)), "lookup.yaml")
		second = tbtest.New("second").Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev, filepath.Clean(spelling)) })
	}))
	assert.Equal(t, "webhooktest: "+file+" is being recorded already; give every test a cassette of its own, or let one test record it", second.Failures())
	// The claim ends with the test.
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(1)))
}

// childVar makes a test of this package the one that another starts.
const childVar = "WEBHOOKTEST_CHILD"

// again starts this test binary with one test and an environment of its own.
func again(t *testing.T, test string, env vcrtest.Environment, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), more...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// Two processes on one file: it ends as one of the two recordings, whole.
func TestCommit_twoProcesses(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		client := webhooktest.Open(t, webhooktest.DevRev, file)
		getTimes(1)(t, client)
		require.NoError(t, os.WriteFile(os.Getenv("READY"), nil, 0o644))
		require.Eventually(t, func() bool { _, err := os.Stat(os.Getenv("GO")); return err == nil }, 30*time.Second, time.Millisecond)
		return
	}
	file := vcrtest.CassettePath(t)
	signs := t.TempDir()
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	start := func(name string) (*exec.Cmd, *strings.Builder) {
		cmd := again(t, "TestCommit_twoProcesses", env, webhooktest.RecordVar+"=.*", childVar+"="+file,
			"READY="+filepath.Join(signs, "ready-"+name), "GO="+filepath.Join(signs, "go-"+name))
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		return cmd, &out
	}
	sign := func(name string) string { return filepath.Join(signs, name) }
	first, firstOut := start("first")
	second, secondOut := start("second")
	for _, name := range []string{"ready-first", "ready-second"} {
		require.Eventually(t, func() bool { _, err := os.Stat(sign(name)); return err == nil }, 30*time.Second, 5*time.Millisecond)
	}
	require.NoError(t, os.WriteFile(sign("go-first"), nil, 0o644))
	require.NoError(t, first.Wait(), firstOut)
	whole := vcrtest.Stored(t, file)
	// The file is not the one that the second saw; it says the same, though.
	require.NoError(t, os.WriteFile(sign("go-second"), nil, 0o644))
	require.NoError(t, second.Wait(), secondOut)
	assert.Equal(t, whole, vcrtest.Stored(t, file))
	assert.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))
}

// A disk that is full, as a limit on the size of files: writes fail half way.
func TestCommit_diskFull(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		signal.Ignore(syscall.SIGXFSZ)
		var before syscall.Rlimit
		require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
		// Only for the recording: with -cover this process still has a file to write.
		defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }()
		limit := syscall.Rlimit{Cur: 900, Max: before.Max}
		w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
			getTimes(1)(tb, webhooktest.Open(tb, webhooktest.DevRev, file))
			require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
		})
		require.Len(t, w.Errors(), 1)
		assert.Regexp(t, `^`+file+` .*: write \S+/\.webhooktest-[0-9]+\.yaml: file too large$`, w.Errors()[0])
		return
	}
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	for range 2 { // first with no file there, then over a good one
		before := vcrtest.FilesBelow(t, filepath.Dir(file))
		old, _ := os.ReadFile(file)
		out, err := again(t, "TestCommit_diskFull", env, webhooktest.RecordVar+"=.*", childVar+"="+file).CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Equal(t, before, vcrtest.FilesBelow(t, filepath.Dir(file)))
		now, _ := os.ReadFile(file)
		assert.Equal(t, string(old), string(now))
		goodCassette(t, file)
	}
}

// A directory that may not be written is refused before the tenant is asked. A
// child process gives up root's rights where it has them.
func TestCommit_readOnlyDirectory(t *testing.T) {
	if file := os.Getenv(childVar); file != "" {
		w := tbtest.New("TestLookup").Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev, file) })
		require.Len(t, w.Errors(), 1)
		assert.Regexp(t, `^webhooktest: `+file+` cannot be recorded: open \S+/\.webhooktest-[0-9]+\.yaml: permission denied$`, w.Errors()[0])
		return
	}
	dir := filepath.Join(openDir(t), "testdata")
	require.NoError(t, os.Mkdir(dir, 0o755))
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	file := filepath.Join(dir, "lookup.yaml")
	old := goodCassette(t, file)
	require.NoError(t, os.Chmod(dir, 0o555))
	cmd := again(t, "TestCommit_readOnlyDirectory", vcrtest.DevRevTenant(t, &simulator.DevRev{}), webhooktest.RecordVar+"=.*", childVar+"="+file)
	unprivileged(t, cmd, filepath.Dir(dir))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, old, vcrtest.Stored(t, file))
	assert.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, dir))
}

// openDir is a directory that every user of the system may search: one of the
// testing package's own is root's alone when root runs the tests.
func openDir(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "open")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(root) })
	require.NoError(t, os.Chmod(root, 0o755))
	return root
}

// unprivileged makes a child process give up root's rights, to which modes of
// files mean nothing. The test binary lies where only its owner may look, so the
// child runs a copy in the given directory.
func unprivileged(t *testing.T, cmd *exec.Cmd, dir string) {
	t.Helper()
	program := filepath.Join(dir, "program")
	data, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program, data, 0o755))
	cmd.Path, cmd.Dir = program, dir
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}
