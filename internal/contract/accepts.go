package contract

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/jsontext"
)

// quick is a compiled schema in the form that accepts asks: compiled ones are large,
// and most of their fields say nothing.
type quick struct {
	*jsonschema.Schema
	unsure         bool   // it refuses every value, or has a keyword that accepts does not know
	kinds          string // those that it has room for; empty for all
	words          map[string]bool
	dateTime       bool
	name, tag      string // the condition, if there is one
	ref, then, els *quick
	allOf          []*quick
	properties     map[string]*quick
	closed         bool   // no further members
	rest           *quick // further members
	items          *quick
}

// kindsOf are the kinds of the values of a type. Of numbers more is said elsewhere.
var kindsOf = map[string]string{
	"null": string(jsontext.Null), "boolean": string(jsontext.False) + string(jsontext.True), "string": string(jsontext.String),
	"number": string(jsontext.Number), "integer": string(jsontext.Number), "object": string(jsontext.BeginObject), "array": string(jsontext.BeginArray),
}

// quick returns the quick form of a schema in it, nil for none; that of one which does
// nothing but refer to another is the other's. It keeps each once: they may refer to
// themselves.
func (s *schema) quick(of *jsonschema.Schema) *quick {
	if of == nil || s.quicks[of] != nil {
		return s.quicks[of]
	}
	if refers(of) {
		s.quicks[of] = s.quick(of.Ref)
		return s.quicks[of]
	}
	q := &quick{Schema: of, unsure: of.Always != nil && !*of.Always || unforeseen(of), words: map[string]bool{}, dateTime: of.Format != "", properties: map[string]*quick{}}
	s.quicks[of] = q
	for _, name := range of.Types {
		q.kinds += kindsOf[name]
	}
	for _, v := range of.Enum {
		if word, ok := v.(string); ok {
			q.words[word] = true
		}
	}
	for _, sub := range of.AllOf {
		q.allOf = append(q.allOf, s.quick(sub))
	}
	for name, sub := range of.Properties {
		q.properties[name] = s.quick(sub)
	}
	if of.If != nil {
		var ok bool
		q.name, q.tag, ok = tagged(of.If)
		q.unsure = q.unsure || !ok
	}
	q.ref, q.then, q.els, q.items = s.quick(of.Ref), s.quick(of.Then), s.quick(of.Else), s.quick(of.Items2020)
	switch rest := of.AdditionalProperties.(type) {
	case nil:
	case bool:
		q.closed = !rest
	case *jsonschema.Schema:
		q.rest = s.quick(rest)
	default:
		q.closed = true
	}
	return q
}

// accepts reports whether a value surely fulfils a schema, with every member in it
// documented and named once. False means no or cannot tell: the validator and the
// walker decide, and say what is wrong. It exists because nearly all that a test
// sees is sound, and those two take a hundred microseconds to say so. Every keyword
// that a schema may have is either looked at here or makes the answer false;
// FuzzAccepts holds it against them.
func accepts(s *schema, n *jsontext.Node) bool {
	var few [32]*quick // as many as most bodies need
	applied, ok := s.quicks[s.root].apply(few[:0], n, 0)
	return ok && acceptsValue(applied, n, 0)
}

// apply adds a schema, and all that apply with it, to those that apply to a value. They
// begin at first, behind those that apply to what is around the value.
func (q *quick) apply(applied []*quick, n *jsontext.Node, first int) (all []*quick, ok bool) {
	switch {
	case q == nil || slices.Contains(applied[first:], q):
		return applied, true
	case q.unsure:
		return applied, false
	}
	applied, ok = q.ref.apply(append(applied, q), n, first)
	for _, sub := range q.allOf {
		if ok {
			applied, ok = sub.apply(applied, n, first)
		}
	}
	if !ok || q.If == nil {
		return applied, ok
	}
	if tag := n.Member(q.name); tag != nil && tag.Kind == jsontext.String && tag.Text == q.tag {
		return q.then.apply(applied, n, first)
	}
	return q.els.apply(applied, n, first)
}

// refers reports whether a schema refers to another and says nothing else.
func refers(s *jsonschema.Schema) bool {
	rest := *s
	rest.Ref = nil
	return s.Ref != nil && isSilent(&rest)
}

// isSilent reports whether a schema says nothing of a value.
func isSilent(s *jsonschema.Schema) bool {
	return !unforeseen(s) && s.Ref == nil && s.Always == nil && s.If == nil && s.Then == nil && s.Else == nil &&
		len(s.Types)+len(s.Constant)+len(s.Enum)+len(s.AllOf)+len(s.Required)+len(s.Properties) == 0 && s.AdditionalProperties == nil && s.Items2020 == nil &&
		s.MinItems == -1 && s.MaxItems == -1 && s.MinLength == -1 && s.MaxLength == -1 && s.Pattern == nil && s.Format == "" && s.Minimum == nil && s.Maximum == nil
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

// acceptsValue looks at a value to which the schemas from first on apply.
func acceptsValue(applied []*quick, n *jsontext.Node, first int) bool {
	for _, s := range applied[first:] {
		if s.kinds != "" && strings.IndexByte(s.kinds, byte(n.Kind)) < 0 || len(s.Constant) > 0 && !same(s.Constant[0], n) ||
			len(s.Enum) > 0 && !(n.Kind == jsontext.String && s.words[n.Text]) && !(n.Kind == jsontext.Null && slices.Contains(s.Enum, nil)) {
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
	if !n.Distinct() {
		return false
	}
	last := len(applied)
	for _, child := range n.Children {
		applied = applied[:last]
		for _, s := range applied[first:] {
			sub, ok := s.items, true
			if n.Kind == jsontext.BeginObject {
				if sub = s.properties[child.Name]; sub == nil {
					sub, ok = s.rest, !s.closed
				}
			}
			if ok {
				applied, ok = sub.apply(applied, child, last)
			}
			if !ok {
				return false
			}
		}
		if len(applied) == last && (n.Kind == jsontext.BeginObject || len(child.Children) > 0) || !acceptsValue(applied, child, last) {
			return false
		}
	}
	return true
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

func acceptsString(s *quick, v string) bool {
	if s.MinLength != -1 || s.MaxLength != -1 {
		length := utf8.RuneCountInString(v)
		if s.MinLength != -1 && length < s.MinLength || s.MaxLength != -1 && length > s.MaxLength {
			return false
		}
	}
	if s.Pattern != nil && !s.Pattern.MatchString(v) {
		return false
	}
	return !s.dateTime || dateTime(v)
}

var dateTime = jsonschema.Formats["date-time"]

// acceptsNumber takes plain digits that a word of the machine holds.
func acceptsNumber(s *quick, digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return false
	}
	if m := s.Minimum; m != nil && !(m.IsInt() && m.Num().IsInt64() && n >= m.Num().Int64()) {
		return false
	}
	m := s.Maximum
	return m == nil || m.IsInt() && m.Num().IsInt64() && n <= m.Num().Int64()
}
