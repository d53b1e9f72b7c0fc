package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// The exit statuses. Scripts may rely on them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitDrift       = 3
	exitMissing     = 4
	exitRefused     = 5
	exitUnreachable = 6
	exitLogin       = 7
	exitThrottled   = 8
)

// exitError is an error with the status that it ends the command with.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func exit(code int, format string, args ...any) error {
	return &exitError{code, fmt.Sprintf(format, args...)}
}

// run is the command. stdout carries the result, stderr everything else.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "record",
		Short:         "Record webhook cassettes that hold no secret",
		Long:          "record makes and refreshes the cassettes of package webhooktest, against a live\ntenant or the built-in simulator, and cannot write a secret into one.\n\n" + exitHelp,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(refreshCommand(getenv), listCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return exit(exitUsage, "%v; %s --help shows the flags", err, c.CommandPath())
	})
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, "record:", err)
	var e *exitError
	if errors.As(err, &e) {
		return e.code
	}
	// What carries no status of its own comes from cobra: an unknown command or
	// a wrong argument.
	return exitUsage
}

const exitHelp = `Exit status:
  0  done
  1  failed: something was not written, and the message says why
  2  wrong usage
  3  drift
  4  credentials missing
  5  credentials refused
  6  tenant unreachable
  7  sent to a login page instead of an answer
  8  throttled for longer than --max-wait`
