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

const (
	realDON    = "don:integration:dvrv-eu-1:devo/11FVC3ScK:webhook/1jGzMh1N"
	realRepo   = "5ab3e0d1-0f52-4c1a-9d77-5b8e6f204411"
	realHook   = "0f7c1e52-93a4-4d0b-8a55-2f1f3c4d5e6f"
	realToken  = "tok+9fK2/xQ7=="
	realTenant = "https://acme.d-velop.cloud"
)

// classes is a classifier over a list of members; a pointer may end in /* for
// any element. Members that it does not list are undocumented.
type classes map[string]provider.Kind

func (c classes) of(pointer string) provider.Class {
	kind, ok := c[pointer]
	if !ok {
		if i := strings.LastIndexByte(pointer, '/'); i >= 0 {
			kind, ok = c[pointer[:i]+"/*"]
		}
	}
	if varying, ok := strings.CutPrefix(string(kind), "varies "); ok {
		return provider.Class{Kind: provider.Kind(varying), Documented: true, Varies: true}
	}
	switch kind {
	case "keep":
		return provider.Class{Documented: true, Keep: true}
	case "enum":
		return provider.Class{Documented: true}
	}
	return provider.Class{Kind: kind, Documented: ok}
}

func isWord(s string) bool {
	return s == "webhooks.get" || s == "id" || s == "deactivated" || s == "CATEGORY" || s == "field_name"
}

func devrev(t testing.TB) *placeholder.Table {
	t.Helper()
	table, err := placeholder.New(placeholder.Options{Definition: &provider.DevRev, BaseURL: provider.DevRev.BaseURL, IsWord: isWord})
	require.NoError(t, err)
	return table
}

func dvelop(t testing.TB, base string) *placeholder.Table {
	t.Helper()
	table, err := placeholder.New(placeholder.Options{Definition: &provider.DVelop, BaseURL: base, IsWord: isWord})
	require.NoError(t, err)
	return table
}

func seed(t testing.TB, table *placeholder.Table, d *provider.Definition, variable, real string) error {
	t.Helper()
	for _, s := range d.Bindings {
		if s.Var == variable {
			return table.Bind(s, real)
		}
	}
	require.Fail(t, "no such seed", variable)
	return nil
}

func hide(t testing.TB, table *placeholder.Table, c classes, body string) string {
	t.Helper()
	out, err := table.FromTenantJSON([]byte(body), c.of)
	require.NoError(t, err)
	return string(out)
}

func reveal(t testing.TB, table *placeholder.Table, body string) string {
	t.Helper()
	out, err := table.ToTenantJSON([]byte(body))
	require.NoError(t, err)
	return string(out)
}

func TestNew(t *testing.T) {
	for name, c := range map[string]struct {
		options placeholder.Options
		want    string
	}{
		"no definition": {placeholder.Options{BaseURL: realTenant}, "a table needs the definition of a vendor"},
		"no base URL":   {placeholder.Options{Definition: &provider.DVelop}, "base URL of the tenant (DVELOP_BASE_URL): it is empty; expected https://HOST"},
		"no host":       {placeholder.Options{Definition: &provider.DVelop, BaseURL: "acme.d-velop.cloud"}, "base URL of the tenant (DVELOP_BASE_URL): it is not an absolute http or https URL; expected https://HOST"},
		"password":      {placeholder.Options{Definition: &provider.DVelop, BaseURL: "https://me:pw@acme.d-velop.cloud"}, "base URL of the tenant (DVELOP_BASE_URL): it has user information, a query or a fragment; expected https://HOST with a path at most"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := placeholder.New(c.options)
			require.EqualError(t, err, c.want)
		})
	}
	assert.Equal(t, "http://127.0.0.1:8123", dvelop(t, "http://127.0.0.1:8123/prefix/").Origin())
}

