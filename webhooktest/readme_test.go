package webhooktest_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages returns the README and the guides that it links to, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	texts := map[string]string{}
	for _, path := range append(paths, "../README.md") {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[filepath.ToSlash(path)] = string(data)
	}
	return texts
}

// generated is a block of a page that a test writes: its name stands in the
// comment before it.
var generated = regexp.MustCompile(`(?s)<!-- generated: (.*?) -->\n(.*?)<!-- end -->`)

// The pages show sources, tables and output as they are. After a change,
// GOLDIE_UPDATE=true go test ./webhooktest writes them anew.
func TestReadme_isInStep(t *testing.T) {
	t.Parallel()
	command := recordCommand(t)
	update := os.Getenv("GOLDIE_UPDATE") == "true" && os.Getenv("CI") == ""
	seen := map[string]string{}
	for path, text := range pages(t) {
		want := generated.ReplaceAllStringFunc(text, func(block string) string {
			m := generated.FindStringSubmatch(block)
			name, shown := m[1], m[2]
			assert.Empty(t, seen[name], "%s shows the block %q, and so does another page, or this one", path, name)
			seen[name] = path
			now := generate(t, command, name)
			if !update {
				assert.Equal(t, anywhere(now), anywhere(shown), "%s: the block %q is out of step; GOLDIE_UPDATE=true go test ./webhooktest writes it anew", path, name)
			}
			return "<!-- generated: " + name + " -->\n" + now + "<!-- end -->"
		})
		if update && want != text {
			require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		}
	}
	for _, name := range []string{"first failure", "life failure", "providers", "scenarios", "probes", "variables", "refresh", "diff", "refused", "exit statuses"} {
		assert.NotEmpty(t, seen[name], "no page has a block %q", name)
	}
}

var position = regexp.MustCompile(`\w+\.go:\d+: `)

// anywhere drops the lines of Go files from output: they change with every edit.
func anywhere(output string) string { return position.ReplaceAllString(output, "x.go:1: ") }

// Go code in the pages comes from files that are compiled and run.
func TestReadme_showsNoOtherCode(t *testing.T) {
	t.Parallel()
	for path, text := range pages(t) {
		assert.NotContains(t, generated.ReplaceAllString(text, ""), "```go\n", "%s has Go code outside of a generated block", path)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// anchors returns the names by which links reach the headings of a page.
func anchors(text string) (names []string) {
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// A link leads to a file of this module, and to a heading in it; the README
// leads to every page.
func TestReadme_linksLeadSomewhere(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	reached := map[string]bool{"../README.md": true}
	for from, text := range texts {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			to := from
			if m[1] != "" {
				to = path.Join(path.Dir(from), m[1])
				if !assert.FileExists(t, filepath.FromSlash(to), "%s has the link %s", from, m[0]) {
					continue
				}
			}
			if from == "../README.md" {
				reached[to] = true
			}
			if m[2] != "" {
				assert.Contains(t, anchors(texts[to]), m[2], "%s has the link %s", from, m[0])
			}
		}
	}
	for path := range texts {
		assert.True(t, reached[path], "the README has no link to %s", path)
	}
}

// A pattern of go test that matches nothing passes: those that the pages and .ci/run
// name have tests in the packages that stand beside them.
func TestReadme_patternsMatchTests(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile("../" + name)
		for _, m := range testFunc.FindAllStringSubmatch(string(data), -1) {
			tests[path.Dir(name)] = append(tests[path.Dir(name)], m[1])
		}
		return err
	}))
	texts := pages(t)
	script, err := os.ReadFile("../.ci/run")
	require.NoError(t, err)
	texts["../.ci/run"] = strings.ReplaceAll(string(script), "\\\n", "")
	named := 0
	for page, text := range texts {
		for command := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '`' }) {
			for _, m := range selection.FindAllStringSubmatch(command, -1) {
				named++
				assert.Empty(t, unmatched(command, strings.Trim(m[1], `'"`), tests), "%s: these of %s are in the name of no test", page, command)
			}
		}
	}
	assert.Greater(t, named, 10)
	assert.Equal(t, []string{"Gone"}, unmatched("go test ./a -run ...", "Here|Gone", map[string][]string{"a": {"TestHere"}, "b": {"TestGone"}}))
	assert.Empty(t, unmatched("go test -run ...", "Here|Gone/sub", map[string][]string{"a": {"TestHere"}, "b": {"TestGone"}}))
}

