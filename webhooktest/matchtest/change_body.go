package matchtest

import (
	"encoding/base64"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// eachPlace adds the changes of the values of a JSON body; there are none of another body.
func eachPlace(r recordedRequest, add adder, changes func(p place, put func(what, body string))) {
	if !r.said.ok() {
		return
	}
	for _, p := range r.said.places() {
		where := "the body"
		if p.pointer != "" {
			where = p.pointer + " of the body"
		}
		changes(p, func(what, body string) {
			add("with "+what+" at "+where, func(c *changedRequest) { c.body = body })
		})
	}
}

func otherValues(_ *provider.Definition, r recordedRequest, add adder) {
	eachPlace(r, add, func(p place, put func(string, string)) {
		var others []string
		switch v := p.value; v.kind {
		case '"':
			if _, made := placeholder.IsSent(v.text); !made {
				others = []string{v.text + "x", v.text + " ", swapCase(v.text), ""}
			}
		case '0':
			digits := strings.TrimPrefix(v.text, "-")
			sign := v.text[:len(v.text)-len(digits)]
			last := digits[len(digits)-1]
			others = []string{
				sign + "1" + digits,
				sign + digits[:len(digits)-1] + string('0'+(last-'0'+1)%10),
				strings.TrimPrefix("-"+v.text, "--"),
			}
			if digits[0] == '0' {
				others[0] = sign + "1" + digits[1:] // no digit may follow a leading zero
			}
		case 't', 'f':
			others = []string{map[byte]string{'t': "false", 'f': "true"}[v.kind]}
		}
		for _, other := range others {
			if other != p.value.text {
				put("another value", p.with(value{kind: kindOf(p.value.kind, other), text: other}).write(spelling{}))
			}
		}
	})
}

// kindOf keeps a kind, but that of a literal, which its text decides.
func kindOf(kind byte, text string) byte {
	if kind == 't' || kind == 'f' {
		return text[0]
	}
	return kind
}

func otherTypes(_ *provider.Definition, r recordedRequest, add adder) {
	eachPlace(r, add, func(p place, put func(string, string)) {
		v := p.value
		others := []value{{kind: '[', items: []value{v}}, {kind: '{', names: []string{"x"}, items: []value{v}}}
		if v.kind != 'n' {
			others = append(others, value{kind: 'n', text: "null"})
		}
		switch v.kind {
		case '0', 't', 'f', 'n':
			others = append(others, value{kind: '"', text: v.text})
		case '"':
			others = append(others, value{kind: '0', text: "7"}, value{kind: 't', text: "true"})
			if inner := parseValue(v.text); inner.ok() {
				others = append(others, inner) // "7" and 7
			}
		case '[':
			others = append(others, value{kind: '{'})
		case '{':
			others = append(others, value{kind: '['})
		}
		for _, other := range others {
			put("a value of another type", p.with(other).write(spelling{}))
		}
	})
}

func otherDigits(_ *provider.Definition, r recordedRequest, add adder) {
	eachPlace(r, add, func(p place, put func(string, string)) {
		if p.value.kind != '0' {
			return
		}
		text := p.value.text
		others := []string{text + ".0", text + "e0", text + "E+0"}
		if i := strings.IndexAny(text, "eE"); i >= 0 {
			others = []string{text[:i] + swapCase(text[i:i+1]) + text[i+1:]}
		} else if strings.Contains(text, ".") {
			others = []string{text + "0", text + "e0"}
		}
		for _, other := range others {
			put("other digits", p.with(value{kind: '0', text: other}).write(spelling{}))
		}
	})
}

func otherMembers(_ *provider.Definition, r recordedRequest, add adder) {
	eachPlace(r, add, func(p place, put func(string, string)) {
		if p.value.kind != '{' {
			return
		}
		with := func(what string, names []string, items []value) {
			put(what, p.with(value{kind: '{', names: names, items: items}).write(spelling{}))
		}
		names, items := p.value.names, p.value.items
		null := value{kind: 'n', text: "null"}
		with("a further member", append(slices.Clone(names), "added by the check"), append(slices.Clone(items), null))
		for i, name := range names {
			with("a member less", slices.Delete(slices.Clone(names), i, i+1), slices.Delete(slices.Clone(items), i, i+1))
			with("a member twice", append(slices.Clone(names), name), append(slices.Clone(items), items[i]))
			for _, other := range []string{name + "x", swapCase(name)} {
				if !slices.Contains(names, other) {
					with("a member renamed", replaced(names, i, other), items)
				}
			}
		}
	})
}

func otherEntries(_ *provider.Definition, r recordedRequest, add adder) {
	eachPlace(r, add, func(p place, put func(string, string)) {
		if p.value.kind != '[' {
			return
		}
		with := func(what string, items []value) { put(what, p.with(value{kind: '[', items: items}).write(spelling{})) }
		items := p.value.items
		with("a further entry", append(slices.Clone(items), value{kind: 'n', text: "null"}))
		for i := range items {
			with("an entry less", slices.Delete(slices.Clone(items), i, i+1))
			if i > 0 {
				swapped := slices.Clone(items)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				with("its entries in another order", swapped)
			}
		}
	})
}

func otherSpelling(_ *provider.Definition, r recordedRequest, add adder) {
	if !r.said.ok() {
		return
	}
	for _, s := range []struct {
		what string
		spelling
	}{
		{"with the body's members in another order", spelling{reversed: true}},
		{"with white space in the body", spelling{spaced: true}},
		{"with every character of the body's strings escaped", spelling{escaped: true}},
		{"with the body spelled in another way throughout", spelling{true, true, true}},
	} {
		add(s.what, func(c *changedRequest) { c.body = r.said.write(s.spelling) })
	}
}

// otherMadeUp changes what the caller once sent and made up itself, wherever the
// body has it: a value of the same form serves as well. What the URL has too is
// left alone.
func otherMadeUp(_ *provider.Definition, r recordedRequest, add adder) {
	var seen []string
	for _, p := range r.said.madeUp() {
		old := p.value.text
		if slices.Contains(seen, old) || strings.Contains(r.url.String(), old) {
			continue
		}
		seen = append(seen, old)
		other := ofTheSameForm(old)
		add("with another value at "+p.pointer+" of the body", func(c *changedRequest) {
			c.body, c.made = r.said.throughout(old, other).write(spelling{}), [2]string{old, other}
		})
	}
}

// otherForms changes what the caller made up into what its placeholder does not
// stand for: a value of another form, or two values where there was one.
func otherForms(_ *provider.Definition, r recordedRequest, add adder) {
	places := r.said.madeUp()
	for _, p := range places {
		put := func(what, text string) {
			add("with "+what+" at "+p.pointer+" of the body", func(c *changedRequest) { c.body = p.with(value{kind: '"', text: text}).write(spelling{}) })
		}
		for _, other := range []string{"", "of no form", "c2hvcnQ=", "/another", "https://example.org/another"} {
			if !mayStandFor(p.value.text, other) {
				put("a value of another form", other)
			}
		}
		same := func(q place) bool { return q.value.text == p.value.text && q.pointer != p.pointer }
		if slices.ContainsFunc(places, same) {
			put("another value than elsewhere", ofTheSameForm(p.value.text))
		}
	}
}

// madeUp are the places of the body that hold what the caller made up.
func (v value) madeUp() []place {
	if !v.ok() {
		return nil
	}
	return slices.DeleteFunc(v.places(), func(p place) bool {
		_, made := placeholder.IsSent(p.value.text)
		return p.value.kind != '"' || !made
	})
}

// ofTheSameForm is another value that serves in the place of a made-up one.
func ofTheSameForm(word string) string {
	switch kind, _ := placeholder.IsSent(word); {
	case kind == provider.Secret:
		return base64.StdEncoding.EncodeToString([]byte("another secret"))
	case kind == provider.Mail:
		return "somebody@example.org"
	case kind == provider.URL && strings.HasPrefix(word, "/"):
		return "/another"
	case kind == provider.URL && strings.Contains(word, "://"):
		return "https://example.org/another"
	}
	return "another " + word
}
