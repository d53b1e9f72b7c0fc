package lint

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/secret"
)

// header looks through a header's values.
func (s *search) header(f field) {
	for _, v := range f.values {
		s.line = v.line
		s.in(stepWord, "header", func() {
			s.in(stepNamed, f.name, func() {
				switch http.CanonicalHeaderKey(f.name) {
				case "Cookie":
					s.cookies(v.value)
				case "Set-Cookie":
					pair, _, _ := strings.Cut(v.value, ";")
					s.cookies(pair)
					s.scanText(v.value)
				case "Authorization", "Proxy-Authorization":
					s.credential(f.name, v.value)
				default:
					s.scanNamed(f.name, v.value)
					s.parameters(v.value)
				}
			})
		})
	}
}

// minCookie is the shortest cookie that can identify anybody.
const minCookie = 8

func (s *search) cookies(value string) {
	for pair := range strings.SplitSeq(value, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		value = unescape(strings.Trim(value, `"`))
		s.in(stepWord, "cookie", func() {
			s.in(stepWord, safeName(name), func() {
				if len(value) >= minCookie || s.isSecret(name) {
					s.secret(name, value)
				}
				s.scanValue(value)
			})
		})
	}
}

// credential looks at an Authorization header: whatever it holds is one.
func (s *search) credential(name, value string) {
	kind, rest, _ := strings.Cut(value, " ")
	if strings.Contains(rest, "=") && strings.Contains(rest, ",") || strings.EqualFold(kind, "Digest") {
		s.parameters(rest)
		s.scanText(value)
		return
	}
	s.scanNamed(name, value)
}

// parameters looks at name="value" pairs inside a header.
func (s *search) parameters(value string) {
	if !strings.Contains(value, "=") || strings.Contains(value, "://") {
		return
	}
	for pair := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if ok && (s.isSecret(name) || strings.EqualFold(name, "signature") || strings.EqualFold(name, "response")) {
			s.in(stepWord, "parameter", func() { s.in(stepWord, safeName(name), func() { s.secret(name, strings.Trim(value, `"`)) }) })
		}
	}
}

// url looks through the parts of a URL.
func (s *search) url(value string) {
	u, err := url.Parse(value)
	if err != nil {
		s.scanText(value)
		// What does not parse is searched as far as it reads.
		if _, query, ok := strings.Cut(value, "?"); ok {
			s.query(query, "query")
		}
		return
	}
	// The parameters are looked at one by one below.
	whole, _, _ := strings.Cut(value, "#")
	whole, _, _ = strings.Cut(whole, "?")
	s.scanText(whole)
	if u.User != nil {
		if password, set := u.User.Password(); set && password != "" {
			s.in(stepWord, "userinfo", func() { s.scanNamed("password", password) })
		}
	}
	for i, segment := range strings.Split(u.EscapedPath(), "/") {
		if text, err := url.PathUnescape(segment); err == nil && len(text) >= 8 {
			s.in(stepWord, "path", func() {
				s.path = append(s.path, pathStep{kind: stepIndex, index: i})
				s.scanDecoded(text)
				s.pop()
			})
		}
	}
	s.query(u.RawQuery, "query")
	// A fragment carries the tokens of an implicit grant.
	if strings.Contains(u.Fragment, "=") {
		s.query(u.EscapedFragment(), "fragment")
	}
}

// query looks through the parameters of a query or of a form, those with broken
// escapes and semicolons included.
func (s *search) query(query, where string) {
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, ok := strings.Cut(pair, "=")
		s.in(stepWord, where, func() {
			if !ok {
				s.scanValue(unescape(pair))
				return
			}
			name := unescape(name)
			s.member(name)
			s.in(stepNamed, name, func() { s.scanNamed(name, unescape(value)) })
		})
	}
}

func unescape(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}

// body looks through a body by what it is, and by what its media type says.
func (s *search) body(body, contentType string) {
	media, params, _ := mime.ParseMediaType(contentType)
	switch {
	case s.compressed(body):
	case s.json(body, ""):
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		s.multipart(body, params["boundary"])
	case media == "application/x-www-form-urlencoded":
		s.query(body, "form")
	default:
		s.lines(body)
	}
}

func (s *search) multipart(body, boundary string) {
	if s.undone >= maxUndone {
		s.lines(body)
		return
	}
	s.undone++
	defer func() { s.undone-- }()
	parts := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			// What is cut off is searched as the text that it is.
			if !errors.Is(err, io.EOF) {
				s.lines(body)
			}
			return
		}
		content, err := io.ReadAll(io.LimitReader(part, maxUnzipped))
		if err != nil && len(content) == 0 {
			s.lines(body)
			return
		}
		name := part.FormName()
		s.in(stepWord, "part", func() {
			s.in(stepWord, safeName(name), func() {
				s.member(name)
				if s.isSecret(name) {
					s.secret(name, strings.TrimSpace(string(content)))
				}
				s.scanText(part.FileName())
				s.body(string(content), part.Header.Get("Content-Type"))
			})
		})
	}
}

