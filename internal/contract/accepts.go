package contract

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// accepts reports whether a value surely fulfils a schema. False means no or
// cannot tell: the validator decides, and says what is wrong. It exists because
// nearly all that a test sees is sound, and the validator takes a hundred
// microseconds to say so: it builds the results of every branch of every tagged
// union. Every keyword that a schema may have is either looked at here or makes
// the answer false; FuzzAccepts holds it against the validator.
func accepts(s *jsonschema.Schema, v any) bool {
	if s.Always != nil {
		return *s.Always
	}
	if unforeseen(s) {
		return false
	}
	if s.Ref != nil && !accepts(s.Ref, v) {
		return false
	}
	for _, sub := range s.AllOf {
		if !accepts(sub, v) {
			return false
		}
	}
	if s.If != nil {
		then := s.Else
		if holds(s.If, v) {
			then = s.Then
		}
		if then != nil && !accepts(then, v) {
			return false
		}
	}
	if len(s.Constant) > 0 && !same(s.Constant[0], v) {
		return false
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(listed any) bool { return same(listed, v) }) {
		return false
	}
	switch v := v.(type) {
	case nil:
		return typed(s, "null")
	case bool:
		return typed(s, "boolean")
	case string:
		return typed(s, "string") && acceptsString(s, v)
	case json.Number:
		return acceptsNumber(s, v)
	case map[string]any:
		return typed(s, "object") && acceptsObject(s, v)
	case []any:
		return typed(s, "array") && acceptsArray(s, v)
	}
	return false
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

func typed(s *jsonschema.Schema, name string) bool {
	return len(s.Types) == 0 || slices.Contains(s.Types, name)
}

// same compares what enumerations hold: words and null. Other values are left to
// the validator, which compares numbers by value.
func same(listed, v any) bool {
	switch listed := listed.(type) {
	case string:
		text, ok := v.(string)
		return ok && text == listed
	case nil:
		return v == nil
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
func acceptsNumber(s *jsonschema.Schema, v json.Number) bool {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil || len(s.Types) > 0 && !slices.Contains(s.Types, "integer") && !slices.Contains(s.Types, "number") {
		return false
	}
	for _, bound := range []struct {
		set bool
		ok  func() bool
	}{
		{s.Minimum != nil, func() bool { return s.Minimum.IsInt() && s.Minimum.Num().IsInt64() && n >= s.Minimum.Num().Int64() }},
		{s.Maximum != nil, func() bool { return s.Maximum.IsInt() && s.Maximum.Num().IsInt64() && n <= s.Maximum.Num().Int64() }},
	} {
		if bound.set && !bound.ok() {
			return false
		}
	}
	return true
}

func acceptsObject(s *jsonschema.Schema, v map[string]any) bool {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	if len(s.Properties) == 0 && s.AdditionalProperties == nil {
		return true
	}
	for name, member := range v {
		sub := s.Properties[name]
		if sub == nil {
			switch rest := s.AdditionalProperties.(type) {
			case nil:
				continue
			case bool:
				if !rest {
					return false
				}
				continue
			case *jsonschema.Schema:
				sub = rest
			default:
				return false
			}
		}
		if !accepts(sub, member) {
			return false
		}
	}
	return true
}

func acceptsArray(s *jsonschema.Schema, v []any) bool {
	if s.MinItems != -1 && len(v) < s.MinItems || s.MaxItems != -1 && len(v) > s.MaxItems {
		return false
	}
	if s.Items2020 != nil {
		for _, item := range v {
			if !accepts(s.Items2020, item) {
				return false
			}
		}
	}
	return true
}
