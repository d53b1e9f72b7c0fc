package placeholder

import (
	"errors"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Bind enters an exported placeholder and its real value. Entering the same pair
// again changes nothing. It fails when the value cannot stand for the placeholder,
// or when either of the two already belongs to another pair; its messages name
// the placeholder and never the value.
func (t *Table) Bind(s provider.Binding, real string) error {
	fail := func(format string, args ...any) error {
		where := s.Placeholder
		if s.Var != "" {
			where = s.Var + " (" + s.Placeholder + ")"
		}
		return problem(where, format, args...)
	}
	composed := t.composed(s.Placeholder)
	switch {
	case s.Placeholder == "":
		return fail("the seed names no placeholder")
	case real == "" || strings.TrimSpace(real) != real:
		return fail("the real value is empty or has white space around it; set it to the tenant's value")
	case real != s.Placeholder && MadeUp(real):
		return fail("the real value lies in the namespace of made-up ids; set it to an id that the tenant knows")
	case s.Kind == provider.Event:
		return t.bindEvent(s, real, fail)
	case composed != nil || t.composed(real) != nil:
		fault, ok := "", false
		if composed != nil {
			fault, ok = composed.bind(s.Placeholder, real)
		}
		switch {
		case !ok:
			return fail("the real value is not an id of the same form; expected one like the placeholder, with the same types in the same order")
		case fault != "":
			return fail("%s", fault)
		}
		return nil
	case isGUID(s.Placeholder) && isGUID(real):
		if fault := t.guids.bind(s.Placeholder, real); fault != "" {
			return fail("%s", fault)
		}
		t.enter(pair{s.Kind, lower(real), lower(s.Placeholder)})
		return nil
	}
	if g, ok := t.guids.placeholders[lower(real)]; ok && g != s.Placeholder {
		return fail("%s", realTaken)
	}
	if fault := t.clash(s.Kind, real, s.Placeholder); fault != "" {
		return fail("%s", fault)
	}
	t.enter(pair{s.Kind, real, s.Placeholder})
	if isGUID(s.Placeholder) {
		t.guids.reals[lower(s.Placeholder)] = real
	}
	if isGUID(real) {
		t.guids.placeholders[lower(real)] = s.Placeholder
	}
	return nil
}

// clash is that of whole values. A placeholder may stand for one value of several kinds.
func (t *Table) clash(kind provider.Kind, real, placeholder string) string {
	if v := t.find(kind, real); v != nil && v.placeholder != placeholder {
		return realTaken
	}
	if v := t.stands[placeholder]; v != nil && v.real != real {
		return placeholderTaken
	}
	return ""
}

func (t *Table) bindEvent(s provider.Binding, real string, fail func(string, ...any) error) error {
	if t.events != nil {
		if t.events[s.Placeholder] == real {
			return nil
		}
		return fail("%s", placeholderTaken)
	}
	t.events = map[string]string{s.Placeholder: real, real: s.Placeholder}
	if !slices.Contains(t.def.Events, real) && !t.word(real) {
		t.fragments.add(needle{text: lower(real)})
	}
	t.Open(real)
	return nil
}

// MinSecret is the shortest credential that can be searched for without hitting
// other texts by chance.
const MinSecret = 4

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
	case len(real) < MinSecret:
		return problem(placeholder, "the credential is too short to be searched for; expected at least %d characters", MinSecret)
	}
	if fault := t.clash(provider.Secret, real, placeholder); fault != "" {
		return problem(placeholder, "%s", fault)
	}
	p := pair{provider.Secret, real, placeholder}
	t.enter(p)
	if first, short := t.anyKind[real], !t.distinctive(provider.Secret, real); short || first.kind != provider.Secret {
		t.anyKind[real] = t.keep(value{pair: p, inside: short, next: first})
	}
	return nil
}
