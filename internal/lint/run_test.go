package lint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
		{"no jobs", lint.Options{Paths: []string{file}, Jobs: -1}, "-1 jobs; expected 1 or more"},
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

func TestRun_exclusions(t *testing.T) {
	leak := string(exchange{answerBody: object("password", "hunter2")}.cassette(""))
	dir := write(t, map[string]string{
		"legacy/deep/er/a.yaml": leak, "legacy/b.yaml": leak, "other/c.yaml": leak,
		"lint.yml": "exclude: [{path: 'legacy/**', rule: secret-name, reason: old}, {path: 'nowhere/*.yaml', reason: none}]\n",
	})
	excluded, err := lint.ReadExclusions(filepath.Join(dir, "lint.yml"))
	require.NoError(t, err)

	report, err := lint.Run(t.Context(), lint.Options{Paths: []string{dir}, Excluded: excluded})

	require.NoError(t, err)
	assert.Equal(t, 1, report.Errors)
	assert.Equal(t, []int{2, 0}, []int{report.Excluded[0].Findings, report.Excluded[1].Findings})
	assert.Contains(t, texts(t, report), "excluded: nowhere/*.yaml (none), 0 findings")
}

// A finding of the baseline may move, and counts as often as it stands there.
func TestRun_baseline(t *testing.T) {
	leak := string(exchange{answerBody: object("password", "hunter2")}.cassette(""))
	dir := write(t, map[string]string{"a.yaml": leak, "b.yaml": leak})
	base := filepath.Join(dir, "known.json")
	require.NoError(t, os.WriteFile(base, []byte(asJSON(t, run(t, dir))), 0o644))
	known, err := lint.ReadBaseline(base)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("# moved\n"+strings.Replace(leak, "\n%s", "", 1)), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.yaml"), []byte(fine), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(leak), 0o644))

	report, err := lint.Run(t.Context(), lint.Options{Paths: []string{dir}, Baseline: known})

	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	assert.Equal(t, filepath.Join(dir, "c.yaml"), report.Findings[0].File)
	assert.Equal(t, []int{1, 1}, []int{report.Known, report.Gone})
}

// What a person reads is bounded; what a program reads is not.
func TestReport_isBounded(t *testing.T) {
	files := map[string]string{}
	for i := range 120 {
		files[fmt.Sprintf("%03d.yaml", i)] = string(exchange{answerBody: object("password", strings.Repeat("hunter2", 1+i))}.cassette(""))
		files[fmt.Sprintf("same-%03d.yaml", i)] = string(exchange{answerBody: object("api_key", letters(24))}.cassette(""))
	}

	report := run(t, write(t, files))

	assert.Equal(t, 240, report.Errors)
	text := texts(t, report)
	assert.Equal(t, 100, strings.Count(text, ": error: ")+strings.Count(text, ": warning: "))
	assert.Contains(t, text, "secret-name      240 errors in 240 files\n")
	assert.Contains(t, text, "\nand more; --json lists all\n")
	for i := range 120 {
		delete(files, fmt.Sprintf("%03d.yaml", i))
	}
	assert.Contains(t, texts(t, run(t, write(t, files))), "/api_key holds 24 bytes that are no placeholder (and in 119 more places, 120 files in all)\n")
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

	found := lint.Check("a.yaml", []byte(b.String()))

	require.Len(t, found, 21)
	assert.True(t, has(found, "personal-data"))
	assert.Equal(t, "fires in 80 more places of this file", found[0].Message)
}

func TestMissedRedaction(t *testing.T) {
	cassette := func(key, value string) string {
		return string(exchange{answerBody: object(key, value)}.cassette(""))
	}
	for _, c := range []struct {
		name  string
		files int
		key   string
		value func(i int) string
		fires bool
	}{
		{"a new value in each", 8, "client_secret", func(i int) string { return "word" + strings.Repeat("x", i) }, true},
		{"written in humps", 8, "clientSecret", func(i int) string { return "word" + strings.Repeat("x", i) }, true},
		{"one value in all", 30, "client_secret", func(int) string { return "word" }, false},
		{"a few values in many files", 40, "client_secret", func(i int) string { return "word" + strings.Repeat("x", i%3) }, false},
		{"each value many times", 60, "client_secret", func(i int) string { return "word" + strings.Repeat("x", i%6) }, false},
		{"placeholders", 30, "client_secret", func(i int) string { return fmt.Sprintf("client-secret-%d", i) }, false},
		{"no secret", 30, "colour", func(i int) string { return fmt.Sprint("word", i) }, false},
		{"too few to say", 4, "client_secret", func(i int) string { return "word" + strings.Repeat("x", i) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			for i := range c.files {
				files[fmt.Sprintf("%02d.yaml", i)] = cassette(c.key, c.value(i))
			}

			report := run(t, write(t, files))

			assert.Equal(t, c.fires, has(report.Findings, "missed-redaction"))
		})
	}
}

func TestHeaderLost_aBrokenNeighbourHasNone(t *testing.T) {
	report := run(t, write(t, map[string]string{"broken.yaml": "[\n", "plain.yaml": fine}))

	assert.Equal(t, []string{"load"}, rulesOf(report)[:1])
	assert.False(t, has(report.Findings, "header-lost"))
}
