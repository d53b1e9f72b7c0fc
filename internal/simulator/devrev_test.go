package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// call sends a request of the default tenant to DevRev.
func call(t *testing.T, h http.Handler, method, target, body string, header ...string) reply {
	t.Helper()
	base, token, _ := simulator.Tenant(&provider.DevRev)
	req := newRequest(t, method, base+target, body)
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Del(header[i])
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	return do(t, h, req)
}

func webhookID(t *testing.T) string {
	t.Helper()
	_, _, env := simulator.Tenant(&provider.DevRev)
	return env["DEVREV_WEBHOOK_ID"]
}

func TestDevRev_getShowsEveryDocumentedMember(t *testing.T) {
	got := call(t, &simulator.DevRev{}, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, webhookID(t)))

	require.Equal(t, 200, got.Status)
	assert.JSONEq(t, `{"webhook":{
		"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","display_id":"WEBHOOK-1jGzMh1N",
		"url":"https://hooks.acme.example/devrev/events","secret":"uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O","status":"active",
		"event_types":["work_created","work_updated","work_deleted"],
		"headers":[{"name":"X-Api-Key","value":"hk-4Vd9sQ2xLm7RtZ1cYp6W"},{"name":"X-Environment","value":"production-eu"}],
		"created_date":"2024-11-19T14:03:27.518Z","modified_date":"2025-02-06T09:41:05.937074Z",
		"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/11FVC3ScK:devu/7","display_id":"DEVU-7",
			"display_name":"maya-lindqvist","full_name":"Maya Lindqvist","email":"maya.lindqvist@acme.example","state":"active",
			"display_picture":{"id":"don:core:dvrv-us-1:devo/11FVC3ScK:artifact/402","display_id":"ARTIFACT-402",
				"file":{"name":"maya-2024.png","type":"image/png","size":20481}}},
		"modified_by":{"type":"rev_user","id":"don:identity:dvrv-us-1:devo/11FVC3ScK:revo/6:revu/131","display_id":"REVU-1nVbq4Za",
			"display_name":"jonas-weber","full_name":"Jonas Weber","email":"jonas.weber@globex.example","state":"shadow",
			"external_ref":"crm-contact-58213",
			"rev_org":{"type":"rev_org","id":"don:identity:dvrv-us-1:devo/11FVC3ScK:revo/6","display_id":"REV-4hTq8Xc2","display_name":"Globex Manufacturing"},
			"display_picture":{"id":"don:core:dvrv-us-1:devo/11FVC3ScK:artifact/977","display_id":"ARTIFACT-977",
				"file":{"name":"portrait-weber.jpg","type":"image/jpeg","size":48213}}}
	}}`, got.Body)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
	assert.Equal(t, "1000", got.Header.Get("X-Ratelimit-Limit"))
	assert.Equal(t, "999", got.Header.Get("X-Ratelimit-Remaining"))
	assert.Equal(t, "1741076400", got.Header.Get("X-Ratelimit-Reset"))
}

func TestDevRev_getTakesTheIdFromTheQuery(t *testing.T) {
	s := &simulator.DevRev{}
	want := call(t, s, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, webhookID(t)))
	id := webhookID(t)
	for name, query := range map[string]string{
		"literal":      id,
		"escaped":      strings.NewReplacer(":", "%3A", "/", "%2F").Replace(id),
		"half-escaped": strings.ReplaceAll(id, "/", "%2F"),
	} {
		assert.Equal(t, want, call(t, s, "GET", "/webhooks.get?id="+query, ""), name)
	}
}

