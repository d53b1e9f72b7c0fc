package placeholder

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// unknownID says what to do about an id that a recording cannot know.
func (t *Table) unknownID() string {
	text := "holds an id that is neither a known placeholder nor made up"
	if advice := t.spell("Seed", ""); advice != "" {
		text += "; " + advice
	}
	return text
}

// ToTapeJSON turns the body of a caller's request into what the tape holds.
// What may stand in a cassette stays as it was sent: known placeholders, made-up
// ids, lower-case words, URLs below reserved hosts, what the user keeps. What the
// user declares to vary becomes a placeholder of what was sent. Anything else is
// refused: the error names each pointer, and never quotes a value. A body that
// is not JSON passes only if it consists of words and known ids, because nothing
// can be told about the rest.
func (t *Table) ToTapeJSON(body []byte, class Classifier) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	doc, err := parseJSON(body)
	if errors.Is(err, errNotJSON) {
		if !t.harmless(string(body)) {
			return nil, errors.New("the request body is not JSON and holds more than words and known ids, so that it cannot be recorded; send JSON")
		}
		return body, nil
	}
	if err != nil {
		return nil, err
	}
	var problems []error
	class = once(doc, class)
	refused := "\x00" // the last name that was refused: what is below would show it
	for n := range doc.all() {
		pointer := n.pointer
		if strings.HasPrefix(pointer, refused+"/") {
			continue
		}
		c := class(pointer)
		if n.named() {
			if !c.Kept && !(c.Documented && t.isWord(n.Name)) && !snakeName.MatchString(n.Name) && !camelName.MatchString(n.Name) && !t.Known(n.Name) {
				problems = append(problems, problem(parentOf(pointer), "has a member whose name is no program word; send a documented one"))
				refused = pointer
				continue
			}
			t.Open(n.Name)
			if !c.Documented && !c.Kept && secret.Tells(n.Name) && n.Kind == jsontext.String {
				c.Kind = provider.Key
			}
		}
		if n.Kind == jsontext.Number && !c.Kept && !(c.Keep && shortNumber(n.Text)) && numberFor(n.Text) != n.Text {
			problems = append(problems, problem(pointer, "holds a number that is not documented there, or is too long for a count; a recording cannot tell it from a tenant's, so name the member in %s if it may stay", t.spell("Keep", "")))
		}
		if n.Kind != jsontext.String {
			continue
		}
		v, err := t.toTapeValue(c, declarable(pointer), n.Text)
		if err != nil {
			problems = append(problems, problem(pointer, "%w", err))
		}
		n.replace(v)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return doc.render(), nil
}

// toTapeValue returns what the tape holds for a value that the caller sent: the
// value itself, which a replay compares, or where the user says that the member
// varies a placeholder. at is how the user names the member. The error says why
// the value cannot be recorded, and the way out.
func (t *Table) toTapeValue(c provider.Class, at, v string) (string, error) {
	stay := c.Keep || c.Kept
	t.invent(v)
	switch {
	case v == "":
		return v, nil
	case isSent(v) && !c.Kept:
		return v, errors.New(`holds a text that begins with "sent-", as the placeholders of what varies do; send another`)
	case t.Known(v):
		return v, nil
	case c.Varies && c.Kind != provider.ID:
		return t.toTapeVarying(c.Kind, v), nil
	case c.Kind == provider.ID && !stay:
		return v, fmt.Errorf("%s; if it names nothing of the tenant's, declare %s", t.unknownID(), t.spell("Keep", at))
	case (c.Kind == provider.Secret || c.Kind == provider.Key) && !stay:
		return v, fmt.Errorf("holds a secret, which no cassette may hold; declare %s, and a replay takes any secret there that fits", t.spell("Varies", at))
	case c.Kind == provider.Word || c.Kind == provider.Event || c.Kind == provider.Text || c.Kind == provider.Undocumented:
		stay = stay || lowerWord.MatchString(v) || t.isWord(v)
	}
	if !stay && (c.Kind == provider.URL || isAbsolute(v) || strings.HasPrefix(v, "/")) {
		if fault := t.openURL(v); fault != "" {
			return v, fmt.Errorf("%s; send a URL of words and short numbers below example.com, example.org, example.net, .example, .test, .invalid or a loopback address, or declare %s if it differs from run to run", fault, t.spell("Varies", at))
		}
		t.reserve(v)
		t.sentReal[kindText{provider.URL, t.toTenantValue(v)}] = v
		stay = true
	}
	if !stay {
		return v, fmt.Errorf("holds a text that is more than a lower-case word; send one, or declare %s to have it stored and compared as it is, or %s if it differs from run to run", t.spell("Keep", at), t.spell("Varies", at))
	}
	t.Open(v)
	t.said[v] = true
	return v, nil
}

