package alias

import (
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// needle is a text to search for, and what stands for it.
type needle struct {
	text        string
	replacement string
	kind        provider.Kind
	placeholder string
	form        string
	fold        bool   // compare ASCII letters without regard to case
	whole       bool   // only where no word runs on at either side
	joins       string // bytes that join words, besides letters and digits
	guard       bool   // a placeholder: it is stepped over, and replaces nothing
}

// spelled is a needle as it reads in one of the spellings. An index holds a dozen
// of them for each value, so each is small: what stands in their place is spelled
// when one is found.
type spelled struct {
	*needle
	spelling uint8
}

func (n spelled) whole() bool { return n.needle.whole && n.spelling < encoded }

func (n spelled) stands(s string, i, length int) bool {
	return !n.whole() || startsWord(s, i, n.joins) && endsWord(s, i+length, n.joins)
}

// found returns the needle as it was found.
func (n spelled) found(text string) needle {
	as := *n.needle
	as.text = text
	if n.spelling > 0 {
		as.form, as.replacement = spellings[n.spelling].form, spellings[n.spelling].with(as.replacement)
	}
	return as
}

// index finds the longest of many needles at a place, by one look-up for each
// length that a needle with that first byte has.
type index struct {
	exact, folded       map[string]spelled
	exactLens, foldLens [256][]int
}

func (x *index) add(n needle) { x.enter(n.text, spelled{&n, 0}) }

func (x *index) enter(text string, n spelled) {
	if text == "" {
		return
	}
	if x.exact == nil {
		x.exact, x.folded = map[string]spelled{}, map[string]spelled{}
	}
	m, lens := x.exact, &x.exactLens
	// Base64 tells upper from lower case, and hex never does.
	if n.fold && n.spelling < encoded || n.spelling == encoded {
		text = lower(text)
		m, lens = x.folded, &x.foldLens
	}
	if old, taken := m[text]; taken && !old.guard {
		return
	}
	m[text] = n
	l := &lens[text[0]]
	at, found := slices.BinarySearchFunc(*l, len(text), func(a, b int) int { return b - a })
	if !found {
		*l = slices.Insert(*l, at, len(text))
	}
}

// clone returns a copy that can grow without changing x.
func (x *index) clone() *index {
	c := &index{exact: maps.Clone(x.exact), folded: maps.Clone(x.folded), exactLens: x.exactLens, foldLens: x.foldLens}
	for i := range c.exactLens {
		c.exactLens[i], c.foldLens[i] = slices.Clone(x.exactLens[i]), slices.Clone(x.foldLens[i])
	}
	return c
}

func (x *index) size() int { return len(x.exact) + len(x.folded) }

// match returns the longest needle that stands at i. low is s in lower case.
func (x *index) match(s, low string, i int) (best needle, ok bool) {
	longest := 0
	for _, l := range x.exactLens[s[i]] {
		if len(s)-i < l {
			continue
		}
		if n, found := x.exact[s[i:i+l]]; found && n.stands(s, i, l) {
			best, longest = n.found(s[i:i+l]), l
			break
		}
	}
	for _, l := range x.foldLens[low[i]] {
		if l <= longest {
			break
		}
		if len(s)-i < l {
			continue
		}
		if n, found := x.folded[low[i:i+l]]; found && n.stands(s, i, l) {
			return n.found(low[i : i+l]), true
		}
	}
	return best, longest > 0
}

// lower lowers ASCII letters only, so that every byte keeps its place.
func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// addForms enters a value in the spellings that it may have inside a text.
func (x *index) addForms(n needle) {
	n.form = rawForm
	x.enter(n.text, spelled{&n, 0})
	for i := uint8(1); i < encoded; i++ {
		if text := spellings[i].write(n.text); text != n.text {
			x.enter(text, spelled{&n, i})
		}
	}
	x.addEncoded(n)
}

// addEncoded enters a value as hex and as base64. Both are searched for without
// regard to what stands around them: it may be encoded text as well.
func (x *index) addEncoded(n needle) {
	for i := uint8(encoded); i < urlAlphabet; i++ {
		text := spellings[i].write(n.text)
		switch {
		case i == encoded:
		case len(text) < minCore && !(i == bare && len(n.text) >= minCore/2):
			continue
		case strings.ContainsAny(text, "+/"):
			x.enter(toURLAlphabet.Replace(text), spelled{&n, i - encoded - 1 + urlAlphabet})
		}
		x.enter(text, spelled{&n, i})
	}
}
