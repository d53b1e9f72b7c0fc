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

// index finds the longest of many needles at a place, by one look-up for each
// length that a needle with that first byte has.
type index struct {
	exact, folded       map[string]needle
	exactLens, foldLens [256][]int
}

func (x *index) add(n needle) {
	if n.text == "" {
		return
	}
	if x.exact == nil {
		x.exact, x.folded = map[string]needle{}, map[string]needle{}
	}
	m, lens := x.exact, &x.exactLens
	if n.fold {
		n.text = lower(n.text)
		m, lens = x.folded, &x.foldLens
	}
	if old, taken := m[n.text]; taken && !old.guard {
		return
	}
	m[n.text] = n
	l := &lens[n.text[0]]
	at, found := slices.BinarySearchFunc(*l, len(n.text), func(a, b int) int { return b - a })
	if !found {
		*l = slices.Insert(*l, at, len(n.text))
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
	for _, l := range x.exactLens[s[i]] {
		if len(s)-i < l {
			continue
		}
		if n, found := x.exact[s[i:i+l]]; found && n.stands(s, i) {
			best, ok = n, true
			break
		}
	}
	for _, l := range x.foldLens[low[i]] {
		if len(s)-i < l || ok && l <= len(best.text) {
			continue
		}
		if n, found := x.folded[low[i:i+l]]; found && n.stands(s, i) {
			return n, true
		}
	}
	return best, ok
}

func (n *needle) stands(s string, i int) bool {
	return !n.whole || startsWord(s, i, n.joins) && endsWord(s, i+len(n.text), n.joins)
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
	value, replacement := n.text, n.replacement
	enter := func(form, text, with string) {
		if form == rawForm || text != value {
			n.form, n.text, n.replacement = form, text, with
			x.add(n)
		}
	}
	enter(rawForm, value, replacement)
	for _, escape := range percentEscapers {
		enter(percentForm, escape(value), escape(replacement))
		enter(percentForm, lowerEscapes(escape(value)), escape(replacement))
	}
	quoted := quoteJSON(value)
	enter(jsonForm, quoted[1:len(quoted)-1], replacement)
	enter(jsonForm, strings.ReplaceAll(value, "/", `\/`), strings.ReplaceAll(replacement, "/", `\/`))
	n.text, n.replacement = value, replacement
	x.addEncoded(n)
}

// addEncoded enters a value as hex and as base64. Both are searched for without
// regard to what stands around them: it may be encoded text as well.
func (x *index) addEncoded(n needle) {
	value, replacement := n.text, n.replacement
	n.whole = false
	n.form, n.fold, n.text, n.replacement = hexForm, true, hexLower(value), hexLower(replacement)
	x.add(n)
	n.form, n.fold = base64Form, false
	base64Forms(value, replacement, func(text, with string) {
		n.text, n.replacement = text, with
		x.add(n)
	})
}
