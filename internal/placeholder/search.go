package placeholder

import (
	"encoding/base64"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// keepDecoded lets the search know what a base64 secret stands for: the key itself,
// which shows as a text, in hex, or in base64 at another place.
func (t *Table) keepDecoded(real, placeholder string) {
	if key, err := base64.StdEncoding.DecodeString(real); err == nil {
		t.keep(value{pair: pair{provider.Secret, string(key), placeholder}, as: decodedKey, inside: true})
	}
}

// match is that of one of the two indexes of the table.
func (t *Table) match(x *index, s, low string, i int) (needle, bool) {
	for ; t.unindexed != nil; t.unindexed = t.unindexed.after {
		if t.unindexed.inside {
			t.enterNeedles(t.unindexed)
		}
	}
	return x.match(s, low, i)
}

func (t *Table) enterNeedles(v *value) {
	hide := needle{spelled: inEveryForm, text: v.real, replacement: v.placeholder, kind: v.kind, placeholder: v.placeholder}
	show := needle{spelled: inEveryForm, text: v.placeholder, replacement: v.real, kind: v.kind, placeholder: v.placeholder, whole: true, joins: "_-"}
	switch v.as {
	case wholeID:
		hide.spelled, hide.placeholder = encodedOnly, plainID(v.placeholder)
		t.hidden.add(hide)
	case decodedKey:
		t.hidden.add(hide)
	case idPart:
		_, short, _ := strings.Cut(v.placeholder, "/")
		hide.replacement, hide.whole, hide.joins = "id:"+short, true, "_-"
		show.text = hide.replacement
		t.hidden.add(hide)
		t.shown.add(show)
	default:
		switch v.kind {
		case provider.Mail:
			hide.fold, hide.whole, hide.joins = true, true, "._-"
		case provider.Secret, provider.Key: // anywhere
		case provider.ID, provider.DisplayID:
			hide.whole, hide.joins = true, "_-"
		default:
			hide.whole, hide.joins = true, "_"
		}
		t.hidden.add(hide)
		t.shown.add(show)
		t.guard(v.placeholder)
	}
}

// guard keeps a placeholder from being searched for real values that happen to be a part of it.
func (t *Table) guard(p string) {
	t.hidden.add(needle{spelled: percentToo, text: p, whole: true, joins: "_-", guard: true})
}

const (
	minDistinctive = 8  // an id, a name or a credential
	minOther       = 12 // a value of which nothing is known
)

// distinctive says whether a value cannot be mistaken for something else when it
// shows inside a text.
func (t *Table) distinctive(kind provider.Kind, v string) bool {
	switch kind {
	case provider.Secret, provider.Key:
		return len(v) >= minDistinctive
	case provider.Mail:
		return isMail(v)
	case provider.ID, provider.DisplayID, provider.Name:
		return len(v) >= minDistinctive && !t.word(v)
	case provider.URL:
		return len(v) >= minOther && isAbsolute(v)
	case provider.Opaque, provider.Undocumented:
		return len(v) >= minOther && !t.word(v) && !lowerWord.MatchString(v) && !mediaType.MatchString(v) && !strings.HasPrefix(v, "/")
	}
	return false
}
