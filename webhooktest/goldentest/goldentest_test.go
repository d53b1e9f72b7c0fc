package goldentest_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

type subscription struct {
	URL    string          `json:"url"`
	ID     string          `json:"id"`
	Events []string        `json:"events"`
	Secret string          `json:"-"`
	Extra  json.RawMessage `json:"extra,omitempty"`
}

var lookup = subscription{
	URL: "https://example.com/hook?a=1&b=<2>", ID: "webhook-id", Events: []string{"work_created"},
	Secret: "not part of the encoding", Extra: json.RawMessage(`{"n":1.50,"big":12345678901234567890}`),
}

const lookupGolden = `{
  "events": [
    "work_created"
  ],
  "extra": {
    "big": 12345678901234567890,
    "n": 1.50
  },
  "id": "webhook-id",
  "url": "https://example.com/hook?a=1&b=<2>"
}
`

const lookupFile = "testdata/golden/lookup.golden.json"

// workspace makes an empty directory the working directory, and the environment
// that of a developer who updates nothing.
func workspace(tb testing.TB) {
	tb.Helper()
	for _, name := range []string{"CI", "WEBHOOKTEST_RECORD", "WEBHOOKTEST_GOLDEN_FORCE", "GOLDIE_UPDATE", "GOLDIE_CLEAN"} {
		tb.Setenv(name, "")
	}
	setFlag(tb, "update", "false")
	setFlag(tb, "clean", "false")
	tb.Chdir(tb.TempDir())
}

func setFlag(tb testing.TB, name, value string) {
	tb.Helper()
	old := flag.Lookup(name).Value.String()
	require.NoError(tb, flag.Set(name, value))
	tb.Cleanup(func() { _ = flag.Set(name, old) })
}

func writeFile(tb testing.TB, file, content string) {
	tb.Helper()
	require.NoError(tb, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(tb, os.WriteFile(file, []byte(content), 0o644))
}

func readFile(tb testing.TB, file string) string {
	tb.Helper()
	content, err := os.ReadFile(file)
	require.NoError(tb, err)
	return string(content)
}

// A test binary that defines one of goldie's flags as well panics before its
// first test: the package documentation says so.
func TestFlags(t *testing.T) {
	for _, name := range []string{"update", "clean", "template"} {
		assert.Panics(t, func() { flag.Bool(name, false, "") }, name)
	}
}

// files lists all files and directories below the working directory.
func files(tb testing.TB) []string {
	tb.Helper()
	var all []string
	require.NoError(tb, filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if path != "." {
			all = append(all, filepath.ToSlash(path))
		}
		return err
	}))
	return all
}

func TestUpdate_thenCompare(t *testing.T) {
	workspace(t)
	asserts := map[string]func(tb testing.TB){
		lookupFile:                        func(tb testing.TB) { goldentest.Assert(tb, "lookup", lookup) },
		"testdata/golden/raw.golden":      func(tb testing.TB) { goldentest.AssertBytes(tb, "raw", []byte("a\r\nb")) },
		"testdata/golden/a/b.golden.json": func(tb testing.TB) { goldentest.AssertJSON(tb, "a/b", []byte(`{"b":1.0,"a":[]}`)) },
		"other/dir/lookup.golden.json": func(tb testing.TB) {
			goldentest.Assert(tb, "lookup", nil, goldentest.Dir("other/dir"))
		},
	}

	setFlag(t, "update", "true")
	for file, do := range asserts {
		tb := tbtest.New("TestLookup")
		do(tb)
		require.Empty(t, tb.Errors())
		require.Len(t, tb.Logs(), 1)
		require.Contains(t, tb.Logs()[0], file+" written")
	}

	assert.Equal(t, lookupGolden, readFile(t, lookupFile))
	assert.Equal(t, "a\r\nb", readFile(t, "testdata/golden/raw.golden"))
	assert.Equal(t, "{\n  \"a\": [],\n  \"b\": 1.0\n}\n", readFile(t, "testdata/golden/a/b.golden.json"))
	assert.Equal(t, "null\n", readFile(t, "other/dir/lookup.golden.json"))
	assert.Equal(t, []string{
		"other", "other/dir", "other/dir/lookup.golden.json",
		"testdata", "testdata/golden", "testdata/golden/a", "testdata/golden/a/b.golden.json",
		lookupFile, "testdata/golden/raw.golden",
	}, files(t), "an update leaves nothing but the golden files")

	setFlag(t, "update", "false")
	for _, do := range asserts {
		tb := tbtest.New("TestLookup")
		do(tb)
		require.Empty(t, tb.Errors())
		require.Empty(t, tb.Logs())
	}
}

