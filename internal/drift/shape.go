package drift

import (
	"strconv"

	"example.com/webhookvcr/internal/placeholder"
)

// shape is what the values at one place have in common; the items of an array
// share one place.
type shape struct {
	key     string // the place, see anyItem
	pointer string // where the first of the values stands
	sample  *value // the first of the values
	total   int    // the values
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
func shapeOf(root *value) *shape {
	s := &shape{}
	s.add(root, "")
	return s
}

func (s *shape) add(v *value, pointer string) {
	if s.total == 0 {
		s.pointer, s.sample = pointer, v
	}
	s.total++
	if s.count[v.kind] == 0 {
		s.at[v.kind] = pointer
	}
	s.count[v.kind]++
	switch v.kind {
	case object:
		if s.members == nil {
			s.order, s.members = v.names, map[string]*shape{}
		}
		for _, name := range v.names {
			m := s.members[name]
			if m == nil {
				m = &shape{key: child(s.key, name)}
				s.members[name] = m
			}
			m.add(v.members[name], child(pointer, name))
		}
	case array:
		if s.items == nil {
			s.items = &shape{key: s.key + anyItem}
		}
		s.length += len(v.items)
		for i, item := range v.items {
			s.items.add(item, pointer+"/"+strconv.Itoa(i))
		}
	case null:
	default:
		s.scalars = append(s.scalars, scalar{v.kind, pointer, v.text, placeholder.MaskNumbers(v.text)})
	}
}

// always reports whether every object here has the member.
func (s *shape) always(name string) bool { return s.members[name].total == s.count[object] }
