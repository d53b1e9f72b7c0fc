package setup

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
)

// beginIn is init in a directory.
func beginIn(dir string, names []string, stdout io.Writer) error {
	s := Init{Dir: dir, ParseCheck: func(args []string) ([]string, string) {
		f := flag.NewFlagSet("check", flag.ContinueOnError)
		f.String("format", "", "")
		cassettes := f.String("cassettes", "", "")
		f.Parse(args)
		return f.Args(), *cassettes
	}}
	return s.Write(names, stdout)
}

// What init writes compiles beside what is there, passes, and is left alone by the
// next init.
func TestInit(t *testing.T) {
	root := t.TempDir()
	modules := map[string]map[string]string{
		"empty":   {},
		"program": {"main.go": "package main\n\nfunc main() {}\n", "gen.go": "//go:build ignore\n\npackage gen\n"},
		"tests": {
			"a.go": "package shop\n", "a_test.go": "package shop\n\nimport \"testing\"\n\nfunc TestDevRev(t *testing.T) {}\n",
			"b_test.go": "package shop_test\n\nimport \"testing\"\n\nfunc TestDevRev(t *testing.T) {}\n\nfunc TestDVelop(t *testing.T) {}\n",
		},
		"testsonly": {"b_test.go": "package shop_test\n\nimport \"testing\"\n\nfunc TestDevRev_replayed(t *testing.T) {}\n"},
	}
	for name, module := range modules {
		dir := filepath.Join(root, name)
		require.NoError(t, os.Mkdir(dir, 0o700))
		mod := filepath.Join(dir, "go.mod")
		require.NoError(t, os.WriteFile(mod, []byte("module example.org/shop\n"), 0o600))
		for file, text := range module {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
		}
		var first, second strings.Builder
		require.NoError(t, beginIn(dir, nil, &first))
		assert.NotContains(t, first.String(), session.Kept)
		mine := filepath.Join(dir, "webhook.env.example")
		require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o600))
		require.NoError(t, beginIn(dir, nil, &second))
		assert.NotContains(t, second.String(), session.Written)
		data, err := os.ReadFile(mine)
		require.NoError(t, err)
		assert.Equal(t, "mine", string(data))
		require.NoError(t, os.Remove(mod)) // they become packages of one module, which is loaded once
	}
	checkout, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	require.NoError(t, err)
	_, requirements, _ := strings.Cut(string(mod), "\n")
	mod = []byte("module example.org\n" + requirements + "\nrequire example.com/webhookvcr v0.0.0\nreplace example.com/webhookvcr => " + strconv.Quote(checkout) + "\ntool example.com/webhookvcr/cmd/record\n")
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), mod, 0o600))
	sums, err := os.ReadFile(filepath.Join(checkout, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.sum"), sums, 0o600))
	command := func(args ...string) (string, error) {
		c := exec.CommandContext(t.Context(), "go", args...)
		c.Dir = root
		c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "PWD="+root)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	out, err := command("test", "-count=1", "-vet=off", "-v", "-run=^Test[A-Z]", "./...")
	require.NoError(t, err, out)
	passed := map[string]int{}
	count := 0
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "--- PASS") {
			count++
		}
		if f := strings.Fields(line); f[0] == "ok" {
			passed[filepath.Base(f[1])], count = count, 0
		}
	}
	for name, module := range modules {
		own := strings.Count(module["a_test.go"]+module["b_test.go"], "func Test")
		assert.Equal(t, own+len(provider.All()), passed[name], "%s: %s", name, out)
	}
	out, err = command("tool", "record", "report")
	require.Error(t, err)
	assert.Equal(t, "record: report needs the file to write: go tool record report --html report.html\n", out, "the command can be pasted")
}

// Each variable stands in the list and in the workflow, which names the providers
// that init was given.
func TestInit_variables(t *testing.T) {
	for _, names := range [][]string{nil, {"devrev"}, {"dvelop", "devrev"}} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
		require.NoError(t, beginIn(dir, names, &strings.Builder{}))
		env, err := os.ReadFile(filepath.Join(dir, "webhook.env.example"))
		require.NoError(t, err)
		flow, err := os.ReadFile(filepath.Join(dir, ".github/workflows/vendor-drift.yml"))
		require.NoError(t, err)
		var workflow struct {
			Jobs struct {
				Check struct {
					Steps []struct {
						Run string            `yaml:"run"`
						Env map[string]string `yaml:"env"`
					} `yaml:"steps"`
				} `yaml:"check"`
			} `yaml:"jobs"`
		}
		require.NoError(t, yaml.Unmarshal(flow, &workflow))
		step := workflow.Jobs.Check.Steps[2]
		assert.Equal(t, strings.TrimSpace("go tool record check --format github --cassettes testdata/cassettes "+strings.Join(names, " ")), step.Run)
		for _, def := range provider.All() {
			if len(names) > 0 && !slices.Contains(names, def.Name) {
				assert.NotContains(t, string(env), def.TokenVar)
				assert.NotContains(t, step.Env, def.TokenVar)
				continue
			}
			assert.Contains(t, string(env), "\n"+def.TokenVar+"=\n")
			assert.Equal(t, "${{ secrets."+def.TokenVar+" }}", step.Env[def.TokenVar])
			assert.Equal(t, "${{ vars."+def.BaseVar+" }}", step.Env[def.BaseVar])
		}
	}
}

