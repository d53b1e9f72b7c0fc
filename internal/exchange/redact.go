package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// Redactor says what of a request messages withhold; they are rendered through it.
type Redactor struct {
	// Named says whether a member or a query key holds a credential: what the
	// contract calls a secret, or a name tells to be one.
	Named func(pointer, name string) bool
	// credentials are those that the request itself carries: code may put them
	// where they do not belong.
	credentials []string
}

// NewRedactor returns what messages withhold of a request.
func NewRedactor(def *provider.Definition, req contract.Request) Redactor {
	class := contract.RequestClasses(def, req)
	s := Redactor{Named: func(pointer, name string) bool {
		kind := class(pointer).Kind
		return kind == provider.Secret || kind == provider.Key || secret.Tells(name)
	}}
	carried := strings.Fields(strings.Join(req.Header.Values("Authorization"), " "))
	for _, cookie := range (&http.Request{Header: req.Header}).Cookies() {
		carried = append(carried, cookie.Value)
	}
	for _, v := range carried {
		if len(v) >= minCredential && !public(v) {
			s.credentials = append(s.credentials, v)
		}
	}
	return s
}

// minCredential is the shortest credential that is looked for in other places:
// a shorter one is there by chance.
const minCredential = 8

// withholds says what stands in a message for a text at some place; empty when
// the text itself may.
func (r Redactor) withholds(pointer, name, text string) string {
	if public(text) {
		return ""
	}
	if v := varying(text); v != "" {
		return v
	}
	if r.Named(pointer, name) || r.carries(text) {
		return WithheldMark
	}
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		if shown := r.URL(u); u.User != nil || strings.Contains(shown, WithheldMark) {
			return shown
		}
	}
	return ""
}

func (r Redactor) carries(text string) bool {
	return slices.ContainsFunc(r.credentials, func(v string) bool { return strings.Contains(text, v) })
}

// URL is a URL as messages show it: without who asks, and without its fragment,
// which is never sent.
func (r Redactor) URL(u *url.URL) string {
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.RawQuery = r.Query(u.RawQuery)
	if !r.carries(u.Path) {
		return shown.String()
	}
	shown.Path, shown.RawPath = "", ""
	query := ""
	if shown.RawQuery != "" {
		query, shown.RawQuery = "?"+shown.RawQuery, ""
	}
	return shown.String() + r.Path(u) + query
}

// Path is the escaped path of a URL as messages show it.
func (r Redactor) Path(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, raw := range segments {
		if v, err := url.PathUnescape(raw); err == nil && r.carries(v) {
			segments[i] = WithheldMark
		}
	}
	return strings.Join(segments, "/")
}

// Query is a query, or a form of the same make, as messages show it.
func (r Redactor) Query(raw string) string {
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		key, err := url.QueryUnescape(name)
		if err != nil {
			key = name
		}
		if shown := r.withholds("?"+key, key, plain); shown != "" {
			pairs[i] = name + "=" + shown
		}
	}
	return strings.Join(pairs, "&")
}

// SecretKey reports whether a query key, as it was sent, holds a credential.
func (r Redactor) SecretKey(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return r.Named("?"+name, name)
}

// Body is a body as messages show it. Where it is no JSON, it is shown up to the
// first name that tells of a credential.
func (r Redactor) Body(body []byte) []byte {
	if IsForm(body) {
		return []byte(r.Query(string(body)))
	}
	var shown []byte
	at := 0
	mark := func(from, to int, text string) {
		shown = append(append(append(shown, body[at:from]...), '"'), text+`"`...)
		at = to
	}
	end, inside := cassette.Walk(body, func(pointer, name string, token json.Token, from, to int) {
		switch v := token.(type) {
		case string:
			if shown := r.withholds(pointer, name, v); shown != "" {
				mark(from, to, shown)
			}
		case json.Number:
			if r.Named(pointer, name) {
				mark(from, to, WithheldMark)
			}
		}
	})
	rest := body[end:]
	switch told := secret.Told(string(rest)); {
	case len(bytes.TrimSpace(rest)) == 0:
	case secret.Tells(inside):
		mark(end, len(body), WithheldMark)
	case told >= 0:
		mark(end+told, len(body), WithheldMark)
	}
	return append(shown, body[at:]...)
}

