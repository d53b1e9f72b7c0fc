package placeholder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// A caller may send a key that looks like a placeholder; echoed, it is still what
// the caller sent.
func TestFromTenantJSON_echoOfWhatLooksLikeAPlaceholder(t *testing.T) {
	table, err := placeholder.New(placeholder.Options{Definition: &provider.DVelop, BaseURL: "https://acme.d-velop.cloud"})
	require.NoError(t, err)
	key := func(string) provider.Class { return provider.Class{Kind: provider.Key, Documented: true, Varies: true} }
	tape, err := table.ToTapeJSON([]byte(`{"apiKey":"api-key-1"}`), key)
	require.NoError(t, err)
	require.Equal(t, `{"apiKey":"sent-key-1"}`, string(tape))
	hidden, err := table.FromTenantJSON([]byte(`{"apiKey":"api-key-1"}`), key)
	require.NoError(t, err)
	assert.Equal(t, `{"apiKey":"sent-key-1"}`, string(hidden))
	_, late := table.Escaped(hidden)
	assert.False(t, late)
}