// The commands that come next are those that the module lacks.
func TestInit_next(t *testing.T) {
	const required, replaced, tool = "require example.com/webhookvcr v0.0.0\n", "replace example.com/webhookvcr => /checkout\n", "tool example.com/webhookvcr/cmd/record\n"
	const hint = "\n      (../webhookvcr is a checkout of that module; name where yours lies)"
	const lacks = "\nand, for the workflow: go mod vendor && git add vendor\n      (a runner has no %s, which lies outside of the repository)"
	for lines, want := range map[string]string{
		"":                         "go mod edit -require example.com/webhookvcr@v0.0.0 -replace example.com/webhookvcr=../webhookvcr -tool example.com/webhookvcr/cmd/record && go mod tidy",
		tool:                       "go mod edit -require example.com/webhookvcr@v0.0.0 -replace example.com/webhookvcr=../webhookvcr && go mod tidy",
		replaced:                   "go mod edit -require example.com/webhookvcr@v0.0.0 -tool example.com/webhookvcr/cmd/record && go mod tidy",
		required:                   "go mod edit -tool example.com/webhookvcr/cmd/record && go mod tidy",
		required + replaced + tool: "go mod tidy",
	} {
		for _, vendored := range []bool{false, true} {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"+lines), 0o600))
			end := " && go test ."
			if vendored {
				require.NoError(t, os.Mkdir(filepath.Join(dir, "vendor"), 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(dir, "vendor", "modules.txt"), nil, 0o600))
				end = " && go mod vendor && go test ."
			}
			if strings.Contains(want, "=../") {
				end += hint
			}
			switch {
			case vendored:
			case strings.Contains(lines, "/checkout"):
				end += fmt.Sprintf(lacks, "/checkout")
			case strings.Contains(want, "=../"):
				end += fmt.Sprintf(lacks, "../webhookvcr")
			}
			var stdout strings.Builder
			require.NoError(t, beginIn(dir, nil, &stdout))
			_, next, _ := strings.Cut(stdout.String(), "\nthen: ")
			const own = "\nand, for the workflow: go tool record refresh --out testdata/cassettes\n      (it has nothing to compare with as long as that directory is empty; --simulate needs no tenant)"
			assert.Equal(t, want+end+own+"\n", next)
			flow, err := os.ReadFile(filepath.Join(dir, ".github/workflows/vendor-drift.yml"))
			require.NoError(t, err)
			assert.Equal(t, strings.Contains(end, "a runner has no "), strings.Contains(string(flow), "A runner has no "), "the workflow says the same")
		}
	}
}

// A runner has what lies in the repository, and what a proxy of modules has.
func TestInit_away(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o700))
	for taken, away := range map[string]bool{
		"../webhookvcr": false, "./vcr": false, root + "/vcr": false, "example.org/fork v1.0.0": false,
		"../../webhookvcr": true, "/elsewhere": true,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\nreplace example.com/webhookvcr => "+taken+"\n"), 0o600))
		var stdout strings.Builder
		require.NoError(t, beginIn(dir, nil, &stdout))
		assert.Equal(t, away, strings.Contains(stdout.String(), "a runner has no "+taken), taken)
	}
}

// The workflow lies where GitHub reads it, and runs where the module is.
func TestInit_repository(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b: c")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
	var stdout strings.Builder
	require.NoError(t, beginIn(dir, nil, &stdout))
	assert.Contains(t, stdout.String(), "written    ../../.github/workflows/vendor-drift-a-b--c.yml\n")
	assert.NoDirExists(t, filepath.Join(dir, ".github"))
	flow, err := os.ReadFile(filepath.Join(root, ".github/workflows/vendor-drift-a-b--c.yml"))
	require.NoError(t, err)
	var workflow struct {
		Name string
		Jobs struct {
			Check struct {
				Steps []struct {
					Dir  string            `yaml:"working-directory"`
					With map[string]string `yaml:"with"`
				} `yaml:"steps"`
			} `yaml:"check"`
		} `yaml:"jobs"`
	}
	require.NoError(t, yaml.Unmarshal(flow, &workflow))
	assert.Equal(t, "vendor drift of a/b: c", workflow.Name)
	assert.Equal(t, "a/b: c/go.mod", workflow.Jobs.Check.Steps[1].With["go-version-file"])
	assert.Equal(t, "a/b: c", workflow.Jobs.Check.Steps[2].Dir)
}

