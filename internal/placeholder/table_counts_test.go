package placeholder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

// Counts tells values that stand in a text from those that the table merely
// knows, and each of them once.
func TestTable_Counts(t *testing.T) {
	table := devrev(t)
	require.NoError(t, table.Secret("pat-Hn4Xw9KzQ2", provider.Token))
	require.NoError(t, seed(t, table, &provider.DevRev, "DEVREV_WEBHOOK_ID", realDON))
	assert.Empty(t, table.Counts(""), "nothing was recorded")

	class := classes{
		"/id": provider.ID, "/again": provider.ID, "/owner": provider.ID, "/mail": provider.Mail, "/name": provider.Name, "/same": provider.Name,
		"/secret": provider.Secret, "/status": "keep",
	}
	hidden, err := table.FromTenantJSON([]byte(`{"id": "`+realDON+`", "again": "`+realDON+`", "owner": "don:identity:dvrv-eu-1:devo/11FVC3ScK:devu/12",
		"mail": "maya@acme.example", "name": "Maya", "same": "Maya", "secret": "dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq", "status": "active", "x_note": "remember"}`), class.of)
	require.NoError(t, err)
	want := map[provider.Kind]int{provider.ID: 2, provider.Mail: 1, provider.Name: 1, provider.Secret: 1, provider.Undocumented: 1}
	assert.Equal(t, want, table.Counts(string(hidden)), "%s", hidden)

	assert.Equal(t, map[provider.Kind]int{provider.ID: 1}, table.Counts("/webhooks.get?id=don%3Aintegration%3Advrv-us-1%3Adevo%2Fexample%3Awebhook%2Fwebhook-id"), "percent-encoded")
	assert.Equal(t, map[provider.Kind]int{provider.Name: 1}, table.Counts("name-1"))
	assert.Empty(t, table.Counts("name-12, surname-1 and name-1-2"), "parts of other words")
}

func TestTable_Counts_guids(t *testing.T) {
	table := dvelop(t, realTenant)
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_REPOSITORY_ID", realRepo))
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_EVENT_ID", "preimport"))
	hidden, err := table.FromTenantJSON([]byte(`{"a": "`+realHook+`", "b": "0F7C1E52-93A4-4D0B-8A55-2F1F3C4D5E6F"}`), classes{"/a": provider.ID, "/b": provider.ID}.of)
	require.NoError(t, err)
	assert.Equal(t, map[provider.Kind]int{provider.ID: 1}, table.Counts(string(hidden)), "one value in two cases: %s", hidden)
	assert.Equal(t, map[provider.Kind]int{provider.ID: 1, provider.Event: 1}, table.Counts("/dmsconfig/r/"+provider.DVelopRepositoryID+"/events/postimport"))

	same := dvelop(t, realTenant)
	require.NoError(t, seed(t, same, &provider.DVelop, "DVELOP_EVENT_ID", "postimport"))
	assert.Empty(t, same.Counts("/events/postimport"), "an event that is its own placeholder is not replaced")
}
