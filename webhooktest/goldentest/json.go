package goldentest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the indent: without a bound, a short body of brackets makes a
// golden file that is as long as its square.
const maxDepth = 200

// encode returns the canonical JSON of a Go value.
func encode(got any) ([]byte, error) {
	if _, ok := got.([]byte); ok {
		return nil, errors.New("got is a []byte, which JSON holds as base64; expected a value: use AssertJSON for a JSON body, AssertBytes for others")
	}
	text, err := json.Marshal(got)
	if err != nil {
		return nil, fmt.Errorf("got, a %T, cannot be encoded as JSON: %w; expected a value that encoding/json takes", got, err)
	}
	if _, ok := got.(error); ok && string(text) == "{}" {
		return nil, fmt.Errorf("got is an error, a %T, which encodes as {} whatever it says; expected a value: use its text", got)
	}
	if err := hidden(got); err != nil {
		return nil, err
	}
	return canonical(text)
}

// canonical returns the canonical form of a JSON text. Its own output is a fixed
// point.
func canonical(body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty; expected JSON")
	}
	// encoding/json replaces bytes that are no UTF-8, and different bodies would
	// get the same golden.
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("the body is not valid UTF-8 at %s; expected JSON: use AssertBytes for other bodies", position(body, invalidUTF8(body)))
	}
	if !json.Valid(body) {
		var raw json.RawMessage
		err := json.Unmarshal(body, &raw) // for what is wrong with it
		at := len(body)
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset) - 1
		}
		return nil, fmt.Errorf("the body is not JSON at %s: %w; expected JSON: use AssertBytes for other bodies", position(body, at), err)
	}
	f := formatter{body: body}
	text, err := f.value(make([]byte, 0, 2*len(body)), nil, 0)
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func position(text []byte, at int) string {
	before := text[:max(0, min(at, len(text)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

// formatter walks a text that is known to be JSON. It works on the text and not on
// decoded values, which have lost doubled members and unpaired surrogates.
type formatter struct {
	body []byte
	at   int
}

// place is where a value stands: a member's name or an index, in a parent.
type place struct {
	parent *place
	name   []byte
	index  int
}

// pointer is the JSON pointer of the place, without escapes.
func (p *place) pointer() string {
	if p == nil {
		return ""
	}
	if p.name == nil {
		return p.parent.pointer() + "/" + strconv.Itoa(p.index)
	}
	return p.parent.pointer() + "/" + string(p.name[1:len(p.name)-1])
}

// value appends the canonical form of the next value, which stands at a place.
func (f *formatter) value(out []byte, at *place, depth int) ([]byte, error) {
	switch c := f.peek(); {
	case c == '"':
		return f.text(out), nil
	case c != '{' && c != '[':
		return f.scalar(out), nil
	case depth == maxDepth:
		return nil, fmt.Errorf("the body is nested deeper than %d levels at %s; expected an answer of an API", maxDepth, position(f.body, f.at))
	case c == '{':
		return f.object(out, at, depth)
	default:
		return f.array(out, at, depth)
	}
}

func (f *formatter) array(out []byte, at *place, depth int) ([]byte, error) {
	f.at++
	if f.peek() == ']' {
		f.at++
		return append(out, "[]"...), nil
	}
	sep := byte('[')
	for i := 0; f.body[f.at] != ']'; i++ {
		out = indent(append(out, sep), depth+1)
		var err error
		if out, err = f.value(out, &place{parent: at, index: i}, depth+1); err != nil {
			return nil, err
		}
		f.comma(']')
		sep = ','
	}
	f.at++
	return append(indent(out, depth), ']'), nil
}

func (f *formatter) object(out []byte, at *place, depth int) ([]byte, error) {
	// The members are written one after the other, and then put in order.
	type member struct{ name, end int }
	var members []member
	var text []byte
	f.at++
	f.peek()
	for f.body[f.at] != '}' {
		from := len(text)
		text = f.text(text)
		name := len(text)
		f.peek()
		f.at++ // the colon
		text = append(text, ": "...)
		var err error
		if text, err = f.value(text, &place{parent: at, name: text[from:name:name]}, depth+1); err != nil {
			return nil, err
		}
		members = append(members, member{name, len(text)})
		f.comma('}')
	}
	f.at++
	if len(members) == 0 {
		return append(out, "{}"...), nil
	}
	type span struct{ name, whole []byte }
	sorted := make([]span, len(members))
	from := 0
	for i, m := range members {
		sorted[i] = span{text[from:m.name], text[from:m.end]}
		from = m.end
	}
	// Without the closing quote, a name comes before those that it begins.
	slices.SortFunc(sorted, func(a, b span) int {
		return bytes.Compare(a.name[:len(a.name)-1], b.name[:len(b.name)-1])
	})
	sep := byte('{')
	for i, m := range sorted {
		if i > 0 && bytes.Equal(m.name, sorted[i-1].name) {
			where := &place{parent: at, name: m.name}
			return nil, fmt.Errorf("the body names the member %q twice; expected each name once, as readers differ on which one counts", where.pointer())
		}
		out = indent(append(out, sep), depth+1)
		out = append(out, m.whole...)
		sep = ','
	}
	return append(indent(out, depth), '}'), nil
}

func indent(out []byte, depth int) []byte {
	out = append(out, '\n')
	for range depth {
		out = append(out, "  "...)
	}
	return out
}

// peek skips white space and returns the next byte, 0 at the end.
func (f *formatter) peek() byte {
	for f.at < len(f.body) {
		switch c := f.body[f.at]; c {
		case ' ', '\t', '\r', '\n':
			f.at++
		default:
			return c
		}
	}
	return 0
}

// comma steps over the comma that follows a value, if it is not the last.
func (f *formatter) comma(end byte) {
	if f.peek() != end {
		f.at++
		f.peek()
	}
}

func (f *formatter) scalar(out []byte) []byte {
	from := f.at
	for f.at < len(f.body) && strings.IndexByte(" \t\r\n,]}", f.body[f.at]) < 0 {
		f.at++
	}
	return append(out, f.body[from:f.at]...)
}

// text appends the string at the cursor, with the necessary escapes only.
func (f *formatter) text(out []byte) []byte {
	out = append(out, '"')
	for f.at++; f.body[f.at] != '"'; {
		if f.body[f.at] == '\\' {
			out = f.escape(out)
			continue
		}
		from := f.at
		for c := f.body[f.at]; c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\'; c = f.body[f.at] {
			f.at++
		}
		if f.at > from {
			out = append(out, f.body[from:f.at]...)
			continue
		}
		r, size := utf8.DecodeRune(f.body[f.at:])
		out = appendRune(out, r)
		f.at += size
	}
	f.at++
	return append(out, '"')
}

func (f *formatter) escape(out []byte) []byte {
	c := f.body[f.at+1]
	f.at += 2
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		return appendRune(out, rune("\b\f\n\r\t"[i]))
	}
	if c != 'u' {
		return appendRune(out, rune(c))
	}
	r := f.hex()
	if !utf16.IsSurrogate(r) {
		return appendRune(out, r)
	}
	if bytes.HasPrefix(f.body[f.at:], []byte(`\u`)) {
		back := f.at
		f.at += 2
		if pair := utf16.DecodeRune(r, f.hex()); pair != utf8.RuneError {
			return appendRune(out, pair)
		}
		f.at = back
	}
	return fmt.Appendf(out, `\u%04x`, r) // no UTF-8 exists for half a pair
}

func (f *formatter) hex() rune {
	n, _ := strconv.ParseUint(string(f.body[f.at:f.at+4]), 16, 32)
	f.at += 4
	return rune(n)
}

// appendRune writes the escapes that JSON demands, and those for the two line
// separators, which some editors break lines at.
func appendRune(out []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(out, '\\', byte(r))
	case r < ' ':
		if i := strings.IndexRune("\b\f\n\r\t", r); i >= 0 {
			return append(out, '\\', "bfnrt"[i])
		}
		return fmt.Appendf(out, `\u%04x`, r)
	case r == '\u2028' || r == '\u2029':
		return fmt.Appendf(out, `\u%04x`, r)
	}
	return utf8.AppendRune(out, r)
}
