package vcr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
	secret := secrecyOf(def, req, body)
	w.pairs(req.URL.RawQuery, secret)
	if isForm(body) {
		w.pairs(string(body), secret)
	}
	w.members(body, secret)
	return w
}

// pairs collects the values of a query or a form, as text and as it was sent.
func (w *withheld) pairs(raw string, secret secrecy) {
	for pair := range strings.SplitSeq(raw, "&") {
		if name, value, _ := strings.Cut(pair, "="); secret.pair(name) {
			w.add(value)
			if plain, err := url.QueryUnescape(value); err == nil {
				w.add(plain)
			}
		}
	}
}

// frame is an object or array that a walk through a body is in.
type frame struct {
	pointer string
	// name is that of the nearest member around.
	name  string
	array bool
	// next counts the elements of an array; key is the member of an object that
	// awaits its value.
	next int
	key  string
	open bool // a key has been read
}

// maxPointer bounds the depth to which members have a pointer; no contract goes
// deeper.
const maxPointer = 16

// members collects the values of secret members, those inside them included, as
// text and as the sender spelt it.
func (w *withheld) members(body []byte, secret secrecy) {
	walk(body, func(pointer, name string, token json.Token, from, to int) {
		switch v := token.(type) {
		case string:
			if secret.named(pointer, name) {
				w.add(v, strings.Trim(string(body[from:to]), `"`))
			}
		case json.Number:
			if secret.named(pointer, name) {
				w.add(v.String())
			}
		}
	})
}

// walk goes through the values of a body token by token: one that is no JSON is
// read as far as it is. It returns how far that was, and the name of the member
// that it was in.
func walk(body []byte, visit func(pointer, name string, token json.Token, from, to int)) (end int, inside string) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var stack []frame
	for {
		before := int(decoder.InputOffset())
		token, err := decoder.Token()
		if err != nil {
			if len(stack) > 0 {
				f := &stack[len(stack)-1]
				if inside = f.name; f.open {
					_, inside = f.at(len(stack))
				}
			}
			return before, inside
		}
		if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
			stack = stack[:len(stack)-1]
			continue
		}
		pointer, name := "", ""
		if len(stack) > 0 {
			f := &stack[len(stack)-1]
			if key, ok := token.(string); ok && !f.array && !f.open {
				f.key, f.open = key, true
				continue
			}
			pointer, name = f.at(len(stack))
		}
		if d, ok := token.(json.Delim); ok {
			stack = append(stack, frame{pointer: pointer, name: name, array: d == '['})
			continue
		}
		to := int(decoder.InputOffset())
		visit(pointer, name, token, to-len(bytes.TrimLeft(body[before:to], " \t\r\n:,")), to)
	}
}

// at moves to the next value and returns its pointer and name. What stands in a
// secret member is secret, whatever it is called itself.
func (f *frame) at(depth int) (pointer, name string) {
	step := f.key
	if f.array {
		step = strconv.Itoa(f.next)
		f.next++
	}
	f.open = false
	name = f.name
	if !f.array && !tellingName.MatchString(name) {
		name = f.key
	}
	if depth <= maxPointer {
		pointer = f.pointer + "/" + escapePointer(step)
	}
	return pointer, name
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
	// A value may hold another one; the longer goes first.
	longest := slices.SortedFunc(slices.Values(w), func(a, b string) int { return len(b) - len(a) })
	for _, v := range longest {
		for _, form := range spellings(v) {
			text = strings.ReplaceAll(text, form, withheldMark)
			for n := min(len(form)-1, maxQuoted); n > 3 && strings.Contains(text, "…"); n-- {
				text = strings.ReplaceAll(text, form[:n]+"…", withheldMark+"…")
				text = strings.ReplaceAll(text, form[:n]+`"…`, withheldMark+`"…`)
			}
		}
	}
	return text
}

// spellings are the forms of a value: as it is, in JSON and in Go, in JSON that
// Go quotes, and in a URL.
func spellings(v string) []string {
	inJSON, _ := json.Marshal(v)
	bare := string(inJSON[1 : len(inJSON)-1])
	return []string{v, bare, inGo(v), inGo(bare), url.QueryEscape(v), url.PathEscape(v)}
}

func inGo(v string) string {
	quoted := fmt.Sprintf("%q", v)
	return quoted[1 : len(quoted)-1]
}
