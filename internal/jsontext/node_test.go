package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/jsontext"
)

func parse(t *testing.T, text string) *jsontext.Node {
	t.Helper()
	root, err := jsontext.Parse([]byte(text), jsontext.Bounds{})
	require.NoError(t, err)
	return root
}

func TestParse(t *testing.T) {
	const text = ` {"b" : [1.00, true, null,{}], "a":"\u00e9", "a" :-1e5 }`
	root := parse(t, text)
	assert.Equal(t, jsontext.BeginObject, root.Kind)
	assert.Equal(t, text[1:], text[root.Start:root.End])
	var got []string
	var walk func(n *jsontext.Node)
	walk = func(n *jsontext.Node) {
		for _, child := range n.Children {
			got = append(got, child.Pointer()+" "+text[child.NameStart:child.NameEnd]+" "+text[child.Start:child.End]+" "+child.Text)
			walk(child)
		}
	}
	walk(root)
	assert.Equal(t, []string{
		`/b "b" [1.00, true, null,{}] `,
		`/b/0  1.00 1.00`, `/b/1  true true`, `/b/2  null null`, `/b/3  {} `,
		`/a "a" "\u00e9" é`, `/a "a" -1e5 -1e5`,
	}, got)
	assert.Equal(t, "-1e5", root.Member("a").Text, "the last one counts")
	assert.Nil(t, root.Member("c"))
	assert.Nil(t, root.Member("b").Member("0"), "an array has no members")
}

func TestNode_Counting(t *testing.T) {
	many := strings.Repeat(`"a":1,"b":2,`, 20) + `"c":3`
	for text, want := range map[string]string{
		`{"a":1,"b":2,"a":3}`: `{"a":3,"b":2}`, "{" + many + "}": `{"a":1,"b":2,"c":3}`,
		`{"a":1,"b":2}`: `{"a":1,"b":2}`, `[1,1]`: `[1,1]`, `"a"`: `"a"`, `{}`: `{}`,
	} {
		n := parse(t, text)
		assert.Equal(t, text == want, n.Distinct(), text)
		n.Children = n.Counting()
		assert.Equal(t, want, string(n.Append(nil)))
	}
}

func TestParse_syntax(t *testing.T) {
	for _, text := range []string{"", " ", "{", `{"a":1,}`, "[1 2]", "01", "{} x", `{"a"`, "nul", "\"\x01\"", strings.Repeat("[", 10_001)} {
		_, err := jsontext.Parse([]byte(text), jsontext.Bounds{})
		var syntax *json.SyntaxError
		require.ErrorAs(t, err, &syntax, text)
		var raw json.RawMessage
		assert.Equal(t, json.Unmarshal([]byte(text), &raw), err)
	}
}

func TestParse_bounds(t *testing.T) {
	bounds := jsontext.Bounds{Values: 5, Depth: 2, Digits: 4, Exponent: 2, Name: 3}
	for _, test := range []struct {
		text string
		want *jsontext.BoundError
	}{
		{`{"abc":[1,2.5,1e99]}`, nil},
		{`[1,[2,[]],4]`, &jsontext.BoundError{Bound: "values", Pointer: "/2", Offset: 10, Found: 6, Most: 5}},
		{`[[ [[]]]]`, &jsontext.BoundError{Bound: "depth", Offset: 4, Found: 3, Most: 2}},
		{`{"a":[1,12345]}`, &jsontext.BoundError{Bound: "digits", Pointer: "/a/1", Offset: 8, Found: 5, Most: 4}},
		{`{"a/":1e12345}`, &jsontext.BoundError{Bound: "digits", Pointer: "/a~1", Offset: 6, Found: 7, Most: 4}},
		{`{"abcd":1}`, &jsontext.BoundError{Bound: "name", Offset: 7, Found: 4, Most: 3}},
	} {
		_, err := jsontext.Parse([]byte(test.text), bounds)
		if test.want == nil {
			assert.NoError(t, err)
			continue
		}
		assert.Equal(t, test.want, err, test.text)
	}
	_, err := jsontext.Parse([]byte(`[1E+123]`), jsontext.Bounds{Exponent: 2})
	assert.Equal(t, &jsontext.BoundError{Bound: "exponent", Pointer: "/0", Offset: 1, Found: 3, Most: 2}, err)
	assert.EqualError(t, err, "the text has exponent 3, and 2 is the bound")

	jsontext.SetMaxBytes(t, 3)
	_, err = jsontext.Parse(`[[]]`, jsontext.Bounds{})
	assert.Equal(t, &jsontext.BoundError{Bound: "bytes", Found: 4, Most: 3}, err)
}

