package webhooktest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pkg is what go list says of a package.
type pkg struct {
	ImportPath    string
	Imports, Deps []string
	Module        *struct{ Main bool }
}

// rule is a direction in which imports do not run.
type rule struct {
	// who begins the import paths of the packages that the rule is about, below
	// the module's path; but are exceptions.
	who string
	but []string
	// never begins the import paths that they do not reach: below the module's
	// path when it begins with a slash.
	never []string
	// directly looks at a package's own imports only, not at theirs.
	directly bool
	why      string
}

const (
	goVCR        = "gopkg.in/dnaeon/go-vcr.v3"
	goldieModule = "github.com/sebdah/goldie"
	testify      = "github.com/stretchr/testify"
)

// forTests are the packages that only tests import: what they import, nobody else
// links, and no rule but this one is about them.
var forTests = []string{"/internal/tbtest", "/internal/vcrtest"}

var layout = []rule{
	{
		who: "/internal/", never: []string{"testing"},
		why: "the command links these packages too, and testing registers its flags with it",
	},
	{
		who: "/cmd/record", never: []string{"testing", "/webhooktest"},
		why: "a command has no flags of go test, and no fixtures of tests",
	},
	{
		who: "/", but: []string{"/webhooktest/goldentest"}, never: []string{goldieModule},
		why: "importing goldie registers -update, and a test binary with a flag of that name then panics before any test",
	},
	{
		who: "/", never: []string{testify},
		why: "whoever imports this module gets no assertion library with it; testify stays in _test.go files",
	},
	{
		who: "/", but: []string{"/internal/cassette"}, never: []string{goVCR}, directly: true,
		why: "one package knows go-vcr, so that its traps have one place and another version one change",
	},
	{
		who: "/internal/jsontext", never: []string{"/internal/", "/webhooktest", "/cmd/"},
		why: "it reads JSON and knows nothing of what is read",
	},
	{
		who: "/internal/say", never: []string{"/internal/", "/webhooktest", "/cmd/"},
		why: "it has the phrases of messages, and knows nothing of what they are about",
	},
	{
		who: "/internal/change", never: []string{"/internal/contract", "/internal/simulator", "/internal/cassette", "/internal/replay", "/webhooktest", "/cmd/"},
		why: "it changes a text, whatever the text is; who uses it judges what comes out",
	},
	{
		who: "/internal/secret", never: []string{"/internal/provider", "/internal/placeholder", "/internal/contract", "/internal/drift", "/internal/lint", "/internal/cassette", "/internal/record", "/webhooktest", "/cmd/"},
		why: "how secrets look is one knowledge, which those who replace, refuse and report share; what is harmless is each of theirs",
	},
	{
		who: "/internal/provider", never: []string{"/internal/placeholder", "/internal/contract", "/internal/drift", "/internal/lint", "/internal/scenario", "/internal/simulator", "/internal/cassette", "/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/webhooktest", "/cmd/"},
		why: "the definitions are data beside the vendor's files, and everything else reads them",
	},
	{
		who: "/internal/placeholder", never: []string{"/internal/contract", "/internal/simulator", "/internal/cassette", "/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/webhooktest", "/cmd/"},
		why: "imports run one way: provider <- placeholder, contract, simulator <- cassette <- webhooktest, cmd/record",
	},
	{
		who: "/internal/contract", never: []string{"/internal/placeholder", "/internal/simulator", "/internal/cassette", "/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/webhooktest", "/cmd/"},
		why: "imports run one way: provider <- placeholder, contract, simulator <- cassette <- webhooktest, cmd/record",
	},
	{
		who: "/internal/simulator", never: []string{"/internal/placeholder", "/internal/contract", "/internal/cassette", "/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/webhooktest", "/cmd/"},
		why: "a simulator that shared code with the checks could not show that the checks are right",
	},
	{
		who: "/internal/probe", never: []string{"/internal/placeholder", "/internal/cassette", "/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/webhooktest", "/cmd/"},
		why: "it sends as the simulator does and knows no recording; the command asks its questions as a test does",
	},
	{
		who: "/internal/cassette", never: []string{"/internal/exchange", "/internal/replay", "/internal/record", "/internal/serve", "/internal/simulator", "/webhooktest", "/cmd/"},
		why: "the file is below those who play it: cassette <- exchange <- replay <- record, serve",
	},
	{
		who: "/internal/exchange", never: []string{"/internal/replay", "/internal/record", "/internal/serve", "/internal/simulator", "/webhooktest", "/cmd/"},
		why: "what a replay and a recording share knows neither of them",
	},
	{
		who: "/internal/replay", never: []string{"/internal/record", "/internal/serve", "/internal/simulator", "/webhooktest", "/cmd/"},
		why: "a replay knows no tenant; a recording proves that it replays itself, not the other way round",
	},
	{
		who: "/internal/record", never: []string{"/internal/serve", "/internal/simulator", "/webhooktest", "/cmd/"},
		why: "which tenant is recorded, and into which file, is its callers' business",
	},
	{
		who: "/internal/serve", never: []string{"/internal/record", "/internal/simulator", "/webhooktest", "/cmd/"},
		why: "a server replays; no request reaches a tenant through it",
	},
	{
		who: "/cmd/record/internal/exit", never: []string{"/internal/provider", "/cmd/record/internal/session", "/cmd/record/internal/screen", "/cmd/record/internal/report"},
		why: "a status and the words of a message say nothing of what the command does",
	},
	{
		who: "/cmd/record/internal/screen", never: []string{"/internal/provider", "/cmd/record/internal/exit"},
		why: "it lays texts out, whatever they are about",
	},
	{
		who: "/cmd/record/internal/report", never: []string{"/internal/provider", "/cmd/record/internal/exit"},
		why: "the formats of other tools are written from one report, whoever has judged",
	},
	{
		who: "/cmd/record/internal/session", never: []string{"/cmd/record/internal/check", "/cmd/record/internal/refresh", "/cmd/record/internal/scrub", "/cmd/record/internal/setup", "/cmd/record/internal/view", "/cmd/record/internal/screen", "/cmd/record/internal/report"},
		why: "imports run one way: exit <- session <- check, refresh, scrub, setup <- view, cmd/record",
	},
	{
		who: "/cmd/record/internal/check", never: []string{"/cmd/record/internal/refresh", "/cmd/record/internal/scrub", "/cmd/record/internal/setup", "/cmd/record/internal/view"},
		why: "a check compares, and writes no cassette",
	},
	{
		who: "/cmd/record/internal/refresh", never: []string{"/cmd/record/internal/check", "/cmd/record/internal/scrub", "/cmd/record/internal/setup", "/cmd/record/internal/view"},
		why: "a recording is written whatever another run has found",
	},
	{
		who: "/cmd/record/internal/receiver", never: []string{"/cmd/record/internal/check", "/cmd/record/internal/refresh", "/cmd/record/internal/scrub", "/cmd/record/internal/setup", "/cmd/record/internal/view"},
		why: "whoever speaks with a receiver asks no tenant",
	},
	{
		who: "/cmd/record/internal/sandbox", never: []string{"/cmd/record/internal/session", "/internal/record", "/cmd/record/internal/receiver"},
		why: "no request reaches a tenant, or another machine, through it",
	},
	{
		who: "/webhooktest", never: []string{"/cmd/"},
		why: "a test uses the module's packages; the command is another user of theirs",
	},
	{
		who: "/", never: []string{"/webhooktest/matchtest", "/webhooktest/goldentest"},
		why: "a test that replays compiles neither the proof of a matcher nor golden files; whoever wants them imports them",
	},
	{
		who: "/", never: forTests,
		why: "it is for the tests of this module",
	},
}

