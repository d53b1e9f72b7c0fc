package main

import (
	"bytes"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
)

const listHelp = `list shows every scenario with the request that it answers, the status of the
answer, where the cassette in this build comes from, and how a recording
provokes the answer.

SOURCE is "live" (recorded against a tenant, with the day) or "simulated" (made
by the built-in simulator from the vendor's published contract).`

func listCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the scenarios: request, status, source, and how each is provoked",
		Long:    listHelp,
		Example: "  record list",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit(exitUsage, "%s takes no argument, and was given %q", c.CommandPath(), args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			var t table
			t.add("SCENARIO", "REQUEST", "STATUS", "SOURCE", "PROVOKED BY")
			for _, def := range provider.All() {
				for i := range def.Scenarios {
					s := &def.Scenarios[i]
					t.add(def.Name+"/"+s.Name, s.Request.Method+" "+shortTarget(s.Request.Target), strconv.Itoa(s.Status), shippedSource(def, s), s.How)
				}
			}
			if err := t.print(c.OutOrStdout()); err != nil {
				return exit(exitFailed, "%v", err)
			}
			return nil
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
	data, err := fs.ReadFile(def.Cassettes, s.Name+".yaml")
	if err != nil {
		return "none yet"
	}
	file, err := cassette.Parse(name, data)
	if err != nil {
		return "unreadable"
	}
	if file.Header.Recorded != "" {
		return file.Header.Source + " " + file.Header.Recorded
	}
	return file.Header.Source
}

// table prints rows of cells in columns.
type table struct{ rows [][]string }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) error {
	var aligned bytes.Buffer
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range t.rows {
		io.WriteString(tw, strings.Join(row, "\t")+"\n")
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	// An empty last cell would leave the padding of the one before.
	for line := range strings.Lines(aligned.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
