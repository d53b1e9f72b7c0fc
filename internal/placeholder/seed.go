package placeholder

import (
	"errors"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Seed enters an exported placeholder and its real value. Entering the same pair
// again changes nothing. It fails when the value cannot stand for the placeholder,
// or when either of the two already belongs to another pair; its messages name
// the placeholder and never the value.
func (t *Table) Seed(s provider.Seed, real string) error {
	fail := func(format string, args ...any) error {
		where := s.Placeholder
		if s.Var != "" {
			where = s.Var + " (" + s.Placeholder + ")"
		}
		return problem(where, format, args...)
	}
	d, isDON := wholeDON(s.Placeholder)
	r, realDON := wholeDON(real)
	switch {
	case s.Placeholder == "":
		return fail("the seed names no placeholder")
	case real == "" || strings.TrimSpace(real) != real:
		return fail("the real value is empty or has white space around it; set it to the tenant's value")
	case real != s.Placeholder && MadeUp(real):
		return fail("the real value lies in the namespace of made-up ids; set it to an id that the tenant knows")
	case s.Kind == provider.Event:
		return t.seedEvent(s, real, fail)
	case isDON || realDON:
		if !isDON || !realDON || !sameTypes(s.Placeholder, d, real, r) {
			return fail("the real value is not an id of the same form; expected one like the placeholder, with the same types in the same order")
		}
		return t.seedDON(s, d, real, r, fail)
	case isGUID(s.Placeholder) && isGUID(real):
		key, p := lower(real), lower(s.Placeholder)
		old, known := t.guids[key]
		other, taken := t.guidsR[p]
		if known && old != p || taken && other != key {
			return fail("%s", takenBy(known && old != p))
		}
		t.enterGUID(key, p)
		t.enter(pair{s.Kind, key, p})
		t.seeded[real] = s.Placeholder
		return nil
	}
	key := kindText{s.Kind, real}
	old, known := t.byReal[key]
	other, taken := t.byPlaceholder[s.Placeholder]
	if g, ok := t.guids[lower(real)]; ok {
		old, known = g, true
	}
	if known && old != s.Placeholder || taken && other.real != real {
		return fail("%s", takenBy(known && old != s.Placeholder))
	}
	t.enter(pair{s.Kind, real, s.Placeholder})
	if isGUID(s.Placeholder) {
		t.guidsR[lower(s.Placeholder)] = real
	}
	if isGUID(real) {
		t.guids[lower(real)] = s.Placeholder
	}
	return nil
}

func takenBy(real bool) string {
	if real {
		return "the real value already has another placeholder; enter seeds before the first answer, and each value once"
	}
	return "the placeholder already stands for another value; enter each placeholder once"
}

func (t *Table) seedEvent(s provider.Seed, real string, fail func(string, ...any) error) error {
	if t.events != nil {
		if t.events[s.Placeholder] == real {
			return nil
		}
		return fail("%s", takenBy(false))
	}
	t.events = map[string]string{s.Placeholder: real, real: s.Placeholder}
	if !slices.Contains(t.def.Events, real) && !t.word(real) {
		t.fragments.add(needle{text: lower(real)})
	}
	t.words[real] = true
	return nil
}

// sameTypes says whether two DONs have the same service and the same types.
func sameTypes(a string, x don, b string, y don) bool {
	if len(x.parts) != len(y.parts) || a[:x.partition.start] != b[:y.partition.start] {
		return false
	}
	for i := range x.parts {
		if x.parts[i].kind.in(a) != y.parts[i].kind.in(b) {
			return false
		}
	}
	return true
}

func (t *Table) seedDON(s provider.Seed, d don, real string, r don, fail func(string, ...any) error) error {
	pairs := [][2]string{{"/" + r.partition.in(real), "/" + d.partition.in(s.Placeholder)}}
	for i := range d.parts {
		pairs = append(pairs, [2]string{r.parts[i].key(real), d.parts[i].key(s.Placeholder)})
	}
	for _, p := range pairs {
		old, known := t.parts[p[0]]
		other, taken := t.partsR[p[1]]
		if known && old != p[1] || taken && other != p[0] {
			return fail("its part %q: %s", p[1], takenBy(known && old != p[1]))
		}
	}
	for _, p := range pairs {
		t.enterPart(p[0], p[1])
	}
	t.aliasDON(real, r)
	return nil
}

// minSecret is the shortest credential that can be searched for without hitting
// other texts by chance.
const minSecret = 4

// Secret enters a credential and its placeholder. The credential is hidden
// wherever it shows, in every spelling that the search knows.
func (t *Table) Secret(real, placeholder string) error {
	switch {
	case real == "":
		return errors.New("the credential is empty; set it to the tenant's")
	case placeholder == "":
		return errors.New("the credential has no placeholder")
	case real == placeholder:
		return nil
	case len(real) < minSecret:
		return problem(placeholder, "the credential is too short to be searched for; expected at least %d characters", minSecret)
	}
	if other, taken := t.byPlaceholder[placeholder]; taken && other.real != real {
		return problem(placeholder, "%s", takenBy(false))
	}
	if old, known := t.byReal[kindText{provider.Secret, real}]; known && old != placeholder {
		return problem(placeholder, "%s", takenBy(true))
	}
	p := pair{provider.Secret, real, placeholder}
	t.enter(p)
	t.anyKind[real] = p
	if !t.distinctive(provider.Secret, real) {
		t.index(p)
	}
	return nil
}
