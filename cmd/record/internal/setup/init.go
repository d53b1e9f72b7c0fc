// Package setup prepares a module: what it needs for a start is written, and the
// environment is looked at with the eyes of a recording.
package setup

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	goformat "go/format"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// Init writes what a start needs.
type Init struct {
	// Dir is the module's.
	Dir string
	// ParseCheck are the arguments of a command line of record check, and its --cassettes.
	ParseCheck func(args []string) (rest []string, cassettes string)
}

// Write writes the files, and says of each what became of it.
func (s *Init) Write(names []string, stdout io.Writer) error {
	dir, all := s.Dir, names
	if len(names) == 0 {
		all = session.ProviderNames()
	}
	var chosen []*provider.Definition
	for _, name := range all {
		def, err := session.Provider(name)
		if err != nil {
			return err
		}
		if !slices.Contains(chosen, def) {
			chosen = append(chosen, def)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return exit.Errorf(exit.Usage, "there is no go.mod here; run record init in the directory that has it")
	}
	mod, err := ReadModule(dir)
	if err != nil {
		return err
	}
	root, below, found, err := repository(dir)
	if err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	pkg, declared, err := testPackage(dir)
	switch several := (*build.MultiplePackageError)(nil); {
	case errors.As(err, &several):
		return exit.Errorf(exit.Failed, "%v; a first test needs one: run record init where there is one package, or mend this directory; nothing was written", err)
	case err != nil:
		return exit.Errorf(exit.Failed, "%v; nothing was written", err)
	}
	_, err = os.Stat(filepath.Join(dir, "vendor", "modules.txt"))
	vendored := err == nil
	away := ""
	if !vendored {
		if away, err = mod.away(dir, root); err != nil {
			return exit.Errorf(exit.Failed, "%v", err)
		}
	}
	flow, own := workflowFile(dir, root, below), ownCassettes(dir, chosen)
	files := map[string][]byte{
		variableFile: []byte("# The variables that go tool record refresh and go tool record check read. Copy this file to one\n# that is not committed, and fill it in.\n" + variableList(chosen)),
		flow:         []byte(workflow(chosen, names, below, own, away)),
	}
	for _, def := range chosen {
		test, err := firstTest(def, pkg, declared)
		if err != nil {
			return exit.Errorf(exit.Failed, "%v", err)
		}
		files["webhook_"+def.Name+"_test.go"] = test
	}
	was := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		verdict, err := create(filepath.Join(dir, filepath.FromSlash(name)), files[name])
		if err != nil {
			return exit.Errorf(exit.Failed, "%s: %v", name, say.Reason(err))
		}
		was[name] = verdict == session.Kept
		note := ""
		if name == flow && !found {
			note = " (there is no .git here or above; GitHub reads it at the root of a repository only)"
		}
		fmt.Fprintf(stdout, "%-9s  %s%s\n", verdict, name, note)
	}
	fmt.Fprintf(stdout, "\nthen: %s\n", mod.next(vendored))
	if away != "" {
		fmt.Fprintf(stdout, "and, for the workflow: go mod vendor && git add vendor\n      (a runner has no %s, which lies outside of the repository)\n", away)
	}
	if own == "" {
		fmt.Fprintf(stdout, "and, for the workflow: %s\n      (it has nothing to compare with as long as that directory is empty; --simulate needs no tenant)\n", recordOwn(names))
	}
	var lines []string
	if was[flow] {
		if lines, err = s.lackingSteps(filepath.Join(dir, filepath.FromSlash(flow)), cmp.Or(own, session.OwnDir), chosen); err != nil {
			return exit.Errorf(exit.Failed, "%s: %v", flow, err)
		}
		sayLacking(stdout, flow, lines)
	}
	if was[variableFile] {
		if lines, err = lackingVariables(filepath.Join(dir, variableFile), chosen); err != nil {
			return exit.Errorf(exit.Failed, "%s: %v", variableFile, err)
		}
		sayLacking(stdout, variableFile, lines)
	}
	return nil
}

// variableFile lists the variables that a recording reads.
const variableFile = "webhook.env.example"

// recordOwn is the command that records what the workflow compares with.
func recordOwn(names []string) string {
	return strings.Join(append([]string{"go tool record refresh --out " + session.OwnDir}, names...), " ")
}

