package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
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
				code := run(t.Context(), args, func(string) string { return "" }, systemClock, &stdout, &stderr)
				assert.Equal(t, exitUsage, code, args)
				assert.Equal(t, "record: --"+f.Name+" is empty; give it a value, or leave it out\n", stderr.String(), args)
				assert.Empty(t, stdout.String(), args)
				cells++
			}
		})
	}
	walk(rootCommand(func(string) string { return "" }, systemClock, io.Discard))
	t.Logf("%d commands, %d cells", rows, cells)
}

// Each flag of a command with --simulate is given in both modes: those of the table
// are refused in theirs, and every other one is not.
func TestFlags_idle(t *testing.T) {
	cells, refused := 0, 0
	for _, c := range rootCommand(func(string) string { return "" }, systemClock, io.Discard).Commands() {
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
				fresh := rootCommand(func(string) string { return "" }, systemClock, io.Discard)
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
