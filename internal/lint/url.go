package lint

import (
	"net/url"
	"strings"
)

// url looks through the parts of a URL.
func (s *search) url(value string) {
	u, err := url.Parse(value)
	if err != nil {
		s.prose(value)
		// What does not parse is searched as far as it reads.
		if _, query, ok := strings.Cut(value, "?"); ok {
			s.query(query, "query")
		}
		return
	}
	// The parameters are looked at one by one below.
	whole, _, _ := strings.Cut(value, "#")
	whole, _, _ = strings.Cut(whole, "?")
	s.prose(whole)
	if u.User != nil {
		if password, set := u.User.Password(); set && password != "" {
			s.in(word, "userinfo", func() { s.value("password", password) })
		}
	}
	for i, segment := range strings.Split(u.EscapedPath(), "/") {
		if text, err := url.PathUnescape(segment); err == nil && len(text) >= 8 {
			s.in(word, "path", func() {
				s.way = append(s.way, step{kind: entry, index: i})
				s.respelled(text)
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
		s.in(word, where, func() {
			if !ok {
				s.text(unescape(pair))
				return
			}
			name := unescape(name)
			s.member(name)
			s.in(named, name, func() { s.value(name, unescape(value)) })
		})
	}
}

func unescape(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}
