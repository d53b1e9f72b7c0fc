package contract

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The applicators that no vendor's schema needs yet are followed as well.
func TestWish_follow(t *testing.T) {
	for _, test := range []struct {
		name, schema string
		leads, not   []string
	}{
		{"oneOf", `{"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"type": "string"}}}]}}}`, []string{"/a/b", "/a/new"}, []string{"/a/b/c"}},
		{"oneOf of texts", `{"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "null"}]}}}`, []string{"/a"}, []string{"/a/b"}},
		{"anyOf", `{"properties": {"a": {"anyOf": [{"$ref": "#/$defs/list"}, {"const": 1}]}}, "$defs": {"list": {"type": "array", "items": {"type": "object"}}}}`, []string{"/a/0/b", "/a/*/b"}, []string{"/a/b"}},
		{"anyOf below a type", `{"properties": {"a": {"type": "string", "anyOf": [{"properties": {"b": {}}}, {"minLength": 1}]}}}`, []string{"/a"}, []string{"/a/b"}},
		{"allOf", `{"properties": {"a": {"allOf": [{"properties": {"b": {"type": ["object", "null"]}}}, {"properties": {"b": {"properties": {"c": {"enum": ["x"]}}}}}]}}}`, []string{"/a/b/c", "/a/b/d"}, []string{"/a/b/c/d"}},
		{"allOf that rules out", `{"properties": {"a": {"allOf": [{"properties": {"b": {}}}, {"type": "array"}]}}}`, []string{"/a/0"}, []string{"/a/b"}},
		{"then and else", `{"if": {"required": ["t"]}, "then": {"properties": {"a": {"type": "object"}}}, "else": {"properties": {"a": {"type": "array", "items": {"type": "string"}}}}}`, []string{"/a/b", "/a/0"}, []string{"/a/0/b", "/a/b/c"}},
		{"a condition takes nothing away", `{"properties": {"a": true}, "if": {"required": ["t"]}, "then": {"properties": {"a": {"type": "string"}}}}`, []string{"/a/b"}, nil},
		{"patternProperties", `{"patternProperties": {"^x-": {"type": "object", "properties": {"b": {"type": "number"}}}}, "additionalProperties": false}`, []string{"/x-1/b", "/*/b"}, []string{"/y", "/x-1/b/c"}},
		{"a closed object", `{"properties": {"a": {"type": "object"}}, "unevaluatedProperties": false}`, []string{"/a", "/*", "/*/b"}, []string{"/b", "/b/c"}},
		{"a forbidden member", `{"properties": {"a": false, "b": {"type": "string"}}, "additionalProperties": false}`, []string{"/b"}, []string{"/a/b"}},
		{"prefixItems", `{"properties": {"a": {"type": "array", "prefixItems": [{"type": "object", "properties": {"b": {"type": "string"}}}], "items": {"type": "string"}}}}`, []string{"/a/0/b", "/a/7"}, []string{"/a/0/b/c"}},
		{"an array of anything", `{"properties": {"a": {"type": "array"}}}`, []string{"/a/0", "/a/0/b/c"}, []string{"/a/b"}},
		{"dependentSchemas", `{"dependentSchemas": {"t": {"properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}}}}}`, []string{"/a/b"}, []string{"/a/b/c"}},
		{"a circle", `{"type": "object", "properties": {"a": {"$ref": "#"}}}`, []string{"/a/a/a/new"}, []string{"/a/a/new/b"}},
		{"nothing", `false`, nil, []string{"/a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := jsonschema.CompileString("test.json", test.schema)
			require.NoError(t, err)
			root := site(nil).with(s, true)
			for _, pointer := range test.leads {
				_, ok := Wish{Inside: true}.follow(root, split(pointer))
				assert.True(t, ok, pointer)
			}
			for _, pointer := range test.not {
				reached, ok := Wish{Inside: true}.follow(root, split(pointer))
				assert.False(t, ok, pointer)
				assert.Less(t, reached, len(split(pointer)))
			}
		})
	}
}
