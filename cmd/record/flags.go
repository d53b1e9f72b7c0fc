package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// isEmpty is said of a flag that was given nothing: most often a variable of a script
// that is not set, and a default in its place would be a guess.
const isEmpty = "--%s is empty; give it a value, or leave it out"

// idle lists the flags that have no effect with --simulate, or without it.
var idle = []struct {
	commands, flags []string
	simulate        bool
	why             string
}{
	{[]string{"check", "refresh"}, []string{"max-wait", "pace", "timeout"}, true, ": the simulator answers at once"},
	{[]string{"refresh"}, []string{"accept-drift"}, true, ": the simulator keeps the contract"},
	{[]string{"refresh"}, []string{"record-as-answered"}, true, ": the simulator answers as the scenarios say"},
	{[]string{"refresh"}, []string{"write"}, true, ": every scenario of the simulator is recorded"},
	{[]string{"serve"}, []string{"always", "fail-unused", "scenarios"}, true, ": a tenant in memory has no steps"},
	{[]string{"serve"}, []string{"hex", "raw-key", "seed-webhooks", "waits"}, false, ""},
}

// checkFlags refuses flags that were given nothing, and those without effect; every
// mistake is reported at once.
func checkFlags(c *cobra.Command) error {
	var mistakes []string
	c.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if len(values) == 0 || slices.ContainsFunc(values, isBlank) {
			mistakes = append(mistakes, fmt.Sprintf(isEmpty, f.Name))
		}
	})
	simulate, err := c.Flags().GetBool("simulate")
	for _, row := range idle {
		if err != nil || row.simulate != simulate || !slices.Contains(row.commands, c.Name()) {
			continue
		}
		mode := "without --simulate"
		if simulate {
			mode = "with --simulate"
		}
		for _, name := range row.flags {
			if c.Flags().Changed(name) {
				mistakes = append(mistakes, fmt.Sprintf("--%s has no effect %s%s", name, mode, row.why))
			}
		}
	}
	if len(mistakes) > 0 {
		return exit(exitUsage, "%s", strings.Join(mistakes, "\n"))
	}
	return nil
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// flagError says which flag was probably meant.
func flagError(c *cobra.Command, err error) error {
	hint := pasted(c.CommandPath() + " --help shows the flags")
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		name := "--" + unknown.GetSpecifiedName()
		return exit(exitUsage, "there is no flag %q; %s", name, suggestion(name, names, hint))
	}
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) && isBlank(invalid.GetValue()) {
		return exit(exitUsage, isEmpty, invalid.GetFlag().Name)
	}
	return exit(exitUsage, "%v; %s", err, hint)
}
