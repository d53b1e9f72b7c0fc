package lint_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

func TestReport_json(t *testing.T) {
	report, err := lint.Run(t.Context(), lint.Options{
		Paths:    []string{"testdata/rules/ids", "testdata/rules/empty", "testdata/rules/secret-name/fires/broken.yaml"},
		Disabled: map[string]string{"load": "broken on purpose", "ambiguous": "own matcher"},
	})
	require.NoError(t, err)

	golden(t, filepath.Join("testdata", "report.json"), filepath.ToSlash(asJSON(report)))
}

func TestReport_text(t *testing.T) {
	report, err := lint.Run(t.Context(), lint.Options{
		Paths:    []string{"testdata/rules/ids", "testdata/rules/empty", "testdata/rules/secret-name/fires/broken.yaml"},
		Disabled: map[string]string{"load": "broken on purpose", "ambiguous": "own matcher"},
	})
	require.NoError(t, err)

	golden(t, filepath.Join("testdata", "report.txt"), texts(t, report))
}

func TestReport_isTheSameHoweverManyJobs(t *testing.T) {
	one, err := lint.Run(t.Context(), lint.Options{Paths: []string{"testdata/rules"}, Jobs: 1})
	require.NoError(t, err)
	many, err := lint.Run(t.Context(), lint.Options{Paths: []string{"testdata/rules"}, Jobs: 16})
	require.NoError(t, err)

	assert.Equal(t, texts(t, one), texts(t, many))
	assert.Positive(t, one.Errors)
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
