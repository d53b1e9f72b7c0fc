package webhooktest_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shellCommand returns the shell command of that name, which one of the pages has.
func shellCommand(t *testing.T, name string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the command is one for a Unix shell")
	}
	var found []string
	for _, text := range pages(t) {
		for _, m := range regexp.MustCompile("(?s)<!-- command: "+name+" -->\n```sh\n(.*?)```\n").FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
	}
	require.Len(t, found, 1, "pages with the command %q", name)
	return found[0]
}

// The contributors' command renames the module everywhere, and what comes out loads.
func TestReadme_renamesTheModule(t *testing.T) {
	t.Parallel()
	command := shellCommand(t, "rename")
	const renamed = "github.com/acme/webhookvcr"
	require.Contains(t, command, renamed)
	old := "example.com" + "/webhookvcr" // in two parts: the command must not change it
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m").Output()
	require.NoError(t, err)
	if string(bytes.TrimSpace(module)) != old {
		t.Skipf("the module has been renamed to %s already", bytes.TrimSpace(module))
	}

	dir := t.TempDir()
	require.NoError(t, copySources(dir, ".."))
	run := func(name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("sh", "-c", command)
	require.Contains(t, run("go", "list", "-deps", "./webhooktest", "./cmd/record"), renamed+"/internal/replay\n")
	run("go", "vet", "./schemas", "./cassettes", "./internal/provider")
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		assert.NotEqual(t, ".bak", filepath.Ext(path), path)
		data, err := os.ReadFile(path)
		assert.False(t, bytes.Contains(data, []byte(old)), "%s names the old path", path)
		return err
	})
	require.NoError(t, err)
}

// The README's commands lead a new module to its first test, and to the tool.
func TestReadme_installs(t *testing.T) {
	t.Parallel()
	install, tool := shellCommand(t, "install"), shellCommand(t, "tool")
	first := consumer(t, "first")
	require.NoError(t, os.Remove(filepath.Join(first, "go.mod")))
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	require.Contains(t, install, "=../webhookvcr\n")
	install = strings.Replace(install, "=../webhookvcr\n", "='"+checkout+"'\n", 1)
	run := func(script string) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
		cmd.Dir = first
		cmd.Env = append(withoutTenant(os.Environ()), "GOFLAGS=", "GOWORK=off", "PWD="+first)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("go mod init example.org/first\n" + install + "go test ./...")
	require.Contains(t, run(tool), "devrev/webhooks.get/200")
}

// copySources copies a checkout without its history.
func copySources(dst, src string) error {
	return filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dst, rel)
		switch {
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}
