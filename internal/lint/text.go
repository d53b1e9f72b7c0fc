package lint

import (
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

var mailAddress = pattern.New(`^[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)`)

// scanText looks at a text by its form alone.
func (s *search) scanText(value string) {
	// The search takes several times the memory of what it reads.
	if len(value) <= maxProse {
		s.scanChunk(value)
		return
	}
	for at := 0; at < len(value); at += maxProse - proseOverlap {
		s.part(at, func() { s.scanChunk(value[at:min(len(value), at+maxProse)]) })
	}
}

const (
	maxProse     = 1 << 20
	proseOverlap = 8 << 10
)

func (s *search) scanChunk(value string) {
	s.known(value)
	if len(value) < 6 {
		return
	}
	for _, f := range placeholder.Credentials([]byte(value)) {
		s.seek(f.Offset)
		text := value[f.Offset:min(len(value), f.Offset+maxCredential)]
		match := matched(f.Rule, text)
		switch {
		case s.excused(f.Rule, text, match):
		case f.Rule == "mail":
			s.foundValue(match, rulePersonal, "holds a mail address outside the domains reserved for examples")
		default:
			s.foundValue(match, ruleShape, "holds what has the form of a credential (%s)", f.Rule)
		}
	}
	for _, d := range provider.All() {
		for _, mark := range d.Marks {
			if !containsFold(value, mark.Needle) {
				continue
			}
			for _, m := range mark.Pattern.FindAllStringSubmatchIndex(value, -1) {
				if !strings.EqualFold(strings.TrimRight(value[m[2]:m[3]], "."), mark.Placeholder) {
					s.found(ruleTenant, "holds %s; the placeholder is %q", mark.What, mark.Placeholder)
				}
			}
		}
	}
}

// known looks for the values that the environment holds.
func (s *search) known(value string) {
	for _, leak := range s.secrets.leaks(value) {
		s.found(ruleKnown, "holds the value of %s (%s)", leak.variable, leak.form)
	}
}

func containsFold(s, needle string) bool {
	if strings.Contains(s, needle) {
		return true
	}
	for i := 0; i+len(needle) <= len(s); i++ {
		if s[i]|0x20 == needle[0]|0x20 && strings.EqualFold(s[i:i+len(needle)], needle) {
			return true
		}
	}
	return false
}

// maxCredential bounds what is read from the place of a match on: a text may hold one
// in each of its lines, and what excuses it stands near. It is longer than any
// credential that is published as an example.
const maxCredential = 1 << 10

var bearer = pattern.New(`(?i)^bearer(?:[ \t]+|\+|%20)([A-Za-z0-9._~+/=-]+)`)

// matched is what the rule matches at the start of a text; all of a private key, and
// nothing where only the text without its escapes matches.
func matched(rule, text string) string {
	switch rule {
	case "mail":
		return mailAddress.FindString(text)
	case "private-key":
		key, _, _ := strings.Cut(text, "-----END")
		return key
	}
	return secret.Prefix(rule, text)
}

// excused says whether the text that starts with a match of the rule holds a
// placeholder of some kind: other projects redact in their own ways.
func (s *search) excused(rule, text, match string) bool {
	switch rule {
	case "mail":
		return reserved(text)
	case "bearer":
		m := bearer.FindStringSubmatch(text)
		return m != nil && s.secrets.harmless("token", m[1])
	case "private-key":
		return standsIn("private key", text)
	case "userinfo":
		m := userinfo.FindStringSubmatch(text)
		return m != nil && s.isUser(m[1], m[2])
	}
	return match != "" && published(match)
}

// reserved says whether a mail address lies in a domain that RFC 2606 and RFC
// 6761 keep for examples and tests.
func reserved(text string) bool {
	m := mailAddress.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	domain := strings.ToLower(m[1])
	for _, top := range []string{"test", "example", "invalid", "localhost", "example.com", "example.org", "example.net"} {
		if domain == top || strings.HasSuffix(domain, "."+top) {
			return true
		}
	}
	return false
}
