package webhooktest_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// What the definitions promise is there: whoever adds a vendor, an operation or
// a scenario learns here, at once, of everything that is still missing and of the
// file where it belongs.
func TestCompleteness(t *testing.T) {
	var missing []string
	add := func(format string, args ...any) { missing = append(missing, fmt.Sprintf(format, args...)) }
	exported, defined, public := exportedConstants(t), definitions(t), exportedProviders(t)
	for variable, name := range defined {
		if provider.ByName(name) == nil {
			add("internal/provider/provider.go: All does not list %s", variable)
		}
	}
	used := map[string]bool{}
	for _, d := range provider.All() {
		if err := contract.Compile(d); err != nil {
			add("schemas/%s: %v", d.Name, err)
		}
		if d.BaseVar == "" || d.TokenVar == "" {
			add("internal/provider/%s.go: no environment variable for the base URL, or none for the credential", d.Name)
		}
		for _, s := range d.Bindings {
			if s.Var == "" {
				add("internal/provider/%s.go: the placeholder %q has no environment variable", d.Name, s.Placeholder)
			}
			if !slices.Contains(exported, s.Placeholder) {
				add("webhooktest/%s.go: no exported constant for the placeholder %q of %s", d.Name, s.Placeholder, s.Var)
			}
		}
		if !slices.ContainsFunc(public, func(variable string) bool { return defined[variable] == d.Name }) {
			add("webhooktest/%s.go: no exported variable for %s", d.Name, d.Title)
		}
		if base, _, _ := simulator.Tenant(d); base == "" {
			add("internal/simulator/%s.go: no server of %s in vendors", d.Name, d.Name)
		}
		missing = append(missing, undocumented(t, d)...)
		p := publicProvider(d)
		shown := map[string]webhooktest.Scenario{}
		for _, s := range p.Scenarios() {
			shown[s.Name] = s
		}
		for i := range d.Scenarios {
			s := &d.Scenarios[i]
			label := "internal/provider/" + d.Name + ".go: " + s.Name
			file := d.Name + "/" + s.Name + ".yaml"
			used[file] = true
			if operation, _, _ := strings.Cut(s.Name, "/"); d.Operation(operation) == nil {
				add("internal/provider/%s.go: %s: %s is no operation", d.Name, s.Name, operation)
			}
			if s.Summary == "" || s.How == "" {
				add("internal/provider/%s.go: %s has no Summary, or no How", d.Name, s.Name)
			}
			for _, also := range s.Also {
				if d.Scenario(also) == nil {
					add("internal/provider/%s.go: %s: Also names %q, which is no scenario", d.Name, s.Name, also)
				}
			}
			if _, err := simulator.New(d, s.Switch); err != nil {
				add("internal/simulator/%s.go: %s: %v", d.Name, s.Name, err)
			}
			stored, err := cassetteOf(file)
			if err != nil {
				add("cassettes/%s: %v", file, err)
				continue
			}
			h := stored.Header
			if h.Provider != d.Name || h.Scenario != s.Name || h.Source != cassette.Live && h.Source != cassette.Simulated {
				add("cassettes/%s: the header says provider %q, scenario %q, source %q", file, h.Provider, h.Scenario, h.Source)
			}
			missing = append(missing, prefixed(label, departures(d, s, stored))...)
			faults := prefixed(label, played(t, p, shown[s.Name], s))
			missing = append(missing, faults...)
			if len(faults) > 0 || updating() {
				continue
			}
			if _, extension := canonicalBody(t, p, shown[s.Name]); extension != "" {
				golden := d.Name + "/" + s.Name + extension
				if _, err := os.Stat(filepath.Join(goldenDir, filepath.FromSlash(golden))); err != nil {
					add("golden/%s: is missing; GOLDIE_UPDATE=true go test ./webhooktest makes it", golden)
				}
			}
		}
	}
	require.NoError(t, fs.WalkDir(cassettes.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !used[path] {
			add("cassettes/%s belongs to no scenario", path)
		}
		return err
	}))
	if len(missing) > 0 {
		assert.Fail(t, "the definitions are not complete", strings.Join(missing, "\n"))
	}
}

