package placeholder

import (
	"iter"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// Names of members, of query keys and of path segments that nobody documents.

var (
	snakeName = pattern.New(`^_?[a-z]{1,16}(_[a-z]{1,16}){0,4}(_v[0-9])?$`)
	camelName = pattern.New(`^_?[a-z]{1,16}([A-Z][a-z]{1,15}){0,4}$`)
	pathWord  = pattern.New(`^[a-z]{1,16}(_[a-z]{1,16}){0,4}$|^[a-z]{1,16}(-[a-z]{1,16})?\.(no-such-)?[a-z]{1,16}$`)
)

// inStyle says whether a name is one that the vendor's programmers would choose:
// words of at most sixteen letters in the vendor's own style.
func inStyle(style provider.NameStyle, name string) bool {
	if style == provider.CamelCase {
		return camelName.MatchString(name)
	}
	return snakeName.MatchString(name)
}

// minFragment is the shortest part of a person's or a host's name that is looked
// for inside the names of members.
const minFragment = 3

// minWhole is the shortest other value of which that is true.
const minWhole = 4

// touches says whether a name contains what this table replaces elsewhere: a
// person's name, a part of a mail address, a label of a host, or a value of
// another kind that is one word.
func (t *Table) touches(name string) bool {
	t.readLearned()
	low := lower(name)
	for i := range low {
		if _, ok := t.fragments.match(low, low, i); ok {
			return true
		}
	}
	return false
}

// readLearned takes the parts of real values by which a name could give them away,
// when the first name is looked at: most answers have none that nobody documents.
func (t *Table) readLearned() {
	for ; t.unlearned != nil; t.unlearned = t.unlearned.after {
		if t.unlearned.parts {
			t.enterFragments(t.unlearned.kind, t.unlearned.real)
		}
	}
}

// enterFragments makes the parts of a real value known by which a name could give it away.
func (t *Table) enterFragments(kind provider.Kind, real string) {
	switch kind {
	case provider.URL:
		_, real, _ = strings.Cut(real, "://")
		real, _, _ = strings.Cut(real, "/")
	case provider.Name, provider.Mail, provider.DisplayID:
	default:
		if low := lower(real); len(low) >= minWhole && wholeWord.MatchString(low) && strings.Trim(low, "0123456789") != "" && !t.word(real) {
			t.fragments.add(needle{text: low})
		}
		return
	}
	parts := strings.FieldsFunc(lower(real), func(r rune) bool { return r < 0x80 && !isAlnum(byte(r)) })
	for _, part := range parts {
		if len(part) >= minFragment && strings.Trim(part, "0123456789") != "" && !commonLabels[part] && !t.word(part) {
			t.fragments.add(needle{text: part})
		}
	}
}

var wholeWord = pattern.New(`^[a-z0-9_]+$`)

// commonLabels are parts of hosts and names that give nobody away.
var commonLabels = map[string]bool{"api": true, "app": true, "cloud": true, "com": true, "http": true, "https": true, "net": true, "org": true, "www": true, "localhost": true}

// Open notes words that the caller sent in the open, such as header values whose form
// is checked elsewhere.
func (t *Table) Open(words ...string) {
	for _, w := range words {
		if !t.words[w] {
			t.readLearned() // what was learned before is judged by the words of then
			t.words[w] = true
		}
	}
}

// Reals returns the real values of some kinds that this table replaces, for a
// check that shares no code with the replacing.
func (t *Table) Reals(kinds ...provider.Kind) iter.Seq[string] {
	return func(yield func(string) bool) {
		for v := range t.values() {
			if slices.Contains(kinds, v.kind) && v.placeholder != v.real && !yield(v.real) {
				return
			}
		}
		yield(t.base.real.origin)
	}
}
