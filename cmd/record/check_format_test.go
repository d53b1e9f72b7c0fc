package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/lint"
)

// everything is a report with all that a format has to cope with.
func everything() report.Report {
	hostile := "a <b> & \"c\" | `d` %0A ::error::x\r\nsecond\x01 line"
	return report.Report{
		Command: "check", Summary: "4 checked", Next: "record refresh --out 'a b'",
		Rules: []report.Rule{{ID: "contract", Text: "breaking"}, {ID: "member-new", Text: "additive"}},
		Cases: []report.Case{
			{Group: "devrev", Name: "webhooks.get/200", File: "a dir/200.yaml", Findings: []report.Finding{
				{Rule: "contract", Level: report.Error, Fails: true, Place: "/webhook/status", Message: hostile},
				{Rule: "member-new", Level: report.Warning, Place: hostile, Line: 7, Message: "new"},
				{Rule: "unheard-of", Level: report.Note, Message: "noted"},
			}},
			{Group: "devrev", Name: "passed"},
			{Group: "dvelop", Name: "failed", Failed: hostile},
			{Group: "dvelop", Name: "skipped", Skipped: hostile},
		},
	}
}

// hostileTexts are what a vendor, or a file, may put wherever it has a word.
var hostileTexts = []string{
	"a <b> & \"c\" 'd' | `e` %0A ::error::x", "]]>\r\nsecond line", "\x00\x01\x1b[31m\x7f\u0085", "\xff\xfe broken", "\u202e\ufffe\U0001f4a5",
	strings.Repeat("long ", 60), "", " ",
}

// situations are reports of every command that judges, each under its name: of
// nothing, of every rule, of what could not be judged, and with a hostile text in
// every field.
func situations() map[string]report.Report {
	all := map[string]report.Report{}
	breaking := func(c drift.Class) bool { return c == drift.Breaking }
	for _, command := range []string{"check", "diff"} {
		judge := func(fill func(*check.Report)) report.Report {
			r := check.NewReport("testdata/cassettes", "testdata/cassettes")
			fill(r)
			return r.Judged(breaking)
		}
		all[command+"-none"] = judge(func(*check.Report) {})
		all[command+"-findings"] = judge(func(r *check.Report) {
			r.Next = "record refresh --out testdata/cassettes devrev"
			d := drift.Report{Provider: "devrev", Scenario: "webhooks.get/200", Stored: "simulated", More: 3}
			for _, rule := range drift.Rules() {
				d.Changes = append(d.Changes, drift.Change{Class: rule.Class(), Rule: rule, Pointer: "/webhook/status", Message: "what it means"})
			}
			r.Add(d)
			r.Add(drift.Report{Provider: "dvelop", Scenario: "GetWebHook/200-json", Stored: "live"})
		})
		all[command+"-errors"] = judge(func(r *check.Report) {
			for _, verdict := range []string{session.NotRecorded, session.LeftOut, session.Failed, session.Skipped} {
				message := ""
				if verdict == session.Skipped {
					message = "the tenant answers 500"
				}
				r.Leave(check.Unchecked{Provider: "devrev", Scenario: "webhooks.get/" + verdict, Verdict: verdict, Cause: exit.CauseOther, Reason: "the reason", Message: message}, nil)
			}
			r.Add(drift.Report{Provider: "devrev", Scenario: "webhooks.get/200"})
		})
		all[command+"-hostile"] = judge(func(r *check.Report) {
			r.Against, r.Next = hostileTexts[0], hostileTexts[0]
			for _, text := range hostileTexts {
				r.Add(drift.Report{Provider: text, Scenario: text, Stored: text, Changes: []drift.Change{
					{Class: drift.Breaking, Rule: drift.Rule(text), Exchange: -1, Pointer: text, Message: text},
					{Class: drift.Cosmetic, Rule: drift.Rule(text), Pointer: text, Message: text},
				}})
				for _, verdict := range []string{session.LeftOut, session.Failed} {
					r.Leave(check.Unchecked{Provider: text, Scenario: text, Verdict: verdict, Cause: text, Reason: text, Message: text}, nil)
				}
			}
		})
	}
	all["lint-none"] = judgedLint(&lint.Report{Files: 3})
	findings := &lint.Report{Files: 2}
	for i, rule := range lint.Rules() {
		f := lint.Finding{Rule: rule.ID, Severity: rule.Severity, File: "testdata/a b.yaml", Line: i, Place: "response body", Message: rule.What}
		if i%2 == 0 {
			f.Interaction = new(i)
		}
		findings.Findings = append(findings.Findings, f)
	}
	all["lint-findings"] = judgedLint(findings)
	hostile := &lint.Report{}
	for i, text := range hostileTexts {
		for _, severity := range []lint.Severity{lint.Error, lint.Warning} {
			hostile.Findings = append(hostile.Findings, lint.Finding{Rule: text, Severity: severity, File: text, Line: -i, Interaction: new(-1), Place: text, Message: text})
		}
	}
	all["lint-hostile"] = judgedLint(hostile)
	for name, j := range all {
		j.Command, _, _ = strings.Cut(name, "-")
		all[name] = j
	}
	return all
}