func TestLayout(t *testing.T) {
	module, packages := listPackages(t)
	t.Run("this module", func(t *testing.T) { assert.Empty(t, misdirected(module, packages)) })
	// Each rule fires: a package that does what it forbids is found.
	for _, r := range layout {
		for _, never := range r.never {
			t.Run(r.who+" without "+never, func(t *testing.T) {
				forbidden := never
				if strings.HasPrefix(never, "/") {
					forbidden = module + strings.TrimSuffix(never, "/")
					if strings.HasSuffix(never, "/") {
						forbidden += "/any"
					}
				}
				culprit := pkg{ImportPath: module + strings.TrimSuffix(r.who, "/"), Imports: []string{forbidden}, Deps: []string{forbidden}}
				if strings.HasSuffix(r.who, "/") {
					culprit.ImportPath += "/any"
				}
				assert.Contains(t, strings.Join(misdirected(module, []pkg{culprit}), "\n"), culprit.ImportPath+" imports "+forbidden+"; but "+r.why)
			})
		}
	}
}

// misdirected lists the imports that run the wrong way, with the reason.
func misdirected(module string, packages []pkg) (faults []string) {
	for _, p := range packages {
		below := strings.TrimPrefix(p.ImportPath, module)
		if slices.Contains(forTests, below) {
			continue
		}
		for _, r := range layout {
			if !begins(below+"/", r.who) || slices.Contains(r.but, below) {
				continue
			}
			reached := p.Deps
			if r.directly {
				reached = p.Imports
			}
			for _, dep := range reached {
				for _, never := range r.never {
					if strings.HasPrefix(never, "/") {
						never = module + never
					}
					if begins(dep+"/", never) {
						faults = append(faults, fmt.Sprintf("%s imports %s; but %s", p.ImportPath, dep, r.why))
					}
				}
			}
		}
	}
	return faults
}

// begins reports whether a path begins with whole elements of another.
func begins(path, prefix string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func listPackages(t *testing.T) (module string, packages []pkg) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Deps,Imports,Module", "../...").Output()
	require.NoError(t, err)
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if p.Module != nil && p.Module.Main {
			packages = append(packages, p)
		}
	}
	out, err = exec.CommandContext(t.Context(), "go", "list", "-m").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out)), packages
}