func TestSeed_errorsNameThePlaceholderAndNeverTheValue(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*placeholder.Table)
		seed   provider.Binding
		real   string
		want   string
	}{
		"empty":      {nil, provider.DevRev.Bindings[0], "", `DEVREV_WEBHOOK_ID (don:integration:dvrv-us-1:devo/example:webhook/webhook-id): the real value is empty or has white space around it; set it to the tenant's value`},
		"made up":    {nil, provider.DVelop.Bindings[2], "ffffffff-ffff-4fff-8fff-000000000001", `DVELOP_WEBHOOK_ID (bbbbbbbb-0000-4000-8000-000000000001): the real value lies in the namespace of made-up ids; set it to an id that the tenant knows`},
		"other form": {nil, provider.DevRev.Bindings[0], "1jGzMh1N", `DEVREV_WEBHOOK_ID (don:integration:dvrv-us-1:devo/example:webhook/webhook-id): the real value is not an id of the same form; expected one like the placeholder, with the same types in the same order`},
		"other type": {nil, provider.DevRev.Bindings[0], "don:integration:dvrv-eu-1:devo/1:job/2", `DEVREV_WEBHOOK_ID (don:integration:dvrv-us-1:devo/example:webhook/webhook-id): the real value is not an id of the same form; expected one like the placeholder, with the same types in the same order`},
		"placeholder taken": {
			func(table *placeholder.Table) { table.FromTenantText(realDON) }, provider.DevRev.Bindings[0],
			"don:integration:dvrv-eu-1:devo/11FVC3ScK:webhook/other",
			`DEVREV_WEBHOOK_ID (don:integration:dvrv-us-1:devo/example:webhook/webhook-id): its part "webhook/webhook-id": the placeholder already stands for another value; enter each placeholder once`,
		},
		"value taken": {
			func(table *placeholder.Table) { table.FromTenantText("at " + realHook) }, provider.DVelop.Bindings[2], realHook,
			`DVELOP_WEBHOOK_ID (bbbbbbbb-0000-4000-8000-000000000001): the real value already has another placeholder; enter seeds before the first answer, and each value once`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			table := devrev(t)
			if c.before != nil {
				c.before(table)
			}
			err := table.Bind(c.seed, c.real)
			require.EqualError(t, err, c.want)
			if c.real != "" {
				assert.NotContains(t, err.Error(), c.real)
			}
		})
	}
}

func TestSeed_theSamePairTwice(t *testing.T) {
	table := devrev(t)
	for range 2 {
		require.NoError(t, seed(t, table, &provider.DevRev, "DEVREV_WEBHOOK_ID", realDON))
	}
	table = dvelop(t, realTenant)
	for range 2 {
		require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_REPOSITORY_ID", strings.ToUpper(realRepo)))
		require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_EVENT_ID", "preimport"))
		require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_WEBHOOK_ID", "wh-77"))
	}
	require.Error(t, seed(t, table, &provider.DVelop, "DVELOP_EVENT_ID", "prelink"))
	require.Error(t, seed(t, table, &provider.DVelop, "DVELOP_WEBHOOK_ID", "wh-78"))
}

func TestSeed_afterTheFirstWebhookGotItsPlaceholder(t *testing.T) {
	table := devrev(t)
	assert.Equal(t, provider.DevRevWebhookID, table.FromTenantURL(realDON))
	require.NoError(t, seed(t, table, &provider.DevRev, "DEVREV_WEBHOOK_ID", realDON))
}

func TestSecret(t *testing.T) {
	table := devrev(t)
	require.NoError(t, table.Secret(realToken, provider.Token))
	require.NoError(t, table.Secret(realToken, provider.Token))
	assert.Equal(t, "got "+provider.Token, table.FromTenantText("got "+realToken))

	require.EqualError(t, table.Secret("", provider.Token), "the credential is empty; set it to the tenant's")
	require.EqualError(t, table.Secret("abc", provider.Token), "webhooktest-token: the credential is too short to be searched for; expected at least 4 characters")
	require.EqualError(t, table.Secret("another-token", provider.Token), "webhooktest-token: the placeholder already stands for another value; enter each placeholder once")
	require.EqualError(t, table.Secret(realToken, "other"), "other: the real value already has another placeholder; enter seeds before the first answer, and each value once")
}

