package vcr

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
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

// sort is the place of a token in an exchange.
type sort int

const (
	methodToken sort = iota
	rootToken        // scheme and host, and what net/http writes beside them
	segmentToken
	queryName
	queryValue
	headerName
	headerValue
	statusToken
	memberToken
	stringToken
	numberToken
	literalToken
	bodyToken // a body that is not JSON
)

// token is one piece of an exchange that somebody chose.
type token struct {
	sort  sort
	in    string // "request" or "answer"
	at    string // the JSON pointer, or the header's or the query key's name
	role  string // of a path segment: what the documented template has there
	value string
	class provider.Class
}

// place names the token without its value.
func (t token) place() string {
	switch t.sort {
	case methodToken:
		return "the method of the request"
	case rootToken:
		return "what stands around the " + t.in + " (" + t.at + ")"
	case segmentToken:
		if variable := strings.Trim(t.role, "{}"); variable != t.role {
			return "the path variable " + variable + " of the request"
		}
		return "segment " + t.at + " of the request's path"
	case queryName:
		return "the name of field " + t.at + " of the request's query"
	case queryValue:
		if t.class.Documented {
			return fmt.Sprintf("the query parameter %q of the request", t.role)
		}
		return "the value of field " + t.at + " of the request's query"
	case headerName:
		return "the name of a header of the " + t.in
	case headerValue:
		return "the header " + t.at + " of the " + t.in
	case statusToken:
		return "the status line of the answer"
	case memberToken:
		at := t.at
		if at == "" {
			at = "the root"
		}
		return "the name of a member in " + at + " of the " + t.in
	case bodyToken:
		return "the body of the " + t.in
	}
	at := t.at
	if at == "" {
		at = "the root"
	}
	return at + " of the " + t.in
}

// audit is one exchange of a recording under examination.
type audit struct {
	r   *Recording
	ia  *cassette.Interaction
	url *url.URL
	*knowledge
	// ownURL, ownBody say that a shipped scenario sends this very URL, this body.
	ownURL, ownBody bool
}

// unaccounted lists the tokens of a captured exchange that nothing accounts for,
// by place and never by value, and reports whether one stands in the answer. It
// shares no code with the replacing of values.
func (r *Recording) unaccounted(i int, known *knowledge) (reasons []string, answered bool) {
	e, err := r.examine(i, known)
	if err != nil {
		return []string{err.Error()}, false
	}
	seen := map[string]bool{}
	unnamed := map[string]bool{} // pointers that end in a name which must not be shown
	hidden := map[string]bool{}
	e.walk(func(t token) {
		account := e.account(t)
		if t.sort == headerName && account == NoAccount {
			hidden[t.in+t.value] = true
		}
		if t.sort == headerValue && hidden[t.in+t.at] {
			return
		}
		for end := 1; end <= len(t.at) && len(unnamed) > 0; end++ {
			if (end == len(t.at) || t.at[end] == '/') && unnamed[t.at[:end]] {
				t.at = t.at[:strings.LastIndexByte(t.at[:end], '/')] + "/…"
				break
			}
		}
		if t.sort == memberToken && (account == NoAccount || account == OpenWord && len(e.late(t)) > 0) {
			unnamed[t.role] = true
		}
		before := len(reasons)
		switch {
		case account == NoAccount:
			if reason := t.place() + " has no account: " + t.missing(); !seen[reason] {
				seen[reason] = true
				reasons = append(reasons, reason)
			}
		case account >= OpenWord: // the others are closed forms: what equals a value there does so by chance
			reasons = append(reasons, e.late(t)...)
		}
		answered = answered || len(reasons) > before && t.in == "answer"
	})
	return reasons, answered
}

func (r *Recording) examine(i int, known *knowledge) (*audit, error) {
	ia := r.captured[i]
	u, err := url.Parse(ia.Request.URL)
	if err != nil {
		return nil, fmt.Errorf("the request's URL cannot be read")
	}
	e := &audit{r: r, ia: ia, url: u, knowledge: known}
	if s := r.Scenario; s != nil {
		e.ownURL = ia.Request.URL == r.Definition.BaseURL+s.Request.Target
		e.ownBody = ia.Request.Body == s.Request.Body
	}
	for ; known.read <= i; known.read++ {
		for _, w := range openWords(r.captured[known.read]) {
			known.sent[w] = true
		}
	}
	return e, nil
}

