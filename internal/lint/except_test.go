package lint_test

import (
	"os"
	"path/filepath"
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

// What leaves nothing out is refused when it is read, every mistake at once.
func TestReadExclusions_withoutEffect(t *testing.T) {
	dir := write(t, map[string]string{"legacy/a.yaml": fine, "b.yaml": fine})
	for exclude, want := range map[string]string{
		"exclude: []": "excludes nothing; expected exclude, a list of path, rule and reason",
		"":            "excludes nothing; expected exclude, a list of path, rule and reason",
		"exclude:":    "excludes nothing; expected exclude, a list of path, rule and reason",
		"exclude: [{path: a/**, reason: x}]\n---\nexclude: []":                          "holds a second YAML document, which is not read; make one of both",
		"exclude: [{path: ../other/**, reason: x}]":                                     `exclusion 1 has the path "../other/**", which leads out of the directory of the file that it stands in; put the file further up`,
		"exclude: [{path: a/../**, reason: x}]":                                         `exclusion 1 has the path "a/../**", which leads out of`,
		"exclude: [{path: /etc/**, reason: x}]":                                         `exclusion 1 has the path "/etc/**"; expected one with slashes, relative to the file that it stands in`,
		`exclude: [{path: 'a\b.yaml', reason: x}]`:                                      `exclusion 1 has the path "a\\b.yaml"; expected one with slashes`,
		"exclude: [{path: legacy, reason: x}]":                                          `exclusion 1 has the path "legacy", which is a directory; expected "legacy/**" for the files below it`,
		"exclude: [{path: gone/, reason: x}]":                                           `exclusion 1 has the path "gone/", which is a directory; expected "gone/**"`,
		"exclude: [{path: ., reason: x}]":                                               `exclusion 1 has the path ".", which is a directory; expected "**"`,
		"exclude: [{path: '[', reason: x}]":                                             `exclusion 1 has the path "[", which cannot be matched; expected one such as legacy/**`,
		"exclude: [{reason: x}]":                                                        `exclusion 1 has the path "", which cannot be matched`,
		"exclude: [{path: b.yaml, reason: ' '}]":                                        "exclusion 1 has no reason",
		"exclude: [{path: b.yaml, rule: secret-nam, reason: x}]":                        `exclusion 1 has no such rule: there is no rule "secret-nam"; did you mean "secret-name"?`,
		"exclude: [{path: b.yaml, reason: x}, {path: ./b.yaml, rule: load, reason: y}]": "exclusion 2 has no effect: exclusion 1 leaves out the same",
		"exclude: [{path: b.yaml, reason: x, rules: load}]":                             "line 1: rules has no place there; expected exclude, a list of path, rule and reason",
		"excludes: []":    "line 1: excludes has no place there; expected exclude, a list of path, rule and reason",
		"exclude: legacy": "line 1: `legacy` has no place there; expected exclude, a list of path, rule and reason",
		"exclude: [{path: ../a, reason: x}, {path: b.yaml}, {path: legacy, reason: x}]": "exclusion 3 has the path",
	} {
		file := filepath.Join(dir, "lint.yml")
		require.NoError(t, os.WriteFile(file, []byte(exclude), 0o644))

		_, err := lint.ReadExclusions(file)

		require.ErrorContains(t, err, want, exclude)
		assert.Contains(t, err.Error(), "lint.yml")
	}
}
