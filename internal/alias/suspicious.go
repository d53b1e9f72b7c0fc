package alias

import (
	"regexp"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Finding is a place that looks like a credential or a personal datum, whoever's
// it is. It never holds the value.
type Finding struct {
	Rule   string
	Offset int
}

type rule struct {
	name    string
	pattern *regexp.Regexp
	// harmless says whether a match is none after all; it gets the last group.
	harmless func(string) bool
}

var rules = []rule{
	{"jwt", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`), nil},
	{"private-key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----`), nil},
	{"bearer", regexp.MustCompile(`(?i)\bbearer(?:[ \t]+|\+|%20)([A-Za-z0-9._~+/=-]{8,})`), harmlessBearer},
	{"aws-key", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), nil},
	{"github-token", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})`), nil},
	{"slack-token", regexp.MustCompile(`\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Za-z0-9]+/`), nil},
	{"google-key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`), nil},
	{"mail", regexp.MustCompile(`([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`), reservedMail},
	{"userinfo", regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#"'<>\\@]+@[A-Za-z0-9\[]`), nil},
}

// bearerProse are words that follow "bearer" in sentences.
var bearerProse = []string{"authentication", "authorization", "credential", "credentials", "token", "tokens"}

func harmlessBearer(token string) bool {
	return strings.TrimRight(token, ".") == provider.Token || isSent(token) || looksNumbered(provider.Key, token) || looksNumbered(provider.Secret, token) ||
		slices.Contains(bearerProse, strings.TrimRight(lower(token), "."))
}

// Suspicious returns what looks like a credential or a personal datum by its
// form alone: JSON Web Tokens, private keys, bearer tokens other than the
// placeholder, keys of well-known services, mail addresses outside the domains
// reserved for examples, and user information in URLs. It reads the data as it
// stands and with its JSON, percent and HTML escapes undone. The result is
// sorted by place.
func Suspicious(data []byte) []Finding {
	var findings []Finding
	for _, l := range layers(string(data)) {
		for _, r := range rules {
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
