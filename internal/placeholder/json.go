package placeholder

import (
	"errors"
	"fmt"
	"iter"
	"strconv"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// maxDepth bounds the nesting of a body. No documented body is deeper than ten;
// the bound keeps a hostile one from making every pointer a long one.
const maxDepth = 1000

// Rewriter rewrites the texts of a JSON document in place: the order of members,
// white space, and the spelling of everything that no function changes stay as
// they are. A nil function changes nothing. The functions are called in
// canonical order: members by name, elements by index.
type Rewriter struct {
	// String gets each string that is a value, decoded.
	String func(pointer, value string) (string, bool)
	// Key gets each member's name, decoded, with the pointer of the member.
	Key func(pointer, name string) (string, bool)
	// Number gets each number as it is written, and returns a JSON number.
	Number func(pointer, digits string) (string, bool)
}

// RewriteJSON rewrites the string values of a JSON document in place. f gets
// each of them decoded and says whether it is to be replaced.
func RewriteJSON(body []byte, f func(pointer string, value string) (string, bool)) ([]byte, error) {
	return Rewriter{String: f}.Rewrite(body)
}

// Rewrite returns the document with what the functions changed, or body itself
// when they changed nothing. It fails when body is not one JSON document or is
// nested too deeply.
func (r Rewriter) Rewrite(body []byte) ([]byte, error) {
	doc, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	for n := range doc.all() {
		if n.named() && r.Key != nil {
			if s, ok := r.Key(n.pointer, n.Name); ok {
				n.rename(s)
			}
		}
		switch {
		case n.Kind == jsontext.String && r.String != nil:
			if s, ok := r.String(n.pointer, n.Text); ok {
				n.replace(s)
			}
		case n.Kind == jsontext.Number && r.Number != nil:
			if s, ok := r.Number(n.pointer, n.Text); ok {
				n.replace(s)
			}
		}
	}
	return doc.render(), nil
}

type document struct {
	body  []byte
	nodes []node // in canonical order
	// doubled says that an object has two members of one name.
	doubled bool
}

// node is a value, with the JSON that stands in its place and in that of its name;
// both are empty when nothing is changed.
type node struct {
	*jsontext.Node
	pointer           string
	newValue, newName string
	// What the contract says of it, and what follows from that, in an answer.
	class provider.Class
	pass  pass
	event bool // its name is the id of one
}

func (n *node) named() bool { return n.Parent != nil && n.Parent.Kind == jsontext.BeginObject }

func (n *node) replace(text string) {
	switch n.newValue = ""; {
	case text == n.Text:
	case n.Kind == jsontext.String:
		n.newValue = jsontext.Quote(text)
	default:
		n.newValue = text
	}
}

func (n *node) rename(name string) {
	if n.newName = ""; name != n.Name {
		n.newName = jsontext.Quote(name)
	}
}

var errNotJSON = errors.New("the body is not one JSON document")

func parseJSON(body []byte) (*document, error) {
	// For encoding/json a text far beyond the bound is no JSON.
	if jsontext.Depth(body) > maxDepth {
		return nil, fmt.Errorf("the body is nested more than %d deep", maxDepth)
	}
	root, err := jsontext.Parse(body, jsontext.Bounds{})
	if err != nil {
		return nil, errNotJSON
	}
	return newDocument(body, root), nil
}

// newDocument sorts the members of the tree.
func newDocument(body []byte, root *jsontext.Node) *document {
	root.Sort()
	d := &document{body: body, nodes: make([]node, 0, size(root))}
	d.add(root, "")
	return d
}

func size(n *jsontext.Node) int {
	sum := 1
	for _, child := range n.Children {
		sum += size(child)
	}
	return sum
}

func (d *document) add(n *jsontext.Node, pointer string) {
	d.nodes = append(d.nodes, node{Node: n, pointer: pointer})
	for i, child := range n.Children {
		if n.Kind == jsontext.BeginArray {
			d.add(child, pointer+"/"+strconv.Itoa(i))
			continue
		}
		d.doubled = d.doubled || i > 0 && n.Children[i-1].Name == child.Name
		d.add(child, jsontext.Child(pointer, child.Name))
	}
}

// all returns the nodes in canonical order.
func (d *document) all() iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for i := range d.nodes {
			if !yield(&d.nodes[i]) {
				return
			}
		}
	}
}

// in returns the nodes of one pass in canonical order.
func (d *document) in(p pass) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for n := range d.all() {
			if n.pass == p && !yield(n) {
				return
			}
		}
	}
}

func (d *document) render() []byte {
	changes := 0 // a slice that grows costs a body of 5 MB a byte and a half per byte
	for n := range d.all() {
		if n.newName != "" {
			changes++
		}
		if n.newValue != "" {
			changes++
		}
	}
	edits := make([]jsontext.Edit, 0, changes)
	for n := range d.all() {
		if n.newName != "" {
			edits = append(edits, jsontext.Edit{Start: int(n.NameStart), End: int(n.NameEnd), New: n.newName})
		}
		if n.newValue != "" {
			edits = append(edits, n.Edit(n.newValue))
		}
	}
	return jsontext.Splice(d.body, edits)
}
