package contract_test

import (
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const dvelopWebhook = `{"apiKey":"cryptoKey","description":"Webhook for the validation of invoices.","enabled":true,"handleResponse":"STATUS",` +
	`"id":"` + provider.DVelopWebhookID + `","restrictions":[{"key":"CATEGORY","value":"00000000-0000-0000-0000-000000000000"}],` +
	`"retry":true,"timeout":300,"uri":"https://my-company.com/webhooks"}`

func TestCheckBody_dvelop(t *testing.T) {
	const (
		category = `{"key":"CATEGORY","value":"c"}`
		error404 = `{"code":240100,"reason":"Reason why the request failed."}`
	)
	var (
		ok          []string
		restriction = func(item string) []edit { return []edit{set("/restrictions", "["+item+"]")} }
	)
	tests := []struct {
		name       string
		edits      []edit
		documented []string
		strict     []string
	}{
		{"DV-01 full", nil, ok, ok},
		{"DV-02 apiKey null", []edit{set("/apiKey", `null`)}, ok, ok},
		{"DV-03 apiKey absent", []edit{drop("/apiKey")}, ok, ok},
		{"DV-04 apiKey empty", []edit{set("/apiKey", `""`)}, ok, ok},
		{"DV-05 apiKey number", []edit{set("/apiKey", `1`)}, []string{"violation /apiKey"}, []string{"violation /apiKey"}},
		{"DV-06 description null", []edit{set("/description", `null`)}, []string{"violation /description"}, []string{"violation /description"}},
		{"DV-07 description empty", []edit{set("/description", `""`)}, []string{"violation /description"}, []string{"violation /description"}},
		{"DV-08 description one space", []edit{set("/description", `" "`)}, ok, ok},
		{"DV-09 description astral", []edit{set("/description", `"𝄞"`)}, ok, ok},
		{"DV-10 description absent", []edit{drop("/description")}, ok, []string{"violation /description"}},
		{"DV-11 enabled null", []edit{set("/enabled", `null`)}, []string{"violation /enabled"}, []string{"violation /enabled"}},
		{"DV-12 enabled string", []edit{set("/enabled", `"true"`)}, []string{"violation /enabled"}, []string{"violation /enabled"}},
		{"DV-13 enabled number", []edit{set("/enabled", `1`)}, []string{"violation /enabled"}, []string{"violation /enabled"}},
		{"DV-14 enabled absent", []edit{drop("/enabled")}, ok, []string{"violation /enabled"}},
		{"DV-15 NONE", []edit{set("/handleResponse", `"NONE"`)}, ok, ok},
		{"DV-16 STATUS_AND_BODY", []edit{set("/handleResponse", `"STATUS_AND_BODY"`)}, ok, ok},
		{"DV-17 lower case", []edit{set("/handleResponse", `"none"`)}, ok, []string{"violation /handleResponse"}},
		{"DV-18 the document's example", []edit{set("/handleResponse", `"NONE | STATUS | STATUS_AND_BODY"`)}, ok, []string{"violation /handleResponse"}},
		{"DV-19 handleResponse empty", []edit{set("/handleResponse", `""`)}, []string{"violation /handleResponse"}, []string{"violation /handleResponse", "violation /handleResponse"}},
		{"DV-20 handleResponse null", []edit{set("/handleResponse", `null`)}, []string{"violation /handleResponse"}, []string{"violation /handleResponse"}},
		{"DV-21 id null", []edit{set("/id", `null`)}, ok, []string{"violation /id"}},
		{"DV-22 id absent", []edit{drop("/id")}, ok, []string{"violation /id"}},
		{"DV-23 id integer", []edit{set("/id", `1`)}, []string{"violation /id"}, []string{"violation /id"}},
		{"DV-24 id upper case", []edit{set("/id", `"BBBBBBBB-0000-4000-8000-000000000001"`)}, ok, ok},
		{"DV-25 restrictions null", []edit{set("/restrictions", `null`)}, ok, ok},
		{"DV-26 restrictions empty", []edit{set("/restrictions", `[]`)}, ok, ok},
		{"DV-27 restrictions object", []edit{set("/restrictions", `{}`)}, []string{"violation /restrictions"}, []string{"violation /restrictions"}},
		{"DV-28 extra member in item", restriction(`{"key":"CATEGORY","value":"c","x":1}`), []string{"violation /restrictions/0/x"}, []string{"violation /restrictions/0/x"}},
		{"DV-29 empty item", restriction(`{}`), ok, []string{"violation /restrictions/0/key", "violation /restrictions/0/value"}},
		{"DV-30 item null", restriction(`null`), []string{"violation /restrictions/0"}, []string{"violation /restrictions/0"}},
		{"DV-31 value null", restriction(`{"key":"CATEGORY","value":null}`), ok, []string{"violation /restrictions/0/value"}},
		{"DV-32 other key", restriction(`{"key":"OTHER","value":"c"}`), ok, []string{"violation /restrictions/0/key"}},
		{"DV-33 links in item", restriction(`{"key":"CATEGORY","value":"c","_links":{}}`), []string{"violation /restrictions/0/_links"}, []string{"violation /restrictions/0/_links"}},
		{"DV-34 two categories", restriction(category + "," + category), ok, ok},
		{"DV-35 retry null", []edit{set("/retry", `null`)}, ok, ok},
		{"DV-36 retry absent", []edit{drop("/retry")}, ok, ok},
		{"DV-37 retry string", []edit{set("/retry", `"test"`)}, []string{"violation /retry"}, []string{"violation /retry"}},
		{"DV-38 timeout null", []edit{set("/timeout", `null`)}, ok, ok},
		{"DV-39 timeout zero", []edit{set("/timeout", `0`)}, ok, ok},
		{"DV-40 timeout negative", []edit{set("/timeout", `-1`)}, ok, []string{"violation /timeout"}},
		{"DV-41 timeout int32 max", []edit{set("/timeout", `2147483647`)}, ok, ok},
		{"DV-42 timeout int32 max + 1", []edit{set("/timeout", `2147483648`)}, []string{"violation /timeout"}, []string{"violation /timeout"}},
		{"DV-43 timeout fraction", []edit{set("/timeout", `1.5`)}, []string{"violation /timeout"}, []string{"violation /timeout"}},
		{"DV-44 timeout string", []edit{set("/timeout", `"300"`)}, []string{"violation /timeout"}, []string{"violation /timeout"}},
		{"DV-45 timeout 10000", []edit{set("/timeout", `10000`)}, ok, ok},
		{"timeout 3e2", []edit{set("/timeout", `3e2`)}, ok, ok},
		{"DV-46 uri relative", []edit{set("/uri", `"/app/hook"`)}, ok, ok},
		{"DV-47 uri empty", []edit{set("/uri", `""`)}, []string{"violation /uri"}, []string{"violation /uri", "violation /uri"}},
		{"DV-48 uri null", []edit{set("/uri", `null`)}, []string{"violation /uri"}, []string{"violation /uri"}},
		{"DV-49 uri ftp", []edit{set("/uri", `"ftp://example.com/x"`)}, ok, []string{"violation /uri"}},
		{"DV-50 uri without slash", []edit{set("/uri", `"app/hook"`)}, ok, []string{"violation /uri"}},
		{"DV-51 uri protocol-relative", []edit{set("/uri", `"//example.com/x"`)}, ok, []string{"violation /uri"}},
		{"DV-52 _links", []edit{set("/_links", `{"self":{"href":"/x"}}`)}, ok, ok},
		{"DV-53 link without href", []edit{set("/_links", `{"self":{}}`)}, ok, []string{"violation /_links/self/href"}},
		{"DV-54 unknown member", []edit{set("/x", `1`)}, []string{"undocumented /x"}, []string{"violation /x"}},
		{"DV-55 empty object", []edit{set("", `{}`)}, []string{"rule"}, []string{"rule", "violation /description", "violation /enabled", "violation /handleResponse", "violation /id", "violation /uri"}},
		{"DV-56 error as webhook", []edit{set("", error404)}, []string{"rule", "undocumented /code", "undocumented /reason"},
			[]string{"rule", "violation /code", "violation /description", "violation /enabled", "violation /handleResponse", "violation /id", "violation /reason", "violation /uri"}},
		{"DV-57 names in another case", []edit{set("", `{"URI":"/x","ENABLED":true}`)}, []string{"rule", "undocumented /ENABLED", "undocumented /URI"},
			[]string{"rule", "violation /ENABLED", "violation /URI", "violation /description", "violation /enabled", "violation /handleResponse", "violation /id", "violation /uri"}},
		{"DV-58 array", []edit{set("", `[]`)}, []string{"violation"}, []string{"violation"}},
	}
	check := func(t *testing.T, operation string, status int, body string, strict bool, want []string) {
		t.Helper()
		got, err := contract.CheckBody(&provider.DVelop, operation, status, "application/json", []byte(body), strict)
		require.NoError(t, err)
		if want == nil {
			assert.Empty(t, got, "strict %v", strict)
		} else {
			assert.Equal(t, want, summary(got), "strict %v", strict)
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := edited(t, dvelopWebhook, tt.edits...)
			check(t, "GetWebHook", 200, body, false, tt.documented)
			check(t, "GetWebHook", 200, body, true, tt.strict)
		})
	}
	errors := []struct {
		name, body         string
		documented, strict []string
	}{
		{"DV-59 full", error404, ok, ok},
		{"DV-60 reason null", `{"code":240100,"reason":null}`, ok, ok},
		{"DV-61 reason absent", `{"code":240100}`, ok, ok},
		{"DV-62 code string", `{"code":"240100"}`, []string{"violation /code"}, []string{"violation /code"}},
		{"DV-63 code null", `{"code":null}`, []string{"violation /code"}, []string{"violation /code"}},
		{"DV-64 code beyond int32", `{"code":2147483648}`, []string{"violation /code"}, []string{"violation /code"}},
		{"DV-65 empty object", `{}`, ok, []string{"violation /code"}},
		{"DV-66 code zero", `{"code":0}`, ok, []string{"violation /code"}},
	}
	for _, tt := range errors {
		t.Run(tt.name, func(t *testing.T) {
			check(t, "GetWebHook", 404, tt.body, false, tt.documented)
			check(t, "GetWebHook", 404, tt.body, true, tt.strict)
		})
	}
	events := []struct {
		name, operation, body string
		want                  []string
	}{
		{"DV-67 order null", "GetEvent", `{"order":null}`, ok},
		{"DV-68 order and webhooks", "GetEvent", `{"order":["A"],"_embedded":{"webhooks":[` + dvelopWebhook + `]},"_links":{"self":{"href":"/x"}}}`, ok},
		{"DV-69 number in order", "GetEvent", `{"order":[1]}`, []string{"violation /order/0"}},
		{"bad embedded webhook", "GetEvent", `{"_embedded":{"webhooks":[{"enabled":1}]}}`, []string{"violation /_embedded/webhooks/0/enabled"}},
		{"events by id", "GetEvents", `{"_embedded":{"postimport":{"_embedded":{"webhooks":[` + dvelopWebhook + `]}},"some other":{}}}`, ok},
		{"DH-32 events as array", "GetEvents", `{"_embedded":[]}`, []string{"violation /_embedded"}},
	}
	for _, tt := range events {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.operation, 200, tt.body, false, tt.want) })
	}
}

