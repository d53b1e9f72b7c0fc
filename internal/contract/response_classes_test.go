package contract_test

import (
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
)

func kind(k provider.Kind) provider.Class { return provider.Class{Kind: k, Documented: true} }

var (
	keep       = provider.Class{Keep: true, Documented: true}
	container  = provider.Class{Documented: true}
	strangeOne = provider.Class{}
)

func TestResponseClasses_devrev(t *testing.T) {
	body := edited(t, vendor200,
		set("/webhook/created_by", `{"type":"rev_user","id":"1","external_ref":"r","rev_org":{"type":"work","id":"2","display_name":"o"},"state":"Active","id_v1":"x","a/b":"y"}`),
		set("/webhook/headers", `[{"name":"X-Acme-Sha256","value":"v"},{"name":"no header's","value":7},{"name":"X-4711-2024","value":"v","more":"m"}]`),
		set("/webhook/modified_date", `"yesterday"`), set("/webhook/event_types", `["verify","work.created"]`), set("/webhook/url", `7`))
	got := contract.ResponseClasses(&provider.DevRev, devrevRequest(t, "webhooks.get", `{"id":"1"}`), answer(200, "application/json", body))
	for pointer, want := range map[string]provider.Class{
		"":                                               container,
		"/webhook":                                       container,
		"/webhook/id":                                    kind(provider.ID),
		"/webhook/display_id":                            kind(provider.DisplayID),
		"/webhook/secret":                                kind(provider.Secret),
		"/webhook/url":                                   kind(provider.URL),
		"/webhook/status":                                keep,
		"/webhook/created_date":                          keep,
		"/webhook/modified_date":                         kind(provider.Opaque),
		"/webhook/event_types":                           container,
		"/webhook/event_types/0":                         keep,
		"/webhook/event_types/1":                         kind(provider.Word),
		"/webhook/headers/0":                             container,
		"/webhook/headers/0/name":                        {Kind: provider.Header, Keep: true, Documented: true},
		"/webhook/headers/0/value":                       kind(provider.Key),
		"/webhook/headers/1/name":                        kind(provider.Opaque),
		"/webhook/headers/1/value":                       kind(provider.Key),
		"/webhook/headers/2/name":                        kind(provider.Opaque),
		"/webhook/headers/2/more":                        strangeOne,
		"/webhook/created_by":                            container,
		"/webhook/created_by/type":                       keep,
		"/webhook/created_by/external_ref":               kind(provider.Opaque),
		"/webhook/created_by/rev_org/type":               kind(provider.Word),
		"/webhook/created_by/rev_org/id":                 kind(provider.ID),
		"/webhook/created_by/state":                      kind(provider.Word),
		"/webhook/created_by/id_v1":                      strangeOne,
		"/webhook/created_by/a~1b":                       strangeOne,
		"/webhook/modified_by/email":                     kind(provider.Mail),
		"/webhook/modified_by/full_name":                 kind(provider.Name),
		"/webhook/modified_by/display_name":              kind(provider.Name),
		"/webhook/modified_by/state":                     keep,
		"/webhook/modified_by/display_picture/file/type": kind(provider.Word),
		"/webhook/modified_by/display_picture/file/name": kind(provider.Name),
		"/webhook/modified_by/display_picture/file/size": keep,
		"/no/such/member":                                strangeOne,
	} {
		assert.Equal(t, want, got(pointer), pointer)
	}
}

func TestResponseClasses_errors(t *testing.T) {
	get := devrevRequest(t, "webhooks.get", `{"id":"1"}`)
	got := contract.ResponseClasses(&provider.DevRev, get, answer(400, "", `{"type":"value_not_permitted","message":"m","detail":"d","field_name":"f","allowed_values":["v"],"reason":"r","errors":[]}`))
	assert.Equal(t, keep, got("/type"))
	assert.Equal(t, kind(provider.Text), got("/message"))
	assert.Equal(t, kind(provider.Text), got("/detail"))
	assert.Equal(t, kind(provider.Text), got("/reason"))
	assert.Equal(t, kind(provider.Word), got("/field_name"))
	assert.Equal(t, kind(provider.Word), got("/allowed_values/0"))
	assert.Equal(t, strangeOne, got("/errors"), "a member of another variant")

	got = contract.ResponseClasses(&provider.DevRev, get, answer(500, "", vendorErrors[500]))
	assert.Equal(t, kind(provider.Opaque), got("/reference_id"))
	got = contract.ResponseClasses(&provider.DevRev, get, answer(429, "", vendorErrors[429]))
	assert.Equal(t, keep, got("/retry_after"))
	got = contract.ResponseClasses(&provider.DevRev, get, answer(401, "", `{"type":"forbidden"}`))
	assert.Equal(t, kind(provider.Word), got("/type"))

	for _, operation := range []string{"webhooks.get", "webhooks.no-such-route"} {
		got = contract.ResponseClasses(&provider.DevRev, devrevRequest(t, operation, "{}"), answer(404, "", `{"message":"route not found","x":"y"}`))
		assert.Equal(t, kind(provider.Text), got("/message"))
		assert.Equal(t, strangeOne, got("/x"))
	}
	for _, a := range []contract.Response{answer(418, "", `{"message":"m"}`), answer(400, "", `{`), answer(400, "", ``)} {
		assert.Equal(t, strangeOne, contract.ResponseClasses(&provider.DevRev, get, a)("/message"))
	}
	assert.Equal(t, strangeOne, contract.ResponseClasses(&provider.DevRev, contract.Request{}, answer(200, "", `{"message":"m"}`))("/message"))
}

