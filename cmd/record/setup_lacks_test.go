package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/session"
)

// A second init says which lines the files lack that it leaves alone: what the first
// was given × what the second is, and a workflow of somebody's own. With these lines in
// them, the next one has no more to say.
func TestInit_lacks(t *testing.T) {
	const own = "testdata/cassettes/devrev/webhooks.get/200.yaml"
	const command = "\n  run: go tool record check --format github --cassettes "
	for _, c := range []struct {
		name, first, second, flow, own string
		command                        string // the whole line, "" for none
		vendors                        string // whose variables are lacking
	}{
		{name: "the same", first: "devrev", second: "devrev"},
		{name: "every one, as before"},
		{name: "every one before", second: "dvelop"},
		{name: "another", first: "devrev", second: "dvelop", command: "testdata/cassettes devrev dvelop", vendors: "DVELOP"},
		{name: "one more", first: "devrev", second: "devrev dvelop", command: "testdata/cassettes devrev dvelop", vendors: "DVELOP"},
		{name: "now every one", first: "dvelop", command: "testdata/cassettes " + strings.Join(session.ProviderNames(), " "), vendors: "DEVREV"},
		{name: "recorded meanwhile", first: "devrev", second: "devrev", own: own},
		{name: "recorded elsewhere", first: "devrev", second: "devrev", own: "golden/devrev/webhooks.get/200.yaml"},
		{name: "without cassettes of its own", flow: "go tool record check devrev/webhooks.get", second: "devrev", own: own, command: "testdata/cassettes devrev", vendors: "DEVREV"},
		{name: "a directory of that name", flow: "./record check --cassettes dvelop devrev", second: "dvelop", command: "testdata/cassettes devrev dvelop", vendors: "DVELOP"},
		{name: "no check", flow: "make", second: "dvelop", command: "testdata/cassettes dvelop", vendors: "DVELOP"},
	} {
		dir := t.TempDir()
		place := func(name, text string) {
			path := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		}
		place("go.mod", "module example.org/shop\n")
		require.NoError(t, begin(dir, strings.Fields(c.first), &strings.Builder{}))
		if c.flow != "" {
			place(".github/workflows/vendor-drift.yml", "jobs:\n  check:\n    steps:\n    - run: |\n        make\n        "+c.flow+"\n")
			place("webhook.env.example", "export "+strings.Join([]string{"DEVREV_TOKEN", "DEVREV_BASE_URL"}, "=\nexport ")+"=\n")
		}
		if c.own != "" {
			place(c.own, "")
		}
		var stdout strings.Builder
		require.NoError(t, begin(dir, strings.Fields(c.second), &stdout))
		said := stdout.String()
		if c.command == "" {
			assert.NotContains(t, said, "lacks", c.name)
			continue
		}
		assert.Contains(t, said, "\n.github/workflows/vendor-drift.yml was there, and lacks:"+command+c.command+"\n", c.name)
		for _, vendor := range []string{"DEVREV", "DVELOP"} {
			assert.Equal(t, vendor == c.vendors, strings.Contains(said, "\n  "+vendor+"_TOKEN: ${{ secrets."+vendor+"_TOKEN }}\n"), "%s: %s", c.name, said)
			assert.Equal(t, vendor == c.vendors, strings.Contains(said, "\n  "+vendor+"_BASE_URL: ${{ vars."+vendor+"_BASE_URL }}\n"), "%s: %s", c.name, said)
			listed := vendor == c.vendors && !(vendor == "DEVREV" && c.flow != "")
			assert.Equal(t, listed, strings.Contains(said, "\n  "+vendor+"_TOKEN=\n"), "%s: %s", c.name, said)
		}
		_, steps, _ := strings.Cut(said, "lacks:\n")
		steps, variables, _ := strings.Cut(steps, "\n\n")
		run, env, _ := strings.Cut(steps, "\n")
		flow, err := os.ReadFile(filepath.Join(dir, ".github/workflows/vendor-drift.yml"))
		require.NoError(t, err)
		next := "jobs:\n  check:\n    steps:\n    -" + run[1:] + "\n      env:\n" // in the place of somebody's own
		if c.flow == "" {
			next = regexp.MustCompile(`(?m)^ *run: go tool record check.*$`).ReplaceAllLiteralString(string(flow), "      "+run)
		}
		place(".github/workflows/vendor-drift.yml", next+strings.ReplaceAll("\n"+env, "\n  ", "\n          ")+"\n")
		kept, err := os.ReadFile(filepath.Join(dir, "webhook.env.example"))
		require.NoError(t, err)
		_, variables, _ = strings.Cut(variables, "lacks:\n")
		place("webhook.env.example", string(kept)+variables)
		stdout.Reset()
		require.NoError(t, begin(dir, strings.Fields(c.second), &stdout))
		assert.NotContains(t, stdout.String(), "lacks", c.name)
		t.Logf("%-30s %s", c.name, c.command)
	}
}
