package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// A flag that is given nothing is refused by name, whatever it takes.
func TestFlags_empty(t *testing.T) {
	rows, cells := 0, 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.Runnable() {
			rows++
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, value := range []string{"", " "} {
				args := append(strings.Fields(c.CommandPath())[1:], "--"+f.Name+"="+value)
				var stdout, stderr strings.Builder
				code := run(t.Context(), args, func(string) string { return "" }, session.SystemClock, &stdout, &stderr)
				assert.Equal(t, exit.Usage, code, args)
				otherwise := ", or leave it out"
				if slices.Contains(needed[c.Name()], f.Name) {
					otherwise = ""
				}
				assert.Equal(t, "record: --"+f.Name+" is empty; give it a value"+otherwise+"\n", stderr.String(), args)
				assert.Empty(t, stdout.String(), args)
				cells++
			}
		})
	}
	walk(rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard))
	t.Logf("%d commands, %d cells", rows, cells)
}

// What cannot be left out is named when it is, and no message says that it may be.
func TestFlags_needed(t *testing.T) {
	for args, flag := range map[string]string{
		"listen devrev --out out": "to", "listen devrev --to http://127.0.0.1:1/": "out", "report a.yaml": "html", "scrub a.yaml": "recorded",
	} {
		var stdout, stderr strings.Builder
		name, _, _ := strings.Cut(args, " ")
		assert.Contains(t, needed[name], flag)
		assert.Equal(t, exit.Usage, run(t.Context(), strings.Fields(args), func(string) string { return "" }, session.SystemClock, &stdout, &stderr))
		assert.Contains(t, stderr.String(), "--"+flag, args)
	}
}

// Each flag of a command with --simulate is given in both modes: those of the table
// are refused in theirs, and every other one is not.
func TestFlags_idle(t *testing.T) {
	cells, refused := 0, 0
	for _, c := range rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard).Commands() {
		if c.Flags().Lookup("simulate") == nil {
			continue
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			value := map[string]string{"bool": "true", "int": "1", "duration": "1s", "durationSlice": "1s"}[f.Value.Type()]
			if value == "" {
				value = "x"
			}
			for _, simulate := range []bool{true, false} {
				if f.Name == "simulate" {
					continue
				}
				fresh := rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard)
				fresh.SetHelpFunc(func(*cobra.Command, []string) {})
				command, _, err := fresh.Find([]string{c.Name()})
				assert.NoError(t, err)
				args := []string{"--" + f.Name + "=" + value}
				if simulate {
					args = append(args, "--simulate")
				}
				assert.NoError(t, command.ParseFlags(args))
				want := ""
				for _, row := range idle {
					if slices.Contains(row.commands, c.Name()) && slices.Contains(row.flags, f.Name) && row.simulate == simulate {
						want = map[bool]string{true: "--" + f.Name + " has no effect with --simulate" + row.why, false: "--" + f.Name + " has no effect without --simulate"}[simulate]
						refused++
					}
				}
				if err := checkFlags(command); want != "" {
					assert.EqualError(t, err, want)
				} else {
					assert.NoError(t, err, "%s %s", c.Name(), args)
				}
				cells++
			}
		})
	}
	rows := 0
	for _, row := range idle {
		rows += len(row.commands) * len(row.flags)
	}
	assert.Equal(t, rows, refused, "a row names no flag")
	t.Logf("%d cells, %d refused", cells, refused)
}

// What a flag cannot take is shown with what it can, in no word of Go's: every flag with
// a form × values of no form, of another, and beyond every bound.
func TestFlags_values(t *testing.T) {
	const amount, seconds, list = "a whole number", "a number with its unit, such as 500ms or 30s", "numbers with their units, such as 1s,30s"
	wants := map[string]map[string]string{
		"bool":          {"maybe": "true or false", "12345678": "true or false"},
		"int":           {"many": amount, "1.5x": amount, "99999999999999999999": "a smaller number"},
		"duration":      {"soon": seconds, "12345678": seconds, "99999999h": "no more than some 290 years", "-99999999h": "no more than some 290 years"},
		"durationSlice": {"1s,x": list, "99999999h": list},
	}
	kinds, cells := map[string]bool{}, 0
	said := func(name, flag, value string) string {
		var stdout, stderr strings.Builder
		assert.Equal(t, exit.Usage, run(t.Context(), []string{name, "--" + flag + "=" + value}, func(string) string { return "" }, session.SystemClock, &stdout, &stderr))
		assert.Empty(t, stdout.String())
		return stderr.String()
	}
	for _, c := range rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard).Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for value, want := range wants[f.Value.Type()] {
				kinds[f.Value.Type()] = true
				if f.Value.Type() == "bool" && value == "12345678" {
					assert.NotContains(t, said(c.Name(), f.Name, value), value, "a switch takes no number")
				} else {
					assert.Equal(t, fmt.Sprintf("record: --%s %q: expected %s\n", f.Name, value, want), said(c.Name(), f.Name, value), c.Name())
				}
				cells++
			}
		})
	}
	assert.Len(t, kinds, len(wants))
	assert.Equal(t, "record: --jobs 999999999; expected 1 to 1024\n", said("lint", "jobs", "999999999"))
	t.Logf("%d cells", cells)
}

// Where a mistake with a flag is answered by a command, that one runs as it is printed.
func TestFlags_hint(t *testing.T) {
	defer func(f func() string) { exit.Invocation = f }(exit.Invocation)
	exit.Invocation = func() string { return "go tool record" }
	cells := 0
	for _, c := range rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard).Commands() {
		for _, flag := range []string{"--zzzzzzzzzzzz", "-Z", "--help=x", "--", "---"} {
			var stdout, stderr strings.Builder
			if !c.Runnable() || run(t.Context(), []string{c.Name(), flag}, func(string) string { return "" }, session.SystemClock, &stdout, &stderr) != exit.Usage {
				continue
			}
			cells++
			assert.NotContains(t, strings.ReplaceAll(stderr.String(), "go tool record", ""), "go tool", flag)
			assert.NotRegexp(t, `[^l] record [a-z]+ --help`, stderr.String(), flag)
			if flag == "--zzzzzzzzzzzz" {
				assert.Contains(t, stderr.String(), "; go tool record "+c.Name()+" --help shows the flags\n")
			}
		}
	}
	t.Logf("%d mistakes with flags", cells)
}
