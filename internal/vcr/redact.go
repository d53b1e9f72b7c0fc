package vcr

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// secrecy says what of a request messages withhold; they are rendered through it.
type secrecy struct {
	// named says whether a member or a query key holds a credential: what the
	// contract calls a secret, or a name tells to be one.
	named func(pointer, name string) bool
	// credentials are those that the request itself carries: code may put them
	// where they do not belong.
	credentials []string
}

func secrecyOf(def *provider.Definition, req *http.Request, body []byte) secrecy {
	class := contract.RequestClasses(def, contract.Request{Method: Method(req), URL: req.URL, Header: req.Header, Body: body})
	s := secrecy{named: func(pointer, name string) bool {
		kind := class(pointer).Kind
		return kind == provider.Secret || kind == provider.Key || tellingName.MatchString(name)
	}}
	carried := strings.Fields(strings.Join(req.Header.Values("Authorization"), " "))
	for _, cookie := range req.Cookies() {
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
func (s secrecy) withholds(pointer, name, text string) string {
	if public(text) {
		return ""
	}
	if v := varying(text); v != "" {
		return v
	}
	if s.named(pointer, name) || s.carries(text) {
		return withheldMark
	}
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		if shown := s.url(u); u.User != nil || strings.Contains(shown, withheldMark) {
			return shown
		}
	}
	return ""
}

func (s secrecy) carries(text string) bool {
	return slices.ContainsFunc(s.credentials, func(v string) bool { return strings.Contains(text, v) })
}

// url is a URL as messages show it: without who asks, and without its fragment,
// which is never sent.
func (s secrecy) url(u *url.URL) string {
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.RawQuery = s.query(u.RawQuery)
	if !s.carries(u.Path) {
		return shown.String()
	}
	shown.Path, shown.RawPath = "", ""
	query := ""
	if shown.RawQuery != "" {
		query, shown.RawQuery = "?"+shown.RawQuery, ""
	}
	return shown.String() + s.path(u) + query
}

// path is the escaped path of a URL as messages show it.
func (s secrecy) path(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, raw := range segments {
		if v, err := url.PathUnescape(raw); err == nil && s.carries(v) {
			segments[i] = withheldMark
		}
	}
	return strings.Join(segments, "/")
}

// query is a query, or a form of the same make, as messages show it.
func (s secrecy) query(raw string) string {
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
		if shown := s.withholds("?"+key, key, plain); shown != "" {
			pairs[i] = name + "=" + shown
		}
	}
	return strings.Join(pairs, "&")
}

// pair reports whether a query key, as it was sent, holds a credential.
func (s secrecy) pair(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return s.named("?"+name, name)
}

// body is a body as messages show it. Where it is no JSON, it is shown up to the
// first name that tells of a credential.
func (s secrecy) body(body []byte) []byte {
	if isForm(body) {
		return []byte(s.query(string(body)))
	}
	var shown []byte
	at := 0
	mark := func(from, to int, text string) {
		shown = append(append(append(shown, body[at:from]...), '"'), text+`"`...)
		at = to
	}
	end, inside := walk(body, func(pointer, name string, token json.Token, from, to int) {
		switch v := token.(type) {
		case string:
			if shown := s.withholds(pointer, name, v); shown != "" {
				mark(from, to, shown)
			}
		case json.Number:
			if s.named(pointer, name) {
				mark(from, to, withheldMark)
			}
		}
	})
	rest := body[end:]
	switch name := tellingName.FindString(string(rest)); {
	case len(bytes.TrimSpace(rest)) == 0:
	case tellingName.MatchString(inside):
		mark(end, len(body), withheldMark)
	case name != "":
		mark(end+bytes.Index(rest, []byte(name))+len(name), len(body), withheldMark)
	}
	return append(shown, body[at:]...)
}

// value is a JSON value as messages show it, with the values inside it.
func (s secrecy) value(pointer, name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		shown := make(map[string]any, len(v))
		for key, inner := range v {
			within := key
			if tellingName.MatchString(name) {
				within = name
			}
			shown[key] = s.value(pointer+"/"+escapePointer(key), within, inner)
		}
		return shown
	case []any:
		shown := make([]any, len(v))
		for i, inner := range v {
			shown[i] = s.value(pointer+"/"+strconv.Itoa(i), name, inner)
		}
		return shown
	case string:
		if shown := s.withholds(pointer, name, v); shown != "" {
			return shown
		}
	case json.Number:
		if s.named(pointer, name) {
			return withheldMark
		}
	}
	return v
}

// public reports whether a value is one of this module's own placeholders.
func public(v string) bool { return v == "" || v == provider.Token || v == provider.WrongToken }

// isForm reports whether a body looks like the pairs of a form.
func isForm(body []byte) bool {
	return len(body) > 0 && !bytes.ContainsAny(body[:1], "{[\" \t\r\n") && bytes.IndexByte(body, '=') > 0
}

// Describe names a request in messages, without a credential in its URL.
func Describe(def *provider.Definition, req *http.Request) string {
	return Method(req) + " " + secrecyOf(def, req, nil).url(req.URL)
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

// withheldMark stands where a value was.
const withheldMark = "(withheld)"
