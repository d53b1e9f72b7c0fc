package drift

import (
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
)

// values compares what stands at one place of both bodies.
func (c *comparison) values(s, f *shape) {
	if !c.types(s, f) {
		return
	}
	if s.count[object] > 0 && f.count[object] > 0 {
		c.members(s, f)
	}
	if s.count[array] > 0 && f.count[array] > 0 {
		c.items(s, f)
	}
	c.scalars(s, f)
}

// types compares the JSON types and reports whether there is more to compare.
func (c *comparison) types(s, f *shape) bool {
	wasNull, isNull := s.count[null] == s.total, f.count[null] == f.total
	if wasNull && isNull {
		return false
	}
	if s.count[null] == 0 && f.count[null] > 0 {
		reason := "which the contract allows: a client must cope with it"
		if !c.is(f.at[null]).Documented {
			reason = "and the contract does not describe it: no client can rely on a value"
		}
		c.add(NullAllowed, f, f.at[null], "the value is null, %s", reason)
	}
	if isNull {
		return false
	}
	if wasNull {
		k := f.first()
		c.add(ValueNew, f, f.at[k], "the value is %s in place of null: a client that took it to be empty misses something", kindNames[k])
		return false
	}
	for k := boolean; k < kinds; k++ {
		if f.count[k] > 0 && s.count[k] == 0 {
			c.add(TypeChanged, f, f.at[k], "the value was %s and is %s: a client that decodes the old type fails", s.types(), kindNames[k])
			return false
		}
	}
	return true
}

// first is the first type here that is not null.
func (s *shape) first() kind {
	for k := boolean; k < kinds; k++ {
		if s.count[k] > 0 {
			return k
		}
	}
	return null
}

func (s *shape) types() string {
	var all []string
	for k := boolean; k < kinds; k++ {
		if s.count[k] > 0 {
			all = append(all, kindNames[k])
		}
	}
	return strings.Join(all, " or ")
}

func (c *comparison) members(s, f *shape) {
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		was, is := s.members[name], f.members[name]
		switch {
		case is == nil:
			c.gone(s, f, name)
			continue
		case s.always(name) != f.always(name):
			some := "some items lack it that used to have it"
			if f.always(name) {
				some = "all items have it, and some did not"
			}
			c.add(MemberInSomeItems, is, is.pointer, "the member is optional, and %s: a client must cope with both", some)
		}
		c.values(was, is)
	}
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		if s.members[name] != nil {
			continue
		}
		m := f.members[name]
		if c.is(m.pointer).Documented {
			c.add(MemberNew, m, m.pointer, "the member is there now, and the contract describes it as optional: a client may make use of it")
		} else {
			c.add(MemberUndocumented, m, m.pointer, "%s", undocumentedMember)
		}
	}
	if before, after := common(s.order, f.members), common(f.order, s.members); !slices.Equal(before, after) && len(before) == len(after) {
		c.add(OrderChanged, f, f.at[object], "the object has its members in another order: a client that compares bytes, or a signature over them, fails")
	}
}

const undocumentedMember = "the member is there, though the contract does not describe it: a client that refuses unknown members fails"

// gone says what it means that no object here has a member any more.
func (c *comparison) gone(s, f *shape, name string) {
	was := s.members[name]
	gone := &shape{key: jsontext.Child(f.key, name)}
	pointer := jsontext.Child(f.at[object], name)
	switch {
	case !c.was(was.pointer).Documented:
		c.add(MemberUndocumentedGone, gone, pointer, "the member is gone, and the contract does not describe it: no client can rely on it")
	case !s.always(name):
		c.add(MemberInSomeItems, gone, pointer, "the member is optional, and no item has it any more: a client must cope with its absence")
	case !c.documents(pointer, was.sample):
		c.add(MemberOfVariantGone, gone, pointer, "the member is gone, for the object is of another type now, which has no such member by the contract: a client must cope with every type")
	default:
		c.add(MemberGone, gone, pointer, "the member is gone, though the contract describes it: a client that reads it finds nothing")
	}
}

// common returns the names that the other object has as well.
func common(names []string, other map[string]*shape) []string {
	var all []string
	for _, name := range names {
		if other[name] != nil {
			all = append(all, name)
		}
	}
	return all
}

func (c *comparison) items(s, f *shape) {
	pointer := f.at[array]
	switch {
	case s.length == 0 && f.length == 0:
		return
	case s.length == 0:
		c.add(ItemsNew, f, pointer, "the array has items now, and had none to compare them with: a client meets them for the first time")
		return
	case f.length == 0:
		c.add(ItemsGone, f, pointer, "the array has no items any more, so that nothing is known about them: a client must cope with an empty list")
		return
	case s.length != f.length:
		c.add(ItemsChanged, f, pointer, "the array has %s items than before: a client must cope with any number", map[bool]string{true: "more", false: "fewer"}[f.length > s.length])
	}
	c.values(s.items, f.items)
}

// scalars compares texts, numbers and booleans. Those of an array are compared
// as a set, and not at all when their number differs, which is reported already.
func (c *comparison) scalars(s, f *shape) {
	if len(s.scalars) != len(f.scalars) || len(s.scalars) == 0 {
		return
	}
	left := map[string]int{}
	for _, v := range s.scalars {
		left[v.masked]++
	}
	var other *scalar
	for i, v := range f.scalars {
		if left[v.masked]--; left[v.masked] < 0 {
			other = &f.scalars[i]
			break
		}
	}
	if other == nil {
		return
	}
	if areWhole(s.scalars) && !areWhole(f.scalars) && c.forbids(other.pointer, &jsontext.Node{Kind: jsontext.Number, Text: "0.5"}) {
		c.add(TypeChanged, f, other.pointer, "the value was a whole number and is written with a fraction or an exponent: a client that decodes whole numbers fails")
		return
	}
	was, is := c.was(s.scalars[0].pointer), c.is(other.pointer)
	words := len(s.scalars) == 1 && was.Keep && is.Keep && contract.IsWord(c.d, s.scalars[0].text) && contract.IsWord(c.d, other.text)
	switch {
	case words && c.b.Response.Status >= 400 && strings.Count(other.pointer, "/") == 1:
		c.add(ErrorChanged, f, other.pointer, "the value was %q and is %q: a client that branches on it takes another branch", s.scalars[0].text, other.text)
	case words:
		c.add(ValueChanged, f, other.pointer, "the value was %q and is %q, both of which the contract lists: a client must cope with both", s.scalars[0].text, other.text)
	case is.Documented:
		c.add(ValueChanged, f, other.pointer, "the value is another one, which the contract allows: a client must cope with any")
	default:
		c.add(ValueChanged, f, other.pointer, "the value is another one, and the contract does not describe it: no client can rely on one")
	}
}

// areWhole reports whether all are whole numbers without fraction and exponent.
func areWhole(all []scalar) bool {
	for _, v := range all {
		if v.kind != number || strings.ContainsAny(v.text, ".eE") {
			return false
		}
	}
	return true
}

// rearranged says how two bodies differ in which no value does.
func (c *comparison) rearranged(before, after *jsontext.Node, was, is string) {
	root := &shape{}
	switch {
	case masked(string(before.Append(nil))) != masked(string(after.Append(nil))):
		c.add(OrderChanged, root, "", "the body has members or items in another order: a client that goes by position, or compares bytes, fails")
	case masked(was) != masked(is):
		c.add(LayoutChanged, root, "", "the body is written with other white space or escapes: a client that compares bytes, or a signature over them, fails")
	}
}
