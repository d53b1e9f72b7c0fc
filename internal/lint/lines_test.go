package lint_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// spread are the styles in which a text takes several lines of a file, each as a
// writer of the lines of a text.
var spread = map[string]func(lines []string) string{
	"literal":       func(l []string) string { return "|\n      " + strings.Join(l, "\n      ") },
	"literal, kept": func(l []string) string { return "|+\n      " + strings.Join(l, "\n      ") + "\n\n" },
	"literal, deep": func(l []string) string { return "|2-\n        " + strings.Join(l, "\n        ") },
	"folded":        func(l []string) string { return ">-\n      " + strings.Join(l, "\n\n      ") },
	"single quotes": func(l []string) string { return "'" + strings.ReplaceAll(strings.Join(l, "\x00"), "'", "''") + "'" },
	"double quotes": func(l []string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.Join(l, "\x01")) + `"`
	},
	"broken strings": func(l []string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.Join(l, "\x02")) + `"`
	},
}

// bodies hold HIDDEN on one of their lines.
var bodies = map[string][]string{
	"settings": {"# of the app", "region: eu", "password: HIDDEN", "end: 1"},
	"shape":    {"first", "second", "third", "x ghp_" + "HIDDEN" + letters(30), "last"},
	"JSON":     {"{", `"a": 1,`, `"list": [1,`, `{"password": "HIDDEN"}]`, "}"},
	"nested":   {"{", `"a": 1,`, `"inner": "{\"password\": \"HIDDEN\"}"`, "}"},
	"lines":    {`{"n": 1}`, `{"n": 2}`, `{"password": "HIDDEN"}`, `{"n": 3}`},
	"events":   {"event: x", `data: {"n": 1}`, "event: x", `data: {"password": "HIDDEN"}`, "end"},
	"markup":   {"<a>", "<b>x</b>", "<password>HIDDEN</password>", "</a>"},
	"label":    {"<form>", "<br>", `<input name="password" value="HIDDEN">`, "</form>"},
	"columns":  {"user,password", "anna,", "bob,HIDDEN", "carl,"},
	"prose":    {"see", "what", "curl -u ci:HIDDEN a.test", "end"},
	"URL":      {"see", "this", "https://me:HIDDEN@a.test/x", "end"},
}

// The line of a finding is that of the value, whatever the style of the body and
// what stands in it.
func TestLines_ofBodies(t *testing.T) {
	var matrix strings.Builder
	dir := t.TempDir()
	for _, style := range slices.Sorted(maps.Keys(spread)) {
		right := 0
		for kind, body := range bodies {
			// Newlines in quotes are an empty line, an escape with a backslash at the end of
			// the line, or an escape where the next line goes on.
			text := strings.NewReplacer("\x00", "\n\n      ", "\x01", "\\n\\\n      ", "\x02", "\\n\n      ").Replace(spread[style](body))
			data := "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response:\n    body: " + text + "\n    code: 200\n    status: 200 OK\n"
			data = strings.ReplaceAll(data, "HIDDEN", "kq8zPw2x")
			require.True(t, loads(t, dir, []byte(data)), data)
			want := 1 + strings.Count(data[:strings.Index(data, "kq8zPw2x")], "\n")
			for _, f := range lint.Check("a.yaml", []byte(data)) {
				if f.Rule == "secret-name" || f.Rule == "secret-shape" {
					if assert.Equal(t, want, f.Line, "%s, %s: %s\n%s", style, kind, f.String(), data) {
						right++
					}
				}
			}
			assert.True(t, has(lint.Check("a.yaml", []byte(data)), "secret-name", "secret-shape"), "%s, %s\n%s", style, kind, data)
		}
		fmt.Fprintf(&matrix, "%-16s %d of %d\n", style, right, len(bodies))
	}
	t.Log("\n" + matrix.String())
}
