package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/pattern"
)

// isEmpty is said of a flag that was given nothing: most often a variable of a script
// that is not set, and a default in its place would be a guess.
const isEmpty = "--%s is empty; give it a value, or leave it out"

// needed are the flags that cannot be left out.
var needed = map[string][]string{"listen": {"out", "to"}, "report": {"html"}, "scrub": {"recorded"}}

// idle lists the flags that have no effect with --simulate, or without it.
var idle = []struct {
	commands, flags []string
	simulate        bool
	why             string
}{
	{[]string{"check", "refresh"}, []string{"max-wait", "pace", "timeout"}, true, ": the simulator answers at once"},
	{[]string{"check", "refresh"}, []string{"keep"}, true, ": the simulator answers with nothing that is not kept"},
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
			message := fmt.Sprintf(isEmpty, f.Name)
			if slices.Contains(needed[c.Name()], f.Name) {
				message, _, _ = strings.Cut(message, ",")
			}
			mistakes = append(mistakes, message)
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
	hint := c.CommandPath() + " --help shows the flags"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		name := "--" + unknown.GetSpecifiedName()
		return exit(exitUsage, "there is no flag %q; %s", name, suggestion(name, names, hint))
	}
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		f, value := invalid.GetFlag(), invalid.GetValue()
		if isBlank(value) {
			return exit(exitUsage, isEmpty, f.Name)
		}
		return exit(exitUsage, "--%s %q: expected %s", f.Name, value, wanted(f.Value.Type(), value))
	}
	return exit(exitUsage, "%v; %s", err, pasted(hint))
}

// wanted is what the value of a flag of that type looks like, when it does not parse.
func wanted(kind, value string) string {
	tooMuch := isAmount.MatchString(value)
	switch {
	case kind == "bool":
		return "true or false"
	case kind == "int" && tooMuch:
		return "a smaller number"
	case kind == "int":
		return "a whole number"
	case kind == "duration" && tooMuch && strings.Trim(value, "-+.0123456789") != "":
		return "no more than some 290 years"
	case kind == "duration":
		return "a number with its unit, such as 500ms or 30s"
	default:
		return "numbers with their units, such as 1s,30s"
	}
}

// isAmount matches a number, with a unit of time or without.
var isAmount = pattern.New(`^[-+]?[0-9]{1,24}(\.[0-9]{0,24})?(ns|us|ms|s|m|h)?$`)

// amounts are the values of flags which take numbers and times: no secret is one of
// these, and whoever reads that one is out of bounds has to see it.
func amounts(root *cobra.Command, args []string) (all []string) {
	c, rest, err := root.Find(args)
	if err != nil {
		return nil
	}
	for i, arg := range rest {
		name, value, together := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		f := c.Flags().Lookup(name)
		switch {
		case f == nil || !strings.HasPrefix(arg, "--"):
			continue
		case !together && i+1 < len(rest):
			value = rest[i+1]
		}
		if kind := f.Value.Type(); (kind == "int" || strings.HasPrefix(kind, "duration")) && isAmount.MatchString(value) {
			all = append(all, arg, value)
		}
	}
	return all
}
