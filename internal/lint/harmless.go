package lint

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

var (
	redaction = pattern.New(`(?i)redact(?:ed|ion)?|scrub(?:bed)?|filtered|masked|sanitiz(?:ed)?|sanitis(?:ed)?|anonymi[sz](?:ed)?|obfuscat(?:ed)?|placeholder|hidden|removed|replaced|dummy|changeme|change-me|replace[-_]?me|example|sample|your[-_ ]|^my[-_]|fake|mock|^test[-_]|[-_]test$|not[-_ ]?a[-_ ]?real|deadbeef|^secret$|^(?:none|null|nil|undefined|string|true|false|yes|no|on|off)$`)
	template  = pattern.New(`^(?:<[^<>]*>|\$?\{\{?[^{}]*\}?\}|\[[A-Za-z_ -]*\]|%[A-Za-z_]+%|\$[A-Z_]+|__[A-Za-z_]+__)$`)
	// numbered placeholders of this module and of others: api-key-1, token_2.
	numbered = pattern.New(`^[a-z]+(?:[-_][a-z]+)*[-_][0-9]{1,4}$`)
	// masked values show no more than their first and last characters.
	masked = pattern.New(`^(?:[A-Za-z]{1,6}[-_])?[A-Za-z0-9]{0,4}(?:[*•]{3,}|[xX]{4,}|\.{3}|…)[A-Za-z0-9]{0,4}$`)
	// word is one of an enumeration, of an identifier, or a list of them.
	word   = pattern.New(`^(?:[A-Za-z]?[a-z]+(?:[-_.]?[A-Z]?[a-z]+)*|[A-Z]+(?:_[A-Z]+)*)$`)
	names  = pattern.New(`^[A-Za-z]+(?:-[A-Za-z]+)*(?:, ?[A-Za-z]+(?:-[A-Za-z]+)*)+$`)
	scheme = pattern.New(`(?i)^(bearer|basic|token|apikey|digest|negotiate|key|oauth|sharedkey|aws4-hmac-sha256)[ :]+`)
	// measure is a number with a decimal point or a unit; a count has neither.
	measure = pattern.New(`^(?:[0-9]*\.[0-9]+|(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d))+)$`)
	number  = pattern.New(`^(?:[0-9][0-9., ]*%?|0x[0-9A-Fa-f]{1,8})$`)
	// version is one of a package, or a range of them: token is the name of a package, too.
	version = pattern.New(`^(?:(?: ?\|\| ?| - | )?[~^<>=v]{0,2} ?[0-9]+(?:\.[0-9x*]+){1,3}(?:[-+][A-Za-z0-9.]{1,20})?)+$`)
	uuid    = pattern.New(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	// publicKey begins what its owner hands out: keys, certificates, signatures.
	publicKey = pattern.New(`^\s*(?:(?:[a-z_][a-z0-9_-]{0,31}:)?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-[a-z0-9-]+|sk-ssh-[a-z0-9@.-]+) AAAA|-----BEGIN (?:[A-Z0-9 ]*PUBLIC KEY(?: BLOCK)?|CERTIFICATE(?: REQUEST)?|PGP SIGNATURE|X509 CRL)-----)`)
	program   = pattern.New(`\bfunction\s*\w*\s*\([^)]*\)\s*\{|=>\s*\{|\breturn\b[^;]*;|\bdef \w+\(`)
	pem       = pattern.New(`^-----BEGIN [A-Z0-9 ]{1,64}-----`)
	// sentence is what a validator says: words, one of which makes a sentence of them.
	sentence = pattern.New(`(?i)^[A-Z][A-Z' -]* ?\b(?:is|isn't|are|be|can|can't|cannot|must|should|has|have|had|does|doesn't|did|was|may|needs?|contains?)\b[ A-Z0-9'().,:;!-]*$|^(?:is|isn't|can't|cannot|must|should|has|does|doesn't|may|too|not|please) [ A-Z0-9'().,:;!-]*$`)
)

// madeUp are the words that say of a value that somebody made it up, ordinary
// those that say nothing.
var (
	madeUp = strings.Fields("test tests testing tester fake dummy mock mocked sample example demo invalid wrong bogus fixture placeholder foo bar baz expired " +
		"required missing blank incorrect mismatch")
	ordinary = strings.Fields("a an super the my our some any this that is not no real new old good bad valid user users username admin private public secret secrets token tokens " +
		"key keys api apikey access refresh auth bearer client id password pass passwd pwd webhook signing signature session cookie csrf xsrf value string default random app " +
		"application account service server name jwt oauth credential credentials authorization integration unit local dev development staging hello world for with and of")
)

// harmless says whether the value of a secret-named key is a placeholder, a
// redaction or no secret at all.
func (s *secrets) harmless(name, value string) bool {
	return standsIn(name, value) || isWord(name, value) || s.isPlaceholder(value)
}

// bare is a value without the scheme of an Authorization header.
func bare(value string) string {
	return strings.TrimSpace(strings.TrimPrefix(value, scheme.FindString(value)))
}

// isWord says that a value is that of an enumeration ("token_type" apart, such
// members exist), a name or a list of them. For a password a word is what it looks
// like.
func isWord(name, value string) bool {
	value = bare(value)
	return !secret.NamesPassword(name) && (len(value) < 4 || len(value) <= 24 && word.MatchString(value) && piece(value) >= 3 || len(value) <= 1<<10 && names.MatchString(value))
}

// standsIn says that a value stands in the place of a secret, or is public.
func standsIn(name, value string) bool {
	value = bare(value)
	if begin := pem.FindString(value); begin != "" && !publicKey.MatchString(value) {
		body, _, _ := strings.Cut(value[len(begin):min(len(value), len(begin)+maxCredential)], "-----END")
		body = strings.Trim(strings.ReplaceAll(body, `\n`, " "), " \r\n\t.")
		return body != "" && len(body) <= 64 && standsIn(name, body)
	}
	password := secret.NamesPassword(name)
	switch {
	case value == "" || value == provider.Token || value == provider.WrongToken || placeholder.MadeUp(value):
		return true
	case same(strings.ReplaceAll(value, "-", "")) || ascending(value) && (!password || strings.Trim(value, "0123456789") == "") || numbered.MatchString(value) || masked.MatchString(value):
		return true
	case template.MatchString(value):
		return !drawn(redaction.ReplaceAllString(value, " "), false)
	case len(value) <= 64 && (redaction.MatchString(value) && !drawn(redaction.ReplaceAllString(value, " "), password) || sayMadeUp(name, value) || refers(value)):
		return true
	case publicKey.MatchString(value) || strings.Contains(value, " ") && (program.MatchString(value) || len(value) <= 200 && sentence.MatchString(value)):
		return true
	case strings.EqualFold(name, "pwd") && strings.HasPrefix(value, "/"): // a shell's working directory
		return true
	case !password && (measure.MatchString(value) || version.MatchString(value) || secret.Counts(name) && number.MatchString(value)):
		return true
	case slices.ContainsFunc(examples, func(e string) bool { return strings.Contains(value, e) }):
		return true
	}
	if _, sent := placeholder.IsSent(value); sent {
		return true
	}
	if b, err := base64.StdEncoding.DecodeString(value); err == nil && len(b) >= 4 && printable(string(b)) && string(b) != value && len(b) <= 64 {
		inner := strings.Trim(string(b), ":")
		return numbered.MatchString(inner) || redaction.MatchString(inner) && !drawn(redaction.ReplaceAllString(inner, " "), false) || basicHarmless(inner)
	}
	return false
}

// refers says whether a value is itself the name of a secret: user_password,
// auth.token, or a password's one word.
func refers(value string) bool {
	if strings.ContainsAny(value, " 0123456789") {
		return false
	}
	words := secret.Words(value)
	return secret.Names(value) && (len(words) > 1 || secret.NamesPassword(value)) || value == "pass"
}

// identifies says whether a value is the id of what is named, such as a session.
func identifies(name, value string) bool {
	words := secret.Words(name)
	return words[len(words)-1] == "id" && uuid.MatchString(value)
}

// minDrawn is the shortest run of letters and digits of which one can tell that it was
// drawn at random.
const minDrawn = 16

// drawn says whether a run of letters and digits in a text looks drawn at random,
// whatever stands beside it. Of a password it takes a digit between two letters, or
// before one.
func drawn(text string, password bool) bool {
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch {
		case inRows(run) || ascending(run):
		case len(run) >= minDrawn && piece(run) < 4 && strings.ContainsAny(run, "0123456789"):
			return true
		case len(run) >= minDrawn && piece(run) < 2.5:
			return true
		case password && len(run) >= 4 && digitFirst.MatchString(run):
			return true
		}
	}
	return false
}

