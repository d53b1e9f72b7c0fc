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
	spelled     spelled
}

// spelled says in which spellings a needle is searched for.
type spelled byte

const (
	asItStands spelled = iota
	percentToo
	inEveryForm
	encodedOnly // as hex and as base64, without regard to what stands around them: it may be encoded text as well
)

// index finds the longest of many needles at a place, by one look-up for each
// length that a needle with that first byte has. It keeps hashes of what it looks
// for and no texts: each value has a dozen spellings, and their texts would be
// most of a recording's memory. They are entered when the index is next asked: many
// recordings hold no text that has to be searched.
type index struct {
	needles             []*needle
	exact, folded       map[uint64]entry // by the hash of the text, or the next that is free
	exactLens, foldLens [256][]int
	later               []needle // to be entered
}

// entry is one of the needles in one of the spellings.
type entry uint64

func newEntry(needle, spelling int) entry { return entry(needle<<8 | spelling) }

func (x *index) of(e entry) (n *needle, spelling int) { return x.needles[e>>8], int(e & 0xff) }

var seed = maphash.MakeSeed()

// look returns what stands for a text in one of the maps, and the text's place.
func (x *index) look(m map[uint64]entry, text string) (n *needle, spelling int, place uint64) {
	for place = maphash.String(seed, text); ; place++ {
		e, ok := m[place]
		if !ok {
			return nil, 0, place
		}
		n, spelling = x.of(e)
		if read := spellings[spelling].write(n.text); read == text || n.folds(spelling) && lower(read) == text {
			return n, spelling, place
		}
	}
}

// folds says whether case is nothing: base64 tells upper from lower case, and hex never does.
func (n *needle) folds(spelling int) bool { return n.fold && spelling < encoded || spelling == encoded }

func (x *index) add(n needle) { x.later = append(x.later, n) }

// enterLater enters what was added since it was last called.
func (x *index) enterLater() {
	for i := range x.later {
		n := &x.later[i]
		x.needles = append(x.needles, n)
		if n.spelled != encodedOnly {
			x.enter(0, n.text)
		}
		for i := 1; n.spelled == percentToo && i == 1 || n.spelled == inEveryForm && i < encoded; i++ {
			if text := spellings[i].write(n.text); text != n.text {
				x.enter(i, text)
			}
		}
		if n.spelled >= inEveryForm {
			x.enterEncoded(n.text)
		}
	}
	x.later = nil
}

// enter enters a text that is a spelling of the last needle.
func (x *index) enter(spelling int, text string) {
	if text == "" {
		return
	}
	if x.exact == nil {
		x.exact, x.folded = map[uint64]entry{}, map[uint64]entry{}
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
	m[place] = newEntry(len(x.needles)-1, spelling)
	l := &lens[text[0]]
	at, found := slices.BinarySearchFunc(*l, len(text), func(a, b int) int { return b - a })
	if !found {
		*l = slices.Insert(*l, at, len(text))
	}
}

// match returns the longest needle that stands at i, as it is spelled there. low
// is s in lower case.
func (x *index) match(s, low string, i int) (best needle, ok bool) {
	x.enterLater()
	best, ok = x.longest(x.exact, x.exactLens[s[i]], s, s, i, 0)
	if fold, longer := x.longest(x.folded, x.foldLens[low[i]], s, low, i, len(best.text)); longer {
		return fold, true
	}
	return best, ok
}

// longest returns the longest needle in one of the maps that is longer than min.
func (x *index) longest(m map[uint64]entry, lens []int, s, text string, i, min int) (needle, bool) {
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
	n.text, n.form = text, spellings[spelling].form
	if spelling > 0 {
		n.replacement = spellings[spelling].with(n.replacement)
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
