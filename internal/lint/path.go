package lint

import (
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// pathStep is one step of the path to a text. Steps become words only when something
// is found at their end: most texts are harmless.
type pathStep struct {
	kind  stepKind
	name  string
	index int
}

type stepKind int

const (
	stepWord     stepKind = iota // said as it is: request, body, userinfo
	stepNamed                    // a word and a name: header Authorization
	stepMember                   // a member of a JSON object
	stepIndex                    // an entry of a JSON array
	stepEncoding                 // an encoding that was undone
)

type path []pathStep

// String names the place: "answer body /data/0/token in base64 /key".
func (p path) String() string {
	var b strings.Builder
	pointer := false
	for i, s := range p {
		isPointer := s.kind == stepMember || s.kind == stepIndex
		if i > 0 && !(isPointer && pointer) && s.kind != stepNamed {
			b.WriteByte(' ')
		}
		switch s.kind {
		case stepWord:
			b.WriteString(s.name)
		case stepNamed:
			b.WriteString(" " + safeName(s.name))
		case stepMember:
			b.WriteString("/" + jsontext.Escape(safeName(s.name)))
		case stepIndex:
			b.WriteString("/" + strconv.Itoa(s.index))
		case stepEncoding:
			b.WriteString("in " + s.name)
		}
		pointer = isPointer
	}
	return b.String()
}

var (
	plainName = pattern.New(`^[A-Za-z0-9_.$:\[\]-]{1,48}$`)
	digitRuns = pattern.New(`[0-9]`)
	longRun   = pattern.New(`[A-Za-z0-9]{25,}`)
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
