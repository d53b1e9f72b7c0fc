package placeholder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	doc.walk(func(n *node, pointer string) {
		if n.named && r.Key != nil {
			if s, ok := r.Key(pointer, n.name); ok {
				n.rename(s)
			}
		}
		switch {
		case n.kind == stringNode && r.String != nil:
			if s, ok := r.String(pointer, n.text); ok {
				n.replace(s)
			}
		case n.kind == numberNode && r.Number != nil:
			if s, ok := r.Number(pointer, n.text); ok && s != n.text {
				n.value, n.changed = s, true
			}
		}
	})
	return doc.render(), nil
}

type nodeKind byte

const (
	objectNode nodeKind = iota
	arrayNode
	stringNode
	numberNode
	otherNode // true, false, null
)

// node is one value of a document, with the name it has in its object.
type node struct {
	kind       nodeKind
	start, end int    // the value's bytes
	parent     int    // -1 for the root
	index      int    // place among the elements of an array
	children   []int  // elements by index, members by name
	text       string // a string decoded, or a number's digits

	named            bool
	name             string
	nameStart        int
	nameEnd          int
	changed, renamed bool
	value, newName   string // JSON, ready to be written
}

func (n *node) replace(s string) {
	if n.changed = s != n.text; n.changed {
		n.value = quoteJSON(s)
	}
}

func (n *node) rename(s string) {
	if n.renamed = s != n.name; n.renamed {
		n.newName = quoteJSON(s)
	}
}

type document struct {
	body  []byte
	nodes []node // in the order of the text
	// doubled says that an object has two members of one name.
	doubled bool
}

var errNotJSON = errors.New("the body is not one JSON document")

func parseJSON(body []byte) (*document, error) {
	if nesting(body) > maxDepth {
		return nil, fmt.Errorf("the body is nested more than %d deep", maxDepth)
	}
	if !json.Valid(body) {
		return nil, errNotJSON
	}
	d := &document{body: body}
	open := -1 // the innermost open container
	name := [2]int{-1, -1}
	add := func(kind nodeKind, start, end int) int {
		n := node{kind: kind, start: start, end: end, parent: open}
		if open >= 0 {
			n.index = len(d.nodes[open].children)
			d.nodes[open].children = append(d.nodes[open].children, len(d.nodes))
		}
		if name[0] >= 0 {
			n.named, n.nameStart, n.nameEnd = true, name[0], name[1]
			n.name = unquoteJSON(body[name[0]:name[1]])
			name = [2]int{-1, -1}
		}
		d.nodes = append(d.nodes, n)
		return len(d.nodes) - 1
	}
	for i := 0; i < len(body); {
		switch c := body[i]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		case '}', ']':
			i++
			d.nodes[open].end = i
			if c == '}' {
				d.sort(d.nodes[open].children)
			}
			open = d.nodes[open].parent
		case '{':
			open = add(objectNode, i, 0)
			i++
		case '[':
			open = add(arrayNode, i, 0)
			i++
		case '"':
			end := stringEnd(body, i)
			if open >= 0 && d.nodes[open].kind == objectNode && name[0] < 0 {
				name = [2]int{i, end}
			} else {
				n := add(stringNode, i, end)
				d.nodes[n].text = unquoteJSON(body[i:end])
			}
			i = end
		default:
			end := i
			for end < len(body) && !strings.ContainsRune(" \t\r\n,:]}", rune(body[end])) {
				end++
			}
			kind := otherNode
			if c == '-' || c >= '0' && c <= '9' {
				kind = numberNode
			}
			n := add(kind, i, end)
			d.nodes[n].text = string(body[i:end])
			i = end
		}
	}
	return d, nil
}

// sort brings members into canonical order.
func (d *document) sort(members []int) {
	slices.SortStableFunc(members, func(a, b int) int {
		order := strings.Compare(d.nodes[a].name, d.nodes[b].name)
		d.doubled = d.doubled || order == 0
		return order
	})
}

// nesting returns how deep the brackets of a text are nested.
func nesting(body []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = stringEnd(body, i) - 1
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// stringEnd returns the index behind the string token that starts at i.
func stringEnd(body []byte, i int) int {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(body)
}

// walk visits every node but the containers' closing, in canonical order.
func (d *document) walk(visit func(n *node, pointer string)) {
	var pointer []byte
	var at func(i int)
	at = func(i int) {
		n := &d.nodes[i]
		visit(n, string(pointer))
		for _, c := range n.children {
			length := len(pointer)
			pointer = append(pointer, '/')
			if d.nodes[c].named {
				pointer = append(pointer, pointerEscaper.Replace(d.nodes[c].name)...)
			} else {
				pointer = strconv.AppendInt(pointer, int64(d.nodes[c].index), 10)
			}
			at(c)
			pointer = pointer[:length]
		}
	}
	at(0)
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// changed says whether any value or name was replaced.
func (d *document) changed() bool {
	return slices.ContainsFunc(d.nodes, func(n node) bool { return n.changed || n.renamed })
}

func (d *document) render() []byte {
	var out []byte
	done := 0
	put := func(start, end int, s string) {
		out = append(append(out, d.body[done:start]...), s...)
		done = end
	}
	for i := range d.nodes {
		n := &d.nodes[i]
		if n.renamed {
			put(n.nameStart, n.nameEnd, n.newName)
		}
		if n.changed {
			put(n.start, n.end, n.value)
		}
	}
	if done == 0 {
		return d.body
	}
	return append(out, d.body[done:]...)
}

// unquoteJSON decodes a string token of a valid document.
func unquoteJSON(token []byte) string {
	if plain := token[1 : len(token)-1]; isPlain(plain) {
		return string(plain)
	}
	var s string
	if json.Unmarshal(token, &s) != nil {
		return string(token)
	}
	return s
}

// isPlain says whether a text reads the same inside a JSON string as by itself.
// Nearly every text does, and a library asked for each would take most of the
// time of a recording.
func isPlain[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// quoteJSON encodes a string without the escapes that only HTML needs.
func quoteJSON(s string) string {
	if isPlain(s) {
		return `"` + s + `"`
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
