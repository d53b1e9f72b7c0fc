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

func TestCheckAnswer_devrev(t *testing.T) {
	const jsonType = "application/json"
	get := devrevRequest(t, "webhooks.get", `{"id":"`+provider.DevRevWebhookID+`"}`)
	byQuery := contract.Request{Method: "GET", URL: parseURL(t, provider.DevRev.BaseURL+"/webhooks.get?id="+url.QueryEscape(provider.DevRevWebhookID))}
	nowhere := devrevRequest(t, "webhooks.no-such-route", `{}`)
	throttled := func(header, body string) contract.Answer {
		a := answer(429, jsonType, body)
		a.Header.Set("Retry-After", header)
		return a
	}
	const anotherID = `answer /webhook/id (line 1, column 18): is another id than the request's id in the body: the answer is about another object`
	tests := []struct {
		name    string
		request contract.Request
		answer  contract.Answer
		want    []string
	}{
		{"good", get, answer(200, jsonType, minimal), nil},
		{"good, by query", byQuery, answer(200, jsonType, minimal), nil},
		{"charset", get, answer(200, "Application/JSON; charset=UTF-8", minimal), nil},
		{"another id", get, answer(200, jsonType, strings.Replace(minimal, "webhook-id", "other", 1)), []string{anotherID}},
		{"another id, by query", byQuery, answer(200, jsonType, strings.Replace(minimal, "webhook-id", "WEBHOOK-ID", 1)), []string{strings.Replace(anotherID, "body", "query", 1)}},
		{"error about another id", get, answer(404, jsonType, vendorErrors[404]), nil},
		{"no body", get, answer(200, jsonType, ""), []string{`answer: has no body, but HTTP status 200 of webhooks.get has one`}},
		{"html error", get, answer(503, "text/html", "<html>"), []string{`answer Content-Type: is "text/html", expected application/json`}},
		{"problem+json", get, answer(503, "application/problem+json", `{}`), []string{
			`answer /type (line 1, column 1): is missing, but required`,
			`answer Content-Type: is "application/problem+json", expected application/json`}},
		{"odd media type", get, answer(200, "sekret!", minimal), []string{`answer Content-Type: is a string of 7 characters, expected application/json`}},
		{"undocumented status", get, answer(418, jsonType, `{}`), []string{`answer: has HTTP status 418, but webhooks.get documents 200, 400, 401, 403, 404, 429, 500, 503`}},
		{"status of another operation", get, answer(201, jsonType, minimal), []string{`answer: has HTTP status 201, but webhooks.get documents 200, 400, 401, 403, 404, 429, 500, 503`}},
		{"unknown route of a known operation", get, answer(404, jsonType, `{"message":"route not found"}`), []string{
			`answer /type (line 1, column 1): is missing: this is the answer to an unknown route, not to an unknown object; is the request's path right?`}},
		{"unknown route of an operation without 404", devrevRequest(t, "webhooks.list", "{}"), answer(404, jsonType, `{"message":"route not found"}`), []string{
			`answer: has HTTP status 404, but webhooks.list documents 200, 400, 401, 403, 429, 500, 503; this is the answer to an unknown route`}},
		{"unknown route", nowhere, answer(404, jsonType, `{"message":"route not found"}`), nil},
		{"anything else on an unknown route", nowhere, answer(200, jsonType, `{}`), []string{
			`request: POST /webhooks.no-such-route is no documented operation of DevRev; nearest: POST /webhooks.create, POST /webhooks.update, POST /webhooks.list`}},
		{"type of another status", get, answer(404, jsonType, `{"type":"forbidden"}`), []string{
			`answer /type (line 1, column 9): is "forbidden", but HTTP status 404 goes with "not_found"; that type belongs to 403`}},
		{"400 with another status's type", get, answer(400, jsonType, `{"type":"forbidden"}`), []string{
			`answer /type (line 1, column 9): is "forbidden", but HTTP status 400 goes with other types; that type belongs to 403`}},
		{"type that looks like a secret", get, answer(403, jsonType, `{"type":"s3cr3t"}`), []string{
			`answer /type (line 1, column 9): is a string of 6 characters, but HTTP status 403 goes with "forbidden"`}},
		{"type of no status that looks like a secret", get, answer(401, jsonType, `{"type":"s3cr3t"}`), []string{
			`answer /type (line 1, column 9): is a string of 6 characters, expected "dev_org_deactivated", "token_expired", "token_revoked" or "unauthenticated"`}},
		{"headers", get, answer(200, jsonType, edited(t, minimal, set("/webhook/headers", `[{"name":"a b"},{"value":4711}]`))), []string{
			`answer /webhook/headers/0/name (line 1, column 32): is a string of 3 characters, expected one that matches ^[A-Za-z0-9_-]*$`,
			`answer /webhook/headers/0/value (line 1, column 24): is missing, but required`,
			`answer /webhook/headers/1/name (line 1, column 39): is missing, but required`,
			`answer /webhook/headers/1/value (line 1, column 48): is a number, expected a string`}},
		{"doubled member", get, answer(200, jsonType, strings.Replace(minimal, `"status"`, `"status":"inactive","status"`, 1)), []string{
			`answer /webhook/status (line 1, column 143): stands more than once; a reader may take either`}},
		{"doubled, the last one wrong", get, answer(200, jsonType, strings.Replace(minimal, `"status":"active"`, `"status":"active","status":1,"a":[],"a":[]`, 1)), []string{
			`answer /webhook/a (line 1, column 154): is not documented`,
			`answer /webhook/a (line 1, column 154): stands more than once; a reader may take either`,
			`answer /webhook/status (line 1, column 141): is a number, expected a string`,
			`answer /webhook/status (line 1, column 141): stands more than once; a reader may take either`}},
		{"retry after", get, throttled("30", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after, 30.0 is 30", get, throttled("30.0", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after in the header only", get, throttled("1.5", `{"type":"too_many_requests"}`), nil},
		{"retry after as date", get, throttled("Wed, 21 Oct 2026 07:28:00 GMT", `{"type":"too_many_requests","retry_after":30}`), nil},
		{"retry after differs", get, throttled("30", vendorErrors[429]), []string{
			`answer /retry_after (line 1, column 80): is 0, but the header Retry-After says 30`}},
		{"retry after differs in the last digit", get, throttled("9007199254740993", `{"type":"too_many_requests","retry_after":9007199254740992}`), []string{
			`answer /retry_after (line 1, column 43): is 9007199254740992, but the header Retry-After says 9007199254740993`}},
		{"retry after is neither", get, throttled("soon", vendorErrors[429]), []string{`answer Retry-After: is a string of 4 characters, expected seconds or an HTTP date`}},
		{"no header at all", get, contract.Answer{Status: 200, Body: []byte(minimal)}, []string{`answer Content-Type: is missing, expected application/json`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckAnswer(&provider.DevRev, tt.request, tt.answer, false)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, lines(got))
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
		{"no media type", request("POST", "/webhooks.get", "", good), []string{`request Content-Type: is missing, expected application/json`}},
		{"form", request("POST", "/webhooks.get", "application/x-www-form-urlencoded", good), []string{`request Content-Type: is "application/x-www-form-urlencoded", expected application/json`}},
		{"raw id in the query", request("GET", "/webhooks.get?id=don:integration:dvrv-us-1:devo/example:webhook/webhook-id", "", ""), nil},
		{"no id in the query", request("GET", "/webhooks.get", "", ""), []string{`request id: is missing, but required`}},
		{"two ids in the query", request("GET", "/webhooks.get?id=1&id=2", "", ""), []string{`request id: stands 2 times in the query, expected once`}},
		{"unknown parameter", request("GET", "/webhooks.get?id=1&a/b=2&Id=3", "", ""), []string{`request Id: is not documented; did you mean "id"?`, `request a/b: is not documented`}},
		{"broken query", request("GET", "/webhooks.get?id=%zz", "", ""), []string{`request: has a query that cannot be decoded`}},
		{"query beside a body", request("POST", "/webhooks.get?id=1", "application/json", good), []string{`request id: is not documented: webhooks.get with POST takes no query`}},
		{"body beside a query", request("GET", "/webhooks.get?id=1", "application/json", good), []string{`request: has a body of 14 bytes, but webhooks.get with GET takes none`}},
		{"method", request("DELETE", "/webhooks.get", "", ""), []string{`request: DELETE /webhooks.get is no documented operation of DevRev; documented for this path: GET, POST`}},
		{"misspelt", request("POST", "/webhook.get", "", ""), []string{`request: POST /webhook.get is no documented operation of DevRev; nearest: POST /webhooks.get, GET /webhooks.get, POST /webhooks.list`}},
		{"no URL", contract.Request{Method: "GET"}, []string{`request: has no URL`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := contract.CheckRequest(&provider.DevRev, tt.request)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, lines(got))
			}
		})
	}
	assert.Equal(t, []contract.Problem{{Kind: contract.Undocumented, Keyword: "url", In: "request"}}, contract.CheckAnswer(&provider.DevRev, contract.Request{}, contract.Answer{}, false))
}

