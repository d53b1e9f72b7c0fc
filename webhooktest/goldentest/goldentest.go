// Package goldentest compares what a test has got with a golden file: the
// expected value, stored below testdata/golden and reviewed like code. It suits
// values that are too large to spell out in a test, such as what a program makes
// of a webhook that it has looked up.
//
// How to use it:
//
//  1. Write goldentest.Assert(t, "lookup", got) and run the test. It fails: the
//     message names the missing file and the command that creates it.
//  2. Create it with GOLDIE_UPDATE=true go test -run '^TestLookup$' . and read
//     the file before you commit it: from now on it is what the test expects.
//  3. When a change is meant, run the same command again, or
//     GOLDIE_UPDATE=true go test ./... for all packages, and review the
//     difference. Prefer the variable to goldie's flag -update: packages that do
//     not import goldie refuse the flag.
//
// An update replaces a golden file as a whole, by a rename, and leaves a file
// alone that holds the expected value already. It is refused, with a message and
// without touching the file,
//
//   - when the test has failed before it comes to the assertion;
//   - in CI (the variable CI is set), unless WEBHOOKTEST_GOLDEN_FORCE=true;
//   - while cassettes are recorded (WEBHOOKTEST_RECORD is set): record first,
//     then replay with update;
//   - always, also without update, when goldie's flag -clean or GOLDIE_CLEAN is
//     set, which deletes whole directories, and when GOLDIE_UPDATE or GOLDIE_CLEAN
//     is no boolean (yes, on).
//
// Every failure is reported with Errorf or Error, so that the test goes on and
// one run shows all of its goldens that differ.
//
// What it does not do: it does not remove secrets from what it writes, it does
// not delete golden files that no test asks for any more, and it does not notice
// two tests that use the same name for different values, of which an update
// keeps the last.
//
// The package is built on [github.com/sebdah/goldie/v2], which registers the
// flags -update, -clean and -template when it is imported. A test binary that
// defines one of them itself panics before its first test ("flag redefined").
// Rename that flag, read GOLDIE_UPDATE in its place, or move the tests that use
// goldentest to a directory of their own, which gives them a binary of their own.
// The package webhooktest does not import goldie and has no such limit.
package goldentest

import (
	"errors"
	"testing"
)

// The endings keep the two kinds of golden file apart: one name may be used for both.
const (
	jsonSuffix  = ".golden.json"
	bytesSuffix = ".golden"
)

const defaultDir = "testdata/golden"

// Option changes how one assertion works. One that is nil, or given twice, fails the test.
type Option func(*golden)

// Dir makes dir the directory of the golden files; without it they lie in
// testdata/golden. It is relative to the directory of the test's package, as all
// paths in a test are, and written with slashes; it need not exist.
func Dir(dir string) Option {
	return func(g *golden) {
		if g.moved {
			g.mistakes = append(g.mistakes, errors.New("Dir is given twice, and one directory holds the golden file; leave one out"))
		}
		g.dir, g.moved = dir, true
	}
}

// Assert encodes got as JSON and compares it with the golden file
// testdata/golden/NAME.golden.json. It does what [AssertJSON] does with a body:
// members are sorted, whatever the order of a struct's fields.
//
// The encoding is that of [encoding/json]: unexported fields and those tagged "-"
// are not part of it. Refused is what a golden file would not show, wherever it
// stands in got, and the message names the place (got.Err, got[0], got["e"]): an
// error that encodes as {} (use its text), a struct of which JSON shows no field,
// a text that is not valid UTF-8, and what cannot be encoded at all (a channel, a
// NaN); so is a []byte, which JSON holds as base64 (use [AssertJSON] or
// [AssertBytes]). A type that marshals itself is taken at its word.
func Assert(tb testing.TB, name string, got any, opts ...Option) {
	tb.Helper()
	text, err := encode(got)
	newGolden(name, jsonSuffix, opts).assert(tb, text, err)
}

// AssertJSON compares a JSON body with the golden file
// testdata/golden/NAME.golden.json, both in a canonical form: members sorted by
// name, two spaces of indent, strings with no escapes but the necessary ones, one
// newline at the end. The digits of numbers are kept as they are: 1.0 is not 1.
//
// A body that is not JSON fails the test, and so does one that is not valid UTF-8,
// names a member twice or nests deeper than 200 levels. CRLF line ends in the
// golden file, as git writes them on Windows, are accepted.
//
// The name is a path with slashes below the directory of the golden files, such as
// "lookup", "webhooks.get/404" or t.Name(). It has to be a file name on every
// system: a name that leaves the directory, differs from an existing file only by
// case, or has a character that Windows forbids, fails the test.
func AssertJSON(tb testing.TB, name string, body []byte, opts ...Option) {
	tb.Helper()
	text, err := canonical(body)
	newGolden(name, jsonSuffix, opts).assert(tb, text, err)
}

// AssertBytes compares got byte by byte with the golden file
// testdata/golden/NAME.golden. The name follows the rules of [AssertJSON].
//
// Line ends count. A repository that is checked out on Windows needs a line in its
// .gitattributes that keeps git from converting them:
//
//	testdata/golden/**/*.golden -text
func AssertBytes(tb testing.TB, name string, got []byte, opts ...Option) {
	tb.Helper()
	newGolden(name, bytesSuffix, opts).assert(tb, got, nil)
}
