package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds on what is checked. They lie far above anything that a webhook API
// sends and keep a hostile body from costing more than a moment.
const (
	maxBody     = 10 << 20 // bytes
	maxDepth    = 500      // nested arrays and objects
	maxValues   = 200_000  // JSON values
	maxNumber   = 100      // characters of a number
	maxExponent = 4        // digits of an exponent; the validator panics on very large ones
	maxName     = 256      // bytes of a member's name, for pointers repeat it
)

// document is a parsed body.
type document struct {
	root any // as encoding/json decodes it, numbers as json.Number
	// doubled are the pointers of members whose name stands twice in an object.
	doubled []string
}

// object returns the root as an object; it is nil when the root is none.
func (d *document) object() map[string]any {
	m, _ := d.root.(map[string]any)
	return m
}

// parse reads a body; a body that cannot be read gives the problem instead.
func parse(body []byte) (*document, *Problem) {
	if len(body) > maxBody {
		return nil, &Problem{Keyword: "max-bytes", Found: fmt.Sprint(len(body)), Expected: fmt.Sprint(maxBody)}
	}
	if bytes.HasPrefix(body, []byte("\uFEFF")) {
		return nil, at(body, 0, Problem{Keyword: "byte-order-mark"})
	}
	if !utf8.Valid(body) {
		return nil, at(body, invalidUTF8(body), Problem{Keyword: "utf-8"})
	}
	if !json.Valid(body) {
		return nil, syntaxProblem(body)
	}
	r := reader{body: body}
	root := r.value(nil, nil, 0)
	if r.problem != nil {
		return nil, r.problem
	}
	return &document{root: root, doubled: r.doubled}, nil
}

func at(body []byte, offset int, p Problem) *Problem {
	p.Line, p.Column = position(body, offset)
	return &p
}

func invalidUTF8(body []byte) int {
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(body)
}

func syntaxProblem(body []byte) *Problem {
	var raw json.RawMessage
	err := json.Unmarshal(body, &raw)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Problem{Keyword: "json", Found: "not JSON"}
	}
	offset := max(int(syntax.Offset)-1, 0)
	switch {
	case strings.Contains(syntax.Error(), "max depth"):
		return at(body, offset, Problem{Keyword: "max-depth", Expected: fmt.Sprint(maxDepth)})
	case strings.Contains(syntax.Error(), "unexpected end"):
		return at(body, len(body), Problem{Keyword: "json", Found: "not JSON: it ends in the middle of a value"})
	case strings.Contains(syntax.Error(), "after top-level value"):
		return at(body, offset, Problem{Keyword: "trailing"})
	}
	// The library's text quotes one character of the body at most.
	return at(body, offset, Problem{Keyword: "json", Found: "not JSON: " + syntax.Error()})
}

// reader builds the values of a text that is known to be valid JSON. It exists
// beside encoding/json because that keeps the last of two members with one name
// and says nothing, and because a place in the text can be had from it.
type reader struct {
	body    []byte
	pos     int
	values  int
	doubled []string
	problem *Problem
}

// path is the way from the root to a value, last step first.
type path struct {
	parent *path
	name   string
}

func (p *path) pointer() string {
	if p == nil {
		return ""
	}
	return p.parent.pointer() + "/" + escape(p.name)
}

func (r *reader) space() {
	for r.pos < len(r.body) {
		switch r.body[r.pos] {
		case ' ', '\t', '\r', '\n', ',', ':':
			r.pos++
		default:
			return
		}
	}
}

// value reads the value at the cursor. Commas and colons count as space: the
// text is valid, so they stand where they must.
//
// s, when not nil, is the place to fill in.
func (r *reader) value(p *path, s *spot, depth int) any {
	r.space()
	if r.problem != nil || r.pos >= len(r.body) {
		return nil
	}
	if s != nil {
		s.offset = r.pos
	}
	r.values++
	switch {
	case r.values > maxValues:
		r.fail(p, "max-values", r.values, maxValues)
		return nil
	case depth > maxDepth:
		// The pointer would be as long as the body is deep.
		r.fail(nil, "max-depth", depth, maxDepth)
		return nil
	}
	switch c := r.body[r.pos]; c {
	case '{':
		return r.object(p, s, depth)
	case '[':
		return r.array(p, s, depth)
	case '"':
		return r.text()
	case 't':
		r.pos += len("true")
		return true
	case 'f':
		r.pos += len("false")
		return false
	case 'n':
		r.pos += len("null")
		return nil
	default:
		return r.number(p)
	}
}

// fail says which bound a value is beyond.
func (r *reader) fail(p *path, bound string, found, most int) {
	r.problem = at(r.body, r.pos, Problem{Keyword: bound, Pointer: p.pointer(), Found: strconv.Itoa(found), Expected: strconv.Itoa(most)})
}

func (r *reader) object(p *path, s *spot, depth int) any {
	object := map[string]any{}
	r.pos++
	for r.space(); r.problem == nil && r.body[r.pos] != '}'; r.space() {
		name := r.text()
		member := path{p, name}
		if len(name) > maxName {
			r.fail(p, "max-name", len(name), maxName)
			break
		}
		if _, ok := object[name]; ok && len(r.doubled) < maxProblems {
			r.doubled = append(r.doubled, member.pointer())
		}
		object[name] = r.value(&member, s.child(name), depth+1)
	}
	r.pos++
	return object
}

func (r *reader) array(p *path, s *spot, depth int) any {
	array := []any{}
	r.pos++
	for r.space(); r.problem == nil && r.body[r.pos] != ']'; r.space() {
		name := strconv.Itoa(len(array))
		array = append(array, r.value(&path{p, name}, s.child(name), depth+1))
	}
	r.pos++
	return array
}

func (r *reader) text() string {
	start, escaped := r.pos, false
	for r.pos++; r.body[r.pos] != '"'; r.pos++ {
		if r.body[r.pos] == '\\' {
			escaped = true
			r.pos++
		}
	}
	r.pos++
	if !escaped {
		return string(r.body[start+1 : r.pos-1])
	}
	var s string
	// The text is valid; an error cannot happen.
	_ = json.Unmarshal(r.body[start:r.pos], &s)
	return s
}

func (r *reader) number(p *path) any {
	start := r.pos
	for r.pos < len(r.body) && strings.IndexByte("+-.0123456789eE", r.body[r.pos]) >= 0 {
		r.pos++
	}
	digits := string(r.body[start:r.pos])
	r.pos = start
	if len(digits) > maxNumber {
		r.fail(p, "max-digits", len(digits), maxNumber)
		return nil
	}
	if _, exponent, _ := strings.Cut(strings.ToLower(digits), "e"); len(strings.TrimLeft(exponent, "+-")) > maxExponent {
		r.fail(p, "max-exponent", len(strings.TrimLeft(exponent, "+-")), maxExponent)
		return nil
	}
	r.pos = start + len(digits)
	return json.Number(digits)
}
