package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// events is the path of the default repository's events.
func events(t *testing.T, segments ...string) string {
	t.Helper()
	_, _, env := simulator.Tenant(&provider.DVelop)
	return "/dmsconfig/r/" + env["DVELOP_REPOSITORY_ID"] + "/events" + strings.Join(append([]string{""}, segments...), "/")
}

func dvelopWebhookID(t *testing.T) string {
	t.Helper()
	_, _, env := simulator.Tenant(&provider.DVelop)
	return env["DVELOP_WEBHOOK_ID"]
}

// dms sends a request of the default tenant to d.velop; a header with an empty
// value is left out.
func dms(t *testing.T, h http.Handler, method, target, body string, header ...string) reply {
	t.Helper()
	base, token, _ := simulator.Tenant(&provider.DVelop)
	req := newRequest(t, method, base+target, body)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Origin", base)
	req.Header.Set("Accept", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Del(header[i])
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	return do(t, h, req)
}

const dvelopDefault = `"apiKey":"kX8/vT2mQ9+bR4wZ6nLc1sHy7JdPf3Ga0uEoWi5t=","description":"Forward new invoices to Acme accounting",
	"enabled":true,"handleResponse":"STATUS","id":"9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10","retry":true,"timeout":10000,
	"restrictions":[{"key":"CATEGORY","value":"6e1f0c7d-92b4-4a58-8c3e-d5079b6a41f2"},{"key":"CATEGORY","value":"e84a2b9f-0d67-4c15-b3f8-1a9c5e72d036"}],
	"uri":"https://hooks.acme.example/dvelop/invoices"`

const dvelopLinks = `"_links":{"self":{"href":"/dmsconfig/r/4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6/events/postimport/9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10"}}`

func TestDVelop_getWebHook(t *testing.T) {
	target := events(t, "postimport", dvelopWebhookID(t))
	plain := dms(t, &simulator.DVelop{}, "GET", target, "")
	assert.Equal(t, 200, plain.Status)
	assert.Equal(t, "application/json", plain.mediaType(t))
	assert.JSONEq(t, "{"+dvelopDefault+"}", plain.Body)

	hal := dms(t, &simulator.DVelop{}, "GET", target, "", "Accept", "application/hal+json")
	assert.Equal(t, 200, hal.Status)
	assert.Equal(t, "application/hal+json", hal.mediaType(t))
	assert.JSONEq(t, "{"+dvelopDefault+","+dvelopLinks+"}", hal.Body)

	head := dms(t, &simulator.DVelop{}, "HEAD", target, "")
	assert.Equal(t, 200, head.Status)
	assert.Empty(t, head.Body)
}

func TestDVelop_states(t *testing.T) {
	get := func(s http.Handler) reply { return dms(t, s, "GET", events(t, "postimport", dvelopWebhookID(t)), "") }

	nulls, err := simulator.New(&provider.DVelop, "nulls")
	require.NoError(t, err)
	assert.JSONEq(t, `{"apiKey":null,"description":"Forward new invoices to Acme accounting","enabled":true,"handleResponse":"STATUS",
		"id":null,"restrictions":null,"retry":null,"timeout":null,"uri":"https://hooks.acme.example/dvelop/invoices"}`, get(nulls).Body)

	undocumented, err := simulator.New(&provider.DVelop, "undocumented")
	require.NoError(t, err)
	assert.JSONEq(t, "{"+dvelopDefault+","+dvelopLinks+"}", get(undocumented).Body)
	notFound := dms(t, undocumented, "GET", events(t, "postimport", provider.DVelopUnknownWebhookID), "")
	assert.Equal(t, "The requested object was not found.", notFound.member(t, "LocalizedMessage"))

	assert.NotContains(t, get(&simulator.DVelop{OmitKey: true}).Body, "apiKey")
	assert.Equal(t, 403, get(&simulator.DVelop{Fail: 403}).Status)
	for _, fail := range []int{500, 418, -1} {
		got := get(&simulator.DVelop{Fail: fail})
		assert.Equal(t, 500, got.Status)
		assert.Empty(t, got.Body)
	}
}

func TestDVelop_credentials(t *testing.T) {
	_, token, _ := simulator.Tenant(&provider.DVelop)
	cookie := "AuthSessionId=" + url.QueryEscape(token)
	for _, tt := range []struct {
		name, authorization, cookie string
		want                        int
	}{
		{"bearer", "Bearer " + token, "", 200},
		{"bearer in upper case", "BEARER " + token, "", 200},
		{"cookie", "", cookie, 200},
		{"cookie among others", "", "a=b; " + cookie + "; c=d", 200},
		{"cookie beside another scheme", "Basic YTpi", cookie, 200},
		{"wrong cookie beside the right bearer", "Bearer " + token, "AuthSessionId=x", 200},
		{"wrong bearer beside the right cookie", "Bearer x", cookie, 401},
		{"no word Bearer", token, "", 401},
		{"nothing", "", "", 401},
		{"wrong bearer", "Bearer x", "", 401},
		{"wrong cookie", "", "AuthSessionId=x", 401},
		{"cookie with a broken escape", "", "AuthSessionId=%zz", 401},
		{"another cookie", "", "SessionId=" + url.QueryEscape(token), 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := dms(t, &simulator.DVelop{}, "GET", events(t, "postimport"), "", "Authorization", tt.authorization, "Cookie", tt.cookie)
			assert.Equal(t, tt.want, got.Status)
			if tt.want == 401 {
				assert.Equal(t, "Bearer", got.Header.Get("Www-Authenticate"))
				assert.Empty(t, got.Body)
			}
		})
	}
	got := dms(t, &simulator.DVelop{Token: "mine"}, "GET", events(t, "postimport"), "", "Authorization", "Bearer mine")
	assert.Equal(t, 200, got.Status)
}