// quoteYAML is a text as a scalar of YAML, plain when it can be.
func quoteYAML(text string) string {
	quoted, err := yaml.Marshal(text)
	if err != nil {
		return strconv.Quote(text) // texts encode
	}
	return strings.TrimSpace(string(quoted))
}

// repository is the way from a directory to the root of its repository, and back;
// both are "." when it is the root, or when none is found.
func repository(dir string) (root, below string, found bool, err error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", "", false, err
	}
	for at := from; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			below, err := filepath.Rel(at, from)
			if err != nil {
				return "", "", false, err
			}
			root, err := filepath.Rel(from, at)
			return filepath.ToSlash(root), filepath.ToSlash(below), true, err
		}
		if at == filepath.Dir(at) {
			return ".", ".", false, nil
		}
	}
}

// workflowFile is the path of a module's workflow: each module of a repository has one.
// One that is there under its name may be another module's.
func workflowFile(dir, root, below string) string {
	for n := 1; ; n++ {
		name := workflowName(below)
		if n > 1 {
			name = strings.TrimSuffix(name, ".yml") + fmt.Sprintf("-%d.yml", n)
		}
		file := path.Join(root, ".github/workflows", name)
		at := filepath.Join(dir, filepath.FromSlash(file))
		if _, err := os.Lstat(at); err != nil || checks(at, below) {
			return file
		}
	}
}

// workflowName is the file name that a module's directory asks for.
func workflowName(below string) string {
	if below == "." {
		return "vendor-drift.yml"
	}
	return "vendor-drift-" + strings.Map(func(r rune) rune {
		if r < 0x80 && strings.IndexByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", byte(r)) >= 0 {
			return r
		}
		return '-'
	}, below) + ".yml"
}

// checks reports whether a workflow has a step in a module's directory.
func checks(file, below string) bool {
	data, err := os.ReadFile(file)
	var root yaml.Node
	if err != nil || yaml.Unmarshal(data, &root) != nil {
		return false
	}
	found := below == "."
	walkYAML(&root, func(key string, value *yaml.Node) {
		found = found || key == "working-directory" && path.Clean(value.Value) == below
	})
	return found
}

// ownCassettes is the directory of a module, up to three levels down, into which
// record refresh has written; "" when there is none.
func ownCassettes(dir string, chosen []*provider.Definition) string {
	for _, level := range []string{"*", "*/*", "*/*/*"} {
		for _, def := range chosen {
			for _, op := range def.Operations {
				found, _ := fs.Glob(os.DirFS(dir), path.Join(level, def.Name, op.Name, "*.yaml")) // the pattern is sound
				if len(found) > 0 {
					return path.Dir(path.Dir(path.Dir(found[0])))
				}
			}
		}
	}
	return ""
}

// create writes a file that is not there, and leaves one that is.
func create(path string, data []byte) (verdict string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("its directory cannot be made: %w; move away what is in its place", say.Reason(err))
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		switch info, err := os.Stat(path); {
		case err != nil:
			return "", errors.New("a link there leads nowhere; remove it")
		case !info.Mode().IsRegular():
			return "", fmt.Errorf("it is %s; move it away", say.Kind(info.Mode()))
		}
		return session.Kept, nil
	}
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	if err = cmp.Or(err, file.Close()); err != nil {
		os.Remove(path) // half a file is worse than none
	}
	return session.Written, err
}

// testPackage is the package that a test of a directory is in, and the names that
// the tests of that package have taken.
func testPackage(dir string) (name string, declared map[string]bool, err error) {
	p, err := build.ImportDir(dir, 0)
	if none := (*build.NoGoError)(nil); err != nil && !errors.As(err, &none) {
		return "", nil, err
	}
	name, declared = cmp.Or(p.Name, "hooks")+"_test", map[string]bool{}
	for _, file := range p.XTestGoFiles {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			return "", nil, err
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				declared[f.Name.Name] = true
			}
		}
	}
	return name, declared, nil
}

// variable is one that a recording reads.
type variable struct {
	name, what string
	secret     bool
}

// inWorkflow is its line in a step: a credential is a secret of the repository, and any
// other value a variable.
func (v variable) inWorkflow() string {
	kind := "vars"
	if v.secret {
		kind = "secrets"
	}
	return fmt.Sprintf("%s: ${{ %s.%[1]s }}", v.name, kind)
}

