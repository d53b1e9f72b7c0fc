package cassette

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two bodies have one canonical form if they are equal as JSON, number for
// number by their digits, and otherwise if their bytes are equal.
func FuzzCanonicalBody(f *testing.F) {
	seeds := []string{
		``, `{}`, ` {} `, `{"a":1}`, `{ "a" : 1 }`, `{"a":1.0}`, `{"a":1e0}`, `{"a":9007199254740993}`, `{"a":9007199254740992}`,
		`{"a":1,"b":2}`, `{"b":2,"a":1}`, `{"a":1,"a":1}`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":1}}`, `[1,2]`, `[2,1]`, `[[],{}]`,
		`{"a":"\u0061"}`, `{"\u0061":"a"}`, `{"a":"\ud83d\ude00"}`, `{"a":"😀"}`, `{"a":"\ud800"}`, `{"a":"\udc00\ud800"}`, `{"a":"\ufffd"}`,
		"{\"a\":\"\ufffd\"}", "{\"a\":\"\xff\"}", `{"a":"\\ud800"}`, `{"a":"<>&\u2028"}`, `"a"`, ` "a"`, `1`, `1.0`, `-0`, `0`, `null`, `true`,
		"\ufeff{}", `{"a":1}{}`, `{"a":1,}`, `{"a"`, `a=b&c=d`, `[1,]`, `[1 2]`, strings.Repeat("[", 2000), strings.Repeat("[", 900) + strings.Repeat("]", 900),
		strings.Repeat("[", 1100) + strings.Repeat("]", 1100), strings.Repeat("[", 1100) + " " + strings.Repeat("]", 1100),
	}
	for i, a := range seeds {
		f.Add([]byte(a), []byte(seeds[(i+1)%len(seeds)]))
		f.Add([]byte(a), []byte(a))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := CanonicalBody(a), CanonicalBody(b)
		if (x == y) != sameBody(a, b) {
			t.Errorf("%q and %q: canonical forms %q and %q", a, b, x, y)
		}
		if CanonicalBody([]byte(x)) != x {
			t.Errorf("%q: the canonical form %q has another one", a, x)
		}
		if x != CanonicalBody(bytes.Clone(a)) {
			t.Errorf("%q is not equal to itself", a)
		}
	})
}

// sameBody says the same by another way: it compares decoded values.
func sameBody(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, ok := value(a)
	y, also := value(b)
	return ok && also && reflect.DeepEqual(x, y)
}

// value decodes a body that has one value and no two readings.
func value(body []byte) (v any, ok bool) {
	if !utf8.Valid(body) || !json.Valid(body) || depth(body) > maxDepth || doubled(body) || halved(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

func depth(body []byte) (deepest int) {
	for d, n := json.NewDecoder(bytes.NewReader(body)), 0; ; {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			n++
		case json.Delim('}'), json.Delim(']'):
			n--
		default:
			deepest = max(deepest, n)
		}
		// An empty container at the bottom counts as the level that it is on.
		deepest = max(deepest, n-1)
	}
}

// doubled reports whether an object holds a name twice: then it has fewer
// members than names.
func doubled(body []byte) bool {
	var raw any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&raw) != nil {
		return false
	}
	names := 0
	d = json.NewDecoder(bytes.NewReader(body))
	var inObject []bool
	key := false
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			inObject = append(inObject, token == json.Delim('{'))
		case json.Delim('}'), json.Delim(']'):
			inObject = inObject[:len(inObject)-1]
		default:
			if n := len(inObject); n > 0 && inObject[n-1] && key {
				names++
				key = false
				continue
			}
		}
		n := len(inObject)
		key = n > 0 && inObject[n-1]
	}
	return names != members(raw)
}

func members(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, m := range v {
			n += members(m)
		}
	case []any:
		for _, m := range v {
			n += members(m)
		}
	}
	return n
}

