package main

import (
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/setup"
)

const initHelp = `init writes into the module of the working directory what a start needs, for each
provider that it is given (default: every one):

  webhook_PROVIDER_test.go              a first test, which replays a scenario
  webhook.env.example                   the variables that a recording reads
  .github/workflows/vendor-drift.yml    a check of the cassettes each night

The workflow lies at the root of the repository, the only place where GitHub reads
it: the first directory that has a .git, from the working directory upwards. That of
a module further down has the module's directory in its name. It compares with the
cassettes that record refresh has written into the module, and where there are none
yet with those that will lie in testdata/cassettes; it fails until they do. A file
that is there stays as it is. The last lines have the commands that come next, and
say what a runner lacks, and which lines a file lacks that was there.`

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "init [PROVIDER...]",
		Short:     "Write a first test, the list of variables and a workflow into a module",
		Long:      initHelp,
		Example:   "  record init devrev",
		ValidArgs: session.ProviderNames(),
		RunE:      func(c *cobra.Command, args []string) error { return begin(".", args, c.OutOrStdout()) },
	}
}

// begin writes into a module what a start needs.
func begin(dir string, names []string, stdout io.Writer) error {
	s := setup.Init{Dir: dir, ParseCheck: func(args []string) ([]string, string) {
		f := checkCommand(os.Getenv, session.SystemClock).Flags()
		f.Parse(args) // what does not parse, fails when it runs
		return f.Args(), f.Lookup("cassettes").Value.String()
	}}
	return s.Write(names, stdout)
}

const doctorHelp = `doctor shows the environment as refresh and check see it, and asks each tenant that
it describes for one answer, with a read call, and for more when that is unknown: is it reached, is the credential
accepted, are ids found that no variable gives, does its clock agree with this
one. It writes nothing, and shows whether a variable is set and never its value.
Without arguments it is about every provider. It ends with the status that a
recording would have: record help EXIT.`

func doctorCommand(getenv func(string) string, clock session.Clock) *cobra.Command {
	d := &setup.Doctor{Recorder: session.Recorder{Getenv: getenv, Clock: clock, Undone: "not asked"}}
	c := &cobra.Command{
		Use:   "doctor [flags] [PROVIDER...]",
		Short: "Show the environment as a recording sees it, and whether the tenant answers",
		Long:  doctorHelp,
		Example: `  record doctor
  record doctor devrev`,
		ValidArgs: session.ProviderNames(),
		RunE: func(c *cobra.Command, args []string) error {
			return d.Run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().DurationVar(&d.Timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
	return c
}
