package contract

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judged are the fields of a compiled schema that the quick walk reads; silent
// those that say nothing of a value, or only beside a field that it refuses.
var (
	judged = []string{
		"AdditionalProperties", "AllOf", "Always", "Constant", "Else", "Enum", "If", "Items2020", "MaxItems", "MaxLength", "Maximum",
		"MinItems", "MinLength", "Minimum", "Pattern", "Properties", "Ref", "Required", "Then", "Types",
	}
	silent = []string{
		"Comment", "ContainsEval", "ContentEncoding", "ContentMediaType", "Default", "Deprecated", "Description", "Draft", "DynamicAnchor", "Examples",
		"Extensions", "Location", "MaxContains", "MinContains", "ReadOnly", "RecursiveAnchor", "Title", "WriteOnly",
	}
)

// A schema with a keyword that the quick walk does not know goes to the validator,
// whichever keyword it is.
func TestAccepts_unforeseenKeywords(t *testing.T) {
	plain := func() *jsonschema.Schema {
		s, err := jsonschema.CompileString("plain.json", `{}`)
		require.NoError(t, err)
		return s
	}
	require.False(t, unforeseen(plain()))
	var passed, referring, tagging, tags []string
	condition := func(s, tag *jsonschema.Schema) bool {
		with := *s
		with.Required, with.Properties = []string{"type"}, map[string]*jsonschema.Schema{"type": tag}
		_, _, ok := tagged(&with)
		return ok
	}
	text := plain()
	text.Constant = []any{"text"}
	fields := reflect.VisibleFields(reflect.TypeFor[jsonschema.Schema]())
	for _, f := range fields {
		if !f.IsExported() {
			continue
		}
		s := plain()
		v := reflect.ValueOf(s).Elem().FieldByIndex(f.Index)
		switch f.Type.Kind() {
		case reflect.Int:
			v.SetInt(1)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.String:
			v.SetString("email")
		case reflect.Slice:
			v.Set(reflect.MakeSlice(f.Type, 1, 1))
		case reflect.Map:
			v.Set(reflect.MakeMap(f.Type))
			v.SetMapIndex(reflect.New(f.Type.Key()).Elem(), reflect.New(f.Type.Elem()).Elem())
		case reflect.Interface:
			v.Set(reflect.ValueOf(any(true)))
		case reflect.Func:
			continue
		default:
			switch f.Type {
			case reflect.TypeFor[*big.Rat]():
				v.Set(reflect.ValueOf(big.NewRat(1, 1)))
			case reflect.TypeFor[*regexp.Regexp]():
				v.Set(reflect.ValueOf(regexp.MustCompile("x")))
			default:
				v.Set(reflect.New(f.Type.Elem()))
			}
		}
		if !unforeseen(s) {
			passed = append(passed, f.Name)
		}
		if condition(s, text) {
			tagging = append(tagging, f.Name)
		}
		tag := *s
		tag.Constant = text.Constant
		if condition(plain(), &tag) {
			tags = append(tags, f.Name)
		}
		s.Ref = plain()
		if refers(s) {
			referring = append(referring, f.Name)
		}
	}
	assert.ElementsMatch(t, slices.Concat(judged, silent), passed)
	assert.ElementsMatch(t, slices.Concat([]string{"Ref"}, silent), referring, "nothing is lost of what stands beside a reference")
	assert.ElementsMatch(t, slices.Concat([]string{"Required", "Properties"}, silent), tagging, "a condition that asks for more than a tag goes to the validator")
	assert.ElementsMatch(t, slices.Concat([]string{"Constant"}, silent), tags, "and so does one whose tag is more than a text")
	t.Logf("%d fields: %d read by the walk, %d that say nothing of a value, the others refused", len(fields), len(judged), len(silent))
}
