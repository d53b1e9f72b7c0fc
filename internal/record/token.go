package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

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

func (t token) place() string {
	at := cmp.Or(t.at, "the root")
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
		return "the name of a member in " + at + " of the " + t.in
	case bodyToken:
		return "the body of the " + t.in
	}
	return at + " of the " + t.in
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
	asked := contract.Request{Method: q.Method, URL: e.url, Header: q.Headers, Body: []byte(q.Body)}
	answer := contract.Response{Status: a.Code, Header: a.Headers, Body: e.answer.Body, Reading: e.answer.Reading}
	if string(answer.Body) != a.Body { // it is another by now
		answer.Body = []byte(a.Body)
	}
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
	headers(a.Headers, "answer", func(t token) {
		name := t.at
		if t.sort == headerName {
			name = t.value
		}
		t.class.Kept = e.r.keepsHeader(name)
		visit(t)
	})
	if a.Body != "" {
		e.body("answer", a.Body, e.r.overridden(contract.ResponseClasses(e.r.Definition, asked, answer)), visit)
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

// body visits the tokens of a body that the standard library takes for JSON.
func (e *audit) body(in, text string, classes func(string) provider.Class, visit func(token)) {
	r := bodyReader{text: text}
	if !json.Valid([]byte(text)) || !r.read("", 0) {
		visit(token{sort: bodyToken, in: in, value: text})
		return
	}
	r = bodyReader{text: text, twice: r.twice, visit: func(sort sort, pointer, value string) {
		t := token{sort: sort, in: in, at: pointer, value: value}
		// What stands twice has no class, nor has what is in it: the contract
		// speaks of one of the two.
		if len(r.twice) == 0 || !within(r.twice, pointer) {
			t.class = classes(pointer)
		}
		if sort == memberToken {
			t.at, t.role = pointer[:strings.LastIndexByte(pointer, '/')], pointer
		}
		visit(t)
	}}
	r.read("", 0)
}

// bodyReader reads a JSON text: once for the members whose name stands twice in an
// object, and once more for its tokens, of which a long text has too many to be
// kept. The replacing has a reader of its own, so that a fault in one is found by the
// other.
type bodyReader struct {
	text  string
	pos   int
	at    []byte            // the pointer of the value that is read
	names []map[string]bool // of the members so far of the objects around it, by depth
	twice map[string]bool   // pointers of members whose name stands twice
	visit func(sort sort, pointer, value string)
}

// read reads the next value; it is false for one that is nested too deeply. The
// pointer is that of a member; an item gets its own when it is visited.
func (r *bodyReader) read(pointer string, depth int) bool {
	if depth > maxNesting {
		return false
	}
	switch open := r.next(); open {
	case '{', '[':
		r.pos++
		end := len(r.at)
		for i := 0; r.next() != open+2; i++ { // the closing one stands two behind, in ASCII
			r.at = append(r.at[:end], '/')
			pointer := ""
			if open == '[' {
				r.at = strconv.AppendInt(r.at, int64(i), 10)
			} else {
				name := r.string()
				r.at = append(r.at, pointerEscape(name)...)
				if r.visit == nil {
					r.note(name, depth, i == 0)
				} else {
					pointer = string(r.at)
					r.visit(memberToken, pointer, name)
				}
			}
			if !r.read(pointer, depth+1) {
				return false
			}
		}
		r.pos++
		r.at = r.at[:end]
	case '"':
		r.leaf(stringToken, pointer, r.string())
	case 't', 'f', 'n':
		r.leaf(literalToken, pointer, r.word())
	default:
		r.leaf(numberToken, pointer, r.word())
	}
	return true
}

func (r *bodyReader) leaf(sort sort, pointer, value string) {
	if r.visit == nil {
		return
	}
	if pointer == "" {
		pointer = string(r.at)
	}
	r.visit(sort, pointer, value)
}

// note notes the name of a member, whether or not it is the first of its object.
func (r *bodyReader) note(name string, depth int, first bool) {
	for len(r.names) <= depth {
		r.names = append(r.names, map[string]bool{})
	}
	if names := r.names[depth]; first && len(names) > 100 {
		r.names[depth] = map[string]bool{} // to clear a large one takes long
	} else if first {
		clear(names)
	}
	if r.names[depth][name] {
		if r.twice == nil {
			r.twice = map[string]bool{}
		}
		r.twice[string(r.at)] = true
	}
	r.names[depth][name] = true
}

// next returns the first byte of the next token.
func (r *bodyReader) next() byte {
	for strings.IndexByte(" \t\r\n,:", r.text[r.pos]) >= 0 {
		r.pos++
	}
	return r.text[r.pos]
}

func (r *bodyReader) string() string {
	start := r.pos
	for r.pos++; r.text[r.pos] != '"'; r.pos++ {
		if r.text[r.pos] == '\\' {
			r.pos++
		}
	}
	r.pos++
	if plain := r.text[start+1 : r.pos-1]; strings.IndexByte(plain, '\\') < 0 && utf8.ValidString(plain) {
		return plain
	}
	var s string
	_ = json.Unmarshal([]byte(r.text[start:r.pos]), &s) // it is a valid string
	return s
}

// word returns a number or a literal.
func (r *bodyReader) word() string {
	start := r.pos
	for r.pos < len(r.text) && strings.IndexByte(" \t\r\n,]}", r.text[r.pos]) < 0 {
		r.pos++
	}
	return r.text[start:r.pos]
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
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
