package webhooktest_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every exported function and method has an example that is run.
func TestExamples_cover(t *testing.T) {
	t.Parallel()
	for dir, contains := range map[string][]string{
		".": {"Replay", "Provider_With"}, "goldentest": {"Assert"}, "matchtest": {"Check"}, "receivertest": {"Run", "RealTime"},
	} {
		exported, run := functionsAndExamples(t, dir)
		for _, name := range contains {
			require.Contains(t, exported, name, "the list of exported functions is wrong")
		}
		var without []string
		for _, name := range exported {
			if !run[name] {
				without = append(without, "Example"+name)
			}
		}
		assert.Empty(t, without, "%s: examples that are missing or have no Output", dir)
	}
}

// functionsAndExamples names the exported functions of a directory's package, and those
// that have an example which is run.
func functionsAndExamples(t *testing.T, dir string) (exported []string, run map[string]bool) {
	t.Helper()
	var sources, tests []*ast.File
	set := token.NewFileSet()
	names, err := fs.Glob(os.DirFS(dir), "*.go")
	require.NoError(t, err)
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		file, err := parser.ParseFile(set, name, src, parser.ParseComments)
		require.NoError(t, err)
		if strings.HasSuffix(name, "_test.go") {
			tests = append(tests, file)
		} else {
			sources = append(sources, file)
		}
	}
	run = map[string]bool{}
	for _, e := range doc.Examples(tests...) {
		name, _, _ := strings.Cut(e.Name, "_")
		if len(strings.Split(e.Name, "_")) > 1 && ast.IsExported(strings.Split(e.Name, "_")[1]) {
			name = strings.Join(strings.Split(e.Name, "_")[:2], "_")
		}
		run[name] = run[name] || e.Output != "" || e.EmptyOutput
	}
	return exportedFunctions(sources), run
}

// exportedFunctions names functions and methods as their examples are named.
func exportedFunctions(files []*ast.File) []string {
	var names []string
	for _, file := range files {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			if f.Recv == nil {
				names = append(names, f.Name.Name)
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if id, ok := receiver.(*ast.Ident); ok && id.IsExported() {
				names = append(names, id.Name+"_"+f.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}
