package placeholder

import (
	"strconv"
	"strings"
)

// grammar is a form of ids by which they are found in any text, with the pairs of one recording.
type grammar interface {
	// end returns where the id that stands alone at i ends; i when none does.
	end(s string, i int) int
	// placeholder returns what stands for an id on the tape: itself if it is a
	// placeholder or made up. Without learn, a GUID of which nothing is known stays.
	// ok is false when the text may as well be something else.
	placeholder(id string, learn bool) (p string, ok bool)
	// real returns what an id stands for, or the id; ok is as above.
	real(id string) (real string, ok bool)
	// known says whether an id may stand on a tape.
	known(id string) bool
	// leak returns what should stand in the place of an id that is real in part at least.
	leak(id string) (placeholder string, ok bool)
	// names says whether an id names what a placeholder of this grammar does.
	names(id, placeholder string) bool
	// reserve keeps a new id that looks like a placeholder from becoming one for
	// something else: it stands for itself.
	reserve(id string)
}

// idAt returns the id that stands alone at i, and its grammar, if f accepts both;
// of two grammars that read one, the first that is accepted has it.
func (t *Table) idAt(s string, i int, f func(g grammar, id string) bool) (end int, ok bool) {
	if !t.begins[s[i]] && (len(s)-i < dashlessLength || !isHex(s[i])) {
		return i, false // neither a GUID nor a composed id
	}
	for _, g := range t.grammars {
		if end := g.end(s, i); end > i && f(g, s[i:end]) {
			return end, true
		}
	}
	return i, false
}

// form returns the grammar of a text that is by its form an id and nothing else;
// nil for any other.
func (t *Table) form(s string) grammar {
	if c := t.composed(s); c != nil {
		return c
	}
	if isGUID(s) {
		return t.guids
	}
	return nil
}

// composed returns the grammar of a text that is a composed id and nothing else.
func (t *Table) composed(s string) *composed {
	for _, c := range t.ids {
		if _, ok := c.whole(s); ok {
			return c
		}
	}
	return nil
}

// pairs are real values and what stands for them, each found by the other.
type pairs struct{ placeholders, reals map[string]string }

func newPairs() pairs { return pairs{map[string]string{}, map[string]string{}} }

func (p pairs) enter(real, placeholder string) {
	p.placeholders[real], p.reals[placeholder] = placeholder, real
}

func (p pairs) taken(placeholder string) bool { _, ok := p.reals[placeholder]; return ok }

// clash says which half of a new pair belongs to another one; it is empty when neither does.
func (p pairs) clash(real, placeholder string) string {
	if old, ok := p.placeholders[real]; ok && old != placeholder {
		return realTaken
	}
	if other, ok := p.reals[placeholder]; ok && other != real {
		return placeholderTaken
	}
	return ""
}

const (
	realTaken        = "the real value already has another placeholder; enter seeds before the first answer, and each value once"
	placeholderTaken = "the placeholder already stands for another value; enter each placeholder once"
)

// counter holds the last number given out, by what is counted.
type counter map[string]int

// next returns the first name behind the last one that is free.
func (c counter) next(of string, name func(n int) string, free func(name string) bool) string {
	for {
		c[of]++
		if p := name(c[of]); free(p) {
			return p
		}
	}
}

// isNumbered says whether an id has the form of one of the first numbered ones.
func isNumbered(id, prefix string, name func(n int) string) bool {
	digits, ok := strings.CutPrefix(id, prefix)
	if !ok {
		return false
	}
	n, err := strconv.Atoi(digits)
	return err == nil && n > 0 && n < reserved && name(n) == id
}

// rewrite reads a text from left to right and replaces what f finds: f returns
// the end of what begins at i, and what stands in its place, or i.
func rewrite(s string, f func(i int) (end int, text string)) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		end, text := f(i)
		if end == i {
			i++
			continue
		}
		b.WriteString(s[done:i])
		b.WriteString(text)
		i, done = end, end
	}
	return b.String() + s[done:]
}