func TestUpdate_keepsEqualFile(t *testing.T) {
	workspace(t)
	crlf := strings.ReplaceAll(lookupGolden, "\n", "\r\n")
	writeFile(t, lookupFile, crlf)
	setFlag(t, "update", "true")
	t.Setenv("CI", "true")

	tb := tbtest.New("TestLookup")
	tb.Fail()
	goldentest.Assert(tb, "lookup", lookup)

	assert.Empty(t, tb.Errors(), "nothing is to be written, so nothing is refused")
	assert.Empty(t, tb.Logs())
	assert.Equal(t, crlf, readFile(t, lookupFile))
}

func TestUpdate_replacesWholeFile(t *testing.T) {
	workspace(t)
	writeFile(t, lookupFile, "something longer than null")
	before, err := os.Open(lookupFile)
	require.NoError(t, err)
	defer before.Close()
	setFlag(t, "update", "true")

	goldentest.Assert(tbtest.New("TestLookup"), "lookup", nil)

	assert.Equal(t, "null\n", readFile(t, lookupFile))
	old := make([]byte, 64)
	n, err := before.Read(old)
	require.NoError(t, err)
	assert.Equal(t, "something longer than null", string(old[:n]), "a reader of the old file keeps the old file")
}

func TestUpdate_refused(t *testing.T) {
	ci := `golden "lookup": testdata/golden/lookup.golden.json not written: this is CI (the variable CI is set), where an update hides a failure; update on a developer's machine, or set WEBHOOKTEST_GOLDEN_FORCE=true`
	for _, test := range []struct {
		name    string
		env     map[string]string
		failed  bool
		present string // another file that exists
		want    string // empty: written
	}{
		{name: "CI", env: map[string]string{"CI": "true"}, want: ci},
		{name: "CI is a word", env: map[string]string{"CI": "woodpecker"}, want: ci},
		{name: "not CI", env: map[string]string{"CI": "false"}},
		{name: "forced", env: map[string]string{"CI": "true", "WEBHOOKTEST_GOLDEN_FORCE": "true"}},
		{name: "not forced", env: map[string]string{"CI": "true", "WEBHOOKTEST_GOLDEN_FORCE": "no"}, want: ci},
		{
			name: "recording", env: map[string]string{"WEBHOOKTEST_RECORD": "testdata"},
			want: `golden "lookup": testdata/golden/lookup.golden.json not written: WEBHOOKTEST_RECORD is set, and a recording may still be refused; record first, then replay with update`,
		},
		{
			name: "both", env: map[string]string{"WEBHOOKTEST_RECORD": "testdata", "CI": "true"},
			want: `golden "lookup": testdata/golden/lookup.golden.json not written: WEBHOOKTEST_RECORD is set, and a recording may still be refused; record first, then replay with update
this is CI (the variable CI is set), where an update hides a failure; update on a developer's machine, or set WEBHOOKTEST_GOLDEN_FORCE=true`,
		},
		{
			name: "failed already", failed: true,
			want: `golden "lookup": testdata/golden/lookup.golden.json not written: the test has failed already; make everything else pass, then update`,
		},
		{
			name: "other case", present: "testdata/golden/Lookup.golden.json",
			want: `golden "lookup": testdata/golden/lookup.golden.json not written: testdata/golden/Lookup.golden.json exists and differs only by case; expected one spelling: change the name in the test, or rename the file`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			setFlag(t, "update", "true")
			if test.present != "" {
				writeFile(t, test.present, "null\n")
			}

			tb := tbtest.New("TestLookup")
			if test.failed {
				tb.Fail()
			}
			goldentest.Assert(tb, "lookup", lookup)

			if test.want == "" {
				assert.Empty(t, tb.Errors())
				assert.FileExists(t, lookupFile)
				return
			}
			assert.Equal(t, []string{test.want}, tb.Errors())
			assert.NoFileExists(t, lookupFile)
		})
	}
}

