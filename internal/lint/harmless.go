package lint

import (
	"encoding/base64"
	"regexp"
	"strings"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

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
	return !secret.NamesPassword(name) && (len(value) < 4 || len(value) <= 24 && plain.MatchString(value))
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
