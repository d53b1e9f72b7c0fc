package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/say"
)

func lintCommand(getenv func(string) string) *cobra.Command {
	var disable, placeholders []string
	var exclude, baseline string
	form := &format{}
	o := lint.Options{Getenv: getenv}
	c := &cobra.Command{
		Use:   "lint [flags] FILE|DIR...",
		Short: "Judge any go-vcr cassettes: do they load, leak, and keep the contract",
		Long:  lintHelp,
		Example: `  record lint testdata/cassettes
  record lint --json testdata/cassettes > lint.json
  record lint --baseline known.json --exclude lint.yaml testdata/cassettes
  record lint --disable personal-data="test accounts only" testdata/cassettes`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := form.check(); err != nil {
				return err
			}
			var err error
			if o.Disabled, err = reasons(disable); err != nil {
				return err
			}
			var mistakes []error
			for i, pattern := range placeholders {
				p, err := regexp.Compile(pattern)
				switch {
				case err != nil:
					mistakes = append(mistakes, fmt.Errorf("--placeholder %q: %w", pattern, err))
				case slices.Contains(placeholders[:i], pattern):
					mistakes = append(mistakes, fmt.Errorf("--placeholder %q is given twice", pattern))
				}
				o.Placeholders = append(o.Placeholders, p)
			}
			if exclude != "" {
				o.Excluded, err = lint.ReadExclusions(exclude)
				mistakes = append(mistakes, err)
			}
			if baseline != "" {
				o.Baseline, err = lint.ReadBaseline(baseline)
				mistakes = append(mistakes, err)
			}
			if err := errors.Join(mistakes...); err != nil {
				return exit.Errorf(exit.Usage, "%v", err)
			}
			if c.Flags().Changed("jobs") && (o.Jobs < 1 || o.Jobs > lint.MaxJobs) {
				return exit.Errorf(exit.Usage, "--jobs %d; expected 1 to %d", o.Jobs, lint.MaxJobs)
			}
			o.Paths = args
			return runLint(c, o, form)
		},
	}
	form.flags(c)
	c.Flags().StringArrayVar(&disable, "disable", nil, "switch a rule off: `RULE=REASON`; may be repeated")
	c.Flags().StringVar(&exclude, "exclude", "", "leave out what the YAML `FILE` excludes: a list of path, rule and reason under the key exclude")
	c.Flags().StringVar(&baseline, "baseline", "", "leave out the findings of an earlier report, the JSON `FILE`: only new ones fail")
	c.Flags().StringArrayVar(&placeholders, "placeholder", nil, "take values that match the `REGEXP` whole for placeholders; may be repeated")
	c.Flags().IntVar(&o.Jobs, "jobs", 0, "judge so many files at a time (default: one per processor)")
	return c
}

func runLint(c *cobra.Command, o lint.Options, form *format) error {
	found, err := lint.Run(c.Context(), o)
	switch {
	case errors.Is(err, context.Canceled):
		return exit.Errorf(exit.Failed, "interrupted; nothing is reported")
	case err != nil:
		return exit.Errorf(exit.Usage, "%v", err)
	}
	for i, p := range found.Placeholders {
		found.Placeholders[i].Pattern = unsaid(p.Pattern, []string{"--placeholder", p.Pattern}, credentials(o.Getenv))
	}
	text := func(w io.Writer) string { return screen.Wrapped(found.Text(), screen.Width(w)) }
	if err := form.write(c, o.Getenv, text, found, func() report.Report { return judgedLint(found) }); err != nil {
		return err
	}
	if found.Errors > 0 {
		return exit.Errorf(exit.Failed, "errors found: %d", found.Errors)
	}
	return nil
}

