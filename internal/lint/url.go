package lint

import (
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/secret"
)

var (
	userinfo = pattern.New(`^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^\s/?#"'<>\\@:]*)(?::([^\s/?#"'<>\\@]*))?@`)
	account  = pattern.New(`^[a-z]{1,12}$`)
)

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
	// The parameters and the user are looked at one by one below.
	whole, _, _ := strings.Cut(value, "#")
	whole, _, _ = strings.Cut(whole, "?")
	if m := userinfo.FindStringSubmatch(whole); m != nil {
		user, password := unescape(m[1]), unescape(m[2])
		s.in(stepWord, "userinfo", func() {
			if s.isUser(user, password) {
				return
			}
			if s.secrets.harmless("password", password) {
				s.secret("token", user)
			} else {
				s.secret("password", password)
			}
			s.scanValue(user)
			s.scanValue(password)
		})
		whole = "//" + whole[len(m[0]):]
	}
	s.scanText(whole)
	s.segments(strings.Split(u.EscapedPath(), "/"))
	s.query(u.RawQuery, "query")
	s.fragment(u.EscapedFragment())
}

// fragment looks through what stands behind the # of a URL: the tokens of an implicit
// grant, the path and query of a page's own routes, or a text.
func (s *search) fragment(value string) {
	path, query, routed := strings.Cut(value, "?")
	if !routed && strings.Contains(value, "=") {
		path, query = "", value
	}
	s.in(stepWord, "fragment", func() {
		s.scanText(path)
		s.segments(strings.Split(path, "/"))
	})
	s.query(query, "fragment")
}

// authority looks through a host with what may stand before and behind it.
func (s *search) authority(value string) {
	s.url("//" + value)
	s.scanValue(value)
}

// isUser says whether the user information of a URL holds no secret.
func (s *search) isUser(user, password string) bool {
	return s.secrets.harmless("password", password) && (account.MatchString(user) || s.secrets.harmless("token", user))
}

// segments looks through a path: what stands behind token is one, unless it is a word;
// what stands behind tokens is the id of one. A segment may have parameters.
func (s *search) segments(all []string) {
	before := ""
	for i, segment := range all {
		text, err := url.PathUnescape(segment)
		if err != nil {
			text = segment
		}
		value, parameters, _ := strings.Cut(text, ";")
		s.in(stepWord, "path", func() {
			s.path = append(s.path, pathStep{kind: stepIndex, index: i})
			if s.isSecret(before) && !secret.Counts(before) && (random(value) || secret.NamesPassword(before) && mixed(value)) {
				s.secret(before, value)
			}
			if len(text) >= 8 {
				s.scanDecoded(text)
			}
			s.query(parameters, "parameter")
			s.pop()
		})
		before = value
	}
}

// mixed says whether a text has letters and digits.
func mixed(s string) bool {
	return len(s) >= 4 && strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789") != ""
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