// The schema is the one that is published for SARIF 2.1.0; testdata/SCHEMAS.md says
// where it is from.
func TestFormat_sarif(t *testing.T) {
	schema, err := jsonschema.Compile("testdata/sarif-2.1.0-rtm.5.json")
	require.NoError(t, err)
	for name, j := range situations() {
		var doc any
		require.NoError(t, json.Unmarshal([]byte(j.Text("sarif")), &doc))
		assert.NoError(t, schema.Validate(doc), name)
	}
	text := everything().Text("sarif")
	assert.Contains(t, text, `"uri": "a%20dir/200.yaml"`)
	assert.Contains(t, text, `"executionSuccessful": false`)
	for old, spoilt := range map[string]string{
		`"level": "note"`: `"level": "notice"`, `"startLine": 1`: `"startLine": 0`, `"version": "2.1.0"`: `"version": "2.1"`, `"ruleIndex": -1`: `"ruleIndex": -2`,
		`"artifactLocation"`: `"artifact"`, `"results"`: `"findings"`, `"executionSuccessful": false,`: "",
	} {
		var doc any
		require.Contains(t, text, old)
		require.NoError(t, json.Unmarshal([]byte(strings.Replace(text, old, spoilt, 1)), &doc))
		assert.Error(t, schema.Validate(doc), spoilt)
	}
}

// The goldens are what .ci/formats holds to JUnit's published schema.
func TestFormat_junit(t *testing.T) {
	known := map[string]bool{}
	for name, j := range situations() {
		got := j.Text("junit")
		path := "testdata/junit/" + name + ".xml"
		known[path] = true
		if os.Getenv("GOLDIE_UPDATE") == "true" && os.Getenv("CI") == "" {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), got, "GOLDIE_UPDATE=true go test ./cmd/record writes it anew")
	}
	paths, err := filepath.Glob("testdata/junit/*")
	require.NoError(t, err)
	for _, path := range paths {
		assert.True(t, known[path], "%s is no report any more", path)
	}

	text := everything().Text("junit")
	assert.Contains(t, text, `<testsuites name="record check" tests="4" failures="1" errors="1">`)
	assert.Equal(t, 1, strings.Count(text, "<failure"), "what does not fail the command fails no test")
	assert.Contains(t, text, "noted (unheard-of)")
	assert.Contains(t, text, "a dir/200.yaml: /webhook/status: ")
}

