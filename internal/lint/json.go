package lint

import (
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/secret"
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
		s.push(stepEncoding, where)
		defer func() { s.undone--; s.pop() }()
	}
	w := &walk{search: s, tokens: jsontext.NewDecoder(trimmed), start: len(value) - len(trimmed)}
	w.value("", "")
	return true
}

// walk goes through the leaves of a valid JSON text, which begins at start.
type walk struct {
	*search
	tokens *jsontext.Decoder
	start  int
}

func (w *walk) next() jsontext.Token {
	w.tokens.PeekKind()
	w.seek(w.start + w.tokens.InputOffset())
	return w.tokens.ReadToken()
}

// value looks at the next value. name is the nearest member's name; around is the
// name of a secret when that one says nothing of its own.
func (w *walk) value(name, around string) {
	switch token := w.next(); token.Kind() {
	case jsontext.BeginObject:
		w.object(name, around)
	case jsontext.BeginArray:
		w.array(name, around)
	case jsontext.String:
		w.decoding(func() { w.text(name, around, token.String()) })
	default:
		w.known(token.Raw())
		// Only passwords are numbers at times; tokens that are numbers count something.
		for _, name := range []string{name, around} {
			if token.Kind() == jsontext.Number && secret.NamesPassword(name) && !secret.Lists(name) {
				w.secret(name, token.Raw())
			}
		}
	}
}

func (w *walk) text(name, around, text string) {
	if around != "" && !w.isSecret(name) {
		w.secret(around, text)
	}
	if w.isSecret(name) && identifies(name, text) {
		name = ""
	}
	w.scanNamed(name, text)
}

func (w *walk) object(name, around string) {
	if !w.isSecret(name) {
		name = ""
	}
	// The members of an element of a list describe it.
	element := len(w.path) > 0 && w.path[len(w.path)-1].kind == stepIndex
	all := *w.tokens
	for w.tokens.PeekKind() != jsontext.EndObject {
		member := w.next().String()
		w.decoding(func() { w.member(member) })
		w.push(stepMember, member)
		inner := ""
		switch {
		case secret.IsGeneric(member):
			inner = cmp.Or(w.label(all), around, name)
		case member == "signature" && thinks(all), // a language model's, of its thoughts
			member == "sig" && holds(all, jsontext.String, "keyid"): // a package's
			member = ""
		case member == "token" && holds(all, jsontext.Number, "logprob", "position", "start_offset") && !w.holdsDrawn():
			member = "" // a piece of a text
		case secret.Lists(name) && (secret.NamesPassword(name) || !element && !secret.Identifies(member) && w.holdsDrawn()):
			inner = name
		}
		w.value(member, inner)
		w.pop()
	}
	w.next()
}

// holdsDrawn says whether the next value is a text that looks drawn at random, or a
// list that begins with one.
func (w *walk) holdsDrawn() bool {
	ahead := *w.tokens
	token := ahead.ReadToken()
	if token.Kind() == jsontext.BeginArray {
		token = ahead.ReadToken()
	}
	return token.Kind() == jsontext.String && drawn(token.String(), false)
}

// label is the secret's name that stands beside a value in one object, before it or behind it.
func (w *walk) label(all jsontext.Decoder) string {
	for name, token := range beside(all) {
		if token.Kind() == jsontext.String && slices.Contains(labelled, strings.ToLower(name)) && w.isSecret(token.String()) {
			return token.String()
		}
	}
	return ""
}

// labelled are the members that name what the member "value" beside them holds.
var labelled = strings.Fields("name key header field id label parameter property variable")

// thinks says whether an object is a language model's thought, or a part of one that is streamed.
func thinks(all jsontext.Decoder) bool {
	for name, token := range beside(all) {
		if token.Kind() == jsontext.String && (name == "thinking" || name == "type" && (token.String() == "thinking" || token.String() == "signature_delta")) {
			return true
		}
	}
	return false
}

// holds says whether an object has a value of some kind under one of the names.
func holds(all jsontext.Decoder, kind jsontext.Kind, names ...string) bool {
	for name, token := range beside(all) {
		if token.Kind() == kind && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// maxBeside bounds the tokens that are read ahead of a value.
const maxBeside = 100

// beside goes through the members of an object that hold neither objects nor arrays.
func beside(d jsontext.Decoder) iter.Seq2[string, jsontext.Token] {
	return func(yield func(name string, value jsontext.Token) bool) {
		name, named, depth := "", false, 0
		for range maxBeside {
			token := d.ReadToken()
			switch kind := token.Kind(); {
			case kind == jsontext.BeginObject || kind == jsontext.BeginArray:
				depth++
				continue
			case kind == jsontext.EndObject || kind == jsontext.EndArray:
				if depth--; depth < 0 {
					return
				}
			case depth > 0:
				continue
			case !named:
				name, named = token.String(), true
				continue
			case !yield(name, token):
				return
			}
			if depth == 0 {
				named = false
			}
		}
	}
}

func (w *walk) array(name, around string) {
	first, before := "", ""
	for n := 0; w.tokens.PeekKind() != jsontext.EndArray; n++ {
		text, inner := "", around
		if w.tokens.PeekKind() == jsontext.String {
			ahead := *w.tokens
			text = ahead.ReadToken().String()
			option := strings.TrimLeft(before, "-")
			switch {
			case option != before && !strings.HasPrefix(text, "-") && w.isSecret(option): // ["tool", "--password", "…"]
				inner = option
			case n == 1 && ahead.PeekKind() == jsontext.EndArray && random(text) && w.isSecret(first): // ["password", "…"]
				inner = first
			}
		}
		if before = text; n == 0 {
			first = text
		}
		w.path = append(w.path, pathStep{kind: stepIndex, index: n})
		w.value(name, inner)
		w.pop()
	}
	w.next()
}
