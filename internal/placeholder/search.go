package placeholder

import (
	"encoding/base64"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// index makes a pair known to the search inside texts.
func (t *Table) index(p pair) {
	hide := needle{spelled: inEveryForm, text: p.real, replacement: p.placeholder, kind: p.kind, placeholder: p.placeholder}
	show := needle{spelled: inEveryForm, text: p.placeholder, replacement: p.real, kind: p.kind, placeholder: p.placeholder, whole: true, joins: "_-"}
	switch p.kind {
	case provider.Mail:
		hide.fold, hide.whole, hide.joins = true, true, "._-"
	case provider.Secret, provider.Key: // anywhere
		t.secrets = append(t.secrets, p.real)
	case provider.ID, provider.DisplayID:
		hide.whole, hide.joins = true, "_-"
	default:
		hide.whole, hide.joins = true, "_"
	}
	t.hidden.add(hide)
	t.shown.add(show)
	t.guard(p.placeholder)
}

// indexDecoded lets the search know what a base64 secret stands for: the key itself,
// which shows as a text, in hex, or in base64 at another place.
func (t *Table) indexDecoded(real, placeholder string) {
	key, err := base64.StdEncoding.DecodeString(real)
	if err != nil {
		return
	}
	t.secrets = append(t.secrets, string(key))
	t.hidden.add(needle{spelled: inEveryForm, text: string(key), replacement: placeholder, kind: provider.Secret, placeholder: placeholder})
}

// guard keeps a placeholder from being searched for real values that happen to
// be a part of it.
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
		return mailAddress.MatchString(v)
	case provider.ID, provider.DisplayID, provider.Name:
		return len(v) >= minDistinctive && !t.word(v)
	case provider.URL:
		return len(v) >= minOther && isAbsolute(v)
	case provider.Opaque, provider.Undocumented:
		return len(v) >= minOther && !t.word(v) && !isLowerWord(v) && !mediaType.MatchString(v) && !strings.HasPrefix(v, "/")
	}
	return false
}