// The time that a text takes grows with its length only.
func TestParse_large(t *testing.T) {
	for name, text := range map[string]string{
		"numbers": "[" + strings.Repeat("0,", 2_000_000) + "0]",
		"commas":  `["` + strings.Repeat(",", 4_000_000) + `"]`,
		"strings": "[" + strings.Repeat(`"`+strings.Repeat("a", 5000)+`",`, 800) + "0]",
		"objects": strings.Repeat(`{"a":`, 9_000) + "0" + strings.Repeat("}", 9_000),
	} {
		from := time.Now()
		parse(t, text)
		assert.Less(t, time.Since(from), 20*time.Second, name)
	}
}

func TestNode_Append(t *testing.T) {
	for text, want := range map[string]string{
		` [ 1.00 , "a\/<\u00e9\"" , { } , [ ] ]`: `[1.00,"a/<é\"",{},[]]`,
		`{"b":1,"a":2,"b":{"d":true,"c":null}}`:  `{"a":2,"b":1,"b":{"c":null,"d":true}}`,
	} {
		root := parse(t, text)
		root.Sort()
		assert.Equal(t, want, string(root.Append(nil)))
	}
}

// The package takes what encoding/json takes, and finds the same values there.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1.0,-0,1e5,"\ud800","\ud83d\ude00",null,true,false],"a":{}}`, "\"\xff\\u00e9\"", `[[[]]]`, ` 1 `, `{"~/":{"":0}}`, `{`, "", "\ufeff{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := jsontext.Parse(text, jsontext.Bounds{})
		require.Equal(t, json.Valid(text), err == nil)
		if err != nil {
			var syntax *json.SyntaxError
			require.True(t, errors.As(err, &syntax))
			return
		}
		want := decode(t, text)
		require.Equal(t, want, value(root))
		require.Equal(t, want, decode(t, root.Append(nil)), "what it writes")
		check(t, text, root, root)

		// Token by token it is the same text, white space aside.
		var tokens, compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, text))
		d := jsontext.NewDecoder(string(text))
		for d.PeekKind() != 0 {
			tokens.WriteString(d.ReadToken().Raw())
		}
		require.Equal(t, len(bytes.TrimRight(text, " \t\r\n")), len(bytes.TrimRight(text[:d.InputOffset()], " \t\r\n")))
		plain := jsontext.NewDecoder(compact.String())
		var again bytes.Buffer
		for plain.PeekKind() != 0 {
			again.WriteString(plain.ReadToken().Raw())
		}
		require.Equal(t, again.String(), tokens.String())

		// An edit of each value with itself changes nothing.
		require.Equal(t, string(text), string(jsontext.Splice(text, edits(text, root, nil))))
	})
}

func decode(t *testing.T, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

// value is what encoding/json makes of the value.
func value(n *jsontext.Node) any {
	switch n.Kind {
	case jsontext.BeginObject:
		object := map[string]any{}
		for _, member := range n.Children {
			object[member.Name] = value(member)
		}
		return object
	case jsontext.BeginArray:
		array := []any{}
		for _, item := range n.Children {
			array = append(array, value(item))
		}
		return array
	case jsontext.String:
		return n.Text
	case jsontext.Number:
		return json.Number(n.Text)
	case jsontext.Null:
		return nil
	}
	return n.Kind == jsontext.True
}

// check finds each value in the text by its offsets, and by its pointer from the
// root.
func check(t *testing.T, text []byte, root, n *jsontext.Node) {
	t.Helper()
	require.Equal(t, value(n), decode(t, text[n.Start:n.End]))
	found, ok := root.Find(n.Pointer())
	require.True(t, ok)
	require.Equal(t, n.Name, found.Name)
	if got, ok := jsontext.Lookup(value(root), n.Pointer()); assert.True(t, ok) {
		require.Equal(t, value(found), got)
	}
	for i, child := range n.Children {
		require.EqualValues(t, i, child.Index)
		if n.Kind == jsontext.BeginObject {
			require.Equal(t, child.Name, decode(t, text[child.NameStart:child.NameEnd]))
		}
		// Of members with one name, a pointer finds the last.
		if n.Kind == jsontext.BeginArray || n.Member(child.Name) == child {
			check(t, text, root, child)
		}
	}
}

func edits(text []byte, n *jsontext.Node, all []jsontext.Edit) []jsontext.Edit {
	for _, child := range n.Children {
		all = edits(text, child, all)
	}
	if len(n.Children) == 0 {
		all = append(all, n.Edit(string(text[n.Start:n.End])))
	}
	return all
}
