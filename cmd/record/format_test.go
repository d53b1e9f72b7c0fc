package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything is a report with all that a format has to cope with.
func everything() judged {
	hostile := "a <b> & \"c\" | `d` %0A ::error::x\r\nsecond\x01 line"
	return judged{
		command: "check", summary: "4 checked",
		rules: []judgedRule{{"contract", "breaking"}, {"member-new", "additive"}},
		cases: []judgedCase{
			{group: "devrev", name: "webhooks.get/200", file: "a dir/200.yaml", findings: []judgedFinding{
				{"contract", levelError, true, "/webhook/status", 0, hostile},
				{"member-new", levelWarning, false, hostile, 7, "new"},
				{"unheard-of", levelNote, false, "", 0, "noted"},
			}},
			{group: "devrev", name: "passed"},
			{group: "dvelop", name: "failed", failed: hostile},
			{group: "dvelop", name: "skipped", skipped: hostile},
		},
	}
}

func formatted(t *testing.T, name string, j judged) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, (&format{name: name}).write(&b, func(string) string { return "" }, j))
	return b.String()
}

// SARIF's own schema is not copied here; testdata/sarif.schema.json states what the
// standard requires of the objects that are used.
func TestFormat_sarif(t *testing.T) {
	schema, err := jsonschema.Compile("testdata/sarif.schema.json")
	require.NoError(t, err)
	for _, j := range []judged{everything(), {command: "check"}} {
		var doc any
		require.NoError(t, json.Unmarshal([]byte(formatted(t, "sarif", j)), &doc))
		assert.NoError(t, schema.Validate(doc))
	}
	text := formatted(t, "sarif", everything())
	assert.Contains(t, text, `"uri": "a%20dir/200.yaml"`)
	assert.Contains(t, text, `"executionSuccessful": false`)
	for _, spoilt := range []string{`"level": "notice"`, `"startLine": 0`} {
		old := map[string]string{`"level": "notice"`: `"level": "note"`, `"startLine": 0`: `"startLine": 1`}[spoilt]
		var doc any
		require.Contains(t, text, old)
		require.NoError(t, json.Unmarshal([]byte(strings.Replace(text, old, spoilt, 1)), &doc))
		assert.Error(t, schema.Validate(doc), spoilt)
	}
}

// junitElements are the elements of JUnit's schema that are used, with the
// attributes that they must and may have and the children that they may have, in
// the schema's order.
var junitElements = map[string]struct{ must, may, children string }{
	"testsuites": {"", "name tests failures errors", "testsuite"},
	"testsuite":  {"name tests failures errors", "skipped", "testcase"},
	"testcase":   {"name classname", "file", "skipped error failure system-out"},
	"skipped":    {"", "message type", ""},
	"error":      {"", "message type", ""},
	"failure":    {"", "message type", ""},
	"system-out": {"", "", ""},
}

func TestFormat_junit(t *testing.T) {
	text := formatted(t, "junit", everything())
	counts := map[string]int{}
	var stack []string
	last := []int{-1}
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, text)
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			known, ok := junitElements[name]
			require.True(t, ok, name)
			if len(stack) > 0 {
				order := strings.Fields(junitElements[stack[len(stack)-1]].children)
				place := -1
				for i, child := range order {
					if child == name {
						place = i
					}
				}
				require.GreaterOrEqual(t, place, last[len(last)-1], "%s in %v", name, stack)
				require.NotEqual(t, -1, place, "%s in %v", name, stack)
				last[len(last)-1] = place
			}
			has := map[string]string{}
			for _, a := range e.Attr {
				has[a.Name.Local] = a.Value
				assert.Contains(t, strings.Fields(known.must+" "+known.may), a.Name.Local, name)
			}
			for _, must := range strings.Fields(known.must) {
				assert.Contains(t, has, must, name)
			}
			if name == "testsuites" {
				for _, count := range []string{"tests", "failures", "errors"} {
					n, err := strconv.Atoi(has[count])
					require.NoError(t, err)
					counts[count] = n
				}
			}
			stack, last = append(stack, name), append(last, -1)
		case xml.EndElement:
			stack, last = stack[:len(stack)-1], last[:len(last)-1]
		}
	}
	assert.Equal(t, map[string]int{"tests": 4, "failures": 1, "errors": 1}, counts)
	assert.Equal(t, 1, strings.Count(text, "<failure"), "what does not fail the command fails no test")
	assert.Contains(t, text, "noted (unheard-of)")
}

// No text of a vendor's begins a workflow command of its own, or a cell.
func TestFormat_github(t *testing.T) {
	text := formatted(t, "github", everything())
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require.Len(t, lines, 5, text)
	for i, begin := range []string{"::error file=a dir/200.yaml,title=", "::warning file=a dir/200.yaml,line=7,", "::notice ", "::error title=dvelop failed::", "4 checked"} {
		assert.True(t, strings.HasPrefix(lines[i], begin), lines[i])
	}
	assert.Contains(t, lines[0], "%0D%0Asecond")
	assert.Contains(t, lines[0], "%250A")
}

func TestFormat_markdown(t *testing.T) {
	text := formatted(t, "markdown", everything())
	assert.NotContains(t, text, "<b>")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| error") || strings.HasPrefix(line, "| warning") || strings.HasPrefix(line, "| note") {
			assert.Equal(t, 6, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), line)
		}
	}
	assert.Equal(t, 1, strings.Count(text, "Not judged:"))
}

func TestFormat_stepSummary(t *testing.T) {
	path := t.TempDir() + "/summary.md"
	require.NoError(t, os.WriteFile(path, []byte("before\n"), 0o600))
	require.NoError(t, (&format{name: "github"}).write(io.Discard, func(string) string { return path }, everything()))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "before\n"+formatted(t, "markdown", everything()), string(data))
}
