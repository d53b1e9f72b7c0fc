package simulator_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
)

// devrevEvents are the event types as DevRev's TypeScript SDK lists them.
var devrevEvents = func() []string {
	var all []string
	for _, group := range []struct{ objects, verbs string }{
		{"account article artifact conversation dashboard dev_user group incident job link part question_answer rev_org rev_user sla_tracker survey survey_response sync_history tag timeline_entry webhook widget work", "created deleted updated"},
		{"group_member", "added removed"},
		{"sla_tracker work", "fetched"},
		{"sync_unit", "updated"},
	} {
		for object := range strings.FieldsSeq(group.objects) {
			for verb := range strings.FieldsSeq(group.verbs) {
				all = append(all, object+"_"+verb)
			}
		}
	}
	return sorted(append(all, "verify", "ai_agent_response"))
}()

func TestDevRev_everyEventType(t *testing.T) {
	require.Len(t, devrevEvents, 76)
	got := call(t, &simulator.DevRev{}, "POST", "/webhooks.create",
		`{"url":"u","event_types":["`+strings.Join(devrevEvents, `","`)+`"]}`)
	assert.Equal(t, 201, got.Status, got.Body)
	assert.Len(t, got.member(t, "webhook", "event_types"), 76)
}

func TestDevRev_lifeOfAWebhook(t *testing.T) {
	now := time.Date(2025, 6, 1, 12, 0, 0, 0, time.FixedZone("CEST", 7200))
	s := &simulator.DevRev{Now: func() time.Time { return now }}

	created := call(t, s, "POST", "/webhooks.create", `{"url":"https://hooks.acme.example/new","event_types":["work_created"]}`)
	require.Equal(t, 201, created.Status)
	assert.Equal(t, "unverified", created.member(t, "webhook", "status"))
	assert.Equal(t, "2025-06-01T10:00:00.000Z", created.member(t, "webhook", "created_date"))
	assert.Equal(t, "dev_user", created.member(t, "webhook", "created_by", "type"))
	secret, err := base64.StdEncoding.DecodeString(fmt.Sprint(created.member(t, "webhook", "secret")))
	require.NoError(t, err)
	assert.Len(t, secret, 24)
	id := fmt.Sprint(created.member(t, "webhook", "id"))
	assert.Regexp(t, `^don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/[0-9A-Za-z]{8}$`, id)

	read := call(t, s, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id))
	assert.JSONEq(t, created.Body, read.Body)
	list := call(t, s, "GET", "/webhooks.list", "")
	assert.Equal(t, call(t, s, "POST", "/webhooks.list", "{}"), list)
	assert.Len(t, list.member(t, "webhooks"), 3)
	assert.Equal(t, webhookID(t), list.member(t, "webhooks", 0, "id"))
	assert.Equal(t, id, list.member(t, "webhooks", 2, "id"))

	now = now.Add(time.Hour)
	updated := call(t, s, "POST", "/webhooks.update", fmt.Sprintf(`{"id":%q,"event_types":{"add":["verify"]}}`, id))
	require.Equal(t, 200, updated.Status)
	assert.Equal(t, "2025-06-01T11:00:00.000Z", updated.member(t, "webhook", "modified_date"))
	assert.Equal(t, created.member(t, "webhook", "created_date"), updated.member(t, "webhook", "created_date"))

	deleted := call(t, s, "POST", "/webhooks.delete", fmt.Sprintf(`{"id":%q}`, id))
	assert.Equal(t, 200, deleted.Status)
	assert.JSONEq(t, `{}`, deleted.Body)
	assert.Equal(t, 404, call(t, s, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id)).Status)
	assert.Equal(t, 404, call(t, s, "POST", "/webhooks.delete", fmt.Sprintf(`{"id":%q}`, id)).Status)
}

func TestDevRev_createKeepsTheGivenSecret(t *testing.T) {
	const secret = "MDEyMzQ1Njc4OWFiY2RlZg=="
	got := call(t, &simulator.DevRev{}, "POST", "/webhooks.create", `{"url":"","secret":"`+secret+`"}`)
	assert.Equal(t, secret, got.member(t, "webhook", "secret"))
	assert.NotContains(t, got.member(t, "webhook"), "event_types")
}

func TestDevRev_createIsDeterministic(t *testing.T) {
	var bodies []string
	for range 2 {
		s := &simulator.DevRev{}
		for range 2 {
			bodies = append(bodies, call(t, s, "POST", "/webhooks.create", `{"url":"u"}`).Body)
		}
	}
	assert.Equal(t, bodies[:2], bodies[2:])
	assert.NotEqual(t, bodies[0], bodies[1])
}