// Hide makes a JSON value, with the values inside it, what messages show of it.
func (r Redactor) Hide(pointer, name string, n *jsontext.Node) {
	switch n.Kind {
	case jsontext.BeginObject:
		for _, member := range n.Children {
			r.Hide(jsontext.Child(pointer, member.Name), cassette.Within(name, member.Name), member)
		}
	case jsontext.BeginArray:
		for i, item := range n.Children {
			r.Hide(pointer+"/"+strconv.Itoa(i), name, item)
		}
	case jsontext.String:
		n.Text = r.Text(pointer, name, n.Text)
	case jsontext.Number:
		if r.Named(pointer, name) {
			n.Kind, n.Text = jsontext.String, WithheldMark
		}
	}
}

// Text is a text as messages show it.
func (r Redactor) Text(pointer, name, text string) string {
	if shown := r.withholds(pointer, name, text); shown != "" {
		return shown
	}
	return text
}

// MaxQuoted bounds the part of a body that a message quotes.
const MaxQuoted = 400

// MaxRead bounds the bodies that messages look into, to quote or to compare them:
// a longer one is named by its size.
const MaxRead = 64 << 10

// Request is a request as messages show it.
func (r Redactor) Request(req contract.Request) string {
	line := req.Method + " " + r.URL(req.URL)
	if body := req.Body; len(body) > 0 {
		if len(body) > MaxRead {
			return fmt.Sprintf("%s (a body of %d bytes; messages show none of more than %d)", line, len(body), MaxRead)
		}
		var compact bytes.Buffer
		if json.Compact(&compact, body) == nil {
			body = compact.Bytes()
		}
		size := len(body)
		if body = r.Body(body); len(body) > MaxQuoted {
			return fmt.Sprintf("%s %q… (%d bytes)", line, body[:MaxQuoted], size)
		}
		line += " " + printable(string(body))
	}
	return line
}

// Clip is a text as messages quote it: not more of it than they have room for, and
// what cannot be seen as escapes.
func Clip(s string) string {
	if len(s) > MaxQuoted {
		return fmt.Sprintf("%q… (%d bytes)", s[:MaxQuoted], len(s))
	}
	return printable(jsontext.Visible(s))
}

// Quoted is a name in quotes, and the beginning of one that is too long for a message.
func Quoted(name string) string {
	if len(name) > MaxQuoted {
		return Clip(name)
	}
	return fmt.Sprintf("%q", name)
}

// printable keeps JSON as it is and quotes what would break a line.
func printable(s string) string {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return fmt.Sprintf("%q", s)
		}
	}
	return s
}

// public reports whether a value is one of this module's own placeholders.
func public(v string) bool { return v == "" || v == provider.Token || v == provider.WrongToken }

// IsForm reports whether a body looks like the pairs of a form.
func IsForm(body []byte) bool {
	return len(body) > 0 && !bytes.ContainsAny(body[:1], "{[\" \t\r\n") && bytes.IndexByte(body, '=') > 0
}

// Describe names a request in messages, without a credential in its URL.
func Describe(def *provider.Definition, req *http.Request) string {
	return Method(req) + " " + NewRedactor(def, Asked(req, nil)).URL(req.URL)
}

// Method is the request's method; none means GET, as in net/http.
func Method(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}

// varying is what messages show for a placeholder of what varies: what fits
// there. It is empty for any other value.
func varying(value string) string {
	kind, ok := placeholder.IsSent(value)
	switch {
	case !ok:
		return ""
	case kind == provider.Secret:
		return "(varies: base64 of 8 to 32 bytes)"
	case kind == provider.URL && strings.HasPrefix(value, "https://"):
		return "(varies: an absolute URL)"
	case kind == provider.URL && strings.HasPrefix(value, "/"):
		return "(varies: a relative URL)"
	case kind == provider.Mail:
		return "(varies: a mail address)"
	}
	return "(varies: any text)"
}

// WithheldMark stands where a value was.
const WithheldMark = "(withheld)"
