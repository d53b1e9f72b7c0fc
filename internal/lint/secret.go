package lint

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// words splits a name at separators and at humps: clientSecret, client-secret
// and CLIENT_SECRET are client and secret.
func words(name string) []string {
	var all []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			all = append(all, b.String())
			b.Reset()
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			flush()
		}
		b.WriteRune(unicode.ToLower(r))
	}
	flush()
	return all
}

var (
	passwordWords = []string{"password", "passwd", "pwd", "passphrase", "passcode", "pin"}
	// secretWords make a secret of any name that they end.
	secretWords = []string{"secret", "secrets", "token", "tokens", "apikey", "authorization", "credential", "credentials", "jwt", "cookie",
		"sessionid", "authsessionid", "privatekey", "secretkey", "accesskey", "accesstoken", "refreshtoken", "idtoken", "authtoken", "clientsecret",
		"bearer", "connectionstring", "csrf", "xsrf", "signature", "sig", "jsessionid", "phpsessid", "otp"}
	// keyWords make a secret of the word "key" or "signature" behind them.
	keyWords = []string{"api", "access", "secret", "private", "auth", "signing", "encryption", "shared", "account", "master", "app", "application",
		"subscription", "license", "client", "ssh", "functions", "storage", "webhook", "hub"}
	// pagers make a cursor of the word "token" behind them.
	pagers = []string{"page", "next", "previous", "prev", "continuation", "sync", "start", "cursor", "delta", "pagination", "resume", "max", "min",
		"completion", "prompt", "total", "input", "output", "num", "idempotency", "request", "cancellation"}
)

// secretName says whether a name is that of a secret.
func secretName(name string) bool {
	if len(name) > 200 {
		return false
	}
	w := words(name)
	// user[password], x.secret.value
	for len(w) > 1 && isGeneric(w[len(w)-1]) {
		w = w[:len(w)-1]
	}
	// password1, secret_2
	for len(w) > 1 && strings.Trim(w[len(w)-1], "0123456789") == "" {
		w = w[:len(w)-1]
	}
	if len(w) == 0 {
		return false
	}
	last := strings.TrimRight(w[len(w)-1], "0123456789")
	before := ""
	if len(w) > 1 {
		before = w[len(w)-2]
	}
	switch {
	case slices.Contains(passwordWords, last):
		return true
	case last == "token" || last == "tokens":
		return !slices.Contains(pagers, before)
	case slices.Contains(secretWords, last):
		return true
	case last == "key" || last == "keys" || last == "signature" || last == "sig":
		return slices.Contains(keyWords, before)
	case last == "id":
		return before == "session"
	case last == "string":
		return before == "connection"
	}
	return false
}

// password says whether a name is that of a password: any value counts then,
// also a plain word or a number.
func password(name string) bool {
	w := words(name)
	return len(w) > 0 && slices.Contains(passwordWords, strings.TrimRight(w[len(w)-1], "0123456789"))
}

var (
	redaction = regexp.MustCompile(`(?i)redact|scrub|filtered|masked|sanitiz|sanitis|anonymi|obfuscat|placeholder|hidden|removed|replaced|dummy|changeme|change-me|example|sample|your[-_ ]|^my[-_]|fake|mock|^test[-_]|[-_]test$|not[-_ ]?a[-_ ]?real|deadbeef|^secret$|^none$|^null$|^nil$|^undefined$|^string$|^true$|^false$`)
	template  = regexp.MustCompile(`^(?:<[^<>]*>|\$?\{\{?[^{}]*\}?\}|\[[A-Za-z_ -]*\]|%[A-Za-z_]+%|\$[A-Z_]+|__[A-Za-z_]+__)$`)
	// numbered placeholders of this module and of others: api-key-1, token_2.
	numbered = regexp.MustCompile(`^[a-z]+(?:[-_][a-z]+)*[-_][0-9]{1,4}$`)
	plain    = regexp.MustCompile(`^[a-z]+(?:_[a-z]+)*$`)
	scheme   = regexp.MustCompile(`(?i)^(bearer|basic|token|apikey|digest|negotiate|key|oauth|sharedkey|aws4-hmac-sha256)[ :]+`)
)

// harmless says whether the value of a secret-named key is a placeholder, a
// redaction or no secret at all.
func harmless(name, value string) bool {
	if loc := scheme.FindStringIndex(value); loc != nil {
		value = value[loc[1]:]
	}
	value = strings.TrimSpace(value)
	switch {
	case value == "" || value == provider.Token || value == provider.WrongToken || placeholder.MadeUp(value) || strings.EqualFold(value, name):
		return true
	case same(value) || template.MatchString(value) || numbered.MatchString(value):
		return true
	case len(value) <= 64 && redaction.MatchString(value):
		return true
	}
	if _, sent := placeholder.IsSent(value); sent {
		return true
	}
	if b, err := base64.StdEncoding.DecodeString(value); err == nil && len(b) >= 4 && printable(string(b)) && string(b) != value && len(b) <= 64 {
		if inner := strings.Trim(string(b), ":"); numbered.MatchString(inner) || redaction.MatchString(inner) || basicHarmless(name, inner) {
			return true
		}
	}
	// An enumeration ("token_type" apart, such members exist) or a word of a
	// sentence. For a password a word is what it looks like.
	return !password(name) && (len(value) < 4 || len(value) <= 24 && plain.MatchString(value))
}

// basicHarmless judges what stands behind "Basic": the password counts.
func basicHarmless(name, pair string) bool {
	_, secret, ok := strings.Cut(pair, ":")
	return ok && (secret == "" || numbered.MatchString(secret) || redaction.MatchString(secret) || same(secret))
}

// same says whether a value is one character over and over: xxxx, ****, 0000.
func same(s string) bool {
	return len(s) > 1 && strings.Trim(s, s[:1]) == "" || s == "*" || s == "-" || strings.Trim(s, "*•…") == "" && s != ""
}
