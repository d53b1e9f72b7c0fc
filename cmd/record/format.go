package main

import (
	"io"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// formats are the values of --format.
var formats = []string{"text", "json", "github", "junit", "sarif", "markdown"}

const formatHelp = `--format says how the report is written:
  text      for people
  json      as below; --json is the same
  github    annotations of a GitHub workflow; when GITHUB_STEP_SUMMARY names a
            file, the report as Markdown is appended to it
  junit     JUnit XML
  sarif     SARIF 2.1.0
  markdown  GitHub-flavoured Markdown
`

// format is how a report is written.
type format struct {
	name string
	json bool // --json, which is older than --format
}

func (f *format) flags(c *cobra.Command, flags *pflag.FlagSet) {
	flags.BoolVar(&f.json, "json", false, "write the report as JSON")
	flags.StringVar(&f.name, "format", "", "write the report as `FORMAT`: "+strings.Join(formats, ", ")+" (default text)")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// check makes sure that there is such a format.
func (f *format) check() error {
	switch {
	case f.name != "" && !slices.Contains(formats, f.name):
		return exit.Errorf(exit.Usage, "--format %q is no format; %s", f.name, exit.Suggestion(f.name, formats, "expected one of "+strings.Join(formats, ", ")))
	case f.json && f.name != "" && f.name != "json":
		return exit.Errorf(exit.Usage, "--json and --format %s ask for two formats; leave one out", f.name)
	case f.json:
		f.name = "json"
	}
	return nil
}

// write writes a report in the wanted format.
func (f *format) write(w io.Writer, text, asJSON, other func(io.Writer) error) error {
	switch f.name {
	case "", "text":
		return text(w)
	case "json":
		return asJSON(w)
	}
	return other(w)
}