func TestDevRev_credentials(t *testing.T) {
	_, token, _ := simulator.Tenant(&provider.DevRev)
	for _, tt := range []struct {
		name   string
		s      *simulator.DevRev
		header string
		want   int
	}{
		{"with the word Bearer", &simulator.DevRev{}, "Bearer " + token, 200},
		{"with the word in lower case", &simulator.DevRev{}, "bearer " + token, 200},
		{"without the word", &simulator.DevRev{}, token, 200},
		{"without the word where it is required", &simulator.DevRev{BearerRequired: true}, token, 401},
		{"with the word where it is required", &simulator.DevRev{BearerRequired: true}, "Bearer " + token, 200},
		{"missing", &simulator.DevRev{}, "", 401},
		{"wrong", &simulator.DevRev{}, "Bearer " + token + "x", 401},
		{"wrong without the word", &simulator.DevRev{}, "x", 401},
		{"another scheme", &simulator.DevRev{}, "Basic " + token, 401},
		{"the word alone", &simulator.DevRev{}, "Bearer ", 401},
		{"the handler's own", &simulator.DevRev{Token: "mine"}, "Bearer mine", 200},
		{"the default where the handler has its own", &simulator.DevRev{Token: "mine"}, "Bearer " + token, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := call(t, tt.s, "POST", "/webhooks.list", "{}", "Authorization", tt.header)
			assert.Equal(t, tt.want, got.Status)
			if tt.want == 401 {
				assert.Equal(t, "unauthenticated", got.member(t, "type"))
				assert.Empty(t, got.Header.Get("X-Ratelimit-Limit"), "who is unknown has no limit to be told of")
			}
		})
	}
}

