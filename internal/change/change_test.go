package change_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/change"
)

// The text of a change is read as the same change, whatever stands in it.
func TestRead(t *testing.T) {
	for _, c := range []*change.Change{
		change.Set("/a", "b"), change.Set(`/a"b`, `), Set("/x", 1`), change.Set("/a", []any{1, nil, "<&>"}), change.Set("/a", func() {}),
		change.Set("/a\xffb", 1), change.Remove("/a/0"), change.Body(map[string]any{"a": 1.5}), change.Duplicates(2), change.None(),
	} {
		read, rest, ok := change.Read(c.String() + ", more")
		require.True(t, ok, c)
		assert.Equal(t, c, read)
		assert.Equal(t, ", more", rest)
	}
	for _, text := range []string{"", "Set", "Set(", `Set("/a")`, `Set("/a", )`, `Set("/a", 1`, `Set(1, 2)`, `Remove("/a"`, "Body()", "Body({)", `Duplicates("2")`, "Put(1)"} {
		_, _, ok := change.Read(text)
		assert.False(t, ok, text)
	}
}

func TestPayload(t *testing.T) {
	e, err := change.Payload(map[string]any{"b": 1, "a": 2}, []*change.Change{change.Set("/c", 3), change.Remove("/a"), change.Duplicates(2)})
	require.NoError(t, err)
	assert.Equal(t, `{"b":1,"c":3}`, string(e.Text))
	assert.Equal(t, 2, e.Duplicates)
	e, err = change.Payload(nil, []*change.Change{change.Duplicates(1)})
	require.NoError(t, err)
	assert.Equal(t, 1, e.Duplicates)
	assert.Nil(t, e.Value)
	for says, changes := range map[string][]*change.Change{
		"a change is nil; use Set, Remove, Body or Duplicates":                                                          {nil},
		`Set("/x/y"): the body has no member "x"; it has "name"`:                                                        {change.Set("/x/y", 1)},
		`Remove("/nmae"): the body has no member "nmae"; did you mean "name"?`:                                          {change.Remove("/nmae")},
		`Set("/list/7"): /list is a list of length 0, and "7" is no index of it; "-" is the place after its last entry`: {change.Set("/list", []int{}), change.Set("/list/7", 1)},
		`Remove(""): the whole cannot be removed`:                                                                       {change.Remove("")},
		"Body: json: unsupported type: func()":                                                                          {change.Body(func() {})},
		"Duplicates(0): give 1 or more, or leave it out":                                                                {change.Duplicates(0)},
	} {
		_, err := change.Payload(map[string]any{"name": 1}, changes)
		assert.EqualError(t, err, says)
	}
}
