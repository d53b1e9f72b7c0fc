package cassette_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
)

func numbered(i int) string { return fmt.Sprintf("exchange #%d", i) }

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// A cassette takes the place of the old file only when plain go-vcr reads back
// what was recorded; nothing else is left in the directory.
func TestReplace(t *testing.T) {
	recorded := []*cassette.Interaction{interaction("one"), interaction("two")}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, recorded)
	require.NoError(t, err)
	unusual := []*cassette.Interaction{interaction(" \t\u0085\n")}
	odd, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, unusual)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		data     string
		recorded []*cassette.Interaction
		err      string // begins with it; empty: written
	}{
		"sound":               {data, recorded, ""},
		"for go-vcr to read":  {odd, unusual, ""},
		"read otherwise":      {odd, []*cassette.Interaction{interaction("\u0085")}, "plain go-vcr reads exchange #0 differently from what was recorded"},
		"another body":        {data, []*cassette.Interaction{recorded[0], interaction("2")}, "plain go-vcr reads exchange #1 differently from what was recorded"},
		"an interaction less": {data, recorded[:1], "plain go-vcr reads 2 interactions of 1"},
		"no YAML":             {"\t", recorded, "plain go-vcr cannot read the recording: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "lookup.yaml")
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
			want := "old"
			if err := cassette.Replace(path, tc.data, tc.recorded, numbered); tc.err == "" {
				require.NoError(t, err)
				want = tc.data
			} else if assert.Error(t, err) {
				assert.Contains(t, err.Error(), tc.err)
			}
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, want, string(got))
			assert.Equal(t, []string{"lookup.yaml"}, names(t, dir))
		})
	}
}

// A file that must be new is written once, however many try, and nothing else is
// left in the directory.
func TestCreate(t *testing.T) {
	recorded := []*cassette.Interaction{interaction("one")}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, recorded)
	require.NoError(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "work_created-1.yaml")
	errs := make(chan error)
	const tries = 8
	for range tries {
		go func() { errs <- cassette.Create(path, data, recorded, numbered) }()
	}
	created := 0
	for range tries {
		if err := <-errs; err == nil {
			created++
		} else {
			assert.ErrorIs(t, err, fs.ErrExist)
		}
	}
	assert.Equal(t, 1, created)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, data, string(got))
	assert.Equal(t, []string{"work_created-1.yaml"}, names(t, dir))
}

// What a killed commit left behind goes with a later one, once it is old: a younger
// one may be another process's own. A file of another name stays, and a directory.
func TestReplace_sweeps(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{
		".webhooktest-1.yaml": 2 * time.Hour, ".webhooktest-123.yaml": 61 * time.Minute, ".webhooktest-2.yaml": time.Minute, ".webhooktest-8.yaml": 50 * time.Minute,
		".webhooktest-mine.yaml": 2 * time.Hour, "webhooktest-9.yaml": 2 * time.Hour, ".webhooktest-9.yml": 2 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o644))
		require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-age)))
	}
	below := filepath.Join(dir, ".webhooktest-11.yaml")
	require.NoError(t, os.Mkdir(below, 0o755))
	require.NoError(t, os.Chtimes(below, time.Time{}, time.Now().Add(-2*time.Hour)))
	recorded := []*cassette.Interaction{interaction("one")}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, recorded)
	require.NoError(t, err)
	require.NoError(t, cassette.Replace(filepath.Join(dir, "lookup.yaml"), data, recorded, numbered))
	assert.Equal(t, []string{".webhooktest-11.yaml", ".webhooktest-2.yaml", ".webhooktest-8.yaml", ".webhooktest-9.yml", ".webhooktest-mine.yaml", "lookup.yaml", "webhooktest-9.yaml"}, names(t, dir))
}

// A file keeps the permissions that its owner has given it.
func TestReplace_keepsTheMode(t *testing.T) {
	recorded := []*cassette.Interaction{interaction("one")}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, recorded)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "lookup.yaml")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, cassette.Replace(path, data, recorded, numbered))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

// One file is recorded by one recording at a time, by whatever path.
func TestClaim(t *testing.T) {
	t.Chdir(t.TempDir())
	release, err := cassette.Claim("lookup.yaml", "lookup.yaml")
	require.NoError(t, err)
	abs, err := filepath.Abs("lookup.yaml")
	require.NoError(t, err)
	_, err = cassette.Claim(abs, "the same")
	require.EqualError(t, err, "the same is being recorded already; give every test a cassette of its own, or let one test record it")
	release()
	release, err = cassette.Claim(abs, "the same")
	require.NoError(t, err)
	release()
}

// A directory is tried once, and again when it is another or has other rights.
func TestInspect_tries(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testdata")
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	tried := func() bool {
		_, err := cassette.Inspect(filepath.Join(dir, "lookup.yaml"), "lookup.yaml")
		require.NoError(t, err)
		info, err := os.Stat(dir)
		require.NoError(t, err)
		require.NoError(t, os.Chtimes(dir, old, old))
		return !info.ModTime().Equal(old)
	}
	require.NoError(t, os.Mkdir(dir, 0o755))
	assert.True(t, tried())
	assert.False(t, tried())
	require.NoError(t, os.Chmod(dir, 0o700))
	assert.True(t, tried())
	assert.False(t, tried())
	require.NoError(t, os.Rename(dir, dir+".away"))
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Chtimes(dir, old, old))
	assert.True(t, tried())
	assert.Empty(t, names(t, dir))
}

// A snapshot notices every way in which a file changes.
func TestSnapshot_Changed(t *testing.T) {
	for name, tc := range map[string]struct {
		before string // empty: no file
		change func(path string) error
		want   bool
	}{
		"nothing":      {"old", func(string) error { return nil }, false},
		"still none":   {"", func(string) error { return nil }, false},
		"made":         {"", func(path string) error { return os.WriteFile(path, []byte("new"), 0o644) }, true},
		"written over": {"old", func(path string) error { return os.WriteFile(path, []byte("newer"), 0o644) }, true},
		"removed":      {"old", os.Remove, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lookup.yaml")
			if tc.before != "" {
				require.NoError(t, os.WriteFile(path, []byte(tc.before), 0o644))
			}
			snapshot, err := cassette.Inspect(path, "lookup.yaml")
			require.NoError(t, err)
			require.NoError(t, tc.change(path))
			assert.Equal(t, tc.want, snapshot.Changed(path))
		})
	}
}
