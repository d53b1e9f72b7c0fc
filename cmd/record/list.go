package main

import (
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/report"
	"example.com/webhookvcr/internal/screen"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
)

const listHelp = `list shows every scenario with the request that it answers, the status of the
answer, where the cassette in this build comes from, and how a recording
provokes the answer. With arguments it shows those of a provider, an operation, or
one.

SOURCE is "live" (recorded against a tenant, with the day) or "simulated" (made
by the built-in simulator from the vendor's published contract).

record help FORMATS says what --json writes.`

const listMembers = `
  source    "live", "simulated", or "" for a scenario without a cassette
  recorded  the day of a live recording, or ""
  live      whether a request provokes the answer on a tenant
  writes    whether it changes the tenant: recorded with --write only
`

// listed is what list --json writes.
type listed struct {
	Version   int              `json:"version"`
	Scenarios []listedScenario `json:"scenarios"`
}

type listedScenario struct {
	Provider  string `json:"provider"`
	Scenario  string `json:"scenario"`
	Operation string `json:"operation"`
	Summary   string `json:"summary"`
	Method    string `json:"method"`
	Target    string `json:"target"`
	Status    int    `json:"status"`
	Source    string `json:"source"`
	Recorded  string `json:"recorded"`
	Live      bool   `json:"live"`
	Writes    bool   `json:"writes"`
	How       string `json:"how"`
}

func listCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "list [flags] [PROVIDER[/SCENARIO]...]",
		Short: "List the scenarios: request, status, source, and how each is provoked",
		Long:  listHelp,
		Example: `  record list
  record list devrev/webhooks.create
  record list --json dvelop`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			targets, err := choose(args)
			if err != nil {
				return err
			}
			if asJSON {
				err = report.WriteJSON(c.OutOrStdout(), "", scenarioList(targets))
			} else {
				err = listTable(scenarioList(targets), screen.Width(c.OutOrStdout())).Print(c.OutOrStdout())
			}
			if err != nil {
				return exit.Errorf(exit.Failed, "%v", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	return c
}

func scenarioList(targets []target) listed {
	all := listed{Version: 1, Scenarios: []listedScenario{}}
	for _, t := range targets {
		s := t.scenario
		operation, _, _ := strings.Cut(s.Name, "/")
		l := listedScenario{
			Provider: t.def.Name, Scenario: s.Name, Operation: operation, Summary: s.Summary, Method: s.Request.Method,
			Target: s.Request.Target, Status: s.Status, Live: s.Live, Writes: t.writes(), How: s.How,
		}
		if file := t.shipped(); file != nil {
			l.Source, l.Recorded = file.Header.Source, file.Header.Recorded
		}
		all.Scenarios = append(all.Scenarios, l)
	}
	return all
}

// listTable is the list for people; on a terminal of a width, which 0 is not, targets
// that are wider are shortened.
func listTable(all listed, width int) *screen.Table {
	var t screen.Table
	t.Add("SCENARIO", "REQUEST", "STATUS", "SOURCE", "PROVOKED BY")
	for _, l := range all.Scenarios {
		source := strings.TrimSpace(l.Source + " " + l.Recorded)
		if source == "" {
			source = "none yet"
		}
		t.Add(l.Provider+"/"+l.Scenario, l.Method+" "+shortened(l.Target, width-2), strconv.Itoa(l.Status), source, l.How)
	}
	return &t
}

// shortened leaves out of a target's longest segments what makes it wider than a line, if
// there is any width to keep.
func shortened(target string, width int) string {
	short := target
	for keep := 12; width > 0 && keep > 2 && utf8.RuneCountInString(short) > width; keep-- {
		segments := strings.Split(target, "/")
		for i, s := range segments {
			if len(s) > keep+1 {
				segments[i] = s[:keep] + "…"
			}
		}
		short = strings.Join(segments, "/")
	}
	return short
}

var exampleListed = listedScenario{
	Provider: "devrev", Scenario: "webhooks.get/200", Operation: "webhooks.get", Summary: "…", Method: "POST",
	Target: "/webhooks.get", Status: 200, Source: "simulated", Live: true, How: "…",
}

// shipped is the cassette of this build; nil when there is none that can be read.
func (t target) shipped() *cassette.File {
	data, err := fs.ReadFile(t.def.Cassettes, t.scenario.Name+".yaml")
	if err != nil {
		return nil
	}
	file, err := cassette.Parse(t.name()+".yaml", data)
	if err != nil {
		return nil
	}
	return file
}
