package simulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
)

func TestDVelop_getEvent(t *testing.T) {
	got := dms(t, &simulator.DVelop{}, "GET", events(t, "postimport"), "")
	require.Equal(t, 200, got.Status)
	assert.Equal(t, []any{"9D3F6A52-1C7E-4B08-8F4D-2E6B7A9C5D10", "C27B90E4-5A16-4D3F-B8E1-70F4A96D2C5B"}, got.member(t, "order"))
	assert.Len(t, got.member(t, "_embedded", "webhooks"), 2)
	assert.Equal(t, dvelopWebhookID(t), got.member(t, "_embedded", "webhooks", 0, "id"))
	assert.Equal(t, events(t, "postimport", dvelopWebhookID(t)), got.member(t, "_embedded", "webhooks", 0, "_links", "self", "href"))
	assert.NotContains(t, got.member(t), "_links")

	hal := dms(t, &simulator.DVelop{}, "GET", events(t, "postimport"), "", "Accept", "application/hal+json")
	assert.Equal(t, events(t, "postimport"), hal.member(t, "_links", "self", "href"))

	empty := dms(t, &simulator.DVelop{}, "GET", events(t, "presearch"), "")
	assert.JSONEq(t, `{"order":null,"_embedded":{"webhooks":[]}}`, empty.Body)
	assert.Equal(t, 404, dms(t, &simulator.DVelop{}, "GET", events(t, "PreSearch"), "").Status)
}

func TestDVelop_getEvents(t *testing.T) {
	got := dms(t, &simulator.DVelop{}, "GET", events(t), "")
	require.Equal(t, 200, got.Status)
	assert.Len(t, got.member(t, "_embedded"), 20)
	assert.Equal(t, dvelopWebhookID(t), got.member(t, "_embedded", "postimport", "_embedded", "webhooks", 0, "id"))
	assert.Equal(t, "/acme-checks/contracts", got.member(t, "_embedded", "validateimport", "_embedded", "webhooks", 0, "uri"))

	hal := dms(t, &simulator.DVelop{}, "GET", events(t), "", "Accept", "application/hal+json")
	assert.Equal(t, events(t), hal.member(t, "_links", "self", "href"))
	other := strings.Replace(events(t), "/r/4", "/r/5", 1)
	assert.Equal(t, 404, dms(t, &simulator.DVelop{}, "GET", other, "").Status)
}

func TestDVelop_lifeOfAWebhook(t *testing.T) {
	s := &simulator.DVelop{}
	created := dms(t, s, "POST", events(t, "postimport"), `{"description":"d","uri":"/app/hook","handleResponse":"NONE","apiKey":"k"}`,
		"Content-Type", "application/hal+json")
	require.Equal(t, 201, created.Status)
	assert.Empty(t, created.Body)
	location := created.Header.Get("Location")
	assert.Regexp(t, `^https://acme\.d-velop\.cloud/dmsconfig/r/[-0-9a-f]{36}/events/postimport/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, location)
	u, err := url.Parse(location)
	require.NoError(t, err)
	id := u.Path[strings.LastIndexByte(u.Path, '/')+1:]

	read := dms(t, s, "GET", u.Path, "")
	assert.JSONEq(t, `{"apiKey":"k","description":"d","enabled":false,"handleResponse":"NONE","id":"`+id+`","restrictions":null,"retry":true,"timeout":300,"uri":"/app/hook"}`, read.Body)
	event := dms(t, s, "GET", events(t, "postimport"), "")
	assert.Len(t, event.member(t, "_embedded", "webhooks"), 3)
	assert.Equal(t, id, event.member(t, "order", 2))

	put := dms(t, s, "PUT", u.Path, `{"id":"another","description":"e","uri":"https://x.example/y","enabled":true,"handleResponse":"STATUS","retry":null,"timeout":3e2,
		"restrictions":[{"key":"CATEGORY","value":null}],"_links":{"self":{"href":"/x"}}}`)
	require.Equal(t, 200, put.Status, put.Body)
	assert.Empty(t, put.Body)
	read = dms(t, s, "GET", u.Path, "")
	assert.JSONEq(t, `{"apiKey":null,"description":"e","enabled":true,"handleResponse":"STATUS","id":"`+id+`","restrictions":[{"key":"CATEGORY","value":null}],"retry":null,"timeout":300,"uri":"https://x.example/y"}`, read.Body)

	deleted := dms(t, s, "DELETE", u.Path, "")
	assert.Equal(t, 204, deleted.Status)
	assert.Empty(t, deleted.Body)
	for _, method := range []string{"GET", "DELETE", "PUT"} {
		assert.Equal(t, 404, dms(t, s, method, u.Path, "{}").Status, method)
	}
	event = dms(t, s, "GET", events(t, "postimport"), "")
	assert.Len(t, event.member(t, "_embedded", "webhooks"), 2)
	assert.Len(t, event.member(t, "order"), 2)
}

func TestDVelop_createIsDeterministic(t *testing.T) {
	var locations []string
	for range 2 {
		s := &simulator.DVelop{}
		for range 2 {
			locations = append(locations, dms(t, s, "POST", events(t, "presearch"), `{"uri":"/a"}`).Header.Get("Location"))
		}
	}
	assert.Equal(t, locations[:2], locations[2:])
	assert.NotEqual(t, locations[0], locations[1])
}

func TestDVelop_keyOfAPut(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    *simulator.DVelop
		body string
		want any
	}{
		{"missing", &simulator.DVelop{}, `{"uri":"/a"}`, nil},
		{"missing where it is kept", &simulator.DVelop{KeepKey: true}, `{"uri":"/a"}`, "kX8/vT2mQ9+bR4wZ6nLc1sHy7JdPf3Ga0uEoWi5t="},
		{"null where it is kept", &simulator.DVelop{KeepKey: true}, `{"uri":"/a","apiKey":null}`, nil},
		{"given", &simulator.DVelop{KeepKey: true}, `{"uri":"/a","apiKey":"n"}`, "n"},
		{"empty", &simulator.DVelop{}, `{"uri":"/a","apiKey":""}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := events(t, "postimport", dvelopWebhookID(t))
			require.Equal(t, 200, dms(t, tt.s, "PUT", target, tt.body).Status)
			got := dms(t, tt.s, "GET", target, "")
			assert.Equal(t, tt.want, got.member(t, "apiKey"))
			assert.NotContains(t, got.member(t), "description", "PUT replaces")
		})
	}
}

