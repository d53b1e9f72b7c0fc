// Command record refreshes cassettes against a live tenant, or against the built-in
// simulator, and cannot write a secret into one. It judges cassettes, compares them with
// what a vendor answers, replays them over HTTP, and asks receivers of webhooks what they
// do; record --help lists its commands.
//
// Credentials come from the environment only; record refresh --help names the
// variables, and record help EXIT the exit statuses.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/setup"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/secret"
)

func main() {
	exit.Invocation = sync.OnceValue(func() string {
		path, err := os.Executable()
		if err != nil {
			return exit.ProgramName
		}
		return invoked(path, os.Args[0], ".")
	})
	os.Exit(exit.Interruptible(func(ctx context.Context) int {
		return run(ctx, os.Args[1:], os.Getenv, session.SystemClock, os.Stdout, os.Stderr)
	}))
}

const rootHelp = `record makes and refreshes the cassettes of package webhooktest, against a live
tenant or the built-in simulator, and cannot write a secret into one.

To begin, without any credential:

  record list                          what there is to record
  record refresh --simulate --out DIR  record all of it from the simulator
  record check --simulate              compare a recording with what is stored

To record your own tenant, or to check it against the cassettes, set the variables
that record refresh --help names.`

// run is the command. stdout carries the result, stderr everything else.
func run(ctx context.Context, args []string, getenv func(string) string, clock session.Clock, stdout, stderr io.Writer) int {
	result := &resultWriter{Writer: stdout}
	root := rootCommand(getenv, clock, screen.Over(result, stdout, getenv))
	root.SetArgs(args)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if result.err != nil {
		err = exit.Errorf(exit.Failed, "the output could not be written: %v", say.Reason(result.err))
	}
	if err != nil {
		fmt.Fprintln(stderr, "record:", unsaid(err.Error(), args, credentials(getenv), amounts(root, args)...))
	}
	return exit.Code(err)
}

// credentials are those of the environment, in every spelling.
func credentials(getenv func(string) string) (all []secret.Spellings) {
	variables := []string{receiver.SecretVar}
	for _, def := range provider.All() {
		variables = append(variables, def.TokenVar)
	}
	for _, name := range variables {
		if v := getenv(name); v != "" {
			all = append(all, secret.NewSpellings(name, v))
		}
	}
	return all
}

// resultWriter keeps the first error of writing a result: cobra writes helps and
// completions, and tells nobody.
type resultWriter struct {
	io.Writer
	err error
}

func (w *resultWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}

func rootCommand(getenv func(string) string, clock session.Clock, stdout io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "record",
		Short:         "Record webhook cassettes that hold no secret",
		Long:          rootHelp,
		SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
		Args: unknownCommand,
	}
	// Cobra's own flag takes no notice of what follows it.
	shown := root.Flags().BoolP("version", "v", false, "version for record")
	root.RunE = func(c *cobra.Command, _ []string) error {
		if !*shown {
			return c.Help()
		}
		fmt.Fprintf(c.OutOrStdout(), "record %s\n", version()) // run looks at the error
		return nil
	}
	root.AddCommand(refreshCommand(getenv, clock), checkCommand(getenv, clock), lintCommand(getenv), serveCommand(), listCommand(), showCommand(), diffCommand(getenv), reportCommand(), doctorCommand(getenv, clock), initCommand(), scrubCommand(getenv, clock),
		probeCommand(getenv), deliverCommand(getenv), listenCommand(getenv, clock))
	root.AddCommand(topics()...)
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true
	}
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return checkFlags(c) }
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { writeHelp(c.OutOrStdout(), c) })
	root.SetOut(stdout) // which the command completion takes when it is made
	// Cobra's own commands answer a name that they do not know with a help and
	// status 0.
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Args, c.RunE = root.Args, root.RunE
		case "help":
			c.Hidden = true // the heading of the commands names it
			c.Args = func(_ *cobra.Command, args []string) error {
				about, rest, _ := root.Find(args)
				return unknownCommand(about.Root(), rest)
			}
		}
	}
	return root
}

// unknownCommand is the error about an argument where a command is expected.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.Name() == "help" || sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			names = append(names, sub.Name())
		}
	}
	return exit.Errorf(exit.Usage, "there is no command %q; %s", args[0], exit.Suggestion(args[0], names, "record --help shows those that there are"))
}

// version says which build this is, as far as the go command has noted it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknownVersion
	}
	return versionOf(info)
}

const unknownVersion = "(devel)"

func versionOf(info *debug.BuildInfo) string {
	module := &info.Main
	if module.Replace != nil && module.Replace.Version != "" {
		module = module.Replace
	}
	v := cmp.Or(module.Version, unknownVersion)
	var about []string
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		revision = "revision " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			revision += ", modified"
		}
		about = append(about, revision)
	}
	if info.GoVersion != "" {
		about = append(about, info.GoVersion)
	}
	if len(about) == 0 {
		return v
	}
	return v + " (" + strings.Join(about, ", ") + ")"
}

// built matches where the go command builds what it runs: a directory of its own below
// that for temporary files, or its cache, wherever GOCACHE lies.
var built = pattern.New(`[/\\]go-build[0-9]+[/\\]b[0-9]+[/\\]exe[/\\]|[/\\][0-9a-f]{2}[/\\][0-9a-f]{64}-d[/\\]`)

// invoked finds out what a program that lies at path was started with, as typed, in a
// directory below dir. The go command does not say that it has started a program.
func invoked(path, typed, dir string) string {
	if found, err := exec.LookPath(exit.ProgramName); err == nil {
		one, err := os.Stat(found)
		other, same := os.Stat(path)
		if err == nil && same == nil && os.SameFile(one, other) {
			return exit.ProgramName
		}
	}
	if !built.MatchString(path) {
		return record.Quote(typed)
	}
	mod, err := setup.ReadModule(dir)
	switch {
	case err != nil:
		return "go run " + setup.ModulePath + "/cmd/record@latest"
	case mod.Has(setup.ModulePath + "/cmd/record"):
		return "go tool " + exit.ProgramName
	default:
		return "go run " + setup.ModulePath + "/cmd/record"
	}
}
