package lint

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/secret"
)

const (
	// maxUndone bounds how often encodings are undone in one another.
	maxUndone = 6
	// maxDecoded bounds what the encodings of one file unfold to.
	maxDecoded = 32 << 20
	// maxUnzipped bounds one compressed text.
	maxUnzipped = 16 << 20
)

// search looks through the texts of one file.
type search struct {
	*findings
	secrets *secrets

	source *source

	at   int
	line int
	path path
	// whole is the text of the file that is read, origin where the present part of it
	// begins, -1 for what was decoded, and offset the present place.
	whole          *spread
	origin, offset int
	// undone counts the encodings around the present text, decoded the bytes that they unfolded to.
	undone, decoded int
	names           map[string]bool // whether a name is that of a secret, remembered
}

func newSearch(f *findings, s *secrets, in *source) *search {
	return &search{findings: f, secrets: s, source: in, names: map[string]bool{}}
}

// reading looks through a text of the file.
func (s *search) reading(t text, look func()) {
	s.line, s.whole, s.origin, s.offset = t.line, &spread{text: t, source: s.source}, 0, 0
	look()
	s.whole = nil
}

// seek goes to a place in the present part.
func (s *search) seek(offset int) {
	if s.origin >= 0 {
		s.offset = s.origin + offset
	}
}

// part looks through a part of the present one.
func (s *search) part(from int, look func()) {
	defer func(origin int) { s.origin = origin }(s.origin)
	s.seek(from)
	if s.origin >= 0 {
		s.origin += from
	}
	look()
}

// decoding looks through what the present place holds in another spelling.
func (s *search) decoding(look func()) {
	defer func(origin int) { s.origin = origin }(s.origin)
	s.origin = -1
	look()
}

// lineHere is the line of the present place.
func (s *search) lineHere() int {
	if s.whole != nil {
		return s.whole.lineAt(s.offset)
	}
	return s.line
}

func (s *search) push(kind stepKind, name string) {
	s.path = append(s.path, pathStep{kind: kind, name: name})
}
func (s *search) pop() { s.path = s.path[:len(s.path)-1] }

// found reports a finding at the present place.
func (s *search) found(rule, format string, args ...any) {
	s.add(rule, s.lineHere(), s.at, s.path.String(), format, args...)
}

// foundValue reports a finding about a value at the present place.
func (s *search) foundValue(value, rule, format string, args ...any) {
	s.addValue(value, rule, s.lineHere(), s.at, s.path.String(), format, args...)
}

// in looks through a part of the present place.
func (s *search) in(kind stepKind, name string, look func()) {
	s.push(kind, name)
	look()
	s.pop()
}

func (s *search) cassette(c *file) {
	for i := range c.interactions {
		ia := &c.interactions[i]
		s.at = i
		s.message(&ia.request)
		s.message(&ia.answer)
	}
	for _, stray := range c.strays {
		s.at = stray.at
		s.in(stepWord, stray.place, func() {
			s.member(stray.name)
			s.node(stray.name, stray.value)
		})
	}
	s.at = -1
	for _, comment := range c.comments {
		s.line = comment.line
		s.in(stepWord, "comment", func() { s.lines(comment.value) })
	}
	for _, t := range c.left {
		s.in(stepWord, "text", func() { s.reading(t, func() { s.left(t.value) }) })
	}
}

// node looks through a part of the file that go-vcr does not know.
func (s *search) node(name string, n *yaml.Node) {
	n = resolve(n)
	switch n.Kind {
	case yaml.MappingNode:
		for _, m := range members(n) {
			s.member(m.key.Value)
			s.in(stepMember, m.key.Value, func() { s.node(m.key.Value, m.value) })
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			s.path = append(s.path, pathStep{kind: stepIndex, index: i})
			s.node(name, c)
			s.pop()
		}
	case yaml.ScalarNode:
		t := scalar(n)
		s.reading(t, func() {
			s.scanNamed(name, t.value)
			if strings.Contains(t.value, "\n") || !printable(t.value) {
				s.body(t.value, "")
			}
		})
	}
}

func (s *search) message(m *message) {
	s.push(stepWord, m.name())
	defer s.pop()
	for _, t := range m.texts {
		s.in(stepWord, t.key, func() { s.reading(t.text, func() { t.look(s, t.value) }) })
	}
	for _, f := range m.headers {
		if !signed(m, f) {
			s.header(f)
		}
	}
	for _, f := range m.trailer {
		s.header(f)
	}
	for _, f := range m.form {
		s.in(stepWord, "form", func() {
			s.in(stepNamed, f.name, func() {
				for _, v := range f.values {
					s.reading(v, func() { s.scanNamed(f.name, v.value) })
				}
			})
		})
	}
	if m.body.value != "" {
		s.in(stepWord, "body", func() { s.reading(m.body, func() { s.body(m.body.value, m.mediaType()) }) })
	}
}

// scanNamed looks at a text with a name: a header, a member, a parameter.
func (s *search) scanNamed(name, value string) {
	if value == "" {
		return
	}
	if s.isSecret(name) {
		s.secret(name, value)
	}
	s.scanValue(value)
}

func (s *search) isSecret(name string) bool {
	is, known := s.names[name]
	if !known {
		is = secret.Names(name)
		if len(s.names) < 1<<14 {
			s.names[name] = is
		}
	}
	return is
}

// secret judges the value of a secret-named key.
func (s *search) secret(name, value string) {
	word := isWord(name, value)
	if standsIn(name, value) || !word && s.secrets.isPlaceholder(value) {
		return
	}
	s.secrets.keys.meet(name, value, Finding{File: s.file, Line: s.lineHere(), Interaction: new(s.at), Place: s.path.String()})
	if !word {
		s.foundValue(value, ruleName, "holds %s that %s no placeholder", say.Count(len(value), "byte"), isAre(len(value)))
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// member looks at a JSON member's name: maps keyed by mail addresses and tokens exist.
func (s *search) member(name string) {
	s.in(stepWord, "member name", func() {
		if len(name) >= 8 {
			s.scanText(name)
		} else {
			s.known(name)
		}
	})
}

// scanValue looks at a text, and at what it may hold in another spelling.
func (s *search) scanValue(value string) {
	if s.isURL(value) {
		return
	}
	s.scanText(value)
	if !s.scanDecoded(value) {
		s.pairs(value, true)
	}
}

// isURL looks through a text that is a URL, and says whether it is. URLs in URLs are
// followed so far and no further.
func (s *search) isURL(value string) bool {
	if strings.Index(value[:min(len(value), 16)], "://") <= 0 || s.undone >= maxUndone || strings.ContainsAny(value, " \n") {
		return false
	}
	s.undone++
	s.decoding(func() { s.url(value) })
	s.undone--
	return true
}

// scanDecoded looks at what a text holds in another spelling, and says whether it is JSON.
func (s *search) scanDecoded(value string) bool {
	if len(value) < 8 {
		return false
	}
	if strings.IndexByte("{[\" \n\t", value[0]) >= 0 && s.json(value, "JSON") {
		return true
	}
	s.encoded(value)
	return false
}

// signed reports whether a header is the signature of a recorded delivery, which is
// made with the placeholder secret that everybody knows.
func signed(m *message, f field) bool {
	for _, d := range provider.All() {
		if d.Delivery != nil && strings.EqualFold(f.name, d.Delivery.Signature) && len(f.values) == 1 {
			return slices.Contains(provider.ReceiverSignatures([]byte(m.body.value)), f.values[0].value)
		}
	}
	return false
}
