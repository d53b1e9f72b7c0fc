package drift

import (
	"strconv"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/placeholder"
)

// kind is a JSON type.
type kind int

const (
	null kind = iota
	boolean
	number
	text
	array
	object
	kinds
)

var kindNames = [kinds]string{"null", "a boolean", "a number", "a string", "an array", "an object"}

func kindOf(n *jsontext.Node) kind {
	switch n.Kind {
	case jsontext.BeginObject:
		return object
	case jsontext.BeginArray:
		return array
	case jsontext.String:
		return text
	case jsontext.Number:
		return number
	case jsontext.Null:
		return null
	}
	return boolean
}

// anyItem stands for every item of an array in a key; no name contains it unescaped.
const anyItem = "/~"

// shape is what the values at one place have in common; the items of an array share one place.
type shape struct {
	key     string         // the place, see anyItem
	pointer string         // where the first of the values stands
	sample  *jsontext.Node // the first of the values
	total   int            // the values
	count   [kinds]int
	at      [kinds]string // where the first of each type stands
	scalars []scalar
	order   []string // the members of the first object, in their order
	members map[string]*shape
	items   *shape
	length  int // the items of all arrays at this place
}

type scalar struct {
	kind                  kind
	pointer, text, masked string
}

// shapeOf returns the shape of a body.
func shapeOf(root *jsontext.Node) *shape {
	s := &shape{}
	s.add(root, "")
	return s
}

func (s *shape) add(v *jsontext.Node, pointer string) {
	if s.total == 0 {
		s.pointer, s.sample = pointer, v
	}
	s.total++
	k := kindOf(v)
	if s.count[k] == 0 {
		s.at[k] = pointer
	}
	s.count[k]++
	switch k {
	case object:
		first := s.members == nil
		if first {
			s.members = map[string]*shape{}
		}
		for _, member := range v.Children {
			if first {
				s.order = append(s.order, member.Name)
			}
			m := s.members[member.Name]
			if m == nil {
				m = &shape{key: jsontext.Child(s.key, member.Name)}
				s.members[member.Name] = m
			}
			m.add(member, jsontext.Child(pointer, member.Name))
		}
	case array:
		if s.items == nil {
			s.items = &shape{key: s.key + anyItem}
		}
		s.length += len(v.Children)
		for i, item := range v.Children {
			s.items.add(item, pointer+"/"+strconv.Itoa(i))
		}
	case null:
	default:
		s.scalars = append(s.scalars, scalar{k, pointer, v.Text, masked(v.Text)})
	}
}

// always reports whether every object here has the member.
func (s *shape) always(name string) bool { return s.members[name].total == s.count[object] }

// guid finds the placeholders of GUIDs once their numbers are masked. Which of them has a
// name of its own depends on the requests of a recording, and says nothing of an answer.
var guid = pattern.New(`(?i)\b[0-9a-f]{8}-0000-4000-8000-#`)

// masked leaves out of an answer what placeholders say of one another.
func masked(s string) string {
	return guid.ReplaceAllString(placeholder.MaskNumbers(s), "guid-#")
}
