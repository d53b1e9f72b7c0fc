package placeholder

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// Sent holds what the caller sent, under placeholders that start with "sent-": one
// for each value, whatever the kinds of the places where it stands. The zero value
// holds nothing and is ready for use; a replay uses it without a table.
type Sent struct {
	// PerKind says that a value may have a placeholder for each kind, as in the
	// cassettes that were written first.
	PerKind bool

	values map[string]string // by placeholder
	names  map[string]string // by value
	shown  *index            // nil while nothing is held
}

// The forms of placeholders of what was sent.
var (
	sentPattern = pattern.New(`^sent-([a-z_]+)-([1-9][0-9]{0,8})$`)
	sentURL     = pattern.New(`^(https://example\.com/|/)sent-url-[1-9][0-9]{0,8}$`)
	sentMail    = pattern.New(`^sent-mail-[1-9][0-9]{0,8}@example\.com$`)
)

// secretMark is how the base64 text of "sent-secret-…" starts.
var secretMark = base64.StdEncoding.EncodeToString([]byte("sent-secret-"))

// IsSent says whether the whole value is a placeholder of something that the
// caller sent, and of which kind. For a secret that is the base64 text of
// "sent-secret-N".
func IsSent(value string) (provider.Kind, bool) {
	switch {
	case sentURL.MatchString(value):
		return provider.URL, true
	case sentMail.MatchString(value):
		return provider.Mail, true
	case strings.HasPrefix(value, secretMark):
		b, err := base64.StdEncoding.Strict().DecodeString(value)
		m := sentPattern.FindStringSubmatch(string(b))
		return provider.Secret, err == nil && m != nil && m[1] == "secret"
	}
	m := sentPattern.FindStringSubmatch(value)
	switch {
	case m == nil || m[1] == "secret" || m[1] == "mail" || m[1] == string(memberName):
		return "", false
	case m[1] == "undocumented":
		return provider.Undocumented, true
	}
	kind := provider.Kind(m[1])
	return kind, slices.Contains(numberedKinds, kind)
}

func isSent(value string) bool { _, ok := IsSent(value); return ok }

// ToTape returns the placeholder of a value that the caller sent: the same for the
// same value, and for a new one the next of the kind as which it came first. A
// secret that is not base64 of 8 to 32 bytes becomes a key and a mail address that
// is none an opaque value, because a placeholder must have the form of what it
// stands for.
func (s *Sent) ToTape(kind provider.Kind, value string) (placeholder string) {
	if p, ok := s.names[value]; ok {
		return p
	}
	placeholder = sentPlaceholder(formOf(kind, value), len(s.names)+1, value)
	s.enter(placeholder, value)
	return placeholder
}

// formOf is the kind whose form a value has: its own, as a rule.
func formOf(kind provider.Kind, value string) provider.Kind {
	switch {
	case kind == provider.Secret && !isSecretForm(value):
		return provider.Key
	case kind == provider.Mail && !isMail(value):
		return provider.Opaque
	}
	return kind
}

func sentPlaceholder(kind provider.Kind, n int, value string) string {
	word := string(kind)
	if kind == provider.Undocumented {
		word = "undocumented"
	}
	name := "sent-" + word + "-" + strconv.Itoa(n)
	switch kind {
	case provider.Secret:
		return base64.StdEncoding.EncodeToString([]byte(name))
	case provider.Mail:
		return name + "@example.com"
	case provider.URL:
		return inURLForm(value, name)
	}
	return name
}

func (s *Sent) enter(placeholder, value string) {
	if s.values == nil {
		s.values, s.names, s.shown = map[string]string{}, map[string]string{}, &index{}
	}
	s.values[placeholder] = value
	if _, ok := s.names[value]; !ok {
		s.names[value] = placeholder
	}
	s.shown.add(needle{text: placeholder, replacement: value, whole: true, joins: "_-"})
}

// Bind is Try and Keep of one value.
func (s *Sent) Bind(placeholder, value string) bool {
	t := s.Try()
	ok := t.Bind(placeholder, value)
	if ok {
		t.Keep()
	}
	return ok
}

// Trial are bindings on probation: what is bound in it leaves no trace until it is kept.
type Trial struct {
	sent          *Sent
	values, names map[string]string
}

// Try begins a trial.
func (s *Sent) Try() *Trial { return &Trial{sent: s} }

// Keep makes the bindings of the trial those of what was sent.
func (t *Trial) Keep() {
	for placeholder, value := range t.values {
		t.sent.enter(placeholder, value)
	}
}

// Bind says whether a value of this caller can stand where the tape has the
// placeholder. A placeholder without a value takes the value, if it has the form
// of what was recorded: base64 of 8 to 32 bytes for a secret, an absolute http or
// https URL or a relative one, a mail address for a mail address, any text that is
// not empty for the rest. A placeholder with a value accepts only that value, and
// a value only its placeholder: what was equal stays equal, what was different
// stays different.
func (t *Trial) Bind(placeholder, value string) bool {
	kind, ok := IsSent(placeholder)
	if !ok || value == "" {
		return false
	}
	if old, bound := either(t.values, t.sent.values, placeholder); bound {
		return old == value
	}
	if other, bound := either(t.names, t.sent.names, value); bound && other != placeholder && !t.sent.PerKind {
		return false
	}
	switch kind {
	case provider.Secret:
		ok = isSecretForm(value)
	case provider.Mail:
		ok = isMail(value)
	case provider.URL:
		ok = sameURLForm(placeholder, value)
	}
	if !ok {
		return false
	}
	if t.values == nil {
		t.values, t.names = map[string]string{}, map[string]string{}
	}
	t.values[placeholder], t.names[value] = value, placeholder
	return true
}

func either(first, second map[string]string, key string) (string, bool) {
	if v, ok := first[key]; ok {
		return v, true
	}
	v, ok := second[key]
	return v, ok
}

// sameURLForm says whether a value is a URL that a client could be sent to, and
// absolute or relative as the placeholder is. One that is neither stands for a
// text that was no URL.
func sameURLForm(placeholder, value string) bool {
	u, err := url.Parse(value)
	switch {
	case isAbsolute(placeholder):
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && !strings.ContainsAny(value, " \t")
	case strings.HasPrefix(placeholder, "/"):
		return err == nil && strings.HasPrefix(value, "/") && u.Host == ""
	}
	return !isAbsolute(value) && !strings.HasPrefix(value, "/")
}

func (s *Sent) holds(value string) bool { _, ok := s.values[value]; return ok }

// ToCallerJSON puts the caller's values in the place of their placeholders, in
// the values of a JSON document or in any other text.
func (s *Sent) ToCallerJSON(body string) string {
	if !s.mayHold(body) {
		return body
	}
	out, err := RewriteJSON([]byte(body), func(_, v string) (string, bool) { return s.ToCallerText(v), true })
	if err != nil {
		return s.ToCallerText(body)
	}
	return string(out)
}

// ToCallerText puts the caller's values in the place of their placeholders inside
// a text. What is put in is not read again.
func (s *Sent) ToCallerText(text string) string {
	if !s.mayHold(text) {
		return text
	}
	return rewrite(text, func(i int) (end int, value string) {
		n, _ := s.shown.match(text, text, i)
		return i + len(n.text), n.replacement
	})
}

// mayHold spares a text without placeholders the search. JSON may escape any
// letter of a placeholder, so a backslash counts as one.
func (s *Sent) mayHold(text string) bool {
	return len(s.values) > 0 && (strings.Contains(text, "sent-") || strings.Contains(text, secretMark) || strings.Contains(text, `\u`) || strings.Contains(text, `\/`))
}
