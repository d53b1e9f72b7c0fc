package lint

import (
	"regexp"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// step is one step of the way to a text. Steps become words only when something
// is found at their end: most texts are harmless.
type step struct {
	kind  stepKind
	name  string
	index int
}

type stepKind int

const (
	word   stepKind = iota // said as it is: request, body, userinfo
	named                  // a word and a name: header Authorization
	key                    // a member of a JSON object
	entry                  // an entry of a JSON array
	within                 // an encoding that was undone
)

type trail []step

// String names the place: "answer body /data/0/token in base64 /key".
func (t trail) String() string {
	var b strings.Builder
	pointer := false
	for i, s := range t {
		isPointer := s.kind == key || s.kind == entry
		if i > 0 && !(isPointer && pointer) && s.kind != named {
			b.WriteByte(' ')
		}
		switch s.kind {
		case word:
			b.WriteString(s.name)
		case named:
			b.WriteString(" " + safeName(s.name))
		case key:
			b.WriteString("/" + jsontext.Escape(safeName(s.name)))
		case entry:
			b.WriteString("/" + strconv.Itoa(s.index))
		case within:
			b.WriteString("in " + s.name)
		}
		pointer = isPointer
	}
	return b.String()
}

var (
	plainName = regexp.MustCompile(`^[A-Za-z0-9_.$:\[\]-]{1,48}$`)
	digitRuns = regexp.MustCompile(`[0-9]`)
	longRun   = regexp.MustCompile(`[A-Za-z0-9]{25,}`)
)

// safeName returns a name, or "…" when it could be data that somebody used as a
// name: an id, an address, a token.
func safeName(s string) string {
	if !plainName.MatchString(s) || longRun.MatchString(s) || len(s) > 12 && len(digitRuns.FindAllString(s, 5)) > 4 ||
		provider.StartsID(s) || len(placeholder.Credentials([]byte(s))) > 0 {
		return "…"
	}
	return s
}
