package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckResponse_devrev(t *testing.T) {
	const jsonType = "application/json"
	get := devrevRequest(t, "webhooks.get", `{"id":"`+provider.DevRevWebhookID+`"}`)
	byQuery := contract.Request{Method: "GET", URL: parseURL(t, provider.DevRev.BaseURL+"/webhooks.get?id="+url.QueryEscape(provider.DevRevWebhookID))}
	nowhere := devrevRequest(t, "webhooks.no-such-route", `{}`)
	throttled := func(header, body string) contract.Response {
		a := answer(429, jsonType, body)
		a.Header.Set("Retry-After", header)
		return a
	}
	tests := []struct {
		name    string
		request contract.Request
		answer  contract.Response
		want    []string
	}{
		{"good", get, answer(200, jsonType, minimal), nil},
		{"good, by query", byQuery, answer(200, jsonType, minimal), nil},
		{"charset", get, answer(200, "Application/JSON; charset=UTF-8", minimal), nil},
		{"another id", get, answer(200, jsonType, strings.Replace(minimal, "webhook-id", "other", 1)), []string{"rule other-object /webhook/id"}},
		{"another id, by query", byQuery, answer(200, jsonType, strings.Replace(minimal, "webhook-id", "WEBHOOK-ID", 1)), []string{"rule other-object /webhook/id"}},
		{"error about another id", get, answer(404, jsonType, vendorErrors[404]), nil},
		{"no body", get, answer(200, jsonType, ""), []string{"rule body"}},
		{"html error", get, answer(503, "text/html", "<html>"), []string{"rule media-type Content-Type"}},
		{"problem+json", get, answer(503, "application/problem+json", `{}`), []string{"violation required /type", "rule media-type Content-Type"}},
		{"odd media type", get, answer(200, "sekret!", minimal), []string{"rule media-type Content-Type"}},
		{"undocumented status", get, answer(418, jsonType, `{}`), []string{"rule status"}},
		{"status of another operation", get, answer(201, jsonType, minimal), []string{"rule status"}},
		{"unknown route of a known operation", get, answer(404, jsonType, `{"message":"route not found"}`), []string{"rule unknown-route /type"}},
		{"unknown route of an operation without 404", devrevRequest(t, "webhooks.list", "{}"), answer(404, jsonType, `{"message":"route not found"}`), []string{"rule status"}},
		{"unknown route", nowhere, answer(404, jsonType, `{"message":"route not found"}`), nil},
		{"anything else on an unknown route", nowhere, answer(200, jsonType, `{}`), []string{"undocumented operation"}},
		{"type of another status", get, answer(404, jsonType, `{"type":"forbidden"}`), []string{"rule error-type /type"}},
		{"400 with another status's type", get, answer(400, jsonType, `{"type":"forbidden"}`), []string{"rule error-type /type"}},
		{"type that looks like a secret", get, answer(403, jsonType, `{"type":"s3cr3t"}`), []string{"rule error-type /type"}},
		{"type of no status that looks like a secret", get, answer(401, jsonType, `{"type":"s3cr3t"}`), []string{"unlisted enum /type"}},
		{"headers", get, answer(200, jsonType, edited(t, minimal, set("/webhook/headers", `[{"name":"a b"},{"value":4711}]`))), []string{"violation pattern /webhook/headers/0/name", "violation required /webhook/headers/0/value", "violation required /webhook/headers/1/name", "violation type /webhook/headers/1/value"}},
		{"doubled member", get, answer(200, jsonType, strings.Replace(minimal, `"status"`, `"status":"inactive","status"`, 1)), []string{"rule doubled /webhook/status"}},
		{"doubled, the last one wrong", get, answer(200, jsonType, strings.Replace(minimal, `"status":"active"`, `"status":"active","status":1,"a":[],"a":[]`, 1)), []string{"undocumented /webhook/a", "rule doubled /webhook/a", "violation type /webhook/status", "rule doubled /webhook/status"}},
		{"retry after", get, throttled("30", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after, 30.0 is 30", get, throttled("30.0", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after in the header only", get, throttled("1.5", `{"type":"too_many_requests"}`), nil},
		{"retry after as date", get, throttled("Wed, 21 Oct 2026 07:28:00 GMT", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after differs", get, throttled("30", vendorErrors[429]), []string{"rule retry-after-body /retry_after"}},
		{"retry after differs in the last digit", get, throttled("9007199254740993", `{"type":"too_many_requests","retry_after":9007199254740992}`), []string{"rule retry-after-body /retry_after"}},
		{"retry after is neither", get, throttled("soon", vendorErrors[429]), []string{"rule retry-after Retry-After"}},
		{"no header at all", get, contract.Response{Status: 200, Body: []byte(minimal)}, []string{"rule media-type Content-Type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckResponse(&provider.DevRev, tt.request, tt.answer, false)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
}

func TestCheckRequest_message(t *testing.T) {
	request := func(method, target, media, body string) contract.Request {
		r := contract.Request{Method: method, URL: parseURL(t, provider.DevRev.BaseURL+target), Header: http.Header{}, Body: []byte(body)}
		if media != "" {
			r.Header.Set("Content-Type", media)
		}
		return r
	}
	const good = `{"id":"don:x"}`
	tests := []struct {
		name    string
		request contract.Request
		want    []string
	}{
		{"good", request("POST", "/webhooks.get", "application/json", good), nil},
		{"no media type", request("POST", "/webhooks.get", "", good), []string{"rule media-type Content-Type"}},
		{"form", request("POST", "/webhooks.get", "application/x-www-form-urlencoded", good), []string{"rule media-type Content-Type"}},
		{"raw id in the query", request("GET", "/webhooks.get?id=don:integration:dvrv-us-1:devo/example:webhook/webhook-id", "", ""), nil},
		{"no id in the query", request("GET", "/webhooks.get", "", ""), []string{"violation required id"}},
		{"two ids in the query", request("GET", "/webhooks.get?id=1&id=2", "", ""), []string{"rule repeated id"}},
		{"unknown parameter", request("GET", "/webhooks.get?id=1&a/b=2&Id=3", "", ""), []string{"rule unknown-member Id", "rule unknown-member a/b"}},
		{"broken query", request("GET", "/webhooks.get?id=%zz", "", ""), []string{"violation query"}},
		{"query beside a body", request("POST", "/webhooks.get?id=1", "application/json", good), []string{"undocumented no-query id"}},
		{"body beside a query", request("GET", "/webhooks.get?id=1", "application/json", good), []string{"rule body"}},
		{"method", request("DELETE", "/webhooks.get", "", ""), []string{"undocumented operation"}},
		{"misspelt", request("POST", "/webhook.get", "", ""), []string{"undocumented operation"}},
		{"no URL", contract.Request{Method: "GET"}, []string{"undocumented url"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckRequest(&provider.DevRev, tt.request)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
	assert.Equal(t, []contract.Problem{{Kind: contract.Undocumented, Keyword: "url", In: "request"}}, contract.CheckResponse(&provider.DevRev, contract.Request{}, contract.Response{}, false))
}

// The whole of a problem; TestMessage has the words of each kind.
func TestProblem(t *testing.T) {
	got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte("{\n"+`"webhook": {"status": "Active", "secret": "s", "url": "u"}}`), false)
	require.NoError(t, err)
	assert.Equal(t, []contract.Problem{{
		Kind: contract.Violation, Keyword: "required", In: "answer", Pointer: "/webhook/id", Line: 2, Column: 12, Schema: "devrev/types.json#/$defs/atom/required",
	}, {
		Kind: contract.Unlisted, Keyword: "enum", Expected: `"active", "inactive" or "unverified"`, Found: `"Active"`, Hint: `did you mean "active"?`,
		In: "answer", Pointer: "/webhook/status", Line: 2, Column: 23, Schema: "devrev/types.json#/$defs/status/enum",
	}}, got)
	assert.True(t, got[0].Fails())
	assert.False(t, got[1].Fails())
	assert.False(t, contract.Problem{Kind: contract.Undocumented}.Fails())
	assert.True(t, contract.Problem{Kind: contract.Rule}.Fails())
}

// A problem is accepted by its place and its keyword, and by what older cassettes
// have in place of both.
func TestProblem_Accepted(t *testing.T) {
	missing := contract.Problem{Kind: contract.Violation, Keyword: "required", In: "answer", Pointer: "/id", Schema: "x.json#/required"}
	wrong := contract.Problem{Kind: contract.Rule, Keyword: "status", In: "answer"}
	for name, want := range map[string][2]bool{
		"answer /id (required)": {true, false}, "answer /id (type)": {}, "answer /id": {true, false}, "answer /id (violation)": {}, "request /id (required)": {},
		"answer (status)": {false, true}, "answer (rule)": {false, true}, "answer": {false, true}, "answer (body)": {}, "": {},
	} {
		assert.Equal(t, want, [2]bool{missing.Accepted([]string{"x", name}), wrong.Accepted([]string{name})}, name)
	}
	assert.Equal(t, "answer /id (required)", missing.Name())
	assert.Equal(t, "answer (status)", wrong.Name())
}

func TestCheckBody_unknown(t *testing.T) {
	_, err := contract.CheckBody(&provider.DevRev, "webhooks.put", 200, "", nil, false)
	assert.EqualError(t, err, `devrev has no operation "webhooks.put", expected one of webhooks.get, webhooks.list, webhooks.create, webhooks.update, webhooks.delete`)
	_, err = contract.CheckBody(&provider.DevRev, "webhooks.get", 409, "", nil, false)
	assert.EqualError(t, err, `devrev webhooks.get documents no status 409, expected one of 200, 400, 401, 403, 404, 429, 500, 503`)

	got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "text/html", []byte("<html>"), false)
	require.NoError(t, err)
	assert.Equal(t, []string{"rule media-type Content-Type"}, summary(got))
	got, err = contract.CheckBody(&provider.DVelop, "GetWebHook", 401, "text/html", []byte("<html>"), true)
	require.NoError(t, err)
	assert.Empty(t, got, "d.velop does not say what the body of 401 is")
}

// Every shipped scenario's request has the failing problems that it declares,
// at least when they are about the request.
func TestCheckRequest_scenarios(t *testing.T) {
	for _, d := range provider.All() {
		for _, s := range d.Scenarios {
			r := contract.Request{Method: s.Request.Method, URL: parseURL(t, d.BaseURL+s.Request.Target), Header: http.Header{}, Body: []byte(s.Request.Body)}
			for name, value := range s.Request.Header {
				r.Header.Set(name, value)
			}
			want := []string{}
			for _, departure := range s.Expects {
				if departure.In == "request" {
					want = append(want, departure.Pointer)
				}
			}
			got := []string{}
			for _, p := range contract.CheckRequest(d, r) {
				if p.Fails() || p.Pointer != "" {
					got = append(got, p.Pointer)
				}
			}
			assert.Equal(t, want, got, "%s %s", d.Name, s.Name)
		}
	}
}

// What was found says which of the two literals the body holds.
func TestProblem_literals(t *testing.T) {
	for _, literal := range []string{"true", "false"} {
		got, err := contract.CheckBody(&provider.DVelop, "GetWebHook", 200, "application/json", []byte(`{"description":`+literal+`,"uri":"https://hooks.example.com/in"}`), false)
		require.NoError(t, err)
		assert.Equal(t, literal, got[0].Found)
	}
}
