package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
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
	return exit.Mistakes(mistakes)
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

// completeScenario offers providers, operations and scenarios, without those
// that are on the command line already.
func completeScenario(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	offer := func(name, what string) {
		if strings.HasPrefix(name, typed) && !slices.Contains(args, name) {
			all = append(all, name+"\t"+what)
		}
	}
	for _, def := range provider.All() {
		offer(def.Name, "every scenario of "+def.Title)
		seen := map[string]bool{}
		for _, s := range def.Scenarios {
			if operation, _, _ := strings.Cut(s.Name, "/"); !seen[operation] {
				seen[operation] = true
				offer(def.Name+"/"+operation, "every scenario of "+operation)
			}
			offer(def.Name+"/"+s.Name, fmt.Sprintf("%d: %s", s.Status, s.Summary))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// completeStep offers the providers, then the scenarios of the one that is
// chosen; files come from the shell.
func completeStep(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if len(args) == 0 {
		for _, def := range provider.All() {
			all = append(all, def.Name+"\t"+def.Title)
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
	if def := provider.ByName(args[0]); def != nil {
		for _, s := range def.Scenarios {
			if strings.HasPrefix(s.Name, typed) {
				all = append(all, fmt.Sprintf("%s\t%d: %s", s.Name, s.Status, s.Summary))
			}
		}
	}
	return all, cobra.ShellCompDirectiveDefault
}

// recorderFlags are those of a command that asks a tenant for scenarios.
func recorderFlags(f *pflag.FlagSet, r *session.Recorder, pace time.Duration, each string) {
	f.DurationVar(&r.MaxWait, "max-wait", 2*time.Minute, "how long to wait for a scenario in all when the tenant throttles, and in the whole run for an outage to end")
	f.DurationVar(&r.Pace, "pace", pace, "how long to wait before each "+each+" of a live tenant")
	f.DurationVar(&r.Timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
	f.BoolVar(&r.Quiet, "quiet", false, "say nothing of progress on stderr")
	pointerFlags(f, &r.Pointers)
}

func pointerFlags(f *pflag.FlagSet, p *session.Pointers) {
	p.Has = func(name string) bool { return f.Lookup(name) != nil }
	f.StringArrayVar(&p.Keep, "keep", nil, "leave what stands at the JSON `POINTER` as the vendor sent it, or a response header: 'header NAME'; may be repeated")
	f.StringArrayVar(&p.Redact, "redact", nil, "replace what stands at the JSON `POINTER`, whatever the contract says of it; may be repeated")
}

func pinFlag(f *pflag.FlagSet, p *session.Pointers) {
	f.StringArrayVar(&p.Pin, "pin", nil, "record a fixed date or number at the JSON `POINTER` of answers, such as /webhook/modified_date; may be given several times, and holds for later recordings")
}
