package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
)

func listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the scenarios: request, status, source, and how each is provoked",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "SCENARIO\tREQUEST\tSTATUS\tSOURCE\tPROVOKED BY")
			for _, def := range provider.All() {
				for i := range def.Scenarios {
					s := &def.Scenarios[i]
					fmt.Fprintf(table, "%s/%s\t%s %s\t%d\t%s\t%s\n", def.Name, s.Name, s.Request.Method, shortTarget(s.Request.Target), s.Status, shippedSource(def, s), s.How)
				}
			}
			return table.Flush()
		},
	}
}

// shortTarget cuts what would make the table unreadable.
func shortTarget(target string) string {
	if len(target) > 32 {
		return target[:31] + "…"
	}
	return target
}

// shippedSource says where the cassette of this build comes from.
func shippedSource(def *provider.Definition, s *provider.Scenario) string {
	name := def.Name + "/" + s.Name + ".yaml"
	data, err := cassettes.FS.ReadFile(name)
	if err != nil {
		return "none yet"
	}
	file, err := vcr.Parse(name, data)
	if err != nil {
		return "unreadable"
	}
	return file.Header.Source
}
