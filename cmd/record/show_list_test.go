package main

import (
	"strings"
	"testing"

	"example.com/webhookvcr/internal/session"

	"example.com/webhookvcr/internal/screen"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScreen_tablesFit(t *testing.T) {
	targets, err := session.Choose(nil)
	require.NoError(t, err)
	list := listTable(scenarioList(targets), 0)
	for _, width := range []int{40, 80, 120} {
		text := list.Text(width)
		assertFits(t, width, "list", text)
		for _, target := range targets {
			assert.Contains(t, text, target.Name()+"\n")
		}
	}
	var small screen.Table
	small.Add("a", "b")
	small.Add("aa", "bb")
	assert.Equal(t, small.Text(0), small.Text(40), "what fits stays a table")
}

func TestScreen_colours(t *testing.T) {
	const text = "devrev x: 1 breaking\n  breaking  /a\n            breaking news\n  additive  /b\n"
	for name, s := range map[string]*screen.Screen{"no screen": nil, "NO_COLOR": {}} {
		if s == nil {
			assert.Equal(t, text, screen.Paint(&strings.Builder{}, text), name)
			continue
		}
		assert.Equal(t, text, screen.Paint(s, text), name)
	}
	painted := screen.Paint(&screen.Screen{Colours: true}, text)
	assert.Equal(t, "devrev x: 1 breaking\n  \x1b[31mbreaking\x1b[0m  /a\n            breaking news\n  \x1b[33madditive\x1b[0m  /b\n", painted)
}