// wholeModule are the tests of what no one file answers for: the shipped data, the
// pages, what it all costs, the programs of users, and the command from outside.
var wholeModule = map[string][]string{
	"webhooktest": {"bench", "completeness", "consumer", "golden", "layout", "readme", "thirdvendor"},
	"cmd/record":  {"readme", "script"},
}

// noPackages are directories that hold no package of the module.
var noPackages = []string{"testdata", "node_modules", ".git"}

// X.go is tested by X_test.go, or by X_ASPECT_test.go where that would be long.
func TestLayout_testFiles(t *testing.T) {
	kinds := []string{"example", "export", "main"}
	dirs := map[string][]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains(noPackages, d.Name()) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			dirs[path.Dir(name)] = append(dirs[path.Dir(name)], strings.TrimSuffix(path.Base(name), ".go"))
		}
		return err
	}))
	require.Greater(t, len(dirs), 20)
	for dir, names := range dirs {
		assert.Empty(t, strays(names, append(kinds, wholeModule[dir]...)), "files of %s that test none of its files: name them X_test.go or X_ASPECT_test.go after the X.go that they test", dir)
	}
	assert.Equal(t, []string{"b_test", "cd_test"}, strays([]string{"a", "c", "a_test", "a_more_test", "b_test", "cd_test", "main_test"}, kinds))
}

// strays are the names of test files that begin with no other file's name.
func strays(names, begins []string) (strays []string) {
	for _, name := range names {
		if !strings.HasSuffix(name, "_test") {
			begins = append(begins, name)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test") && !slices.ContainsFunc(begins, func(begin string) bool { return strings.HasPrefix(name, begin+"_") }) {
			strays = append(strays, name)
		}
	}
	return strays
}

// internalSources are the files of the internal packages, and of those of the command, but tests and what is for
// tests, with their packages.
func internalSources(t *testing.T) map[string]string {
	t.Helper()
	ours, err := filepath.Glob("../internal/*/*.go")
	require.NoError(t, err)
	command, err := filepath.Glob("../cmd/record/internal/*/*.go")
	require.NoError(t, err)
	sources := map[string]string{}
	for _, name := range slices.Concat(ours, command) {
		if dir := filepath.Base(filepath.Dir(name)); !strings.HasSuffix(name, "_test.go") && !slices.Contains(forTests, "/internal/"+dir) {
			sources[name] = dir
		}
	}
	return sources
}

// What is known of a vendor stands in the vendor's own files: in a definition, a
// simulator, probes of its receivers, schemas and cassettes. No other package below
// internal names one in its code.
func TestLayout_vendorsAreData(t *testing.T) {
	named := regexp.MustCompile(`(?i)devrev|d\.?velop|\bdvrv|\bdevo\b|\bsvcacc\b|\bdon:|dmsconfig|event_types|webhooks\.(get|list|create|update|delete)`)
	looked := map[string]bool{}
	for name, dir := range internalSources(t) {
		if slices.Contains([]string{"provider", "simulator", "probe"}, dir) {
			continue
		}
		looked[dir] = true
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			text := ""
			switch n := n.(type) {
			case *ast.Ident:
				text = n.Name
			case *ast.BasicLit:
				text = n.Value
			}
			if named.MatchString(text) {
				t.Errorf("%s: %s names a vendor; put the fact into its definition in internal/provider", set.Position(n.Pos()), text)
			}
			return true
		})
	}
	assert.Greater(t, len(looked), 10)
}

// Package jsontext reads JSON for the whole module. Who goes through the tokens of
// encoding/json has a reason.
func TestLayout_oneReaderOfJSON(t *testing.T) {
	reasons := map[string]string{
		"internal/cassette/walk.go":      "it reads what is no JSON as far as it is",
		"internal/record/gate.go":        "the gate shares no code with the replacing of values",
		"webhooktest/matchtest/value.go": "the proof of a matcher shares no code with it",
	}
	readers := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains(noPackages, d.Name()) {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile("../" + name)
		if strings.Contains(string(data), ".Token()") {
			readers[name] = reasons[name]
		}
		return err
	}))
	assert.Equal(t, reasons, readers, "files that read the tokens of JSON themselves; let package jsontext do it, or add the reason")
}

// No test binary waits for expressions that it may never use. Those of package probe
// are small, and only the tests of receivers link it.
func TestLayout_patternsAreCompiledWhenUsed(t *testing.T) {
	compiled := map[string]bool{}
	for name, dir := range internalSources(t) {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		if strings.Contains(string(data), "regexp.MustCompile(") {
			compiled[dir] = true
		}
	}
	assert.Equal(t, map[string]bool{"pattern": true, "probe": true}, compiled, "packages that compile an expression at start; let package pattern do it")
}
