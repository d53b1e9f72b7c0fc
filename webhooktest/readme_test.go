package webhooktest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

const readme = "../README.md"

// generated is a block of the README that a test writes: its name stands in the
// comment before it.
var generated = regexp.MustCompile(`(?s)<!-- generated: (.*?) -->\n(.*?)<!-- end -->`)

// The README shows sources, tables and output as they are. After a change,
// GOLDIE_UPDATE=true go test ./webhooktest writes them anew.
func TestReadme_isInStep(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	text := string(data)
	command := filepath.Join(t.TempDir(), "record.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", command, "../cmd/record").CombinedOutput()
	require.NoError(t, err, "%s", out)
	seen := map[string]bool{}
	want := generated.ReplaceAllStringFunc(text, func(block string) string {
		name := generated.FindStringSubmatch(block)[1]
		seen[name] = true
		return "<!-- generated: " + name + " -->\n" + generate(t, command, name) + "<!-- end -->"
	})
	for _, name := range []string{"first failure", "scenarios", "variables", "refresh", "diff", "refused", "exit statuses"} {
		assert.True(t, seen[name], "the README has no block %q", name)
	}
	if os.Getenv("GOLDIE_UPDATE") == "true" && os.Getenv("CI") == "" && want != text {
		require.NoError(t, os.WriteFile(readme, []byte(want), 0o644))
		return
	}
	for _, block := range generated.FindAllStringSubmatch(text, -1) {
		name := block[1]
		i := strings.Index(want, "<!-- generated: "+name+" -->\n")
		rest := want[i+len("<!-- generated: "+name+" -->\n"):]
		now, _, _ := strings.Cut(rest, "<!-- end -->")
		assert.Equal(t, anywhere(now), anywhere(block[2]), "the README's block %q is out of step; GOLDIE_UPDATE=true go test ./webhooktest writes it anew", name)
	}
}

var position = regexp.MustCompile(`\w+\.go:\d+: `)

// anywhere drops the lines of Go files from output: they change with every edit.
func anywhere(output string) string { return position.ReplaceAllString(output, "x.go:1: ") }

// Go code in the README comes from files that are compiled and run.
func TestReadme_showsNoOtherCode(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	rest := generated.ReplaceAllString(string(data), "")
	assert.False(t, strings.Contains(rest, "```go\n"), "the README has Go code outside of a generated block")
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestReadme_linksLeadSomewhere(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(readme)
	require.NoError(t, err)
	found := 0
	for _, m := range link.FindAllStringSubmatch(string(data), -1) {
		if strings.Contains(m[1], "://") {
			continue
		}
		found++
		assert.FileExists(t, filepath.Join("..", filepath.FromSlash(m[1])))
	}
	assert.Positive(t, found, "the README links to none of the module's files")
}

// The package documentation's tables say what the definitions say.
func TestDoc_tablesAreInStep(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	lines := strings.Split(string(data), "\n")
	row := func(first string) []string {
		for _, line := range lines {
			if words := strings.Fields(strings.TrimPrefix(line, "//")); len(words) > 1 && words[0] == first {
				return words[1:]
			}
		}
		return nil
	}
	for _, def := range provider.All() {
		for _, op := range def.Operations {
			var want []string
			for _, r := range op.Responses {
				want = append(want, fmt.Sprint(r.Status))
			}
			var got []string
			for _, word := range row(op.Name) {
				if regexp.MustCompile(`^\d{3},?$`).MatchString(word) {
					got = append(got, strings.TrimSuffix(word, ","))
				}
			}
			assert.ElementsMatch(t, want, got, "the statuses of %s", op.Name)
		}
		for _, v := range variables(def) {
			assert.NotEmpty(t, row(v.name), "doc.go does not name %s", v.name)
		}
	}
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