func TestDVelop_putEvent(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
		want       any
	}{
		{"another order", `{"order":["b","a"]}`, 204, []any{"b", "a"}},
		{"empty", `{"order":[]}`, 204, []any{}},
		{"null", `{"order":null}`, 204, nil},
		{"missing", `{}`, 204, nil},
		{"doubled and unknown ids", `{"order":["x","x"]}`, 204, []any{"x", "x"}},
		{"a number", `{"order":[1]}`, 400, nil},
		{"a null inside", `{"order":[null]}`, 400, nil},
		{"a string", `{"order":"a"}`, 400, nil},
		{"an array", `[]`, 400, nil},
		{"null as a whole", `null`, 400, nil},
		{"nothing", ``, 400, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &simulator.DVelop{}
			before := dms(t, s, "GET", events(t, "postimport"), "")
			got := dms(t, s, "PUT", events(t, "postimport"), tt.body)
			require.Equal(t, tt.status, got.Status)
			after := dms(t, s, "GET", events(t, "postimport"), "")
			if tt.status == 400 {
				assert.JSONEq(t, `{"code":240100,"reason":"The request body is not acceptable."}`, got.Body)
				assert.Equal(t, before, after)
				return
			}
			assert.Empty(t, got.Body)
			assert.Equal(t, tt.want, after.member(t, "order"))
		})
	}
	assert.Equal(t, 404, dms(t, &simulator.DVelop{}, "PUT", events(t, "PostImport"), `{"order":[]}`).Status)
}

