package record

import (
	"mime"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// Account is a reason for which a token may stand in a cassette. Every token of
// a finished recording needs one; what has none keeps it from being written.
type Account int

// The accounts, the only ones that there are.
const (
	NoAccount Account = iota
	// FormatOwn: what HTTP and the cassette's format are made of: methods, the
	// status line, true, false and null, the text that stands for a body which is
	// not JSON, and what the request of a shipped scenario consists of.
	FormatOwn
	// ContractWord: a word that the contract lists at that place.
	ContractWord
	// Placeholder: a placeholder of this recording's table, the base URL of the
	// placeholder world, a made-up id.
	Placeholder
	// Bounded: a value that the contract documents as one that may stay there: a
	// date-time, a count of at most seven digits, a media type, a rate limit.
	Bounded
	// OpenWord: a plain program word in the open: sent by the test under a name
	// that does not tell of a secret, or repeated by the vendor; a URL that the test
	// sent below a reserved host; or the name of an undocumented member in the
	// vendor's own style, or of a header that goes with deliveries, which holds no
	// part of a name, a mail address or a host which the table replaces.
	OpenWord
	// UserKept: named by the user in Keep.
	UserKept
)

// accounts are the accounts with what they say of themselves, and the question
// whether a token falls under one, in the order in which they are asked.
var accounts = []struct {
	Account
	name  string
	holds func(*audit, token) bool
}{
	{FormatOwn, "the format's own", (*audit).formatOwn},
	{ContractWord, "a word of the contract at that place", (*audit).contractWord},
	{Placeholder, "a placeholder", (*audit).isPlaceholder},
	{Bounded, "a documented value within bounds", (*audit).bounded},
	{OpenWord, "a plain word or a reserved URL", (*audit).open},
	{UserKept, "named in Keep", func(_ *audit, t token) bool {
		return t.class.Kept && !(t.sort == memberToken && strings.Trim(t.value, "0123456789") == "")
	}},
}

func (a Account) String() string {
	for _, known := range accounts {
		if known.Account == a {
			return known.name
		}
	}
	return "no account"
}

func (e *audit) account(t token) Account {
	for _, a := range accounts {
		if a.Account != e.r.without && a.holds(e, t) {
			return a.Account
		}
	}
	return NoAccount
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

func (e *audit) formatOwn(t token) bool {
	switch t.sort {
	case methodToken:
		return slices.Contains(methods, t.value)
	case statusToken:
		return t.value == exchange.StatusText(e.ia.Response.Code)
	case literalToken:
		return true
	case segmentToken, queryName, queryValue:
		return e.ownURL || t.value == "" && t.sort == segmentToken
	case bodyToken:
		return t.in == "request" && e.ownBody || t.in == "answer" && (t.value == replacedText || t.value == replacedPage)
	case memberToken, stringToken, numberToken:
		return t.in == "request" && e.ownBody || t.sort == memberToken && t.value == ""
	case headerValue:
		return t.in == "request" && e.r.Scenario != nil && e.r.Scenario.Request.Header[t.at] == t.value
	}
	return false
}

func (e *audit) contractWord(t token) bool {
	def := e.r.Definition
	switch t.sort {
	case segmentToken:
		return t.role == t.value || t.role != "" && def.EventBinding().Variable == strings.Trim(t.role, "{}") && slices.Contains(def.Events, t.value) ||
			t.role == "" && (e.literal(t.value) || def.LoginPath != "" && slices.Contains(provider.Segments(def.LoginPath), t.value))
	case queryName:
		return t.class.Documented
	case memberToken:
		return t.class.Documented && contract.IsWord(def, t.value) || t.in == "answer" && def.EventMap != "" && t.at == def.EventMap && slices.Contains(def.Events, t.value)
	case headerName:
		if t.in == "request" {
			return slices.ContainsFunc(def.RequestHeaders, func(h provider.RequestHeader) bool { return h.Name == t.value })
		}
		_, listed := def.ResponseHeaders[t.value]
		return listed
	case stringToken, queryValue:
		switch {
		case t.class.Kept || t.class.Kind == provider.Header:
			return false
		case t.class.Kind == provider.Text:
			return slices.Contains(def.Sentences, t.value)
		}
		return t.class.Keep && !isMoment(t.value) || (t.class.Kind == provider.Word || t.class.Documented && t.class.Kind == "") && contract.IsWord(def, t.value)
	}
	return false
}

// literal says whether a text is a fixed segment of a documented path.
func (e *audit) literal(s string) bool {
	for _, op := range e.r.Definition.Operations {
		for _, form := range op.Forms {
			if slices.Contains(provider.Segments(form.Path), s) {
				return true
			}
		}
	}
	return false
}

func (e *audit) isPlaceholder(t token) bool {
	known := e.r.table.Placeholder
	switch t.sort {
	case rootToken:
		return t.value == e.r.Definition.BaseURL
	case segmentToken:
		return known(t.value) || t.role == "" && known(e.url.EscapedPath()) || t.role != "" && strings.Trim(t.role, "{}") == e.r.Definition.EventBinding().Variable && t.value == e.r.Definition.EventBinding().Placeholder
	case queryName:
		return t.value != "" && known(t.value)
	case memberToken:
		return t.value != "" && known(t.value) || t.value == e.r.Definition.EventBinding().Placeholder && t.value != ""
	case queryValue, stringToken:
		return known(t.value) || (t.class.Kind == provider.URL || !t.class.Documented) && e.reference(t.value)
	case headerValue:
		return e.grammar(t) == provider.Reference && t.in == "answer" && e.reference(t.value) || e.grammar(t) == provider.Number && t.value == fixedMoment || t.value == e.r.Definition.BaseURL && e.grammar(t) == provider.Root
	case numberToken:
		return t.value == "0" || t.value == "0.5"
	}
	return false
}

var (
	countNumber = pattern.New(`^-?[0-9]{1,7}$`)
	weight      = pattern.New(`^(0(\.[0-9]{1,3})?|1(\.0{1,3})?)$`)
)

func (e *audit) grammar(t token) provider.HeaderGrammar {
	if t.in == "answer" {
		return e.r.Definition.ResponseHeaders[t.at]
	}
	for _, h := range e.r.Definition.RequestHeaders {
		if h.Name == t.at {
			return h.Grammar
		}
	}
	return ""
}

func (e *audit) bounded(t token) bool {
	switch t.sort {
	case numberToken:
		return !e.r.Strict && t.class.Documented && t.class.Keep && !t.class.Kept && countNumber.MatchString(t.value)
	case stringToken, queryValue:
		moment, err := time.Parse(time.RFC3339, t.value)
		_, offset := moment.Zone()
		return t.class.Documented && t.class.Keep && !t.class.Kept && err == nil && moment.Year() >= 2010 && moment.Year() < 2100 &&
			len(t.value) <= len("2006-01-02T15:04:05.999999999+07:00") && offset%(15*60) == 0
	case headerValue:
		switch g := e.grammar(t); g {
		case provider.Reference, provider.Root, "":
			return false
		case provider.MediaTypes:
			return !slices.ContainsFunc(strings.Split(t.value, ","), func(one string) bool { return !acceptable(one) })
		case provider.Date:
			_, err := time.Parse(time.DateOnly, t.value)
			return err == nil
		case provider.Scope:
			return t.value == "beta"
		default:
			kept, ok := hideValue(e.r.Definition, g, t.value, func(s string) string { return s })
			return ok && kept == t.value
		}
	}
	return false
}

// isMoment says whether a text is a date-time; most texts show at their start that they are none.
func isMoment(s string) bool {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// acceptable says whether one entry of an Accept header is a media type of
// common use, with a weight and a charset at most.
func acceptable(entry string) bool {
	t, params, err := mime.ParseMediaType(entry)
	if err != nil || !types[t] && t != "*/*" && t != "application/*" && t != "text/*" {
		return false
	}
	for name, value := range params {
		if !(name == "q" && weight.MatchString(value) || name == "charset" && charsets[strings.ToLower(value)]) {
			return false
		}
	}
	return true
}

func (e *audit) open(t token) bool {
	return !(e.r.Strict && t.in == "answer") && (e.openWord(t) || e.openURL(t))
}

// openURL says whether a token is a URL that the test sends in the open, or one
// that the vendor repeats.
func (e *audit) openURL(t token) bool {
	if t.sort != stringToken && t.sort != queryValue || t.in == "answer" && !e.sentBefore(t.value) {
		return false
	}
	switch t.class.Kind {
	case provider.ID, provider.DisplayID, provider.Secret, provider.Key:
		return false
	}
	name := t.role
	if t.sort == stringToken {
		name = path.Base(t.at)
	}
	return (t.class.Documented || !secret.Tells(name)) && e.reserved(t.value)
}

// reserved says whether a URL leads to nobody: below a host of RFC 2606, RFC 6761
// or this machine, or below the base URL of the placeholder world; with nothing
// but words and short numbers in its path and its query.
func (e *audit) reserved(value string) bool {
	u, err := url.ParseRequestURI(value) // takes a path, but no fragment
	if err != nil || u.User != nil || u.Opaque != "" || strings.HasPrefix(value, "//") || strings.Contains(value, "#") {
		return false
	}
	if u.Host != "" {
		host := strings.ToLower(u.Hostname())
		labels := strings.Split("."+host, ".")
		last := labels[len(labels)-1]
		ip := net.ParseIP(host)
		if u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != e.r.Definition.BaseURL &&
			!(ip != nil && ip.IsLoopback()) && !(ip == nil && reservedTop[last]) && !reservedTop[strings.Join(labels[max(0, len(labels)-2):], ".")] {
			return false
		}
	}
	parts := append(provider.Segments(u.EscapedPath()), strings.FieldsFunc(u.RawQuery, func(c rune) bool { return c == '&' || c == '=' })...)
	if ip := net.ParseIP(u.Hostname()); ip == nil {
		parts = append(parts, strings.ToLower(u.Hostname()))
	}
	for _, raw := range parts {
		v, err := url.QueryUnescape(raw)
		if err != nil || !e.r.table.Placeholder(v) && !words(v) {
			return false
		}
	}
	return true
}

// reservedTop are the domains that RFC 2606 and RFC 6761 set aside.
var reservedTop = map[string]bool{"example": true, "test": true, "invalid": true, "localhost": true, "example.com": true, "example.org": true, "example.net": true}

func (e *audit) openWord(t token) bool {
	switch t.sort {
	case segmentToken:
		return (t.role == "" || strings.Trim(t.role, "{}") == e.r.Definition.EventBinding().Variable && t.role != "") && pathWords.MatchString(t.value)
	case queryName:
		return word(strings.ToLower(t.value)) && (t.class.Varies || !secret.Tells(t.value)) // a placeholder stands for what varies
	case queryValue:
		return (t.class.Kind == provider.Word || !t.class.Documented) && word(t.value) && !secret.Tells(t.role)
	case memberToken:
		if t.in == "request" || e.sentBefore(t.value) {
			return word(strings.ToLower(t.value))
		}
		return e.styled(t.value)
	case stringToken:
		if t.class.Kind == provider.Header {
			return t.class.Keep && !t.class.Kept && headerLike(t.value) && (t.in == "request" || e.sentBefore(t.value) || !e.holdsPart(t.value))
		}
		if t.in == "request" {
			name := path.Base(t.at)
			return (t.class.Kind == provider.Word || t.class.Kind == provider.Event || t.class.Kind == provider.Text || t.class.Kind == "") && word(t.value) && !(secret.Tells(name) && !t.class.Documented)
		}
		return (t.class.Kind == provider.Word || t.class.Kind == provider.Text && word(t.value)) && e.sentBefore(t.value)
	}
	return false
}

// reference says whether a URL shows placeholders only: an id, or a URL of the
// vendor's API whose path and query are the contract's words and placeholders.
func (e *audit) reference(value string) bool { return e.link(value, 0) }

func (e *audit) link(value string, depth int) bool {
	rest, _ := strings.CutPrefix(value, e.r.Definition.BaseURL)
	if e.r.table.Placeholder(value) || strings.HasPrefix(rest, "/") && e.r.table.Placeholder(rest) {
		return true
	}
	u, err := url.Parse(value)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" || depth > 3 || strings.Contains(value, "#") ||
		u.Host != "" && u.Scheme+"://"+u.Host != e.r.Definition.BaseURL || u.Host == "" && !strings.HasPrefix(value, "/") {
		return false
	}
	template := e.r.Definition.Template(u.EscapedPath())
	for i, raw := range provider.Segments(u.EscapedPath()) {
		v, err := url.PathUnescape(raw)
		t := token{sort: segmentToken, value: v}
		if template != nil {
			t.role = template[i]
		}
		if err != nil || !(v == "" || e.contractWord(t) || e.isPlaceholder(t) || template != nil && strings.Trim(t.role, "{}") == e.r.Definition.EventBinding().Variable && e.events[v] && word(v)) {
			return false
		}
	}
	if u.RawQuery == "" {
		return true
	}
	for field := range strings.SplitSeq(u.RawQuery, "&") {
		name, raw, ok := strings.Cut(field, "=")
		v, err := url.QueryUnescape(raw)
		if !ok || err != nil || name != "redirect" && !contract.IsWord(e.r.Definition, name) ||
			!(e.r.table.Placeholder(v) || contract.IsWord(e.r.Definition, v) || e.sentBefore(v) || e.link(v, depth+1)) {
			return false
		}
	}
	return true
}
