package drift_test

import (
	"os"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type comparison struct {
	name          string
	stored, fresh drift.Exchange
	want          []string // nothing, when there is no drift
}

func TestCompare(t *testing.T) {
	for _, c := range comparisons(t) {
		t.Run(c.name, func(t *testing.T) {
			_, got := compare(t, one(c.stored), one(c.fresh))

			assert.Equal(t, c.want, got)
		})
	}
}

// Two equal recordings have no drift, and a second one that is equal as well
// makes nothing volatile.
func TestCompare_withItself(t *testing.T) {
	for _, c := range comparisons(t) {
		for _, e := range []drift.Exchange{c.stored, c.fresh} {
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
	note(compare(t, []drift.Exchange{get(t, webhook()), page}, one(get(t, webhook()))))
	note(compare(t, one(get(t, webhook())), []drift.Exchange{get(t, webhook()), page}))

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
		{
			name:   "required member gone",
			stored: get(t, webhook()),
			fresh:  get(t, strings.Replace(webhook(), `"status":"active",`, "", 1)),
			want: []string{
				`breaking contract /webhook/status: the member is missing, though the contract requires it: a client that relies on it fails`,
			},
		},
		{
			name:   "required member null",
			stored: get(t, webhook()),
			fresh:  get(t, strings.Replace(webhook(), `"active"`, "null", 1)),
			want: []string{
				`breaking contract /webhook/status: the value is null, and the contract allows only a string: a client that decodes it fails`,
			},
		},
		{
			name:   "documented member of another type",
			stored: get(t, webhook(user)),
			fresh:  get(t, webhook(strings.Replace(user, `"user-1@example.com"`, "7", 1))),
			want: []string{
				`breaking contract /webhook/created_by/email: the value is a number, and the contract allows only a string: a client that decodes it fails`,
			},
		},
		{
			name:   "optional member null that may not be",
			stored: get(t, webhook(user)),
			fresh:  get(t, webhook(`"created_by":null`)),
			want: []string{
				`breaking contract /webhook/created_by: the value is null, and the contract allows only an object: a client that decodes it fails`,
			},
		},
		{
			name:   "no date",
			stored: get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)),
			fresh:  get(t, webhook(`"created_date":"yesterday"`)),
			want: []string{
				`breaking contract /webhook/created_date: the value is not what the contract asks for, which is a date-time as RFC 3339 writes it, such as 2023-01-01T12:00:00Z: a client that relies on it fails`,
			},
		},
		{
			name:   "whole number with a fraction",
			stored: get(t, throttled, status(429)),
			fresh:  get(t, strings.Replace(throttled, ":1,", ":1.5,", 1), status(429)),
			want: []string{
				`breaking contract /retry_after: the value is a number, and the contract allows only an integer: a client that decodes it fails`,
			},
		},
		{
			name:   "number in the exponent form",
			stored: get(t, throttled, status(429)),
			fresh:  get(t, strings.Replace(throttled, ":1,", ":1.0,", 1), status(429)),
			want: []string{
				`breaking type-changed /retry_after: the value was a whole number and is written with a fraction or an exponent: a client that decodes whole numbers fails`,
			},
		},
		{
			name:   "number with a fraction where the contract says nothing",
			stored: get(t, webhook(`"x":1`)),
			fresh:  get(t, webhook(`"x":1.5`)),
			want: []string{
				`cosmetic value-changed /webhook/x: the value is another one, and the contract does not describe it: no client can rely on one`,
			},
		},
		{
			name:   "header and body disagree",
			stored: get(t, throttled, status(429), header("Retry-After", "1")),
			fresh:  get(t, throttled, status(429), header("Retry-After", "77")),
			want: []string{
				`breaking contract /retry_after: the answer breaks a rule of the contract: the body and the header Retry-After name different delays`,
				`cosmetic header-value-changed Retry-After: the header has another value: a client must cope with any`,
			},
		},
		{
			name:   "answer about another object",
			stored: get(t, webhook()),
			fresh:  get(t, strings.Replace(webhook(), "webhook-id", "other", 1)),
			want: []string{
				`breaking contract /webhook/id: the answer breaks a rule of the contract: it is another id than the request's id in the body: the answer is about another object`,
			},
		},
		{
			name:   "doubled member",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(`"url":"https://example.com/url-1"`)),
			want: []string{
				`breaking contract /webhook/url: the answer breaks a rule of the contract: it stands more than once; a reader may take either`,
			},
		},
		{
			name:   "closed object",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY"}]}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","note":"x"}]}`),
			want: []string{
				`breaking contract /restrictions/0/note: the member is there, though the contract closes this object: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "error in a success",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`),
			fresh:  getWebHook(t, `{"code":"1","reason":"text 1"}`),
			want: []string{
				`breaking contract: the answer breaks a rule of the contract: it is an error object, but HTTP status 200 of GetWebHook has apiKey, description, enabled, handleResponse, id, restrictions, retry, timeout and uri`,
				`breaking member-gone /id: the member is gone, though the contract describes it: a client that reads it finds nothing`,
				`additive member-undocumented /code: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
				`additive member-undocumented /reason: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "error type of another status",
			stored: get(t, refused, status(400)),
			fresh:  get(t, strings.Replace(refused, "bad_request", "forbidden", 1), status(400)),
			want: []string{
				`breaking contract /type: the answer breaks a rule of the contract: HTTP status 400 goes with other types; that type belongs to 403`,
			},
		},
		{
			name:   "breach that was there before",
			stored: get(t, webhook(`"created_date":"yesterday"`)),
			fresh:  get(t, webhook(`"created_date":"tomorrow"`)),
			want: []string{
				`cosmetic value-changed /webhook/created_date: the value is another one, which the contract allows: a client must cope with any`,
			},
		},
		{
			name:   "breach that was repaired",
			stored: get(t, webhook(`"created_date":"yesterday"`)),
			fresh:  get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)),
			want: []string{
				`cosmetic value-changed /webhook/created_date: the value is another one, which the contract allows: a client must cope with any`,
			},
		},

		{
			name:   "unlisted value",
			stored: get(t, webhook()),
			fresh:  get(t, strings.Replace(webhook(), "active", "paused", 1)),
			want: []string{
				`breaking unlisted-value /webhook/status: the value is not "active", "inactive" or "unverified": a client that handles the listed values only does not know what to do`,
			},
		},
		{
			name:   "another unlisted value",
			stored: get(t, strings.Replace(webhook(), "active", "halted", 1)),
			fresh:  get(t, strings.Replace(webhook(), "active", "paused", 1)),
			want: []string{
				`breaking unlisted-value /webhook/status: the value is not "active", "inactive" or "unverified": a client that handles the listed values only does not know what to do`,
			},
		},
		{
			name:   "listed again",
			stored: get(t, strings.Replace(webhook(), "active", "paused", 1)),
			fresh:  get(t, webhook()),
			want: []string{
				`cosmetic value-changed /webhook/status: the value is another one, which the contract allows: a client must cope with any`,
			},
		},
		{
			name:   "unlisted event types",
			stored: get(t, webhook(`"event_types":["work_created"]`)),
			fresh:  get(t, webhook(`"event_types":["work_created","work_sung","work_danced"]`)),
			want: []string{
				`breaking unlisted-value /webhook/event_types/1: the value is not one of the 76 listed values: a client that handles the listed values only does not know what to do`,
				`cosmetic items-changed /webhook/event_types: the array has more items than before: a client must cope with any number`,
			},
		},

		{
			name:   "another documented status",
			stored: get(t, webhook()),
			fresh:  get(t, `{"message":"text 1","type":"forbidden"}`, status(403)),
			want: []string{
				`breaking status-changed: the HTTP status was 200 and is 403: a client takes another branch than before`,
			},
		},
		{
			name:   "an undocumented status",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(), status(418)),
			want: []string{
				`breaking status-changed: the HTTP status was 200 and is 418, which the contract does not list for this operation: a client has no branch for it`,
			},
		},
		{
			name:   "back to the documented one",
			stored: get(t, webhook(), status(418)),
			fresh:  get(t, webhook()),
			want: []string{
				`breaking status-changed: the HTTP status was 418 and is 200: a client takes another branch than before`,
			},
		},

		{
			name:   "media type changed",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(), header("Content-Type", "text/plain")),
			want: []string{
				`breaking media-type-changed Content-Type: the media type was "application/json" and is one that the contract does not list: a client that checks it refuses the answer`,
			},
		},
		{
			name:   "media type changed to another of the vendor",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001"}`, header("Content-Type", "application/hal+json")),
			want: []string{
				`breaking media-type-changed Content-Type: the media type was "application/json" and is "application/hal+json": a client that checks it refuses the answer`,
			},
		},
		{
			name:   "media type gone",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(), header("Content-Type", "")),
			want: []string{
				`breaking media-type-changed Content-Type: the answer no longer names its media type: a client cannot know how to read the body`,
			},
		},
		{
			name:   "media type there",
			stored: get(t, webhook(), header("Content-Type", "")),
			fresh:  get(t, webhook()),
			want: []string{
				`additive media-type-new Content-Type: the answer names a media type and did not before: a client may have to take it into account`,
			},
		},
		{
			name:   "parameters of the media type",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(), header("Content-Type", "application/json; charset=utf-8")),
			want: []string{
				`cosmetic header-value-changed Content-Type: the media type has other parameters: a client that compares it as text fails`,
			},
		},

		{
			name:   "header gone",
			stored: get(t, webhook(), header("X-Ratelimit-Limit", "1000")),
			fresh:  get(t, webhook()),
			want: []string{
				`breaking header-gone X-Ratelimit-Limit: the header is gone: a client that reads it finds nothing`,
			},
		},
		{
			name:   "header there",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(), header("X-Ratelimit-Limit", "1000")),
			want: []string{
				`additive header-new X-Ratelimit-Limit: the header is there now and was not before: a client may make use of it`,
			},
		},
		{
			name:   "header with another value",
			stored: get(t, webhook(), header("X-Ratelimit-Limit", "1000")),
			fresh:  get(t, webhook(), header("X-Ratelimit-Limit", "500")),
			want: []string{
				`cosmetic header-value-changed X-Ratelimit-Limit: the header has another value: a client must cope with any`,
			},
		},
		{
			name:   "volatile header",
			stored: get(t, webhook(), header("X-Ratelimit-Remaining", "1000")),
			fresh:  get(t, webhook(), header("X-Ratelimit-Remaining", "999")),
		},
		{
			name:   "header that is not recorded",
			stored: get(t, webhook(), header("X-Request-Id", "1")),
			fresh:  get(t, webhook(), header("X-Request-Id", "2")),
		},
		{
			name:   "delay as a date",
			stored: get(t, webhook(), header("Retry-After", "1")),
			fresh:  get(t, webhook(), header("Retry-After", "Mon, 02 Jan 2023 15:04:05 GMT")),
			want: []string{
				`breaking header-changed Retry-After: the delay was in seconds and is a date: a client that reads one form only fails`,
			},
		},
		{
			name:   "delay in seconds again",
			stored: get(t, webhook(), header("Retry-After", "Mon, 02 Jan 2023 15:04:05 GMT")),
			fresh:  get(t, webhook(), header("Retry-After", "1")),
			want: []string{
				`breaking header-changed Retry-After: the delay was a date and is in seconds: a client that reads one form only fails`,
			},
		},
		{
			name:   "another challenge",
			stored: getWebHook(t, "", status(401), header("Www-Authenticate", "Bearer")),
			fresh:  getWebHook(t, "", status(401), header("Www-Authenticate", "Basic")),
			want: []string{
				`breaking header-changed Www-Authenticate: the vendor asks for another kind of credential: a client that sends the old kind is refused`,
			},
		},
		{
			name:   "the same challenge",
			stored: getWebHook(t, "", status(401), header("Www-Authenticate", "Bearer")),
			fresh:  getWebHook(t, "", status(401), header("Www-Authenticate", "bearer")),
		},
		{
			name:   "another place",
			stored: getWebHook(t, "", status(302), header("Location", "/identityprovider/login?a=1")),
			fresh:  getWebHook(t, "", status(302), header("Location", "/goodbye?a=1")),
			want: []string{
				`breaking header-changed Location: the answer leads to another place: a client that follows it, or waits for it, ends up elsewhere`,
			},
		},
		{
			name:   "another query of the place",
			stored: getWebHook(t, "", status(302), header("Location", "/identityprovider/login?a=1")),
			fresh:  getWebHook(t, "", status(302), header("Location", "/identityprovider/login?b=1")),
			want: []string{
				`cosmetic header-value-changed Location: the header has another value: a client must cope with any`,
			},
		},
		{
			name:   "the same place in full",
			stored: getWebHook(t, "", status(302), header("Location", "/identityprovider/login")),
			fresh:  getWebHook(t, "", status(302), header("Location", "https://sample-api.d-velop.cloud/identityprovider/login")),
			want: []string{
				`cosmetic header-value-changed Location: the header has another value: a client must cope with any`,
			},
		},
		{
			name:   "place with another number",
			stored: getWebHook(t, "", status(302), header("Location", "/id-1")),
			fresh:  getWebHook(t, "", status(302), header("Location", "/id-2")),
		},
		{
			name:   "header of caches gone",
			stored: getWebHook(t, "", status(401), header("Vary", "Accept")),
			fresh:  getWebHook(t, "", status(401)),
			want: []string{
				`cosmetic header-value-changed Vary: the header is gone: only a cache between client and vendor reads it`,
			},
		},

		{
			name:   "body gone",
			stored: getWebHook(t, "text 1", status(500)),
			fresh:  getWebHook(t, "", status(500)),
			want: []string{
				`breaking body-gone: there is no body any more: a client that reads it finds nothing`,
			},
		},
		{
			name:   "body there",
			stored: getWebHook(t, "", status(500)),
			fresh:  getWebHook(t, "text 1", status(500)),
			want: []string{
				`additive body-new: there is a body where there was none: a client that ignores it does not notice`,
			},
		},
		{
			name:   "no JSON any more",
			stored: getWebHook(t, `{"x":1}`, status(500)),
			fresh:  getWebHook(t, "oops", status(500)),
			want: []string{
				`breaking body-form-changed: the body is no longer JSON: a client that decodes it fails`,
			},
		},
		{
			name:   "no JSON any more, against the contract",
			stored: get(t, webhook()),
			fresh:  get(t, "oops"),
			want: []string{
				`breaking contract: the answer breaks a rule of the contract: the body is not JSON`,
			},
		},
		{
			name:   "JSON now",
			stored: getWebHook(t, "oops", status(500)),
			fresh:  getWebHook(t, `{"x":1}`, status(500)),
			want: []string{
				`breaking body-form-changed: the body is JSON and was something else: a client that reads the old form fails`,
			},
		},
		{
			name:   "another text",
			stored: getWebHook(t, "oops", status(500)),
			fresh:  getWebHook(t, "sorry", status(500)),
			want: []string{
				`cosmetic value-changed: the body, which is not JSON, has another text: a client that reads it must cope with any`,
			},
		},
		{
			name:   "another number in a text",
			stored: getWebHook(t, "text 1", status(500)),
			fresh:  getWebHook(t, "text 2", status(500)),
		},
		{
			name:   "white space only",
			stored: getWebHook(t, "", status(500)),
			fresh:  getWebHook(t, "\n", status(500)),
			want: []string{
				`cosmetic layout-changed: the body is empty but for other white space: no client reads it`,
			},
		},

		{
			name:   "undocumented member of another type",
			stored: get(t, webhook(`"x":1`)),
			fresh:  get(t, webhook(`"x":"1"`)),
			want: []string{
				`breaking type-changed /webhook/x: the value was a number and is a string: a client that decodes the old type fails`,
			},
		},
		{
			name:   "type that the contract allows",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","_links":{"self":{"href":"/url-1"}}}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","_links":{"self":[{"href":"/url-1"}]}}`),
			want: []string{
				`breaking type-changed /_links/self: the value was an object and is an array: a client that decodes the old type fails`,
			},
		},
		{
			name:   "null that the contract allows",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":true}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":null}`),
			want: []string{
				`cosmetic null-allowed /retry: the value is null, which the contract allows: a client must cope with it`,
			},
		},
		{
			name:   "value in place of null",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":null}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","retry":true}`),
			want: []string{
				`additive value-new /retry: the value is a boolean in place of null: a client that took it to be empty misses something`,
			},
		},
		{
			name:   "undocumented null",
			stored: get(t, webhook(`"x":1`)),
			fresh:  get(t, webhook(`"x":null`)),
			want: []string{
				`cosmetic null-allowed /webhook/x: the value is null, and the contract does not describe it: no client can rely on a value`,
			},
		},
		{
			name:   "null as before",
			stored: get(t, webhook(`"x":null`)),
			fresh:  get(t, webhook(`"x": null`)),
			want: []string{
				`cosmetic layout-changed: the body is written with other white space or escapes: a client that compares bytes, or a signature over them, fails`,
			},
		},

		{
			name:   "documented member gone",
			stored: get(t, webhook(user)),
			fresh:  get(t, webhook()),
			want: []string{
				`breaking member-gone /webhook/created_by: the member is gone, though the contract describes it: a client that reads it finds nothing`,
			},
		},
		{
			name:   "documented member there",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(user)),
			want: []string{
				`additive member-new /webhook/created_by: the member is there now, and the contract describes it as optional: a client may make use of it`,
			},
		},
		{
			name:   "undocumented member gone",
			stored: get(t, webhook(`"x/y":{"z":1}`)),
			fresh:  get(t, webhook()),
			want: []string{
				`cosmetic member-undocumented-gone /webhook/x~1y: the member is gone, and the contract does not describe it: no client can rely on it`,
			},
		},
		{
			name:   "undocumented member there",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(`"x/y":{"z":1}`)),
			want: []string{
				`additive member-undocumented /webhook/x~1y: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "undocumented member in a new one",
			stored: get(t, webhook()),
			fresh:  get(t, webhook(strings.Replace(user, "}", `,"x":1}`, 1))),
			want: []string{
				`additive member-new /webhook/created_by: the member is there now, and the contract describes it as optional: a client may make use of it`,
				`additive member-undocumented /webhook/created_by/x: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "member of another variant gone",
			stored: get(t, webhook(revUser)),
			fresh:  get(t, webhook(user)),
			want: []string{
				`cosmetic member-of-variant-gone /webhook/created_by/external_ref: the member is gone, for the object is of another type now, which has no such member by the contract: a client must cope with every type`,
				`cosmetic value-changed /webhook/created_by/type: the value was "rev_user" and is "dev_user", both of which the contract lists: a client must cope with both`,
			},
		},
		{
			name:   "undocumented body with a new member",
			stored: getWebHook(t, `{"x":1}`, status(500)),
			fresh:  getWebHook(t, `{"x":1,"y":2}`, status(500)),
			want: []string{
				`additive member-undocumented /y: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "refused for the same reason in another place",
			stored: get(t, misplaced, status(400)),
			fresh:  get(t, strings.Replace(misplaced, `"field"`, `"operation"`, 1), status(400)),
			want: []string{
				`cosmetic value-changed /errors/0/location: the value was "field" and is "operation", both of which the contract lists: a client must cope with both`,
			},
		},
		{
			name:   "another status with members that nobody documents",
			stored: get(t, webhook()),
			fresh:  get(t, `{"message":"text 1","type":"forbidden","x":1}`, status(403)),
			want: []string{
				`breaking status-changed: the HTTP status was 200 and is 403: a client takes another branch than before`,
			},
		},
		{
			name:   "bytes that are no text",
			stored: getWebHook(t, "{\"x\":\"\xff\"}", status(500)),
			fresh:  getWebHook(t, "{\"x\":\"\xfe\"}", status(500)),
			want: []string{
				`cosmetic value-changed: the body, which is not JSON, has another text: a client that reads it must cope with any`,
			},
		},
		{
			name:   "a word that is an example and no listed value",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","handleResponse":"STATUS"}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","handleResponse":"NONE"}`),
			want: []string{
				`cosmetic value-changed /handleResponse: the value is another one, which the contract allows: a client must cope with any`,
			},
		},
		{
			name:   "refused for another reason",
			stored: get(t, refused, status(400)),
			fresh:  get(t, strings.Replace(refused, "bad_request", "parse_error", 1), status(400)),
			want: []string{
				`breaking error-changed /type: the value was "bad_request" and is "parse_error": a client that branches on it takes another branch`,
			},
		},

		{
			name:   "another listed value",
			stored: get(t, webhook()),
			fresh:  get(t, strings.Replace(webhook(), `"active"`, `"inactive"`, 1)),
			want: []string{
				`cosmetic value-changed /webhook/status: the value was "active" and is "inactive", both of which the contract lists: a client must cope with both`,
			},
		},
		{
			name:   "another date",
			stored: get(t, webhook(`"created_date":"2024-11-19T14:03:27Z"`)),
			fresh:  get(t, webhook(`"created_date":"2025-11-19T14:03:27Z"`)),
			want: []string{
				`cosmetic value-changed /webhook/created_date: the value is another one, which the contract allows: a client must cope with any`,
			},
		},
		{
			name:   "another undocumented number",
			stored: get(t, webhook(`"x":1`)),
			fresh:  get(t, webhook(`"x":2`)),
			want: []string{
				`cosmetic value-changed /webhook/x: the value is another one, and the contract does not describe it: no client can rely on one`,
			},
		},
		{
			name:   "other numbers of placeholders",
			stored: get(t, webhook(user)),
			fresh:  get(t, strings.NewReplacer("user-1", "user-22", "url-1", "url-7", "Mg==", "MQ==", "ZXItMQ==", "ZXItMTI=").Replace(webhook(user))),
		},
		{
			name:   "other numbers of GUIDs",
			stored: getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","value":"cccccccc-0000-4000-8000-000000000001"}]}`),
			fresh:  getWebHook(t, `{"id":"bbbbbbbb-0000-4000-8000-000000000001","restrictions":[{"key":"CATEGORY","value":"cccccccc-0000-4000-8000-000000000012"}]}`),
		},
		{
			name:   "a region is no number",
			stored: get(t, webhook(`"x":"dvrv-us-1"`)),
			fresh:  get(t, webhook(`"x":"dvrv-us-2"`)),
			want: []string{
				`cosmetic value-changed /webhook/x: the value is another one, and the contract does not describe it: no client can rely on one`,
			},
		},
		{
			name:   "other order of members",
			stored: get(t, webhook()),
			fresh: get(t, webhook(), func(e *drift.Exchange) {
				e.Answer.Body = []byte(`{"webhook":{"url":"https://example.com/url-1","id":"` + provider.DevRevWebhookID + `","secret":"cGxhY2Vob2xkZXItMQ==","status":"active"}}`)
			}),
			want: []string{
				`cosmetic order-changed /webhook: the object has its members in another order: a client that compares bytes, or a signature over them, fails`,
			},
		},
		{
			name:   "other white space",
			stored: get(t, webhook()),
			fresh:  get(t, webhook()+"\n"),
			want: []string{
				`cosmetic layout-changed: the body is written with other white space or escapes: a client that compares bytes, or a signature over them, fails`,
			},
		},
		{
			name:   "other escapes",
			stored: get(t, webhook()),
			fresh:  get(t, strings.ReplaceAll(webhook(), "/", `\/`)),
			want: []string{
				`cosmetic layout-changed: the body is written with other white space or escapes: a client that compares bytes, or a signature over them, fails`,
			},
		},

		{
			name:   "list grew",
			stored: list(t, items(item(1))),
			fresh:  list(t, items(item(1), item(2, user))),
			want: []string{
				`additive member-new /webhooks/1/created_by: the member is there now, and the contract describes it as optional: a client may make use of it`,
				`cosmetic items-changed /webhooks: the array has more items than before: a client must cope with any number`,
			},
		},
		{
			name:   "list shrank",
			stored: list(t, items(item(1), item(2, user))),
			fresh:  list(t, items(item(1))),
			want: []string{
				`cosmetic items-changed /webhooks: the array has fewer items than before: a client must cope with any number`,
				`cosmetic member-in-some-items /webhooks/0/created_by: the member is optional, and no item has it any more: a client must cope with its absence`,
			},
		},
		{
			name:   "empty list filled",
			stored: list(t, items()),
			fresh:  list(t, items(item(1, `"x":1`))),
			want: []string{
				`additive items-new /webhooks: the array has items now, and had none to compare them with: a client meets them for the first time`,
				`additive member-undocumented /webhooks/0/x: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "list emptied",
			stored: list(t, items(item(1))),
			fresh:  list(t, items()),
			want: []string{
				`cosmetic items-gone /webhooks: the array has no items any more, so that nothing is known about them: a client must cope with an empty list`,
			},
		},
		{
			name:   "other order of items",
			stored: list(t, items(item(1), item(2, user))),
			fresh:  list(t, items(item(2, user), item(1))),
			want: []string{
				`cosmetic order-changed: the body has members or items in another order: a client that goes by position, or compares bytes, fails`,
			},
		},
		{
			name:   "member gone from all items",
			stored: list(t, items(item(1, user), item(2, user))),
			fresh:  list(t, items(item(1), item(2))),
			want: []string{
				`breaking member-gone /webhooks/0/created_by: the member is gone, though the contract describes it: a client that reads it finds nothing`,
			},
		},
		{
			name:   "member gone from some items",
			stored: list(t, items(item(1, user), item(2, user))),
			fresh:  list(t, items(item(1, user), item(2))),
			want: []string{
				`cosmetic member-in-some-items /webhooks/0/created_by: the member is optional, and some items lack it that used to have it: a client must cope with both`,
			},
		},
		{
			name:   "member in all items",
			stored: list(t, items(item(1, user), item(2))),
			fresh:  list(t, items(item(1, user), item(2, user))),
			want: []string{
				`cosmetic member-in-some-items /webhooks/0/created_by: the member is optional, and all items have it, and some did not: a client must cope with both`,
			},
		},
		{
			name:   "member gone from the items that had it",
			stored: list(t, items(item(1, user), item(2))),
			fresh:  list(t, items(item(1), item(2))),
			want: []string{
				`cosmetic member-in-some-items /webhooks/0/created_by: the member is optional, and no item has it any more: a client must cope with its absence`,
			},
		},
		{
			name:   "required member gone from one item",
			stored: list(t, items(item(1), item(2))),
			fresh:  list(t, items(item(1), strings.Replace(item(2), `"status":"active",`, "", 1))),
			want: []string{
				`breaking contract /webhooks/1/status: the member is missing, though the contract requires it: a client that relies on it fails`,
			},
		},
		{
			name:   "undocumented member in all items",
			stored: list(t, items(item(1), item(2))),
			fresh:  list(t, items(item(1, `"x":1`), item(2, `"x":2`))),
			want: []string{
				`additive member-undocumented /webhooks/0/x: the member is there, though the contract does not describe it: a client that refuses unknown members fails`,
			},
		},
		{
			name:   "member of an item with another type",
			stored: list(t, items(item(1, `"x":1`), item(2, `"x":1`))),
			fresh:  list(t, items(item(1, `"x":1`), item(2, `"x":"1"`))),
			want: []string{
				`breaking type-changed /webhooks/1/x: the value was a number and is a string: a client that decodes the old type fails`,
			},
		},
		{
			name:   "another listed value in an item",
			stored: list(t, items(item(1), item(2))),
			fresh:  list(t, items(item(1), strings.Replace(item(2), "active", "inactive", 1))),
			want: []string{
				`cosmetic value-changed /webhooks/1/status: the value is another one, which the contract allows: a client must cope with any`,
			},
		},
		{
			name:   "event types grew",
			stored: get(t, webhook(`"event_types":["work_created"]`)),
			fresh:  get(t, webhook(`"event_types":["work_created","work_updated"]`)),
			want: []string{
				`cosmetic items-changed /webhook/event_types: the array has more items than before: a client must cope with any number`,
			},
		},
		{
			name:   "no array any more",
			stored: list(t, items(item(1))),
			fresh:  list(t, `{"webhooks":{}}`),
			want: []string{
				`breaking contract /webhooks: the value is an object, and the contract allows only an array: a client that decodes it fails`,
			},
		},
	}
}
