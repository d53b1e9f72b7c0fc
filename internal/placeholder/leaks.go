package placeholder

import (
	"cmp"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Leak is a place where a real value stands. It names the placeholder that
// should stand there, never the value.
type Leak struct {
	Kind        provider.Kind
	Placeholder string
	// Form is the spelling: raw, percent-encoded, JSON-escaped, HTML-escaped, hex or base64.
	Form string
	// Offset is the place of the value in the data, in bytes.
	Offset int
}

// Known says whether the whole value may stand on a tape in a sensitive place: it
// is a placeholder of this table, one of what the caller sent, a bound one, made up,
// empty, a fixed date or a known sentence of the vendor, or a link of the
// vendor's API made of nothing else.
func (t *Table) Known(value string) bool { return t.Placeholder(value) || t.knownLink(value) }

// Placeholder is Known without the links of the vendor's API.
func (t *Table) Placeholder(value string) bool {
	if c := t.composed(value); c != nil {
		return c.known(value)
	}
	if value == "" || value == fixedDate || value == fixedDateTime || t.sent.holds(value) || t.madeUp(value) || t.issued(value) || slices.Contains(t.def.Sentences, value) {
		return true
	}
	return t.guids.known(value) || dashlessGUIDs{t.guids}.known(value)
}

func (t *Table) knownLink(value string) bool {
	rest, ok := t.base.mock.cut(value)
	if !ok {
		rest = value
	} else if rest == "" || rest == "/" {
		return true
	}
	return strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") && t.knownReference(rest)
}

// Leaks returns the places where real values of the table stand in the data, in
// any spelling: as they are, percent-encoded, JSON- or HTML-escaped, in hex, and
// in base64 wherever they begin. GUIDs are found in any case and without dashes,
// composed ids by their parts. The result is sorted by place; data without real values
// gives none.
func (t *Table) Leaks(data []byte) []Leak {
	seen := map[Leak]bool{}
	places := map[int]bool{}
	var leaks []Leak
	for _, l := range layers(string(data)) {
		t.scan(l.text, func(i int, leak Leak) {
			leak.Offset = l.offset(i)
			if l.form != rawForm {
				leak.Form = l.form
			}
			// One value in several readings of the data is one leak.
			if key := (Leak{Placeholder: leak.Placeholder, Offset: leak.Offset}); !seen[key] && !(l.form != rawForm && places[leak.Offset]) {
				seen[key], places[leak.Offset] = true, true
				leaks = append(leaks, leak)
			}
		})
	}
	slices.SortStableFunc(leaks, func(a, b Leak) int { return cmp.Or(a.Offset-b.Offset, strings.Compare(a.Placeholder, b.Placeholder)) })
	return leaks
}

func (t *Table) scan(s string, found func(i int, l Leak)) {
	low := lower(s)
	for i := 0; i < len(s); {
		if n, ok := t.match(&t.hidden, s, low, i); ok {
			if !n.guard {
				found(i, Leak{Kind: n.kind, Placeholder: n.placeholder, Form: n.form})
			}
			i += len(n.text)
			continue
		}
		end, ok := t.idAt(s, i, func(g grammar, id string) bool {
			p, leak := g.leak(id)
			if leak {
				found(i, Leak{Kind: provider.ID, Placeholder: p, Form: idWriting(id)})
			}
			_, composed := g.(*composed) // its parts are known or words
			return leak || composed
		})
		if guid, within := guidAt(s, i); within && !ok { // a leak is one inside a word, too
			if p, leak := t.guids.leak(guid); leak {
				found(i, Leak{Kind: provider.ID, Placeholder: p, Form: rawForm})
				end = i + guidLength
			}
		}
		i = max(end, i+1)
	}
}

func idWriting(text string) string {
	if strings.Contains(text, "%") {
		return percentForm
	}
	return rawForm
}

// Escaped says whether a value stands in the data that the table knows by now: one
// that passed before it got its placeholder.
func (t *Table) Escaped(data []byte) (placeholder string, ok bool) {
	if leaks := t.Leaks(data); len(leaks) > 0 {
		return leaks[0].Placeholder, true
	}
	return "", false
}