func TestDevRev_updateMovesTheStatus(t *testing.T) {
	const oldURL, oldSecret = "https://hooks.acme.example/old", "MDEyMzQ1Njc4OWFiY2RlZg=="
	for _, tt := range []struct{ name, status, members, want string }{
		{"nothing", "active", ``, "active"},
		{"event types", "active", `"event_types":{"set":["verify"]}`, "active"},
		{"another url", "active", `"url":"https://hooks.acme.example/new"`, "unverified"},
		{"the same url", "active", `"url":"` + oldURL + `"`, "active"},
		{"another secret", "active", `"secret":"enl4d3Z1dHNycXBvbm1sa2o="`, "unverified"},
		{"the same secret", "active", `"secret":"` + oldSecret + `"`, "active"},
		{"a secret to be made", "active", `"secret":""`, "unverified"},
		{"url of an inactive one", "inactive", `"url":"https://hooks.acme.example/new"`, "inactive"},
		{"url of an unverified one", "unverified", `"url":"https://hooks.acme.example/new"`, "unverified"},
		{"deactivate", "active", `"action":"deactivate"`, "inactive"},
		{"deactivate an unverified one", "unverified", `"action":"deactivate"`, "inactive"},
		{"deactivate and move", "active", `"action":"deactivate","url":"https://hooks.acme.example/new"`, "inactive"},
		{"activate", "inactive", `"action":"activate"`, "active"},
		{"activate an active one", "active", `"action":"activate"`, "active"},
		{"activate an unverified one", "unverified", `"action":"activate"`, "unverified"},
		{"activate and move", "inactive", `"action":"activate","url":"https://hooks.acme.example/new"`, "unverified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := webhookID(t)
			s := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{{ID: id, URL: oldURL, Secret: oldSecret, Status: tt.status}}}
			body := fmt.Sprintf(`{"id":%q}`, id)
			if tt.members != "" {
				body = fmt.Sprintf(`{"id":%q,%s}`, id, tt.members)
			}
			got := call(t, s, "POST", "/webhooks.update", body)
			require.Equal(t, 200, got.Status, got.Body)
			assert.Equal(t, tt.want, got.member(t, "webhook", "status"))
			assert.JSONEq(t, got.Body, call(t, s, "POST", "/webhooks.get", fmt.Sprintf(`{"id":%q}`, id)).Body)
			if tt.members == `"secret":""` {
				made := got.member(t, "webhook", "secret")
				assert.NotEqual(t, oldSecret, made)
				assert.NotEmpty(t, made)
			}
		})
	}
}

