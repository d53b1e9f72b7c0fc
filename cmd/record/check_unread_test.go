package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// A cassette whose head names a scenario and which lies elsewhere is told in every
// format, and changes no exit status: how it came there × what the head says.
func TestCheck_unread(t *testing.T) {
	const head = "devrev/webhooks.get/401"
	quiet := func(string) string { return "" }
	var out, errs strings.Builder
	fresh := t.TempDir()
	require.Zero(t, run(t.Context(), []string{"refresh", "--quiet", "--simulate", "--out", fresh, "devrev/webhooks.get/200", head, "dvelop/GetEvent/200-json"}, quiet, session.SystemClock, &out, &errs), errs.String())
	cases := 0
	for name, c := range map[string]struct{ to, scenario, reason, args string }{
		"in its place":        {to: head + ".yaml"},
		"another name":        {to: "devrev/webhooks.get/four-o-one.yaml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"another extension":   {to: head + ".yml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"another operation":   {to: "devrev/webhooks.gets/401.yaml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"another provider":    {to: "devrevs/webhooks.get/401.yaml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"above":               {to: "401.yaml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"further down":        {to: "devrev/webhooks.get/old/401.yaml", reason: "its head names " + head + "; move it to DIR/" + head + ".yaml"},
		"a copy":              {to: "devrev/webhooks.get/old.yaml", reason: "its head names " + head + "; remove it, for DIR/" + head + ".yaml is there"},
		"a variant":           {to: "devrev/webhooks.get/x.yaml", scenario: "webhooks.get/403-for-401", reason: "its head names devrev/webhooks.get/403-for-401; move it to DIR/devrev/webhooks.get/403-for-401.yaml"},
		"an unknown scenario": {to: "devrev/webhooks.get/old.yaml", scenario: "webhooks.get/old", reason: "devrev has no scenario that its head names; remove it, or record again what record list devrev shows"},
		"no scenario":         {to: "devrev/webhooks.get/old.yaml", scenario: "-"},
		"nobody asks for it":  {to: "devrev/webhooks.get/four-o-one.yaml", args: "dvelop"},
	} {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(fresh)))
		from := filepath.Join(dir, head+".yaml")
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		if name != "a copy" {
			require.NoError(t, os.Remove(from))
		}
		switch c.scenario {
		case "":
		case "-":
			data = []byte(strings.Replace(string(data), "scenario: webhooks.get/401, ", "", 1))
		default:
			data = []byte(strings.Replace(string(data), "scenario: webhooks.get/401,", "scenario: "+c.scenario+",", 1))
		}
		to := filepath.Join(dir, filepath.FromSlash(c.to))
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
		require.NoError(t, os.WriteFile(to, data, 0o600))
		args := append([]string{"check", "--quiet", "--simulate", "--cassettes", dir}, strings.Fields(c.args)...)
		cases++
		for i, format := range []string{"json", "text", "github", "junit", "sarif", "markdown"} {
			if !*everyCell && i > 0 && (i+cases)%5 != 0 {
				continue
			}
			out.Reset()
			errs.Reset()
			assert.Zero(t, run(t.Context(), append(args, "--format", format), quiet, session.SystemClock, &out, &errs), "%s: %s%s", name, out.String(), errs.String())
			assert.Equal(t, c.reason != "", strings.Contains(out.String(), filepath.Base(c.to)), "%s, %s: %s", name, format, out.String())
			if format == "json" {
				var report check.Report
				require.NoError(t, json.Unmarshal([]byte(out.String()), &report))
				if c.reason != "" && assert.Len(t, report.Unread, 1, name) {
					assert.Equal(t, strings.ReplaceAll(c.reason, "DIR", filepath.ToSlash(dir)), report.Unread[0].Reason, name)
				}
			}
		}
		t.Logf("%-20s %s", name, c.reason)
	}
}
