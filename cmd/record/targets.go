package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
)

// target is one scenario to record.
type target struct {
	def      *provider.Definition
	scenario *provider.Scenario
	// exact says that the arguments name the scenario itself.
	exact bool
}

func (t target) name() string { return t.def.Name + "/" + t.scenario.Name }

// choice collects the targets that the arguments name.
type choice struct {
	targets []target
	seen    map[*provider.Scenario]bool
}

// choose turns the arguments into scenarios; every mistake is reported at once.
// Without arguments it takes all.
func choose(args []string) ([]target, error) {
	c := choice{seen: map[*provider.Scenario]bool{}}
	if len(args) == 0 {
		for _, def := range provider.All() {
			c.add(def, "")
		}
	}
	var mistakes []string
	for _, arg := range args {
		name, prefix, _ := strings.Cut(strings.TrimRight(arg, "/"), "/")
		switch def := provider.ByName(name); {
		case def == nil:
			mistakes = append(mistakes, unknownProvider(name, arg))
		case !c.add(def, prefix):
			mistakes = append(mistakes, fmt.Sprintf("%s has no scenario %q; %s", name, prefix, suggestion(prefix, scenarioNames(def), "record list shows those that there are")))
		}
	}
	if len(mistakes) > 0 {
		return nil, exit(exitUsage, "%s", strings.Join(mistakes, "\n"))
	}
	return c.targets, nil
}

// add takes the scenarios of that name, or of the operation of that name.
func (c *choice) add(def *provider.Definition, name string) (found bool) {
	for i := range def.Scenarios {
		s := &def.Scenarios[i]
		if name != "" && s.Name != name && !strings.HasPrefix(s.Name, name+"/") {
			continue
		}
		found = true
		if !c.seen[s] {
			c.seen[s] = true
			c.targets = append(c.targets, target{def: def, scenario: s, exact: s.Name == name})
		}
	}
	return found
}

func unknownProvider(name, arg string) string {
	var names []string
	for _, def := range provider.All() {
		names = append(names, def.Name)
		// The name of a scenario alone is the likeliest mistake.
		if (&choice{seen: map[*provider.Scenario]bool{}}).add(def, arg) {
			return fmt.Sprintf("there is no provider %q; did you mean %q?", name, def.Name+"/"+arg)
		}
	}
	return fmt.Sprintf("there is no provider %q; %s", name, suggestion(name, names, "there are "+strings.Join(names, " and ")))
}

func scenarioNames(def *provider.Definition) []string {
	names := make([]string, len(def.Scenarios))
	for i, s := range def.Scenarios {
		names[i] = s.Name
	}
	return names
}

// completeScenario offers providers, operations and scenarios, without those
// that are on the command line already.
func completeScenario(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	offer := func(name, what string) {
		if strings.HasPrefix(name, typed) && !slices.Contains(args, name) {
			all = append(all, name+"\t"+what)
		}
	}
	for _, def := range provider.All() {
		offer(def.Name, "every scenario of "+def.Title)
		seen := map[string]bool{}
		for _, s := range def.Scenarios {
			if operation, _, _ := strings.Cut(s.Name, "/"); !seen[operation] {
				seen[operation] = true
				offer(def.Name+"/"+operation, "every scenario of "+operation)
			}
			offer(def.Name+"/"+s.Name, fmt.Sprintf("%d: %s", s.Status, s.Summary))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
