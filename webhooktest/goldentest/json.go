package goldentest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/webhookvcr/internal/jsontext"
)

// maxDepth bounds the indent: without a bound, a short body of brackets makes a
// golden file that is as long as its square.
const maxDepth = 200

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

// canonical returns the canonical form of a JSON text. Its own output is a fixed point.
func canonical(body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty; expected JSON")
	}
	// encoding/json replaces bytes that are no UTF-8, and different bodies would
	// get the same golden.
	if at := jsontext.InvalidUTF8(body); at >= 0 {
		return nil, fmt.Errorf("the body is not valid UTF-8 at %s; expected JSON: use AssertBytes for other bodies", jsontext.At(body, at))
	}
	root, err := jsontext.Parse(body, jsontext.Bounds{})
	if err != nil {
		at := len(body)
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset) - 1
		}
		return nil, fmt.Errorf("the body is not JSON at %s: %w; expected JSON: use AssertBytes for other bodies", jsontext.At(body, at), err)
	}
	text, err := appendValue(make([]byte, 0, 2*len(body)), body, root, 0)
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// appendValue appends the canonical form of a value of the body. It writes the
// strings of the text and not the decoded ones, which have lost unpaired
// surrogates.
func appendValue(out, body []byte, n *jsontext.Node, depth int) ([]byte, error) {
	isObject := n.Kind == jsontext.BeginObject
	switch {
	case n.Kind == jsontext.String:
		return append(out, canonicalText(body[n.Start:n.End])...), nil
	case !isObject && n.Kind != jsontext.BeginArray:
		return append(out, n.Text...), nil
	case depth == maxDepth:
		return nil, fmt.Errorf("the body is nested deeper than %d levels at %s; expected an answer of an API", maxDepth, jsontext.At(body, int(n.Start)))
	}
	type child struct {
		*jsontext.Node
		name []byte
	}
	children := make([]child, len(n.Children))
	for i, c := range n.Children {
		children[i].Node = c
		if isObject {
			children[i].name = canonicalText(body[c.NameStart:c.NameEnd])
		}
	}
	if isObject {
		// Without the closing quote, a name comes before those that it begins.
		slices.SortFunc(children, func(a, b child) int {
			return bytes.Compare(a.name[:len(a.name)-1], b.name[:len(b.name)-1])
		})
	}
	out = append(out, byte(n.Kind))
	for i, c := range children {
		if i > 0 {
			if isObject && bytes.Equal(c.name, children[i-1].name) {
				return nil, fmt.Errorf("the body names the member %q twice; expected each name once, as readers differ on which one counts", jsontext.Child(n.Pointer(), string(c.name[1:len(c.name)-1])))
			}
			out = append(out, ',')
		}
		if out = indent(out, depth+1); isObject {
			out = append(append(out, c.name...), ": "...)
		}
		var err error
		if out, err = appendValue(out, body, c.Node, depth+1); err != nil {
			return nil, err
		}
	}
	if len(children) > 0 {
		out = indent(out, depth)
	}
	return append(out, byte(n.Kind.End())), nil
}

func indent(out []byte, depth int) []byte {
	out = append(out, '\n')
	for range depth {
		out = append(out, "  "...)
	}
	return out
}

// canonicalText returns a string token with the necessary escapes only, the same one
// if it has no other.
func canonicalText(token []byte) []byte {
	// Only an escape reads another way, and the two line separators, which begin with this byte.
	if bytes.IndexByte(token, '\\') < 0 && bytes.IndexByte(token, 0xe2) < 0 {
		return token
	}
	out := []byte{'"'}
	for rest := token[1 : len(token)-1]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == '\\' {
			r, size = jsontext.DecodeEscape(rest)
		}
		out = appendRune(out, r)
		rest = rest[size:]
	}
	return append(out, '"')
}

// appendRune writes the escapes that JSON demands, and those for the two line
// separators, which some editors break lines at, and for half of a pair, which
// has no UTF-8.
func appendRune(out []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(out, '\\', byte(r))
	case r < ' ':
		if i := strings.IndexRune("\b\f\n\r\t", r); i >= 0 {
			return append(out, '\\', "bfnrt"[i])
		}
		return fmt.Appendf(out, `\u%04x`, r)
	case r == '\u2028' || r == '\u2029', utf16.IsSurrogate(r):
		return fmt.Appendf(out, `\u%04x`, r)
	}
	return utf8.AppendRune(out, r)
}
