package cassette

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

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
	if canonical, ok := CanonicalJSON(body); ok {
		return canonical
	}
	return string(body)
}

// CanonicalJSON returns the canonical form of a body that can be compared as a
// JSON value.
func CanonicalJSON(body []byte) (string, bool) {
	if len(body) == 0 || !utf8.Valid(body) || !json.Valid(body) || loneSurrogate(body) {
		return "", false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	out, ok := appendCanonical(make([]byte, 0, len(body)), decoder, 0)
	return string(out), ok
}

// loneSurrogate reports whether valid JSON has an escaped half of a surrogate
// pair, which every decoder reads as the same replacement character.
func loneSurrogate(body []byte) bool {
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		if i++; body[i] != 'u' {
			continue
		}
		r := escaped(body[i+1:])
		i += 4
		if !utf16.IsSurrogate(r) {
			continue
		}
		if next := body[i+1:]; len(next) < 6 || next[0] != '\\' || next[1] != 'u' || utf16.DecodeRune(r, escaped(next[2:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped reads the four hexadecimal digits of an escape.
func escaped(digits []byte) rune {
	n, err := strconv.ParseUint(string(digits[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}

func appendCanonical(out []byte, d *json.Decoder, depth int) ([]byte, bool) {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil, false
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return appendObject(out, d, depth)
		}
		out = append(out, '[')
		for first := true; d.More(); first = false {
			if !first {
				out = append(out, ',')
			}
			var ok bool
			if out, ok = appendCanonical(out, d, depth+1); !ok {
				return nil, false
			}
		}
		_, err := d.Token()
		return append(out, ']'), err == nil
	case string:
		return appendString(out, v), true
	case json.Number:
		return append(out, v...), true
	case bool:
		if v {
			return append(out, "true"...), true
		}
		return append(out, "false"...), true
	default:
		return append(out, "null"...), true
	}
}

func appendObject(out []byte, d *json.Decoder, depth int) ([]byte, bool) {
	type member struct {
		name  string
		value []byte
	}
	var members []member
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, false
		}
		value, ok := appendCanonical(nil, d, depth+1)
		if !ok {
			return nil, false
		}
		members = append(members, member{name, value})
	}
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			if members[i-1].name == m.name {
				return nil, false
			}
			out = append(out, ',')
		}
		out = appendString(out, m.name)
		out = append(out, ':')
		out = append(out, m.value...)
	}
	return append(out, '}'), true
}

func appendString(out []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string never fails
	return append(out, quoted...)
}

// CanonicalURL returns the form in which two URLs are compared: scheme, host
// without a default port, the path by decoded segments and the query by
// decoded names, the values of one name in their order, each part escaped anew in one way. "a%2Fb" so stays apart
// from "a/b". A query that does not decode counts as it is written.
func CanonicalURL(u *url.URL) string {
	var b strings.Builder
	scheme := strings.ToLower(u.Scheme)
	host := strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	b.WriteString(scheme + "://" + host + u.Opaque)
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

// RequestKey is the class of a request: two requests with equal keys match.
func RequestKey(method string, u *url.URL, accept string, body []byte) string {
	return Key(method, CanonicalURL(u), accept, CanonicalBody(body))
}

// Key is the class of a request whose parts are in canonical form. accept is the
// media type asked for, where the vendor tells answers apart by it.
func Key(method, canonicalURL, accept, canonicalBody string) string {
	return method + "\n" + canonicalURL + "\n" + accept + "\n" + canonicalBody
}