// judgedLint is a report as the other formats take it: a case for each file with
// findings.
func judgedLint(found *lint.Report) report.Report {
	j := report.Report{Summary: fmt.Sprintf("%s, %s in %s", say.Count(found.Errors, "error"), say.Count(found.Warnings, "warning"), say.Count(found.Files, "file"))}
	for _, r := range lint.Rules() {
		j.Rules = append(j.Rules, report.Rule{ID: r.ID, Text: r.What})
	}
	cases := map[string]int{}
	for _, f := range found.Listed() {
		i, ok := cases[f.File]
		if !ok {
			i = len(j.Cases)
			cases[f.File] = i
			j.Cases = append(j.Cases, report.Case{Group: "lint", Name: f.ShownFile(), File: f.File})
		}
		level := report.Error
		if f.Severity != lint.Error {
			level = report.Warning
		}
		place := f.Place
		if f.Interaction != nil {
			place = strings.TrimSpace(fmt.Sprintf("#%d %s", *f.Interaction, place))
		}
		j.Cases[i].Findings = append(j.Cases[i].Findings, report.Finding{Rule: f.Rule, Level: level, Fails: level == report.Error, Place: place, Line: f.Line, Message: f.Message})
	}
	return j
}

// reasons reads the values of --disable; every mistake is reported at once.
func reasons(flags []string) (map[string]string, error) {
	all := map[string]string{}
	var mistakes []string
	for _, flag := range flags {
		rule, reason, _ := strings.Cut(flag, "=")
		switch _, known := lint.ByID(rule); {
		case known && strings.TrimSpace(reason) == "":
			mistakes = append(mistakes, fmt.Sprintf("--disable %s has no reason; write --disable %s=\"why it does not matter here\"", rule, rule))
		case all[rule] != "":
			mistakes = append(mistakes, fmt.Sprintf("--disable %s is given twice", rule))
		default:
			all[rule] = strings.TrimSpace(reason)
		}
	}
	return all, exit.Mistakes(mistakes)
}

const lintHelp = `lint judges go-vcr cassettes, those of other projects included, and changes
none of them. A file is judged as it is named; below a directory every .yaml and
.yml file is that could be a cassette.

Cassettes that were there before the linter need no sweeping first: --baseline
takes what an earlier report lists as known, and --exclude names paths, rules and
reasons in a file, whose paths are relative to it (** is any number of directories):

  exclude:
  - path: testdata/legacy/**
    rule: secret-name
    reason: keys of a stack that is gone

Values are never printed: only places, lengths and names. Credentials that stand
in the environment (record refresh --help names the variables) are searched for
in every spelling.

The exit status is 0 when there are no errors, 1 when there are, 2 for wrong
usage. Warnings alone do not fail. record help RULES lists the rules, each with the
reason and the way out, and record help FORMATS what --format and --json write.`

const lintMembers = `
  files        the files that were judged
  skipped      YAML files below a directory that are no cassettes
  links        links to directories elsewhere, which are not followed
  excluded     what --exclude left out
  placeholders what --placeholder took for placeholders, and nothing else did
  known, gone  findings of the baseline that are there, and that are not
  findings     sorted by file, interaction, line, rule, place
  line         counted from 1; 0 for the file as a whole
  interaction  counted from 0; null for the file as a whole
`

// exampleLint is what record help FORMATS shows.
func exampleLint() lint.Report {
	return lint.Report{
		Version: lint.ReportVersion, Files: 2, Errors: 1,
		Links:        []string{"testdata/shared"},
		Disabled:     []lint.Off{{Rule: "ids", Reason: "old recorder", Findings: 3}},
		Excluded:     []lint.Exclusion{{Path: "testdata/legacy/**", Rule: "secret-name", Reason: "keys of a stack that is gone", Findings: 2}},
		Placeholders: []lint.Placeholder{{Pattern: "qa-[a-z]+", Findings: 4}},
		Findings: []lint.Finding{{
			Rule: "secret-name", Severity: lint.Error, File: "testdata/a.yaml", Line: 12, Interaction: new(0),
			Place: "request header X-Api-Key", Message: "…",
		}},
	}
}
