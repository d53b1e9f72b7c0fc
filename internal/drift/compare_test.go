package drift_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type comparison struct {
	name          string
	stored, fresh contract.Exchange
	want          []string // CLASS RULE POINTER; nothing, when there is no drift
}

// The words stand in one file; the cases have rules and places.
func TestCompare(t *testing.T) {
	var words strings.Builder
	pin := func(name string, r drift.Report) {
		for _, change := range r.Changes {
			fmt.Fprintf(&words, "%s: %s\n", name, change.Message)
			if change.Before+change.After != "" {
				fmt.Fprintf(&words, "\t%s -> %s\n", change.Before, change.After)
			}
		}
	}
	for _, c := range comparisons(t) {
		t.Run(c.name, func(t *testing.T) {
			r, got := compare(t, one(c.stored), one(c.fresh))

			assert.Equal(t, c.want, got)
			pin(c.name, r)
		})
	}
	other := func(method string) contract.Exchange {
		return get(t, webhook(), to(method, provider.DevRev.BaseURL+"/page"))
	}
	r, _ := compare(t, one(other("GET")), one(other("BREW")))
	pin("another request", r)
	const file = "testdata/messages.txt"
	if os.Getenv("GOLDIE_UPDATE") == "true" {
		require.NoError(t, os.WriteFile(file, []byte(words.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), words.String(), "GOLDIE_UPDATE=true go test ./internal/drift writes %s", file)
}

// Two equal recordings have no drift, and a second one that is equal as well
// makes nothing volatile.
func TestCompare_withItself(t *testing.T) {
	for _, c := range comparisons(t) {
		for _, e := range []contract.Exchange{c.stored, c.fresh} {
			r, got := compare(t, one(e), one(e), e)
			assert.Empty(t, got, c.name)
			assert.Empty(t, r.Volatile, c.name)
			assert.Empty(t, r.Worst(), c.name)
		}
	}
}

func TestRules(t *testing.T) {
	fired := map[drift.Rule]bool{}
	note := func(r drift.Report, _ []string) {
		for _, c := range r.Changes {
			fired[c.Rule] = true
		}
	}
	for _, c := range comparisons(t) {
		note(compare(t, one(c.stored), one(c.fresh)))
	}
	page := get(t, webhook(), to("GET", provider.DevRev.BaseURL+"/page"))
	note(compare(t, []contract.Exchange{get(t, webhook()), page}, one(get(t, webhook()))))
	note(compare(t, one(get(t, webhook())), []contract.Exchange{get(t, webhook()), page}))

	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	rank := 0
	for _, rule := range drift.Rules() {
		assert.True(t, fired[rule], "no case makes the rule %q fire", rule)
		assert.Contains(t, string(doc), " "+string(rule)+" ", "the package documentation names every rule")
		assert.Contains(t, drift.Classes(), rule.Class())
		for drift.Classes()[rank] != rule.Class() {
			rank++
			require.Less(t, rank, len(drift.Classes()), "the rules stand in the order of their classes")
		}
	}
	for rule := range fired {
		assert.Contains(t, drift.Rules(), rule)
	}
}

// comparisons are the stored and the fresh answer to one request.
func comparisons(t *testing.T) []comparison {
	const (
		user      = `"created_by":{"id":"don:identity:dvrv-us-1:devo/example:devu/user-1","type":"dev_user","email":"user-1@example.com"}`
		revUser   = `"created_by":{"id":"don:identity:dvrv-us-1:devo/example:devu/user-1","type":"rev_user","external_ref":"opaque-1","email":"user-1@example.com"}`
		refused   = `{"message":"text 1","type":"bad_request"}`
		misplaced = `{"message":"text 1","type":"workflow_component_validation_errors","errors":[{"code":"word-1","message":"text 2","location":"field"}]}`
		throttled = `{"message":"text 1","retry_after":1,"type":"too_many_requests"}`
	)
	return []comparison{
		{"required member gone", get(t, webhook()), get(t, strings.Replace(webhook(), `"status":"active",`, "", 1)), []string{"breaking contract /webhook/status"}},
		{"required member null", get(t, webhook()), get(t, strings.Replace(webhook(), `"active"`, "null", 1)), []string{"breaking contract /webhook/status"}},
		{"documented member of another type", get(t, webhook(user)), get(t, webhook(strings.Replace(user, `"user-1@example.com"`, "7", 1))), []string{"breaking contract /webhook/created_by/email"}},
		{"optional member null that may not be", get(t, webhook(user)), get(t, webhook(`"created_by":null`)), []string{"breaking contract /webhook/created_by"}},
		{"no date", get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)), get(t, webhook(`"created_date":"yesterday"`)), []string{"breaking contract /webhook/created_date"}},
		{"whole number with a fraction", get(t, throttled, status(429)), get(t, strings.Replace(throttled, ":1,", ":1.5,", 1), status(429)), []string{"breaking contract /retry_after"}},
		{"number in the exponent form", get(t, throttled, status(429)), get(t, strings.Replace(throttled, ":1,", ":1.0,", 1), status(429)), []string{"breaking type-changed /retry_after"}},
		{"number with a fraction where the contract says nothing", get(t, webhook(`"x":1`)), get(t, webhook(`"x":1.5`)), []string{"cosmetic value-changed /webhook/x"}},
		{"header and body disagree", get(t, throttled, status(429), header("Retry-After", "1")), get(t, throttled, status(429), header("Retry-After", "77")), []string{"breaking contract /retry_after", "cosmetic header-value-changed Retry-After"}},
		{"delay that is none", get(t, throttled, status(429), header("Retry-After", "1")), get(t, throttled, status(429), header("Retry-After", "soon")), []string{"breaking contract Retry-After", "breaking header-changed Retry-After"}},
		{"answer about another object", get(t, webhook()), get(t, strings.Replace(webhook(), "webhook-id", "other", 1)), []string{"breaking contract /webhook/id"}},
		{"doubled member", get(t, webhook()), get(t, webhook(`"url":"https://example.com/url-1"`)), []string{"breaking contract /webhook/url"}},
		{
			"closed object",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY"}]}`),
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","note":"x"}]}`),
			[]string{"breaking contract /restrictions/0/note"},
		},
		{
			"error in a success",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`),
			getWebHook(t, `{"code":"1","reason":"text 1"}`),
			[]string{"breaking contract", "breaking member-gone /id", "additive member-undocumented /code", "additive member-undocumented /reason"},
		},
		{"error type of another status", get(t, refused, status(400)), get(t, strings.Replace(refused, "bad_request", "forbidden", 1), status(400)), []string{"breaking contract /type"}},
		{"breach that was there before", get(t, webhook(`"created_date":"yesterday"`)), get(t, webhook(`"created_date":"tomorrow"`)), []string{"cosmetic value-changed /webhook/created_date"}},
		{"breach that was repaired", get(t, webhook(`"created_date":"yesterday"`)), get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)), []string{"cosmetic value-changed /webhook/created_date"}},

		{"unlisted value", get(t, webhook()), get(t, strings.Replace(webhook(), "active", "paused", 1)), []string{"breaking unlisted-value /webhook/status"}},
		{"another unlisted value", get(t, strings.Replace(webhook(), "active", "halted", 1)), get(t, strings.Replace(webhook(), "active", "paused", 1)), []string{"breaking unlisted-value /webhook/status"}},
		{"listed again", get(t, strings.Replace(webhook(), "active", "paused", 1)), get(t, webhook()), []string{"cosmetic value-changed /webhook/status"}},
		{
			"unlisted event types",
			get(t, webhook(`"event_types":["work_created"]`)),
			get(t, webhook(`"event_types":["work_created","work_sung","work_danced"]`)),
			[]string{"breaking unlisted-value /webhook/event_types/1", "cosmetic items-changed /webhook/event_types"},
		},

		{"another documented status", get(t, webhook()), get(t, `{"message":"text 1","type":"forbidden"}`, status(403)), []string{"breaking status-changed"}},
		{"an undocumented status", get(t, webhook()), get(t, webhook(), status(418)), []string{"breaking status-changed"}},
		{"back to the documented one", get(t, webhook(), status(418)), get(t, webhook()), []string{"breaking status-changed"}},

		{"media type changed", get(t, webhook()), get(t, webhook(), header("Content-Type", "text/plain")), []string{"breaking media-type-changed Content-Type"}},
		{
			"media type changed to another of the vendor",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`),
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`, header("Content-Type", "application/hal+json")),
			[]string{"breaking media-type-changed Content-Type"},
		},
		{"media type gone", get(t, webhook()), get(t, webhook(), header("Content-Type", "")), []string{"breaking media-type-changed Content-Type"}},
		{"media type there", get(t, webhook(), header("Content-Type", "")), get(t, webhook()), []string{"additive media-type-new Content-Type"}},
		{"parameters of the media type", get(t, webhook()), get(t, webhook(), header("Content-Type", "application/json; charset=utf-8")), []string{"cosmetic header-value-changed Content-Type"}},

		{"header gone", get(t, webhook(), header("X-Ratelimit-Limit", "1000")), get(t, webhook()), []string{"breaking header-gone X-Ratelimit-Limit"}},
		{"header there", get(t, webhook()), get(t, webhook(), header("X-Ratelimit-Limit", "1000")), []string{"additive header-new X-Ratelimit-Limit"}},
		{"header with another value", get(t, webhook(), header("X-Ratelimit-Limit", "1000")), get(t, webhook(), header("X-Ratelimit-Limit", "500")), []string{"cosmetic header-value-changed X-Ratelimit-Limit"}},
		{"volatile header", get(t, webhook(), header("X-Ratelimit-Remaining", "1000")), get(t, webhook(), header("X-Ratelimit-Remaining", "999")), nil},
		{"header that is not recorded", get(t, webhook(), header("X-Request-Id", "1")), get(t, webhook(), header("X-Request-Id", "2")), nil},
		{"delay as a date", get(t, webhook(), header("Retry-After", "1")), get(t, webhook(), header("Retry-After", "Mon, 02 Jan 2023 15:04:05 GMT")), []string{"breaking header-changed Retry-After"}},
		{"delay in seconds again", get(t, webhook(), header("Retry-After", "Mon, 02 Jan 2023 15:04:05 GMT")), get(t, webhook(), header("Retry-After", "1")), []string{"breaking header-changed Retry-After"}},
		{"another challenge", getWebHook(t, "", status(401), header("Www-Authenticate", "Bearer")), getWebHook(t, "", status(401), header("Www-Authenticate", "Basic")), []string{"breaking header-changed Www-Authenticate"}},
		{"the same challenge", getWebHook(t, "", status(401), header("Www-Authenticate", "Bearer")), getWebHook(t, "", status(401), header("Www-Authenticate", "bearer")), nil},
		{"another place", getWebHook(t, "", status(302), header("Location", "/identityprovider/login?a=1")), getWebHook(t, "", status(302), header("Location", "/goodbye?a=1")), []string{"breaking header-changed Location"}},
		{
			"another query of the place",
			getWebHook(t, "", status(302), header("Location", "/identityprovider/login?a=1")),
			getWebHook(t, "", status(302), header("Location", "/identityprovider/login?b=1")),
			[]string{"cosmetic header-value-changed Location"},
		},
		{
			"the same place in full",
			getWebHook(t, "", status(302), header("Location", "/identityprovider/login")),
			getWebHook(t, "", status(302), header("Location", "https://sample-api.d-velop.cloud/identityprovider/login")),
			[]string{"cosmetic header-value-changed Location"},
		},
		{"place with another number", getWebHook(t, "", status(302), header("Location", "/id-1")), getWebHook(t, "", status(302), header("Location", "/id-2")), nil},
		{"header of caches gone", getWebHook(t, "", status(401), header("Vary", "Accept")), getWebHook(t, "", status(401)), []string{"cosmetic header-value-changed Vary"}},

		{"body gone", getWebHook(t, "text 1", status(500)), getWebHook(t, "", status(500)), []string{"breaking body-gone"}},
		{"body there", getWebHook(t, "", status(500)), getWebHook(t, "text 1", status(500)), []string{"additive body-new"}},
		{"no JSON any more", getWebHook(t, `{"x":1}`, status(500)), getWebHook(t, "oops", status(500)), []string{"breaking body-form-changed"}},
		{"no JSON any more, against the contract", get(t, webhook()), get(t, "oops"), []string{"breaking contract"}},
		{"JSON now", getWebHook(t, "oops", status(500)), getWebHook(t, `{"x":1}`, status(500)), []string{"breaking body-form-changed"}},
		{"another text", getWebHook(t, "oops", status(500)), getWebHook(t, "sorry", status(500)), []string{"cosmetic value-changed"}},
		{"another number in a text", getWebHook(t, "text 1", status(500)), getWebHook(t, "text 2", status(500)), nil},
		{"white space only", getWebHook(t, "", status(500)), getWebHook(t, "\n", status(500)), []string{"cosmetic layout-changed"}},

		{"undocumented member of another type", get(t, webhook(`"x":1`)), get(t, webhook(`"x":"1"`)), []string{"breaking type-changed /webhook/x"}},
		{
			"type that the contract allows",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","_links":{"self":{"href":"/url-1"}}}`),
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","_links":{"self":[{"href":"/url-1"}]}}`),
			[]string{"breaking type-changed /_links/self"},
		},
		{"null that the contract allows", getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":true}`), getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":null}`), []string{"cosmetic null-allowed /retry"}},
		{"value in place of null", getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":null}`), getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":true}`), []string{"additive value-new /retry"}},
		{"undocumented null", get(t, webhook(`"x":1`)), get(t, webhook(`"x":null`)), []string{"cosmetic null-allowed /webhook/x"}},
		{"null as before", get(t, webhook(`"x":null`)), get(t, webhook(`"x": null`)), []string{"cosmetic layout-changed"}},

		{"documented member gone", get(t, webhook(user)), get(t, webhook()), []string{"breaking member-gone /webhook/created_by"}},
		{"documented member there", get(t, webhook()), get(t, webhook(user)), []string{"additive member-new /webhook/created_by"}},
		{"undocumented member gone", get(t, webhook(`"x/y":{"z":1}`)), get(t, webhook()), []string{"cosmetic member-undocumented-gone /webhook/x~1y"}},
		{"undocumented member there", get(t, webhook()), get(t, webhook(`"x/y":{"z":1}`)), []string{"additive member-undocumented /webhook/x~1y"}},
		{"undocumented member in a new one", get(t, webhook()), get(t, webhook(strings.Replace(user, "}", `,"x":1}`, 1))), []string{"additive member-new /webhook/created_by", "additive member-undocumented /webhook/created_by/x"}},
		{"member of another variant gone", get(t, webhook(revUser)), get(t, webhook(user)), []string{"cosmetic member-of-variant-gone /webhook/created_by/external_ref", "cosmetic value-changed /webhook/created_by/type"}},
		{"undocumented body with a new member", getWebHook(t, `{"x":1}`, status(500)), getWebHook(t, `{"x":1,"y":2}`, status(500)), []string{"additive member-undocumented /y"}},
		{"refused for the same reason in another place", get(t, misplaced, status(400)), get(t, strings.Replace(misplaced, `"field"`, `"operation"`, 1), status(400)), []string{"cosmetic value-changed /errors/0/location"}},
		{"another status with members that nobody documents", get(t, webhook()), get(t, `{"message":"text 1","type":"forbidden","x":1}`, status(403)), []string{"breaking status-changed"}},
		{"bytes that are no text", getWebHook(t, "{\"x\":\"\xff\"}", status(500)), getWebHook(t, "{\"x\":\"\xfe\"}", status(500)), []string{"cosmetic value-changed"}},
		{
			"a word that is an example and no listed value",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","handleResponse":"STATUS"}`),
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","handleResponse":"NONE"}`),
			[]string{"cosmetic value-changed /handleResponse"},
		},
		{"refused for another reason", get(t, refused, status(400)), get(t, strings.Replace(refused, "bad_request", "parse_error", 1), status(400)), []string{"breaking error-changed /type"}},

		{"another listed value", get(t, webhook()), get(t, strings.Replace(webhook(), `"active"`, `"inactive"`, 1)), []string{"cosmetic value-changed /webhook/status"}},
		{"another date", get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)), get(t, webhook(`"created_date":"2025-11-19T14:03:27Z"`)), []string{"cosmetic value-changed /webhook/created_date"}},
		{"another undocumented number", get(t, webhook(`"x":1`)), get(t, webhook(`"x":2`)), []string{"cosmetic value-changed /webhook/x"}},
		{"other numbers of placeholders", get(t, webhook(user)), get(t, strings.NewReplacer("user-1", "user-22", "url-1", "url-7", "Mg==", "MQ==", "ZXItMQ==", "ZXItMTI=").Replace(webhook(user))), nil},
		{
			"other numbers of GUIDs",
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","value":"cccccccc-0000-4000-8000-000000000001"}]}`),
			getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","value":"cccccccc-0000-4000-8000-000000000012"}]}`),
			nil,
		},
		{"a region is no number", get(t, webhook(`"x":"dvrv-us-1"`)), get(t, webhook(`"x":"dvrv-us-2"`)), []string{"cosmetic value-changed /webhook/x"}},
		{
			"other order of members",
			get(t, webhook()),
			get(t, webhook(), func(e *contract.Exchange) {
				e.Response.Body = []byte(`{"webhook":{"url":"https://example.com/url-1","id":"` + provider.DevRevWebhookID + `","secret":"cGxhY2Vob2xkZXItMQ==","status":"active"}}`)
			}),
			[]string{"cosmetic order-changed /webhook"},
		},
		{"other white space", get(t, webhook()), get(t, webhook()+"\n"), []string{"cosmetic layout-changed"}},
		{"other escapes", get(t, webhook()), get(t, strings.ReplaceAll(webhook(), "/", `\/`)), []string{"cosmetic layout-changed"}},

		{"list grew", list(t, items(item(1))), list(t, items(item(1), item(2, user))), []string{"additive member-new /webhooks/1/created_by", "cosmetic items-changed /webhooks"}},
		{"list shrank", list(t, items(item(1), item(2, user))), list(t, items(item(1))), []string{"cosmetic items-changed /webhooks", "cosmetic member-in-some-items /webhooks/0/created_by"}},
		{"empty list filled", list(t, items()), list(t, items(item(1, `"x":1`))), []string{"additive items-new /webhooks", "additive member-undocumented /webhooks/0/x"}},
		{"list emptied", list(t, items(item(1))), list(t, items()), []string{"cosmetic items-gone /webhooks"}},
		{"other order of items", list(t, items(item(1), item(2, user))), list(t, items(item(2, user), item(1))), []string{"cosmetic order-changed"}},
		{"member gone from all items", list(t, items(item(1, user), item(2, user))), list(t, items(item(1), item(2))), []string{"breaking member-gone /webhooks/0/created_by"}},
		{"member gone from some items", list(t, items(item(1, user), item(2, user))), list(t, items(item(1, user), item(2))), []string{"cosmetic member-in-some-items /webhooks/0/created_by"}},
		{"member in all items", list(t, items(item(1, user), item(2))), list(t, items(item(1, user), item(2, user))), []string{"cosmetic member-in-some-items /webhooks/0/created_by"}},
		{"member gone from the items that had it", list(t, items(item(1, user), item(2))), list(t, items(item(1), item(2))), []string{"cosmetic member-in-some-items /webhooks/0/created_by"}},
		{"required member gone from one item", list(t, items(item(1), item(2))), list(t, items(item(1), strings.Replace(item(2), `"status":"active",`, "", 1))), []string{"breaking contract /webhooks/1/status"}},
		{"undocumented member in all items", list(t, items(item(1), item(2))), list(t, items(item(1, `"x":1`), item(2, `"x":2`))), []string{"additive member-undocumented /webhooks/0/x"}},
		{"member of an item with another type", list(t, items(item(1, `"x":1`), item(2, `"x":1`))), list(t, items(item(1, `"x":1`), item(2, `"x":"1"`))), []string{"breaking type-changed /webhooks/1/x"}},
		{"another listed value in an item", list(t, items(item(1), item(2))), list(t, items(item(1), strings.Replace(item(2), "active", "inactive", 1))), []string{"cosmetic value-changed /webhooks/1/status"}},
		{"event types grew", get(t, webhook(`"event_types":["work_created"]`)), get(t, webhook(`"event_types":["work_created","work_updated"]`)), []string{"cosmetic items-changed /webhook/event_types"}},
		{"no array any more", list(t, items(item(1))), list(t, `{"webhooks":{}}`), []string{"breaking contract /webhooks"}},
	}
}
