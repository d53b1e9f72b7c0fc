package contract

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// classifier says what the contract says of the values of a body, by pointer. What no
// schema describes has the zero Class. Whoever asks goes through the body in some
// order, so it keeps its way to what it was asked last, and no answers: of a long
// body they would take more memory than all that is recorded of it. It is for one
// goroutine.
type classifier struct {
	of     *schema
	last   string // pointer
	answer provider.Class
	way    []stop // from the root to the last pointer, or as far as it leads
}

// stop is a value on the way, with the schemas that apply to it.
type stop struct {
	*jsontext.Node
	schemas []*jsonschema.Schema
	end     int                       // of its pointer
	members map[string]*jsontext.Node // nil unless there are many
}

func newClassifier(s *schema, root *jsontext.Node) *classifier {
	schemas := expand(nil, s.root, root)
	return &classifier{of: s, answer: class(s, schemas, root), way: []stop{{Node: root, schemas: schemas}}}
}

func (c *classifier) class(pointer string) provider.Class {
	if pointer == c.last {
		return c.answer
	}
	known := 1
	for known < len(c.way) {
		end := c.way[known].end
		if end > len(pointer) || end < len(pointer) && pointer[end] != '/' || pointer[:end] != c.last[:end] {
			break
		}
		known++
	}
	c.last, c.answer, c.way = pointer, provider.Class{}, c.way[:known]
	for c.top().end < len(pointer) {
		if !c.step(pointer) {
			return provider.Class{}
		}
	}
	c.answer = class(c.of, c.top().schemas, c.top().Node)
	return c.answer
}

func (c *classifier) top() *stop { return &c.way[len(c.way)-1] }

// step follows the next token of a pointer and reports whether something described stands there.
func (c *classifier) step(pointer string) bool {
	from := c.top()
	token, ok := strings.CutPrefix(pointer[from.end:], "/")
	if !ok {
		return false
	}
	token, _, _ = strings.Cut(token, "/")
	child := from.child(token)
	if child == nil {
		return false
	}
	next := stop{Node: child, end: from.end + 1 + len(token)}
	if n := len(c.way); n < cap(c.way) {
		next.schemas = c.way[:n+1][n].schemas[:0]
	}
	next.schemas = below(next.schemas, from.schemas, child)
	if len(next.schemas) > 0 {
		c.way = append(c.way, next)
	}
	return len(next.schemas) > 0
}

// manyMembers is when to look a member up takes longer than to remember it.
const manyMembers = 32

func (s *stop) child(token string) *jsontext.Node {
	if s.Kind != jsontext.BeginObject || len(s.Children) <= manyMembers {
		return s.Step(jsontext.Unescape(token))
	}
	if s.members == nil {
		s.members = make(map[string]*jsontext.Node, len(s.Children))
		for _, member := range s.Children {
			s.members[member.Name] = member // the last one counts
		}
	}
	return s.members[jsontext.Unescape(token)]
}

// class says what the schemas of a documented value say about it.
func class(of *schema, schemas []*jsonschema.Schema, n *jsontext.Node) provider.Class {
	c := provider.Class{Documented: true}
	otherwise := provider.Undocumented
	for _, s := range schemas {
		if kind, ok := s.Extensions[placeholderKeyword].(placeholder); ok && c.Kind == "" {
			c.Kind = provider.Kind(kind)
		}
		if len(s.Enum)+len(s.Constant) > 0 {
			otherwise = provider.Word
			word := ""
			if n.Kind == jsontext.String {
				word = n.Text
			}
			c.Keep = c.Keep || of.quicks[s].words[word] || slices.Contains(s.Constant, any(word))
		}
		if s.Format == "date-time" {
			otherwise = provider.Opaque
			c.Keep = c.Keep || n.Kind == jsontext.String && dateTime(n.Text)
		}
		switch n.Kind {
		case jsontext.Null:
			c.Keep = c.Keep || slices.Contains(s.Types, "null")
		case jsontext.True, jsontext.False:
			c.Keep = c.Keep || slices.Contains(s.Types, "boolean")
		case jsontext.Number:
			c.Keep = c.Keep || numeric(s.Types)
		}
	}
	isText := n.Kind == jsontext.String
	if isText && c.Kind == "" && !c.Keep {
		c.Kind = otherwise
	}
	if c.Kind == provider.Header {
		if isText && isHeaderName(n.Text) {
			c.Keep = true
		} else {
			c.Kind = provider.Opaque
		}
	}
	return c
}

// isHeaderName reports whether a text looks like the name of a header: of the
// tokens of HTTP those that are made of letters, digits, hyphens and underscores,
// begin with a letter, and have neither a part longer than names have nor the
// digits of an id. Whatever else somebody takes for a name may be a credential.
func isHeaderName(s string) bool {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits <= maxHeaderDigits && headerName.MatchString(s)
}

// maxHeaderDigits is enough for X-Content-SHA256 and too little for a number
// that stands for somebody.
const maxHeaderDigits = 3

var headerName = pattern.New(`^` + headerPart + `([_-]` + headerPart + `){0,7}$`)

// headerPart is one word of a name, or up to three with a capital each.
const headerPart = `(([A-Z][a-z]{1,12}){1,3}|[A-Z]|[a-z]{1,16}|[A-Z]{1,8})[0-9]{0,3}`
