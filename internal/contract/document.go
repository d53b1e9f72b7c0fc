package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
)

// Bounds on what is checked. They lie far above anything that a webhook API
// sends and keep a hostile body from costing more than a moment.
const maxBody = 10 << 20

var bounds = jsontext.Bounds{
	Values:   200_000,
	Depth:    500,
	Digits:   100,
	Exponent: 4,   // the validator panics on very large ones
	Name:     256, // for pointers repeat it
}

// Bounds are those within which a body is read.
func Bounds() jsontext.Bounds { return bounds }

// Reading is a body that is read, or the problem that stands against that. It is for one goroutine.
type Reading struct {
	body    []byte
	tree    *jsontext.Node
	problem *Problem
	// elsewhere says that the places in the tree are those of another text.
	elsewhere bool
	decoded   any // nil until root is called
	// doubled are the pointers of members whose name stands twice in an object. It
	// is nil until root is called.
	doubled []string
}

// Read reads a body, which must not change any more.
func Read(body []byte) *Reading {
	tree, problem := parse(body)
	return &Reading{body: body, tree: tree, problem: problem}
}

// of returns what is read of a body: this, unless it is nil or about another one.
func (r *Reading) of(body []byte) *Reading {
	if r != nil && bytes.Equal(r.body, body) {
		return r
	}
	return Read(body)
}

// ReadAs is Read for a body whose tree is known, but for the places in it: those are
// looked up when a problem has one.
func ReadAs(body []byte, tree *jsontext.Node) *Reading {
	if len(body) > maxBody {
		return Read(body)
	}
	return &Reading{body: body, tree: tree, elsewhere: true}
}

// Tree returns the body as a tree, and nil when it is no JSON within the bounds.
func (r *Reading) Tree() *jsontext.Node {
	if r == nil {
		return nil
	}
	return r.tree
}

// root returns the body as encoding/json decodes it, numbers as json.Number. Few
// bodies need it: those that accepts does not take.
func (r *Reading) root() any {
	if r.decoded == nil {
		r.decoded = r.decode(r.tree)
	}
	return r.decoded
}

// text returns the string that a pointer names; ok is false when there is none.
func (r *Reading) text(pointer string) (text string, ok bool) {
	if n, found := r.tree.Find(pointer); found && n.Kind == jsontext.String {
		return n.Text, true
	}
	return "", false
}

// has reports whether the root is an object with a member of that name.
func (r *Reading) has(name string) bool { return r.tree.Member(name) != nil }

// parse reads a body; a body that cannot be read gives the problem instead.
func parse(body []byte) (*jsontext.Node, *Problem) {
	if len(body) > maxBody {
		return nil, &Problem{Keyword: "max-bytes", Found: fmt.Sprint(len(body)), Expected: fmt.Sprint(maxBody)}
	}
	if bytes.HasPrefix(body, []byte("\uFEFF")) {
		return nil, at(body, 0, Problem{Keyword: "byte-order-mark"})
	}
	if offset := jsontext.InvalidUTF8(body); offset >= 0 {
		return nil, at(body, offset, Problem{Keyword: "utf-8"})
	}
	tree, err := jsontext.Parse(body, bounds)
	if beyond := (*jsontext.BoundError)(nil); errors.As(err, &beyond) {
		return nil, at(body, beyond.Offset, Problem{Keyword: "max-" + beyond.Bound, Pointer: beyond.Pointer, Found: strconv.Itoa(beyond.Found), Expected: strconv.Itoa(beyond.Most)})
	}
	if err != nil {
		return nil, syntaxProblem(body, err)
	}
	return tree, nil
}

func at(body []byte, offset int, p Problem) *Problem {
	p.Line, p.Column = jsontext.Position(body, offset)
	return &p
}

func syntaxProblem(body []byte, err error) *Problem {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Problem{Keyword: "json", Found: "not JSON"}
	}
	offset := max(int(syntax.Offset)-1, 0)
	switch {
	case strings.Contains(syntax.Error(), "max depth"):
		return at(body, offset, Problem{Keyword: "max-depth", Expected: fmt.Sprint(bounds.Depth)})
	case strings.Contains(syntax.Error(), "unexpected end"):
		return at(body, len(body), Problem{Keyword: "json", Found: "not JSON: it ends in the middle of a value"})
	case strings.Contains(syntax.Error(), "after top-level value"):
		return at(body, offset, Problem{Keyword: "trailing"})
	}
	// The library's text quotes one character of the body at most.
	return at(body, offset, Problem{Keyword: "json", Found: "not JSON: " + syntax.Error()})
}

// decoded returns a value as the validator wants it.
func decoded(n *jsontext.Node) any { return (&Reading{}).decode(n) }

// decode returns a value as encoding/json does, and notes the doubled members that it drops.
func (r *Reading) decode(n *jsontext.Node) any {
	switch n.Kind {
	case jsontext.BeginObject:
		object := make(map[string]any, len(n.Children))
		for _, member := range n.Children {
			if _, ok := object[member.Name]; ok && len(r.doubled) < maxProblems {
				r.doubled = append(r.doubled, member.Pointer())
			}
			object[member.Name] = r.decode(member)
		}
		return object
	case jsontext.BeginArray:
		array := make([]any, len(n.Children))
		for i, item := range n.Children {
			array[i] = r.decode(item)
		}
		return array
	case jsontext.String:
		return n.Text
	case jsontext.Number:
		return json.Number(n.Text)
	case jsontext.Null:
		return nil
	default:
		return n.Kind == jsontext.True
	}
}

// place fills in the lines and columns of problems about a place in the body. A
// member that is missing has the place of the nearest value above it.
func (r *Reading) place(problems []Problem) {
	for i := range problems {
		if p := &problems[i]; p.Line == 0 && strings.HasPrefix(p.Pointer, "/") {
			if r.elsewhere {
				r.tree, r.elsewhere = Read(r.body).tree, false
			}
			n, _ := r.tree.Find(p.Pointer)
			p.Line, p.Column = jsontext.Position(r.body, int(n.Start))
		}
	}
}
