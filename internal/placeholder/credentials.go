package placeholder

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// Finding is a place that looks like a credential or a personal datum, whoever's
// it is. It never holds the value.
type Finding struct {
	Rule   string
	Offset int
}

type rule struct {
	name string
	// anchor is a text without which the pattern cannot match, in lower case:
	// most cassettes hold none of them, and a search is far cheaper than a match.
	anchor  string
	pattern pattern.Pattern
	// harmless says whether a match is none after all; it gets the last group.
	harmless func(string) bool
}

var rules = []rule{
	{"jwt", "eyj", pattern.New(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`), nil},
	{"private-key", "private key-----", pattern.New(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----`), nil},
	{"bearer", "bearer", pattern.New(`(?i)\bbearer(?:[ \t]+|\+|%20)([A-Za-z0-9._~+/=-]{8,})`), harmlessBearer},
	{"aws-key", "akia", pattern.New(`\bAKIA[0-9A-Z]{16}\b`), nil},
	{"aws-key", "asia", pattern.New(`\bASIA[0-9A-Z]{16}\b`), nil},
	{"github-token", "gh", pattern.New(`\bgh[pousr]_[A-Za-z0-9]{30,}`), nil},
	{"github-token", "github_pat_", pattern.New(`\bgithub_pat_[A-Za-z0-9_]{22,}`), nil},
	{"slack-token", "xox", pattern.New(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`), nil},
	{"slack-token", "hooks.slack.com", pattern.New(`hooks\.slack\.com/services/T[A-Za-z0-9]+/`), nil},
	{"stripe-key", "k_live_", pattern.New(`\b[rs]k_live_[0-9A-Za-z]{10,}`), nil},
	{"google-key", "aiza", pattern.New(`\bAIza[0-9A-Za-z_-]{35}`), nil},
	{"userinfo", "://", pattern.New(`\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#"'<>\\@]+@[A-Za-z0-9\[]`), nil},
}

// bearerProse are words that follow "bearer" in sentences.
var bearerProse = []string{"authentication", "authorization", "credential", "credentials", "token", "tokens"}

func harmlessBearer(token string) bool {
	return strings.TrimRight(token, ".") == provider.Token || isSent(token) || looksNumbered(provider.Key, token) || looksNumbered(provider.Secret, token) ||
		slices.Contains(bearerProse, strings.TrimRight(lower(token), "."))
}

// appendMails finds mail addresses from their @ outwards.
func appendMails(findings []Finding, l *layer) []Finding {
	for at := 0; ; at++ {
		next := strings.IndexByte(l.text[at:], '@')
		if next < 0 {
			return findings
		}
		at += next
		start := at
		for start > 0 && isAddressByte(l.text[start-1]) {
			start--
		}
		end := run(l.text, at+1, func(c byte) bool { return isAlnum(c) || c == '.' || c == '-' })
		// The last dot may end a sentence.
		mail := strings.TrimRight(l.text[start:end], ".-")
		if mailAddress.MatchString(mail) && !reservedMail(mail) {
			findings = append(findings, Finding{"mail", l.offset(start)})
		}
	}
}

func isAddressByte(c byte) bool { return isMailByte(c) || c == '%' }

// Credentials returns what looks like a credential or a personal datum by its
// form alone: JSON Web Tokens, private keys, bearer tokens other than the
// placeholder, keys of well-known services, mail addresses outside the domains
// reserved for examples, and user information in URLs. It reads the data as it
// stands and with its JSON, percent and HTML escapes undone. The result is
// sorted by place.
func Credentials(data []byte) []Finding {
	var findings []Finding
	for _, l := range layers(string(data)) {
		low := lower(l.text)
		findings = appendMails(findings, &l)
		for _, r := range rules {
			if !strings.Contains(low, r.anchor) {
				continue
			}
			for _, m := range r.pattern.FindAllStringSubmatchIndex(l.text, -1) {
				last := l.text[m[len(m)-2]:m[len(m)-1]]
				if r.harmless != nil && r.harmless(last) {
					continue
				}
				findings = append(findings, Finding{r.name, l.offset(m[0])})
			}
		}
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	return slices.Compact(findings)
}
