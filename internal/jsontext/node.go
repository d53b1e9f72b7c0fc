package jsontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Node is a value of a text, with its name if it is a member of an object.
type Node struct {
	Text string // what a string holds, a number's digits, the literal's word
	// Children are the members or the items in the order of the text; members
	// with one name are all there.
	Children []*Node
	Parent   *Node  // nil for the root
	Name     string // what the name of a member holds

	// Trees are most of the memory that a text costs, hence 32 bits.
	Start, End         int32 // the value's bytes in the text
	NameStart, NameEnd int32 // the name's bytes in the text
	Index              int32 // of an item, or of a member in the order of the text
	Kind               Kind  // BeginObject or BeginArray for a container
}

// maxBytes is how long a text may be for 32 bits; a variable for the test.
var maxBytes = math.MaxInt32

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
	Bound       string // "bytes", "values", "depth", "digits", "exponent" or "name"
	Pointer     string // of the value, or of the object that has the name; empty for the depth
	Offset      int
	Found, Most int
}

func (e *BoundError) Error() string {
	return fmt.Sprintf("the text has %s %d, and %d is the bound", e.Bound, e.Found, e.Most)
}

// Parse returns the tree of a text. A text that is no JSON gives the error of
// encoding/json, a *json.SyntaxError; one beyond a bound, or of 2 GiB, a *BoundError.
func Parse[T ~string | ~[]byte](text T, most Bounds) (*Node, error) {
	if len(text) > maxBytes {
		return nil, &BoundError{Bound: "bytes", Found: len(text), Most: maxBytes}
	}
	var few [32]*Node // as many as most texts need
	p := parser{text: string(text), most: most}
	root := p.add(nil, 0)
	p.value(root, 0, few[:0])
	if p.next() == 0 && p.pos == len(p.text) && !p.wrong && p.failure == nil {
		return root, nil
	}
	if err := check([]byte(text)); err != nil {
		return nil, err
	}
	if p.failure != nil {
		return nil, p.failure
	}
	return nil, errors.New("the text is read in two ways") // FuzzParse knows of none
}

// check returns what encoding/json has against a text, a *json.SyntaxError.
func check(text []byte) error {
	var raw json.RawMessage
	return json.Unmarshal(text, &raw)
}

// window is how far the parser looks ahead for the number of values to come.
const window = 4 << 10

// parser reads a text in one go. FuzzParse holds it against encoding/json: it finds
// wrong what that does, and nothing else.
type parser struct {
	text    string
	pos     int
	most    Bounds
	values  int
	failure *BoundError
	wrong   bool   // no JSON
	spare   []Node // for later: few allocations serve many nodes
}

// add returns the next node, a child of parent unless that is nil.
func (p *parser) add(parent *Node, index int) *Node {
	if len(p.spare) == 0 {
		// Each value but the first stands behind one of these; a comma may be part of a string.
		next := p.text[p.pos:min(len(p.text), p.pos+window)]
		p.spare = slices.Grow(p.spare, min(1+strings.Count(next, ",")+strings.Count(next, "[")+strings.Count(next, "{"), 256))
		p.spare = p.spare[:cap(p.spare)]
	}
	n := &p.spare[0]
	p.spare = p.spare[1:]
	p.values++
	n.Parent, n.Index = parent, int32(index)
	return n
}

// maxDepth is how deep a text may be for encoding/json.
const maxDepth = 10_000

// done says that there is no reason to read on.
func (p *parser) done() bool { return p.wrong || p.failure != nil }

