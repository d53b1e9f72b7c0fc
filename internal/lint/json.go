package lint

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
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
	(&walk{search: s, text: trimmed}).value("", false)
	return true
}

// walk goes through the leaves of a valid JSON text.
type walk struct {
	*search
	text string
	i    int
}

func (w *walk) space() {
	for w.i < len(w.text) && strings.IndexByte(" \t\r\n", w.text[w.i]) >= 0 {
		w.i++
	}
}

// value looks at the next value. name is the nearest member's name; secret says
// that a member around it is named like a secret and this one like nothing.
func (w *walk) value(name string, secret bool) {
	w.space()
	switch c := w.text[w.i]; {
	case c == '{':
		w.object(name, secret)
	case c == '[':
		w.array(name, secret)
	case c == '"':
		text := w.string()
		if secret && !w.isSecret(name) {
			w.search.secret(name, text)
		}
		w.search.value(name, text)
	default:
		start := w.i
		for w.i < len(w.text) && strings.IndexByte(" \t\r\n,]}", w.text[w.i]) < 0 {
			w.i++
		}
		number := w.text[start:w.i]
		w.known(number)
		// Only passwords are numbers at times; tokens that are numbers count
		// something.
		if c != 't' && c != 'f' && c != 'n' && password(name) {
			w.search.secret(name, number)
		}
	}
}

func (w *walk) object(name string, secret bool) {
	w.i++
	labelled := ""
	for {
		w.space()
		switch w.text[w.i] {
		case '}':
			w.i++
			return
		case ',':
			w.i++
			continue
		}
		member := w.string()
		w.space()
		w.i++ // the colon
		w.space()
		w.member(member)
		w.push(key, member)
		generic := isGeneric(member)
		inner := generic && (secret || w.isSecret(name) || labelled != "" && w.isSecret(labelled))
		if isLabel(member) && w.text[w.i] == '"' {
			at := w.i
			labelled = w.string()
			w.i = at
		}
		w.value(member, inner)
		w.pop()
	}
}

func (w *walk) array(name string, secret bool) {
	w.i++
	for n := 0; ; n++ {
		w.space()
		switch w.text[w.i] {
		case ']':
			w.i++
			return
		case ',':
			w.i++
			w.space()
		}
		w.way = append(w.way, step{kind: entry, index: n})
		w.value(name, secret)
		w.pop()
	}
}

// string reads the string that starts here.
func (w *walk) string() string {
	start := w.i
	plain := true
	for w.i++; w.text[w.i] != '"'; w.i++ {
		switch c := w.text[w.i]; {
		case c == '\\':
			plain = false
			w.i++
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	w.i++
	if plain {
		return w.text[start+1 : w.i-1]
	}
	var text string
	if json.Unmarshal([]byte(w.text[start:w.i]), &text) != nil {
		return w.text[start+1 : w.i-1]
	}
	return text
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
