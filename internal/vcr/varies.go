package vcr

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// What a test sends is compared when it is replayed, except for the members that
// it declares to vary: they hold placeholders that begin with "sent-", and the
// cassette lists them.

// sentStrings visits the strings of a recorded request: those of its query as
// "?name", those of its body by pointer.
func sentStrings(ia *cassette.Interaction, visit func(pointer, value string)) {
	if u, err := url.Parse(ia.Request.URL); err == nil {
		for name, values := range u.Query() {
			for _, v := range values {
				visit("?"+name, v)
			}
		}
	}
	walk([]byte(ia.Request.Body), func(pointer, _ string, token json.Token, _, _ int) {
		if s, ok := token.(string); ok {
			visit(pointer, s)
		}
	})
}

// unlisted says how a cassette's list of what varies disagrees with what its
// requests hold; empty when it does not. A cassette without the list is one of
// those that were written first.
func (f *File) unlisted() string {
	if len(f.Header.Varies) == 0 {
		return ""
	}
	used, wrong := map[string]bool{}, ""
	for id, ia := range f.Interactions {
		sentStrings(ia, func(pointer, value string) {
			listed := false
			for _, p := range f.Header.Varies {
				if covers(p, pointer) {
					used[p], listed = true, true
				}
			}
			if _, sent := placeholder.IsSent(value); sent && !listed {
				wrong = fmt.Sprintf("interaction #%d holds a placeholder of what varies at %s, which the list varies does not name", id, pointer)
			}
		})
	}
	for _, p := range f.Header.Varies {
		if !used[p] {
			wrong = fmt.Sprintf("the list varies names %q, which no request holds", p)
		}
	}
	return wrong
}

// Orphaned says whether requests hold placeholders of what varies although the
// cassette does not say that this module wrote it: they are texts like any other
// then, as go-vcr sees them.
func (f *File) Orphaned() bool {
	return f.Header.Provider == "" && slices.ContainsFunc(f.Interactions, holdsSent)
}

// newSent is where a replay of the tape begins: nothing is bound.
func (t *Index) newSent() placeholder.Sent {
	return placeholder.Sent{PerKind: len(t.File.Header.Varies) == 0}
}

// coveredBy reports whether one of the declared pointers names the member.
func coveredBy(declared []string, pointer string) bool {
	return slices.ContainsFunc(declared, func(p string) bool { return covers(p, pointer) })
}

// varied returns which of the declared pointers name a string that was sent. One
// that does not is idle, unless it names a documented member: a suite may declare
// those once for all of its recordings.
func (r *Recording) varied() (listed, idle []string) {
	for _, p := range r.Varies {
		found := false
		for _, ia := range r.captured {
			sentStrings(ia, func(pointer, _ string) { found = found || covers(p, pointer) })
		}
		switch {
		case found:
			listed = append(listed, p)
		case !r.documented(p):
			idle = append(idle, fmt.Sprintf("Varies(%q) names nothing that was sent", p))
		}
	}
	slices.Sort(listed)
	return slices.Compact(listed), idle
}

// documented says whether a declared pointer names what some body, or some query,
// documents.
func (r *Recording) documented(pointer string) bool {
	if name, ok := strings.CutPrefix(pointer, "?"); ok {
		return contract.IsWord(r.Definition, name)
	}
	return contract.CanMatch(r.Definition, pointer, contract.Wish{Documented: true}) == nil
}

// Uncompared lists the members of requests that vary although neither the
// cassette nor the test says so: those of a recording made before they had to be
// declared.
func (t *Index) Uncompared(declared []string) []string {
	var all []string
	for _, id := range t.bound {
		sentStrings(t.entries[id].ia, func(pointer, value string) {
			if _, sent := placeholder.IsSent(value); sent && !coveredBy(t.File.Header.Varies, pointer) && !coveredBy(declared, pointer) {
				all = append(all, pointer)
			}
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Fixed returns an error for a declared pointer that names a member which the
// cassette compares: it was recorded before the declaration.
func (t *Index) Fixed(declared []string) error {
	for _, p := range declared {
		if slices.Contains(t.File.Header.Varies, p) {
			continue
		}
		for i := range t.entries {
			fixed := ""
			sentStrings(t.entries[i].ia, func(pointer, value string) {
				if _, sent := placeholder.IsSent(value); !sent && value != "" && covers(p, pointer) {
					fixed = pointer
				}
			})
			if fixed != "" {
				return fmt.Errorf("Varies(%q) has no effect: %s was recorded without it and compares %s; record it again", p, t.label(i), strings.TrimPrefix(fixed, "?"))
			}
		}
	}
	return nil
}

// varying is what messages show for a placeholder of what varies: what fits
// there. It is empty for any other value.
func varying(value string) string {
	kind, ok := placeholder.IsSent(value)
	switch {
	case !ok:
		return ""
	case kind == provider.Secret:
		return "(varies: base64 of 8 to 32 bytes)"
	case kind == provider.URL && strings.HasPrefix(value, "https://"):
		return "(varies: an absolute URL)"
	case kind == provider.URL && strings.HasPrefix(value, "/"):
		return "(varies: a relative URL)"
	case kind == provider.Mail:
		return "(varies: a mail address)"
	}
	return "(varies: any text)"
}

// unbound lists the members in which a request that fits otherwise does not
// agree with the requests before: a value that was equal is not, or the other
// way round.
func (e *entry) unbound(k *known, sent *placeholder.Sent) []string {
	got := map[string]string{}
	for name, values := range k.sent.Query() {
		got["?"+name] = values[0]
	}
	walk([]byte(k.body), func(pointer, _ string, token json.Token, _, _ int) {
		if s, ok := token.(string); ok {
			got[pointer] = s
		}
	})
	trial := sent.Try()
	var places []string
	sentStrings(e.ia, func(pointer, value string) {
		if _, ok := placeholder.IsSent(value); ok && !trial.Bind(value, got[pointer]) {
			places = append(places, pointer)
		}
	})
	return places
}
