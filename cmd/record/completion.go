package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
)

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
