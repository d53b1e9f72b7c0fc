package record_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// diskRounds is how many recordings meet a disk that is almost full; -count
// multiplies them.
const diskRounds = 80

// A real file system without space: a small one in memory, which a child process
// mounts in a namespace of its own.
func TestCommit_fullDisk(t *testing.T) {
	if dir := os.Getenv(childVar); dir != "" {
		require.NoError(t, syscall.Mount("none", dir, "tmpfs", 0, "size=64k"))
		fullDiskChild(t, dir)
		return
	}
	cmd := again(t, "TestCommit_fullDisk", answering(t, webhookWith("")), webhooktest.RecordVar+"=.*", childVar+"="+t.TempDir())
	cmd.Args = append(cmd.Args, "-test.v")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) || strings.Contains(string(out), "operation not permitted") || strings.Contains(string(out), "permission denied") {
		t.Skip("this system lets no test mount a file system of its own; TestCommit_faultsOfTheDisk limits the size of files instead")
	}
	require.NoError(t, err, "%s", out)
	_, figures, _ := strings.Cut(string(out), "_test.go:")
	_, figures, _ = strings.Cut(figures, ": ")
	figures, _, _ = strings.Cut(figures, "\n")
	t.Log(figures)
}

func fullDiskChild(t *testing.T, dir string) {
	env := vcrtest.Environment{}
	for _, name := range vcrtest.TenantVars {
		env[name] = os.Getenv(name)
	}
	whole := wholeCassettes(t, env)
	file, filler := filepath.Join(dir, "lookup.yaml"), filepath.Join(dir, "filler")
	calls := 3
	require.NoError(t, os.WriteFile(file, []byte(whole.text[calls]), 0o644))
	written, refused := 0, 0
	for range diskRounds {
		next := 1 + (calls+rand.IntN(4))%5
		data := make([]byte, 64<<10)
		full := func() {
			err := os.WriteFile(filler, data, 0o644)
			assert.ErrorIs(t, err, syscall.ENOSPC)
			assert.NoError(t, os.Truncate(filler, max(0, size(t, filler)-4096*rand.Int64N(4))))
		}
		before := rand.IntN(2) == 0
		if before {
			full()
		}
		w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
			client := webhooktest.Open(tb, webhooktest.DevRev, file)
			getTimes(next)(tb, client)
			if !before {
				full()
			}
		})
		require.NoError(t, os.Remove(filler))
		now, ok := whole.is(t, file)
		require.True(t, ok, "%s", w.Said())
		if w.Failed() {
			require.Len(t, w.Errors(), 1)
			require.Regexp(t, `^`+file+` .*: (write|sync|close) \S+/\.webhooktest-[0-9]+\.yaml: no space left on device$`, w.Errors()[0])
			require.Equal(t, calls, now)
			refused++
		} else {
			require.Equal(t, next, now)
			written++
		}
		require.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, dir))
		calls = now
	}
	t.Logf("%d recordings on an almost full disk: %d wrote the new file, %d refused and left the old one", diskRounds, written, refused)
	require.Greater(t, written, diskRounds/10)
	require.Greater(t, refused, diskRounds/10)
}

func size(t *testing.T, file string) int64 {
	info, err := os.Stat(file)
	require.NoError(t, err)
	return info.Size()
}