// knowledge is what the examination of one exchange leaves for the next.
type knowledge struct {
	read int // exchanges whose words are in sent
	// sent are the words that the caller sent in the open.
	sent map[string]bool
	// events are the events that the caller names in the paths of all exchanges.
	events map[string]bool
	// parts are the parts of names, addresses and hosts that the table replaces.
	parts map[string]bool
	// plain remembers which names of members are plain.
	plain map[string]bool
	// texts are the exchanges as a message searches them; nil until one does.
	texts []string
}

func (r *Recording) knowledge() *knowledge {
	k := &knowledge{sent: map[string]bool{}, events: map[string]bool{}, parts: map[string]bool{}, plain: map[string]bool{}}
	for _, ia := range r.captured {
		if u, err := url.Parse(ia.Request.URL); err == nil {
			k.events[r.Definition.Variables(u.EscapedPath())[r.Definition.EventVariable()]] = true
		}
	}
	for _, real := range r.table.Reals(provider.Name, provider.Mail, provider.DisplayID) {
		for _, part := range strings.FieldsFunc(strings.ToLower(real), func(c rune) bool { return !(c >= 'a' && c <= 'z' || c >= 0x80) }) {
			if len(part) >= minPart && !contract.IsWord(r.Definition, part) && !harmlessPart[part] {
				k.parts[part] = true
			}
		}
	}
	return k
}

// minPart is the shortest part of a name or an address that is looked for inside
// the names of members.
const minPart = 5

// account finds the account of a token.
func (e *audit) account(t token) Account {
	for _, a := range accounts {
		if a.Account != e.r.without && a.holds(e, t) {
			return a.Account
		}
	}
	return NoAccount
}

// missing says which account a token would have needed.
func (t token) missing() string {
	switch {
	case t.sort == headerName:
		return "it is not on the list of headers that are recorded"
	case t.sort == headerValue:
		return "it does not have the form that this header must have"
	case t.sort == memberToken || t.sort == queryName:
		return "it is neither documented there nor a plain program word nor a placeholder"
	case t.sort == numberToken && t.class.Documented:
		return "it is longer than a count"
	case t.sort == stringToken || t.sort == numberToken || t.sort == queryValue:
		what := "it is documented as " + string(t.class.Kind)
		if !t.class.Documented {
			what = "it is not documented"
		} else if t.class.Kind == "" {
			what = "it is documented with other values"
		}
		return what + " and holds no placeholder"
	}
	return "it is neither the API's own nor a placeholder"
}

// late finds the tenant's values, and what looks like somebody's, in a token that
// stands open.
func (e *audit) late(t token) (reasons []string) {
	if p, late := e.r.table.Late([]byte(t.value)); late && !e.openURL(t) || late && e.r.table.RevealText(p) != t.value {
		reason := fmt.Sprintf("%s shows a value that %q stands for", t.place(), p)
		if e.texts == nil {
			for _, ia := range e.r.captured {
				e.texts = append(e.texts, exchangeText(ia))
			}
		}
		if j := slices.IndexFunc(e.texts, func(text string) bool { return strings.Contains(text, p) }); j >= 0 {
			reason += fmt.Sprintf(" in exchange #%d", j)
		}
		if t.class.Kept && t.in == "request" {
			reason += "; what Keep lets a test send must be kept where the answer repeats it as well"
		}
		reasons = append(reasons, reason)
	}
	if rule := suspicious(t.value); rule != "" {
		reasons = append(reasons, fmt.Sprintf("%s holds a value that looks like a credential or a person's (rule %s)", t.place(), rule))
	}
	return reasons
}