func variablesOf(def *provider.Definition) []variable {
	base := "base URL of your tenant"
	if def.BaseDefault != "" {
		base = "base URL; empty is " + def.BaseDefault
	}
	all := []variable{{def.TokenVar, "your credential for " + def.Title, true}, {def.BaseVar, base, false}}
	for _, s := range def.Bindings {
		what := "your value for " + s.Placeholder
		if s.Lookup != nil {
			what += "; empty is " + s.Lookup.What
		}
		all = append(all, variable{s.Var, what, false})
	}
	return all
}

// variableList has a line for each variable, empty and with what it is for.
func variableList(chosen []*provider.Definition) string {
	var b strings.Builder
	for _, def := range chosen {
		b.WriteString("\n")
		for _, v := range variablesOf(def) {
			fmt.Fprintf(&b, "# %s\n%s=\n", v.what, v.name)
		}
	}
	return b.String()
}

var testTemplate = template.Must(template.New("test").Parse(`package {{.Package}}

import (
	"net/http"
{{- if ne .Body "nil"}}
	"strings"
{{- end}}
	"testing"

	"example.com/webhookvcr/webhooktest"
)

// The answers come from a shipped cassette; no request leaves the test.
func {{.Test}}(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.{{.Go}}, {{.Scenario}})

	req, err := http.NewRequest({{.Method}}, webhooktest.{{.Go}}.BaseURL()+{{.Target}}, {{.Body}})
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
{{- range $name, $value := .Header}}
	req.Header.Set({{printf "%q" $name}}, {{printf "%q" $value}})
{{- end}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != {{.Status}} {
		t.Errorf("got %s, want {{.Status}}", resp.Status)
	}
}
`))

// firstTest is a test that replays the provider's first successful answer to a
// read call.
func firstTest(def *provider.Definition, pkg string, declared map[string]bool) ([]byte, error) {
	i := slices.IndexFunc(def.Scenarios, func(s provider.Scenario) bool {
		return s.Status < 300 && s.Request.Credential == provider.Valid && !(session.Target{Def: def, Scenario: &s}).Writes()
	})
	if i < 0 {
		return nil, fmt.Errorf("%s has no scenario of a successful read call", def.Title)
	}
	s := def.Scenarios[i]
	body := "nil"
	if s.Request.Body != "" {
		body = "strings.NewReader(`" + s.Request.Body + "`)"
	}
	name := "Test" + goName(def)
	for declared[name] {
		name += "_replayed"
	}
	var b bytes.Buffer
	if err := testTemplate.Execute(&b, map[string]any{
		"Package": pkg, "Test": name, "Go": goName(def), "Scenario": strconv.Quote(s.Name), "Method": strconv.Quote(s.Request.Method),
		"Target": strconv.Quote(s.Request.Target), "Body": body, "Header": s.Request.Header, "Status": s.Status,
	}); err != nil {
		return nil, err
	}
	return goformat.Source(b.Bytes())
}

// goName is the variable of package webhooktest.
func goName(def *provider.Definition) string {
	var name string
	for part := range strings.SplitSeq(def.Title, ".") {
		name += strings.ToUpper(part[:1]) + part[1:]
	}
	return name
}

// workflow is a nightly check of the named providers, or of those that have their
// variables. It compares with the cassettes in own, which may have to be recorded yet;
// away is a directory that the module needs and a runner lacks.
func workflow(chosen []*provider.Definition, names []string, dir, own, away string) string {
	var env []string
	for _, def := range chosen {
		for _, v := range variablesOf(def) {
			env = append(env, "          "+v.inWorkflow())
		}
	}
	name, where := "vendor drift", ""
	if dir != "." {
		name += " of " + dir
		where = "\n        working-directory: " + quoteYAML(dir)
	}
	hint := ""
	if own == "" {
		hint = "        # It fails until these are there: " + recordOwn(names) + "\n"
	}
	lacks := ""
	if away != "" {
		lacks = "      # A runner has no " + away + ", which go.mod names: go mod vendor, and commit vendor,\n      # or a step here that clones it there.\n"
	}
	return `name: ` + quoteYAML(name) + `
on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
` + lacks + `      - uses: actions/setup-go@v5
        with:
          go-version-file: ` + quoteYAML(path.Join(dir, "go.mod")) + `
      - name: Compare the vendor's answers with the cassettes
` + hint + `        run: ` + quoteYAML(nightly(names, cmp.Or(own, session.OwnDir))) + where + `
        env:
` + strings.Join(env, "\n") + "\n"
}
