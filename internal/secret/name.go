package secret

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"example.com/webhookvcr/internal/pattern"
)

// telling is wide on purpose: it decides what may not pass unasked, in a recording
// and in messages, and a name too many costs a question.
var telling = pattern.New(`(?i)secret|token|passw(?:or)?d?|pwd|api[-_]?key|credential|signature|authorization|jwt|(?:key|sig|sid|auth|code|pin)$`)

// Tells says whether a name could be that of a secret. [Names] is the narrower
// judgement of a name that stands in somebody else's file.
func Tells(name string) bool { return telling.MatchString(name) || Names(name) }

// Told returns where the first part of a text ends that tells so of a name; -1 when there is none.
func Told(text string) int {
	name := telling.FindString(text)
	if name == "" {
		return -1
	}
	return strings.Index(text, name) + len(name)
}

// Words splits a name at separators and at humps: clientSecret, client-secret
// and CLIENT_SECRET are client and secret, oauth2Token is oauth2 and token.
func Words(name string) []string {
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
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			flush()
		}
		b.WriteRune(unicode.ToLower(r))
	}
	flush()
	return all
}

var (
	passwordWords = []string{"password", "passwd", "pwd", "passphrase", "passcode", "pin", "otp", "totp", "passwort", "kennwort", "contrasena", "senha", "wachtwoord"}
	// foreignWords are passwords in letters that no header or element can have.
	foreignWords = []string{"contraseña", "пароль", "密码"}
	// secretWords make a secret of any name that they end, many those that do so in
	// the plural, too: "cookies" and "signatures" are often those of others.
	secretWords = append([]string{"authorization", "cookie", "sessionid", "authsessionid", "bearer", "connectionstring", "csrf", "xsrf",
		"signature", "sig", "jsessionid", "phpsessid"}, many...)
	many = []string{"secret", "token", "apikey", "credential", "jwt", "privatekey", "secretkey", "accesskey", "accesstoken", "refreshtoken",
		"idtoken", "authtoken", "clientsecret"}
	// pairs are the words that make a secret of the word behind them.
	pairs = map[string][]string{
		"code": {"recovery", "backup", "scratch", "mfa", "otp", "totp"},
		"key": {"api", "access", "secret", "private", "auth", "signing", "encryption", "shared", "account", "master", "app", "application",
			"subscription", "license", "client", "ssh", "functions", "storage", "webhook", "hub", "signature", "hmac"},
		"pass":      {"root", "admin", "user", "db", "database", "smtp", "mail", "ftp", "proxy", "login", "auth", "basic", "redis", "mysql", "postgres"},
		"id":        {"session"},
		"string":    {"connection"},
		"assertion": {"client", "saml"},
		"verifier":  {"code"},
	}
	// pagers make a cursor of the word "token" behind them.
	pagers = []string{"page", "next", "previous", "prev", "continuation", "sync", "start", "cursor", "delta", "pagination", "resume", "max", "min",
		"completion", "prompt", "total", "input", "output", "num", "idempotency", "request", "cancellation"}
)

// Names says whether a name is that of a secret.
func Names(name string) bool {
	if len(name) > 200 {
		return false
	}
	w := Words(name)
	// user[password], x.secret.value
	for len(w) > 1 && IsGeneric(w[len(w)-1]) {
		w = w[:len(w)-1]
	}
	// password1, secret_2
	for len(w) > 1 && strings.Trim(w[len(w)-1], "0123456789") == "" {
		w = w[:len(w)-1]
	}
	if len(w) == 0 {
		return false
	}
	last := lastWord(w)
	before := ""
	if len(w) > 1 {
		before = w[len(w)-2]
	}
	switch {
	case before == "kbn" && last == "xsrf":
		return false // Kibana wants the header, with any value
	case (before == "thought" || before == "thinking") && last == "signature":
		return false // a language model's, who checks that its thoughts are its own
	case slices.Contains(passwordWords, last) || slices.Contains(foreignWords, last):
		return true
	case last == "token":
		return !slices.Contains(pagers, before)
	case slices.Contains(secretWords, last):
		return true
	case before == "" && (name == "pass" || last == "assertion"): // a test says PASS
		return true
	case last == "keys" || last == "codes":
		return slices.Contains(pairs[strings.TrimSuffix(last, "s")], before)
	case slices.Contains(pairs[last], before):
		return true
	}
	return slices.ContainsFunc(runTogether(), func(end string) bool { return strings.HasSuffix(last, end) })
}

// runTogether are the names of several words without what parts them, as in a header
// in small letters: secretaccesskey ends with one.
var runTogether = sync.OnceValue(func() []string {
	all := []string{"secret", "password", "passwd", "passphrase"}
	for _, name := range Known() {
		if w := Words(name); len(w) > 1 {
			all = append(all, strings.Join(w, ""))
		} else if slices.ContainsFunc(Known(), func(other string) bool { return other != name && strings.HasSuffix(name, other) }) {
			all = append(all, name) // accesskey
		}
	}
	return all
})

// lastWord is the last word of a name, without a number behind it and in the singular.
func lastWord(words []string) string {
	if len(words) == 0 {
		return ""
	}
	last := strings.TrimRight(words[len(words)-1], "0123456789")
	for _, word := range passwordWords[:2] {
		if strings.HasSuffix(strings.TrimSuffix(last, "s"), word) { // dbpassword
			return word
		}
	}
	if one := strings.TrimSuffix(last, "s"); slices.Contains(many, one) || one != "pin" && slices.Contains(passwordWords, one) {
		return one
	}
	return last
}

// Lists says whether a name is that of many secrets, whatever each of them is called.
func Lists(name string) bool { return Names(name) && plural(name) }

// Counts says whether a name is that of many, such as tokens: a number under it
// counts them. What passes is counted, too.
func Counts(name string) bool { return name == "pass" || plural(name) }

func plural(name string) bool {
	w := Words(name)
	return len(w) > 0 && strings.HasSuffix(w[len(w)-1], "s") && !strings.HasSuffix(w[len(w)-1], "ss")
}

// Identifies says whether a name is that of an id or of a place in a list: what
// is encoded under it is a kind and a number.
func Identifies(name string) bool {
	w := Words(name)
	return len(w) > 0 && slices.Contains([]string{"id", "ids", "identifier", "cursor", "cursors", "after", "before"}, w[len(w)-1])
}

// NamesPassword says whether a name is that of a password: any value counts then,
// also a plain word or a number.
func NamesPassword(name string) bool {
	last := lastWord(Words(name))
	return slices.Contains(passwordWords, last) || slices.Contains(foreignWords, last)
}

// IsGeneric says that a member's name says nothing: what it holds is named by
// the members around it.
func IsGeneric(name string) bool {
	switch strings.ToLower(name) {
	case "value", "values", "data", "content", "text", "raw", "plaintext":
		return true
	}
	return false
}

// Known returns a name of each kind that Names knows, for documentation and for
// tests that plant a value under every one.
func Known() []string {
	all := slices.Concat(passwordWords, secretWords, []string{"passwords"})
	for _, w := range many {
		all = append(all, w+"s")
	}
	for last, before := range pairs {
		for _, w := range before {
			all = append(all, w+"_"+last)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