// toTapeVarying returns the placeholder of a value that differs from run to run.
func (t *Table) toTapeVarying(kind provider.Kind, v string) string {
	if kind == "" {
		kind = provider.Undocumented
	}
	p := t.sent.ToTape(kind, v)
	if real := t.toTenantValue(v); t.sentReal[kindText{kind, real}] == "" {
		t.sentReal[kindText{kind, real}] = p
		if (kind == provider.Secret || kind == provider.Key || kind == provider.Mail) && t.distinctive(kind, real) {
			t.keep(value{pair: pair{kind, real, p}, inside: true})
			if kind == provider.Secret && isSecretForm(real) {
				t.keepDecoded(real, p)
			}
		}
	}
	return p
}

// declarable is a pointer as the user would declare it: one for every element of an array.
func declarable(pointer string) string {
	segments := strings.Split(pointer, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}

// harmless says whether a text that is not JSON holds nothing but lower-case
// words, words of the contract, and known or made-up ids.
func (t *Table) harmless(s string) bool {
	known := func(g grammar, id string) bool { return g != dashlessGUIDs{t.guids} && t.Known(id) }
	rest := rewrite(s, func(i int) (int, string) {
		end, _ := t.idAt(s, i, known)
		return end, " "
	})
	for _, word := range strings.FieldsFunc(rest, func(r rune) bool {
		return r < unicode.MaxASCII && r != '_' && !isAlnum(byte(r))
	}) {
		if !lowerWord.MatchString(word) && !t.word(word) {
			return false
		}
	}
	return true
}

// ToTapeURL is ToTapeJSON for a URL: the variables of a documented path must be known
// or made-up ids, and so must composed ids and GUIDs in any path; class gets the values
// of the query under the pointer "?name". Everything else stays as it is.
func (t *Table) ToTapeURL(u *url.URL, class Classifier) (*url.URL, error) {
	var problems []error
	path, ok := cutPath(u.EscapedPath(), t.base.mock.path)
	if !ok {
		path = u.EscapedPath()
	}
	template := t.def.Template(path)
	for i, raw := range provider.Segments(path) {
		r := t.role(template, i)
		v, err := url.PathUnescape(raw)
		t.invent(raw)
		t.invent(v)
		switch {
		case err != nil:
			problems = append(problems, problem("path", "segment %d is not well escaped", i+1))
		case r == event:
			if !t.knownEvent(v) && !lowerWord.MatchString(v) {
				problems = append(problems, problem("path variable "+t.eventVar, "holds no event id that a recording may keep; send a lower-case word"))
			}
			t.Open(v)
		case r == variable:
			if !t.Known(raw) && !t.Known(v) {
				problems = append(problems, problem("path variable "+strings.Trim(template[i], "{}"), "%s", t.unknownID()))
			}
		case r == loose && v != "" && !t.issued(path) && !t.literals[v] && !pathWord.MatchString(v) && !t.Known(raw) && !t.Known(v):
			if t.composed(raw) != nil || isGUID(v) {
				problems = append(problems, problem("path", "%s", t.unknownID()))
			} else {
				problems = append(problems, problem("path", "segment %d is neither the API's own, nor a placeholder, nor one word of lower-case letters", i+1))
			}
		}
	}
	out := *u
	fields := strings.Split(u.RawQuery, "&")
	for i, field := range fields {
		name, raw, _ := strings.Cut(field, "=")
		key, err := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(raw)
		if err != nil || err2 != nil {
			problems = append(problems, problem("query", "field %d is not well escaped", i+1))
			continue
		}
		c := class("?" + key)
		switch {
		case key == "" && v == "":
			continue
		case !c.Documented && !c.Kept && !snakeName.MatchString(key) && !camelName.MatchString(key):
			problems = append(problems, problem("query", "field %d has a name that is no program word", i+1))
			continue
		case !c.Documented && !c.Kept && secret.Tells(key):
			c.Kind = provider.Key
		}
		t.Open(key)
		p, err := t.toTapeValue(c, "?"+key, v)
		if err != nil {
			problems = append(problems, problem("query parameter "+key, "%w", err))
		}
		if p != v {
			fields[i] = name + "=" + url.QueryEscape(p)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	out.RawQuery = strings.Join(fields, "&")
	return &out, nil
}
