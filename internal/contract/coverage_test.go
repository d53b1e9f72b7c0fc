package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

func TestMembers(t *testing.T) {
	all := contract.Members(&provider.DevRev, provider.DevRev.Operation("webhooks.get"), 200)
	find := func(pointer string) (contract.Member, bool) {
		i := slices.IndexFunc(all, func(m contract.Member) bool { return m.Pointer == pointer })
		if i < 0 {
			return contract.Member{}, false
		}
		return all[i], true
	}
	status, ok := find("/webhook/status")
	assert.True(t, ok)
	assert.Equal(t, []string{"active", "inactive", "unverified"}, status.Values)
	events, ok := find("/webhook/event_types/*")
	assert.True(t, ok)
	assert.Contains(t, events.Values, "work_created")
	secret, ok := find("/webhook/secret")
	assert.True(t, ok)
	assert.Empty(t, secret.Values)
	for i, m := range all {
		parent := m.Pointer[:strings.LastIndexByte(m.Pointer, '/')]
		before := slices.ContainsFunc(all[:i], func(m contract.Member) bool { return m.Pointer == parent })
		assert.True(t, parent == "" || before, "%s stands behind its parent", m.Pointer)
		assert.NoError(t, contract.CanMatch(&provider.DevRev, m.Pointer, contract.Wish{Documented: true}), m.Pointer)
	}
	assert.Empty(t, contract.Members(&provider.DevRev, provider.DevRev.Operation("webhooks.get"), 299))
}
