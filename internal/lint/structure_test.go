package lint_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// Bodies of one value are one request, however they are written; one with a member
// that stands twice is another than one that has it once, for readers differ in which
// they take.
func TestAmbiguous_otherWriting(t *testing.T) {
	data, err := os.ReadFile("testdata/rules/ambiguous/fires/bodies.yaml")
	require.NoError(t, err)
	for other, want := range map[string]bool{
		`{\"q\":\"a\"}`: false, `{ \"q\" : \"\\u0061\" }`: false,
		`{\"q\":\"b\"}`: true, `{\"q\":\"b\",\"q\":\"a\"}`: true, `{\"q\":\"a\"} x`: true,
	} {
		found := lint.Check("a.yaml", []byte(strings.NewReplacer(`{\"q\":\"b\"}`, other, `{\"q\":\"c\"}`, other).Replace(string(data))))
		assert.Equal(t, want, has(found, "ambiguous"), other)
	}
}
