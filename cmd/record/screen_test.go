package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScreen_tablesFit(t *testing.T) {
	targets, err := choose(nil)
	require.NoError(t, err)
	list := listTable(scenarioList(targets), 0)
	for _, width := range []int{40, 80, 120} {
		var b strings.Builder
		require.NoError(t, list.print(&screen{Writer: &b, width: width}))
		assertFits(t, width, "list", b.String())
		for _, target := range targets {
			assert.Contains(t, b.String(), target.name()+"\n")
		}
	}
	var small table
	small.add("a", "b")
	small.add("aa", "bb")
	var wide, narrow strings.Builder
	require.NoError(t, small.print(&wide))
	require.NoError(t, small.print(&screen{Writer: &narrow, width: 40}))
	assert.Equal(t, wide.String(), narrow.String(), "what fits stays a table")
}

func TestScreen_colours(t *testing.T) {
	const text = "devrev x: 1 breaking\n  breaking  /a\n            breaking news\n  additive  /b\n"
	for name, s := range map[string]*screen{"no screen": nil, "NO_COLOR": {}} {
		if s == nil {
			assert.Equal(t, text, paint(&strings.Builder{}, text), name)
			continue
		}
		assert.Equal(t, text, paint(s, text), name)
	}
	painted := paint(&screen{colours: true}, text)
	assert.Equal(t, "devrev x: 1 breaking\n  \x1b[31mbreaking\x1b[0m  /a\n            breaking news\n  \x1b[33madditive\x1b[0m  /b\n", painted)
}

// A shell takes a command that was broken for the whole one, at every width, and no line
// is wider than what it cannot do without.
func TestScreen_continued(t *testing.T) {
	const command = `record refresh --keep '/a b/c' --out 'it'\''s here' devrev/webhooks.get/200 dvelop`
	said := func(text string) string {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "record() { printf '[%s]' \"$@\"; }\n"+text).Output()
		require.NoError(t, err, text)
		return string(out)
	}
	want := said(command)
	assert.Equal(t, "[refresh][--keep][/a b/c][--out][it's here][devrev/webhooks.get/200][dvelop]", want)
	assert.Equal(t, "do: "+command, continued("do: ", command, 0))
	assert.Equal(t, "do: "+command, continued("do: ", command, 200))
	for width := narrowest; width < len("do: "+command); width++ {
		first, rest, _ := strings.Cut(continued("do: ", command, width), "\n")
		assert.Equal(t, "do:", first)
		assert.Equal(t, want, said(rest), width)
		for line := range strings.Lines(rest) {
			assert.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), max(width, len("    devrev/webhooks.get/200 \\")), line)
		}
	}
}
