package contract

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/jsontext"
)

// accepts reports whether a value surely fulfils a schema, with every member in it
// documented and named once. False means no or cannot tell: the validator and the
// walker decide, and say what is wrong. It exists because nearly all that a test
// sees is sound, and those two take a hundred microseconds to say so. Every keyword
// that a schema may have is either looked at here or makes the answer false;
// FuzzAccepts holds it against them.
func accepts(s *schema, n *jsontext.Node) bool {
	var few [32]*jsonschema.Schema // as many as most bodies need
	q := acceptance{s, few[:0]}
	return q.apply(s.root, n, 0) && q.value(n, 0)
}

// acceptance holds the schemas that apply to a value on top of those that apply to
// what is around it.
type acceptance struct {
	of      *schema
	applied []*jsonschema.Schema
}

// apply adds a schema, and all that apply with it, to those that apply to a value,
// which begin at first.
func (q *acceptance) apply(s *jsonschema.Schema, n *jsontext.Node, first int) bool {
	switch {
	case s == nil || slices.Contains(q.applied[first:], s):
		return true
	case s.Always != nil && !*s.Always || unforeseen(s):
		return false
	}
	q.applied = append(q.applied, s)
	if !q.apply(s.Ref, n, first) {
		return false
	}
	for _, sub := range s.AllOf {
		if !q.apply(sub, n, first) {
			return false
		}
	}
	if s.If == nil {
		return true
	}
	name, want, ok := tagged(s.If)
	if !ok {
		return false
	}
	if tag := n.Member(name); tag != nil && tag.Kind == jsontext.String && tag.Text == want {
		return q.apply(s.Then, n, first)
	}
	return q.apply(s.Else, n, first)
}

// unforeseen reports whether a schema has a keyword that accepts does not know.
func unforeseen(s *jsonschema.Schema) bool {
	return s.RecursiveRef != nil || s.DynamicRef != nil || s.Not != nil || len(s.AnyOf) > 0 || len(s.OneOf) > 0 ||
		s.MinProperties != -1 || s.MaxProperties != -1 || s.PropertyNames != nil || s.RegexProperties || len(s.PatternProperties) > 0 ||
		len(s.Dependencies) > 0 || len(s.DependentRequired) > 0 || len(s.DependentSchemas) > 0 || s.UnevaluatedProperties != nil ||
		s.UniqueItems || s.Items != nil || s.AdditionalItems != nil || len(s.PrefixItems) > 0 || s.Contains != nil || s.UnevaluatedItems != nil ||
		s.ContentSchema != nil || s.MultipleOf != nil || s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil ||
		s.Format != "" && s.Format != "date-time"
}

// value looks at a value to which the schemas from first on apply.
func (q *acceptance) value(n *jsontext.Node, first int) bool {
	for _, s := range q.applied[first:] {
		if len(s.Constant) > 0 && !same(s.Constant[0], n) ||
			len(s.Enum) > 0 && !(n.Kind == jsontext.String && q.of.lists(s, n.Text)) && !(n.Kind == jsontext.Null && slices.Contains(s.Enum, nil)) ||
			!typed(s, n.Kind) {
			return false
		}
		switch n.Kind {
		case jsontext.String:
			if !acceptsString(s, n.Text) {
				return false
			}
		case jsontext.Number:
			if !acceptsNumber(s, n.Text) {
				return false
			}
		case jsontext.BeginObject:
			for _, name := range s.Required {
				if n.Member(name) == nil {
					return false
				}
			}
		case jsontext.BeginArray:
			if s.MinItems != -1 && len(n.Children) < s.MinItems || s.MaxItems != -1 && len(n.Children) > s.MaxItems {
				return false
			}
		}
	}
	if n.Kind == jsontext.BeginObject && !distinct(n.Children) {
		return false
	}
	last := len(q.applied)
	for _, child := range n.Children {
		for i := first; i < last; i++ {
			sub, ok := describingQuickly(q.applied[i], n.Kind, child.Name)
			if !ok || !q.apply(sub, child, last) {
				return false
			}
		}
		if len(q.applied) == last && (n.Kind == jsontext.BeginObject || len(child.Children) > 0) || !q.value(child, last) {
			return false
		}
		q.applied = q.applied[:last]
	}
	return true
}

// describingQuickly returns the schema that another one has for a member or an item,
// nil for none. ok is false when the other one forbids it, or may.
func describingQuickly(s *jsonschema.Schema, kind jsontext.Kind, name string) (sub *jsonschema.Schema, ok bool) {
	if kind == jsontext.BeginArray {
		return s.Items2020, true
	}
	if sub := s.Properties[name]; sub != nil {
		return sub, true
	}
	switch rest := s.AdditionalProperties.(type) {
	case nil:
		return nil, true
	case bool:
		return nil, rest
	case *jsonschema.Schema:
		return rest, true
	}
	return nil, false
}

// distinct reports whether no two members have one name.
func distinct(members []*jsontext.Node) bool {
	if len(members) > 32 {
		names := make(map[string]bool, len(members))
		for _, m := range members {
			names[m.Name] = true
		}
		return len(names) == len(members)
	}
	for i, m := range members {
		for _, other := range members[:i] {
			if m.Name == other.Name {
				return false
			}
		}
	}
	return true
}

// typed reports whether a schema has room for a kind of value. Of numbers it is
// said elsewhere.
func typed(s *jsonschema.Schema, kind jsontext.Kind) bool {
	name := ""
	switch kind {
	case jsontext.Null:
		name = "null"
	case jsontext.False, jsontext.True:
		name = "boolean"
	case jsontext.String:
		name = "string"
	case jsontext.BeginObject:
		name = "object"
	case jsontext.BeginArray:
		name = "array"
	default:
		return true
	}
	return len(s.Types) == 0 || slices.Contains(s.Types, name)
}

// same compares what enumerations hold: words and null. Other values are left to
// the validator, which compares numbers by value.
func same(listed any, n *jsontext.Node) bool {
	switch listed := listed.(type) {
	case string:
		return n.Kind == jsontext.String && n.Text == listed
	case nil:
		return n.Kind == jsontext.Null
	}
	return false
}

func acceptsString(s *jsonschema.Schema, v string) bool {
	if s.MinLength != -1 || s.MaxLength != -1 {
		length := utf8.RuneCountInString(v)
		if s.MinLength != -1 && length < s.MinLength || s.MaxLength != -1 && length > s.MaxLength {
			return false
		}
	}
	if s.Pattern != nil && !s.Pattern.MatchString(v) {
		return false
	}
	return s.Format == "" || jsonschema.Formats[s.Format](v)
}

// acceptsNumber takes plain digits that a word of the machine holds.
func acceptsNumber(s *jsonschema.Schema, digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(s.Types) > 0 && !slices.Contains(s.Types, "integer") && !slices.Contains(s.Types, "number") {
		return false
	}
	if m := s.Minimum; m != nil && !(m.IsInt() && m.Num().IsInt64() && n >= m.Num().Int64()) {
		return false
	}
	m := s.Maximum
	return m == nil || m.IsInt() && m.Num().IsInt64() && n <= m.Num().Int64()
}
