package jsontext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Node is a value of a text, with its name if it is a member of an object.
type Node struct {
	Kind       Kind   // BeginObject or BeginArray for a container
	Text       string // what a string holds, a number's digits, the literal's word
	Start, End int    // the value's bytes in the text
	// Children are the members or the items in the order of the text; members
	// with one name are all there.
	Children []*Node

	Parent             *Node  // nil for the root
	Index              int    // of an item, or of a member in the order of the text
	Name               string // what the name of a member holds
	NameStart, NameEnd int    // the name's bytes in the text
}

// Bounds keep a hostile text from costing more than a moment. 0 is no bound.
type Bounds struct {
	Values   int // of the whole text
	Depth    int // of a value: the containers around it
	Digits   int // characters of a number
	Exponent int // digits of an exponent
	Name     int // bytes of a name
}

// BoundError says that a text is beyond a bound.
type BoundError struct {
	Bound       string // "values", "depth", "digits", "exponent" or "name"
	Pointer     string // of the value, or of the object that has the name; empty for the depth
	Offset      int
	Found, Most int
}

func (e *BoundError) Error() string {
	return fmt.Sprintf("the text has %s %d, and %d is the bound", e.Bound, e.Found, e.Most)
}

// Parse returns the tree of a text. A text that is no JSON gives the error of
// encoding/json, a *json.SyntaxError; one beyond a bound, a *BoundError.
func Parse(text []byte, most Bounds) (*Node, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	p := parser{Decoder: Decoder{text: string(text)}, most: most}
	root := p.add(nil, 0)
	if p.value(root, 0); p.failure != nil {
		return nil, p.failure
	}
	return root, nil
}

// check returns what encoding/json has against a text, a *json.SyntaxError, or nil.
func check(text []byte) error {
	if json.Valid(text) {
		return nil
	}
	var raw json.RawMessage
	return json.Unmarshal(text, &raw)
}

// window is how far the parser looks ahead for the number of values to come.
const window = 4 << 10

type parser struct {
	Decoder
	most    Bounds
	values  int
	failure *BoundError
	// Few allocations serve many nodes: spare are some for later, and open the
	// children so far of all containers that are not closed.
	spare []Node
	open  []*Node
}

// add returns the next node, a child of parent unless that is nil.
func (p *parser) add(parent *Node, index int) *Node {
	if len(p.spare) == 0 {
		// Each value but the first stands behind one of these; a comma may be part
		// of a string.
		next := p.text[p.pos:min(len(p.text), p.pos+window)]
		p.spare = make([]Node, min(1+strings.Count(next, ",")+strings.Count(next, "[")+strings.Count(next, "{"), 256))
	}
	n := &p.spare[0]
	p.spare = p.spare[1:]
	p.values++
	n.Parent, n.Index = parent, index
	return n
}

// value reads the value of a node.
func (p *parser) value(n *Node, depth int) {
	n.Kind, n.Start = p.PeekKind(), p.pos
	p.bound("values", n, p.values, p.most.Values)
	p.bound("depth", nil, depth, p.most.Depth) // its pointer would be as long as the text is deep
	if p.failure != nil {
		return
	}
	token, first := p.ReadToken(), len(p.open)
	switch n.Kind {
	case BeginObject:
		for p.failure == nil && p.PeekKind() != EndObject {
			start := p.pos
			name := p.ReadToken().String()
			if p.bound("name", n, len(name), p.most.Name); p.failure == nil {
				member := p.add(n, len(p.open)-first)
				p.open = append(p.open, member)
				member.Name, member.NameStart, member.NameEnd = name, start, p.pos
				p.value(member, depth+1)
			}
		}
		p.close(n, first)
	case BeginArray:
		for p.failure == nil && p.PeekKind() != EndArray {
			item := p.add(n, len(p.open)-first)
			p.open = append(p.open, item)
			p.value(item, depth+1)
		}
		p.close(n, first)
	case Number:
		n.Text = token.raw
		p.number(n)
	default:
		n.Text = token.String()
	}
	n.End = p.pos
}

// close reads the bracket that closes a container.
func (p *parser) close(n *Node, first int) {
	p.ReadToken()
	n.Children = slices.Clone(p.open[first:])
	p.open = p.open[:first]
}

func (p *parser) number(n *Node) {
	end := p.pos
	p.pos = n.Start
	p.bound("digits", n, len(n.Text), p.most.Digits)
	if e := strings.IndexAny(n.Text, "eE"); e >= 0 {
		p.bound("exponent", n, len(strings.TrimLeft(n.Text[e+1:], "+-")), p.most.Exponent)
	}
	p.pos = end
}

// bound fails, at the byte that is next, when more is found than a bound allows.
// The first failure stays.
func (p *parser) bound(name string, at *Node, found, most int) {
	if most > 0 && found > most && p.failure == nil {
		p.failure = &BoundError{Bound: name, Offset: p.pos, Found: found, Most: most}
		if at != nil {
			p.failure.Pointer = at.Pointer()
		}
	}
}

// Pointer returns the pointer of the value.
func (n *Node) Pointer() string {
	switch {
	case n.Parent == nil:
		return ""
	case n.Parent.Kind == BeginArray:
		return n.Parent.Pointer() + "/" + strconv.Itoa(n.Index)
	}
	return Child(n.Parent.Pointer(), n.Name)
}

// Member returns the last member with a name, the one that counts for most
// readers; nil when there is none.
func (n *Node) Member(name string) *Node {
	if n.Kind == BeginObject {
		for _, member := range slices.Backward(n.Children) {
			if member.Name == name {
				return member
			}
		}
	}
	return nil
}

// Sort brings the members of all objects into the order of their names. Members
// with one name keep theirs.
func (n *Node) Sort() {
	if n.Kind == BeginObject {
		slices.SortStableFunc(n.Children, func(a, b *Node) int { return strings.Compare(a.Name, b.Name) })
	}
	for _, child := range n.Children {
		child.Sort()
	}
}

// Append writes the value without white space.
func (n *Node) Append(out []byte) []byte {
	switch n.Kind {
	case String:
		return AppendQuote(out, n.Text)
	case BeginObject, BeginArray:
		out = append(out, byte(n.Kind))
		for i, child := range n.Children {
			if i > 0 {
				out = append(out, ',')
			}
			if n.Kind == BeginObject {
				out = append(AppendQuote(out, child.Name), ':')
			}
			out = child.Append(out)
		}
		return append(out, byte(n.Kind.End()))
	default:
		return append(out, n.Text...)
	}
}
