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
		{"DV-05 apiKey number", []edit{set("/apiKey", `1`)}, []string{"violation type /apiKey"}, []string{"violation type /apiKey"}},
		{"DV-06 description null", []edit{set("/description", `null`)}, []string{"violation type /description"}, []string{"violation type /description"}},
		{"DV-07 description empty", []edit{set("/description", `""`)}, []string{"violation minLength /description"}, []string{"violation minLength /description"}},
		{"DV-08 description one space", []edit{set("/description", `" "`)}, ok, ok},
		{"DV-09 description astral", []edit{set("/description", `"𝄞"`)}, ok, ok},
		{"DV-10 description absent", []edit{drop("/description")}, ok, []string{"violation required /description"}},
		{"DV-11 enabled null", []edit{set("/enabled", `null`)}, []string{"violation type /enabled"}, []string{"violation type /enabled"}},
		{"DV-12 enabled string", []edit{set("/enabled", `"true"`)}, []string{"violation type /enabled"}, []string{"violation type /enabled"}},
		{"DV-13 enabled number", []edit{set("/enabled", `1`)}, []string{"violation type /enabled"}, []string{"violation type /enabled"}},
		{"DV-14 enabled absent", []edit{drop("/enabled")}, ok, []string{"violation required /enabled"}},
		{"DV-15 NONE", []edit{set("/handleResponse", `"NONE"`)}, ok, ok},
		{"DV-16 STATUS_AND_BODY", []edit{set("/handleResponse", `"STATUS_AND_BODY"`)}, ok, ok},
		{"DV-17 lower case", []edit{set("/handleResponse", `"none"`)}, ok, []string{"violation enum /handleResponse"}},
		{"DV-18 the document's example", []edit{set("/handleResponse", `"NONE | STATUS | STATUS_AND_BODY"`)}, ok, []string{"violation enum /handleResponse"}},
		{"DV-19 handleResponse empty", []edit{set("/handleResponse", `""`)}, []string{"violation minLength /handleResponse"}, []string{"violation enum /handleResponse", "violation minLength /handleResponse"}},
		{"DV-20 handleResponse null", []edit{set("/handleResponse", `null`)}, []string{"violation type /handleResponse"}, []string{"violation type /handleResponse"}},
		{"DV-21 id null", []edit{set("/id", `null`)}, ok, []string{"violation type /id"}},
		{"DV-22 id absent", []edit{drop("/id")}, ok, []string{"violation required /id"}},
		{"DV-23 id integer", []edit{set("/id", `1`)}, []string{"violation type /id"}, []string{"violation type /id"}},
		{"DV-24 id upper case", []edit{set("/id", `"BBBBBBBB-0000-4000-8000-000000000001"`)}, ok, ok},
		{"DV-25 restrictions null", []edit{set("/restrictions", `null`)}, ok, ok},
		{"DV-26 restrictions empty", []edit{set("/restrictions", `[]`)}, ok, ok},
		{"DV-27 restrictions object", []edit{set("/restrictions", `{}`)}, []string{"violation type /restrictions"}, []string{"violation type /restrictions"}},
		{"DV-28 extra member in item", restriction(`{"key":"CATEGORY","value":"c","x":1}`), []string{"violation additionalProperties /restrictions/0/x"}, []string{"violation additionalProperties /restrictions/0/x"}},
		{"DV-29 empty item", restriction(`{}`), ok, []string{"violation required /restrictions/0/key", "violation required /restrictions/0/value"}},
		{"DV-30 item null", restriction(`null`), []string{"violation type /restrictions/0"}, []string{"violation type /restrictions/0"}},
		{"DV-31 value null", restriction(`{"key":"CATEGORY","value":null}`), ok, []string{"violation type /restrictions/0/value"}},
		{"DV-32 other key", restriction(`{"key":"OTHER","value":"c"}`), ok, []string{"violation const /restrictions/0/key"}},
		{"DV-33 links in item", restriction(`{"key":"CATEGORY","value":"c","_links":{}}`), []string{"violation additionalProperties /restrictions/0/_links"}, []string{"violation additionalProperties /restrictions/0/_links"}},
		{"DV-34 two categories", restriction(category + "," + category), ok, ok},
		{"DV-35 retry null", []edit{set("/retry", `null`)}, ok, ok},
		{"DV-36 retry absent", []edit{drop("/retry")}, ok, ok},
		{"DV-37 retry string", []edit{set("/retry", `"test"`)}, []string{"violation type /retry"}, []string{"violation type /retry"}},
		{"DV-38 timeout null", []edit{set("/timeout", `null`)}, ok, ok},
		{"DV-39 timeout zero", []edit{set("/timeout", `0`)}, ok, ok},
		{"DV-40 timeout negative", []edit{set("/timeout", `-1`)}, ok, []string{"violation minimum /timeout"}},
		{"DV-41 timeout int32 max", []edit{set("/timeout", `2147483647`)}, ok, ok},
		{"DV-42 timeout int32 max + 1", []edit{set("/timeout", `2147483648`)}, []string{"violation maximum /timeout"}, []string{"violation maximum /timeout"}},
		{"DV-43 timeout fraction", []edit{set("/timeout", `1.5`)}, []string{"violation type /timeout"}, []string{"violation type /timeout"}},
		{"DV-44 timeout string", []edit{set("/timeout", `"300"`)}, []string{"violation type /timeout"}, []string{"violation type /timeout"}},
		{"DV-45 timeout 10000", []edit{set("/timeout", `10000`)}, ok, ok},
		{"timeout 3e2", []edit{set("/timeout", `3e2`)}, ok, ok},
		{"DV-46 uri relative", []edit{set("/uri", `"/app/hook"`)}, ok, ok},
		{"DV-47 uri empty", []edit{set("/uri", `""`)}, []string{"violation minLength /uri"}, []string{"violation minLength /uri", "violation pattern /uri"}},
		{"DV-48 uri null", []edit{set("/uri", `null`)}, []string{"violation type /uri"}, []string{"violation type /uri"}},
		{"DV-49 uri ftp", []edit{set("/uri", `"ftp://example.com/x"`)}, ok, []string{"violation pattern /uri"}},
		{"DV-50 uri without slash", []edit{set("/uri", `"app/hook"`)}, ok, []string{"violation pattern /uri"}},
		{"DV-51 uri protocol-relative", []edit{set("/uri", `"//example.com/x"`)}, ok, []string{"violation pattern /uri"}},
		{"DV-52 _links", []edit{set("/_links", `{"self":{"href":"/x"}}`)}, ok, ok},
		{"DV-53 link without href", []edit{set("/_links", `{"self":{}}`)}, ok, []string{"violation required /_links/self/href"}},
		{"DV-54 unknown member", []edit{set("/x", `1`)}, []string{"undocumented /x"}, []string{"violation additionalProperties /x"}},
		{"DV-55 empty object", []edit{set("", `{}`)}, []string{"rule no-members"}, []string{"rule no-members", "violation required /description", "violation required /enabled", "violation required /handleResponse", "violation required /id", "violation required /uri"}},
		{"DV-56 error as webhook", []edit{set("", error404)}, []string{"rule members", "undocumented /code", "undocumented /reason"}, []string{"rule members", "violation additionalProperties /code", "violation required /description", "violation required /enabled", "violation required /handleResponse", "violation required /id", "violation additionalProperties /reason", "violation required /uri"}},
		{"DV-57 names in another case", []edit{set("", `{"URI":"/x","ENABLED":true}`)}, []string{"rule no-members", "undocumented /ENABLED", "undocumented /URI"}, []string{"rule no-members", "violation additionalProperties /ENABLED", "violation additionalProperties /URI", "violation required /description", "violation required /enabled", "violation required /handleResponse", "violation required /id", "violation required /uri"}},
		{"DV-58 array", []edit{set("", `[]`)}, []string{"violation type"}, []string{"violation type"}},
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
		{"DV-62 code string", `{"code":"240100"}`, []string{"violation type /code"}, []string{"violation type /code"}},
		{"DV-63 code null", `{"code":null}`, []string{"violation type /code"}, []string{"violation type /code"}},
		{"DV-64 code beyond int32", `{"code":2147483648}`, []string{"violation maximum /code"}, []string{"violation maximum /code"}},
		{"DV-65 empty object", `{}`, ok, []string{"violation required /code"}},
		{"DV-66 code zero", `{"code":0}`, ok, []string{"violation minimum /code"}},
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
		{"DV-69 number in order", "GetEvent", `{"order":[1]}`, []string{"violation type /order/0"}},
		{"bad embedded webhook", "GetEvent", `{"_embedded":{"webhooks":[{"enabled":1}]}}`, []string{"violation type /_embedded/webhooks/0/enabled"}},
		{"events by id", "GetEvents", `{"_embedded":{"postimport":{"_embedded":{"webhooks":[` + dvelopWebhook + `]}},"some other":{}}}`, ok},
		{"DH-32 events as array", "GetEvents", `{"_embedded":[]}`, []string{"violation type /_embedded"}},
	}
	for _, tt := range events {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.operation, 200, tt.body, false, tt.want) })
	}
}

