package lint

import (
	"net/http"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

// header looks through a header's values.
func (s *search) header(f field) {
	s.push(stepWord, "header")
	defer s.pop()
	for _, v := range f.values {
		s.reading(v, func() {
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
				}
			})
		})
	}
}

// minCookie is the shortest cookie that can identify anybody.
const minCookie = 8

// analytics is what Google Analytics counts visitors by.
var analytics = pattern.New(`^G[AS][0-9]\.[0-9]\.[0-9.]+$`)

func (s *search) cookies(value string) {
	for pair := range strings.SplitSeq(value, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		value = unescape(strings.Trim(value, `"`))
		s.in(stepWord, "cookie", func() {
			s.in(stepWord, safeName(name), func() {
				if !analytics.MatchString(value) && (len(value) >= minCookie || s.isSecret(name)) {
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

// parameters looks at the name="value" pairs of a credential.
func (s *search) parameters(value string) {
	for pair := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if ok && (s.isSecret(name) || strings.EqualFold(name, "signature") || strings.EqualFold(name, "response")) {
			s.in(stepWord, "parameter", func() { s.in(stepWord, safeName(name), func() { s.secret(name, strings.Trim(value, `"`)) }) })
		}
	}
}
