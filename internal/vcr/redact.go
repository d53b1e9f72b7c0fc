package vcr

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// secrecy says which members and query keys of a request hold a credential: what
// the contract calls a secret, or a name tells to be one. Messages are rendered
// through it.
type secrecy func(pointer, name string) bool

func secrecyOf(def *provider.Definition, req *http.Request, body []byte) secrecy {
	class := contract.RequestClasses(def, contract.Request{Method: method(req), URL: req.URL, Header: req.Header, Body: body})
	return func(pointer, name string) bool {
		kind := class(pointer).Kind
		return kind == provider.Secret || kind == provider.Key || tellingName.MatchString(name)
	}
}

// url is a URL as messages show it: without who asks, and without its fragment,
// which is never sent.
func (s secrecy) url(u *url.URL) string {
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.RawQuery = s.query(u.RawQuery)
	return shown.String()
}

// query is a query, or a form of the same make, as messages show it.
func (s secrecy) query(raw string) string {
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		switch {
		case !ok:
		case err == nil && varying(plain) != "":
			pairs[i] = name + "=" + varying(plain)
		case !public(value) && s.pair(name):
			pairs[i] = name + "=" + withheldMark
		}
	}
	return strings.Join(pairs, "&")
}

// pair reports whether a query key, as it was sent, holds a credential.
func (s secrecy) pair(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return s("?"+name, name)
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
			if text := varying(v); text != "" {
				mark(from, to, text)
			} else if !public(v) && s(pointer, name) {
				mark(from, to, withheldMark)
			}
		case json.Number:
			if s(pointer, name) {
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
			shown[i] = s.value(pointer+"/"+itoa(i), name, inner)
		}
		return shown
	case string:
		if text := varying(v); text != "" {
			return text
		}
		if !public(v) && s(pointer, name) {
			return withheldMark
		}
	case json.Number:
		if s(pointer, name) {
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

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