func TestCheckResponse_dvelop(t *testing.T) {
	const (
		jsonType = "application/json"
		halType  = "application/hal+json"
		hook     = "/events/postimport/" + provider.DVelopWebhookID
		error404 = `{"code":240100,"reason":"r"}`
	)
	withLinks := strings.TrimSuffix(dvelopWebhook, "}") + `,"_links":{"self":{"href":"/x"}}}`
	created := func(location string) contract.Response {
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
		answer contract.Response
		want   []string
	}{
		{"DH-01 charset", "GET", hook, answer(200, "application/json; charset=utf-8", dvelopWebhook), nil},
		{"DH-02 hal", "GET", hook, answer(200, halType, withLinks), nil},
		{"DH-03 json with links", "GET", hook, answer(200, jsonType, withLinks), nil},
		{"DH-04 page", "GET", hook, answer(200, "text/html; charset=utf-8", "<html>"), []string{"rule media-type Content-Type"}},
		{"page on PUT", "PUT", hook, answer(200, "text/html", "<html>"), []string{"rule media-type Content-Type"}},
		{"DH-05 redirect", "GET", hook, redirect, []string{"rule status"}},
		{"DH-06 error as 200", "GET", hook, answer(200, jsonType, error404), []string{"rule members", "undocumented /code", "undocumented /reason"}},
		{"DH-07 webhook as 404", "GET", hook, answer(404, jsonType, `{"uri":"/x"}`), []string{"rule members", "undocumented /uri"}},
		{"DH-08 404 hal", "GET", hook, answer(404, halType, error404), nil},
		{"DH-09 404 hal on PUT", "PUT", hook, answer(404, halType, error404), []string{"undocumented other-media-type Content-Type"}},
		{"DH-10 404 without body", "GET", hook, answer(404, "", ""), []string{"rule body"}},
		{"DH-11 401", "GET", hook, answer(401, "text/html", "<html>"), nil},
		{"DH-11 403", "GET", hook, answer(403, "", ""), nil},
		{"DH-11 406", "GET", hook, answer(406, jsonType, "{"), nil},
		{"DH-11 500", "GET", hook, answer(500, "text/plain", "oops"), nil},
		{"DH-12 400", "GET", hook, answer(400, jsonType, error404), []string{"rule status"}},
		{"DH-13 Location absolute", "POST", "/events/postimport", created("https://sample-api.d-velop.cloud/x"), nil},
		{"DH-14 Location relative", "POST", "/events/postimport", created("/x"), nil},
		{"DH-15 no Location", "POST", "/events/postimport", created(""), []string{"rule header Location"}},
		{"DH-16 200 on POST", "POST", "/events/postimport", answer(200, "", ""), []string{"rule status"}},
		{"DH-19 204 with a body", "DELETE", hook, answer(204, jsonType, "{}"), []string{"rule body"}},
		{"204", "DELETE", hook, answer(204, "", ""), nil},
		{"DH-20 id in another case", "GET", hook, answer(200, jsonType, strings.Replace(dvelopWebhook, "bbbbbbbb", "BBBBBBBB", 1)), nil},
		{"DH-21 another id", "GET", hook, answer(200, jsonType, strings.Replace(dvelopWebhook, "bbbbbbbb", "cccccccc", 1)), []string{"rule other-object /id"}},
		{"id null", "GET", hook, answer(200, jsonType, edited(t, dvelopWebhook, set("/id", "null"))), nil},
		{"no media type", "GET", hook, answer(200, "", dvelopWebhook), []string{"rule media-type Content-Type"}},
		{"another media type", "GET", hook, answer(200, "text/plain", dvelopWebhook), []string{"rule media-type Content-Type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckResponse(&provider.DVelop, dvelopRequest(t, tt.method, tt.path, ""), tt.answer, false)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
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
		{"get with a body", "GET", hook, "{}", []string{"rule body"}},
		{"get with a query", "GET", hook + "?page=2", "", []string{"undocumented no-query page"}},
		{"create", "POST", "/events/postimport", dvelopWebhook, nil},
		{"the document's sample", "PUT", hook, `{"enabled":"test","restrictions":"test","retry":"test","timeout":"test"}`, []string{"violation type /enabled", "violation type /restrictions", "violation type /retry", "violation type /timeout"}},
		{"order", "PUT", "/events/postimport", `{"order":["A","B"]}`, nil},
		{"order as text", "PUT", "/events/postimport", `{"order":"A"}`, []string{"violation type /order"}},
		{"PATCH", "PATCH", hook, "{}", []string{"undocumented operation"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckRequest(&provider.DVelop, dvelopRequest(t, tt.method, tt.path, tt.body))
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
}