func TestDVelop_unauthenticatedBrowsersAreSentToTheLogin(t *testing.T) {
	target := events(t, "postimport") + "?a=b&c=d"
	for _, tt := range []struct {
		method, accept string
		want           int
	}{
		{"GET", "", 302},
		{"GET", "*/*", 302},
		{"GET", "text/*", 302},
		{"GET", "text/html", 302},
		{"GET", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", 302},
		{"GET", "application/json, text/plain, */*", 302},
		{"HEAD", "text/html", 302},
		{"HEAD", "application/json", 401},
		{"GET", "application/json", 401},
		{"GET", "application/hal+json", 401},
		{"GET", "application/*", 401},
		{"GET", "text/plain", 401},
		{"GET", "text/html;q=0", 401},
		{"GET", "text/html;q=x", 401},
		{"POST", "text/html", 401},
		{"PUT", "", 401},
		{"DELETE", "*/*", 401},
	} {
		t.Run(tt.method+" "+tt.accept, func(t *testing.T) {
			s := &simulator.DVelop{}
			got := dms(t, s, tt.method, target, "", "Authorization", "Bearer dead", "Accept", tt.accept)
			require.Equal(t, tt.want, got.Status)
			assert.Empty(t, got.Body)
			if tt.want == 401 {
				assert.Equal(t, "Bearer", got.Header.Get("Www-Authenticate"))
				return
			}
			assert.Equal(t, "/identityprovider/login?redirect="+url.QueryEscape(target), got.Header.Get("Location"))
			page := dms(t, s, "GET", got.Header.Get("Location"), "", "Authorization", "", "Origin", "")
			assert.Equal(t, 200, page.Status)
			assert.Equal(t, "text/html", page.mediaType(t))
			assert.Contains(t, page.Body, "<title>Login</title>")
		})
	}
}

func TestDVelop_origin(t *testing.T) {
	const base = "https://acme.d-velop.cloud"
	lax := &simulator.DVelop{OriginOptionalOnGet: true}
	for _, tt := range []struct {
		name, method, origin string
		s                    *simulator.DVelop
		allowed              bool
	}{
		{"right", "GET", base, &simulator.DVelop{}, true},
		{"host in upper case", "GET", "https://ACME.d-velop.cloud", &simulator.DVelop{}, true},
		{"with the default port", "GET", base + ":443", &simulator.DVelop{}, true},
		{"missing on GET", "GET", "", &simulator.DVelop{}, false},
		{"missing on HEAD", "HEAD", "", &simulator.DVelop{}, false},
		{"missing on PUT", "PUT", "", &simulator.DVelop{}, false},
		{"missing on POST", "POST", "", &simulator.DVelop{}, false},
		{"missing on DELETE", "DELETE", "", &simulator.DVelop{}, false},
		{"missing on GET where that is optional", "GET", "", lax, true},
		{"missing on HEAD where that is optional", "HEAD", "", lax, true},
		{"missing on PUT where GET is optional", "PUT", "", lax, false},
		{"wrong on GET where it is optional", "GET", "https://other.d-velop.cloud", lax, false},
		{"with a slash", "GET", base + "/", &simulator.DVelop{}, false},
		{"with a path", "GET", base + "/dmsconfig", &simulator.DVelop{}, false},
		{"with a query", "GET", base + "?a", &simulator.DVelop{}, false},
		{"with an empty query", "GET", base + "?", &simulator.DVelop{}, false},
		{"with a fragment", "GET", base + "#a", &simulator.DVelop{}, false},
		{"with an empty fragment", "GET", base + "#", &simulator.DVelop{}, false},
		{"with a user", "GET", "https://a@acme.d-velop.cloud", &simulator.DVelop{}, false},
		{"another host", "GET", "https://other.d-velop.cloud", &simulator.DVelop{}, false},
		{"another scheme", "GET", "http://acme.d-velop.cloud", &simulator.DVelop{}, false},
		{"another port", "GET", base + ":8443", &simulator.DVelop{}, false},
		{"null", "GET", "null", &simulator.DVelop{}, false},
		{"no URL", "GET", "%", &simulator.DVelop{}, false},
		{"the handler's own base", "GET", "https://dms.acme.example", &simulator.DVelop{Base: "https://dms.acme.example/"}, true},
		{"the called host beside the handler's own base", "GET", base, &simulator.DVelop{Base: "https://dms.acme.example"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := dms(t, tt.s, tt.method, events(t, "postimport"), "{}", "Origin", tt.origin)
			if tt.allowed {
				assert.Equal(t, 200, got.Status)
				return
			}
			assert.Equal(t, 403, got.Status)
			assert.Empty(t, got.Body)
			assert.Empty(t, got.Header.Get("Content-Type"))
		})
	}

	base2, token, _ := simulator.Tenant(&provider.DVelop)
	req := newRequest(t, "GET", base2+events(t, "postimport"), "")
	req.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {base2, base2}}
	assert.Equal(t, 403, do(t, &simulator.DVelop{}, req).Status, "two origins")

	plain := newRequest(t, "GET", "http://127.0.0.1:8123"+events(t, "postimport"), "")
	plain.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {"http://127.0.0.1:8123"}}
	assert.Equal(t, 200, do(t, &simulator.DVelop{}, plain).Status, "a local server")
}

