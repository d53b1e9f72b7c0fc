package placeholder

import (
	"slices"

	"example.com/webhookvcr/internal/pattern"
)

const (
	madeUpGUID = "ffffffff-ffff-4fff-8fff-"
	madeUpID   = "no-such-"
)

// invent notes the made-up ids in a value that the caller sends. They stand for
// themselves from then on; one that only the tenant has is an id like any other.
func (t *Table) invent(v string) {
	if c := t.composed(v); c != nil {
		d, _ := c.whole(v)
		for _, p := range d.parts() {
			if id := p.in(v); p.kind != "" && madeUpIDs.MatchString(id) {
				t.made[id] = true
			}
		}
	} else if MadeUp(v) {
		t.made[lower(v)] = true
	}
}

// madeUp says whether a value is a made-up id that the caller has sent.
func (t *Table) madeUp(v string) bool {
	if c := t.composed(v); c != nil {
		d, _ := c.whole(v)
		v = d.last().in(v)
	}
	return t.made[lower(v)]
}

// MadeUp says whether an id lies in a namespace that no tenant uses and that
// therefore maps to itself: "no-such-" and up to three lower-case words, a composed id
// whose last part is one, and the GUIDs ffffffff-ffff-4fff-8fff-ffffffffffff and
// ffffffff-ffff-4fff-8fff-0000000000NN.
// The other parts of such an id, its tenant above all, are exchanged as in
// any, so that a tenant finds itself addressed.
func MadeUp(value string) bool {
	if isGUID(value) {
		return madeUpGUIDs.MatchString(value)
	}
	return madeUpIDs.MatchString(value) || slices.ContainsFunc(idForms(), func(f *idForm) bool {
		d, ok := f.whole(value)
		return ok && madeUpIDs.MatchString(d.last().in(value))
	})
}

// Made-up ids have little room: what anybody could write into them would stand in a cassette.
var (
	madeUpIDs   = pattern.New(`^no-such-[a-z]{1,16}(-[a-z]{1,16}){0,2}$`)
	madeUpGUIDs = pattern.New(`^(?i:ffffffff-ffff-4fff-8fff-)((?i:f{12})|0{10}[0-9]{2})$`)
)
