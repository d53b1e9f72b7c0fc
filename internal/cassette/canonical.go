package cassette

import (
	"bytes"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// maxDepth bounds the nesting of bodies that are compared as JSON; deeper ones
// are compared by their bytes.
const maxDepth = 1000

// CanonicalBody returns the form in which two request bodies are compared: JSON
// with sorted members, no white space, one way to escape and every number by its
// digits (1 and 1.0 differ, as they differ to a strict decoder); anything else
// by its bytes. What cannot be compared as a value without merging different
// bodies (doubled members, broken UTF-8, lone surrogates) counts by its bytes as
// well, so that no comparison fails open. No canonical form is the bytes of a
// body that counts by its bytes.
func CanonicalBody(body []byte) string {
	root, ok := canonical(body)
	return write(body, root, ok)
}

// CanonicalTree is CanonicalBody for those who have the tree of the body, which it sorts.
func CanonicalTree(body []byte, root *jsontext.Node) string {
	return write(body, root, isValue(body, root))
}

func write(body []byte, root *jsontext.Node, ok bool) string {
	if !ok {
		return string(body)
	}
	return string(root.Append(make([]byte, 0, len(body))))
}

// ParseCanonical returns the tree of a body in canonical form. ok is false for
// one that counts by its bytes: its tree could merge doubled members.
func ParseCanonical(body string) (root *jsontext.Node, ok bool) {
	root, ok = canonical([]byte(body))
	return root, ok && string(root.Append(make([]byte, 0, len(body)))) == body
}

// canonical returns the sorted tree of a body that can be compared as a JSON value.
func canonical(body []byte) (root *jsontext.Node, ok bool) {
	if !utf8.Valid(body) {
		return nil, false
	}
	root, err := jsontext.Parse(body, jsontext.Bounds{Depth: maxDepth})
	return root, err == nil && isValue(body, root)
}

// isValue sorts a tree, and reports whether the body can be compared as a JSON value.
func isValue(body []byte, root *jsontext.Node) bool {
	root.Sort()
	return !loneSurrogate(body) && distinct(root)
}

// distinct reports whether no object of a sorted tree has a name twice.
func distinct(n *jsontext.Node) bool {
	for i, child := range n.Children {
		if n.Kind == jsontext.BeginObject && i > 0 && n.Children[i-1].Name == child.Name || !distinct(child) {
			return false
		}
	}
	return true
}

// loneSurrogate reports whether valid JSON has an escaped half of a surrogate
// pair, which every decoder reads as the same replacement character.
func loneSurrogate(body []byte) bool {
	for {
		i := bytes.IndexByte(body, '\\')
		if i < 0 {
			return false
		}
		r, size := jsontext.DecodeEscape(body[i:])
		if utf16.IsSurrogate(r) {
			return true
		}
		body = body[i+size:]
	}
}

// CanonicalURL returns the form in which two URLs are compared: scheme, host
// without a default port, the path by decoded segments and the query by
// decoded names, the values of one name in their order, each part escaped anew in one way. "a%2Fb" so stays apart
// from "a/b". A query that does not decode counts as it is written.
func CanonicalURL(u *url.URL) string {
	var b strings.Builder
	b.WriteString(provider.Origin(u.Scheme, u.Host) + u.Opaque)
	for _, segment := range provider.Segments(u.EscapedPath()) {
		b.WriteByte('/')
		if decoded, err := url.PathUnescape(segment); err == nil {
			b.WriteString(url.QueryEscape(decoded))
		} else {
			b.WriteString(segment)
		}
	}
	b.WriteByte('?')
	if u.RawQuery != "" {
		b.WriteString(canonicalQuery(u.RawQuery))
	}
	return b.String()
}

func canonicalQuery(raw string) string {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "\x00" + raw // no escaped query holds this byte
	}
	pairs := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] { // a list, such as sort=a&sort=b
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(v))
		}
	}
	return strings.Join(pairs, "&")
}

// Class is a class of requests: those of one class match.
type Class struct {
	Method string
	URL    string // canonical
	Accept string // the media type asked for, where the vendor tells answers apart by it
	Body   string // canonical
}

// ClassOf returns the class of a request.
func ClassOf(method string, u *url.URL, accept string, body []byte) Class {
	return Class{method, CanonicalURL(u), accept, CanonicalBody(body)}
}