func TestDVelop_accept(t *testing.T) {
	const json, hal = "application/json", "application/hal+json"
	for _, tt := range []struct{ accept, want string }{
		{"", json},
		{" ", json},
		{"*/*", json},
		{"application/*", json},
		{json, json},
		{"APPLICATION/JSON", json},
		{json + "; charset=utf-8", json},
		{hal, hal},
		{hal + ", " + json, json},
		{json + ", " + hal, json},
		{hal + ", " + json + ";q=0.5", hal},
		{hal + ";q=0.5, */*;q=0.1", hal},
		{json + ";q=0, */*", hal},
		{"text/html, */*;q=0.8", json},
		{"text/plain", ""},
		{"text/html", ""},
		{"text/*", ""},
		{"application/xml", ""},
		{json + ";q=0", ""},
		{json + ";q=2", ""},
		{"nonsense", ""},
		{";,;", ""},
	} {
		t.Run(tt.accept, func(t *testing.T) {
			got := dms(t, &simulator.DVelop{}, "GET", events(t, "postimport", dvelopWebhookID(t)), "", "Accept", tt.accept)
			missing := dms(t, &simulator.DVelop{}, "GET", events(t, "postimport", provider.DVelopUnknownWebhookID), "", "Accept", tt.accept)
			if tt.want == "" {
				assert.Equal(t, 406, got.Status)
				assert.Equal(t, 406, missing.Status)
				assert.Empty(t, got.Body)
				return
			}
			assert.Equal(t, 200, got.Status)
			assert.Equal(t, tt.want, got.mediaType(t))
			assert.Equal(t, 404, missing.Status)
			assert.Equal(t, tt.want, missing.mediaType(t))
		})
	}
}

