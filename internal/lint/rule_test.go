package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// credential is the one of the environment that the fixtures of secret-known
// hold.
const credential = "qJ7-tenant-credential-55"

func env(name string) string { return map[string]string{"DEVREV_TOKEN": credential}[name] }

func run(t *testing.T, paths ...string) *lint.Report {
	t.Helper()
	report, err := lint.Run(t.Context(), lint.Options{Paths: paths, Getenv: env})
	require.NoError(t, err)
	return report
}

func texts(t *testing.T, r *lint.Report) string {
	t.Helper()
	return filepath.ToSlash(r.Text())
}

func rulesOf(r *lint.Report) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Rule)
	}
	return all
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("GOLDIE_UPDATE") == "true" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "GOLDIE_UPDATE=true go test ./internal/lint writes %s", file)
}

// ofTheContract is a finding in the words of package contract, which pins them.
var ofTheContract = regexp.MustCompile(`(?m)(: contract(?:-news)?: #\d+ (?:request|answer) (?:URL|body \S+)) .*`)

func TestRules_fire(t *testing.T) {
	for _, rule := range lint.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			dir := filepath.Join("testdata", "rules", rule.ID)

			report := run(t, filepath.Join(dir, "fires"))

			assert.Contains(t, rulesOf(report), rule.ID)
			golden(t, filepath.Join(dir, "report.txt"), ofTheContract.ReplaceAllString(texts(t, report), "$1 …"))
		})
	}
}

func TestRules_leaveCleanFilesAlone(t *testing.T) {
	for _, rule := range lint.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			report := run(t, filepath.Join("testdata", "rules", rule.ID, "clean"))

			assert.Empty(t, report.Findings)
			assert.Positive(t, report.Files)
		})
	}
}

func TestRules_areDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range lint.Rules() {
		assert.Regexp(t, regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), rule.ID)
		assert.False(t, seen[rule.ID], rule.ID)
		seen[rule.ID] = true
		assert.Contains(t, []lint.Severity{lint.Error, lint.Warning}, rule.Severity, rule.ID)
		for _, sentence := range []string{rule.What, rule.Why, rule.Fix} {
			assert.NotEmpty(t, sentence, rule.ID)
			assert.False(t, strings.HasSuffix(sentence, "."), "%s: %s", rule.ID, sentence)
		}
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "rules"))
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, seen[e.Name()], "testdata/rules/%s is the fixture of no rule", e.Name())
	}
}

func TestShippedCassettesAreClean(t *testing.T) {
	report := run(t, filepath.Join("..", "..", "cassettes"))

	assert.Empty(t, report.Findings)
	assert.Greater(t, report.Files, 20)
}
