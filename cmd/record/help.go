package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/serve"
)

// writeHelp writes what a command is called with, examples of it, what it does, and
// its flags.
func writeHelp(w io.Writer, c *cobra.Command) {
	var b strings.Builder
	if c.Runnable() {
		usage := c.UseLine()
		if c.HasAvailableSubCommands() {
			usage = c.CommandPath() + " COMMAND"
		}
		fmt.Fprintf(&b, "Usage:\n  %s\n\n", usage)
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "Examples:\n%s\n\n", c.Example)
	}
	b.WriteString(screen.Joined(strings.TrimSpace(cmp.Or(c.Long, c.Short))))
	lists := []struct {
		heading string
		has     func(*cobra.Command) bool
	}{{"Commands (record COMMAND --help says more)", (*cobra.Command).IsAvailableCommand}, {"Topics (record help TOPIC)", (*cobra.Command).IsAdditionalHelpTopicCommand}}
	for _, list := range lists {
		var t screen.Table
		for _, sub := range c.Commands() {
			if list.has(sub) {
				t.Add("  "+sub.Name(), sub.Short)
			}
		}
		if len(t.Rows) > 0 {
			fmt.Fprintf(&b, "\n%s:\n%s", list.heading, t.Text(0))
		}
	}
	if c.HasAvailableLocalFlags() && c.Runnable() {
		fmt.Fprintf(&b, "\nFlags:\n%s", c.LocalFlags().FlagUsages())
	}
	io.WriteString(w, screen.Wrapped(exit.Pasted(b.String()), cmp.Or(screen.Width(w), screen.DefaultWidth)))
}

// topics are what several commands have in common, and is too long for the help of
// each.
func topics() []*cobra.Command {
	topic := func(name, short, long string) *cobra.Command {
		return &cobra.Command{Use: name, Aliases: []string{strings.ToLower(name)}, Short: short, Long: long}
	}
	return []*cobra.Command{
		topic("EXIT", "The exit statuses", exitHelp),
		topic("FORMATS", "What --format and --json write, member by member", formatsTopic()),
		topic("RULES", "The rules of lint, and those of check and diff", rulesTopic()),
	}
}

func rulesTopic() string {
	var b strings.Builder
	b.WriteString("Rules of record lint, each of which --disable RULE=REASON switches off:\n")
	for _, r := range lint.Rules() {
		fmt.Fprintf(&b, "\n  %s (%s)\n    %s\n    why: %s\n    fix: %s\n", r.ID, r.Severity, r.What, r.Why, r.Fix)
	}
	b.WriteString("\nRules of record check and record diff, by the class of what they find:\n")
	for _, class := range drift.Classes() {
		rules := slices.DeleteFunc(drift.Rules(), func(r drift.Rule) bool { return r.Class() != class })
		names := make([]string, len(rules))
		for i, r := range rules {
			names[i] = string(r)
		}
		fmt.Fprintf(&b, "\n  %-8s  %s\n", class, strings.Join(names, " "))
	}
	return b.String()
}

func formatsTopic() string {
	return formatHelp + `
The JSON of every command has a version, which rises when a member goes or changes
its meaning; new members do not change it.

record check --json and record diff --json:
` + shape(exampleReport()) + checkMembers + `
record lint --json:
` + shape(exampleLint()) + lintMembers + `
record list --json:
` + shape(listed{1, []listedScenario{exampleListed}}) + listMembers + `
record show --json:
` + shape(exampleShown()) + showMembers + `
GET ` + serve.LogPath + ` of record serve:
` + shape(exampleLog) + requestMembers
}

const exitHelp = `Exit status:
  0  done
  1  failed: something was not written or checked, and the message says why
  2  wrong usage: what the command line names is not there, or is no such thing
  3  an answer breaks the published contract, or check has found drift
  4  credentials missing
  5  credentials refused
  6  tenant unreachable
  7  sent to a login page instead of an answer
  8  throttled for longer than --max-wait
  9  the tenant has an outage: it answered everything with 5xx, 408, a temporary
     redirect or a page of HTML for longer than --max-wait, or some requests now and
     then, or ceased to answer as documented
When several apply: 3 if it is one of them, else the highest.`

const causesHelp = `why, in one word: "credentials-missing", "credentials-refused",
            "unreachable", "login", "throttled", "outage", "not-the-vendor", "moved" (a
            permanent redirect), "unknown-id", "look-up" (of an id), "no-cassette",
            "bad-cassette", "writes" (changes the tenant), "simulated-only",
            "live-only", "one-side" (of a diff), "interrupted" or "other"`

const formatHelp = `--format says how the report is written:
  text      for people
  json      as below; --json is the same
  github    annotations of a GitHub workflow; when GITHUB_STEP_SUMMARY names a
            file, the report as Markdown is appended to it
  junit     JUnit XML
  sarif     SARIF 2.1.0
  markdown  GitHub-flavoured Markdown
`

// shape shows the JSON form of a type by an example that has all its members.
func shape(example any) string { return "\n  " + report.JSON("  ", example) }

// environmentHelp lists the variables of a live run.
func environmentHelp() string {
	var t screen.Table
	for _, def := range provider.All() {
		base := "base URL of your tenant, such as " + strings.Replace(def.BaseURL, "sample-api", "acme", 1)
		if def.BaseDefault != "" {
			base = "base URL (default " + def.BaseDefault + ")"
		}
		t.Add("  "+def.TokenVar, "your credential for "+def.Title)
		t.Add("  "+def.BaseVar, base)
		for _, s := range def.Bindings {
			what := "your value for " + s.Placeholder
			if s.Lookup != nil {
				what += " (default: " + s.Lookup.What + ")"
			}
			t.Add("  "+s.Var, what)
		}
	}
	return t.Text(0)
}