// walk visits every token of the exchange.
func (e *audit) walk(visit func(token)) {
	q, a := e.ia.Request, e.ia.Response
	visit(token{sort: methodToken, in: "request", value: q.Method})
	root := e.url.Scheme + "://" + e.url.Host
	if e.url.User != nil {
		root = "user information"
	}
	visit(token{sort: rootToken, in: "request", at: "base URL", value: root})
	_, host, _ := strings.Cut(e.r.Definition.BaseURL, "://")
	for at, there := range map[string]bool{
		"host": q.Host != "" && q.Host != host, "remote address": q.RemoteAddr != "", "request line": q.RequestURI != "",
		"form": len(q.Form) > 0, "trailer": len(q.Trailer) > 0, "transfer encoding": len(q.TransferEncoding) > 0, "fragment": e.url.Fragment != "" || strings.Contains(q.URL, "#"),
	} {
		if there {
			visit(token{sort: rootToken, in: "request", at: at})
		}
	}
	asked := contractRequest(e.ia, e.url)
	classes := e.r.ofRequest(contract.RequestClasses(e.r.Definition, asked))
	segments := provider.Segments(e.url.EscapedPath())
	template := e.r.Definition.Template(e.url.EscapedPath())
	for i, raw := range segments {
		t := token{sort: segmentToken, in: "request", at: strconv.Itoa(i + 1), value: raw}
		if v, err := url.PathUnescape(raw); err == nil {
			t.value = v
		}
		if template != nil {
			t.role = template[i]
		}
		visit(t)
	}
	if e.url.RawQuery != "" || e.url.ForceQuery {
		for i, field := range strings.Split(e.url.RawQuery, "&") {
			rawName, rawValue, _ := strings.Cut(field, "=")
			name, err := url.QueryUnescape(rawName)
			value, err2 := url.QueryUnescape(rawValue)
			if err != nil || err2 != nil {
				name, value = "\x00", "\x00" // unreadable: no account has it
			}
			class := classes("?" + name)
			visit(token{sort: queryName, in: "request", at: strconv.Itoa(i + 1), value: name, class: class})
			visit(token{sort: queryValue, in: "request", at: strconv.Itoa(i + 1), role: name, value: value, class: class})
		}
	}
	headers(q.Headers, "request", visit)
	if q.Body != "" {
		e.body("request", q.Body, classes, visit)
	}
	visit(token{sort: statusToken, in: "answer", value: a.Status})
	if len(a.Trailer) > 0 || len(a.TransferEncoding) > 0 {
		visit(token{sort: rootToken, in: "answer", at: "trailer or transfer encoding"})
	}
	if p := q.Proto; p != "" && p != "HTTP/1.1" {
		visit(token{sort: rootToken, in: "request", at: "protocol"})
	}
	if p := a.Proto; p != "" && p != "HTTP/1.1" {
		visit(token{sort: rootToken, in: "answer", at: "protocol"})
	}
	headers(a.Headers, "answer", visit)
	if a.Body != "" {
		e.body("answer", a.Body, e.r.overridden(contract.AnswerClasses(e.r.Definition, asked, contractAnswer(e.ia))), visit)
	}
}

func headers(h http.Header, in string, visit func(token)) {
	for name, values := range h {
		visit(token{sort: headerName, in: in, value: name})
		for _, v := range values {
			visit(token{sort: headerValue, in: in, at: name, value: v})
		}
	}
}

// body visits the tokens of a JSON body with the standard library's reader.
func (e *audit) body(in, body string, classes func(string) provider.Class, visit func(token)) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var tokens []token
	twice := map[string]bool{} // pointers of members whose name stands twice in an object
	var read func(pointer string, depth int) error
	read = func(pointer string, depth int) error {
		t, err := d.Token()
		if err != nil || depth > maxNesting {
			return fmt.Errorf("unreadable: %w", err)
		}
		leaf := token{in: in, at: pointer}
		switch v := t.(type) {
		case json.Delim:
			names := map[string]bool{}
			for i := 0; d.More(); i++ {
				next := pointer + "/" + strconv.Itoa(i)
				if v == '{' {
					name, err := d.Token()
					if err != nil {
						return err
					}
					text, _ := name.(string)
					next = pointer + "/" + pointerEscape(text)
					if names[text] {
						twice[next] = true
					}
					names[text] = true
					tokens = append(tokens, token{sort: memberToken, in: in, at: pointer, role: next, value: text})
				}
				if err := read(next, depth+1); err != nil {
					return err
				}
			}
			_, err := d.Token()
			return err
		case string:
			leaf.sort, leaf.value = stringToken, v
		case json.Number:
			leaf.sort, leaf.value = numberToken, v.String()
		default:
			leaf.sort, leaf.value = literalToken, fmt.Sprint(v)
		}
		tokens = append(tokens, leaf)
		return nil
	}
	err := read("", 0)
	if _, after := d.Token(); err != nil || after != io.EOF {
		visit(token{sort: bodyToken, in: in, value: body})
		return
	}
	for _, t := range tokens {
		at := t.at
		if t.sort == memberToken {
			at = t.role
		}
		// What stands twice has no class, nor has what is in it: the contract
		// speaks of one of the two.
		if len(twice) == 0 || !within(twice, at) {
			t.class = classes(at)
		}
		visit(t)
	}
}

// maxNesting is what a hostile body may not exceed.
const maxNesting = 1000

