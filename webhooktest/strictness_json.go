package webhooktest

import (
	"encoding/base64"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/alias"
	"example.com/webhookvcr/internal/provider"
)

// eachPlace collects the changes of the values of a JSON body; there are none
// of another body.
func eachPlace(r recordedRequest, changes func(p place, put func(what, body string))) (all []variant) {
	if !r.said.ok {
		return nil
	}
	for _, p := range r.said.places() {
		where := "the body"
		if p.pointer != "" {
			where = p.pointer + " of the body"
		}
		changes(p, func(what, body string) {
			all = append(all, r.variant("with "+what+" at "+where, func(c *changedRequest) { c.body = body }))
		})
	}
	return all
}

func otherValues(_ *provider.Definition, r recordedRequest) []variant {
	return eachPlace(r, func(p place, put func(string, string)) {
		var others []string
		switch v := p.value; v.kind {
		case '"':
			if _, made := alias.IsSent(v.text); !made {
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

func otherTypes(_ *provider.Definition, r recordedRequest) []variant {
	return eachPlace(r, func(p place, put func(string, string)) {
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
			if inner, ok := parseValue(v.text); ok {
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

func otherDigits(_ *provider.Definition, r recordedRequest) []variant {
	return eachPlace(r, func(p place, put func(string, string)) {
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

func otherMembers(_ *provider.Definition, r recordedRequest) []variant {
	return eachPlace(r, func(p place, put func(string, string)) {
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

func otherEntries(_ *provider.Definition, r recordedRequest) []variant {
	return eachPlace(r, func(p place, put func(string, string)) {
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

func otherSpelling(_ *provider.Definition, r recordedRequest) (all []variant) {
	if !r.said.ok {
		return nil
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
		body := r.said.write(s.spelling)
		all = append(all, r.variant(s.what, func(c *changedRequest) { c.body = body }))
	}
	return all
}

// otherMadeUp changes what the caller once sent and made up itself: a value of
// the same form serves as well. One that stands twice must stay the same twice.
func otherMadeUp(_ *provider.Definition, r recordedRequest) []variant {
	var echoes [][2]string
	all := eachPlace(r, func(p place, put func(string, string)) {
		kind, made := alias.IsSent(p.value.text)
		if p.value.kind != '"' || !made || strings.Count(r.body+r.url.String(), p.value.text) > 1 {
			return
		}
		other := "another " + p.value.text
		switch kind {
		case provider.Secret:
			other = base64.StdEncoding.EncodeToString([]byte("another secret"))
		case provider.Mail:
			other = "somebody@example.org"
		case provider.URL:
			other = "/another"
			if !strings.HasPrefix(p.value.text, "/") {
				other = "https://example.org/another"
			}
		}
		echoes = append(echoes, [2]string{p.value.text, other})
		put("another value", p.with(value{kind: '"', text: other}).write(spelling{}))
	})
	for i := range all {
		all[i].made = echoes[i]
	}
	return all
}