func TestUnresolved(t *testing.T) {
	names := func(seeds []provider.Binding) (vars []string) {
		for _, s := range seeds {
			vars = append(vars, s.Var)
		}
		return vars
	}
	path := "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/postimport/" + strings.ToUpper(provider.DVelopWebhookID)
	table := dvelop(t, realTenant)
	assert.Equal(t, []string{"DVELOP_REPOSITORY_ID", "DVELOP_EVENT_ID", "DVELOP_WEBHOOK_ID"}, names(table.Unresolved(path)))
	assert.Equal(t, []string{"DVELOP_REPOSITORY_ID", "DVELOP_EVENT_ID", "DVELOP_WEBHOOK_ID"}, names(table.Unresolved(provider.DVelop.BaseURL+path)))
	assert.Empty(t, table.Unresolved(`{"event":"postimport"}`), "an event id counts in its own place only")
	bare := strings.NewReplacer("-", "")
	for _, s := range []string{realHook, bare.Replace(realHook)} {
		assert.Empty(t, table.Unresolved(`{"id":"`+s+`"}`), "another GUID stands for no seed: %s", s)
	}
	for _, s := range []string{provider.DVelopWebhookID, bare.Replace(provider.DVelopWebhookID)} {
		assert.Equal(t, []string{"DVELOP_WEBHOOK_ID"}, names(table.Unresolved(`{"id":"`+s+`"}`)), s)
	}
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_EVENT_ID", "postimport"))
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_REPOSITORY_ID", realRepo))
	assert.Equal(t, []string{"DVELOP_WEBHOOK_ID"}, names(table.Unresolved(path)))

	dr := devrev(t)
	for _, s := range []string{
		`{"id":"` + provider.DevRevWebhookID + `"}`,
		"/webhooks.get?id=don%3Aintegration%3Advrv-us-1%3Adevo%2Fexample%3Awebhook%2Fwebhook-id",
		"/webhooks.get?id=don:integration:dvrv-us-1:devo%2fexample:webhook%2fwebhook-id",
	} {
		assert.Equal(t, []string{"DEVREV_WEBHOOK_ID"}, names(dr.Unresolved(s)), s)
	}
	assert.Empty(t, dr.Unresolved(`{"id":"`+provider.DevRevUnknownWebhookID+`"}`))
	dr.FromTenantText(realDON)
	assert.Empty(t, dr.Unresolved(provider.DevRevWebhookID))
}

func TestMadeUp(t *testing.T) {
	for value, want := range map[string]bool{
		provider.DevRevUnknownWebhookID:                            true,
		"don:integration:dvrv-us-1:devo%2Fexample:job%2Fno-such-x": true,
		"no-such-id":                                           true,
		provider.DVelopUnknownWebhookID:                        true,
		"FFFFFFFF-FFFF-4FFF-8FFF-000000000001":                 true,
		provider.DevRevWebhookID:                               false,
		"don:integration:dvrv-us-1:devo/no-such-org:webhook/1": false,
		"ffffffff-ffff-4fff-9fff-ffffffffffff":                 false,
		"such-id":                                              false,
		"":                                                     false,
		"don:integration:dvrv-us-1:devo/example:webhook/no-such-a b": false,
	} {
		assert.Equal(t, want, placeholder.MadeUp(value), value)
	}
}

