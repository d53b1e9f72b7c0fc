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

const placeholderHook = provider.DVelopWebhookID

func seeded(t testing.TB, base string) *placeholder.Table {
	t.Helper()
	table := dvelop(t, base)
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_REPOSITORY_ID", realRepo))
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_EVENT_ID", "preimport"))
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_WEBHOOK_ID", "wh-77"))
	return table
}

func TestFromTenantURL(t *testing.T) {
	const mock = "https://sample-api.d-velop.cloud"
	repo := provider.DVelopRepositoryID
	for _, base := range []string{realTenant, "http://127.0.0.1:8123", "http://127.0.0.1:8123/pre", mock} {
		u, err := url.Parse(base)
		require.NoError(t, err)
		for real, want := range map[string]string{
			base: mock,
			base + "/dmsconfig/r/" + realRepo + "/events/preimport/wh-77":                                           mock + "/dmsconfig/r/" + repo + "/events/postimport/" + placeholderHook,
			base + "/dmsconfig/r/" + realRepo + "/events/postimport":                                                mock + "/dmsconfig/r/" + repo + "/events/preimport",
			base + "/dmsconfig/r/" + strings.ToUpper(realRepo) + "/events/prelink":                                  mock + "/dmsconfig/r/" + strings.ToUpper(repo) + "/events/prelink",
			base + "/dmsconfig/r/" + realRepo + "/events/prelink/new%20one":                                         mock + "/dmsconfig/r/" + repo + "/events/prelink/id-1",
			base + "/identityprovider/login?redirect=" + url.QueryEscape(u.Path+"/dmsconfig/r/"+realRepo+"/events"): mock + "/identityprovider/login?redirect=%2Fdmsconfig%2Fr%2F" + repo + "%2Fevents",
			base + "/identityprovider/login?redirect=" + u.Path + "/dmsconfig/r/" + realRepo + "/events&x=&n=42":    mock + "/url-1",
			base + "/identityprovider/login?user=jane":                                                              mock + "/url-1",
			base + "/scripting/script/7f3/run?a=b#c":                                                                mock + "/url-1",
			"/scripting/script/7f3/run":                                                                             "/url-1",
			"https://me:pw@hooks.acme.example/x":                                                                    "https://example.com/url-1",
			"don:integration:dvrv-eu-1:devo/1:webhook/2":                                                            "don:integration:dvrv-us-1:devo/example:webhook/webhook-1",
			"": "",
		} {
			table := seeded(t, base)
			hidden := table.FromTenantURL(real)
			assert.Equal(t, want, hidden, "%s with base %s", real, base)
			assert.Equal(t, hidden, table.FromTenantURL(hidden))
			assert.True(t, table.Known(hidden), hidden)
			assert.Equal(t, `"`+real+`"`, reveal(t, table, `"`+hidden+`"`))
		}
	}
}

func TestFromTenantURL_relativeLinksOfTheAPI(t *testing.T) {
	table := seeded(t, "http://127.0.0.1:8123/pre")
	want := "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/postimport/" + placeholderHook
	assert.Equal(t, want, table.FromTenantURL("/pre/dmsconfig/r/"+realRepo+"/events/preimport/wh-77"))
	assert.Equal(t, want, table.FromTenantURL("/dmsconfig/r/"+realRepo+"/events/preimport/wh-77"))
	assert.True(t, table.Known(want))
	assert.False(t, table.Known("/dmsconfig/r/"+realRepo+"/events/preimport/wh-77"))
	assert.False(t, table.Known("https://acme.d-velop.cloud/dmsconfig"))
}