// halved reports whether decoding makes replacement characters that the text
// does not hold: of halves of surrogate pairs.
func halved(body []byte) bool {
	unescaped := bytes.ReplaceAll(body, []byte(`\\`), nil)
	written := bytes.Count(unescaped, []byte("\ufffd")) + bytes.Count(bytes.ToLower(unescaped), []byte(`\ufffd`))
	read := 0
	for d := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if err != nil {
			return read != written
		}
		if s, ok := token.(string); ok {
			read += strings.Count(s, "\ufffd")
		}
	}
}

func TestCanonicalBody_hostile(t *testing.T) {
	for name, body := range map[string]string{
		"open brackets":     strings.Repeat("[", 100_000),
		"open braces":       strings.Repeat(`{"a":`, 100_000),
		"nested":            strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"an enormous":       "[" + strings.Repeat("1,", 500_000) + "1]",
		"many members":      "{" + strings.Repeat(`"a":1,`, 200_000) + `"b":1}`,
		"a great number":    `{"a":1e3000000}`,
		"ends in an escape": `{"a":"\`,
		"a short escape":    `{"a":"\u00`,
	} {
		began := time.Now()
		assert.NotPanics(t, func() { CanonicalBody([]byte(body)) }, name)
		assert.Less(t, time.Since(began), 10*time.Second, name)
	}
}

// Two URLs have one canonical form if scheme, host, the decoded segments of the
// path and the multiset of the decoded query are equal.
func FuzzCanonicalURL(f *testing.F) {
	for _, pair := range [][2]string{
		{"https://a/b", "https://a/b?"}, {"https://a/b/c", "https://a/b%2Fc"}, {"https://a/b/c", "https://a/b%00c"},
		{"https://a/?b=c&d=e", "https://a/?d=e&b=c"}, {"https://a/?b=c&d=e", "https://a/?b=c%26d%3De"}, {"https://a/?b=c%01d%00e", "https://a/?b=c&d=e"},
		{"https://a/?a=1;b=2", "https://a/?a=1&b=2"}, {"https://A:443/", "https://a"}, {"http://a:80/", "http://a:81/"}, {"https://a/?x", "https://a/?x="},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		u, err := url.Parse(a)
		if err != nil {
			t.Skip("no URL")
		}
		v, err := url.Parse(b)
		if err != nil {
			t.Skip("no URL")
		}
		if u.Opaque != "" || v.Opaque != "" {
			t.Skip("no http URL")
		}
		if got := CanonicalURL(u) == CanonicalURL(v); got != sameURL(u, v) {
			t.Errorf("%q and %q: %t, canonical forms %q and %q", a, b, got, CanonicalURL(u), CanonicalURL(v))
		}
	})
}

func sameURL(u, v *url.URL) bool {
	if !strings.EqualFold(u.Scheme, v.Scheme) || plainHost(u) != plainHost(v) {
		return false
	}
	if !reflect.DeepEqual(decodedSegments(u), decodedSegments(v)) {
		return false
	}
	x, errX := url.ParseQuery(u.RawQuery)
	y, errY := url.ParseQuery(v.RawQuery)
	if errX != nil || errY != nil {
		return errX != nil && errY != nil && u.RawQuery == v.RawQuery
	}
	count := map[[2]string]int{}
	for k, values := range x {
		for _, value := range values {
			count[[2]string{k, value}]++
		}
	}
	for k, values := range y {
		for _, value := range values {
			count[[2]string{k, value}]--
		}
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func plainHost(u *url.URL) string {
	port := map[string]string{"https": ":443", "http": ":80"}[strings.ToLower(u.Scheme)]
	if port == "" {
		return strings.ToLower(u.Host)
	}
	return strings.TrimSuffix(strings.ToLower(u.Host), port)
}

func decodedSegments(u *url.URL) (decoded []string) {
	for segment := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), "/"), "/") {
		d, _ := url.PathUnescape(segment)
		decoded = append(decoded, d)
	}
	return decoded
}

func TestCanonicalBody_keepsDigits(t *testing.T) {
	require.Equal(t, `{"a":1.50,"b":[9007199254740993,-0,1E+2],"c":"é<"}`, CanonicalBody([]byte(" {\"c\":\"\\u00e9<\",\n\"b\":[9007199254740993, -0,1E+2],\"a\":1.50}")))
}
