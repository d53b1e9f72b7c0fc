package contract

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/jsontext"
)

// A condition holds for an object as the validator says, be it a mere tag, which is
// looked at without the validator, or more.
func TestHolds(t *testing.T) {
	for condition, isTag := range map[string]bool{
		`{"required": ["type"], "properties": {"type": {"const": "7"}}}`:                    true,
		`{"required": ["type"], "properties": {"type": {"const": 7}}}`:                      false,
		`{"required": ["type"], "properties": {"kind": {"const": "7"}}}`:                    false,
		`{"required": ["type", "id"], "properties": {"type": {"const": "7"}}}`:              false,
		`{"properties": {"type": {"const": "7"}}}`:                                          false,
		`{"required": ["type"], "properties": {"type": {"const": "7", "maxLength": 0}}}`:    false,
		`{"required": ["type"], "properties": {"type": {"const": "7"}}, "not": {}}`:         false,
		`{"required": ["type"], "properties": {"type": {"const": "7"}}, "maxProperties":1}`: false,
	} {
		s, err := jsonschema.CompileString("condition.json", condition)
		require.NoError(t, err)
		_, _, ok := tagged(s)
		assert.Equal(t, isTag, ok, condition)
		for _, body := range []string{`{}`, `{"type":"7"}`, `{"type":7}`, `{"type":"8"}`, `{"type":null}`, `{"kind":"7"}`, `{"type":"7","id":1}`, `{"type":"8","kind":"7"}`} {
			n, err := jsontext.Parse(body, bounds)
			require.NoError(t, err)
			assert.Equal(t, s.Validate(decoded(n)) == nil, holds(s, n), "%s of %s", condition, body)
		}
	}
}
