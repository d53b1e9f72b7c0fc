package jsontext

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PlaceError says why a value has no such place.
type PlaceError struct {
	// Pointer is the value in which the search ended, and Token what it lacks.
	Pointer, Token string
	// Names are the members that it has, sorted; nil when it is no object.
	Names []string
	// Length is how many entries it has; -1 when it is no list.
	Length int
}

func (e *PlaceError) Error() string {
	at := cmp.Or(e.Pointer, "the body")
	switch {
	case e.Names == nil && e.Length < 0:
		return at + " holds no members"
	case e.Names == nil:
		return fmt.Sprintf("%s is a list of length %d, and %q is no index of it", at, e.Length, e.Token)
	case len(e.Names) == 0:
		return fmt.Sprintf("%s has no member %q, and no other", at, e.Token)
	}
	return fmt.Sprintf("%s has no member %q", at, e.Token)
}

// Place returns a text with a value, a JSON text as well, in the place that a
// pointer names. What holds the place must exist; "-" is the place after a list's
// last entry. A new member is laid out as those beside it, and what no pointer names
// stays byte by byte. An empty text stands for null.
func Place(text []byte, pointer string, value []byte) ([]byte, error) {
	if pointer == "" {
		return value, nil
	}
	holder, token, err := hold(text, pointer)
	if err != nil {
		return nil, err
	}
	at := holder.Step(token)
	switch {
	case at != nil:
		return Splice(text, []Edit{at.Edit(string(value))}), nil
	case holder.Kind == BeginObject:
		return holder.extend(text, string(AppendQuote(nil, token)), string(value)), nil
	case holder.Kind == BeginArray && token == "-":
		return holder.extend(text, "", string(value)), nil
	}
	return nil, holder.lacks(token)
}

// Remove returns a text without the member or the entry that a pointer names.
func Remove(text []byte, pointer string) ([]byte, error) {
	if pointer == "" {
		return nil, errors.New("the whole cannot be removed")
	}
	holder, token, err := hold(text, pointer)
	if err != nil {
		return nil, err
	}
	at := holder.Step(token)
	if at == nil {
		return nil, holder.lacks(token)
	}
	cut := Edit{Start: int(holder.Start) + 1, End: int(holder.End) - 1}
	switch all, i := holder.Children, int(at.Index); {
	case i+1 < len(all):
		cut = Edit{Start: at.first(), End: all[i+1].first()}
	case i > 0:
		cut = Edit{Start: int(all[i-1].End), End: int(at.End)}
	}
	return Splice(text, []Edit{cut}), nil
}

// hold walks to what holds the last token of a pointer.
func hold(text []byte, pointer string) (holder *Node, token string, err error) {
	if !strings.HasPrefix(pointer, "/") {
		return nil, "", fmt.Errorf("that is no JSON pointer; one begins with a slash, such as %q", "/"+pointer)
	}
	if len(text) == 0 {
		text = []byte("null")
	}
	n, err := Parse(text, Bounds{})
	if err != nil {
		return nil, "", err
	}
	tokens := slices.Collect(Tokens(pointer))
	last := len(tokens) - 1
	for _, token := range tokens[:last] {
		next := n.Step(token)
		if next == nil {
			return nil, "", n.lacks(token)
		}
		n = next
	}
	return n, tokens[last], nil
}

// first is where a member or an item begins in the text.
func (n *Node) first() int {
	if n.Parent.Kind == BeginObject {
		return int(n.NameStart)
	}
	return int(n.Start)
}

// extend adds a member, or an item when the name is empty, behind the last one.
func (n *Node) extend(text []byte, name, value string) []byte {
	if len(n.Children) == 0 {
		if name != "" {
			value = name + ":" + value
		}
		return Splice(text, []Edit{{int(n.Start) + 1, int(n.End) - 1, value}})
	}
	first, last := n.Children[0], n.Children[len(n.Children)-1]
	if name != "" {
		value = name + string(text[last.NameEnd:last.Start]) + value
	}
	return Splice(text, []Edit{{int(last.End), int(last.End), "," + string(text[n.Start+1:first.first()]) + value}})
}

// lacks is the error for a token that names nothing here.
func (n *Node) lacks(token string) error {
	e := &PlaceError{Pointer: n.Pointer(), Token: token, Length: -1}
	switch n.Kind {
	case BeginObject:
		e.Names = []string{}
		for _, member := range n.Children {
			e.Names = append(e.Names, member.Name)
		}
		slices.Sort(e.Names)
		e.Names = slices.Compact(e.Names)
	case BeginArray:
		e.Length = len(n.Children)
	}
	return e
}
