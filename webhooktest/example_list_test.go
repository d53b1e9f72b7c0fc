package webhooktest_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every exported function and method has an example that is run.
func TestExamples_cover(t *testing.T) {
	t.Parallel()
	var sources, tests []*ast.File
	set := token.NewFileSet()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range names {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(set, name, src, parser.ParseComments)
		require.NoError(t, err)
		if strings.HasSuffix(name, "_test.go") {
			tests = append(tests, file)
		} else {
			sources = append(sources, file)
		}
	}
	run := map[string]bool{}
	for _, e := range doc.Examples(tests...) {
		name, _, _ := strings.Cut(e.Name, "_")
		if len(strings.Split(e.Name, "_")) > 1 && ast.IsExported(strings.Split(e.Name, "_")[1]) {
			name = strings.Join(strings.Split(e.Name, "_")[:2], "_")
		}
		run[name] = run[name] || e.Output != "" || e.EmptyOutput
	}
	exported := exportedFunctions(sources)
	require.Contains(t, exported, "Replay", "the list of exported functions is wrong")
	require.Contains(t, exported, "Provider_With", "the list of exported methods is wrong")
	var without []string
	for _, name := range exported {
		if !run[name] {
			without = append(without, "Example"+name)
		}
	}
	assert.Empty(t, without, "examples that are missing or have no Output")
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
