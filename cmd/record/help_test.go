package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// Every help begins with the usage and with examples, and fits the terminal.
func TestHelp(t *testing.T) {
	seen, topics := 0, 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		own := !strings.HasPrefix(c.CommandPath(), "record completion") && c.Name() != "help"
		for _, width := range []int{40, 80, 120} {
			seen++
			var b strings.Builder
			writeHelp(&screen.Screen{Writer: &b, Width: width}, c)
			assertFits(t, width, c.CommandPath(), b.String())
			switch {
			case c.IsAdditionalHelpTopicCommand():
				topics++
				assert.NotContains(t, b.String(), "Usage:")
			case own && c.HasParent():
				assert.Regexp(t, "^Usage:\n  record "+c.Name()+" [^\n]*\n(  [^\n]*\n)*\nExamples:\n  [^\n]+\n", b.String())
			default:
				assert.Regexp(t, "^Usage:\n  record", b.String())
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard))
	t.Logf("%d helps of commands and %d of topics", seen-topics, topics)
	assert.Equal(t, 3*3, topics)
	assert.Greater(t, seen, 3*14)
}

// assertFits makes sure that no line is wider than a terminal, but for one that is
// a word.
func assertFits(t *testing.T, width int, name, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > width && len(strings.Fields(line)) > 1 {
			t.Errorf("%s, %d columns: %s", name, width, line)
		}
	}
}