var digitFirst = pattern.New(`[0-9][A-Za-z]`)

// piece is how long the words of a text are on average, digits being words of their
// own: some two characters in what was drawn at random.
func piece(text string) float64 {
	n := 0
	for _, w := range secret.Words(text) {
		n++
		for i := 1; i < len(w); i++ {
			if isDigit(w[i]) != isDigit(w[i-1]) {
				n++
			}
		}
	}
	return float64(len(text)) / float64(max(1, n))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// basicHarmless judges what stands behind "Basic": the password counts.
func basicHarmless(pair string) bool {
	_, password, ok := strings.Cut(pair, ":")
	return ok && (password == "" || numbered.MatchString(password) || redaction.MatchString(password) || same(password))
}

// sayMadeUp says whether the words of a value are the member's own name, or
// ordinary ones. A password of ordinary words is one, unless a word says that it
// is made up; so is a word with digits behind it.
func sayMadeUp(name, value string) bool {
	all := secret.Words(value)
	if len(all) == 0 {
		return false
	}
	if strings.EqualFold(value, name) || secret.Names(name) && strings.Join(all, " ") == strings.Join(secret.Words(name), " ") {
		return true
	}
	says, digits := false, false
	for _, w := range all {
		word := strings.TrimRight(w, "0123456789")
		digits = digits || word != w
		switch {
		case word == "" || slices.Contains(ordinary, word):
		case slices.Contains(madeUp, word):
			says = true
		default:
			return false
		}
	}
	if says {
		return len(all) > 1 || !digits
	}
	return !digits && !secret.NamesPassword(name)
}

// same says whether a value is one character over and over: xxxx, ****, 0000.
func same(s string) bool {
	return len(s) > 1 && strings.Trim(s, s[:1]) == "" || s == "*" || s == "-" || strings.Trim(s, "*•…") == "" && s != ""
}

// minRow is the shortest row of one character, or of characters in their order,
// that nobody draws at random.
const minRow = 8

// ascending says whether a value is characters in their order: 1234567, abc123.
func ascending(s string) bool {
	if len(s) < 6 {
		return false
	}
	length := 1
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[i-1]+1 || s[i-1] == '9' && s[i] == '0':
			length++
		case length < 3:
			return false
		default:
			length = 1
		}
	}
	return length >= 3
}