func TestToTenantURL(t *testing.T) {
	const mock = "https://sample-api.d-velop.cloud"
	webhook := "/dmsconfig/r/" + realRepo + "/events/preimport/wh-77"
	for name, c := range map[string]struct{ base, in, want string }{
		"documented path":  {realTenant, mock + "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/postimport/" + placeholderHook, realTenant + webhook},
		"base with prefix": {"http://127.0.0.1:8123/pre", mock + "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/postimport/" + placeholderHook, "http://127.0.0.1:8123/pre" + webhook},
		"upper-case host":  {realTenant, "HTTPS://Sample-API.d-velop.cloud:443/dmsconfig", realTenant + "/dmsconfig"},
		"escapes stay":     {realTenant, mock + "/a%2fb/%7Ec/" + placeholderHook + "?x=%7e+y&" + "id=" + placeholderHook + "&flag&z=", realTenant + "/a%2fb/%7Ec/wh-77?x=%7e+y&id=wh-77&flag&z="},
		"made-up id":       {realTenant, mock + "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/prelink/" + provider.DVelopUnknownWebhookID, realTenant + "/dmsconfig/r/" + realRepo + "/events/prelink/" + provider.DVelopUnknownWebhookID},
		"nested":           {realTenant, mock + "/identityprovider/login?redirect=%2Fdmsconfig%2Fr%2F" + provider.DVelopRepositoryID + "%2Fevents", realTenant + "/identityprovider/login?redirect=%2Fdmsconfig%2Fr%2F" + realRepo + "%2Fevents"},
		"no path":          {realTenant, mock + "?id=" + placeholderHook, realTenant + "?id=wh-77"},
		"unknown route":    {realTenant, mock + "/dmsconfig/no-such-route", realTenant + "/dmsconfig/no-such-route"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(c.in)
			require.NoError(t, err)
			before := *u
			got, err := seeded(t, c.base).ToTenantURL(u)
			require.NoError(t, err)
			assert.Equal(t, c.want, got.String())
			assert.Equal(t, before, *u, "the caller's URL is left alone")
		})
	}
}

func TestToTenantURL_followsAHiddenLink(t *testing.T) {
	table := seeded(t, realTenant)
	u, err := url.Parse(table.FromTenantURL(realTenant + "/scripting/script/7f3/run?a=b"))
	require.NoError(t, err)
	got, err := table.ToTenantURL(u)
	require.NoError(t, err)
	assert.Equal(t, realTenant+"/scripting/script/7f3/run?a=b", got.String())
}

func TestToTenantURL_refuses(t *testing.T) {
	for in, want := range map[string]string{
		"https://acme.d-velop.cloud/x":              `the request goes to the tenant's own host; send it to "https://sample-api.d-velop.cloud", which stands for it`,
		"http://sample-api.d-velop.cloud/x":         `the request goes to "http://sample-api.d-velop.cloud"; a recording of dvelop sends requests to "https://sample-api.d-velop.cloud" only`,
		"https://sample-api.d-velop.cloud:8443/x":   `the request goes to "https://sample-api.d-velop.cloud:8443"; a recording of dvelop sends requests to "https://sample-api.d-velop.cloud" only`,
		"https://sample-api.d-velop.cloud.evil.com": `the request goes to "https://sample-api.d-velop.cloud.evil.com"; a recording of dvelop sends requests to "https://sample-api.d-velop.cloud" only`,
		"https://me@sample-api.d-velop.cloud/x":     `the URL carries user information; send the credential as a header`,
	} {
		u, err := url.Parse(in)
		require.NoError(t, err)
		_, err = seeded(t, realTenant).ToTenantURL(u)
		require.EqualError(t, err, want)
	}
}

func TestToTenantJSON(t *testing.T) {
	table := devrev(t)
	require.NoError(t, seed(t, table, &provider.DevRev, "DEVREV_WEBHOOK_ID", realDON))
	assert.Equal(t, `{ "id" : "`+realDON+`" , "n":1.0}`, reveal(t, table, `{ "id" : "`+provider.DevRevWebhookID+`" , "n":1.0}`))
	assert.Equal(t, `{"id":"don:integration:dvrv-eu-1:devo/11FVC3ScK:webhook/no-such-webhook"}`, reveal(t, table, `{"id":"`+provider.DevRevUnknownWebhookID+`"}`),
		"a made-up id is asked for in the tenant's own organisation")
	assert.Equal(t, `{"id":`+realDON, reveal(t, table, `{"id":`+provider.DevRevWebhookID), "a body that is not JSON is a text")
	_, err := table.ToTenantJSON([]byte(strings.Repeat("[", 2000)))
	require.EqualError(t, err, "the body is nested more than 1000 deep")
}

func TestToTenantText(t *testing.T) {
	table := seeded(t, realTenant)
	assert.Equal(t, "at https://acme.d-velop.cloud/x, id "+strings.ToUpper(realRepo)+" "+strings.ReplaceAll(realRepo, "-", ""),
		table.ToTenantText("at https://sample-api.d-velop.cloud/x, id "+strings.ToUpper(provider.DVelopRepositoryID)+" "+strings.ReplaceAll(provider.DVelopRepositoryID, "-", "")))
	assert.Equal(t, "valid-1 name-1", table.ToTenantText("valid-1 name-1"))
}