func TestCheckAnswer_dvelop(t *testing.T) {
	const (
		jsonType = "application/json"
		halType  = "application/hal+json"
		hook     = "/events/postimport/" + provider.DVelopWebhookID
		error404 = `{"code":240100,"reason":"r"}`
	)
	withLinks := strings.TrimSuffix(dvelopWebhook, "}") + `,"_links":{"self":{"href":"/x"}}}`
	created := func(location string) contract.Answer {
		a := answer(201, "", "")
		if location != "" {
			a.Header.Set("Location", location)
		}
		return a
	}
	redirect := answer(302, "", "")
	redirect.Header.Set("Location", "/identityprovider/login?redirect=%2Fsecret")
	tests := []struct {
		name   string
		method string
		path   string
		answer contract.Answer
		want   []string
	}{
		{"DH-01 charset", "GET", hook, answer(200, "application/json; charset=utf-8", dvelopWebhook), nil},
		{"DH-02 hal", "GET", hook, answer(200, halType, withLinks), nil},
		{"DH-03 json with links", "GET", hook, answer(200, jsonType, withLinks), nil},
		{"DH-04 page", "GET", hook, answer(200, "text/html; charset=utf-8", "<html>"), []string{`answer Content-Type: is "text/html", expected application/hal+json or application/json; it looks like the sign-in page: is the credential still valid?`}},
		{"page on PUT", "PUT", hook, answer(200, "text/html", "<html>"), []string{`answer Content-Type: is "text/html", expected application/hal+json or application/json; it looks like the sign-in page: is the credential still valid?`}},
		{"DH-05 redirect", "GET", hook, redirect, []string{`answer: has HTTP status 302, but GetWebHook documents 200, 401, 403, 404, 406, 500; it leads to the sign-in page: is the credential still valid?`}},
		{"DH-06 error as 200", "GET", hook, answer(200, jsonType, error404), []string{
			`answer: is an error object, but HTTP status 200 of GetWebHook has apiKey, description, enabled, handleResponse, id, restrictions, retry, timeout and uri`,
			`answer /code (line 1, column 9): is not documented`, `answer /reason (line 1, column 25): is not documented`}},
		{"DH-07 webhook as 404", "GET", hook, answer(404, jsonType, `{"uri":"/x"}`), []string{
			`answer: is no error object, but HTTP status 404 of GetWebHook has code and reason`,
			`answer /uri (line 1, column 8): is not documented`}},
		{"DH-08 404 hal", "GET", hook, answer(404, halType, error404), nil},
		{"DH-09 404 hal on PUT", "PUT", hook, answer(404, halType, error404), []string{`answer Content-Type: is "application/hal+json", documented is application/json`}},
		{"DH-10 404 without body", "GET", hook, answer(404, "", ""), []string{`answer: has no body, but HTTP status 404 of GetWebHook has one`}},
		{"DH-11 401", "GET", hook, answer(401, "text/html", "<html>"), nil},
		{"DH-11 403", "GET", hook, answer(403, "", ""), nil},
		{"DH-11 406", "GET", hook, answer(406, jsonType, "{"), nil},
		{"DH-11 500", "GET", hook, answer(500, "text/plain", "oops"), nil},
		{"DH-12 400", "GET", hook, answer(400, jsonType, error404), []string{`answer: has HTTP status 400, but GetWebHook documents 200, 401, 403, 404, 406, 500`}},
		{"DH-13 Location absolute", "POST", "/events/postimport", created("https://sample-api.d-velop.cloud/x"), nil},
		{"DH-14 Location relative", "POST", "/events/postimport", created("/x"), nil},
		{"DH-15 no Location", "POST", "/events/postimport", created(""), []string{`answer Location: is missing, but documented for HTTP status 201`}},
		{"DH-16 200 on POST", "POST", "/events/postimport", answer(200, "", ""), []string{`answer: has HTTP status 200, but PostEvent documents 201, 400, 401, 403, 406, 500`}},
		{"DH-19 204 with a body", "DELETE", hook, answer(204, jsonType, "{}"), []string{`answer: has a body of 2 bytes, but HTTP status 204 of DeleteWebHook has none`}},
		{"204", "DELETE", hook, answer(204, "", ""), nil},
		{"DH-20 id in another case", "GET", hook, answer(200, jsonType, strings.Replace(dvelopWebhook, "bbbbbbbb", "BBBBBBBB", 1)), nil},
		{"DH-21 another id", "GET", hook, answer(200, jsonType, strings.Replace(dvelopWebhook, "bbbbbbbb", "cccccccc", 1)),
			[]string{`answer /id (line 1, column 125): is another id than the request's webHookId in the path: the answer is about another object`}},
		{"id null", "GET", hook, answer(200, jsonType, edited(t, dvelopWebhook, set("/id", "null"))), nil},
		{"no media type", "GET", hook, answer(200, "", dvelopWebhook), []string{`answer Content-Type: is missing, expected application/json or application/hal+json`}},
		{"another media type", "GET", hook, answer(200, "text/plain", dvelopWebhook), []string{`answer Content-Type: is "text/plain", expected application/json or application/hal+json`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckAnswer(&provider.DVelop, dvelopRequest(t, tt.method, tt.path, ""), tt.answer, false)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, lines(got))
			}
		})
	}
}