// examples are credentials that somebody published, and half of the world copies: the
// payload of the token on the site about JSON Web Tokens, and the keys in the
// documentation of AWS and Stripe.
var examples = []string{
	"eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l",
	"/bPxRfiCYEXAMPLEKEY",
	"sk_test_4eC39HqLyjWDarjtT1zdp7dc",
	"sk_test_BQokikJOvBiI2HlWgH4olfQ2",
}

// published says whether a text of the form of a credential is an example that
// somebody published, or has been redacted.
func published(text string) bool {
	return slices.ContainsFunc(examples, func(e string) bool { return strings.Contains(text, e) }) || inRows(text) && !drawn(text, false) ||
		redaction.MatchString(text) && (len(text) <= 64 || strings.Contains(text, "EXAMPLE") || strings.Contains(text, "REDACTED")) && !drawn(redaction.ReplaceAllString(text, " "), false)
}

// inRows says whether a text has a row of one character, or of characters in their
// order, that nobody draws at random.
func inRows(text string) bool {
	row, order, step := 1, 1, 1
	for i := 1; i < len(text); i++ {
		if row++; text[i] != text[i-1] {
			row = 1
		}
		if order++; text[i] != text[i-1]+1 && (text[i-1] != '9' || text[i] != '0') {
			order = 1
		}
		if step++; i < 2 || text[i] != text[i-2]+1 { // a1b2c3d4
			step = 1
		}
		if (row >= minRow || order >= minRow || step >= minRow) && text[i] > ' ' && text[i] != '-' {
			return true
		}
	}
	return false
}
