package placeholder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

// The numbers of GUIDs pass over those that a tenant has itself: two of its ids
// would become one.
func TestFromTenantText_numberedGUIDOfATenant(t *testing.T) {
	const first, second = "cccccccc-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000002"
	own := dvelop(t, provider.DVelop.BaseURL)
	assert.Equal(t, first, own.FromTenantText(first), "one that looks numbered stays")
	assert.Equal(t, second, own.FromTenantText(realHook))
	assert.Equal(t, first, own.ToTenantText(first))
	assert.Equal(t, realHook, own.ToTenantText(second))

	// In the other order the number is taken when the tenant's own shows.
	own = dvelop(t, provider.DVelop.BaseURL)
	assert.Equal(t, first, own.FromTenantText(realHook))
	assert.Equal(t, second, own.FromTenantText(realRepo))
	assert.Equal(t, realHook, own.ToTenantText(first))
	assert.Equal(t, realRepo, own.ToTenantText(second))

	// A seed may have taken the number as a placeholder, or as what is real.
	const seeded = "dddddddd-0000-4000-8000-000000000009"
	own = dvelop(t, provider.DVelop.BaseURL)
	require.NoError(t, own.Bind(provider.Binding{Kind: provider.ID, Placeholder: first}, realRepo))
	assert.Equal(t, second, own.FromTenantText(realHook))
	assert.Equal(t, realRepo, own.ToTenantText(first))
	own = dvelop(t, provider.DVelop.BaseURL)
	require.NoError(t, own.Bind(provider.Binding{Kind: provider.ID, Placeholder: seeded}, first))
	assert.Equal(t, second, own.FromTenantText(realHook))
	assert.Equal(t, seeded, own.FromTenantText(first))
}
