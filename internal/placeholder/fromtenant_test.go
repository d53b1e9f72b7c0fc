package placeholder_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

func TestFromTenantJSON_kinds(t *testing.T) {
	for name, c := range map[string]struct {
		kind             provider.Kind
		real, want       string
		keepsOnRevealing bool // leads back to nothing
	}{
		"webhook":              {provider.ID, realDON, provider.DevRevWebhookID, false},
		"user":                 {provider.ID, "don:identity:dvrv-eu-1:devo/X:devu/1", "don:identity:dvrv-us-1:devo/example:devu/user-1", false},
		"service account":      {provider.ID, "don:identity:dvrv-eu-1:devo/X:svcacc/10", "don:identity:dvrv-us-1:devo/example:svcacc/service-account-1", false},
		"customer":             {provider.ID, "don:identity:dvrv-eu-1:devo/X:revo/6:revu/131", "don:identity:dvrv-us-1:devo/example:revo/revo-1:revu/revu-1", false},
		"event":                {provider.ID, realDON + ":webhook_event/U7gbBDxjiWM", provider.DevRevWebhookID + ":webhook_event/webhook_event-1", false},
		"escaped DON":          {provider.ID, "don%3Aintegration%3Advrv-eu-1%3Adevo%2F11FVC3ScK%3Awebhook%2f1jGzMh1N", "don%3Aintegration%3Advrv-us-1%3Adevo%2Fexample%3Awebhook%2fwebhook-id", false},
		"half-escaped DON":     {provider.ID, "don:integration:dvrv-eu-1:devo%2F11FVC3ScK:webhook%2F1jGzMh1N", "don:integration:dvrv-us-1:devo%2Fexample:webhook%2Fwebhook-id", false},
		"lower GUID":           {provider.ID, realHook, "cccccccc-0000-4000-8000-000000000001", false},
		"upper GUID":           {provider.ID, strings.ToUpper(realHook), "CCCCCCCC-0000-4000-8000-000000000001", false},
		"nil GUID":             {provider.ID, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", false},
		"made-up GUID":         {provider.ID, provider.DVelopUnknownWebhookID, "cccccccc-0000-4000-8000-000000000001", false},
		"other id":             {provider.ID, "4711", "id-1", false},
		"almost a DON":         {provider.ID, "don:integration:dvrv-eu-1:devo/a b", "id-1", false},
		"display id":           {provider.DisplayID, "WEBHOOK-4", "display-1", false},
		"secret":               {provider.Secret, "MDEyMzQ1Njc4OWFiY2RlZg==", "cGxhY2Vob2xkZXItMQ==", false},
		"key":                  {provider.Key, "k+/=&x", "api-key-1", false},
		"mail":                 {provider.Mail, "Jane@acme.example", "user-1@example.com", false},
		"name":                 {provider.Name, "Jane", "name-1", false},
		"text":                 {provider.Text, "Jane's webhook", "text 1", false},
		"sentence":             {provider.Text, "route not found", "route not found", false},
		"opaque":               {provider.Opaque, "REF-9", "opaque-1", false},
		"absolute URL":         {provider.URL, "https://hooks.acme.example/in?t=1", "https://example.com/url-1", false},
		"relative URL":         {provider.URL, "/app/hook", "/url-1", false},
		"protocol-relative":    {provider.URL, "//hooks.acme.example/in", "/url-1", false},
		"no URL at all":        {provider.URL, "string", "url-1", false},
		"API link":             {provider.URL, "https://api.devrev.ai/webhooks.get?id=don:integration:dvrv-eu-1:devo%2F11FVC3ScK:webhook%2F1jGzMh1N", "https://api.devrev.ai/webhooks.get?id=don:integration:dvrv-us-1:devo%2Fexample:webhook%2Fwebhook-id", false},
		"word of the contract": {provider.Word, "CATEGORY", "CATEGORY", false},
		"media type":           {provider.Word, "image/png; charset=utf-8", "word-1", false},
		"number":               {provider.Word, "42", "word-1", false},
		"version":              {provider.Word, "1970-01-01", "word-1", false},
		"other word":           {provider.Word, "acme-field", "word-1", false},
		"made-up id as word":   {provider.Word, "no-such-id", "word-1", false},
		"empty":                {provider.Secret, "", "", false},
		"kept":                 {"keep", "active", "active", false},
		"unlisted word":        {"enum", "degraded", "undocumented-1", false},
		"unlisted other":       {"enum", "Jane Doe", "undocumented-1", false},
		"undocumented":         {"", "anything", "undocumented-1", false},
		"undocumented date":    {"", "2024-05-06T07:08:09.123Z", "2023-01-01T12:00:00Z", true},
		"undocumented day":     {"", "2024-05-06", "2023-01-01", true},
		"undocumented URL":     {"", "https://cdn.acme.example/p.png", "https://example.com/url-1", false},
		"undocumented path":    {"", "/pictures/7", "/url-1", false},
		"undocumented mail":    {"", "jane@acme.example", "user-1@example.com", false},
		"undocumented GUID":    {"", realHook, "cccccccc-0000-4000-8000-000000000001", false},
		"undocumented DON":     {"", realDON, provider.DevRevWebhookID, false},
		"placeholder's form":   {provider.Name, "name-99", "name-99", false},
		"with a long number":   {provider.Name, "name-4711", "name-1", false},
		"part with a number":   {provider.ID, "don:integration:dvrv-us-1:devo/example:webhook/webhook-4711", provider.DevRevWebhookID, false},
		"GUID with a number":   {provider.ID, "cccccccc-0000-4000-8000-364210817873", "cccccccc-0000-4000-8000-000000000001", false},
		"made-up DON":          {provider.ID, "don:integration:dvrv-us-1:devo/example:webhook/no-such-erika", provider.DevRevWebhookID, false},
		"documented date":      {"keep", "2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09.123456789Z", true},
		"date of long ago":     {"keep", "1957-05-06T07:08:09Z", "2023-01-01T12:00:00Z", true},
		"date of many digits":  {"keep", "2024-05-06T07:08:09.1234567890Z", "2023-01-01T12:00:00Z", true},
		"date of an odd zone":  {"keep", "2024-05-06T07:08:09+17:43", "2023-01-01T12:00:00Z", true},
		"undocumented base64":  {"", "MDEyMzQ1Njc4OWFiY2RlZg==", "undocumented-1", false},
	} {
		t.Run(name, func(t *testing.T) {
			table := devrev(t)
			members := classes{"/m": c.kind}
			if c.kind == "" {
				members = classes{}
			}
			body := `{ "m" : "` + c.real + `" }`
			hidden := hide(t, table, members, body)
			assert.Equal(t, `{ "m" : "`+c.want+`" }`, hidden)
			assert.Equal(t, hidden, hide(t, table, members, hidden), "what is hidden stays")
			assert.Equal(t, hidden, hide(t, devrev(t), members, hidden), "also for a new table")
			if !c.keepsOnRevealing {
				assert.Equal(t, body, reveal(t, table, hidden))
			}
			if c.real != c.want {
				assert.NotContains(t, hidden, c.real)
			}
		})
	}
}

func TestFromTenantJSON_inPlace(t *testing.T) {
	table := devrev(t)
	body := "{\r\n\t\"b\" : \"\\u0041\\/\\u003c\" , \"size\":150,\"n\":null, \"id\":\"" + realDON + "\",\"a\":[ true ,\"x\"]}\n"
	c := classes{"/b": "keep", "/size": "keep", "/n": provider.Secret, "/id": provider.ID, "/a/*": "keep"}
	assert.Equal(t, strings.Replace(body, realDON, provider.DevRevWebhookID, 1), hide(t, table, c, body))
}

func TestFromTenantJSON_numbersInCanonicalOrder(t *testing.T) {
	c := classes{"/a/*": provider.Name, "/z": provider.Name, "/b": provider.Name}
	want := hide(t, devrev(t), c, `{"a":["n0","n1","n2","n3","n4","n5","n6","n7","n8","n9","n10"],"b":"nb","z":"nz"}`)
	assert.Contains(t, want, `"name-11"],"b":"name-12","z":"name-13"`)
	assert.Equal(t, `{"z":"name-3","b":"name-2","a":["name-1"]}`, hide(t, devrev(t), c, `{"z":"nz","b":"nb","a":["n0"]}`))
}

func TestFromTenantJSON_partsOfDONs(t *testing.T) {
	table := devrev(t)
	c := classes{"/*": provider.ID}
	hidden := hide(t, table, c, `["don:integration:dvrv-us-1:devo/1:webhook/1","don:integration:dvrv-us-1:devo/11:webhook/1","don:integration:dvrv-eu-1:devo/1:webhook/2"]`)
	assert.Equal(t, `["don:integration:dvrv-us-1:devo/example:webhook/webhook-id","don:integration:dvrv-us-1:devo/example-2:webhook/webhook-id","don:integration:dvrv-us-2:devo/example:webhook/webhook-2"]`, hidden)
	assert.Equal(t, `["see don:integration:dvrv-us-1:devo/example-2:webhook/webhook-3."]`, hide(t, table, classes{"/*": "keep"}, `["see don:integration:dvrv-us-1:devo/11:webhook/3."]`))
}

// An id stands alone after an escape, of which the last character is a letter or
// a digit.
func TestFromTenantText_idAfterAnEscape(t *testing.T) {
	for _, before := range []string{`\n`, `\t`, `\u000a`, `\u0026`, "%20", "%3d", " "} {
		for real, want := range map[string]string{realDON: provider.DevRevWebhookID, realHook: "cccccccc-0000-4000-8000-000000000001"} {
			assert.Equal(t, "see"+before+want, devrev(t).FromTenantText("see"+before+real))
		}
	}
	for _, before := range []string{"n", "u000a", `\x`, `\u00g`, "20"} {
		assert.Equal(t, "see"+before+realDON, devrev(t).FromTenantText("see"+before+realDON), "a word runs into it")
	}
}

// What looks like a placeholder keeps its number, be it the name of a member.
func TestFromTenantJSON_namesLikePlaceholders(t *testing.T) {
	const numbered = "cccccccc-0000-4000-8000-000000000001"
	table := devrev(t)
	body := `{"by":{"` + numbered + `":1},"id":"` + realHook + `"}`
	hidden := hide(t, table, classes{"/id": provider.ID, "/by": "keep", "/by/*": "keep"}, body)
	assert.Equal(t, `{"by":{"`+numbered+`":1},"id":"cccccccc-0000-4000-8000-000000000002"}`, hidden)
	assert.Equal(t, body, reveal(t, table, hidden))
}

// So does a part of an id that looks like one, in a text or a name.
func TestFromTenantJSON_partsLikePlaceholders(t *testing.T) {
	const like = "don:identity:dvrv-us-1:devo/example:devu/user-1"
	c := classes{"/id": provider.ID, "/z": "keep", "/by": "keep", "/by/*": "keep"}
	for _, rest := range []string{`"z":"see ` + like + `"`, `"by":{"` + like + `":1}`} {
		table := devrev(t)
		body := `{"id":"don:identity:dvrv-us-1:devo/example:devu/7",` + rest + `}`
		hidden := hide(t, table, c, body)
		assert.Equal(t, strings.Replace(body, "devu/7", "devu/user-2", 1), hidden)
		assert.Equal(t, body, reveal(t, table, hidden))
	}
}

func TestFromTenantJSON_namesStayInTheirFields(t *testing.T) {
	table := devrev(t)
	c := classes{
		"/webhook/status": "keep", "/webhook/created_by/display_name": provider.Name, "/webhook/created_by/full_name": provider.Name,
		"/webhook/created_by/state": "keep", "/webhook/title": "keep",
	}
	hidden := hide(t, table, c, `{"webhook":{"status":"active","created_by":{"display_name":"active","display_handle":"active","full_name":"Jane Doe Smith","state":"active"},"title":"by Jane Doe Smith, active","other":"active"}}`)
	assert.Equal(t, `{"webhook":{"status":"active","created_by":{"display_name":"name-1","display_handle":"name-1","full_name":"name-2","state":"active"},"title":"by name-2, active","other":"undocumented-1"}}`, hidden)
	assert.Equal(t, `{"webhook":{"created_by":{"display_name":"name-1"}}}`, hide(t, table, c, `{"webhook":{"created_by":{"display_name":"active"}}}`), "equal names, equal placeholders")

	assert.Equal(t, `{"webhook":{"created_by":{"full_name":"name-3"},"title":"is deactivated"}}`,
		hide(t, table, c, `{"webhook":{"created_by":{"full_name":"deactivated"},"title":"is deactivated"}}`), "a word is not searched for")
}

// The name of a header stays, unless it holds a part of what is replaced
// elsewhere, in whatever order both come; what the caller sent stays always.
// A name that an answer has shown gives a member's name away, also when a test sends
// the name as a word before that member shows.
func TestFromTenantJSON_namesBeforeWords(t *testing.T) {
	table := devrev(t)
	hide(t, table, classes{"/field_name": provider.Name}, `{"field_name":"Mustermann"}`)
	_, err := table.ToTapeJSON([]byte(`{"field":"mustermann"}`), classes{"/field": provider.Word}.of)
	require.NoError(t, err)
	assert.Equal(t, `{"member-1":true}`, hide(t, table, classes{}, `{"mustermann_x":true}`))
}

func TestFromTenantJSON_namesOfHeaders(t *testing.T) {
	c := func(pointer string) provider.Class {
		switch {
		case strings.HasPrefix(pointer, "/headers/"):
			return provider.Class{Kind: provider.Header, Keep: true, Documented: true}
		case pointer == "/user":
			return provider.Class{Kind: provider.Name, Documented: true}
		}
		return provider.Class{}
	}
	const body = `{"headers":["X-Api-Key","X-Lindqvist","X-lindqvist-2","X-Api-Key",""],"user":"Maya Lindqvist"}`
	table := devrev(t)
	hidden, err := table.FromTenantJSON([]byte(body), c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"headers":["X-Api-Key","header-1","header-2","X-Api-Key",""],"user":"name-1"}`, string(hidden))
	assert.JSONEq(t, body, reveal(t, table, string(hidden)))

	table = devrev(t)
	table.Open("X-Lindqvist")
	hidden, err = table.FromTenantJSON([]byte(body), c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"headers":["X-Api-Key","X-Lindqvist","header-1","X-Api-Key",""],"user":"name-1"}`, string(hidden))
}