func TestResponseClasses_dvelop(t *testing.T) {
	body := edited(t, dvelopWebhook, set("/_links", `{"self":{"href":"/x","title":"t"},"curies":[{"href":"/y","templated":true}]}`), set("/id", "null"), set("/x", `"y"`))
	events := `{"_embedded":{"postimport":{"order":["A"],"_embedded":{"webhooks":[` + body + `]}}}}`
	got := contract.ResponseClasses(&provider.DVelop, dvelopRequest(t, "GET", "/events", ""), answer(200, "", events))
	const at = "/_embedded/postimport/_embedded/webhooks/0"
	for pointer, want := range map[string]provider.Class{
		"/_embedded":                      container,
		"/_embedded/postimport":           container,
		"/_embedded/postimport/order/0":   kind(provider.ID),
		at + "/apiKey":                    kind(provider.Key),
		at + "/description":               kind(provider.Text),
		at + "/enabled":                   keep,
		at + "/timeout":                   keep,
		at + "/handleResponse":            kind(provider.Word),
		at + "/id":                        {Kind: provider.ID, Keep: true, Documented: true},
		at + "/restrictions/0/key":        kind(provider.Word),
		at + "/restrictions/0/value":      kind(provider.ID),
		at + "/uri":                       kind(provider.URL),
		at + "/_links/self/href":          kind(provider.URL),
		at + "/_links/self/title":         strangeOne,
		at + "/_links/curies/0/href":      kind(provider.URL),
		at + "/_links/curies/0/templated": keep,
		at + "/x":                         strangeOne,
	} {
		assert.Equal(t, want, got(pointer), pointer)
	}
	got = contract.ResponseClasses(&provider.DVelop, dvelopRequest(t, "GET", "/events/postimport/x", ""), answer(404, "", `{"code":1,"reason":"r"}`))
	assert.Equal(t, kind(provider.Text), got("/reason"))
	assert.Equal(t, keep, got("/code"))
	got = contract.ResponseClasses(&provider.DVelop, dvelopRequest(t, "GET", "/events/postimport/x", ""), answer(401, "", `{"reason":"r"}`))
	assert.Equal(t, strangeOne, got("/reason"), "the body of 401 is not documented")
}

func TestRequestClasses(t *testing.T) {
	got := contract.RequestClasses(&provider.DevRev, devrevRequest(t, "webhooks.update", `{"id":"1","secret":"s","url":"u","action":"activate","event_types":{"add":["verify"]},"status":"x"}`))
	assert.Equal(t, kind(provider.ID), got("/id"))
	assert.Equal(t, kind(provider.Secret), got("/secret"))
	assert.Equal(t, kind(provider.URL), got("/url"))
	assert.Equal(t, keep, got("/action"))
	assert.Equal(t, keep, got("/event_types/add/0"))
	assert.Equal(t, strangeOne, got("/status"))

	got = contract.RequestClasses(&provider.DevRev, contract.Request{Method: "GET", URL: parseURL(t, "https://api.devrev.ai/webhooks.get?id=1&a/b=2")})
	assert.Equal(t, kind(provider.ID), got("?id"))
	assert.Equal(t, strangeOne, got("?a/b"))
	assert.Equal(t, strangeOne, got("/id"))
	assert.Equal(t, strangeOne, contract.RequestClasses(&provider.DevRev, contract.Request{})("/id"))
}

func TestIsWord(t *testing.T) {
	for _, word := range []string{"webhook", "created_by", "active", "work_created", "unauthenticated", "invalid_id", "webhooks.get", "application/json", "image/png", "workflow_step", "null", "id"} {
		assert.True(t, contract.IsWord(&provider.DevRev, word), word)
	}
	for _, word := range []string{"apiKey", "NONE", "STATUS_AND_BODY", "CATEGORY", "GetWebHook", "application/hal+json", "_links"} {
		assert.True(t, contract.IsWord(&provider.DVelop, word), word)
	}
	for _, word := range []string{"", "hunter2", "Active", "GetWebHook", "string"[:3]} {
		assert.False(t, contract.IsWord(&provider.DevRev, word), word)
	}
}
