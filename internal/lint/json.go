package lint

import (
	"encoding/json"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
)

// json looks through a text that is JSON, and says whether it is.
func (s *search) json(value, where string) bool {
	trimmed := strings.TrimLeft(value, " \t\r\n\ufeff")
	if trimmed == "" || strings.IndexByte(`{["`, trimmed[0]) < 0 || !json.Valid([]byte(trimmed)) {
		return false
	}
	if where != "" {
		if s.undone >= maxUndone {
			s.found(ruleUnsearched, "holds encodings more than %d deep; what lies deeper was not searched", maxUndone)
			return true
		}
		s.undone++
		s.push(within, where)
		defer func() { s.undone--; s.pop() }()
	}
	(&walk{search: s, tokens: jsontext.NewDecoder(trimmed)}).value("", false)
	return true
}

// walk goes through the leaves of a valid JSON text.
type walk struct {
	*search
	tokens *jsontext.Decoder
}

// value looks at the next value. name is the nearest member's name; secret says
// that a member around it is named like a secret and this one like nothing.
func (w *walk) value(name string, secret bool) {
	switch token := w.tokens.ReadToken(); token.Kind() {
	case jsontext.BeginObject:
		w.object(name, secret)
	case jsontext.BeginArray:
		w.array(name, secret)
	case jsontext.String:
		text := token.String()
		if secret && !w.isSecret(name) {
			w.search.secret(name, text)
		}
		w.search.value(name, text)
	default:
		w.known(token.Raw())
		// Only passwords are numbers at times; tokens that are numbers count
		// something.
		if token.Kind() == jsontext.Number && password(name) {
			w.search.secret(name, token.Raw())
		}
	}
}

func (w *walk) object(name string, secret bool) {
	labelled := ""
	for w.tokens.PeekKind() != jsontext.EndObject {
		member := w.tokens.ReadToken().String()
		w.member(member)
		w.push(key, member)
		generic := isGeneric(member)
		inner := generic && (secret || w.isSecret(name) || labelled != "" && w.isSecret(labelled))
		if isLabel(member) && w.tokens.PeekKind() == jsontext.String {
			ahead := *w.tokens
			labelled = ahead.ReadToken().String()
		}
		w.value(member, inner)
		w.pop()
	}
	w.tokens.ReadToken()
}

func (w *walk) array(name string, secret bool) {
	for n := 0; w.tokens.PeekKind() != jsontext.EndArray; n++ {
		w.way = append(w.way, step{kind: entry, index: n})
		w.value(name, secret)
		w.pop()
	}
	w.tokens.ReadToken()
}

// isGeneric says that a member's name says nothing: what it holds is named by
// the members around it.
func isGeneric(name string) bool {
	switch strings.ToLower(name) {
	case "value", "values", "data", "content", "text", "raw", "plaintext":
		return true
	}
	return false
}

// isLabel says that a member names what the member "value" beside it holds.
func isLabel(name string) bool {
	switch strings.ToLower(name) {
	case "name", "key", "header", "field":
		return true
	}
	return false
}
