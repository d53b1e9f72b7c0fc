package placeholder

import (
	"cmp"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// Finding is a place that looks like a credential or a personal datum, whoever's
// it is. It never holds the value.
type Finding struct {
	Rule   string
	Offset int
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
		if isMail(mail) && !reservedMail(mail) {
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
		findings = appendMails(findings, &l)
		for _, m := range secret.Find(l.text) {
			if m.Shape != "bearer" || !harmlessBearer(l.text[m.SecretStart:m.SecretEnd]) {
				findings = append(findings, Finding{m.Shape, l.offset(m.Start)})
			}
		}
	}
	slices.SortFunc(findings, func(a, b Finding) int { return cmp.Or(a.Offset-b.Offset, strings.Compare(a.Rule, b.Rule)) })
	return slices.Compact(findings)
}
