package change_test

import (
	"encoding/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"testing"

	"example.com/webhookvcr/internal/change"
)

// Whatever changes are combined, each of them has an effect: the payload is another
// one without it.
func TestEffects(t *testing.T) {
	const none = ""
	set, remove, body := change.Set, change.Remove, change.Body
	for name, tc := range map[string]struct {
		changes []*change.Change
		says    string
	}{
		"another value":          {[]*change.Change{set("/s", "b")}, none},
		"other digits":           {[]*change.Change{set("/n", json.Number("1.0"))}, none},
		"the same value":         {[]*change.Change{set("/s", "a")}, `Set("/s") has no effect, for that is there already; leave it out`},
		"escaped":                {[]*change.Change{set("/s", []byte(`"\u0061"`))}, `Set("/s") has no effect, for that is there already; leave it out`},
		"the same whole":         {[]*change.Change{set("", []byte(` {"l": [1, 2], "n": 1, "o": {"a": 1}, "s": "a"}`))}, `Set("") has no effect, for that is there already; leave it out`},
		"the same body":          {[]*change.Change{body(map[string]any{"l": []int{1, 2}, "n": 1, "o": map[string]int{"a": 1}, "s": "a"})}, `Body has no effect, for that is there already; leave it out`},
		"another order":          {[]*change.Change{body([]byte(`{"s":"a","l":[1,2],"n":1,"o":{"a":1}}`))}, none},
		"one place twice":        {[]*change.Change{set("/s", "b"), set("/s", "c")}, `Set("/s") has no effect, for Set("/s") after it is of the same place; leave one out`},
		"the same twice":         {[]*change.Change{set("/s", "b"), set("/s", "b")}, `Set("/s") has no effect, for Set("/s") after it is of the same place; leave one out`},
		"there and back":         {[]*change.Change{set("/s", "b"), set("/n", 2), set("/s", "a")}, `Set("/s") has no effect, for Set("/s") after it is of the same place; leave one out`},
		"set and removed":        {[]*change.Change{set("/s", "b"), remove("/s")}, `Set("/s") has no effect, for Remove("/s") after it is of the same place; leave one out`},
		"added and removed":      {[]*change.Change{set("/x", 1), remove("/x")}, `Remove("/x") undoes Set("/x"); leave both out`},
		"appended and removed":   {[]*change.Change{set("/l/-", 1), remove("/l/2")}, none},
		"removed and set":        {[]*change.Change{remove("/l"), set("/l", 1)}, none}, // it comes last then
		"inside and around":      {[]*change.Change{set("/o/a", 2), set("/o", map[string]int{})}, `Set("/o/a") has no effect, for Set("/o") after it is of the same place; leave one out`},
		"around and inside":      {[]*change.Change{set("/o", map[string]int{}), set("/o/b", 2)}, none},
		"around and all inside":  {[]*change.Change{set("/o", map[string]int{"b": 1}), set("/o/b", 2)}, none},
		"inside removed":         {[]*change.Change{set("/o/a", 2), remove("/o")}, `Set("/o/a") has no effect, for Remove("/o") after it is of the same place; leave one out`},
		"before a body":          {[]*change.Change{set("/s", "b"), body(map[string]int{})}, `Set("/s") has no effect, for Body after it is of the same place; leave one out`},
		"after a body":           {[]*change.Change{body(map[string]int{}), set("/s", "b")}, none},
		"two bodies":             {[]*change.Change{body(map[string]int{}), body(map[string]int{"a": 1})}, `Body has no effect, for Body after it is of the same place; leave one out`},
		"two of one index":       {[]*change.Change{remove("/l/0"), remove("/l/0")}, none},
		"two at the end":         {[]*change.Change{set("/l/-", 3), set("/l/-", 3)}, none},
		"an entry twice":         {[]*change.Change{set("/l/0", 3), set("/l/0", 4)}, `Set("/l/0") has no effect, for Set("/l/0") after it is of the same place; leave one out`},
		"names that begin alike": {[]*change.Change{set("/s", "b"), set("/st", "c")}, none},
		"duplicates twice":       {[]*change.Change{change.Duplicates(1), change.Duplicates(2)}, "Duplicates is given twice, and only one can hold; leave one out"},
	} {
		_, err := change.Payload(map[string]any{"s": "a", "n": 1, "l": []int{1, 2}, "o": map[string]int{"a": 1}}, tc.changes)
		if tc.says == none {
			assert.NoError(t, err, name)
			continue
		}
		assert.EqualError(t, err, tc.says, name)
	}
}

// A pointer names one place, as RFC 6901 writes it, at the root and further inside.
func TestPointers(t *testing.T) {
	for token, says := range map[string]string{
		"~":     `"~" is no escape of a JSON pointer; it writes ~ as ~0, and / within a name as ~1`,
		"a~":    `"~" is no escape of a JSON pointer; it writes ~ as ~0, and / within a name as ~1`,
		"~2":    `"~2" is no escape of a JSON pointer; it writes ~ as ~0, and / within a name as ~1`,
		"~01~b": `"~b" is no escape of a JSON pointer; it writes ~ as ~0, and / within a name as ~1`,
		"*":     `"*" stands for any place, and a change is of one; name the member or the index`,
		"\xff":  "of the pointer is no UTF-8, as a member's name is",
	} {
		for _, pointer := range []string{"/" + token, "/o/" + token, "/" + token + "/a"} {
			for _, c := range []*change.Change{change.Set(pointer, 1), change.Remove(pointer)} {
				read, _, ok := change.Read(c.String())
				require.True(t, ok)
				_, err := change.Payload(map[string]any{"o": map[string]any{}}, []*change.Change{read})
				assert.ErrorContains(t, err, says, pointer)
			}
		}
	}
	for _, pointer := range []string{"/a~1b", "/~0", "/~01", "/**", "/a*", "/é", "/"} {
		_, err := change.Payload(map[string]any{}, []*change.Change{change.Set(pointer, 1)})
		assert.NoError(t, err, pointer)
	}
}
