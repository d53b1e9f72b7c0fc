package contract

import (
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/say"
)

// walker follows a body along the schemas that apply to its values, to what none of
// them describes. The validator cannot say: it stops at open objects and drops
// annotations.
type walker struct {
	// undocumented are the members without a schema, outermost only, each with
	// the documented name that it resembles, if any.
	undocumented map[string]string
	// byHand says that a person wrote the value: names are misspelt then.
	byHand bool
	// applying are the schemas of the members and items at each depth: one list
	// for all of them, one after the other.
	applying [][]*jsonschema.Schema
}

func undocumented(s *schema, root *jsontext.Node, byHand bool) map[string]string {
	w := walker{undocumented: map[string]string{}, byHand: byHand}
	w.visit(expand(nil, s.root, root), root, 0)
	return w.undocumented
}

// visit looks at what one value holds; schemas are all that apply to the value.
func (w *walker) visit(schemas []*jsonschema.Schema, n *jsontext.Node, depth int) {
	if depth == len(w.applying) {
		w.applying = append(w.applying, nil)
	}
	for _, child := range n.Counting() {
		next := below(w.applying[depth][:0], schemas, child)
		w.applying[depth] = next
		switch {
		case len(next) > 0:
			w.visit(next, child, depth+1)
		case n.Kind == jsontext.BeginObject && admit(schemas, "object"): // an item is part of its array
			w.note(schemas, child)
		}
	}
}

// note remembers a member that nothing describes.
func (w *walker) note(schemas []*jsonschema.Schema, member *jsontext.Node) {
	switch {
	case w.byHand && saysNothing(schemas):
	case w.byHand:
		w.undocumented[member.Pointer()] = misspelt(schemas, member.Name)
	default:
		w.undocumented[member.Pointer()] = resembling(schemas, member.Name)
	}
}

// below appends the schemas that apply to a member or an item of a value to which
// some apply. None apply when nothing describes it, or the value is of the wrong type
// already.
func below(to, schemas []*jsonschema.Schema, child *jsontext.Node) []*jsonschema.Schema {
	if child.Parent.Kind == jsontext.BeginObject {
		if !admit(schemas, "object") {
			return to
		}
		for _, s := range schemas {
			if sub, ok := s.Properties[child.Name]; ok && len(s.PatternProperties) == 0 { // as describing, without a list
				to = expand(to, sub, child)
				continue
			}
			for _, sub := range describing(s, child.Name) {
				to = expand(to, sub, child)
			}
		}
		return to
	}
	if !admit(schemas, "array") {
		return to
	}
	for _, s := range schemas {
		switch i := int(child.Index); {
		case i < len(s.PrefixItems):
			to = expand(to, s.PrefixItems[i], child)
		case s.Items2020 != nil:
			to = expand(to, s.Items2020, child)
		}
	}
	return to
}

// expand appends the schema and all that apply with it to the same value.
func expand(to []*jsonschema.Schema, s *jsonschema.Schema, n *jsontext.Node) []*jsonschema.Schema {
	if s == nil || slices.Contains(to, s) {
		return to
	}
	to = append(to, s)
	to = expand(to, s.Ref, n)
	for _, sub := range s.AllOf {
		to = expand(to, sub, n)
	}
	for _, all := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		for _, sub := range all {
			if sub.Validate(decoded(n)) == nil {
				to = expand(to, sub, n)
			}
		}
	}
	if s.If != nil {
		if holds(s.If, n) {
			to = expand(to, s.Then, n)
		} else {
			to = expand(to, s.Else, n)
		}
	}
	return to
}

// holds reports whether a value fulfils the condition of an if. A tagged union
// has one for each tag, so the question that they all ask is answered here.
func holds(s *jsonschema.Schema, n *jsontext.Node) bool {
	if name, want, ok := tagged(s); ok {
		tag := n.Member(name)
		return tag != nil && tag.Kind == jsontext.String && tag.Text == want
	}
	return s.Validate(decoded(n)) == nil
}

// tagged returns the member and the text that a schema asks for if it asks for
// nothing else: that a value is an object with this tag.
func tagged(s *jsonschema.Schema) (name, want string, ok bool) {
	rest := *s
	rest.Required, rest.Properties = nil, nil
	if len(s.Required) != 1 || len(s.Properties) != 1 || s.Properties[s.Required[0]] == nil || !isSilent(&rest) {
		return "", "", false
	}
	tag := *s.Properties[s.Required[0]]
	constant := tag.Constant
	if tag.Constant = nil; len(constant) != 1 || !isSilent(&tag) {
		return "", "", false
	}
	want, ok = constant[0].(string)
	return s.Required[0], want, ok
}

// describing returns the schemas that one schema has for a member.
func describing(s *jsonschema.Schema, name string) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	if sub, ok := s.Properties[name]; ok {
		all = append(all, sub)
	}
	for pattern, sub := range s.PatternProperties {
		if pattern.MatchString(name) {
			all = append(all, sub)
		}
	}
	if all == nil {
		if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			all = append(all, sub)
		}
	}
	return all
}

// saysNothing reports whether schemas say nothing of what the members of an object are:
// whoever writes one cannot have misspelt any.
func saysNothing(schemas []*jsonschema.Schema) bool {
	return !slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool {
		return len(s.Properties) > 0 || len(s.PatternProperties) > 0 || s.AdditionalProperties != nil
	})
}

// resembling returns the documented member that differs from a name in case,
// hyphens and underscores only.
func resembling(schemas []*jsonschema.Schema, name string) string {
	plain := plain(name)
	best := ""
	for _, s := range schemas {
		for known := range s.Properties {
			if plainEqual(known, plain) && (best == "" || known < best) {
				best = known
			}
		}
	}
	return best
}

// misspelt returns the documented member that a name was probably meant to be. It is
// for what is written by hand: people slip on the keyboard, while a vendor's new member
// may well be named much like another.
func misspelt(schemas []*jsonschema.Schema, name string) string {
	if known := resembling(schemas, name); known != "" {
		return known
	}
	var names []string
	for _, s := range schemas {
		names = slices.AppendSeq(names, maps.Keys(s.Properties))
	}
	slices.Sort(names)
	for _, near := range say.Nearest(name, slices.Compact(names)) {
		if name != "" && strings.HasPrefix(near, name[:1]) || len(near) == len(name) && len(name) > 2 {
			return near
		}
	}
	return ""
}

// admit reports whether any of the schemas has room for a JSON type.
func admit(schemas []*jsonschema.Schema, typ string) bool {
	return len(schemas) == 0 || slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool {
		return len(s.Types) > 0 && slices.Contains(s.Types, typ)
	}) || !slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool { return len(s.Types) > 0 })
}

func numeric(types []string) bool {
	return slices.Contains(types, "number") || slices.Contains(types, "integer")
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