func TestFromTenantJSON_undocumented(t *testing.T) {
	table := dvelop(t, realTenant)
	hidden := hide(t, table, classes{"/_embedded": "keep", "/size": "keep"},
		`{"size":123456,"count":1234,"stamp":12345,"rate":-1.2345e6,"on":true,"Jane Doe":1,"jane@acme.example":2,"`+realHook+`":3,"x-y_z.$":4,"k12":5,"k123":6,"":7,"_embedded":{"postimport":{},"preimport":{}}}`)
	assert.Equal(t,
		`{"size":123456,"count":0,"stamp":0,"rate":0.5,"on":true,"member-1":0,"user-1@example.com":0,"cccccccc-0000-4000-8000-000000000001":0,"member-4":0,"member-2":0,"member-3":0,"":0,"_embedded":{"postimport":{},"preimport":{}}}`, hidden)
	assert.Contains(t, reveal(t, table, hidden), `"Jane Doe":0,"jane@acme.example":0,"`+realHook+`":0`)
}

func TestFromTenantJSON_whatTheCallerSentComesBackAsSent(t *testing.T) {
	table := devrev(t)
	c := classes{"/url": provider.URL, "/secret": provider.Secret, "/message": provider.Text, "/field_name": provider.Word, "/name": provider.Name}
	sent, err := table.ToTapeJSON([]byte(`{"url":"https://hooks.acme.example/1","secret":"MDEyMzQ1Njc4OWFiY2RlZg==","expand":"all","name":"Al"}`),
		classes{"/url": "varies url", "/secret": "varies secret", "/name": "varies name"}.of)
	require.NoError(t, err)
	assert.Equal(t, `{"url":"https://example.com/sent-url-3","secret":"c2VudC1zZWNyZXQtMg==","expand":"all","name":"sent-name-1"}`, string(sent))
	hidden := hide(t, table, c, `{"url":"https://hooks.acme.example/1","secret":"MDEyMzQ1Njc4OWFiY2RlZg==","message":"Al","field_name":"expand","also":"MDEyMzQ1Njc4OWFiY2RlZg=="}`)
	assert.Equal(t, `{"url":"https://example.com/sent-url-3","secret":"c2VudC1zZWNyZXQtMg==","message":"sent-name-1","field_name":"expand","also":"c2VudC1zZWNyZXQtMg=="}`, hidden)
	assert.Equal(t, `{"url":"https://hooks.acme.example/1","secret":"MDEyMzQ1Njc4OWFiY2RlZg==","message":"Al","field_name":"expand","also":"MDEyMzQ1Njc4OWFiY2RlZg=="}`,
		table.Sent().ToCallerJSON(hidden))
}