var (
	testFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz|Example)\w*)\(`)
	selection = regexp.MustCompile(`(?:^| )-(?:run|skip|bench|fuzz)[ =]('[^']*'|"[^"]*"|\S+)`)
	packages  = regexp.MustCompile(`(?:^| )\./([\w/]+)`)
	words     = regexp.MustCompile(`\w+`)
)

// unmatched are the words of a pattern that are in the name of no test of the packages
// which a command names, or of any when it names none. What follows a slash selects subtests.
func unmatched(command, pattern string, tests map[string][]string) (missing []string) {
	var names []string
	beside := packages.FindAllStringSubmatch(command, -1)
	for _, m := range beside {
		names = append(names, tests[m[1]]...)
	}
	if beside == nil {
		names = slices.Concat(slices.Collect(maps.Values(tests))...)
	}
	pattern, _, _ = strings.Cut(pattern, "/")
	for _, word := range words.FindAllString(pattern, -1) {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, word) }) {
			missing = append(missing, word)
		}
	}
	return missing
}

// Whoever sees the project for the first time reads the README to its end.
func TestReadme_isShort(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, strings.Count(pages(t)["../README.md"], "\n"), 200, "lines of the README; what is longer goes to docs")
}

// source returns a file, or one of its functions with the comment above it.
func source(t *testing.T, spec string) string {
	t.Helper()
	file, function, _ := strings.Cut(spec, " ")
	data, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
	require.NoError(t, err)
	if function == "" {
		return string(data)
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, data, parser.ParseComments)
	require.NoError(t, err)
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == function {
			start := f.Pos()
			if f.Doc != nil {
				start = f.Doc.Pos()
			}
			return string(data[set.Position(start).Offset:set.Position(f.End()).Offset]) + "\n"
		}
	}
	require.Fail(t, "not found", "%s has no function %s", file, function)
	return ""
}

// shellCommand returns the shell command of that name, which one of the pages has.
func shellCommand(t *testing.T, name string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the command is one for a Unix shell")
	}
	var found []string
	for _, text := range pages(t) {
		for _, m := range regexp.MustCompile("(?s)<!-- command: "+name+" -->\n```sh\n(.*?)```\n").FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
	}
	require.Len(t, found, 1, "pages with the command %q", name)
	return found[0]
}

// The contributors' command renames the module everywhere, and what comes out loads.
func TestReadme_renamesTheModule(t *testing.T) {
	t.Parallel()
	command := shellCommand(t, "rename")
	const renamed = "github.com/acme/webhookvcr"
	require.Contains(t, command, renamed)
	old := "example.com" + "/webhookvcr" // in two parts: the command must not change it
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m").Output()
	require.NoError(t, err)
	if string(bytes.TrimSpace(module)) != old {
		t.Skipf("the module has been renamed to %s already", bytes.TrimSpace(module))
	}

	dir := t.TempDir()
	require.NoError(t, copySources(dir, ".."))
	run := func(name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("sh", "-c", command)
	require.Contains(t, run("go", "list", "-deps", "-test", "./..."), renamed+"/internal/replay\n")
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		assert.NotEqual(t, ".bak", filepath.Ext(path), path)
		data, err := os.ReadFile(path)
		assert.False(t, bytes.Contains(data, []byte(old)), "%s names the old path", path)
		return err
	})
	require.NoError(t, err)
}

// The README's commands lead a new module to its first test, and to the tool.
func TestReadme_installs(t *testing.T) {
	t.Parallel()
	install, tool := shellCommand(t, "install"), shellCommand(t, "tool")
	first := consumer(t, "first")
	require.NoError(t, os.Remove(filepath.Join(first, "go.mod")))
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	require.Contains(t, install, "=../webhookvcr\n")
	install = strings.Replace(install, "=../webhookvcr\n", "='"+checkout+"'\n", 1)
	run := func(script string) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
		cmd.Dir = first
		cmd.Env = append(withoutTenant(os.Environ()), "GOFLAGS=", "GOWORK=off", "PWD="+first)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("go mod init example.org/first\n" + install + "go test ./...")
	require.Contains(t, run(tool), "devrev/webhooks.get/200")
}

// copySources copies a checkout without its history.
func copySources(dst, src string) error {
	return filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dst, rel)
		switch {
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}
