package placeholder

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// Placeholders of undocumented dates. They are the only ones that do not lead
// back to what they replaced: nobody sends a date of an undocumented member.
const (
	fixedDate     = "2023-01-01"
	fixedDateTime = "2023-01-01T12:00:00Z"
)

// placeholder is the n-th placeholder of a kind, fit to stand for real.
func placeholder(kind provider.Kind, n int, real string) string {
	before, after := around(kind, real)
	text := before + strconv.Itoa(n) + after
	if kind == provider.Secret {
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

// around is what stands around the number of a placeholder; for a secret, in the text
// that is encoded.
func around(kind provider.Kind, real string) (before, after string) {
	switch kind {
	case provider.DisplayID:
		return "display-", ""
	case provider.Secret:
		return "placeholder-", ""
	case provider.Key:
		return "api-key-", ""
	case provider.Mail:
		return "user-", "@example.com"
	case provider.URL:
		return inURLForm(real, "url-"), ""
	case provider.Text:
		return "text ", ""
	case provider.Undocumented:
		return "undocumented-", ""
	}
	return string(kind) + "-", ""
}

// inURLForm writes a name as an absolute or relative URL, as model is.
func inURLForm(model, name string) string {
	switch {
	case isAbsolute(model):
		return "https://example.com/" + name
	case strings.HasPrefix(model, "/"):
		return "/" + name
	}
	return name
}

// maxNumber is more than one recording ever gives out.
const maxNumber = 1_000_000

// numberOf returns the number of a value that has the form of a numbered
// placeholder of its kind, whether or not the table has given that number out.
func numberOf(kind provider.Kind, value string) (n int, ok bool) {
	text := value
	if kind == provider.Secret {
		b, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return 0, false
		}
		text = string(b)
	}
	before, after := around(kind, value)
	digits, ok := strings.CutPrefix(text, before)
	digits, ok2 := strings.CutSuffix(digits, after)
	if !ok || !ok2 {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n > 0 && n < maxNumber && placeholder(kind, n, value) == value
}

func looksNumbered(kind provider.Kind, value string) bool { _, ok := numberOf(kind, value); return ok }

// reserved is how far a value that looks like a numbered placeholder stands for
// itself, so that nothing else is called so: the callers of tests know the first
// ones. Beyond it the number may be the tenant's own, and is replaced.
const reserved = 100

// standsForItself says whether a value is one of the first placeholders of its kind by its form.
func standsForItself(kind provider.Kind, value string) bool {
	n, ok := numberOf(kind, value)
	return ok && n < reserved
}

// memberName is the kind of names of undocumented members that are data.
const memberName provider.Kind = "member"

// numberedKinds are the kinds whose placeholders carry a number.
var numberedKinds = []provider.Kind{provider.ID, provider.DisplayID, provider.Secret, provider.Key, provider.URL, provider.Mail, provider.Name,
	provider.Text, provider.Opaque, provider.Word, provider.Header, provider.Event, provider.Undocumented, memberName}

// numberedKind returns the kind of which a value could be a placeholder. It is
// asked for every string of an answer: few end as a placeholder does.
func numberedKind(value string) (provider.Kind, bool) {
	if last := len(value) - 1; last < 0 || !(value[last] >= '0' && value[last] <= '9' || value[last] == 'm' || strings.HasPrefix(value, numberedSecret)) {
		return "", false
	}
	for _, kind := range numberedKinds {
		if standsForItself(kind, value) {
			return kind, true
		}
	}
	return "", false
}

// numberedSecret is how the base64 text of "placeholder-N" starts.
var numberedSecret = base64.StdEncoding.EncodeToString([]byte("placeholder-"))

// Patterns of values, used where the contract says nothing or little.
var (
	mailAddress = pattern.New(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$`)
	mediaType   = pattern.New(`^(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9][A-Za-z0-9.+_-]{0,60}(; ?charset=[A-Za-z0-9-]{1,20})?$`)
	lowerWord   = pattern.New(`^[a-z]{1,16}(_[a-z]{1,16}){0,4}$`)
)

// isAbsolute says whether a text begins with a scheme of RFC 3986 and "://".
func isAbsolute(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	for i := range len(scheme) {
		if c := scheme[i]; !isAlnum(c) && (i == 0 || c != '+' && c != '.' && c != '-') {
			return false
		}
	}
	return ok && scheme != "" && scheme[0] > '9'
}

// isMail says whether a text is a mail address. It is asked for most texts, of which
// few hold the sign that is looked for first.
func isMail(s string) bool { return strings.IndexByte(s, '@') > 0 && mailAddress.MatchString(s) }

// dateForm returns the fixed date in the form of the value, or false.
func dateForm(s string) (string, bool) {
	if _, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return fixedDateTime, true
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return fixedDate, true
	}
	return "", false
}

// isSecretForm says whether a text is base64 of 8 to 32 bytes.
func isSecretForm(s string) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && len(b) >= 8 && len(b) <= 32 && !strings.ContainsAny(s, "\r\n")
}

// numbered finds the numbers of placeholders: the counting part of GUIDs,
// user-2, text 3, and the base64 of a numbered secret. A stem has three letters
// or is "id", so that the "us-1" of a region keeps its number. GUIDs come first,
// for "cccccccc-0000" looks like a stem and a number.
var numbered = pattern.New(`((?i:\b[0-9a-f]{8}-0000-4000-8000-)|\bid-|[a-z]{3,}[- ])[0-9]+\b|(cGxhY2Vob2xkZXIt|c2VudC1zZWNyZXQt)[A-Za-z0-9+/]+=*`)

// MaskNumbers leaves out the numbers of the placeholders in a text. They follow
// the order in which values were met and say nothing about them.
func MaskNumbers(s string) string { return numbered.ReplaceAllString(s, "${1}${2}#") }

// Numbered returns the numbered placeholders in a text, in order.
func Numbered(s string) []string { return numbered.FindAllString(s, -1) }