// within says whether a pointer is one of some, or leads into one of them.
func within(pointers map[string]bool, at string) bool {
	for !pointers[at] {
		end := strings.LastIndexByte(at, '/')
		if end < 0 {
			return false
		}
		at = at[:end]
	}
	return true
}

func pointerEscape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

func (e *audit) formatOwn(t token) bool {
	switch t.sort {
	case methodToken:
		return slices.Contains(methods, t.value)
	case statusToken:
		return t.value == statusText(e.ia.Response.Code)
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
		return t.role == t.value || t.role != "" && def.EventVariable() == strings.Trim(t.role, "{}") && slices.Contains(def.Events, t.value) ||
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
		if t.class.Kept {
			return false
		}
		if t.class.Kind == provider.Text {
			return slices.Contains(def.Sentences, t.value)
		}
		if t.class.Kind == provider.Header {
			return false
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
		return known(t.value) || t.role == "" && known(e.url.EscapedPath()) || t.role != "" && strings.Trim(t.role, "{}") == e.r.Definition.EventVariable() && t.value == e.r.Definition.EventPlaceholder()
	case queryName:
		return t.value != "" && known(t.value)
	case memberToken:
		return t.value != "" && known(t.value) || t.value == e.r.Definition.EventPlaceholder() && t.value != ""
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
		return t.class.Documented && t.class.Keep && !t.class.Kept && countNumber.MatchString(t.value)
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
			kept, ok := hideValue(g, t.value, func(s string) string { return s })
			return ok && kept == t.value
		}
	}
	return false
}

// isMoment says whether a text is a date-time; most texts show at their start that
// they are none.
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

func (e *audit) open(t token) bool { return e.openWord(t) || e.openURL(t) }

// openURL says whether a token is a URL that the test sends in the open, or one
// that the vendor repeats.
func (e *audit) openURL(t token) bool {
	if t.sort != stringToken && t.sort != queryValue || t.in == "answer" && !e.sent[t.value] {
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
	return (t.class.Documented || !tellingName.MatchString(name)) && e.reserved(t.value)
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

// words says whether a text is made of lower-case words of at most 16 letters,
// with at most four digits behind each, and of numbers of at most seven digits;
// none of them may tell of a secret.
func words(v string) bool {
	letters, digits := 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			if letters++; digits > 0 {
				return false
			}
		case c == '.' || c == '_' || c == '~' || c == '-':
			letters, digits = 0, 0
		default:
			return false
		}
		if letters > 16 || digits > 7 || letters > 0 && digits > 4 {
			return false
		}
	}
	return !slices.ContainsFunc(strings.FieldsFunc(v, func(c rune) bool { return c == '.' || c == '~' || c == '-' }), tellingName.MatchString)
}

func (e *audit) openWord(t token) bool {
	switch t.sort {
	case segmentToken:
		return (t.role == "" || strings.Trim(t.role, "{}") == e.r.Definition.EventVariable() && t.role != "") && pathWords.MatchString(t.value)
	case queryName:
		return word(strings.ToLower(t.value)) && !tellingName.MatchString(t.value)
	case queryValue:
		return (t.class.Kind == provider.Word || !t.class.Documented) && word(t.value) && !tellingName.MatchString(t.role)
	case memberToken:
		if t.in == "request" || e.sent[t.value] {
			return word(strings.ToLower(t.value))
		}
		return e.styled(t.value)
	case stringToken:
		if t.class.Kind == provider.Header {
			return t.class.Keep && !t.class.Kept && headerLike(t.value) && (t.in == "request" || e.sent[t.value] || !e.holdsPart(t.value))
		}
		if t.in == "request" {
			name := path.Base(t.at)
			return (t.class.Kind == provider.Word || t.class.Kind == provider.Event || t.class.Kind == provider.Text || t.class.Kind == "") && word(t.value) && !(tellingName.MatchString(name) && !t.class.Documented)
		}
		return (t.class.Kind == provider.Word || t.class.Kind == provider.Text && word(t.value)) && e.sent[t.value]
	}
	return false
}

// pathWords are one word, or an operation's name in DevRev's style: dev-users.self.
var pathWords = pattern.New(`^[a-z]{1,16}(_[a-z]{1,16}){0,4}$|^[a-z]{1,16}(-[a-z]{1,16})?\.(no-such-)?[a-z]{1,16}$`)

// styled says whether a name is a plain one of the vendor's programmers that
// holds no part of a value which the table replaces.
func (e *audit) styled(name string) bool {
	plain, known := e.plain[name]
	if !known {
		plain = e.plainName(name)
		e.plain[name] = plain
	}
	return plain
}

