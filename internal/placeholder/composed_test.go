package placeholder_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// twoForms is a vendor that composes ids in two ways of its own.
func twoForms(t *testing.T) *placeholder.Table {
	t.Helper()
	d := provider.DevRev
	d.Name, d.BaseURL = "globex", "https://api.globex.example"
	d.IDs = []provider.IDForm{
		{Form: "urn:globex:{type}:{tenant}:{id}", Names: map[string]string{"": "example", "hook": "webhook"}},
		{Form: "key~{tenant}~{id}"},
	}
	d.Bindings = []provider.Binding{{Placeholder: "urn:globex:hook:example:hook-id", Var: "GLOBEX_HOOK_ID", Kind: provider.ID}}
	table, err := placeholder.New(placeholder.Options{Definition: &d, BaseURL: "https://tenant.globex.example"})
	require.NoError(t, err)
	return table
}

// Every form of ids works, in the texts of every vendor, whatever the others do.
func TestTable_formsOfIDs(t *testing.T) {
	table := twoForms(t)
	assert.Len(t, table.Unresolved(`{"id":"urn:globex:hook:example:hook-id"}`), 1)
	seed := provider.Binding{Placeholder: "urn:globex:hook:example:hook-id", Kind: provider.ID}
	for _, other := range []string{"urn:globex:person:eu-7:H4711xyZ9", "key~eu-7~H4711xyZ9", "urn:globex:hook:eu-7"} {
		assert.ErrorContains(t, table.Bind(seed, other), "is not an id of the same form", other)
	}
	require.NoError(t, table.Bind(seed, "urn:globex:hook:eu-7:H4711xyZ9"))
	assert.Empty(t, table.Unresolved(`{"id":"urn:globex:hook:example:hook-id"}`))
	const real = `{
		"a": "urn:globex:hook:eu-7:H4711xyZ9",
		"b": "urn:globex:hook:eu-7:H9902abQ4",
		"c": "key~eu-7~K5521cdR3",
		"d": "don:core:dvrv-eu-7:devo/7hTqLw2:ticket/T5521cdR3",
		"e": "see urn%3Aglobex%3ahook:eu-7:H4711xyZ9, K5521cdR3 and T5521cdR3."
	}`
	keep := func(p string) provider.Class {
		return provider.Class{Kind: provider.ID, Keep: p == "/e", Documented: true}
	}
	hidden, err := table.FromTenantJSON([]byte(real), keep)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"a": "urn:globex:hook:example:hook-id",
		"b": "urn:globex:hook:example:webhook-2",
		"c": "key~tenant-1~id-1",
		"d": "don:core:dvrv-us-1:devo/example:ticket/ticket-1",
		"e": "see urn%3Aglobex%3ahook:example:hook-id, id:id-1 and id:ticket-1."
	}`, string(hidden))
	assert.Empty(t, table.Leaks(hidden))
	assert.Len(t, table.Leaks([]byte(real)), 7)
	shown, err := table.ToTenantJSON(hidden)
	require.NoError(t, err)
	assert.JSONEq(t, real, string(shown))

	// PHP escapes the slashes of what it writes, also where an answer holds JSON as a text.
	assert.Equal(t, `{"id":"don:core:dvrv-us-1:devo\/example:ticket\/ticket-1"}`, table.FromTenantText(`{"id":"don:core:dvrv-eu-7:devo\/7hTqLw2:ticket\/T5521cdR3"}`))

	u, err := table.ToTenantURL(&url.URL{Scheme: "https", Host: "api.globex.example", Path: "/webhooks.get", RawQuery: "id=urn%3Aglobex%3Ahook%3Aexample%3Awebhook-2"})
	require.NoError(t, err)
	assert.Equal(t, "https://tenant.globex.example/webhooks.get?id=urn%3Aglobex%3Ahook%3Aeu-7%3AH9902abQ4", u.String())
}

// Two forms never give out one placeholder for two values: outside an id nobody
// could tell which is meant.
func TestTable_formsShareNoPlaceholder(t *testing.T) {
	table := twoForms(t)
	ids := func(text string) string {
		return strings.Join(strings.Fields(table.FromTenantText(text)), " ")
	}
	assert.Equal(t, "urn:globex:ticket:example:ticket-1 don:core:dvrv-us-1:devo/example:ticket/ticket-2",
		ids("urn:globex:ticket:eu-7:T1122abcD don:core:dvrv-eu-9:devo/9xQ:ticket/T3344efgH"))
	assert.Equal(t, "T1122abcD T3344efgH", table.ToTenantText("id:ticket-1 id:ticket-2"))
}
