package lint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

const fine = "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response: {code: 200}\n"

// write writes files below a new directory and returns it.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func TestRun_refusesWrongUse(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": fine, "empty/b.txt": "x", "other/kustomize.yaml": "kind: x\n"})
	file := filepath.Join(dir, "a.yaml")
	for _, c := range []struct {
		name    string
		options lint.Options
		want    string
	}{
		{"no path", lint.Options{}, "no cassette named; name files or directories"},
		{"two that do not exist", lint.Options{Paths: []string{"no-such.yaml", "no-such"}}, "\"no-such.yaml\": no such file or directory\n\"no-such\": no such file or directory"},
		{"no cassette", lint.Options{Paths: []string{filepath.Join(dir, "empty"), filepath.Join(dir, "other")}}, "no cassette below DIR/empty, DIR/other"},
		{"a rule that does not exist", lint.Options{Paths: []string{file}, Disabled: map[string]string{"secret-nam": "x"}}, `there is no rule "secret-nam"; did you mean "secret-name"?`},
		{"a rule far from any", lint.Options{Paths: []string{file}, Disabled: map[string]string{"qqqqqqqqqqqqqqqqq": "x"}}, `there is no rule "qqqqqqqqqqqqqqqqq"; there are load, empty, v1-format, second-document, incomplete, unknown-keys, ids, body-save, content-length, header-names, form-body, frozen-error, ambiguous, secret-known, secret-name, secret-shape, missed-redaction, tenant-data, personal-data, header-lost, contract, contract-news, not-searched`},
		{"no reason", lint.Options{Paths: []string{file}, Disabled: map[string]string{"ids": " "}}, `rule "ids" is switched off without a reason`},
		{"no jobs", lint.Options{Paths: []string{file}, Jobs: -1}, "-1 jobs; expected 1 to 1024"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := lint.Run(t.Context(), c.options)

			require.Error(t, err)
			assert.Equal(t, c.want, strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir), "DIR"))
		})
	}
}

func TestRun_takesWhatIsNamed(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml": fine, "deep/er/b.yml": fine, "deep/C.YAML": fine, "d.json": "{", ".git/e.yaml": "[", "deployment.yaml": "kind: x\n",
		"named.txt": "version: 2\n", "broken.yaml": "[\n",
	})
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "loop")))

	report := run(t, dir, filepath.Join(dir, "named.txt"), filepath.Join(dir, "a.yaml"), filepath.Join(dir, ".", "deep"))

	assert.Equal(t, 5, report.Files)
	assert.Equal(t, 1, report.Skipped)
	assert.Equal(t, []string{"load", "empty"}, rulesOf(report))
}

func TestRun_aFileNamedByItselfIsNeverSkipped(t *testing.T) {
	dir := write(t, map[string]string{"deployment.yaml": "kind: x\n"})

	report := run(t, filepath.Join(dir, "deployment.yaml"))

	assert.Equal(t, []string{"empty", "unknown-keys"}, rulesOf(report))
}

func TestRun_doesNotWaitForPipes(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": fine})
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600))

	report := run(t, dir)

	require.Len(t, report.Findings, 1)
	assert.Equal(t, "is no regular file", report.Findings[0].Message)
}

// A link that is named is followed. One below a directory that leads elsewhere is
// named, and one that leads to a place within is judged there, once.
func TestRun_links(t *testing.T) {
	elsewhere := write(t, map[string]string{"e.yaml": fine})
	dir := write(t, map[string]string{"a.yaml": fine, "deep/b.yaml": fine})
	require.NoError(t, os.Symlink(filepath.Join(dir, "deep"), filepath.Join(dir, "within")))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink(dir, filepath.Join(elsewhere, "named")))

	report := run(t, filepath.Join(elsewhere, "named"))

	assert.Equal(t, 2, report.Files)
	assert.Equal(t, []string{filepath.Join(elsewhere, "named", "out")}, report.Links)
	assert.Contains(t, texts(t, report), "in 2 files, 1 link to another directory not followed (")
}

// A directory that cannot be read is one finding, and the others are searched. Its
// path is too long for the system here, which stops every user.
func TestRun_unreadableDirectory(t *testing.T) {
	leak := string(exchange{answerBody: object("password", "hunter2")}.cassette(""))
	dir := write(t, map[string]string{"a.yaml": leak, "z/z.yaml": leak})
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	for range 20 {
		name := strings.Repeat("m", 250)
		require.NoError(t, root.Mkdir(name, 0o755))
		next, err := root.OpenRoot(name)
		require.NoError(t, err)
		require.NoError(t, root.Close())
		root = next
	}
	require.NoError(t, root.Close())

	report := run(t, dir)

	assert.Equal(t, 2, report.Files)
	assert.ElementsMatch(t, []string{"secret-name", "load", "secret-name"}, rulesOf(report))
	assert.Equal(t, 3, report.Errors)
	assert.Contains(t, texts(t, report), "cannot be read, and what lies below it was not searched: ")
}