// Each module of a repository has a workflow of its own, also where two ask for one
// name.
func TestInit_modules(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o700))
	initIn := func(module string) string {
		dir := filepath.Join(root, module)
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
		var stdout strings.Builder
		require.NoError(t, beginIn(dir, []string{"devrev"}, &stdout))
		return stdout.String()
	}
	for _, module := range []string{".", "a", "a/b"} {
		assert.Contains(t, initIn(module), "written    "+filepath.ToSlash(filepath.Join(strings.Repeat("../", strings.Count("/"+module, "/")-strings.Count(module, ".")), ".github/workflows", workflowName(module)))+"\n")
		assert.Contains(t, initIn(module), workflowName(module)+"\n", "it checks the module")
	}
	flows, err := os.ReadDir(filepath.Join(root, ".github/workflows"))
	require.NoError(t, err)
	assert.Len(t, flows, 3)
	assert.Contains(t, initIn("a-b"), "written    ../.github/workflows/vendor-drift-a-b-2.yml\n")
	assert.Contains(t, initIn("a-b"), "kept       ../.github/workflows/vendor-drift-a-b-2.yml\n")
}

// The workflow compares with the cassettes of the module, wherever they are.
func TestInit_ownCassettes(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "testdata/cassettes"},
		{"testdata/cassettes/devrev/webhooks.get/200.yaml", "testdata/cassettes"},
		{"golden/devrev/webhooks.list/200.yaml", "golden"},
		{"a/b/our cassettes/devrev/webhooks.get/200.yaml", "'a/b/our cassettes'"},
		{"testdata/cassettes/dvelop/GetEvent/200.yaml", "testdata/cassettes"}, // of another provider
		{"testdata/devrev/webhooks.get.yaml", "testdata/cassettes"},
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
		if c.file != "" {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, c.file)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), nil, 0o600))
		}
		var stdout strings.Builder
		require.NoError(t, beginIn(dir, []string{"devrev"}, &stdout))
		flow, err := os.ReadFile(filepath.Join(dir, ".github/workflows/vendor-drift.yml"))
		require.NoError(t, err)
		assert.Contains(t, string(flow), "run: go tool record check --format github --cassettes "+c.want+" devrev\n", c.file)
		assert.Equal(t, c.file == "" || strings.Contains(c.file, "dvelop") || strings.Contains(c.file, "get.yaml"), strings.Contains(stdout.String(), "--simulate needs no tenant"), c.file)
	}
}

// What cannot be written is named, and nothing is half written.
func TestInit_refuses(t *testing.T) {
	require.Error(t, beginIn(t.TempDir(), nil, &strings.Builder{}), "there is no module")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".github"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
	assert.EqualError(t, beginIn(dir, nil, &strings.Builder{}), ".github/workflows/vendor-drift.yml: its directory cannot be made: not a directory; move away what is in its place")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.go"), []byte("package b\n"), 0o600))
	assert.ErrorContains(t, beginIn(dir, nil, &strings.Builder{}), "found packages a (a.go) and b (b.go) in "+dir+"; a first test needs one: run record init where there is one package, or mend this directory; nothing was written")

	for want, place := range map[string]func(path string) error{
		"webhook.env.example: it is a directory; move it away":       func(path string) error { return os.Mkdir(path, 0o700) },
		"webhook.env.example: a link there leads nowhere; remove it": func(path string) error { return os.Symlink("nothing", path) },
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
		require.NoError(t, place(filepath.Join(dir, "webhook.env.example")))
		assert.EqualError(t, beginIn(dir, nil, &strings.Builder{}), want)
	}

	for text, want := range map[string]string{
		"garbage\n":                "unknown directive: garbage",
		"":                         "go.mod names no module",
		"module a\nrequire b\n":    "go.mod:2:",
		"<<<<<<< HEAD\nmodule a\n": "go.mod:1",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600))
		err := beginIn(dir, nil, &strings.Builder{})
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "nothing was written")
		assert.Equal(t, exit.Usage, exit.Code(err))
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, 1, text)
	}
}

// The workflow that the pages show asks what that of init does.
func TestInit_shown(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/command.md")
	require.NoError(t, err)
	assert.Contains(t, string(page), "\n        run: "+nightly([]string{"devrev"}, session.OwnDir)+"\n")
}
