package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/lint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
