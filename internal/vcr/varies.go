package vcr

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/placeholder"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"
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

// Marks of what a caller once sent, in clear and as the secret's base64 text.
const (
	sentMark       = "sent-"
	sentSecretMark = "c2VudC1"
)

func holdsSent(ia *cassette.Interaction) bool {
	for _, s := range []string{ia.Request.Body, ia.Request.URL} {
		if strings.Contains(s, sentMark) || strings.Contains(s, sentSecretMark) {
			return true
		}
	}
	return false
}

// covers reports whether a JSON pointer names a member or something inside it;
// "*" stands for any one member or index.
func covers(pattern, pointer string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(pointer, "/")
	if len(a) > len(b) {
		return false
	}
	for i := range a {
		if a[i] != "*" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// coveredBy reports whether one of the declared pointers names the member.
func coveredBy(declared []string, pointer string) bool {
	return slices.ContainsFunc(declared, func(p string) bool { return covers(p, pointer) })
}