// No text of a vendor's begins a workflow command of its own, or a cell.
func TestFormat_github(t *testing.T) {
	text := everything().Text("github")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require.Len(t, lines, 6, text)
	for i, begin := range []string{"::error file=a dir/200.yaml,title=", "::warning file=a dir/200.yaml,line=7,", "::notice ", "::error title=dvelop failed::", "4 checked", report.BeforeNext + "record refresh --out 'a b'"} {
		assert.True(t, strings.HasPrefix(lines[i], begin), lines[i])
	}
	assert.Contains(t, lines[0], "%0D%0Asecond")
	assert.Contains(t, lines[0], "%250A")
}

func TestFormat_markdown(t *testing.T) {
	text := everything().Text("markdown")
	assert.NotContains(t, text, "<b>")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| error") || strings.HasPrefix(line, "| warning") || strings.HasPrefix(line, "| note") {
			assert.Equal(t, 6, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), line)
		}
	}
	assert.Equal(t, 1, strings.Count(text, "Not judged:"))
	assert.Contains(t, text, "\n\n    record refresh --out 'a b'\n")
}

// What GitHub shows holds no byte that is no text, wherever a report has a word.
func TestFormat_visible(t *testing.T) {
	cells := 0
	for name, j := range situations() {
		for _, format := range []string{"github", "markdown"} {
			text := j.Text(format)
			assert.True(t, utf8.ValidString(text), "%s of %s", format, name)
			assert.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }), "%s of %s", format, name)
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

func TestFormat_stepSummary(t *testing.T) {
	path := t.TempDir() + "/summary.md"
	require.NoError(t, os.WriteFile(path, []byte("before\n"), 0o600))
	require.NoError(t, everything().AppendSummary(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "before\n"+everything().Text("markdown"), string(data))
}

// What several cassettes share stands once where people read, and at each of them for
// machines.
func TestFormats_shared(t *testing.T) {
	r := check.NewReport("", "")
	for _, scenario := range []string{"webhooks.get/200", "webhooks.get/401", "webhooks.get/404"} {
		r.Add(drift.Report{Provider: "devrev", Scenario: scenario, Changes: []drift.Change{
			{Class: drift.Cosmetic, Rule: drift.LayoutChanged, Message: "written otherwise"},
			{Class: drift.Breaking, Rule: drift.BodyGone, Message: "gone"},
		}})
	}
	j := r.Judged(func(drift.Class) bool { return true })
	for format, text := range map[string]string{"github": j.Text("github"), "markdown": j.Text("markdown")} {
		assert.Equal(t, 1, strings.Count(text, "written otherwise"), format)
		assert.Equal(t, 1, strings.Count(text, "gone (body-gone)")+strings.Count(text, "| gone |"), format)
		assert.Contains(t, text, "webhooks.get/200 and 2 more", format)
	}
	assert.Equal(t, 3, strings.Count(j.Text("junit"), `type="body-gone"`))
	assert.Equal(t, 3, strings.Count(j.Text("sarif"), `"ruleId": "body-gone"`))
}

// Of failures of one cause people read one; those of other causes and vendors stand
// beside it, and each stays in the formats for machines.
func TestFormats_causes(t *testing.T) {
	r := check.NewReport("", "")
	for _, vendor := range []string{"devrev", "dvelop"} {
		for _, u := range []check.Unchecked{{Cause: exit.CauseOutage, Verdict: session.Failed}, {Cause: exit.CauseOutage, Verdict: session.Skipped}, {Cause: exit.CauseMoved, Verdict: session.Failed}, {Cause: exit.CauseCassette, Verdict: session.Failed}, {Cause: exit.CauseCassette, Verdict: session.Failed}} {
			u.Provider, u.Scenario, u.Reason = vendor, "operation/200", "why"
			r.Leave(u, nil)
		}
	}
	j := r.Judged(func(drift.Class) bool { return true })
	assert.Equal(t, 8, strings.Count(j.Text("github"), "::error "))
	assert.Contains(t, j.Text("github"), "title=devrev operation/200 and 1 more::why")
	assert.Equal(t, 8, strings.Count(j.Text("markdown"), ": why"))
	assert.Equal(t, 10, strings.Count(j.Text("junit"), "<error "))
}
