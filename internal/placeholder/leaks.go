package placeholder

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Leak is a place where a real value stands. It names the placeholder that
// should stand there, never the value.
type Leak struct {
	Kind        provider.Kind
	Placeholder string
	// Form is the spelling: raw, percent-encoded, JSON-escaped, HTML-escaped, hex
	// or base64.
	Form string
	// Offset is the place of the value in the data, in bytes.
	Offset int
}

// Known says whether the whole value may stand on a tape in a sensitive place: it
// is a placeholder of this table, one of what the caller sent, a seed, made up,
// empty, a fixed date or a known sentence of the vendor, or a link of the
// vendor's API made of nothing else.
func (t *Table) Known(value string) bool {
	return t.Placeholder(value) || t.knownLink(value)
}

// Placeholder is Known without the links of the vendor's API.
func (t *Table) Placeholder(value string) bool {
	if d, ok := wholeDON(value); ok {
		return t.hiddenDON(value, d)
	}
	if value == "" || value == fixedDate || value == fixedDateTime || t.sent.holds(value) || t.madeUp(value) || t.issued(value) || slices.Contains(t.def.Sentences, value) {
		return true
	}
	if isGUID(value) {
		return lower(value) == nilGUID || t.hiddenGUID(lower(value))
	}
	if len(value) == dashlessLength {
		if _, _, ok := t.knownDashless(value, 0, t.guidsR); ok {
			return true
		}
	}
	return false
}

func (t *Table) knownLink(value string) bool {
	rest, ok := t.base.cutMock(value)
	if !ok {
		rest = value
	} else if rest == "" || rest == "/" {
		return true
	}
	return strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") && t.knownReference(rest)
}

// knownReference says whether a path and its query hold fixed segments and known
// values only.
func (t *Table) knownReference(ref string) bool {
	if t.issued(ref) {
		return true
	}
	if strings.Contains(ref, "#") {
		return false
	}
	path, query, _ := strings.Cut(ref, "?")
	segments := provider.Segments(path)
	roles := t.roles(segments)
	for i, raw := range segments {
		free := roles != nil && (roles[i] == "{"+t.eventVar+"}" && t.knownEvent(raw) || !strings.HasPrefix(roles[i], "{"))
		if !free && !t.literals[raw] && !t.knownRaw(raw) {
			return false
		}
	}
	if query == "" {
		return true
	}
	_, ok := t.mapQuery(query, func(raw string) (string, bool) {
		_, hidden := t.hiddenQueryValue(raw)
		return raw, hidden
	})
	return ok
}

// knownRaw says whether a segment is an id that may stand on a tape.
func (t *Table) knownRaw(raw string) bool {
	if d, ok := wholeDON(raw); ok {
		return t.hiddenDON(raw, d)
	}
	v, ok := unescapePath(raw)
	return ok && (t.madeUp(v) || isGUID(v) && t.Known(v) || t.idPlaceholder(v))
}

// Leaks returns the places where real values of the table stand in the data, in
// any spelling: as they are, percent-encoded, JSON- or HTML-escaped, in hex, and
// in base64 wherever they begin. GUIDs are found in any case and without dashes,
// DONs by their parts. The result is sorted by place; data without real values
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
	slices.SortStableFunc(leaks, func(a, b Leak) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return strings.Compare(a.Placeholder, b.Placeholder)
	})
	return leaks
}

func (t *Table) scan(s string, found func(i int, l Leak)) {
	low := lower(s)
	for i := 0; i < len(s); {
		if n, ok := t.hidden.match(s, low, i); ok {
			if !n.guard {
				found(i, Leak{Kind: n.kind, Placeholder: n.placeholder, Form: n.form})
			}
			i += len(n.text)
			continue
		}
		if d, ok := donAt(s, i); ok {
			if p, leak := t.leakingDON(s, d); leak {
				found(i, Leak{Kind: provider.ID, Placeholder: p, Form: donForm(s[d.start:d.end])})
			}
			i = d.end
			continue
		}
		if guid, ok := looseGUID(s, i); ok {
			if p, known := t.guids[lower(guid)]; known && p != lower(guid) {
				found(i, Leak{Kind: provider.ID, Placeholder: p, Form: rawForm})
				i += guidLength
				continue
			}
		}
		if digits, guid, ok := dashlessAt(s, i); ok {
			if p, known := t.guids[lower(guid)]; known && p != lower(guid) {
				found(i, Leak{Kind: provider.ID, Placeholder: p, Form: rawForm})
				i += len(digits)
				continue
			}
		}
		i++
	}
}

// looseGUID is guidAt wherever the GUID stands, even inside a word: a leak is
// one anywhere.
func looseGUID(s string, i int) (string, bool) {
	if len(s)-i < guidLength || s[i+8] != '-' || !isGUID(s[i:i+guidLength]) {
		return "", false
	}
	return s[i : i+guidLength], true
}

func donForm(text string) string {
	if strings.Contains(text, "%") {
		return percentForm
	}
	return rawForm
}

// leakingDON says whether a DON has a real part, and what should stand there.
func (t *Table) leakingDON(s string, d don) (string, bool) {
	real := func(key string) bool {
		p, known := t.parts[key]
		return known && p != key && t.partFree(key)
	}
	leak := real("/" + d.partition.in(s))
	for _, p := range d.parts {
		leak = leak || real(p.key(s))
	}
	if !leak {
		return "", false
	}
	// A part that the table does not know must not be quoted either.
	return rawDON(d.exchange(s, func(p string) string {
		if q, ok := t.parts["/"+p]; ok {
			return strings.TrimPrefix(q, "/")
		}
		return "…"
	}, func(key string) string {
		if q, ok := t.parts[key]; ok {
			return q
		}
		if t.hiddenPart(key) {
			return key
		}
		kind, _, _ := strings.Cut(key, "/")
		return kind + "/…"
	})), true
}

// Late says whether a value stands in the data that the table knows by now: one
// that passed before it got its placeholder.
func (t *Table) Late(data []byte) (placeholder string, ok bool) {
	if leaks := t.Leaks(data); len(leaks) > 0 {
		return leaks[0].Placeholder, true
	}
	return "", false
}