func TestDVelop_ids(t *testing.T) {
	repo, id := strings.Split(events(t), "/")[3], dvelopWebhookID(t)
	for _, tt := range []struct {
		name, target string
		want         int
	}{
		{"right", "/dmsconfig/r/" + repo + "/events/postimport/" + id, 200},
		{"GUIDs in upper case", "/dmsconfig/r/" + strings.ToUpper(repo) + "/events/postimport/" + strings.ToUpper(id), 200},
		{"escaped", "/dmsconfig/r/" + repo + "/events/%70ostimport/" + id, 200},
		{"event in another case", "/dmsconfig/r/" + repo + "/events/PostImport/" + id, 404},
		{"webhook of another event", "/dmsconfig/r/" + repo + "/events/validateimport/" + id, 404},
		{"unknown event", "/dmsconfig/r/" + repo + "/events/nosuchevent/" + id, 404},
		{"unknown repository", "/dmsconfig/r/" + id + "/events/postimport/" + id, 404},
		{"unknown webhook", "/dmsconfig/r/" + repo + "/events/postimport/" + repo, 404},
		{"a word", "/dmsconfig/r/" + repo + "/events/postimport/wh-77", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := dms(t, &simulator.DVelop{}, "GET", tt.target, "")
			require.Equal(t, tt.want, got.Status)
			if tt.want == 404 {
				assert.JSONEq(t, `{"code":240100,"reason":"The requested object was not found."}`, got.Body)
			} else {
				assert.Equal(t, id, got.member(t, "id"))
			}
		})
	}
}

func TestDVelop_unknownRoutes(t *testing.T) {
	for _, tt := range []struct {
		method, target, allow string
		want                  int
	}{
		{"GET", "/", "", 404},
		{"GET", "/dmsconfig/r", "", 404},
		{"GET", events(t) + "/", "", 404},
		{"GET", events(t, "postimport", "a", "b"), "", 404},
		{"POST", "/identityprovider/login", "", 404},
		{"DELETE", events(t), "GET", 405},
		{"PATCH", events(t, "postimport"), "GET, POST, PUT", 405},
		{"POST", events(t, "postimport", dvelopWebhookID(t)), "DELETE, GET, PUT", 405},
	} {
		got := dms(t, &simulator.DVelop{}, tt.method, tt.target, "")
		assert.Equal(t, tt.want, got.Status, "%s %s", tt.method, tt.target)
		assert.Equal(t, tt.allow, got.Header.Get("Allow"))
		assert.Empty(t, got.Body)
	}
}

func TestDVelop_parallel(t *testing.T) {
	s := &simulator.DVelop{}
	base, token, _ := simulator.Tenant(&provider.DVelop)
	client := &http.Client{Transport: simulator.Transport(s)}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for _, method := range []string{"POST", "GET", "PUT"} {
				body := map[string]string{"POST": `{"uri":"/a"}`, "PUT": `{"order":[]}`}[method]
				req := newRequest(t, method, base+events(t, "postimport"), body)
				req.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {base}}
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					assert.Less(t, resp.StatusCode, 300)
					resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()

	list, ok := dms(t, s, "GET", events(t, "postimport"), "").member(t, "_embedded", "webhooks").([]any)
	require.True(t, ok)
	ids := map[string]bool{}
	for _, w := range list {
		w, ok := w.(map[string]any)
		require.True(t, ok)
		ids[fmt.Sprint(w["id"])] = true
	}
	assert.Len(t, ids, 18)
}