func TestDevRev_refusals(t *testing.T) {
	id := webhookID(t)
	with := func(members string) string { return fmt.Sprintf(`{"id":%q,%s}`, id, members) }
	const events = `"allowed_values":`
	allowed, err := json.Marshal(devrevEvents)
	require.NoError(t, err)
	field := func(errorType, name string) string {
		return fmt.Sprintf(`{"type":%q,"field_name":%q}`, errorType, name)
	}
	idType := func(value string) string {
		return fmt.Sprintf(`{"type":"unexpected_id_type","field_name":"id","value":%q,"allowed_types":["webhook"]}`, value)
	}
	kind := func(name, actual, expected string) string {
		return fmt.Sprintf(`{"type":"unexpected_json_type","field_name":%q,"actual":%q,"expected":%q}`, name, actual, expected)
	}
	secret := `{"type":"value_not_permitted","field_name":"secret","reason":"A secret is the base64 text of 8 to 32 bytes."}`
	unknown := `{"type":"not_found","message":"The object was not found.","detail":"No webhook has the given id."}`
	status := `{"type":"invalid_enum_value","field_name":"status","value":"degraded","allowed_values":["active","inactive","unverified"]}`
	refused := func(name, reason string) string {
		return fmt.Sprintf(`{"type":"value_not_permitted","field_name":%q,"reason":%q}`, name, reason)
	}
	const eight = "There are eight headers at most."
	nine := "[" + strings.TrimSuffix(strings.Repeat(`{"name":"n","value":"v"},`, 9), ",") + "]"
	noRoute := `{"message":"route not found"}`
	parse := `{"type":"parse_error"}`

	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		want                       string
	}{
		{"unknown route", "POST", "/webhooks.no-such-route", "{}", 404, noRoute},
		{"root", "GET", "/", "", 404, noRoute},
		{"trailing slash", "POST", "/webhooks.list/", "{}", 404, noRoute},
		{"a method that no route has", "PUT", "/webhooks.get", "{}", 404, noRoute},
		{"GET where only POST is documented", "GET", "/webhooks.create", "", 404, noRoute},

		{"empty body", "POST", "/webhooks.get", "", 400, parse},
		{"broken body", "POST", "/webhooks.get", `{"id":`, 400, parse},
		{"two documents", "POST", "/webhooks.get", `{} {}`, 400, parse},
		{"byte order mark", "POST", "/webhooks.get", "\ufeff{}", 400, parse},
		{"deep nesting", "POST", "/webhooks.get", strings.Repeat("[", 100_000), 400, parse},
		{"array", "POST", "/webhooks.get", `[]`, 400, kind("", "array", "object")},
		{"string", "POST", "/webhooks.get", `"id"`, 400, kind("", "string", "object")},
		{"null", "POST", "/webhooks.get", ` null`, 400, kind("", "null", "object")},
		{"number", "POST", "/webhooks.get", `1e999`, 400, kind("", "number", "object")},
		{"larger than 1 MiB", "POST", "/webhooks.get", `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, 400, `{"type":"bad_request"}`},

		{"no id", "POST", "/webhooks.get", `{}`, 400, field("missing_required_field", "id")},
		{"id in another case", "POST", "/webhooks.get", fmt.Sprintf(`{"ID":%q}`, id), 400, field("invalid_field", "ID")},
		{"unknown member", "POST", "/webhooks.get", with(`"expand":"all"`), 400, field("invalid_field", "expand")},
		{"several unknown members", "POST", "/webhooks.get", with(`"z":1,"a":1`), 400, field("invalid_field", "a")},
		{"id a number", "POST", "/webhooks.get", `{"id":7}`, 400, kind("id", "number", "string")},
		{"id a boolean", "POST", "/webhooks.get", `{"id":true}`, 400, kind("id", "bool", "string")},
		{"id null", "POST", "/webhooks.get", `{"id":null}`, 400, kind("id", "null", "string")},
		{"id an object", "POST", "/webhooks.get", `{"id":{}}`, 400, kind("id", "object", "string")},
		{"id a word", "POST", "/webhooks.get", `{"id":"no-such-id"}`, 400, field("invalid_id", "id")},
		{"id empty", "POST", "/webhooks.get", `{"id":""}`, 400, field("invalid_id", "id")},
		{"id without a component", "POST", "/webhooks.get", `{"id":"don:integration:dvrv-us-1"}`, 400, field("invalid_id", "id")},
		{"id with an empty component", "POST", "/webhooks.get", `{"id":"don:integration:dvrv-us-1:devo/1:webhook/"}`, 400, field("invalid_id", "id")},
		{"id with a line break", "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id+"\n"), 400, field("invalid_id", "id")},
		{"id of an issue", "POST", "/webhooks.get", `{"id":"don:core:dvrv-us-1:devo/1:issue/2"}`, 400, idType("don:core:dvrv-us-1:devo/1:issue/2")},
		{"id of a delivery", "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id+":webhook_event/3"), 400, idType(id + ":webhook_event/3")},
		{"id unknown", "POST", "/webhooks.get", `{"id":"don:integration:dvrv-us-1:devo/1:webhook/2"}`, 404, unknown},
		{"id in the other case", "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id[:len(id)-1]+"n"), 404, unknown},

		{"query without id", "GET", "/webhooks.get", "", 400, field("missing_required_field", "id")},
		{"query with a further parameter", "GET", "/webhooks.get?id=x&limit=1", "", 400, field("invalid_field", "limit")},
		{"query with two ids", "GET", "/webhooks.get?id=x&id=y", "", 400, `{"type":"bad_request"}`},
		{"query with a broken escape", "GET", "/webhooks.get?id=%zz", "", 400, `{"type":"bad_request"}`},
		{"query with a word", "GET", "/webhooks.get?id=word", "", 400, field("invalid_id", "id")},

		{"list without a body", "POST", "/webhooks.list", "", 400, parse},
		{"list with a field", "POST", "/webhooks.list", `{"limit":20}`, 400, field("invalid_field", "limit")},
		{"list with a parameter", "GET", "/webhooks.list?cursor=x", "", 400, field("invalid_field", "cursor")},

		{"list by an unknown status", "POST", "/webhooks.list", `{"status":["degraded"]}`, 400, status},
		{"list by an unknown status in the query", "GET", "/webhooks.list?status=active,degraded", "", 400, status},
		{"list by no list", "POST", "/webhooks.list", `{"status":"active"}`, 400, kind("status", "string", "array")},

		{"create without url", "POST", "/webhooks.create", `{"event_types":[]}`, 400, field("missing_required_field", "url")},
		{"create with url null", "POST", "/webhooks.create", `{"url":null}`, 400, kind("url", "null", "string")},
		{"create with types an object", "POST", "/webhooks.create", `{"url":"u","event_types":{}}`, 400, kind("event_types", "object", "array")},
		{"create with a type a number", "POST", "/webhooks.create", `{"url":"u","event_types":[1]}`, 400, kind("event_types", "number", "string")},
		{
			"create with an unknown type", "POST", "/webhooks.create", `{"url":"u","event_types":["work.created"]}`, 400,
			`{"type":"invalid_enum_value","field_name":"event_types","value":"work.created",` + events + string(allowed) + `}`,
		},
		{"create with a secret of 7 bytes", "POST", "/webhooks.create", `{"url":"u","secret":"MTIzNDU2Nw=="}`, 400, secret},
		{"create with a secret of 33 bytes", "POST", "/webhooks.create", `{"url":"u","secret":"` + strings.Repeat("MTIz", 11) + `"}`, 400, secret},
		{"create with a secret that is not base64", "POST", "/webhooks.create", `{"url":"u","secret":"not base64!!"}`, 400, secret},
		{"create with an invented member", "POST", "/webhooks.create", `{"url":"u","enabled":true}`, 400, field("invalid_field", "enabled")},

		{"create with headers an object", "POST", "/webhooks.create", `{"url":"u","headers":{}}`, 400, kind("headers", "object", "array")},
		{"create with a header a string", "POST", "/webhooks.create", `{"url":"u","headers":["n"]}`, 400, kind("headers", "string", "object")},
		{"create with a header without value", "POST", "/webhooks.create", `{"url":"u","headers":[{"name":"n"}]}`, 400, field("missing_required_field", "headers.value")},
		{"create with a header with more", "POST", "/webhooks.create", `{"url":"u","headers":[{"name":"n","value":"v","secret":true}]}`, 400, field("invalid_field", "headers.secret")},
		{"create with a name with a colon", "POST", "/webhooks.create", `{"url":"u","headers":[{"name":"n:","value":"v"}]}`, 400, refused("headers.name", "A name consists of letters, digits, hyphens and underscores.")},
		{"create with nine headers", "POST", "/webhooks.create", `{"url":"u","headers":` + nine + `}`, 400, refused("headers", eight)},

		{"update with headers a list", "POST", "/webhooks.update", with(`"headers":[]`), 400, kind("headers", "array", "object")},
		{"update with nine headers", "POST", "/webhooks.update", with(`"headers":{"add":` + nine + `}`), 400, refused("headers.add", eight)},
		{"update with a header removed by an object", "POST", "/webhooks.update", with(`"headers":{"remove":[{}]}`), 400, kind("headers.remove", "object", "string")},
		{"update with an unknown inner member of headers", "POST", "/webhooks.update", with(`"headers":{"clear":true}`), 400, field("invalid_field", "headers.clear")},
		{"update without id", "POST", "/webhooks.update", `{"url":"u"}`, 400, field("missing_required_field", "id")},
		{"update of an unknown webhook", "POST", "/webhooks.update", `{"id":"don:integration:dvrv-us-1:devo/1:webhook/2"}`, 404, unknown},
		{"update with types a list", "POST", "/webhooks.update", with(`"event_types":["work_created"]`), 400, kind("event_types", "array", "object")},
		{"update with an unknown inner member", "POST", "/webhooks.update", with(`"event_types":{"clear":true}`), 400, field("invalid_field", "event_types.clear")},
		{"update with an inner string", "POST", "/webhooks.update", with(`"event_types":{"add":"verify"}`), 400, kind("event_types.add", "string", "array")},
		{"update with set and add", "POST", "/webhooks.update", with(`"event_types":{"set":[],"add":["verify"]}`), 400, `{"type":"bad_request"}`},
		{"update with set and remove", "POST", "/webhooks.update", with(`"event_types":{"set":["verify"],"remove":[]}`), 400, `{"type":"bad_request"}`},
		{"update with a status", "POST", "/webhooks.update", with(`"status":"inactive"`), 400, field("invalid_field", "status")},
		{
			"update with an unknown action", "POST", "/webhooks.update", with(`"action":"disable"`), 400,
			`{"type":"invalid_enum_value","field_name":"action","value":"disable","allowed_values":["activate","deactivate"]}`,
		},
		{"update with a short secret", "POST", "/webhooks.update", with(`"secret":"MTIzNDU2Nw=="`), 400, secret},

		{"delete without id", "POST", "/webhooks.delete", `{}`, 400, field("missing_required_field", "id")},
		{"delete of an unknown webhook", "POST", "/webhooks.delete", `{"id":"don:integration:dvrv-us-1:devo/1:webhook/2"}`, 404, unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &simulator.DevRev{}
			before := call(t, s, "POST", "/webhooks.list", "{}")
			got := call(t, s, tt.method, tt.target, tt.body)
			assert.Equal(t, tt.status, got.Status)
			assert.JSONEq(t, tt.want, got.Body)
			assert.Equal(t, "application/json", got.mediaType(t))
			assert.Equal(t, before, call(t, s, "POST", "/webhooks.list", "{}"), "a refused call changes nothing")
		})
	}
}

func TestDevRev_versions(t *testing.T) {
	for version, want := range map[string]int{"": 200, "2022-10-20": 200, "2024-01-24": 200, "1970-01-01": 400, "latest": 400} {
		got := call(t, &simulator.DevRev{}, "POST", "/webhooks.list", "{}", "X-Devrev-Version", version)
		require.Equal(t, want, got.Status, version)
		if want == 400 {
			assert.JSONEq(t, fmt.Sprintf(`{"type":"invalid_api_version","value":%q}`, version), got.Body)
		}
	}
	got := call(t, &simulator.DevRev{Versions: []string{"v9"}}, "POST", "/webhooks.list", "{}", "X-Devrev-Version", "v9")
	assert.Equal(t, 200, got.Status)
}

func TestDevRev_limit(t *testing.T) {
	now := time.Date(2025, 5, 1, 10, 1, 30, 0, time.UTC)
	s := &simulator.DevRev{Limit: 2, RetryAfter: 7, Now: func() time.Time { return now }}
	list := func() reply { return call(t, s, "POST", "/webhooks.list", "{}") }
	remaining := func(r reply) string { return r.Header.Get("X-Ratelimit-Remaining") }

	assert.Equal(t, 401, call(t, s, "POST", "/webhooks.list", "{}", "Authorization", "").Status, "counts for nobody")
	first, second, third := list(), list(), list()
	assert.Equal(t, []int{200, 200, 429}, []int{first.Status, second.Status, third.Status})
	assert.Equal(t, []string{"1", "0", "0"}, []string{remaining(first), remaining(second), remaining(third)})
	assert.Equal(t, "2", third.Header.Get("X-Ratelimit-Limit"))
	assert.Equal(t, fmt.Sprint(time.Date(2025, 5, 1, 10, 5, 0, 0, time.UTC).Unix()), third.Header.Get("X-Ratelimit-Reset"))
	assert.Equal(t, "7", third.Header.Get("Retry-After"))
	assert.Equal(t, "too_many_requests", third.member(t, "type"))
	assert.EqualValues(t, 7, third.member(t, "retry_after"))

	now = now.Add(3*time.Minute + 30*time.Second)
	assert.Equal(t, 200, list().Status, "a new window")
	assert.Equal(t, 404, call(t, s, "POST", "/nowhere", "").Status, "all calls weigh the same")
	assert.Equal(t, 429, list().Status)
}

func TestDevRev_fail(t *testing.T) {
	general := func(errorType, message, detail string) string {
		return fmt.Sprintf(`{"type":%q,"message":%q,"detail":%q}`, errorType, message, detail)
	}
	internal := `{"type":"internal_error","message":"An internal error occurred.","detail":"The error was recorded under the given reference.","reference_id":"7f1d2c90b4e84d0c"}`
	for _, tt := range []struct {
		fail       int
		errorType  string
		status     int
		want       string
		retryAfter string
	}{
		{400, "", 400, general("bad_request", "The request is malformed.", "No further particulars are given."), ""},
		{400, "bad_request", 400, general("bad_request", "The request is malformed.", "No further particulars are given."), ""},
		{400, "value_not_permitted", 400, `{"type":"value_not_permitted","field_name":"id","reason":"The value is not permitted."}`, ""},
		{403, "", 403, general("forbidden", "The request is not permitted.", "The token's owner lacks the right to it."), ""},
		{429, "", 429, `{"type":"too_many_requests","message":"Too many requests.","detail":"The limit of the current window is used up.","retry_after":1}`, "1"},
		{500, "", 500, internal, ""},
		{503, "", 503, general("service_unavailable", "The service is unavailable.", "It will be back after a short delay."), ""},
		{418, "", 500, internal, ""},
		{-1, "", 500, internal, ""},
	} {
		t.Run(fmt.Sprint(tt.fail, tt.errorType), func(t *testing.T) {
			s := &simulator.DevRev{Fail: tt.fail, FailType: tt.errorType}
			got := call(t, s, "POST", "/webhooks.list", "{}")
			assert.Equal(t, tt.status, got.Status)
			assert.JSONEq(t, tt.want, got.Body)
			assert.Equal(t, tt.retryAfter, got.Header.Get("Retry-After"))
			assert.NotEmpty(t, got.Header.Get("X-Ratelimit-Limit"))
			assert.Equal(t, 401, call(t, s, "POST", "/webhooks.list", "{}", "Authorization", "").Status)
		})
	}
}

func TestDevRev_states(t *testing.T) {
	get := func(sw string) reply {
		h, err := simulator.New(&provider.DevRev, sw)
		require.NoError(t, err)
		return call(t, h, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, webhookID(t)))
	}

	minimal, ok := get("minimal").member(t, "webhook").(map[string]any)
	require.True(t, ok)
	assert.Len(t, minimal, 4)
	for _, name := range []string{"id", "secret", "status", "url"} {
		assert.NotEmpty(t, minimal[name])
	}

	assert.Equal(t, "service_account", get("service_account").member(t, "webhook", "created_by", "type"))

	for _, user := range []string{"created_by", "modified_by"} {
		for _, name := range []string{"id_v1", "display_handle", "thumbnail"} {
			assert.NotEmpty(t, get("undocumented").member(t, "webhook", user, name))
			assert.NotContains(t, get("").member(t, "webhook", user), name)
		}
	}
}

func TestDevRev_parallel(t *testing.T) {
	s := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{}}
	base, token, _ := simulator.Tenant(&provider.DevRev)
	client := &http.Client{Transport: simulator.Transport(s)}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for _, target := range []string{"/webhooks.create", "/webhooks.list"} {
				body := "{}"
				if target == "/webhooks.create" {
					body = `{"url":"https://hooks.acme.example/parallel"}`
				}
				req := newRequest(t, "POST", base+target, body)
				req.Header.Set("Authorization", token)
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					assert.Less(t, resp.StatusCode, 300)
					resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()

	list, ok := call(t, s, "GET", "/webhooks.list", "").member(t, "webhooks").([]any)
	require.True(t, ok)
	ids, secrets := map[any]bool{}, map[any]bool{}
	for _, w := range list {
		w, ok := w.(map[string]any)
		require.True(t, ok)
		ids[w["id"]], secrets[w["secret"]] = true, true
	}
	assert.Len(t, ids, 16)
	assert.Len(t, secrets, 16)
}
