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
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
	"example.com/webhookvcr/webhooktest"
)

// What the definitions promise is there: whoever adds a vendor, an operation or
// a scenario learns here, at once, of everything that is still missing.
func TestCompleteness(t *testing.T) {
	var missing []string
	add := func(format string, args ...any) { missing = append(missing, fmt.Sprintf(format, args...)) }
	exported := exportedConstants(t)
	used := map[string]bool{}
	for _, d := range provider.All() {
		if err := contract.Compile(d); err != nil {
			add("%s: schemas: %v", d.Name, err)
		}
		if d.BaseVar == "" || d.TokenVar == "" {
			add("%s: has no environment variable for the base URL, or none for the credential", d.Name)
		}
		for _, s := range d.Seeds {
			if s.Var == "" {
				add("%s: the placeholder %q has no environment variable", d.Name, s.Placeholder)
			}
			if !slices.Contains(exported, s.Placeholder) {
				add("%s: the placeholder %q of %s is no exported constant of package webhooktest", d.Name, s.Placeholder, s.Var)
			}
		}
		public := publicProvider(d)
		if public.String() == "no provider" {
			add("%s: package webhooktest has no exported variable for it, or Providers does not list it", d.Name)
			continue
		}
		shown := map[string]webhooktest.Scenario{}
		for _, s := range public.Scenarios() {
			shown[s.Name] = s
		}
		for i := range d.Scenarios {
			s := &d.Scenarios[i]
			label := d.Name + " " + s.Name
			file := d.Name + "/" + s.Name + ".yaml"
			used[file] = true
			if operation, _, _ := strings.Cut(s.Name, "/"); d.Operation(operation) == nil {
				add("%s: %s is no operation", label, operation)
			}
			if s.Summary == "" || s.How == "" {
				add("%s: has no Summary, or no How", label)
			}
			for _, also := range s.Also {
				if d.Scenario(also) == nil {
					add("%s: Also names %q, which is no scenario", label, also)
				}
			}
			cassette, err := cassetteOf(file)
			if err != nil {
				add("%s: %v", label, err)
				continue
			}
			h := cassette.Header
			if h.Provider != d.Name || h.Scenario != s.Name || h.Source != vcr.Live && h.Source != vcr.Simulated {
				add("%s: the header of cassettes/%s says provider %q, scenario %q, source %q", label, file, h.Provider, h.Scenario, h.Source)
			}
			missing = append(missing, prefixed(label, departures(d, s, cassette))...)
			missing = append(missing, prefixed(label, played(t, public, shown[s.Name], s))...)
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

func cassetteOf(file string) (*vcr.File, error) {
	data, err := cassettes.FS.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("has no cassette; go run ./cmd/record refresh --simulate makes it")
	}
	return vcr.Parse("cassettes/"+file, data)
}

// departures compares what a scenario is said to demonstrate with the breaches
// that its exchanges hold, under the documented or the inferred profile.
func departures(d *provider.Definition, s *provider.Scenario, file *vcr.File) (wrong []string) {
	found := map[provider.Departure]bool{} // with whether it fails a test
	for _, ia := range file.Interactions {
		req, err := http.NewRequest(ia.Request.Method, ia.Request.URL, nil)
		if err != nil {
			return []string{err.Error()}
		}
		asked := contract.Request{Method: req.Method, URL: req.URL, Header: ia.Request.Headers, Body: []byte(ia.Request.Body)}
		answer := contract.Answer{Status: ia.Response.Code, Header: ia.Response.Headers, Body: []byte(ia.Response.Body)}
		for _, p := range slices.Concat(contract.CheckRequest(d, asked), contract.CheckAnswer(d, asked, answer, false), contract.CheckAnswer(d, asked, answer, true)) {
			departure := provider.Departure{In: p.In, Pointer: p.Pointer}
			found[departure] = found[departure] || p.Fails()
		}
	}
	for departure, fails := range found {
		if fails && !slices.Contains(s.Departures, departure) {
			wrong = append(wrong, fmt.Sprintf("departs from the contract at %q of the %s, but does not say so", departure.Pointer, departure.In))
		}
	}
	for _, departure := range s.Departures {
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
		w := newWitness(t, t.Name()).run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, p.With(options...), shown.Step())
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			if resp, err = client.Do(shown.Request()); err == nil {
				body, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
		})
		if err != nil || w.Failed() {
			return append(wrong, fmt.Sprintf("does not replay: %v %s", err, w.failures()))
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
	constants(t, "../internal/provider", func(name string, value ast.Expr) {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			inner[name], _ = strconv.Unquote(literal.Value)
		}
	})
	constants(t, ".", func(name string, value ast.Expr) {
		if selector, ok := value.(*ast.SelectorExpr); ok && ast.IsExported(name) {
			if v, ok := inner[selector.Sel.Name]; ok {
				values = append(values, v)
			}
		}
	})
	return values
}

func constants(t *testing.T, dir string, found func(name string, value ast.Expr)) {
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
			if !ok || group.Tok != token.CONST {
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
