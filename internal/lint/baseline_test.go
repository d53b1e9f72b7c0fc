package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// A finding of the baseline may move, and counts as often as it stands there.
func TestRun_baseline(t *testing.T) {
	leak := string(exchange{answerBody: object("password", "hunter2")}.cassette(""))
	dir := write(t, map[string]string{"a.yaml": leak, "b.yaml": leak})
	base := filepath.Join(dir, "known.json")
	require.NoError(t, os.WriteFile(base, []byte(asJSON(run(t, dir))), 0o644))
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

// known judges a file before and after an edit, with the findings before it as the
// baseline.
func known(t *testing.T, before, after string) *lint.Report {
	t.Helper()
	dir := write(t, map[string]string{"a.yaml": before})
	base := filepath.Join(t.TempDir(), "known.json")
	require.NoError(t, os.WriteFile(base, []byte(asJSON(run(t, dir))), 0o644))
	baseline, err := lint.ReadBaseline(base)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(after), 0o644))
	report, err := lint.Run(t.Context(), lint.Options{Paths: []string{dir}, Baseline: baseline})
	require.NoError(t, err)
	return report
}

// A secret at a place that the baseline does not know is an error, however many stand
// in the file, of whatever length, and whatever went away.
func TestRun_baselineKnowsPlaces(t *testing.T) {
	passwords := func(from, to int) string {
		var all []string
		for i := range to - from {
			all = append(all, fmt.Sprintf(`"n%d":{"password":"hunter%d"}`, from+i, 100+i))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	note := func(texts ...string) exchange { return exchange{answerBody: strings.Join(texts, " and ")} }
	one, other, third := "ghp_A"+letters(35), "ghp_B"+letters(35), "ghp_C"+letters(35)
	two := func(first, second string) string {
		return string(exchange{answerBody: first}.cassette("")) + strings.ReplaceAll(strings.TrimPrefix(string(exchange{answerBody: second}.cassette("")), start), "id: 0", "id: 1")
	}
	tried := 0
	for _, n := range []int{1, 19, 20, 21, 25, 60} {
		for what, c := range map[string]struct {
			before, after string
			fresh         int
		}{
			"the same":            {passwords(0, n), passwords(0, n), 0},
			"one more":            {passwords(0, n), passwords(0, n+1), 1},
			"one less":            {passwords(0, n+1), passwords(0, n), 0},
			"one instead":         {passwords(0, n), passwords(1, n+1), 1},
			"another name":        {passwords(0, n), strings.Replace(passwords(0, n), `"n0"`, `"zz"`, 1), 1},
			"another length":      {passwords(0, n), strings.Replace(passwords(0, n), "hunter100", "hunter1000", 1), 1},
			"another secret's":    {passwords(0, n), strings.Replace(passwords(0, n), `"password"`, `"passwd"`, 1), 1},
			"in one more request": {passwords(0, n), "", n},
		} {
			tried++
			after := string(exchange{answerBody: c.after}.cassette(""))
			if c.after == "" {
				after = two("{}", c.before)
			}
			report := known(t, string(exchange{answerBody: c.before}.cassette("")), after)
			assert.Equal(t, c.fresh, report.Errors, "%d passwords, %s", n, what)
		}
	}
	for what, c := range map[string]struct {
		before, after exchange
		fresh         int
	}{
		"a second key in a text":      {note(one), note(one, other), 1},
		"the same key again":          {note(one), note(one, one), 0},
		"two keys, then others":       {note(one, other), note(other, third), 0},
		"a third":                     {note(one, other), note(one, other, third), 1},
		"a second password in a text": {note("password='hunter2'"), note("password='hunter2'", "password='hunter3'"), 1},
		"a second header":             {exchange{answerHeader: "X-Api-Key", answerValue: one}, exchange{answerHeader: "X-Api-Key", answerValue: one + ", " + other}, 1},
	} {
		tried++
		report := known(t, string(c.before.cassette("")), string(c.after.cassette("")))
		assert.GreaterOrEqual(t, report.Errors, c.fresh, what)
		if c.fresh == 0 {
			assert.Zero(t, report.Errors, what)
		}
	}
	t.Logf("%d edits", tried)
}
