package goldentest_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

// link makes a link at a path below testdata/golden.
func link(tb testing.TB, to, at string) {
	tb.Helper()
	require.NoError(tb, os.MkdirAll(filepath.Dir(at), 0o755))
	require.NoError(tb, os.Symlink(to, at))
}

// Whatever stands in the place of a golden file, or of a directory around it: an update
// writes what a link leads to and names both, and refuses what leads nowhere, as a
// comparison does. No link is replaced.
func TestAssert_whatStandsInThePlace(t *testing.T) {
	const leads = `golden "lookup": FILE written`
	for name, c := range map[string]struct {
		make             func(tb testing.TB)
		compared, update string // what is said; a golden is written to file
		file             string
	}{
		"nothing": {func(testing.TB) {}, "testdata/golden/lookup.golden.json does not exist\n", strings.Replace(leads, "FILE", lookupFile, 1), lookupFile},
		"a link": {func(tb testing.TB) {
			writeFile(tb, "testdata/golden/real.json", "{}\n")
			link(tb, "real.json", lookupFile)
		}, "-want +got",
			"testdata/golden/real.json, to which testdata/golden/lookup.golden.json leads, written", "testdata/golden/real.json"},
		"a link out of the directory": {func(tb testing.TB) {
			writeFile(tb, "shared/real.json", "{}\n")
			link(tb, "../../shared/real.json", lookupFile)
		}, "-want +got",
			"shared/real.json, to which testdata/golden/lookup.golden.json leads, written", "shared/real.json"},
		"a link to a link": {func(tb testing.TB) {
			writeFile(tb, "shared/real.json", "{}\n")
			link(tb, "real.json", "shared/two.json")
			link(tb, "../../shared/two.json", lookupFile)
		}, "-want +got", "shared/real.json, to which testdata/golden/lookup.golden.json leads, written", "shared/real.json"},
		"a directory that is a link": {func(tb testing.TB) {
			writeFile(tb, "shared/lookup.golden.json", "{}\n")
			link(tb, "../shared", "testdata/golden")
		}, "-want +got",
			"shared/lookup.golden.json, to which testdata/golden/lookup.golden.json leads, written", "shared/lookup.golden.json"},
		"nothing in a directory that is a link": {func(tb testing.TB) { writeFile(tb, "shared/other", ""); link(tb, "../shared", "testdata/golden") }, "testdata/golden/lookup.golden.json does not exist\n",
			"testdata/golden/lookup.golden.json written", "shared/lookup.golden.json"},
		"a link to nothing": {func(tb testing.TB) { link(tb, "gone.json", lookupFile) },
			"testdata/golden/lookup.golden.json is a link to gone.json, which does not exist; correct the link, or remove it", "", ""},
		"a link to itself": {func(tb testing.TB) { link(tb, "lookup.golden.json", lookupFile) },
			"testdata/golden/lookup.golden.json is a link to lookup.golden.json, which leads back to itself; correct the link, or remove it", "", ""},
		"two links to each other": {func(tb testing.TB) {
			link(tb, "two.json", lookupFile)
			link(tb, "lookup.golden.json", "testdata/golden/two.json")
		},
			"testdata/golden/lookup.golden.json is a link to two.json, which leads back to itself; correct the link, or remove it", "", ""},
		"a directory that is a link to nothing": {func(tb testing.TB) { link(tb, "gone", "testdata/golden") }, "testdata/golden is a link to gone, which does not exist; correct the link, or remove it", "", ""},
		"a directory":                           {func(tb testing.TB) { require.NoError(tb, os.MkdirAll(lookupFile+"/x", 0o755)) }, "testdata/golden/lookup.golden.json is not a regular file; expected the golden file", "", ""},
		"a link to a directory": {func(tb testing.TB) {
			require.NoError(tb, os.MkdirAll("shared", 0o755))
			link(tb, "../../shared", lookupFile)
		}, "testdata/golden/lookup.golden.json is not a regular file; expected the golden file", "", ""},
		"a file around it": {func(tb testing.TB) { writeFile(tb, "testdata/golden", "") }, "testdata/golden is a file; expected a directory for testdata/golden/lookup.golden.json", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			workspace(t)
			c.make(t)
			before := links(t)

			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", lookup)
			assert.Contains(t, tb.Failures(), c.compared)

			setFlag(t, "update", "true")
			tb = tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", lookup)
			if c.file == "" {
				assert.Equal(t, []string{`golden "lookup": ` + c.compared}, tb.Errors())
			} else {
				assert.Empty(t, tb.Errors())
				assert.Contains(t, tb.Said(), c.update)
				assert.Equal(t, lookupGolden, readFile(t, c.file))
			}
			assert.Equal(t, before, links(t))
			assert.False(t, slices.ContainsFunc(files(t), func(f string) bool { return strings.Contains(f, ".golden-") }))
		})
	}
}

// links are the links below the working directory and what they say.
func links(tb testing.TB) []string {
	all := map[string]bool{}
	for _, file := range files(tb) {
		if to, err := os.Readlink(file); err == nil {
			all[file+" -> "+to] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
