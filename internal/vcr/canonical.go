package vcr

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/provider"
)

// maxDepth bounds the nesting of bodies that are compared as JSON; deeper ones
// are compared by their bytes.
const maxDepth = 1000

// canonicalBody returns the form in which two request bodies are compared: JSON
// objects and arrays with sorted members, no white space and every number by
// its digits (1 and 1.0 differ, as they differ to a strict decoder); anything
// else by its bytes. What cannot be compared as a value without merging
// different bodies (doubled members, broken UTF-8, lone surrogates) counts by
// its bytes as well, so that no comparison fails open.
func canonicalBody(body []byte) string {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 || (trimmed[0] != '{' && trimmed[0] != '[') || !utf8.Valid(body) {
		return string(body)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	out := make([]byte, 0, len(body))
	out, ok := appendCanonical(out, decoder, 0)
	if !ok || decoder.More() {
		return string(body)
	}
	if _, err := decoder.Token(); err == nil {
		return string(body)
	}
	return string(out)
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
		if strings.ContainsRune(v, utf8.RuneError) {
			return nil, false
		}
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
		if err != nil || !ok || strings.ContainsRune(name, utf8.RuneError) {
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

// canonicalURL returns the form in which two URLs are compared: scheme, host
// without a default port, the path by decoded segments and the query as a
// decoded multiset. A query that does not decode counts as it is written.
func canonicalURL(u *url.URL) string {
	var b strings.Builder
	scheme := strings.ToLower(u.Scheme)
	host := strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	b.WriteString(scheme + "://" + host)
	for _, segment := range provider.Segments(u.EscapedPath()) {
		// A NUL keeps "a%2Fb" apart from "a/b".
		b.WriteByte(0)
		if decoded, err := url.PathUnescape(segment); err == nil {
			b.WriteString(decoded)
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
		return "\x01" + raw
	}
	pairs := make([]string, 0, len(values))
	for k, list := range values {
		for _, v := range list {
			pairs = append(pairs, k+"\x00"+v)
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "\x01")
}
