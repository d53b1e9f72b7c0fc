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
	ring  struct{ *link }
	link  struct{ *ring }
	texts struct{ text string }
	raws  struct{ raw string }
)

func circle() any {
	all := []any{1}
	all[0] = all
	return all
}

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
		"a field of such":     {struct{ A hidden }{hidden{1}}, "", noField + "change_test.hidden"},
		"a ring":              {ring{&link{&ring{}}}, "", noField + "change_test.ring"},
		"a circle":            {circle(), "", "cycle"},
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
