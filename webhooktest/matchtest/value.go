package matchtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// value is a JSON value that keeps the order of its members and the digits of its
// numbers. Its reader is not that of the matcher, package jsontext: a mistake of one
// would be the other's as well.
type value struct {
	// kind is the first byte of the value: { [ " 0 for a number, t f n; 0 for none.
	kind byte
	// text is the decoded string, or the literal as it is written.
	text  string
	names []string // of an object's members
	items []value
}

// maxChangedDepth bounds the nesting of bodies that are changed member by
// member; deeper ones are changed by their bytes.
const maxChangedDepth = 100

// parseValue reads a body. There is none for a body that is no JSON, and for one
// that has no one meaning as JSON: a member stands twice, or a string holds what
// is no character.
func parseValue(body string) value {
	if !utf8.ValidString(body) || !json.Valid([]byte(body)) {
		return value{}
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	v, ok := readValue(d, 0)
	if !ok {
		return value{}
	}
	return v
}

func (v value) ok() bool { return v.kind != 0 }

func readValue(d *json.Decoder, depth int) (v value, ok bool) {
	token, err := d.Token()
	if err != nil || depth > maxChangedDepth {
		return value{}, false
	}
	switch t := token.(type) {
	case string:
		return value{kind: '"', text: t}, !strings.ContainsRune(t, utf8.RuneError)
	case json.Number:
		return value{kind: '0', text: t.String()}, true
	case bool:
		text := fmt.Sprint(t)
		return value{kind: text[0], text: text}, true
	case json.Delim:
		v.kind = byte(t)
		for d.More() {
			if t == '{' {
				name, ok := readValue(d, depth+1)
				if !ok || slices.Contains(v.names, name.text) {
					return value{}, false
				}
				v.names = append(v.names, name.text)
			}
			item, ok := readValue(d, depth+1)
			if !ok {
				return value{}, false
			}
			v.items = append(v.items, item)
		}
		_, err := d.Token()
		return v, err == nil
	}
	return value{kind: 'n', text: "null"}, true
}

// spelling is a way to write JSON.
type spelling struct{ reversed, spaced, escaped bool }

func (v value) write(s spelling) string {
	var b strings.Builder
	v.append(&b, s)
	return b.String()
}

func (v value) append(b *strings.Builder, s spelling) {
	space := ""
	if s.spaced {
		space = "\r\n\t "
	}
	switch v.kind {
	case '"':
		b.WriteString(quoted(v.text, s.escaped))
	case '{', '[':
		b.WriteByte(v.kind)
		for n := range v.items {
			i := n
			if s.reversed && v.kind == '{' {
				i = len(v.items) - 1 - n
			}
			if n > 0 {
				b.WriteString(space + ",")
			}
			b.WriteString(space)
			if v.kind == '{' {
				b.WriteString(quoted(v.names[i], s.escaped) + space + ":" + space)
			}
			v.items[i].append(b, s)
		}
		b.WriteString(space)
		b.WriteByte(v.kind + 2) // } follows { and ] follows [ in ASCII, by two
	default:
		b.WriteString(v.text)
	}
}

func quoted(text string, escaped bool) string {
	if !escaped {
		q, _ := json.Marshal(text) // a string never fails
		return string(q)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, `\u%04x`, unit)
	}
	b.WriteByte('"')
	return b.String()
}

// place is a value inside a body, with the way to put another in its place.
type place struct {
	pointer string
	value   value
	with    func(value) value // the whole body with another value here
}

// maxPlaces bounds the values that are changed: each costs a copy of the body.
const maxPlaces = 100

// places lists a value and everything inside it.
func (v value) places() []place {
	all := []place{{"", v, func(other value) value { return other }}}
	for i := 0; i < len(all) && len(all) < maxPlaces; i++ {
		around := all[i]
		for j, item := range around.value.items {
			name := fmt.Sprint(j)
			if around.value.kind == '{' {
				name = strings.NewReplacer("~", "~0", "/", "~1").Replace(around.value.names[j])
			}
			all = append(all, place{around.pointer + "/" + name, item, func(other value) value {
				copied := around.value
				copied.items = slices.Clone(copied.items)
				copied.items[j] = other
				return around.with(copied)
			}})
		}
	}
	return all[:min(len(all), maxPlaces)]
}

// throughout is the value with another text wherever it has this one.
func (v value) throughout(old, other string) value {
	if v.kind == '"' && v.text == old {
		v.text = other
	}
	v.items = slices.Clone(v.items)
	for i, item := range v.items {
		v.items[i] = item.throughout(old, other)
	}
	return v
}

// standsFor reports whether got says what was recorded. bound are the values
// that placeholders have stood for so far.
func (v value) standsFor(got value, bound map[string]string) bool {
	if v.kind != got.kind || len(v.items) != len(got.items) {
		return false
	}
	for i, item := range v.items {
		j := i
		if v.kind == '{' {
			if j = slices.Index(got.names, v.names[i]); j < 0 {
				return false
			}
		}
		if !item.standsFor(got.items[j], bound) {
			return false
		}
	}
	if v.kind == '"' {
		if old, ok := bound[v.text]; ok {
			return old == got.text
		}
		bound[v.text] = got.text
		return mayStandFor(v.text, got.text)
	}
	return v.text == got.text
}