func TestUpdate_cannotWrite(t *testing.T) {
	workspace(t)
	setFlag(t, "update", "true")
	writeFile(t, "testdata/golden", "a file where the directory should be")
	require.NoError(t, os.MkdirAll("other/lookup.golden.json/x", 0o755))

	tb := tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", lookup)
	assert.Equal(t, []string{`golden "lookup": testdata/golden is a file; expected a directory for testdata/golden/lookup.golden.json`}, tb.Errors())

	tb = tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", lookup, goldentest.Dir("other"))
	assert.Equal(t, []string{`golden "lookup": other/lookup.golden.json is not a regular file; expected the golden file`}, tb.Errors())
	assert.Equal(t, []string{"other", "other/lookup.golden.json", "other/lookup.golden.json/x", "testdata", "testdata/golden"}, files(t))
}

// The variable is read when the program starts: this needs a program of its own.
func TestUpdate_environment(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		goldentest.Assert(t, "lookup", lookup, goldentest.Dir(dir))
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "golden")
	run := func(variables ...string) (string, error) {
		cmd := exec.Command(self, "-test.run=^TestUpdate_environment$", "-test.v")
		cmd.Env = append(os.Environ(), append([]string{"CI=", "WEBHOOKTEST_RECORD=", "GOLDIE_UPDATE=", "GOLDIE_CLEAN=", childDir + "=" + dir}, variables...)...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	out, err := run()
	require.Error(t, err)
	require.Contains(t, out, "does not exist\n        to create it: GOLDIE_UPDATE=true go test -run '^TestUpdate_environment$' .")
	require.Contains(t, out, "goldentest_test.go:", "the failure is reported where the test calls")

	out, err = run("GOLDIE_UPDATE=true", "GOLDIE_CLEAN=true")
	require.Error(t, err)
	require.Contains(t, out, "goldie's -clean is set")
	require.NoDirExists(t, dir)

	out, err = run("GOLDIE_UPDATE=true")
	require.NoError(t, err, out)
	require.Equal(t, lookupGolden, readFile(t, filepath.Join(dir, "lookup.golden.json")))

	out, err = run()
	require.NoError(t, err, out)
}

func TestAssert_missing(t *testing.T) {
	for name, command := range map[string]string{
		"TestLookup":             `GOLDIE_UPDATE=true go test -run '^TestLookup$' .`,
		"TestLookup/404_(don't)": `GOLDIE_UPDATE=true go test -run '^TestLookup$/^404_\(don'\''t\)$' .`,
	} {
		workspace(t)
		tb := tbtest.New(name)
		goldentest.Assert(tb, "lookup", lookup)
		goldentest.AssertBytes(tb, "lookup", nil)
		assert.Equal(t, []string{
			"golden \"lookup\": testdata/golden/lookup.golden.json does not exist\nto create it: " + command,
			"golden \"lookup\": testdata/golden/lookup.golden does not exist\nto create it: " + command,
		}, tb.Errors())
		assert.Empty(t, files(t))
	}
}

func TestAssert_missingNamesTheNear(t *testing.T) {
	workspace(t)
	writeFile(t, lookupFile, lookupGolden)
	for name, want := range map[string]string{
		"lookupp": "lookupp.golden.json does not exist; there is lookup.golden.json\n",
		"create":  "create.golden.json does not exist\n",
	} {
		tb := tbtest.New("TestLookup")
		goldentest.Assert(tb, name, lookup)
		assert.Contains(t, tb.Failures(), want)
	}
}

func TestAssert_otherCase(t *testing.T) {
	workspace(t)
	writeFile(t, "testdata/golden/Hooks/lookup.golden.json", lookupGolden)
	tb := tbtest.New("TestLookup")
	goldentest.Assert(tb, "hooks/lookup", lookup)
	goldentest.Assert(tb, "Hooks/LookUp", lookup)
	assert.Equal(t, []string{
		`golden "hooks/lookup": testdata/golden/hooks/lookup.golden.json does not exist: testdata/golden/Hooks exists and differs only by case; expected one spelling: change the name in the test, or rename the file`,
		`golden "Hooks/LookUp": testdata/golden/Hooks/LookUp.golden.json does not exist: testdata/golden/Hooks/lookup.golden.json exists and differs only by case; expected one spelling: change the name in the test, or rename the file`,
	}, tb.Errors())
}

func TestAssert_notAFile(t *testing.T) {
	workspace(t)
	require.NoError(t, os.MkdirAll(lookupFile, 0o755))
	tb := tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", lookup)
	assert.Equal(t, []string{`golden "lookup": testdata/golden/lookup.golden.json is not a regular file; expected the golden file`}, tb.Errors())

	writeFile(t, "plain", "")
	tb = tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", lookup, goldentest.Dir("plain"))
	assert.Equal(t, []string{`golden "lookup": plain is a file; expected a directory for plain/lookup.golden.json`}, tb.Errors())
}

func TestAssert_name(t *testing.T) {
	workspace(t)
	setFlag(t, "update", "true")
	for name, reason := range map[string]string{
		"":               `is empty`,
		"/etc/lookup":    `is an absolute path`,
		"../lookup":      `has the segment "..", which leaves the directory`,
		"a/../../lookup": `has the segment "..", which leaves the directory`,
		"..":             `has the segment "..", which leaves the directory`,
		".":              `has the segment ".", which begins with a dot`,
		".golden-1/x":    `has the segment ".golden-1", which begins with a dot`,
		"a//b":           `has an empty segment`,
		"a/":             `has an empty segment`,
		`..\lookup`:      `has the character '\\', which not every system allows in a file name`,
		"C:lookup":       `has the character ':', which not every system allows in a file name`,
		"a\x00b":         `has the character '\x00', which not every system allows in a file name`,
		"a\xffb":         `has the character '�', which not every system allows in a file name`,
		"a./b":           `has the segment "a.", which ends with a dot or a space`,
		"a /b":           `has the segment "a ", which ends with a dot or a space`,
		"aux/b":          `has the segment "aux", which is a device on Windows`,
		"a/com7.x":       `has the segment "com7.x", which is a device on Windows`,
	} {
		tb := tbtest.New("TestLookup")
		goldentest.AssertBytes(tb, name, []byte("x"))
		assert.Equal(t, []string{fmt.Sprintf(`golden %q: the name %s; expected a path with slashes below "testdata/golden", such as "lookup" or "webhooks.get/404"`, name, reason)}, tb.Errors())
	}
	assert.Empty(t, files(t))

	for _, name := range []string{"webhooks.get/404-invalid_id", "TestX/#00", "é", "a b", "console", "com"} {
		tb := tbtest.New("TestLookup")
		goldentest.AssertBytes(tb, name, []byte("x"))
		assert.Empty(t, tb.Errors(), name)
		assert.FileExists(t, "testdata/golden/"+name+".golden")
	}
}

func TestAssert_allProblemsAtOnce(t *testing.T) {
	workspace(t)
	setFlag(t, "clean", "true")
	tb := tbtest.New("TestLookup")
	goldentest.AssertJSON(tb, "", nil, goldentest.Dir("x"), nil, goldentest.Dir(""))
	assert.Equal(t, []string{`golden "": option 2 is nil; leave it out
Dir is given twice, and one directory holds the golden file; leave one out
the directory given to Dir is empty; expected a path, such as "testdata/golden"
the name is empty; expected a path with slashes below "", such as "lookup" or "webhooks.get/404"
goldie's -clean is set, which would delete all of the directory; expected it unset: run without the flag and without GOLDIE_CLEAN, and delete golden files by hand
the body is empty; expected JSON`}, tb.Errors())
}

func TestAssert_clean(t *testing.T) {
	workspace(t)
	writeFile(t, lookupFile, lookupGolden)
	writeFile(t, "testdata/golden/keep", "")
	setFlag(t, "clean", "true")
	for _, update := range []string{"false", "true"} {
		setFlag(t, "update", update)
		tb := tbtest.New("TestLookup")
		goldentest.Assert(tb, "lookup", nil)
		assert.Equal(t, []string{`golden "lookup": goldie's -clean is set, which would delete all of the directory; expected it unset: run without the flag and without GOLDIE_CLEAN, and delete golden files by hand`}, tb.Errors())
	}
	assert.Equal(t, lookupGolden, readFile(t, lookupFile))
	assert.FileExists(t, "testdata/golden/keep")
}

// Without the flags, goldie still obeys the environment that it has started with.
func TestAssert_flagsReplaced(t *testing.T) {
	workspace(t)
	writeFile(t, lookupFile, lookupGolden)
	old := flag.CommandLine
	flag.CommandLine = flag.NewFlagSet("own", flag.ContinueOnError)
	defer func() { flag.CommandLine = old }()

	t.Setenv("GOLDIE_UPDATE", "True")
	t.Setenv("CI", "true")
	tb := tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", nil)
	require.Len(t, tb.Errors(), 1)
	assert.Contains(t, tb.Errors()[0], "this is CI")

	t.Setenv("GOLDIE_CLEAN", "1")
	tb = tbtest.New("TestLookup")
	goldentest.Assert(tb, "lookup", nil)
	require.Len(t, tb.Errors(), 1)
	assert.Contains(t, tb.Errors()[0], "goldie's -clean is set")
	assert.Equal(t, lookupGolden, readFile(t, lookupFile))
}

type emptyError struct{ text string }

func (e emptyError) Error() string { return e.text }

type tellingError struct{ Code int }

func (e tellingError) Error() string { return "told" }

func TestAssert_values(t *testing.T) {
	for _, test := range []struct {
		name   string
		got    any
		golden string
		want   string
	}{
		{name: "nil", got: nil, golden: "null\n"},
		{name: "nil pointer", got: (*subscription)(nil), golden: "null\n"},
		{name: "map", got: map[string]any{"b": 1, "a": "<&>\u2028"}, golden: "{\n  \"a\": \"<&>\\u2028\",\n  \"b\": 1\n}\n"},
		{name: "empty", got: struct{}{}, golden: "{}\n"},
		{name: "error with fields", got: tellingError{404}, golden: "{\n  \"Code\": 404\n}\n"},
		{name: "raw", got: json.RawMessage(`[1.0]`), golden: "[\n  1.0\n]\n"},
		{name: "bytes", got: []byte("x"), want: `got is a []byte, which JSON holds as base64; expected a value: use AssertJSON for a JSON body, AssertBytes for others`},
		{name: "error", got: errors.New("secret"), want: `got is an error, a *errors.errorString, which encodes as {} whatever it says; expected a value: use its text`},
		{name: "own error", got: emptyError{"secret"}, want: `got is an error, a goldentest_test.emptyError, which encodes as {} whatever it says; expected a value: use its text`},
		{name: "channel", got: make(chan int), want: `got, a chan int, cannot be encoded as JSON: json: unsupported type: chan int; expected a value that encoding/json takes`},
		{name: "NaN", got: math.NaN(), want: `got, a float64, cannot be encoded as JSON: json: unsupported value: NaN; expected a value that encoding/json takes`},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			setFlag(t, "update", "true")
			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", test.got)
			if test.want != "" {
				assert.Equal(t, []string{`golden "lookup": ` + test.want}, tb.Errors())
				assert.Empty(t, files(t))
				return
			}
			assert.Empty(t, tb.Errors())
			assert.Equal(t, test.golden, readFile(t, lookupFile))
		})
	}
}

func TestAssert_concurrent(t *testing.T) {
	workspace(t)
	setFlag(t, "update", "true")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", lookup)
			goldentest.Assert(tb, fmt.Sprint("lookup-", i), i)
			assert.Empty(t, tb.Errors())
		})
	}
	all.Wait()
	assert.Equal(t, lookupGolden, readFile(t, lookupFile))
	assert.Len(t, files(t), 11, "testdata, testdata/golden and nine golden files")
}
