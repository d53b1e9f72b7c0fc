package vcr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// withheldMark stands where a value was.
const withheldMark = "(withheld)"

// tellingName is the name of a member or query key that holds a credential.
var tellingName = pattern.New(`(?i)secret|token|passw(?:or)?d|pwd|api[-_]?key|credential|signature|authorization|jwt|(?:^|[-_.])(?:key|sig|sid|auth|code)$`)

// withheld are the values of a request that no text shown to others may hold.
type withheld []string

// withhold collects the credentials of a request: from its headers, and from
// its query and body what the contract calls a secret or a name tells to be one.
func withhold(def *provider.Definition, req *http.Request, body []byte) withheld {
	var w withheld
	for name, values := range req.Header {
		if name == "Cookie" || tellingName.MatchString(name) {
			for _, v := range values {
				w.add(strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(" ,;=", r) })...)
			}
		}
	}
	class := contract.RequestClasses(def, contract.Request{Method: method(req), URL: req.URL, Header: req.Header, Body: body})
	secret := func(pointer, name string) bool {
		kind := class(pointer).Kind
		return kind == provider.Secret || kind == provider.Key || tellingName.MatchString(name)
	}
	for pair := range strings.SplitSeq(req.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if secret("?"+name, name) {
			w.add(value)
			if plain, err := url.QueryUnescape(value); err == nil {
				w.add(plain)
			}
		}
	}
	var root any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&root) == nil {
		w.members("", "", root, secret)
	}
	// A value may hold another one; the longer goes first.
	slices.SortFunc(w, func(a, b string) int { return len(b) - len(a) })
	return w
}

// members collects the strings of secret members, those inside them included.
func (w *withheld) members(pointer, name string, value any, secret func(pointer, name string) bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			under := key
			if secret(pointer, name) {
				under = name
			}
			w.members(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key), under, inner, secret)
		}
	case []any:
		for i, inner := range v {
			w.members(pointer+"/"+itoa(i), name, inner, secret)
		}
	case string:
		if secret(pointer, name) {
			w.add(v)
		}
	case json.Number:
		if secret(pointer, name) {
			w.add(v.String())
		}
	}
}

// add keeps what is worth hiding: the schemes of credentials, words of a few
// letters and this module's own placeholders are no secret, and hiding them
// would garble every text.
func (w *withheld) add(values ...string) {
	for _, v := range values {
		if len(v) > 3 && v != provider.Token && v != provider.WrongToken && v != "Bearer" && v != "Basic" && !slices.Contains(*w, v) {
			*w = append(*w, v)
		}
	}
}

// from returns the text without the values, in the spellings in which a message
// may quote them, also where the message cuts a value off.
func (w withheld) from(text string) string {
	for _, v := range w {
		quoted, _ := json.Marshal(v)
		goQuoted := fmt.Sprintf("%q", v)
		for _, form := range []string{v, string(quoted[1 : len(quoted)-1]), goQuoted[1 : len(goQuoted)-1], url.QueryEscape(v), url.PathEscape(v)} {
			text = strings.ReplaceAll(text, form, withheldMark)
			for n := len(form) - 1; n > 3 && strings.Contains(text, "…"); n-- {
				text = strings.ReplaceAll(text, form[:n]+"…", withheldMark+"…")
				text = strings.ReplaceAll(text, form[:n]+`"…`, withheldMark+`"…`)
			}
		}
	}
	return text
}