// updating says that this run writes golden files and pages.
func updating() bool { return os.Getenv("GOLDIE_UPDATE") == "true" && os.Getenv("CI") == "" }

// undocumented lists what the package's documentation and the pages do not say
// of a vendor.
func undocumented(t *testing.T, d *provider.Definition) (missing []string) {
	t.Helper()
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
	for _, op := range d.Operations {
		var want, got []string
		for _, r := range op.Responses {
			want = append(want, strconv.Itoa(r.Status))
		}
		for _, word := range row(op.Name) {
			if word = strings.TrimSuffix(word, ","); regexp.MustCompile(`^\d{3}$`).MatchString(word) {
				got = append(got, word)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			missing = append(missing, fmt.Sprintf("webhooktest/doc.go: the row of %s has the statuses %q, expected %q", op.Name, got, want))
		}
	}
	for _, v := range variables(d) {
		if row(v.name) == nil {
			missing = append(missing, fmt.Sprintf("webhooktest/doc.go: no row for the variable %s", v.name))
		}
	}
	if updating() {
		return missing
	}
	texts := pages(t)
	for page, mark := range map[string]string{
		"README.md": "| " + d.Title + " |", "docs/testing.md": "**" + d.Title + "**", "docs/recording.md": "`" + d.TokenVar + "`",
	} {
		if !strings.Contains(texts["../"+page], mark) {
			missing = append(missing, page+": does not show "+d.Title+"; GOLDIE_UPDATE=true go test ./webhooktest writes it anew")
		}
	}
	return missing
}

func prefixed(label string, lines []string) []string {
	for i := range lines {
		lines[i] = label + ": " + lines[i]
	}
	return lines
}

// publicProvider is the exported variable for a definition, or the zero value.
func publicProvider(d *provider.Definition) webhooktest.Provider {
	for _, p := range webhooktest.Providers() {
		if p.String() == d.Title {
			return p
		}
	}
	return webhooktest.Provider{}
}

func cassetteOf(file string) (*cassette.File, error) {
	data, err := cassettes.FS.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("has no cassette; go run ./cmd/record refresh --simulate makes it")
	}
	return cassette.Parse("cassettes/"+file, data)
}