// next goes to the next byte that is not white space and returns it; 0 at the end of the text.
func (p *parser) next() byte {
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (p *parser) expect(c byte) {
	if p.next() != c {
		p.wrong = true
		return
	}
	p.pos++
}

// value reads the value of a node. Open are the children so far of the containers
// around it, which it returns in a place with more room, maybe.
func (p *parser) value(n *Node, depth int, open []*Node) []*Node {
	c := p.next()
	n.Kind, n.Start = kindOf(c), int32(p.pos)
	p.bound("values", n, p.values, p.most.Values)
	p.bound("depth", nil, depth, p.most.Depth) // its pointer would be as long as the text is deep
	if p.done() {
		return open
	}
	first := len(open)
	switch n.Kind {
	case BeginObject, BeginArray:
		p.wrong = depth >= maxDepth
		p.pos++
		for end := byte(n.Kind.End()); !p.done(); {
			count := len(open) - first
			if c := p.next(); c == end && count == 0 {
				p.pos++
				break
			}
			child := p.add(n, count)
			open = append(open, child)
			if n.Kind == BeginObject {
				p.name(child)
			}
			if !p.done() {
				open = p.value(child, depth+1, open)
			}
			if p.done() {
				break
			}
			if p.next() == end {
				p.pos++
				break
			}
			p.expect(',')
		}
		n.Children = append([]*Node(nil), open[first:]...) // slices.Clone would move few to the heap
	case String:
		n.Text = p.string()
	case Number:
		p.digits()
		n.Text = p.text[n.Start:p.pos]
		p.number(n)
	case Null:
		n.Text = p.word("null")
	case True:
		n.Text = p.word("true")
	case False:
		n.Text = p.word("false")
	default:
		p.wrong = true
	}
	n.End = int32(p.pos)
	return open[:first]
}

func (p *parser) word(word string) string {
	p.wrong = !strings.HasPrefix(p.text[p.pos:], word)
	p.pos += len(word)
	return word
}

func (p *parser) name(member *Node) {
	if p.next() != '"' {
		p.wrong = true
		return
	}
	member.NameStart = int32(p.pos)
	member.Name = p.string()
	member.NameEnd = int32(p.pos)
	if p.bound("name", member.Parent, len(member.Name), p.most.Name); !p.done() {
		p.expect(':')
	}
}

func (p *parser) string() string {
	start, plain := p.pos, true
	for p.pos++; ; p.pos++ {
		i := p.pos
		for i < len(p.text) && isPlainByte(p.text[i]) {
			i++
		}
		if p.pos = i; i >= len(p.text) {
			break
		}
		switch c := p.text[i]; {
		case c == '"':
			p.pos++
			token := Token{p.text[start:p.pos]}
			if plain {
				return token.raw[1 : len(token.raw)-1]
			}
			return token.String()
		case c == '\\':
			plain = false
			p.pos++
			if !p.escape() {
				p.wrong = true
				return ""
			}
		case c < ' ':
			p.wrong = true
			return ""
		case c >= 0x80:
			plain = false
		}
	}
	p.wrong = true
	return ""
}

// escape goes to the end of what stands behind a backslash.
func (p *parser) escape() bool {
	if p.pos >= len(p.text) {
		return false
	}
	if p.text[p.pos] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, p.text[p.pos]) >= 0
	}
	for range 4 {
		if p.pos++; p.pos >= len(p.text) || strings.IndexByte("0123456789abcdefABCDEF", p.text[p.pos]) < 0 {
			return false
		}
	}
	return true
}

func (p *parser) digits() {
	run := func() {
		start := p.pos
		for p.pos < len(p.text) && '0' <= p.text[p.pos] && p.text[p.pos] <= '9' {
			p.pos++
		}
		p.wrong = p.wrong || p.pos == start
	}
	at := func(chars string) bool {
		if p.pos < len(p.text) && strings.IndexByte(chars, p.text[p.pos]) >= 0 {
			p.pos++
			return true
		}
		return false
	}
	at("-")
	if !at("0") {
		run()
	}
	if at(".") {
		run()
	}
	if at("eE") {
		at("+-")
		run()
	}
}

func (p *parser) number(n *Node) {
	end := p.pos
	p.pos = int(n.Start)
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
		return n.Parent.Pointer() + "/" + strconv.Itoa(int(n.Index))
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

// manyMembers is from when on a set of names is faster than to compare each with each.
const manyMembers = 32

// Distinct reports whether no two members of the value have one name.
func (n *Node) Distinct() bool {
	if n.Kind != BeginObject {
		return true
	}
	if len(n.Children) > manyMembers {
		names := make(map[string]bool, len(n.Children))
		for _, m := range n.Children {
			names[m.Name] = true
		}
		return len(names) == len(n.Children)
	}
	for i, m := range n.Children {
		for _, other := range n.Children[:i] {
			if m.Name == other.Name {
				return false
			}
		}
	}
	return true
}

// Counting returns what the value holds, of members with one name the last in the
// place of the first: it is the one that counts for most readers.
func (n *Node) Counting() []*Node {
	if n.Distinct() {
		return n.Children
	}
	at := map[string]int{}
	var counting []*Node
	for _, member := range n.Children {
		if i, doubled := at[member.Name]; doubled {
			counting[i] = member
			continue
		}
		at[member.Name] = len(counting)
		counting = append(counting, member)
	}
	return counting
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

// Edit puts another value in the place of this one.
func (n *Node) Edit(text string) Edit { return Edit{int(n.Start), int(n.End), text} }

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
