package session

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// Target is one scenario to record.
type Target struct {
	Def      *provider.Definition
	Scenario *provider.Scenario
	// Exact says that the arguments name the scenario itself.
	Exact   bool
	Session *Session
}

// Name is PROVIDER/SCENARIO.
func (t Target) Name() string { return t.Def.Name + "/" + t.Scenario.Name }

// Choose turns the arguments into scenarios; every mistake is reported at once.
// Without arguments it takes all.
func Choose(args []string) ([]Target, error) {
	if len(args) == 0 {
		args = ProviderNames()
	}
	var targets []Target
	var mistakes []string
	seen := map[*provider.Scenario]bool{}
	for _, arg := range args {
		name, prefix, _ := strings.Cut(strings.Trim(arg, "/"), "/")
		def := provider.ByName(name)
		if def == nil {
			mistakes = append(mistakes, UnknownProvider(name, arg))
			continue
		}
		found := matching(def, prefix)
		if len(found) == 0 {
			mistakes = append(mistakes, fmt.Sprintf("%s has no scenario %q; %s", name, prefix, exit.Suggestion(prefix, argumentNames(def), "record list shows those that there are")))
		}
		for _, t := range found {
			if !seen[t.Scenario] {
				seen[t.Scenario] = true
				targets = append(targets, t)
			}
		}
	}
	return targets, exit.Mistakes(mistakes)
}

// matching are the scenarios of that name, or of the operation of that name; all of
// them when the name is empty.
func matching(def *provider.Definition, name string) (targets []Target) {
	for i := range def.Scenarios {
		s := &def.Scenarios[i]
		if name == "" || s.Name == name || strings.HasPrefix(s.Name, name+"/") {
			targets = append(targets, Target{Def: def, Scenario: s, Exact: s.Name == name})
		}
	}
	return targets
}

// Provider is that of an argument.
func Provider(arg string) (*provider.Definition, error) {
	if def := provider.ByName(arg); def != nil {
		return def, nil
	}
	return nil, exit.Errorf(exit.Usage, "%s", UnknownProvider(arg, arg))
}

// UnknownProvider says of an argument that its provider does not exist.
func UnknownProvider(name, arg string) string {
	names := ProviderNames()
	if arg != "" && len(say.Nearest(name, names)) == 0 {
		// The name of a scenario or of an operation alone is the likeliest mistake.
		var near []string
		for _, def := range provider.All() {
			for _, n := range say.Nearest(arg, argumentNames(def)) {
				near = append(near, def.Name+"/"+n)
			}
		}
		if len(near) > 0 {
			return fmt.Sprintf("there is no provider %q; did you mean %s?", name, say.Quoted(near, "or"))
		}
	}
	return fmt.Sprintf("there is no provider %q; %s", name, exit.Suggestion(name, names, "there are "+say.List(names, "and")))
}

// ProviderNames are the names of all providers.
func ProviderNames() (names []string) {
	for _, def := range provider.All() {
		names = append(names, def.Name)
	}
	return names
}

// argumentNames are the scenarios and operations of a provider.
func argumentNames(def *provider.Definition) (names []string) {
	for _, s := range def.Scenarios {
		operation, _, _ := strings.Cut(s.Name, "/")
		if !slices.Contains(names, operation) {
			names = append(names, operation)
		}
		names = append(names, s.Name)
	}
	return names
}

// Definitions are the providers of the targets, each once.
func Definitions(targets []Target) (all []*provider.Definition) {
	for _, t := range targets {
		if !slices.Contains(all, t.Def) {
			all = append(all, t.Def)
		}
	}
	return all
}

// Shipped is the cassette of this build; nil when there is none that can be read.
func (t Target) Shipped() *cassette.File {
	data, err := fs.ReadFile(t.Def.Cassettes, t.Scenario.Name+".yaml")
	if err != nil {
		return nil
	}
	file, err := cassette.Parse(t.Name()+".yaml", data)
	if err != nil {
		return nil
	}
	return file
}

// Writes reports whether the scenario changes the tenant.
func (t Target) Writes() bool { return t.Def.Operation(t.Operation()).Writes }

// authenticated reports whether the request is one that the tenant takes for its
// owner's.
func (t Target) authenticated() bool {
	return t.Scenario.Request.Credential == provider.Valid && !t.Scenario.Request.NoOrigin
}

// bindings are those whose values the request holds.
func (t Target) bindings() (all []provider.Binding) {
	said := t.Scenario.Request.Target + t.Scenario.Request.Body
	for _, b := range t.Def.Bindings {
		if strings.Contains(said, b.Placeholder) || strings.Contains(said, url.QueryEscape(b.Placeholder)) {
			all = append(all, b)
		}
	}
	return all
}

// Operation is the name of the scenario's operation.
func (t Target) Operation() string {
	operation, _, _ := strings.Cut(t.Scenario.Name, "/")
	return operation
}

// documented is what the contract says of an answer of that status, nil when it has
// none.
func (t Target) documented(status int) *provider.Response {
	return t.Def.Operation(t.Operation()).Response(status)
}

// permanent reports whether a status says that something has moved for good.
func permanent(status int) bool {
	return status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
}

// VariantName is what a scenario's recording is called when the answer has another
// status, error type or media type.
func VariantName(scenario string, status int) string {
	operation, name, _ := strings.Cut(scenario, "/")
	return fmt.Sprintf("%s/%d-for-%s", operation, status, name)
}

// Asks reports whether the scenario's request will be sent: what changes a tenant
// is only sent when the user has said so.
func (t Target) Asks() bool {
	return t.Session.Tenant.Source == cassette.Simulated || t.Scenario.Live && (t.Session.write || !t.Writes())
}

// Tenant is whom the scenario asks: the simulator has a state for each.
func (t Target) Tenant() (record.Tenant, error) {
	if t.Session.Tenant.Source != cassette.Simulated {
		return t.Session.Tenant, nil
	}
	handler, err := simulator.New(t.Def, t.Scenario.Switch)
	if err != nil {
		return record.Tenant{}, err
	}
	base, token, env := simulator.Tenant(t.Def)
	return record.Tenant{
		BaseURL: base, Token: token, Source: cassette.Simulated,
		Getenv:    func(name string) string { return env[name] },
		Transport: simulator.Transport(handler),
	}, nil
}

// ShippedDir holds the cassettes of a checkout of this module.
const ShippedDir = "cassettes"

// InCheckout reports whether the working directory is a checkout of the module.
func InCheckout() bool {
	_, err := os.Stat(filepath.Join(ShippedDir, "cassettes.go"))
	return err == nil
}

// OwnDir is where a module that has no cassettes yet will have them.
const OwnDir = "testdata/cassettes"
