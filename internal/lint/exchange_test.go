package lint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/lint"
)

// What the contract calls a key is looked at as often as it stands.
func TestExchanges_doubledCredential(t *testing.T) {
	data, err := cassettes.FS.ReadFile("devrev/webhooks.get/200.yaml")
	require.NoError(t, err)
	const stored, real = `"value": "api-key-2"`, `"value": "kX8vT2mQ9bR4wZ6n"`
	require.Contains(t, string(data), stored)
	for members, want := range map[string]int{
		stored: 0, stored + ", " + stored: 0,
		real: 1, real + ", " + stored: 1, stored + ", " + real: 1, real + ", " + strings.ToLower(real): 2,
	} {
		got := 0
		for _, f := range lint.Check("a.yaml", []byte(strings.Replace(string(data), stored, members, 1))) {
			if f.Rule == "secret-name" {
				assert.Equal(t, "answer body /webhook/headers/1/value", f.Place)
				got++
			}
		}
		assert.Equal(t, want, got, members)
	}
}

// A problem with a bound of the contract check has its line in a body beyond it.
func TestExchanges_lineBeyondBounds(t *testing.T) {
	data, err := cassettes.FS.ReadFile("devrev/webhooks.get/200.yaml")
	require.NoError(t, err)
	const size = `"size": 20481`
	require.Contains(t, string(data), size)
	for beyond, line := range map[string]string{`"size": ` + strings.Repeat("1", 101): size, `"` + strings.Repeat("x", 257) + `": 1`: `"file": {`} {
		before, _, _ := strings.Cut(string(data), line)
		lines := map[string][]int{}
		for _, f := range lint.Check("a.yaml", []byte(strings.Replace(string(data), size, beyond, 1))) {
			lines[f.Rule] = append(lines[f.Rule], f.Line)
		}
		assert.Equal(t, []int{strings.Count(before, "\n") + 1}, lines["contract"], beyond)
	}
}