// The whole of a problem, and the texts for each keyword.
func TestProblem(t *testing.T) {
	body := `{
  "webhook": {
    "é": 1, "secret": 7, "status": "Active",
    "created_date": "s3cr3t-date",
    "event_types": ["work.created", "k3y with spaces", "` + strings.Repeat("a", 41) + `", null],
    "created_by": {"id": "1", "type": "dev_user", "display_picture": {"id": "1", "file": {"size": -3000000000}}, "DisplayName": "x"}
  }
}`
	got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte(body), false)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`answer /webhook/created_by/DisplayName (line 6, column 129): is not documented; did you mean "display_name"?`,
		`answer /webhook/created_by/display_picture/file/size (line 6, column 99): is -3000000000, expected -2147483648 at least`,
		`answer /webhook/created_date (line 4, column 21): is a string of 11 characters, expected a date-time as RFC 3339 writes it, such as 2023-01-01T12:00:00Z`,
		`answer /webhook/event_types/0 (line 5, column 21): is "work.created", expected one of the 76 listed values; did you mean "work_created"?`,
		`answer /webhook/event_types/1 (line 5, column 37): is a string of 15 characters, expected one of the 76 listed values`,
		`answer /webhook/event_types/2 (line 5, column 56): is a string of 41 characters, expected one of the 76 listed values`,
		`answer /webhook/event_types/3 (line 5, column 101): is null, expected a string`,
		`answer /webhook/id (line 2, column 14): is missing, but required`,
		`answer /webhook/secret (line 3, column 23): is a number, expected a string`,
		`answer /webhook/status (line 3, column 36): is "Active", expected "active", "inactive" or "unverified"; did you mean "active"?`,
		`answer /webhook/url (line 2, column 14): is missing, but required`,
		`answer /webhook/é (line 3, column 10): is not documented`,
	}, lines(got))
	byPointer := map[string]contract.Problem{}
	for _, p := range got {
		byPointer[p.Pointer] = p
	}
	assert.Equal(t, contract.Problem{
		Kind: contract.Unlisted, In: "answer", Pointer: "/webhook/status", Line: 3, Column: 36,
		Keyword: "enum", Found: `"Active"`, Expected: `"active", "inactive" or "unverified"`, Hint: `did you mean "active"?`,
		Schema: "devrev/types.json#/$defs/status/enum",
	}, byPointer["/webhook/status"])
	assert.Equal(t, "devrev/types.json#/$defs/atom/required", byPointer["/webhook/id"].Schema)
	assert.False(t, byPointer["/webhook/status"].Fails())
	assert.False(t, byPointer["/webhook/é"].Fails())
	assert.True(t, byPointer["/webhook/id"].Fails())
	assert.True(t, contract.Problem{Kind: contract.Rule}.Fails())
}