// What has control characters or look-alikes in its name is quoted, so that a finding
// stays a line.
func TestRun_namesOfFiles(t *testing.T) {
	for _, name := range []string{"a\nb.yaml", "a\rb.yaml", "a\x1b[31mb.yaml", "a\tb.yaml", "a\u200bb.yaml", "a\u202eb.yaml", "webh\u043eok.yaml"} {
		dir := write(t, map[string]string{name: string(exchange{answerBody: object("password", "hunter2")}.cassette(""))})

		text := texts(t, run(t, dir))

		assert.NotContains(t, text, name)
		assert.Regexp(t, `(?m)^"[^"]*b?.*\.yaml":5: error: secret-name: #0 answer body /password holds 7 bytes that are no placeholder$`, text)
	}
}

// The values that a team's own placeholders stand for are counted, also when there are
// none.
func TestRun_placeholders(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml": string(exchange{answerBody: `{"password": "qa-one", "api_key": "qa-two-22aa33bb", "token": "REDACTED", "n": "qa-three"}`}.cassette("")),
		"b.yaml": string(exchange{requestHeader: "Authorization", requestValue: "Bearer qa-four-44dd55ee66"}.cassette("")),
	})
	for pattern, want := range map[string]int{`qa-[a-z0-9-]+`: 4, `.*`: 4, `qb-.*`: 0, `qa-one`: 1} {
		report, err := lint.Run(t.Context(), lint.Options{Paths: []string{dir}, Placeholders: []*regexp.Regexp{regexp.MustCompile(pattern)}})

		require.NoError(t, err)
		assert.Equal(t, []lint.Placeholder{{Pattern: pattern, Findings: want}}, report.Placeholders)
		assert.Contains(t, texts(t, report), fmt.Sprintf("placeholder: %s, %d finding", pattern, want))
	}
}

func TestRun_danglingLink(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": fine})
	require.NoError(t, os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "b.yaml")))

	report := run(t, dir)

	require.Len(t, report.Findings, 1)
	assert.Equal(t, "cannot be read: no such file or directory", report.Findings[0].Message)
}

func TestRun_stops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()

	_, err := lint.Run(ctx, lint.Options{Paths: []string{"testdata/rules"}})

	require.ErrorIs(t, err, context.Canceled)
}

func TestRun_switchedOff(t *testing.T) {
	report, err := lint.Run(t.Context(), lint.Options{
		Paths:    []string{"testdata/rules/frozen-error/fires"},
		Disabled: map[string]string{"frozen-error": "the tests are about it", "ids": "numbered by hand"},
	})

	require.NoError(t, err)
	assert.Empty(t, report.Findings)
	assert.Equal(t, []lint.Off{{Rule: "ids", Reason: "numbered by hand"}, {Rule: "frozen-error", Reason: "the tests are about it", Findings: 2}}, report.Disabled)
}

// Every rule can be switched off, also those that look at several files.
func TestRun_everyRuleCanBeSwitchedOff(t *testing.T) {
	for _, rule := range lint.Rules() {
		report, err := lint.Run(t.Context(), lint.Options{
			Paths: []string{filepath.Join("testdata", "rules", rule.ID, "fires")}, Getenv: env,
			Disabled: map[string]string{rule.ID: "because"},
		})

		require.NoError(t, err)
		assert.NotContains(t, rulesOf(report), rule.ID)
		require.Len(t, report.Disabled, 1)
		assert.Positive(t, report.Disabled[0].Findings, rule.ID)
	}
}

func TestRun_onlyErrorsCount(t *testing.T) {
	report := run(t, "testdata/rules/ids/fires")

	assert.Zero(t, report.Errors)
	assert.Equal(t, 3, report.Warnings)
}

func TestFindings_arePerFileBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 2\ninteractions:\n")
	for i := range 100 {
		fmt.Fprintf(&b, "- id: %d\n  request: {method: GET, url: 'https://api.test/'}\n  response: {code: 200, body: 'mail-%d@acme.io'}\n", i, i)
	}

	report := run(t, write(t, map[string]string{"a.yaml": b.String()}))

	assert.Len(t, report.Findings, 100, "JSON holds all")
	assert.Equal(t, 100, report.Warnings)
	require.Len(t, report.Listed(), 21)
	assert.Equal(t, "fires in 80 more places of this file", report.Listed()[20].Message)
}

// A file with more findings than are kept says so, and no baseline covers that.
func TestFindings_areBounded(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": string(exchange{answerBody: "[" + strings.Repeat(`{"password":"hunter2"},`, 10_050) + "0]"}.cassette(""))})
	base := filepath.Join(t.TempDir(), "known.json")
	require.NoError(t, os.WriteFile(base, []byte(asJSON(run(t, dir))), 0o644))
	known, err := lint.ReadBaseline(base)
	require.NoError(t, err)

	report, err := lint.Run(t.Context(), lint.Options{Paths: []string{dir}, Baseline: known})

	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	assert.Equal(t, "fires in more than 10000 places of this file; split the cassette", report.Findings[0].Message)
	assert.Equal(t, 10_000, report.Known)
}

func TestHeaderLost_aBrokenNeighbourHasNone(t *testing.T) {
	report := run(t, write(t, map[string]string{"broken.yaml": "[\n", "plain.yaml": fine}))

	assert.Equal(t, []string{"load"}, rulesOf(report)[:1])
	assert.False(t, has(report.Findings, "header-lost"))
}
