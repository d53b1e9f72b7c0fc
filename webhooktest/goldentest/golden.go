package goldentest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"example.com/webhookvcr/internal/say"
)

type golden struct {
	name   string
	dir    string
	suffix string

	moved    bool // by Dir
	mistakes []error
}

func newGolden(name, suffix string, opts []Option) golden {
	g := golden{name: name, dir: defaultDir, suffix: suffix}
	for i, opt := range opts {
		if opt == nil {
			g.mistakes = append(g.mistakes, fmt.Errorf("option %d is nil; leave it out", i+1))
			continue
		}
		opt(&g)
	}
	return g
}

// path is the file's path with slashes, as messages show it on every system.
func (g golden) path() string { return path.Join(filepath.ToSlash(g.dir), g.name+g.suffix) }

// file is the file's path for the operating system.
func (g golden) file() string { return filepath.FromSlash(g.path()) }

// assert compares got with the file, or updates the file. gotErr says why there is
// nothing to compare.
func (g golden) assert(tb testing.TB, got []byte, gotErr error) {
	tb.Helper()
	target, err := "", errors.Join(g.check(), gotErr)
	if err == nil {
		target, err = g.target()
	}
	if err != nil {
		tb.Errorf("golden %q: %v", g.name, err)
		return
	}
	if updating() {
		g.update(tb, target, got)
		return
	}
	_, err = os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := g.otherCase(); err != nil {
			tb.Errorf("golden %q: %s does not exist: %v", g.name, g.path(), err)
			return
		}
		tb.Errorf("golden %q: %s does not exist%s\nto create it: %s", g.name, g.path(), g.near(), command(tb))
	case err != nil:
		tb.Errorf("golden %q: cannot read %s: %v", g.name, g.path(), err)
	default:
		goldie.New(tb,
			goldie.WithFixtureDir(filepath.FromSlash(g.dir)),
			goldie.WithNameSuffix(g.suffix),
			goldie.WithEqualFn(func(actual, expected []byte) bool { return bytes.Equal(actual, g.stored(expected)) }),
			goldie.WithDiffFn(func(actual, expected string) string {
				return diff(g.path(), g.stored([]byte(expected)), []byte(actual)) + "to accept what the test got: " + command(tb)
			}),
		).Assert(tb, g.name, got)
	}
}

// near names the golden files beside the one that does not exist whose names are like its own.
func (g golden) near() string {
	entries, err := os.ReadDir(filepath.Dir(g.file()))
	if err != nil {
		return "" // so does its directory
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), g.suffix); ok {
			names = append(names, name)
		}
	}
	near := say.Nearest(path.Base(g.name), names)
	if len(near) == 0 {
		return ""
	}
	return "; there is " + near[0] + g.suffix
}

// stored is a golden file's content as it was written. No canonical JSON has a
// carriage return, so that one can only come from the checkout.
func (g golden) stored(content []byte) []byte {
	if g.suffix == jsonSuffix && bytes.IndexByte(content, '\r') >= 0 {
		return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	}
	return content
}

// update makes the file hold got. goldie writes in place, which leaves half a file
// when the test is killed: here it writes into a directory beside the target, and
// a rename makes the result the golden file.
func (g golden) update(tb testing.TB, target string, got []byte) {
	tb.Helper()
	if old, err := os.ReadFile(target); err == nil && bytes.Equal(got, g.stored(old)) {
		return
	}
	err := errors.Join(updateAllowed(), g.otherCase())
	if err == nil && tb.Failed() {
		err = errors.New("the test has failed already; make everything else pass, then update")
	}
	if err == nil {
		err = g.write(tb, target, got)
	}
	if err != nil {
		tb.Errorf("golden %q: %s not written: %v", g.name, g.path(), err)
		return
	}
	what := g.path()
	if target != g.file() {
		what = filepath.ToSlash(target) + ", to which " + what + " leads,"
	}
	tb.Logf("golden %q: %s written", g.name, what)
}

// target is the file that the links in the golden's path lead to: a rename would
// replace a link and leave its target as it was. What is in the place of the file, or
// of a directory, and leads nowhere is an error.
func (g golden) target() (string, error) {
	linked, err := filepath.EvalSymlinks(g.file())
	if err == nil {
		if info, err := os.Stat(linked); err == nil && !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s is not a regular file; expected the golden file", g.path())
		}
		return linked, nil
	}
	for at := g.file(); ; at = filepath.Dir(at) {
		info, err := os.Lstat(at)
		switch {
		case err == nil && info.Mode()&fs.ModeSymlink != 0:
			leads := "leads back to itself"
			to, _ := os.Readlink(at)
			if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
				leads = "does not exist"
			} else if err == nil {
				return g.file(), nil // it is a directory, in which the file is missing
			}
			return "", fmt.Errorf("%s is a link to %s, which %s; correct the link, or remove it", filepath.ToSlash(at), filepath.ToSlash(to), leads)
		case err == nil && at != g.file() && !info.IsDir():
			return "", fmt.Errorf("%s is a file; expected a directory for %s", filepath.ToSlash(at), g.path())
		case err == nil || filepath.Dir(at) == at:
			return g.file(), nil
		}
	}
}

