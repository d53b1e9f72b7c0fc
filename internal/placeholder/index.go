package placeholder

import (
	"hash/maphash"
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
// length that a needle with that first byte has. It keeps hashes of what it looks
// for and no texts: each value has a dozen spellings, and their texts would be
// most of a recording's memory.
type index struct {
	needles             []*needle
	exact, folded       map[uint64]spelled // by the hash of the text, or the next that is free
	exactLens, foldLens [256][]int
	// later are needles that match enters: the placeholders of the last answers of
	// a recording are never searched for.
	later []needle
}

// spelled is one of the needles in one of the spellings.
type spelled uint64

func newSpelled(needle, spelling int) spelled { return spelled(needle<<8 | spelling) }

func (x *index) of(s spelled) (n *needle, spelling int) { return x.needles[s>>8], int(s & 0xff) }

var seed = maphash.MakeSeed()

// look returns what stands for a text in one of the maps, and the text's place.
func (x *index) look(m map[uint64]spelled, text string) (n *needle, spelling int, place uint64) {
	for place = maphash.String(seed, text); ; place++ {
		s, ok := m[place]
		if !ok {
			return nil, 0, place
		}
		n, spelling = x.of(s)
		if read := spellings[spelling].write(n.text); read == text || n.folds(spelling) && lower(read) == text {
			return n, spelling, place
		}
	}
}

// folds says whether case is nothing: base64 tells upper from lower case, and hex
// never does.
func (n *needle) folds(spelling int) bool { return n.fold && spelling < encoded || spelling == encoded }

func (x *index) add(n needle) {
	x.needles = append(x.needles, &n)
	x.enter(0, n.text)
}

// enter enters a text that is a spelling of the last needle.
func (x *index) enter(spelling int, text string) {
	if text == "" {
		return
	}
	if x.exact == nil {
		x.exact, x.folded = map[uint64]spelled{}, map[uint64]spelled{}
	}
	m, lens := x.exact, &x.exactLens
	if x.needles[len(x.needles)-1].folds(spelling) {
		text = lower(text)
		m, lens = x.folded, &x.foldLens
	}
	old, _, place := x.look(m, text)
	if old != nil && !old.guard {
		return
	}
	m[place] = newSpelled(len(x.needles)-1, spelling)
	l := &lens[text[0]]
	at, found := slices.BinarySearchFunc(*l, len(text), func(a, b int) int { return b - a })
	if !found {
		*l = slices.Insert(*l, at, len(text))
	}
}

func (x *index) size() int { return len(x.exact) + len(x.folded) }

// match returns the longest needle that stands at i, as it is spelled there. low
// is s in lower case.
func (x *index) match(s, low string, i int) (best needle, ok bool) {
	for _, n := range x.later {
		x.addForms(n)
	}
	x.later = nil
	best, ok = x.longest(x.exact, x.exactLens[s[i]], s, s, i, 0)
	if fold, longer := x.longest(x.folded, x.foldLens[low[i]], s, low, i, len(best.text)); longer {
		return fold, true
	}
	return best, ok
}

// longest returns the longest needle in one of the maps that is longer than min.
func (x *index) longest(m map[uint64]spelled, lens []int, s, text string, i, min int) (needle, bool) {
	for _, l := range lens {
		if l <= min {
			break
		}
		if len(s)-i < l {
			continue
		}
		if n, spelling, _ := x.look(m, text[i:i+l]); n != nil && n.stands(s, i, l, spelling) {
			return n.found(text[i:i+l], spelling), true
		}
	}
	return needle{}, false
}

func (n *needle) stands(s string, i, length, spelling int) bool {
	return !n.whole || spelling >= encoded || startsWord(s, i, n.joins) && endsWord(s, i+length, n.joins)
}

// found returns the needle as it was found.
func (n needle) found(text string, spelling int) needle {
	n.text = text
	if spelling > 0 {
		n.form, n.replacement = spellings[spelling].form, spellings[spelling].with(n.replacement)
	}
	return n
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

// addLater is addForms when the index is next asked.
func (x *index) addLater(n needle) { x.later = append(x.later, n) }

// addForms enters a value in the spellings that it may have inside a text.
func (x *index) addForms(n needle) {
	n.form = rawForm
	x.add(n)
	for i := 1; i < encoded; i++ {
		if text := spellings[i].write(n.text); text != n.text {
			x.enter(i, text)
		}
	}
	x.enterEncoded(n.text)
}

// addEncoded enters a value as hex and as base64 only. Both are searched for
// without regard to what stands around them: it may be encoded text as well.
func (x *index) addEncoded(n needle) {
	x.needles = append(x.needles, &n)
	x.enterEncoded(n.text)
}

func (x *index) enterEncoded(value string) {
	for i := encoded; i < urlAlphabet; i++ {
		text := spellings[i].write(value)
		switch {
		case i == encoded:
		case len(text) < minCore && !(i == bare && len(value) >= minCore/2):
			continue
		case strings.ContainsAny(text, "+/"):
			x.enter(i-encoded-1+urlAlphabet, toURLAlphabet.Replace(text))
		}
		x.enter(i, text)
	}
}