var (
	// assignment is a name and a quoted or bare value, as in scripts, settings,
	// XML attributes and JSON that was cut off.
	assignment = regexp.MustCompile(`["']?([A-Za-z][A-Za-z0-9_.\[\]-]{2,40})["']?[ \t]*(?:=>|[:=])[ \t]*\[?(?:"([^"\r\n]{4,})"|'([^'\r\n]{4,})'|([^\s"'<>&,;{}\[\]()]{4,}))`)
	// formLike is a form without a media type that says so.
	formLike = regexp.MustCompile(`^(?:` + formName + `=` + formValue + `*&)*` + formName + `=` + formValue + `+(?:&` + formName + `=` + formValue + `*)*$`)
	element  = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9_.:-]{2,40})(?:\s[^<>]*)?>([^<>]{4,})</`)
)

const (
	formName  = `[A-Za-z0-9_.%\[\]+-]{1,100}`
	formValue = `[A-Za-z0-9_.~%*+-]`
)

// lines looks through a text that is no JSON: lines of JSON, events of a stream,
// HTML, XML, settings, or JSON that was cut off.
func (s *search) lines(body string) {
	s.scanText(body)
	if formLike.MatchString(body) {
		s.query(body, "form")
		for pair := range strings.SplitSeq(body, "&") {
			name, _, _ := strings.Cut(pair, "=")
			s.encoded(name) // a query's values are decoded, its names are not
		}
		return
	}
	structured := false
	if strings.Contains(body, "\n") && strings.ContainsAny(body, "{[") {
		n, first := 0, s.line
		defer func(literal bool) { s.line, s.literal = first, literal }(s.literal)
		exact := s.literal && s.undone == 0
		s.literal = false // a line holds no others
		for line := range strings.Lines(body) {
			if exact {
				s.line = first + 1 + n
			}
			line = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
			if len(line) > 1 && (line[0] == '{' || line[0] == '[') {
				s.path = append(s.path, pathStep{kind: stepIndex, index: n})
				structured = s.json(line, "") || structured
				s.pop()
			}
			n++
		}
	}
	if !structured {
		s.assignments(body)
	}
	s.encoded(body)
}

func (s *search) assignments(text string) {
	if strings.ContainsAny(text, ":=") {
		for _, m := range assignment.FindAllStringSubmatch(text, -1) {
			s.assigned(m[1], m[2]+m[3]+m[4])
		}
	}
	if strings.Contains(text, "</") {
		for _, m := range element.FindAllStringSubmatch(text, -1) {
			s.assigned(m[1], strings.TrimSpace(m[2]))
		}
	}
}

// mentions looks for assignments in the text of one member or header. It may be
// prose, in which a plain word follows "password:", so that only what looks
// drawn at random counts.
func (s *search) mentions(text string) {
	if len(text) < 12 || !strings.Contains(text, "=") && !strings.Contains(text, ": ") {
		return
	}
	for _, m := range assignment.FindAllStringSubmatch(text, -1) {
		if value := m[2] + m[3] + m[4]; random(value) {
			s.assigned(m[1], value)
		}
	}
}

// random says whether a text looks drawn at random: letters and digits together,
// and no word.
func random(s string) bool {
	return len(s) >= 8 && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsAny(s, " ,;()<>{}")
}

func (s *search) assigned(name, value string) {
	if s.isSecret(name) {
		s.in(stepWord, "at", func() { s.in(stepWord, safeName(name), func() { s.secret(name, value) }) })
	}
}

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
	w := &walk{search: s, text: trimmed, tokens: jsontext.NewDecoder(trimmed)}
	if line := s.line; s.literal && s.undone == 0 {
		w.counts = true
		s.line += 1 + strings.Count(value[:len(value)-len(trimmed)], "\n")
		defer func() { s.line = line }()
	}
	w.value("", false)
	return true
}

// walk goes through the leaves of a valid JSON text.
type walk struct {
	*search
	text   string
	tokens *jsontext.Decoder
	// counts says that the lines of the text are those of the file; they are
	// counted up to at.
	counts bool
	at     int
}

func (w *walk) next() jsontext.Token {
	token := w.tokens.ReadToken()
	if end := w.tokens.InputOffset(); w.counts {
		w.line += strings.Count(w.text[w.at:end], "\n")
		w.at = end
	}
	return token
}

// value looks at the next value. name is the nearest member's name; within says
// that a member around it is named like a secret and this one like nothing.
func (w *walk) value(name string, within bool) {
	switch token := w.next(); token.Kind() {
	case jsontext.BeginObject:
		w.object(name, within)
	case jsontext.BeginArray:
		w.array(name, within)
	case jsontext.String:
		text := token.String()
		if within && !w.isSecret(name) {
			w.secret(name, text)
		}
		w.scanNamed(name, text)
	default:
		w.known(token.Raw())
		// Only passwords are numbers at times; tokens that are numbers count
		// something.
		if token.Kind() == jsontext.Number && secret.NamesPassword(name) {
			w.secret(name, token.Raw())
		}
	}
}

func (w *walk) object(name string, within bool) {
	labelled, thinking := "", false
	for w.tokens.PeekKind() != jsontext.EndObject {
		member := w.next().String()
		w.member(member)
		w.push(stepMember, member)
		generic := secret.IsGeneric(member)
		inner := generic && (within || w.isSecret(name) || labelled != "" && w.isSecret(labelled))
		if isLabel(member) && w.tokens.PeekKind() == jsontext.String {
			ahead := *w.tokens
			labelled = ahead.ReadToken().String()
		}
		if thinking = thinking || member == "thinking"; thinking && member == "signature" {
			member = "" // a language model's, of its thoughts
		}
		w.value(member, inner)
		w.pop()
	}
	w.next()
}

func (w *walk) array(name string, within bool) {
	for n := 0; w.tokens.PeekKind() != jsontext.EndArray; n++ {
		w.path = append(w.path, pathStep{kind: stepIndex, index: n})
		w.value(name, within)
		w.pop()
	}
	w.next()
}

// isLabel says that a member names what the member "value" beside it holds.
func isLabel(name string) bool {
	switch strings.ToLower(name) {
	case "name", "key", "header", "field":
		return true
	}
	return false
}
