package cassette

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/placeholder"
)

// What a test sends is compared when it is replayed, except for the members that
// it declares to vary: they hold placeholders that begin with "sent-", and the
// cassette lists them.

// SentStrings visits the strings of a recorded request: those of its query as
// "?name", those of its body by pointer.
func SentStrings(ia *Interaction, visit func(pointer, value string)) {
	if u, err := url.Parse(ia.Request.URL); err == nil {
		for name, values := range u.Query() {
			for _, v := range values {
				visit("?"+name, v)
			}
		}
	}
	Walk([]byte(ia.Request.Body), func(pointer, _ string, token json.Token, _, _ int) {
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
		SentStrings(ia, func(pointer, value string) {
			listed := false
			for _, p := range f.Header.Varies {
				if Covers(p, pointer) {
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
	return f.Header.Provider == "" && slices.ContainsFunc(f.Interactions, HoldsSent)
}

// MayVary reports whether a text may hold what varies: a mark of what a caller once sent,
// in clear or as the secret's base64 text.
func MayVary(text string) bool {
	return strings.Contains(text, "sent-") || strings.Contains(text, "c2VudC1")
}

// HoldsSent reports whether a recorded request may hold what varies.
func HoldsSent(ia *Interaction) bool { return MayVary(ia.Request.Body) || MayVary(ia.Request.URL) }

// Covers reports whether a JSON pointer names a member or something inside it;
// "*" stands for any one member or index.
func Covers(pattern, pointer string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(pointer, "/")
	return len(a) <= len(b) && slices.EqualFunc(a, b[:len(a)], func(p, token string) bool { return p == "*" || p == token })
}

// Contains reports whether a JSON text has a value that a pattern covers.
func Contains(body []byte, pattern string) (found bool) {
	Walk(body, func(pointer, _ string, _ json.Token, _, _ int) {
		found = found || Covers(pattern, pointer)
	})
	return found
}

// CoveredBy reports whether one of the declared pointers names the member.
func CoveredBy(declared []string, pointer string) bool {
	return slices.ContainsFunc(declared, func(p string) bool { return Covers(p, pointer) })
}