func TestFromTenantJSON_keptValuesHideSecrets(t *testing.T) {
	table := devrev(t)
	require.NoError(t, table.Secret(realToken, provider.Token))
	assert.Equal(t, `{"title":"got webhooktest-token, jane@acme.example stays"}`,
		hide(t, table, classes{"/title": "keep"}, `{"title":"got `+realToken+`, jane@acme.example stays"}`))
}

// Not even a word of the contract hides a credential.
func TestFromTenantJSON_listedWordsHideSecrets(t *testing.T) {
	for secret, want := range map[string]string{
		"activ": "de" + provider.Token + "ated", "deactivated": provider.Token, "ZGVhY3RpdmF0ZWQ=": provider.Token, "another": "deactivated",
	} {
		table := devrev(t)
		require.NoError(t, table.Secret(secret, provider.Token))
		assert.Equal(t, `{"status":"`+want+`"}`, hide(t, table, classes{"/status": "keep"}, `{"status":"deactivated"}`), secret)
	}
}

func TestFromTenantJSON_eventIdsChangeTheirPlaces(t *testing.T) {
	c := classes{"/_embedded": "keep", "/event": provider.Event}
	body := `{"_embedded":{"postimport":{},"preimport":{"_links":{"self":{"href":"/dmsconfig/r/` + realRepo + `/events/preimport"}}},"prelink":{}},"event":"preimport","title":"preimport"}`
	table := seeded(t, realTenant)
	hidden := hide(t, table, c, body)
	assert.Equal(t, `{"_embedded":{"preimport":{},"postimport":{"_links":{"self":{"href":"/dmsconfig/r/`+provider.DVelopRepositoryID+`/events/postimport"}}},"prelink":{}},"event":"preimport","title":"undocumented-1"}`, hidden)
	assert.Equal(t, hidden, hide(t, table, c, hidden))
	assert.Equal(t, body, reveal(t, table, hidden))
	assert.Equal(t, `{"_embedded":{"postimport":{}}}`, hide(t, table, c, `{"_embedded":{"preimport":{}}}`))
	assert.Equal(t, `{"_embedded":{"webhooks":[]},"x":{"_embedded":{"preimport":{}}}}`, hide(t, table, c, `{"_embedded":{"webhooks":[]},"x":{"_embedded":{"preimport":{}}}}`), "nowhere else")
}