// A number that a binding's placeholder has is given to nothing else, also while
// the binding has no value.
func TestTable_bindingsKeepTheirNumbers(t *testing.T) {
	d := provider.DevRev
	d.Bindings = []provider.Binding{{Placeholder: "name-1", Var: "DEVREV_NAME", Kind: provider.Name}}
	for _, real := range []string{"", "Erika"} {
		table, err := placeholder.New(placeholder.Options{Definition: &d, BaseURL: "https://api.devrev.ai"})
		require.NoError(t, err)
		if real != "" {
			require.NoError(t, table.Bind(d.Bindings[0], real))
		}
		assert.Equal(t, `{"name":"name-2"}`, hide(t, table, classes{"/name": provider.Name}, `{"name":"Jonas"}`), "bound to %q", real)
	}
}

// A URL that the caller sent in the open stands for itself from then on, be it
// one that looks like a placeholder.
func TestTable_sentURLThatLooksLikeAPlaceholder(t *testing.T) {
	table, url := devrev(t), classes{"/url": provider.URL}
	const sent = `{"url":"https://example.com/url-1"}`
	tape, err := table.ToTapeJSON([]byte(sent), url.of)
	require.NoError(t, err)
	require.Equal(t, sent, string(tape))
	assert.Equal(t, `{"url":"https://example.com/url-2"}`, hide(t, table, url, `{"url":"https://hooks.acme.example/in"}`))
	assert.Equal(t, sent, hide(t, table, url, sent))
}

// Only placeholders of ids become values in a path.
func TestTable_pathsHoldIDsOnly(t *testing.T) {
	table := devrev(t)
	require.Equal(t, `{"name":"name-1"}`, hide(t, table, classes{"/name": provider.Name}, `{"name":"Erika"}`))
	u, err := table.ToTenantURL(&url.URL{Scheme: "https", Host: "api.devrev.ai", Path: "/webhooks/name-1"})
	require.NoError(t, err)
	assert.Equal(t, "/webhooks/name-1", u.Path)
}

// What does not hold the placeholder of a binding does not need its value.
func TestTable_Unresolved(t *testing.T) {
	d := provider.DevRev
	d.Bindings = []provider.Binding{{Placeholder: provider.DevRevWebhookID, Var: "DEVREV_WEBHOOK_ID", Kind: provider.ID}, {Placeholder: "account", Var: "DEVREV_ACCOUNT", Kind: provider.Name}}
	table, err := placeholder.New(placeholder.Options{Definition: &d, BaseURL: "https://api.devrev.ai"})
	require.NoError(t, err)
	for text, want := range map[string][]provider.Binding{
		"":                                  nil,
		`{"id":"webhook-1","a":"accounts"}`: nil,
		`{"id":"` + provider.DevRevWebhookID + `"}`: d.Bindings[:1],
		"/accounts/account":                         d.Bindings[1:],
	} {
		assert.Equal(t, want, table.Unresolved(text), text)
	}
}

// A tenant's own value may look like a placeholder; it stands for nothing else.
func TestTable_realValuesThatLookLikePlaceholders(t *testing.T) {
	d := provider.DevRev
	d.Bindings = append([]provider.Binding{{Placeholder: "account", Var: "DEVREV_ACCOUNT", Kind: provider.Name}}, d.Bindings...)
	table, err := placeholder.New(placeholder.Options{Definition: &d, BaseURL: "https://api.devrev.ai"})
	require.NoError(t, err)
	require.NoError(t, seed(t, table, &d, "DEVREV_ACCOUNT", "name-1"))
	require.NoError(t, seed(t, table, &d, "DEVREV_WEBHOOK_ID", "don:integration:dvrv-eu-1:devo/11FVC3ScK:webhook/webhook-2"))
	const real = `{"id":"don:integration:dvrv-eu-1:devo/11FVC3ScK:webhook/1jGzMh1N","owner":"Jonas"}`
	hidden := hide(t, table, classes{"/id": provider.ID, "/owner": provider.Name}, real)
	assert.Equal(t, `{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-3","owner":"name-2"}`, hidden)
	assert.Equal(t, real, reveal(t, table, hidden))
}