func TestDevRev_updateOfEventTypes(t *testing.T) {
	for _, tt := range []struct {
		name, change string
		want         []any
	}{
		{"nothing", `{}`, []any{"verify", "work_created"}},
		{"add", `{"add":["tag_created","verify"]}`, []any{"verify", "work_created", "tag_created"}},
		{"remove", `{"remove":["verify","tag_created"]}`, []any{"work_created"}},
		{"add and remove", `{"add":["tag_created"],"remove":["verify"]}`, []any{"work_created", "tag_created"}},
		{"remove all", `{"remove":["verify","work_created"]}`, nil},
		{"set", `{"set":["tag_created"]}`, []any{"tag_created"}},
		{"set to nothing", `{"set":[]}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := webhookID(t)
			before := []string{"verify", "work_created"}
			s := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{{ID: id, Status: "active", EventTypes: before}}}
			got := call(t, s, "POST", "/webhooks.update", fmt.Sprintf(`{"id":%q,"event_types":%s}`, id, tt.change))
			require.Equal(t, 200, got.Status, got.Body)
			if tt.want == nil {
				assert.NotContains(t, got.member(t, "webhook"), "event_types")
			} else {
				assert.Equal(t, tt.want, got.member(t, "webhook", "event_types"))
			}
			assert.Equal(t, []string{"verify", "work_created"}, before, "the caller's list is the caller's")
		})
	}
}

func TestDevRev_ownWebhooksAndUser(t *testing.T) {
	s := &simulator.DevRev{
		Webhooks: []simulator.DevRevWebhook{},
		User:     &simulator.DevRevUser{Type: "sys_user", ID: "don:identity:dvrv-eu-1:devo/2:sysu/1"},
	}
	assert.JSONEq(t, `{"webhooks":[]}`, call(t, s, "GET", "/webhooks.list", "").Body)
	created := call(t, s, "POST", "/webhooks.create", `{"url":"u"}`)
	assert.Equal(t, "sys_user", created.member(t, "webhook", "created_by", "type"))
	assert.Empty(t, s.Webhooks, "the handler's state is its own")
}

func TestDevRev_headers(t *testing.T) {
	s := &simulator.DevRev{}
	got := call(t, s, "POST", "/webhooks.create", `{"url":"u","headers":[{"name":"X-A","value":"1"},{"name":"x-a","value":"2"}]}`)
	require.Equal(t, 201, got.Status, got.Body)
	assert.Equal(t, []any{map[string]any{"name": "x-a", "value": "2"}}, got.member(t, "webhook", "headers"), "names are compared without regard to case")
	id := got.member(t, "webhook", "id").(string)

	update := func(headers string) reply {
		return call(t, s, "POST", "/webhooks.update", fmt.Sprintf(`{"id":%q,"headers":%s}`, id, headers))
	}
	header := func(name, value string) any { return map[string]any{"name": name, "value": value} }
	for _, tt := range []struct {
		change string
		want   []any
	}{
		{`{}`, []any{header("x-a", "2")}},
		{`{"add":[{"name":"X-B","value":"3"},{"name":"X-A","value":"4"}]}`, []any{header("X-A", "4"), header("X-B", "3")}},
		{`{"remove":["x-b","X-Other"]}`, []any{header("X-A", "4")}},
		{`{"set":[{"name":"X-C","value":"5"},{"name":"X-D","value":""}],"add":[{"name":"X-E","value":"6"}],"remove":["X-C"]}`, []any{header("X-D", ""), header("X-E", "6")}},
	} {
		got := update(tt.change)
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, tt.want, got.member(t, "webhook", "headers"), tt.change)
		assert.Equal(t, "unverified", got.member(t, "webhook", "status"))
	}
	full := update(`{"set":[` + strings.TrimSuffix(strings.Repeat(`{"name":"X-%d","value":"v"},`, 8), ",") + `]}`)
	assert.Equal(t, 400, full.Status, "names with a percent sign")
	eight := make([]string, 8)
	for i := range eight {
		eight[i] = fmt.Sprintf(`{"name":"X-%d","value":"v"}`, i)
	}
	require.Equal(t, 200, update(`{"set":[`+strings.Join(eight, ",")+`]}`).Status)
	ninth := update(`{"add":[{"name":"X-8","value":"v"}]}`)
	assert.JSONEq(t, `{"type":"value_not_permitted","field_name":"headers","reason":"There are eight headers at most."}`, ninth.Body)
	none := update(`{"set":[]}`)
	require.Equal(t, 200, none.Status)
	assert.NotContains(t, none.Body, `"headers"`, "a webhook without headers leaves them out")
}

func TestDevRev_listByStatus(t *testing.T) {
	s := &simulator.DevRev{}
	for filter, want := range map[string]int{
		``: 2, `active`: 1, `inactive`: 1, `unverified`: 0, `active,inactive`: 2, `"active","inactive"`: 2, `active&status=inactive`: 2,
	} {
		target := "/webhooks.list"
		if filter != "" {
			target += "?status=" + strings.ReplaceAll(filter, `"`, "%22")
		}
		got := call(t, s, "GET", target, "")
		require.Equal(t, 200, got.Status, got.Body)
		assert.Len(t, got.member(t, "webhooks"), want, filter)
	}
	got := call(t, s, "POST", "/webhooks.list", `{"status":["active","unverified"]}`)
	assert.Len(t, got.member(t, "webhooks"), 1)
	assert.Len(t, call(t, s, "POST", "/webhooks.list", `{"status":[]}`).member(t, "webhooks"), 2)
}

func TestDevRev_contentType(t *testing.T) {
	body := fmt.Sprintf(`{"id":%q}`, webhookID(t))
	for sent, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200, "": 200,
		"text/plain": 400, "application/x-www-form-urlencoded": 400, "application/hal+json": 400, "json": 400,
	} {
		got := call(t, &simulator.DevRev{}, "POST", "/webhooks.get", body, "Content-Type", sent)
		assert.Equal(t, want, got.Status, sent)
		if want == 400 {
			assert.JSONEq(t, fmt.Sprintf(`{"type":"invalid_content_type","value":%q}`, sent), got.Body)
		}
	}
	got := call(t, &simulator.DevRev{ContentTypeRequired: true}, "POST", "/webhooks.get", body, "Content-Type", "")
	assert.JSONEq(t, `{"type":"invalid_content_type","value":""}`, got.Body)
}
