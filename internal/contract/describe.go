package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/say"
)

// describe says what a value is without saying what it holds.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case json.Number:
		return "a number"
	case string:
		if v == "" {
			return "an empty string"
		}
		return "a string of " + say.Count(utf8.RuneCountInString(v), "character")
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// describeNumber quotes a number where the contract has one. Elsewhere it may be
// a secret that somebody left unquoted.
func describeNumber(v any) string {
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	return describe(v)
}

// describeWord quotes a string where the contract lists values, if it looks as
// such values do; anything else may be a secret that got into the wrong member.
func describeWord(v any) string {
	if s, ok := v.(string); ok && utf8.RuneCountInString(s) <= 40 && wordlike.MatchString(s) {
		return fmt.Sprintf("%q", s)
	}
	return describe(v)
}

// wordlike is how the vendors write listed values, with the dots that some
// programs put in place of underscores and the capital that others begin with.
// A credential mixes its letters, or has digits.
var wordlike = pattern.New(`^(?:[A-Z]?[a-z]+(?:[_.][a-z]+)*|[A-Z]+(?:_[A-Z]+)*)$`)

// typeNames are the names of JSON types in a sentence.
func typeNames(types []string) string {
	names := map[string]string{
		"null": "null", "boolean": "a boolean", "number": "a number", "integer": "an integer",
		"string": "a string", "array": "an array", "object": "an object",
	}
	var all []string
	for _, t := range types {
		all = append(all, names[t])
	}
	return say.List(all, "or")
}

// maxListed is how many values of an enumeration a message lists.
const maxListed = 16

// describeEnum says what a string was expected to be, and what may have been meant.
func describeEnum(listed []any, v any) (expected, hint string) {
	var all []string
	for _, value := range listed {
		if s, ok := value.(string); ok {
			all = append(all, s)
		}
	}
	expected = fmt.Sprintf("one of the %d listed values", len(all))
	if len(all) <= maxListed {
		expected = say.Quoted(all, "or")
	}
	if i := slices.IndexFunc(all, func(known string) bool { return plainEqual(known, plain(text(v))) }); i >= 0 && len(all) > 1 {
		hint = didYouMean(all[i])
	}
	return expected, hint
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", name)
}

// plain leaves out what people get wrong about a name: case and separators.
func plain(name string) string { return separators.Replace(strings.ToLower(name)) }

var separators = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

func plainEqual(known, plainName string) bool { return plainName != "" && plain(known) == plainName }