func TestFromTenantText(t *testing.T) {
	table := dvelop(t, realTenant)
	require.NoError(t, table.Secret(realToken, provider.Token))
	require.NoError(t, seed(t, table, &provider.DVelop, "DVELOP_WEBHOOK_ID", "wh-77"))
	for in, want := range map[string]string{
		"at https://ACME.d-velop.cloud/x, HTTPS://acme.D-Velop.cloud:443/y":       "at https://sample-api.d-velop.cloud/x, https://sample-api.d-velop.cloud:443/y",
		"u=https%3A%2F%2Facme.d-velop.cloud%2Fx https%3a%2f%2facme.d-velop.cloud": "u=https%3A%2F%2Fsample-api.d-velop.cloud%2Fx https%3A%2F%2Fsample-api.d-velop.cloud",
		`https:\/\/acme.d-velop.cloud\/x`:                                         "https:\\/\\/sample-api.d-velop.cloud\\/x",
		"host acme.d-velop.cloud; notacme.d-velop.cloud":                          "host sample-api.d-velop.cloud; notacme.d-velop.cloud",
		"{" + strings.ToUpper(realHook) + "}":                                     "{CCCCCCCC-0000-4000-8000-000000000001}",
		strings.ReplaceAll(realHook, "-", ""):                                     "cccccccc000040008000000000000001",
		"jane@acme.example, me@example.org":                                       "user-1@example.com, me@example.org",
		"tok%2B9fK2%2FxQ7%3D%3D tok%2b9fK2%2fxQ7%3d%3d":                           "webhooktest-token webhooktest-token",
		"xwh-77 wh-77 wh-77x":                                                     "xwh-77 wh-77 wh-77x",
		"https://sample-api.d-velop.cloud/x":                                      "https://sample-api.d-velop.cloud/x",
		"postimport":                                                              "postimport",
	} {
		table.FromTenantText(realHook)
		assert.Equal(t, want, table.FromTenantText(in), in)
		assert.Equal(t, want, table.FromTenantText(want))
	}
}

