package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
)

// What the command line names and is not there, or is no such thing, is a wrong
// usage in every command: nothing is written to stdout or to the disk.
func TestExit_named(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("empty/devrev", 0o700))
	require.NoError(t, os.WriteFile("text", []byte("no cassette\n"), 0o600))
	require.NoError(t, os.WriteFile("other.json", []byte(`{"version": 1}`), 0o600))
	require.NoError(t, os.WriteFile("clean.json", []byte(`{"version": 1, "findings": []}`), 0o600))
	cassette, err := provider.DevRev.Cassettes.Open("webhooks.get/200.yaml")
	require.NoError(t, err)
	defer cassette.Close()
	data := make([]byte, 1<<16)
	n, err := cassette.Read(data)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("good.yaml", data[:n], 0o600))

	shapes := []string{"missing.yaml", "text/below.yaml", "empty", "text", "other.json"}
	commands := map[string]string{ // without the shapes that are right there
		"lint @":                     "text other.json", /* they are judged */
		"lint --exclude @ good.yaml": "",
		"lint --baseline @ .":        "",
		"show @":                     "",
		"diff @ good.yaml":           "",
		"diff good.yaml @":           "",
		"diff @ @":                   "",
		"check --simulate --cassettes @ devrev/webhooks.get/200": "empty",
		"report --html page.html @":                              "",
		"report --html page.html --check @ good.yaml":            "",
		"report --html page.html --lint @ good.yaml":             "",
		"refresh --simulate --out @ devrev/webhooks.get/200":     "missing.yaml empty",
		"scrub --recorded 2025-11-03 @":                          "",
		"scrub --recorded 2025-11-03 --write good.yaml @":        "",
		"serve devrev @": "",
		"serve --scenarios @ devrev webhooks.get/200":             "empty", // the shipped one serves there
		"deliver --body @ devrev http://127.0.0.1:1 work_created": "other.json",
		"list @":                     "",
		"doctor @":                   "",
		"init @":                     "",
		"probe @ http://127.0.0.1:1": "",
		"probe --only @ devrev http://127.0.0.1:1":   "",
		"listen @ --to http://127.0.0.1:1 --out out": "",
		"completion @": "",
		"help @":       "",
		"@":            "",
	}
	getenv := func(name string) string {
		return map[string]string{receiver.SecretVar: "c3VwZXItc2VjcmV0LWtleS0xMjM0NTY="}[name]
	}
	before := names(t)
	cells := 0
	for command, right := range commands {
		for _, shape := range shapes {
			if slices.Contains(strings.Fields(right), shape) {
				continue
			}
			var stdout, stderr strings.Builder
			args := strings.Fields(strings.ReplaceAll(command, "@", shape))
			code := run(t.Context(), args, getenv, session.SystemClock, &stdout, &stderr)
			assert.Equal(t, exit.Usage, code, "%s\n%s", args, stderr.String())
			assert.Regexp(t, `(?m)^record: `, stderr.String())
			assert.Empty(t, strings.TrimPrefix(stdout.String(), "kept     good.yaml (record has written it)\n"), args)
			cells++
		}
	}
	assert.Equal(t, before, names(t))
	t.Logf("%d commands × %d shapes, %d cells", len(commands), len(shapes), cells)
}

// names lists the files of the working directory.
func names(t *testing.T) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// An address is one, or a wrong usage, in both commands that listen.
func TestExit_addr(t *testing.T) {
	for _, command := range []string{"serve devrev webhooks.get/200", "serve --simulate devrev", "listen devrev --to http://127.0.0.1:1 --out " + t.TempDir()} {
		for _, addr := range []string{"8080", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:nope", "[::1:80", "1.2.3.4:5:6"} {
			var stdout, stderr strings.Builder
			code := run(t.Context(), append(strings.Fields(command), "--addr", addr), func(string) string { return "" }, session.SystemClock, &stdout, &stderr)
			assert.Equal(t, exit.Usage, code, "%s %s\n%s", command, addr, stderr.String())
			assert.Equal(t, "record: --addr \""+addr+"\" is no address; expected HOST:PORT, such as 127.0.0.1:8080\n", stderr.String(), command)
		}
	}
}
