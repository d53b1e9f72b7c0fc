package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// target is one scenario to record.
type target struct {
	def      *provider.Definition
	scenario *provider.Scenario
	// exact says that the arguments name the scenario itself.
	exact   bool
	session *session
}

func (t target) name() string { return t.def.Name + "/" + t.scenario.Name }

// choose turns the arguments into scenarios; every mistake is reported at once.
// Without arguments it takes all.
func choose(args []string) ([]target, error) {
	if len(args) == 0 {
		args = providerNames()
	}
	var targets []target
	var mistakes []string
	seen := map[*provider.Scenario]bool{}
	for _, arg := range args {
		name, prefix, _ := strings.Cut(strings.Trim(arg, "/"), "/")
		def := provider.ByName(name)
		if def == nil {
			mistakes = append(mistakes, unknownProvider(name, arg))
			continue
		}
		found := matching(def, prefix)
		if len(found) == 0 {
			mistakes = append(mistakes, fmt.Sprintf("%s has no scenario %q; %s", name, prefix, exit.Suggestion(prefix, argumentNames(def), "record list shows those that there are")))
		}
		for _, t := range found {
			if !seen[t.scenario] {
				seen[t.scenario] = true
				targets = append(targets, t)
			}
		}
	}
	if len(mistakes) > 0 {
		return nil, exit.Errorf(exit.Usage, "%s", strings.Join(mistakes, "\n"))
	}
	return targets, nil
}

// matching are the scenarios of that name, or of the operation of that name; all of
// them when the name is empty.
func matching(def *provider.Definition, name string) (targets []target) {
	for i := range def.Scenarios {
		s := &def.Scenarios[i]
		if name == "" || s.Name == name || strings.HasPrefix(s.Name, name+"/") {
			targets = append(targets, target{def: def, scenario: s, exact: s.Name == name})
		}
	}
	return targets
}

// unknownProvider says of an argument that its provider does not exist.
func unknownProvider(name, arg string) string {
	names := providerNames()
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

func providerNames() (names []string) {
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

// completeStep offers the providers, then the scenarios of the one that is
// chosen; files come from the shell.
func completeStep(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if len(args) == 0 {
		for _, def := range provider.All() {
			all = append(all, def.Name+"\t"+def.Title)
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
	if def := provider.ByName(args[0]); def != nil {
		for _, s := range def.Scenarios {
			if strings.HasPrefix(s.Name, typed) {
				all = append(all, fmt.Sprintf("%s\t%d: %s", s.Name, s.Status, s.Summary))
			}
		}
	}
	return all, cobra.ShellCompDirectiveDefault
}