// departures compares what a scenario is said to demonstrate with the breaches
// that its exchanges hold, under the documented or the inferred profile.
func departures(d *provider.Definition, s *provider.Scenario, file *cassette.File) (wrong []string) {
	found := map[provider.ExpectedProblem]bool{} // with whether it fails a test
	for _, ia := range file.Interactions {
		req, err := http.NewRequest(ia.Request.Method, ia.Request.URL, nil)
		if err != nil {
			return []string{err.Error()}
		}
		asked := contract.Request{Method: req.Method, URL: req.URL, Header: ia.Request.Headers, Body: []byte(ia.Request.Body)}
		answer := contract.Response{Status: ia.Response.Code, Header: ia.Response.Headers, Body: []byte(ia.Response.Body)}
		for _, p := range slices.Concat(contract.CheckRequest(d, asked), contract.CheckResponse(d, asked, answer, false), contract.CheckResponse(d, asked, answer, true)) {
			departure := provider.ExpectedProblem{In: p.In, Pointer: p.Pointer}
			found[departure] = found[departure] || p.Fails()
		}
	}
	for departure, fails := range found {
		if fails && !slices.Contains(s.Expects, departure) {
			wrong = append(wrong, fmt.Sprintf("departs from the contract at %q of the %s, but does not say so", departure.Pointer, departure.In))
		}
	}
	for _, departure := range s.Expects {
		if _, occurs := found[departure]; !occurs {
			wrong = append(wrong, fmt.Sprintf("says that it departs at %q of the %s, but does not", departure.Pointer, departure.In))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// played replays a scenario with its own request, and lists what is not as the
// definition says.
func played(t *testing.T, p webhooktest.Provider, shown webhooktest.Scenario, s *provider.Scenario) (wrong []string) {
	if shown.Name == "" {
		return []string{"Provider.Scenarios does not list it"}
	}
	profiles := [][]webhooktest.Option{nil}
	if slices.ContainsFunc(provider.All(), func(d *provider.Definition) bool { return d.Inferred() && d.Title == p.String() }) {
		profiles = append(profiles, []webhooktest.Option{webhooktest.Strict()})
	}
	for _, options := range profiles {
		var resp *http.Response
		var body []byte
		var err error
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, p.With(options...), webhooktest.Step(shown.Name))
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			if resp, err = client.Do(shown.Request()); err == nil {
				body, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
		})
		if err != nil || w.Failed() {
			return append(wrong, fmt.Sprintf("does not replay: %v %s", err, w.Failures()))
		}
		var answer struct{ Type string }
		_ = json.Unmarshal(body, &answer)
		media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		for what, pair := range map[string][2]string{
			"status":     {strconv.Itoa(s.Status), strconv.Itoa(resp.StatusCode)},
			"media type": {s.MediaType, media},
			"type":       {s.Type, answer.Type},
		} {
			if pair[0] != pair[1] {
				wrong = append(wrong, fmt.Sprintf("answers with the %s %q, expected %q", what, pair[1], pair[0]))
			}
		}
	}
	return wrong
}

// exportedConstants are the values of the exported string constants of package
// webhooktest. Each is defined by one of package provider.
func exportedConstants(t *testing.T) (values []string) {
	inner := map[string]string{}
	declared(t, "../internal/provider", token.CONST, func(name string, value ast.Expr) {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			inner[name], _ = strconv.Unquote(literal.Value)
		}
	})
	declared(t, ".", token.CONST, func(name string, value ast.Expr) {
		if selector, ok := value.(*ast.SelectorExpr); ok && ast.IsExported(name) {
			if v, ok := inner[selector.Sel.Name]; ok {
				values = append(values, v)
			}
		}
	})
	return values
}

// definitions are the vendors' names by the variables of package provider that
// define them.
func definitions(t *testing.T) map[string]string {
	names := map[string]string{}
	declared(t, "../internal/provider", token.VAR, func(variable string, value ast.Expr) {
		if literal, ok := member(value, "Definition", "Name").(*ast.BasicLit); ok {
			names[variable], _ = strconv.Unquote(literal.Value)
		}
	})
	return names
}

// exportedProviders are the variables of package provider that have an exported
// variable of package webhooktest.
func exportedProviders(t *testing.T) (variables []string) {
	declared(t, ".", token.VAR, func(variable string, value ast.Expr) {
		if address, ok := member(value, "Provider", "def").(*ast.UnaryExpr); ok && ast.IsExported(variable) {
			if selector, ok := address.X.(*ast.SelectorExpr); ok {
				variables = append(variables, selector.Sel.Name)
			}
		}
	})
	return variables
}

// member returns the value of a field in a literal of that type, or nil.
func member(value ast.Expr, typeName, field string) ast.Expr {
	literal, ok := value.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if name, ok := literal.Type.(*ast.Ident); !ok || name.Name != typeName {
		return nil
	}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == field {
				return pair.Value
			}
		}
	}
	return nil
}

// declared calls found for what a package declares outside of functions.
func declared(t *testing.T, dir string, kind token.Token, found func(name string, value ast.Expr)) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok || group.Tok != kind {
				continue
			}
			for _, spec := range group.Specs {
				for i, name := range spec.(*ast.ValueSpec).Names {
					if values := spec.(*ast.ValueSpec).Values; i < len(values) {
						found(name.Name, values[i])
					}
				}
			}
		}
	}
}