func (g golden) write(tb testing.TB, target string, content []byte) error {
	tb.Helper()
	parent := filepath.Dir(target)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	// The leading dot keeps it apart from every directory that a name can make.
	stage, err := os.MkdirTemp(parent, ".golden-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	writer := goldie.New(tb, goldie.WithFixtureDir(stage), goldie.WithNameSuffix(g.suffix))
	if err := writer.Update(tb, "new", content); err != nil {
		return err
	}
	return os.Rename(writer.GoldenFileName(tb, "new"), target)
}

// check returns what is wrong with the options, the name, the directory and goldie's switches.
func (g golden) check() error {
	all := slices.Clone(g.mistakes)
	for _, variable := range []string{"GOLDIE_UPDATE", "GOLDIE_CLEAN"} {
		value := os.Getenv(variable)
		if _, err := strconv.ParseBool(strings.ToLower(value)); value != "" && err != nil {
			all = append(all, fmt.Errorf("%s is %q, which is no boolean; expected true or false, 1 or 0, t or f, or the variable unset", variable, value))
		}
	}
	if g.dir == "" {
		all = append(all, errors.New("the directory given to Dir is empty; expected a path, such as \"testdata/golden\""))
	}
	if reason := nameProblem(g.name); reason != "" {
		all = append(all, fmt.Errorf("the name %s; expected a path with slashes below %q, such as \"lookup\" or \"webhooks.get/404\"", reason, g.dir))
	}
	if set("clean", "GOLDIE_CLEAN") {
		all = append(all, errors.New("goldie's -clean is set, which would delete all of the directory; expected it unset: run without the flag and without GOLDIE_CLEAN, and delete golden files by hand"))
	}
	return errors.Join(all...)
}

func nameProblem(name string) string {
	if name == "" {
		return "is empty"
	}
	if strings.HasPrefix(name, "/") {
		return "is an absolute path"
	}
	for _, r := range name {
		if !strconv.IsPrint(r) || r == '\uFFFD' || strings.ContainsRune(`<>:"\|?*`, r) {
			return fmt.Sprintf("has the character %q, which not every system allows in a file name", r)
		}
	}
	for segment := range strings.SplitSeq(name, "/") {
		switch {
		case segment == "":
			return "has an empty segment"
		case segment == "..":
			return `has the segment "..", which leaves the directory`
		case strings.HasPrefix(segment, "."):
			return fmt.Sprintf("has the segment %q, which begins with a dot", segment)
		case isDevice(segment):
			return fmt.Sprintf("has the segment %q, which is a device on Windows", segment)
		case strings.HasSuffix(segment, ".") || strings.HasSuffix(segment, " "):
			return fmt.Sprintf("has the segment %q, which ends with a dot or a space", segment)
		}
	}
	return ""
}

// isDevice tells whether Windows takes a file name, whatever its ending, for a device.
func isDevice(segment string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(segment), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && '1' <= base[3] && base[3] <= '9'
}

// otherCase returns an error when a file or directory exists whose name differs
// from the golden's by case alone: the two are one on macOS and Windows.
func (g golden) otherCase() error {
	at := filepath.ToSlash(g.dir)
	for segment := range strings.SplitSeq(g.name+g.suffix, "/") {
		entries, err := os.ReadDir(filepath.FromSlash(at))
		if err != nil {
			return nil // what does not exist cannot collide
		}
		for _, e := range entries {
			if e.Name() != segment && strings.EqualFold(e.Name(), segment) {
				return fmt.Errorf("%s exists and differs only by case; expected one spelling: change the name in the test, or rename the file", path.Join(at, e.Name()))
			}
		}
		at = path.Join(at, segment)
	}
	return nil
}

// command is the shell command that updates the goldens of one test.
func command(tb testing.TB) string {
	segments := strings.Split(tb.Name(), "/")
	for i, s := range segments {
		segments[i] = "^" + regexp.QuoteMeta(s) + "$"
	}
	pattern := strings.ReplaceAll(strings.Join(segments, "/"), "'", `'\''`)
	return "GOLDIE_UPDATE=true go test -run '" + pattern + "' ."
}

func updating() bool { return set("update", "GOLDIE_UPDATE") }

// set tells whether one of goldie's switches is on. A program that has replaced
// flag.CommandLine has lost the flag, not goldie's variable behind it, which the
// environment has set.
func set(name, variable string) bool {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String() == "true"
	}
	return isTrue(os.Getenv(variable))
}

func updateAllowed() error {
	var all []error
	if os.Getenv("WEBHOOKTEST_RECORD") != "" {
		all = append(all, errors.New("WEBHOOKTEST_RECORD is set, and a recording may still be refused; record first, then replay with update"))
	}
	ci := os.Getenv("CI")
	// Some systems set CI to a word other than true.
	off, err := strconv.ParseBool(ci)
	if ci != "" && (err != nil || off) && !isTrue(os.Getenv("WEBHOOKTEST_GOLDEN_FORCE")) {
		all = append(all, errors.New("this is CI (the variable CI is set), where an update hides a failure; update on a developer's machine, or set WEBHOOKTEST_GOLDEN_FORCE=true"))
	}
	return errors.Join(all...)
}

func isTrue(s string) bool {
	on, err := strconv.ParseBool(strings.ToLower(s))
	return err == nil && on
}