func (e *audit) plainName(name string) bool {
	plain := strings.TrimPrefix(name, "_")
	if v := len(plain) - 3; v > 0 && plain[v:v+2] == "_v" && plain[v+2] >= '0' && plain[v+2] <= '9' {
		plain = plain[:v]
	}
	words := 0
	length := 0
	for i, c := range plain {
		switch {
		case c >= 'a' && c <= 'z':
			length++
		case c == '_' && e.r.Definition.MemberName == provider.SnakeCase && i > 0 && length > 0:
			words, length = words+1, 0
		case c >= 'A' && c <= 'Z' && e.r.Definition.MemberName == provider.CamelCase && i > 0:
			words, length = words+1, 1
		default:
			return false
		}
		if length > 16 || words > 4 {
			return false
		}
	}
	if length == 0 {
		return false
	}
	return !e.holdsPart(name)
}

// holdsPart says whether a name holds a part of a value that the table replaces.
// The name is short, and the parts may be many.
func (e *audit) holdsPart(name string) bool {
	low := strings.ToLower(name)
	for end := minPart; end <= len(low); end++ {
		for start := range end - minPart + 1 {
			if e.parts[low[start:end]] {
				return true
			}
		}
	}
	return false
}

// wordLike says whether a text is written as words are: in small letters, in
// capitals, or with a capital at the start of each of up to three words; with
// digits at its end at most.
func wordLike(part string) bool {
	letters := strings.TrimRight(part, "0123456789")
	low := strings.ToLower(letters)
	if letters == "" || letters == low || letters == strings.ToUpper(letters) && len(letters) <= 8 {
		return letters != ""
	}
	capitals := 0
	for i, c := range letters {
		if c >= 'A' && c <= 'Z' {
			if capitals++; i+1 == len(letters) || letters[i+1] >= 'A' && letters[i+1] <= 'Z' {
				return false
			}
		}
	}
	return letters[0] >= 'A' && letters[0] <= 'Z' && capitals <= 3
}

// headerLike says whether a text is the name of a header as programs choose them:
// up to eight parts of at most sixteen letters and digits, joined by hyphens or
// underscores, the first beginning with a letter, with three digits in all.
func headerLike(s string) bool {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == '-' || c == '_' })
	digits, longest := 0, 0
	for _, part := range parts {
		longest = max(longest, len(part))
		if !wordLike(part) {
			return false
		}
		for _, c := range part {
			switch {
			case c >= '0' && c <= '9':
				digits++
			case c < 'A' || c > 'Z' && c < 'a' || c > 'z':
				return false
			}
		}
	}
	return len(parts) > 0 && len(parts) <= 8 && len(s) == len(strings.Join(parts, "-")) && longest <= 16 && digits <= 3 && (s[0] < '0' || s[0] > '9')
}

// harmlessPart are parts of addresses that name nobody.
var harmlessPart = map[string]bool{"https": true, "cloud": true, "localhost": true}

// openWords are the header values, names and words of a request that the vendor
// may repeat.
func openWords(ia *cassette.Interaction) []string {
	var words []string
	for _, values := range ia.Request.Headers {
		words = append(words, values...)
	}
	d := json.NewDecoder(strings.NewReader(ia.Request.Body))
	for {
		t, err := d.Token()
		if err != nil {
			break
		}
		if s, ok := t.(string); ok {
			words = append(words, s)
		}
	}
	if u, err := url.Parse(ia.Request.URL); err == nil {
		for name, values := range u.Query() {
			words = append(append(words, name), values...)
		}
	}
	return words
}

// reference says whether a URL shows placeholders only: an id, or a URL of the
// vendor's API whose path and query are the contract's words and placeholders.
func (e *audit) reference(value string) bool {
	return e.link(value, 0)
}

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
		if err != nil || !(v == "" || e.contractWord(t) || e.isPlaceholder(t) || template != nil && strings.Trim(t.role, "{}") == e.r.Definition.EventVariable() && e.events[v] && word(v)) {
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
			!(e.r.table.Placeholder(v) || contract.IsWord(e.r.Definition, v) || e.sent[v] || e.link(v, depth+1)) {
			return false
		}
	}
	return true
}

// word reports whether a value is one lower-case word, as enum members are: up to
// five parts of at most sixteen letters, joined by underscores.
func word(s string) bool {
	for part := range strings.SplitSeq(s, "_") {
		if part == "" || len(part) > 16 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return strings.Count(s, "_") <= 4
}