func TestFromTenantText_localHost(t *testing.T) {
	table := dvelop(t, "http://127.0.0.1:8123/pre")
	assert.Equal(t, "127.0.0.1 127.0.0.1:81234 sample-api.d-velop.cloud https://sample-api.d-velop.cloud/x https://sample-api.d-velop.cloud/prex",
		table.FromTenantText("127.0.0.1 127.0.0.1:81234 127.0.0.1:8123 http://127.0.0.1:8123/pre/x http://127.0.0.1:8123/prex"))
}

func TestFromTenantJSON_refuses(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"no JSON":   {"<html>", "the body is not one JSON document"},
		"two":       {"{}{}", "the body is not one JSON document"},
		"BOM":       {"\ufeff{}", "the body is not one JSON document"},
		"too deep":  {strings.Repeat("[", 1001) + strings.Repeat("]", 1001), "the body is nested more than 1000 deep"},
		"very deep": {strings.Repeat("[", 100_000), "the body is nested more than 1000 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := devrev(t).FromTenantJSON([]byte(c.body), classes{}.of)
			require.EqualError(t, err, c.want)
		})
	}
	assert.Empty(t, hide(t, devrev(t), nil, ""))
	assert.Equal(t, strings.Repeat("[", 1000)+strings.Repeat("]", 1000), hide(t, devrev(t), nil, strings.Repeat("[", 1000)+strings.Repeat("]", 1000)))
}

// What the contract says of a member holds for one of that name, and not for what
// is in either of two.
func TestFromTenantJSON_twoMembersOfOneName(t *testing.T) {
	keep := classes{"/a": "keep", "/a/b": "keep", "/a/c": "keep", "/d": "keep", "/e": "keep"}
	for body, want := range map[string]string{
		`{"a":{"b":"Erika"},"d":"Jonas"}`:                     `{"a":{"b":"Erika"},"d":"Jonas"}`,
		`{"a":{"b":"Erika"},"a":{"c":"Jonas"},"d":"Ada"}`:     `{"a":{"b":"undocumented-1"},"a":{"c":"undocumented-2"},"d":"Ada"}`,
		`{"d":"Erika","d":"Jonas","e":"Ada"}`:                 `{"d":"undocumented-1","d":"undocumented-2","e":"Ada"}`,
		`{"d":"Erika","d":"Jonas","d":"Ada","e":"Ada Byron"}`: `{"d":"undocumented-1","d":"undocumented-2","d":"undocumented-3","e":"Ada Byron"}`,
	} {
		assert.Equal(t, want, hide(t, devrev(t), keep, body))
	}
}