func TestDVelop_webhookBodies(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		ok         bool
	}{
		{"empty object", `{}`, true},
		{"other members", `{"URI":1,"future":{},"id":7}`, true},
		{"key null", `{"apiKey":null}`, true},
		{"key a number", `{"apiKey":5}`, false},
		{"description null", `{"description":null}`, false},
		{"description empty", `{"description":""}`, false},
		{"description one space", `{"description":" "}`, true},
		{"enabled null", `{"enabled":null}`, false},
		{"enabled a string", `{"enabled":"test"}`, false},
		{"handleResponse the documentation's example", `{"handleResponse":"NONE | STATUS | STATUS_AND_BODY"}`, true},
		{"handleResponse empty", `{"handleResponse":""}`, false},
		{"handleResponse null", `{"handleResponse":null}`, false},
		{"restrictions null", `{"restrictions":null}`, true},
		{"restrictions empty", `{"restrictions":[]}`, true},
		{"restrictions an object", `{"restrictions":{}}`, false},
		{"restrictions with an empty object", `{"restrictions":[{}]}`, true},
		{"restrictions with null", `{"restrictions":[null]}`, false},
		{"restrictions with a further member", `{"restrictions":[{"key":"CATEGORY","x":1}]}`, false},
		{"restrictions with a number", `{"restrictions":[{"value":1}]}`, false},
		{"retry null", `{"retry":null}`, true},
		{"retry a string", `{"retry":"test"}`, false},
		{"timeout null", `{"timeout":null}`, true},
		{"timeout at the bound", `{"timeout":2147483647}`, true},
		{"timeout beyond it", `{"timeout":2147483648}`, false},
		{"timeout negative", `{"timeout":-1}`, true},
		{"timeout 300.0", `{"timeout":300.0}`, true},
		{"timeout a fraction", `{"timeout":1.5}`, false},
		{"timeout huge", `{"timeout":1e3000000}`, false},
		{"timeout a string", `{"timeout":"test"}`, false},
		{"uri empty", `{"uri":""}`, false},
		{"uri null", `{"uri":null}`, false},
		{"an array", `[]`, false},
		{"null", `null`, false},
		{"nothing", ``, false},
		{"broken", `{"uri":`, false},
		{"two documents", `{}{}`, false},
		{"deep nesting", strings.Repeat(`{"a":`, 100_000), false},
		{"larger than 1 MiB", `{"uri":"` + strings.Repeat("x", 1<<20) + `"}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &simulator.DVelop{}
			before := dms(t, s, "GET", events(t), "")
			post := dms(t, s, "POST", events(t, "presearch"), tt.body, "Accept", "application/hal+json")
			put := dms(t, s, "PUT", events(t, "postimport", dvelopWebhookID(t)), tt.body)
			if tt.ok {
				assert.Equal(t, []int{201, 200}, []int{post.Status, put.Status}, post.Body)
				return
			}
			for _, got := range []reply{post, put} {
				assert.Equal(t, 400, got.Status)
				assert.Equal(t, "application/json", got.mediaType(t), "the only documented type here")
				assert.JSONEq(t, `{"code":240100,"reason":"The request body is not acceptable."}`, got.Body)
			}
			assert.Equal(t, before, dms(t, s, "GET", events(t), ""), "a refused call changes nothing")
		})
	}
}

func TestDVelop_postToAnUnknownEvent(t *testing.T) {
	got := dms(t, &simulator.DVelop{}, "POST", events(t, "PostImport"), `{"uri":"/a"}`)
	assert.Equal(t, 400, got.Status, "404 is not documented for PostEvent")
}

func TestDVelop_ownEvents(t *testing.T) {
	own := []simulator.DVelopEvent{{ID: "custom", Webhooks: []simulator.DVelopWebhook{{ID: "wh-77", URI: "/a"}}}}
	s := &simulator.DVelop{RepositoryID: "repo 1", Events: own, Base: "https://dms.acme.example/"}
	header := []string{"Origin", "https://dms.acme.example", "Accept", "application/hal+json"}

	got := dms(t, s, "GET", "/dmsconfig/r/repo%201/events/custom/wh-77", "", header...)
	require.Equal(t, 200, got.Status)
	assert.Equal(t, "/dmsconfig/r/repo%201/events/custom/wh-77", got.member(t, "_links", "self", "href"))
	created := dms(t, s, "POST", "/dmsconfig/r/repo%201/events/custom", `{"uri":"/b"}`, header...)
	assert.True(t, strings.HasPrefix(created.Header.Get("Location"), "https://dms.acme.example/dmsconfig/r/repo%201/events/custom/"))
	assert.Equal(t, http.StatusNoContent, dms(t, s, "DELETE", "/dmsconfig/r/repo%201/events/custom/wh-77", "", header...).Status)
	assert.Equal(t, "wh-77", own[0].Webhooks[0].ID, "the caller's list is the caller's")
}

// The vector is that of d.velop's SDK for apps in Go.
func TestDVelopAppSignature(t *testing.T) {
	got, err := simulator.DVelopAppSignature("ptuQ0b0BskmLLxXsjjhH9Su8ozTvZl6Z/5/HlaORoRg=", "https://header.example.com", "a12be5")
	if want := "Zjcf28p5aQ6amtbs6s9b9cPyBPdziwUslR2DZqaGUTQ="; err != nil || got != want {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
	if _, err := simulator.DVelopAppSignature("no base64", "", ""); err == nil {
		t.Error("a secret that is no base64 is accepted")
	}
}
