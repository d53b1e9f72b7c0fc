package contract_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The words of every kind of problem stand in one file, and nowhere else in the
// tests of this package.
func TestMessage(t *testing.T) {
	var found []contract.Problem
	body := func(d *provider.Definition, operation string, status int, strict bool, bodies ...string) {
		for _, body := range bodies {
			got, err := contract.CheckBody(d, operation, status, "", []byte(body), strict)
			require.NoError(t, err)
			found = append(found, got...)
		}
	}
	delivery := func(body string) {
		got, err := contract.CheckDelivery(&provider.DevRev, []byte(body))
		require.NoError(t, err)
		found = append(found, got...)
	}
	ask := func(r contract.Request) { found = append(found, contract.CheckRequest(&provider.DevRev, r)...) }
	devrev := func(a contract.Response) {
		r := devrevRequest(t, "webhooks.get", `{"id":"`+provider.DevRevWebhookID+`"}`)
		found = append(found, contract.CheckResponse(&provider.DevRev, r, a, false)...)
	}
	dvelop := func(method string, a contract.Response) {
		r := dvelopRequest(t, method, "/events/postimport/"+provider.DVelopWebhookID, "")
		found = append(found, contract.CheckResponse(&provider.DVelop, r, a, false)...)
	}
	const jsonType, halType = "application/json", "application/hal+json"

	body(&provider.DevRev, "webhooks.get", 200, false, "{\n"+`  "webhook": {
    "é": 1, "secret": 7, "status": "Active", "headers": [{"name": "a b"}],
    "created_date": "s3cr3t-date",
    "event_types": ["work.created", "k3y with spaces", "`+strings.Repeat("a", 41)+`", null],
    "created_by": {"id": "1", "type": "dev_user", "display_picture": {"id": "1", "file": {"size": -3000000000}}, "DisplayName": "x"}
  }
}`)
	size := func(number string) string { return strings.Replace(vendor200, `"size":0`, `"size":`+number, 1) }
	body(&provider.DevRev, "webhooks.get", 200, false, size("1e9999"), size("1e3000000"), size(strings.Repeat("9", 101)),
		"", "7", "true", "null", `{"webhook":`, `{"webhook":{},}`, "{}\n x", "\ufeff{}", "{\n\"a\": \"\xff\"}", strings.Repeat(" ", 11<<20)+"{}", strings.Repeat("[", 600)+strings.Repeat("]", 600),
		`{"webhook":[`+strings.Repeat("0,", 200_000)+`0]}`, `{"`+strings.Repeat("a", 257)+`":1}`, strings.Replace(minimal, `"status"`, `"status":"inactive","status"`, 1))
	body(&provider.DVelop, "GetWebHook", 200, true, `{"description":"","enabled":true,"handleResponse":"none","id":"1","uri":"ftp://user:pass@example.com",`+
		`"restrictions":[{"key":"Category","value":"x","secret":"y"}],"timeout":-1}`)
	body(&provider.DVelop, "GetWebHook", 200, false, "{}", `{"code":240100}`)
	body(&provider.DVelop, "GetWebHook", 404, false, `{"uri":"/x"}`)
	many, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "", []byte(`{"webhook":{"event_types":[`+strings.Repeat("0,", 300)+`0]}}`), false)
	require.NoError(t, err)
	found = append(found, many[len(many)-1])

	devrev(answer(418, jsonType, "{}"))
	devrev(answer(404, jsonType, `{"message":"route not found"}`))
	devrev(answer(404, jsonType, `{"type":"forbidden"}`))
	devrev(answer(400, jsonType, `{"type":"forbidden"}`))
	devrev(answer(403, jsonType, `{"type":"s3cr3t"}`))
	devrev(answer(200, jsonType, strings.Replace(minimal, "webhook-id", "other", 1)))
	devrev(answer(200, "", minimal))
	devrev(answer(200, "sekret!", minimal))
	devrev(answer(200, "application/json; charset", minimal))
	for _, delay := range []string{"soon", "30"} {
		a := answer(429, jsonType, vendorErrors[429])
		a.Header.Set("Retry-After", delay)
		devrev(a)
	}
	redirect := answer(302, "", "")
	redirect.Header.Set("Location", "/identityprovider/login?redirect=%2Fsecret")
	dvelop("GET", redirect)
	dvelop("GET", answer(200, "text/html; charset=utf-8", "<html>"))
	dvelop("PUT", answer(404, halType, `{"code":240100}`))
	dvelop("DELETE", answer(204, jsonType, "{}"))
	found = append(found, contract.CheckResponse(&provider.DVelop, dvelopRequest(t, "POST", "/events/postimport", ""), answer(201, "", ""), false)...)

	request := func(method, target, body string) contract.Request {
		return contract.Request{Method: method, URL: parseURL(t, provider.DevRev.BaseURL+target), Header: http.Header{}, Body: []byte(body)}
	}
	ask(contract.Request{Method: "GET"})
	ask(request("DELETE", "/webhooks.get", ""))
	ask(request("POST", "/webhook.get", ""))
	ask(request("POST", "/webhooks.get", ""))
	ask(request("POST", "/webhooks.get?id=1", `{"id":"don:x"}`))
	ask(request("GET", "/webhooks.get?id=1&id=2&Id=3", `{"id":"don:x"}`))
	ask(request("GET", "/webhooks.get?id=%zz", ""))
	for _, charset := range []string{"UTF-8", "utf8", "utf-16", "a secret of somebody"} {
		wide := devrevRequest(t, "webhooks.get", `{"id":"don:x"}`)
		wide.Header.Set("Content-Type", fmt.Sprintf("application/json; charset=%q", charset))
		ask(wide)
	}
	ask(devrevRequest(t, "webhooks.create", `{"url":"u","secret":"MTIz","headers":[`+headers(9)+`]}`))
	ask(devrevRequest(t, "webhooks.update", `{"id":"don:x","event_types":{"set":[],"add":[]}}`))
	delivery(`{"id":"e","webhook_id":"w","type":"webhook_updated","webhook_created":{}}`)

	broken := provider.Definition{Name: "devrev", Operations: []provider.Operation{{Name: "x", Forms: []provider.Form{{Method: "GET", Path: "/x", Body: "no-such-file.json"}}}}}
	found = append(found, contract.CheckRequest(&broken, contract.Request{Method: "GET", URL: parseURL(t, "https://example.com/x"), Body: []byte("{}")})[0])
	// What others find, and what no schema of today asks for.
	for _, rule := range []string{"schema", "not", "header", "host", "content-encoding", "origin", "user-information",
		"token", "token-form", "unknown-token", "scheme", "scheme-twice", "other-scheme"} {
		p := contract.Problem{Kind: contract.Rule, Keyword: rule, In: "request", Found: "an object", Expected: "DevRev"}
		if rule == "not" {
			p.Expected = ""
		}
		found = append(found, p)
	}

	var b strings.Builder
	seen := map[string]bool{}
	for _, p := range found {
		seen[p.Keyword] = true
		fmt.Fprintf(&b, "%-12s  %-20s  %s\n", p.Kind, p.Keyword, p)
	}
	for rule := range contract.Sentences {
		assert.True(t, seen[rule], "no case has the rule %q", rule)
	}
	const file = "testdata/messages.txt"
	if os.Getenv("GOLDIE_UPDATE") == "true" {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "GOLDIE_UPDATE=true go test ./internal/contract writes %s", file)
}
