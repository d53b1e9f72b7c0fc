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
	if at := invalidUTF8(body); at >= 0 {
		return nil, fmt.Errorf("the body is not valid UTF-8 at %s; expected JSON: use AssertBytes for other bodies", position(body, at))
	}
	var raw json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		at := len(body)
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset) - 1
		}
		return nil, fmt.Errorf("the body is not JSON at %s: %w; expected JSON: use AssertBytes for other bodies", position(body, at), err)
	}
	f := formatter{body: body}
	text, err := f.value(nil, nil, 0)
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

// value appends the canonical form of the next value. pointer holds the names of
// the members and the indexes that lead to it.
func (f *formatter) value(out []byte, pointer []string, depth int) ([]byte, error) {
	switch c := f.peek(); {
	case c == '"':
		return f.text(out), nil
	case c != '{' && c != '[':
		return f.scalar(out), nil
	case depth == maxDepth:
		return nil, fmt.Errorf("the body is nested deeper than %d levels at %s; expected an answer of an API", maxDepth, position(f.body, f.at))
	case c == '{':
		return f.object(out, pointer, depth)
	default:
		return f.array(out, pointer, depth)
	}
}

func (f *formatter) array(out []byte, pointer []string, depth int) ([]byte, error) {
	f.at++
	if f.peek() == ']' {
		f.at++
		return append(out, "[]"...), nil
	}
	sep := byte('[')
	for i := 0; f.body[f.at] != ']'; i++ {
		out = indent(append(out, sep), depth+1)
		var err error
		if out, err = f.value(out, append(pointer, strconv.Itoa(i)), depth+1); err != nil {
			return nil, err
		}
		f.comma(']')
		sep = ','
	}
	f.at++
	return append(indent(out, depth), ']'), nil
}

func (f *formatter) object(out []byte, pointer []string, depth int) ([]byte, error) {
	type member struct{ name, value []byte }
	var members []member
	f.at++
	f.peek()
	for f.body[f.at] != '}' {
		name := f.text(nil)
		f.peek()
		f.at++ // the colon
		value, err := f.value(nil, append(pointer, string(name[1:len(name)-1])), depth+1)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name, value})
		f.comma('}')
	}
	f.at++
	if len(members) == 0 {
		return append(out, "{}"...), nil
	}
	// Without the closing quote, a name comes before those that it begins.
	slices.SortFunc(members, func(a, b member) int {
		return bytes.Compare(a.name[:len(a.name)-1], b.name[:len(b.name)-1])
	})
	sep := byte('{')
	for i, m := range members {
		if i > 0 && bytes.Equal(m.name, members[i-1].name) {
			where := strings.Join(append(pointer, string(m.name[1:len(m.name)-1])), "/")
			return nil, fmt.Errorf("the body names the member %q twice; expected each name once, as readers differ on which one counts", "/"+where)
		}
		out = indent(append(out, sep), depth+1)
		out = append(append(append(out, m.name...), ": "...), m.value...)
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
	for f.at < len(f.body) && !bytes.ContainsRune([]byte(" \t\r\n,]}"), rune(f.body[f.at])) {
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
