package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
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