func TestProblem_strictTexts(t *testing.T) {
	body := `{"description":"","enabled":true,"handleResponse":"none","id":"1","uri":"ftp://user:pass@example.com","restrictions":[{"key":"Category","value":"x","secret":"y"}],"timeout":-1}`
	got, err := contract.CheckBody(&provider.DVelop, "GetWebHook", 200, "application/hal+json", []byte(body), true)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`answer /description (line 1, column 16): is an empty string, expected 1 character at least`,
		`answer /handleResponse (line 1, column 51): is "none", expected "NONE", "STATUS" or "STATUS_AND_BODY"; did you mean "NONE"?`,
		`answer /restrictions/0/key (line 1, column 126): is "Category", expected "CATEGORY"`,
		`answer /restrictions/0/secret (line 1, column 158): is not allowed: the contract closes this object`,
		`answer /timeout (line 1, column 174): is -1, expected 0 at least`,
		`answer /uri (line 1, column 73): is a string of 27 characters, expected one that matches ^(https?://[^\s/?#]+|/([^/\s]|$))`,
	}, lines(got))
}

func TestCheckBody_unknown(t *testing.T) {
	_, err := contract.CheckBody(&provider.DevRev, "webhooks.put", 200, "", nil, false)
	assert.EqualError(t, err, `devrev has no operation "webhooks.put", expected one of webhooks.get, webhooks.list, webhooks.create, webhooks.update, webhooks.delete`)
	_, err = contract.CheckBody(&provider.DevRev, "webhooks.get", 409, "", nil, false)
	assert.EqualError(t, err, `devrev webhooks.get documents no status 409, expected one of 200, 400, 401, 403, 404, 429, 500, 503`)

	got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "text/html", []byte("<html>"), false)
	require.NoError(t, err)
	assert.Equal(t, []string{`answer Content-Type: is "text/html", expected application/json`}, lines(got))
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
			for _, departure := range s.Departures {
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

// A message says which of the two literals the body holds.
func TestProblem_literals(t *testing.T) {
	for _, literal := range []string{"true", "false"} {
		got, err := contract.CheckBody(&provider.DVelop, "GetWebHook", 200, "application/json", []byte(`{"description":`+literal+`,"uri":"https://hooks.example.com/in"}`), false)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(lines(got), "\n"), "answer /description (line 1, column 16): is "+literal+", expected a string")
	}
}
