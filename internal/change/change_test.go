package change_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

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

type (
	hidden struct{ a int }
	dashed struct {
		A int `json:"-"`
	}
	embedded struct{ open }
	open     struct{ A string }
	locked   struct {
		sync.Mutex
		A int
	}
	texts struct{ text string }
	raws  struct{ raw string }
)

func (t texts) MarshalText() ([]byte, error) { return []byte(t.text), nil }
func (r raws) MarshalJSON() ([]byte, error)  { return []byte(r.raw), nil }

// A value is written as it is, or is an error that says why not: whatever it is, and
// wherever in it the flaw stands.
func TestValues(t *testing.T) {
	const (
		noUTF8  = "not valid UTF-8"
		noField = "encoding/json sees no field of a "
	)
	around := map[string]func(any) any{
		"itself":     func(v any) any { return v },
		"a pointer":  func(v any) any { return &v },
		"an entry":   func(v any) any { return []any{1, v} },
		"a member":   func(v any) any { return map[string]any{"a": v} },
		"a field":    func(v any) any { return struct{ A any }{v} },
		"far inside": func(v any) any { return []map[string]any{{"a": &struct{ A []any }{[]any{v}}}} },
	}
	for name, tc := range map[string]struct {
		value any
		want  string // of the value itself
		says  string // instead
	}{
		"null":                {nil, "null", ""},
		"a text":              {"<é\u2028>", "\"<é\\u2028>\"", ""},
		"U+FFFD":              {"\ufffd", "\"\ufffd\"", ""},
		"a struct":            {open{"x"}, `{"A":"x"}`, ""},
		"an empty struct":     {struct{}{}, "{}", ""},
		"embedded":            {embedded{open{"x"}}, `{"A":"x"}`, ""},
		"a lock beside":       {&locked{A: 1}, `{"A":1}`, ""},
		"a time":              {time.Unix(0, 0).UTC(), `"1970-01-01T00:00:00Z"`, ""},
		"bytes that are text": {net.IPv4(192, 0, 2, 1), `"192.0.2.1"`, ""},
		"a nil pointer":       {(*hidden)(nil), "null", ""},
		"digits":              {json.Number("1.50e+3"), "1.50e+3", ""},
		"a function":          {func() {}, "", "unsupported type"},
		"no number":           {math.NaN(), "", "unsupported value"},
		"bad UTF-8":           {"a\xffb", "", noUTF8},
		"bad UTF-8 in a key":  {map[string]int{"a\xff": 1}, "", noUTF8},
		"bad UTF-8 of a text": {texts{"a\xff"}, "", noUTF8},
		"bad UTF-8 of a JSON": {raws{"\"\xff\""}, "", noUTF8},
		"bad UTF-8 embedded":  {embedded{open{"\xff"}}, "", noUTF8},
		"hidden fields":       {hidden{1}, "", noField + "change_test.hidden"},
		"dashed fields":       {dashed{1}, "", noField + "change_test.dashed"},
		"a buffer":            {bytes.NewBufferString("{}"), "", noField + "bytes.Buffer"},
		"a reader":            {strings.NewReader("{}"), "", noField + "strings.Reader"},
	} {
		for place, in := range around {
			set := change.Set("/a", in(tc.value))
			e, err := change.Payload(map[string]any{}, []*change.Change{set})
			switch {
			case tc.says != "":
				assert.ErrorContains(t, err, tc.says, "%s as %s", name, place)
			case assert.NoError(t, err, "%s as %s", name, place) && place == "itself":
				assert.Equal(t, `{"a":`+tc.want+"}", string(e.Text), name)
			}
		}
	}
}

// Bytes are JSON, and a text that is none says where it ends to be.
func TestBody_bytes(t *testing.T) {
	type named []byte
	for text, says := range map[string]string{
		"":                    "the JSON text is empty; give nil alone for null",
		" \n":                 "the JSON text is empty; give nil alone for null",
		"{\n \"a\": }":        "the text is no JSON at line 2, column 7: invalid character '}' looking for beginning of value",
		"{\"a\": 1":           "the JSON text ends in the middle of a value, at line 1, column 8",
		"{} {}":               "the text is no JSON at line 1, column 4: invalid character '{' after top-level value",
		"\"a\nb\"":            "the text is no JSON at line 1, column 3: invalid character '\\n' in string literal",
		"{\n\"a\": \"\xff\"}": "the JSON text is not valid UTF-8 at line 2, column 7",
		strings.Repeat("[", 502) + strings.Repeat("]", 502):     "the value nests deeper than the 500 levels that are checked",
		strings.Repeat("[", 20000) + strings.Repeat("]", 20000): "the value nests deeper than the 500 levels that are checked",
	} {
		for _, value := range []any{[]byte(text), json.RawMessage(text), named(text)} {
			_, err := change.Payload(map[string]any{}, []*change.Change{change.Body(value)})
			assert.EqualError(t, err, "Body: "+says, "%T", value)
			_, err = change.Payload(map[string]any{}, []*change.Change{change.Set("/a", value)})
			assert.EqualError(t, err, `Set("/a"): `+says, "%T", value)
		}
	}
	for _, value := range []any{[]byte(`{ "b": 1.0, "a": "\u00e9" }`), json.RawMessage(`{ "b": 1.0, "a": "\u00e9" }`), new(json.RawMessage(`{ "b": 1.0, "a": "\u00e9" }`))} {
		e, err := change.Payload(map[string]any{}, []*change.Change{change.Body(value)})
		require.NoError(t, err)
		assert.Equal(t, `{"b":1.0,"a":"\u00e9"}`, string(e.Text), "%T", value)
	}
	for _, value := range []any{[]byte(nil), json.RawMessage(nil), (named)(nil)} {
		_, err := change.Payload(map[string]any{}, []*change.Change{change.Body(value)})
		assert.ErrorContains(t, err, "is empty", "%T", value)
	}
}

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