func TestCheckRequest_dvelop(t *testing.T) {
	const hook = "/events/postimport/" + provider.DVelopWebhookID
	tests := []struct {
		name, method, path, body string
		want                     []string
	}{
		{"get", "GET", hook, "", nil},
		{"get with a body", "GET", hook, "{}", []string{`request: has a body of 2 bytes, but GetWebHook with GET takes none`}},
		{"get with a query", "GET", hook + "?page=2", "", []string{`request page: is not documented: GetWebHook with GET takes no query`}},
		{"create", "POST", "/events/postimport", dvelopWebhook, nil},
		{"the document's sample", "PUT", hook, `{"enabled":"test","restrictions":"test","retry":"test","timeout":"test"}`, []string{
			`request /enabled (line 1, column 12): is a string of 4 characters, expected a boolean`,
			`request /restrictions (line 1, column 34): is a string of 4 characters, expected an array or null`,
			`request /retry (line 1, column 49): is a string of 4 characters, expected a boolean or null`,
			`request /timeout (line 1, column 66): is a string of 4 characters, expected an integer or null`}},
		{"order", "PUT", "/events/postimport", `{"order":["A","B"]}`, nil},
		{"order as text", "PUT", "/events/postimport", `{"order":"A"}`, []string{`request /order (line 1, column 10): is a string of 1 character, expected an array or null`}},
		{"PATCH", "PATCH", hook, "{}", []string{`request: PATCH /dmsconfig/r/` + provider.DVelopRepositoryID + hook + ` is no documented operation of d.velop; documented for this path: DELETE, GET, PUT`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckRequest(&provider.DVelop, dvelopRequest(t, tt.method, tt.path, tt.body))
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, lines(got))
			}
		})
	}
}
