package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// walker follows a value along the schemas that apply to it. What no schema
// describes is undocumented; what one describes has a class. The validator
// cannot say either: it stops at open objects and drops annotations.
type walker struct {
	classes map[string]provider.Class // nil when they are not wanted
	// undocumented are the members without a schema, outermost only, each with
	// the documented name that it resembles, if any.
	undocumented map[string]string
	// byHand says that a person wrote the value: names are misspelt then.
	byHand bool
	// applying are the schemas of the members and items at each depth: one list
	// for all of them, one after the other.
	applying [][]*jsonschema.Schema
}

func undocumented(s *schema, root any, byHand bool) map[string]string {
	w := walker{undocumented: map[string]string{}, byHand: byHand}
	w.visit(expand(nil, s.root, root), root, "", 0)
	return w.undocumented
}

func classes(s *schema, root any) map[string]provider.Class {
	w := walker{classes: map[string]provider.Class{}}
	w.visit(expand(nil, s.root, root), root, "", 0)
	return w.classes
}

// visit looks at one value; schemas are all that apply to it.
func (w *walker) visit(schemas []*jsonschema.Schema, v any, pointer string, depth int) {
	if depth == len(w.applying) {
		w.applying = append(w.applying, nil)
	}
	if w.classes != nil {
		w.classes[pointer] = class(schemas, v)
	}
	switch v := v.(type) {
	case map[string]any:
		if !admit(schemas, "object") {
			return // the wrong type already; its members mean nothing
		}
		for name, member := range v {
			next := w.applying[depth][:0]
			documented := false
			for _, s := range schemas {
				if sub, ok := s.Properties[name]; ok && len(s.PatternProperties) == 0 { // as describing, without a list
					documented = true
					next = expand(next, sub, member)
					continue
				}
				for _, sub := range describing(s, name) {
					documented = true
					next = expand(next, sub, member)
				}
			}
			w.applying[depth] = next
			switch at := jsontext.Child(pointer, name); {
			case documented:
				w.visit(next, member, at, depth+1)
			case w.undocumented == nil || w.byHand && saysNothing(schemas):
			case w.byHand:
				w.undocumented[at] = misspelt(schemas, name)
			default:
				w.undocumented[at] = resembling(schemas, name)
			}
		}
	case []any:
		if !admit(schemas, "array") {
			return
		}
		for i, item := range v {
			next := w.applying[depth][:0]
			for _, s := range schemas {
				switch {
				case i < len(s.PrefixItems):
					next = expand(next, s.PrefixItems[i], item)
				case s.Items2020 != nil:
					next = expand(next, s.Items2020, item)
				}
			}
			w.applying[depth] = next
			// An item without a schema is part of the array, and undocumented
			// with whatever it holds.
			if len(next) > 0 {
				w.visit(next, item, pointer+"/"+strconv.Itoa(i), depth+1)
			}
		}
	}
}

// expand appends the schema and all that apply with it to the same value.
func expand(to []*jsonschema.Schema, s *jsonschema.Schema, v any) []*jsonschema.Schema {
	if s == nil || slices.Contains(to, s) {
		return to
	}
	to = append(to, s)
	to = expand(to, s.Ref, v)
	for _, sub := range s.AllOf {
		to = expand(to, sub, v)
	}
	for _, all := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		for _, sub := range all {
			if sub.Validate(v) == nil {
				to = expand(to, sub, v)
			}
		}
	}
	if s.If != nil {
		if holds(s.If, v) {
			to = expand(to, s.Then, v)
		} else {
			to = expand(to, s.Else, v)
		}
	}
	return to
}

// holds reports whether a value fulfils the condition of an if. A tagged union
// has one for each tag, so the question that they all ask is answered here.
func holds(s *jsonschema.Schema, v any) bool {
	if name, want, ok := tagged(s); ok {
		object, _ := v.(map[string]any)
		got, ok := object[name].(string)
		return ok && got == want
	}
	return s.Validate(v) == nil
}

// tagged returns the member and the text that a schema asks for if it asks for
// nothing else: that a value is an object with this tag.
func tagged(s *jsonschema.Schema) (name, want string, ok bool) {
	if len(s.Required) != 1 || len(s.Properties) != 1 || s.Ref != nil || s.AllOf != nil || s.Types != nil {
		return "", "", false
	}
	name = s.Required[0]
	tag := s.Properties[name]
	if tag == nil || len(tag.Constant) != 1 || tag.Ref != nil || tag.Types != nil {
		return "", "", false
	}
	want, ok = tag.Constant[0].(string)
	return name, want, ok
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
	for _, near := range provider.Nearest(name, slices.Compact(names)) {
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

// class says what the schemas of a documented value say about it.
func class(schemas []*jsonschema.Schema, v any) provider.Class {
	c := provider.Class{Documented: true}
	otherwise := provider.Undocumented
	for _, s := range schemas {
		if kind, ok := s.Extensions[placeholderKeyword].(placeholder); ok && c.Kind == "" {
			c.Kind = provider.Kind(kind)
		}
		if len(s.Enum)+len(s.Constant) > 0 {
			otherwise = provider.Word
			word := any(text(v))
			c.Keep = c.Keep || slices.Contains(s.Enum, word) || slices.Contains(s.Constant, word)
		}
		if s.Format == "date-time" {
			otherwise = provider.Opaque
			_, isText := v.(string)
			c.Keep = c.Keep || isText && jsonschema.Formats["date-time"](v)
		}
		switch v.(type) {
		case nil:
			c.Keep = c.Keep || slices.Contains(s.Types, "null")
		case bool:
			c.Keep = c.Keep || slices.Contains(s.Types, "boolean")
		case json.Number:
			c.Keep = c.Keep || numeric(s.Types)
		}
	}
	name, ok := v.(string)
	if ok && c.Kind == "" && !c.Keep {
		c.Kind = otherwise
	}
	if c.Kind == provider.Header {
		if ok && isHeaderName(name) {
			c.Keep = true
		} else {
			c.Kind = provider.Opaque
		}
	}
	return c
}

// isHeaderName reports whether a text looks like the name of a header: of the
// tokens of HTTP those that are made of letters, digits, hyphens and underscores,
// begin with a letter, and have neither a part longer than names have nor the
// digits of an id. Whatever else somebody takes for a name may be a credential.
func isHeaderName(s string) bool {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits <= maxHeaderDigits && headerName.MatchString(s)
}

// maxHeaderDigits is enough for X-Content-SHA256 and too little for a number
// that stands for somebody.
const maxHeaderDigits = 3

var headerName = pattern.New(`^` + headerPart + `([_-]` + headerPart + `){0,7}$`)

// headerPart is one word of a name, or up to three with a capital each.
const headerPart = `(([A-Z][a-z]{1,12}){1,3}|[A-Z]|[a-z]{1,16}|[A-Z]{1,8})[0-9]{0,3}`

func numeric(types []string) bool {
	return slices.Contains(types, "number") || slices.Contains(types, "integer")
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
