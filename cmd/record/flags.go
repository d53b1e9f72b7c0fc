package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/secret"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
		return exit.Errorf(exit.Usage, "%s", strings.Join(mistakes, "\n"))
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
		return exit.Errorf(exit.Usage, "there is no flag %q; %s", name, exit.Suggestion(name, names, hint))
	}
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		f, value := invalid.GetFlag(), invalid.GetValue()
		if isBlank(value) {
			return exit.Errorf(exit.Usage, isEmpty, f.Name)
		}
		return exit.Errorf(exit.Usage, "--%s %q: expected %s", f.Name, value, wanted(f.Value.Type(), value))
	}
	return exit.Errorf(exit.Usage, "%v; %s", err, exit.Pasted(hint))
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

// unsaid is a message without what was typed that may be a secret: whoever mistakes the
// order of arguments types one where a name or a URL belongs, and messages repeat it.
// What is shown may be said unless it is one of the credentials, or stands where URLs
// hold one.
func unsaid(message string, args []string, credentials []secret.Spellings, shown ...string) string {
	told := func(text string) bool {
		return slices.ContainsFunc(credentials, func(s secret.Spellings) bool { return s.In(text) })
	}
	for i, arg := range args {
		var typed []string // what messages may show, from the longest to the shortest
		wholes, existing := []string{arg}, existing
		if i > 0 && slices.Contains(noPaths, args[i-1]) {
			existing = func(string) string { return "" }
		}
		if name, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(name, "-") {
			if slices.Contains(noPaths, name) {
				existing = func(string) string { return "" }
			}
			wholes = []string{name, value}
			if existing(value) == "" {
				typed = append(typed, arg)
			}
		}
		for _, whole := range wholes {
			if dir := existing(whole); dir != "" {
				typed = append(typed, strings.FieldsFunc(whole[len(dir):], isSeparator)...)
				continue
			}
			typed = append(typed, whole)
			for _, separators := range []string{",", "/,", "/,@:?&", "/,@:?&="} {
				typed = append(typed, strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(separators, r) })...)
			}
		}
		concealed := secret.PrivateParts(arg)
		for _, text := range append(concealed, typed...) {
			if !slices.Contains(concealed, text) && (len(text) < 4 || (secret.IsPlain(text) || slices.Contains(shown, text)) && !told(text) || existing(text) == text) {
				continue
			}
			message = strings.ReplaceAll(message, ", such as "+strconv.Quote("/"+text), "") // an example made of it
			for _, form := range []string{strconv.Quote(text), text, strings.TrimLeft(text, "-")} {
				message = strings.ReplaceAll(message, form, "(not shown, for it may be a secret)")
			}
		}
	}
	return message
}

// noPaths are the flags whose values name no file, also where one has that name.
var noPaths = []string{"--keep", "--redact", "--pin", "--varies", "--placeholder"}

func isSeparator(r rune) bool { return r == '/' || r == filepath.Separator }

// existing is the longest beginning of a path that is there, or "": whoever reads the
// message sees it anyway.
func existing(path string) string {
	for strings.Trim(path, "./") != "" {
		if _, err := os.Lstat(path); err == nil {
			return path
		}
		end := strings.LastIndexFunc(path, isSeparator)
		if end < 0 {
			return ""
		}
		path = path[:end]
	}
	return ""
}
