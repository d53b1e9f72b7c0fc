package simulator_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// state is a handler in one of the states that it can be in.
type state struct {
	name string
	new  func() http.Handler
}

// vendors are those of which this file says how they are asked. What any vendor
// answers to the requests of its scenarios is judged where its cassettes are.
var vendors = []*provider.Definition{&provider.DevRev, &provider.DVelop}

// states are those of a vendor: each switch of a scenario, and each field.
func states(t testing.TB, d *provider.Definition) (all []state) {
	switches := []string{"", "undocumented"}
	for _, s := range d.Scenarios {
		switches = append(switches, s.Switch)
	}
	slices.Sort(switches)
	for _, name := range slices.Compact(switches) {
		all = append(all, state{name: "switch " + name, new: func() http.Handler {
			h, err := simulator.New(d, name)
			require.NoError(t, err)
			return h
		}})
	}
	base, _, _ := simulator.Tenant(d)
	if d == &provider.DevRev {
		return append(all,
			state{name: "Limit", new: func() http.Handler { return &simulator.DevRev{Limit: 1, RetryAfter: 30} }},
			state{name: "BearerRequired", new: func() http.Handler { return &simulator.DevRev{BearerRequired: true} }},
			state{name: "Fail 400", new: func() http.Handler { return &simulator.DevRev{Fail: 400} }},
			state{name: "Fail with another status", new: func() http.Handler { return &simulator.DevRev{Fail: 418} }},
			state{name: "Versions", new: func() http.Handler { return &simulator.DevRev{Versions: []string{"1970-01-01"}} }},
			state{name: "Webhooks, none", new: func() http.Handler { return &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{}} }},
			state{name: "User", new: func() http.Handler {
				return &simulator.DevRev{User: &simulator.DevRevUser{Type: "sys_user", ID: "don:identity:dvrv-us-1:devo/11FVC3ScK:sysu/1"}}
			}},
			state{name: "Now", new: func() http.Handler {
				return &simulator.DevRev{Now: func() time.Time { return time.Date(2030, 2, 28, 23, 59, 59, 999, time.FixedZone("", 3600)) }}
			}},
		)
	}
	return append(all,
		state{name: "Base", new: func() http.Handler { return &simulator.DVelop{Base: base} }},
		state{name: "OriginOptionalOnGet", new: func() http.Handler { return &simulator.DVelop{OriginOptionalOnGet: true} }},
		state{name: "KeepKey", new: func() http.Handler { return &simulator.DVelop{KeepKey: true} }},
		state{name: "OmitKey", new: func() http.Handler { return &simulator.DVelop{OmitKey: true} }},
		state{name: "NullID", new: func() http.Handler { return &simulator.DVelop{NullID: true} }},
		state{name: "Fail 403", new: func() http.Handler { return &simulator.DVelop{Fail: 403} }},
		state{name: "Fail with another status", new: func() http.Handler { return &simulator.DVelop{Fail: 418} }},
		state{name: "Events, none", new: func() http.Handler { return &simulator.DVelop{Events: []simulator.DVelopEvent{}} }},
	)
}

// Bodies that a request may bring, right and wrong in every way that the
// simulator tells apart.
func bodies(d *provider.Definition) []string {
	_, _, env := simulator.Tenant(d)
	if d == &provider.DevRev {
		id := env["DEVREV_WEBHOOK_ID"]
		with := func(members string) string { return `{"id":"` + id + `"` + members + `}` }
		return []string{
			"", "{}", "[]", "null", "7", `"text"`, "{", "{}{}",
			with(""), with(`,"expand":"all"`), `{"id":7}`, `{"id":null}`, `{"id":"word"}`, `{"id":"don:core:dvrv-us-1:devo/1:issue/2"}`,
			`{"id":"don:integration:dvrv-us-1:devo/1:webhook/none"}`,
			`{"url":"https://example.com/a"}`, `{"url":"https://example.com/a","secret":"MDEyMzQ1Njc4OWFiY2RlZg==","event_types":["work_created","verify"]}`,
			`{"url":"","secret":"","event_types":[]}`, `{"url":"u","secret":"short"}`, `{"url":"u","event_types":["work.created"]}`, `{"url":"u","event_types":[1]}`, `{"url":7}`, `{"event_types":{}}`,
			with(`,"action":"activate"`), with(`,"action":"deactivate"`), with(`,"action":"disable"`), with(`,"url":"https://example.com/b"`),
			with(`,"secret":""`), with(`,"secret":"AA=="`), with(`,"event_types":{"add":["work_updated"],"remove":["work_created"]}`),
			with(`,"event_types":{"set":["verify"]}`), with(`,"event_types":{"set":[],"add":[]}`), with(`,"event_types":[]`), with(`,"event_types":{"set":7}`), with(`,"event_types":{"other":[]}`),
			`{"url":"u","headers":[{"name":"X-A","value":"v"}]}`, `{"url":"u","headers":[{"name":"X A","value":"v"}]}`, `{"status":["active"]}`, `{"status":["degraded"]}`,
			with(`,"headers":{"set":[{"name":"X-A","value":"v"}],"add":[{"name":"X-B","value":""}],"remove":["X-A"]}`), with(`,"headers":{"remove":[1]}`),
			with(`,"padding":"` + strings.Repeat("x", 1<<20) + `"`),
		}
	}
	hook := func(members string) string {
		return `{"description":"d","enabled":true,"handleResponse":"NONE","uri":"/hook"` + members + `}`
	}
	return []string{
		"", "{}", "[]", "null", "{", hook(""), hook(`,"apiKey":null,"restrictions":null,"retry":null,"timeout":null`),
		hook(`,"apiKey":"k","restrictions":[{"key":"CATEGORY","value":"v"},{}],"retry":false,"timeout":2147483647,"id":"x","_links":{}`),
		hook(`,"timeout":2147483648`), hook(`,"timeout":"300"`), hook(`,"restrictions":[{"other":1}]`), hook(`,"apiKey":7`), `{"description":""}`, `{"enabled":null}`,
		`{"order":null}`, `{"order":[]}`, `{"order":["` + env["DVELOP_WEBHOOK_ID"] + `","other"]}`, `{"order":[1]}`, `{"order":"text"}`,
		`{"padding":"` + strings.Repeat("x", 1<<20) + `"}`,
	}
}

// targets are the ways to write a form's path and query.
func targets(d *provider.Definition, form provider.Form) []string {
	_, _, env := simulator.Tenant(d)
	if d == &provider.DevRev {
		id := strings.ReplaceAll(env["DEVREV_WEBHOOK_ID"], "/", "%2F")
		return []string{form.Path, form.Path + "?id=" + id, form.Path + "?id=" + id + "&id=" + id, form.Path + "?id=word", form.Path + "?other=1", form.Path + "?status=active", form.Path + "?id=%zz"}
	}
	const none = "ffffffff-ffff-4fff-8fff-ffffffffffff"
	fill := func(repository, event, webhook string) string {
		return strings.NewReplacer("{repoId}", repository, "{id}", event, "{webHookId}", webhook).Replace(form.Path)
	}
	repository, event, webhook := env["DVELOP_REPOSITORY_ID"], env["DVELOP_EVENT_ID"], env["DVELOP_WEBHOOK_ID"]
	all := []string{
		fill(repository, event, webhook), fill(strings.ToUpper(repository), event, strings.ToUpper(webhook)),
		fill(none, event, webhook), fill(repository, "no event", webhook), fill(repository, event, none), fill(repository, "validateimport", "07d4e1b8-f359-4e2a-a6c0-8b15d93f7e64"),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// headers are the ways to ask.
func headers(d *provider.Definition) (all []http.Header) {
	base, token, _ := simulator.Tenant(d)
	with := func(pairs ...string) {
		h := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "Origin": {base}}
		for i := 0; i < len(pairs); i += 2 {
			if h.Del(pairs[i]); pairs[i+1] != "" {
				h.Set(pairs[i], pairs[i+1])
			}
		}
		all = append(all, h)
	}
	with()
	with("Authorization", "")
	with("Authorization", "Bearer wrong")
	with("Authorization", token)
	if d == &provider.DevRev {
		with("Content-Type", "text/plain")
		with("Content-Type", "")
		with("X-Devrev-Version", "1970-01-01")
		with("X-Devrev-Version", "2024-01-24")
		return all
	}
	with("Accept", "application/json")
	with("Accept", "application/hal+json")
	with("Accept", "text/plain")
	with("Authorization", "", "Accept", "application/json")
	with("Origin", "")
	with("Origin", "https://elsewhere.example")
	return all
}

// beyond are the answers that the contract does not know, with the reason why
// the simulator gives them all the same.
var beyond = map[string]string{
	"dvelop GetEvents 404":  "no page documents the operation, and something must answer an unknown repository",
	"dvelop GetWebHook 302": "the guide is silent; d.velop's own libraries send a browser to the sign-in page",
	"dvelop GetEvent 302":   "as for GetWebHook",
	"dvelop GetEvents 302":  "as for GetWebHook",
}

// unprovoked are the documented statuses that the simulator never answers, with
// the reason. There is none.
var unprovoked = map[string]string{}

// exchange sends a request and returns it with the answer as the contract reads
// both.
func exchange(t testing.TB, h http.Handler, req *http.Request, body string) (contract.Request, contract.Response) {
	asked := contract.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: []byte(body)}
	resp, err := simulator.Transport(h).RoundTrip(req)
	require.NoError(t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return asked, contract.Response{Status: resp.StatusCode, Header: resp.Header, Body: answer}
}

// requests calls f with every request to an operation that is tried: each target
// with each body, and each way to ask with a few: none, a right one and a wrong
// one. The body that is too large to be read comes once.
func requests(d *provider.Definition, form provider.Form, all []string, f func(target string, header http.Header, body string)) {
	if form.Body == "" {
		all = all[:1]
	}
	for i, target := range targets(d, form) {
		for j, header := range headers(d) {
			for k, body := range all {
				if j > 0 && k != 0 && k != 5 && k != 8 || i+j > 0 && len(body) > 1<<20 {
					continue
				}
				f(target, header, body)
			}
		}
	}
}

var whole = flag.Bool("whole", false, "make every request in every state, and not in the first state alone and every fourth one in the others")

// Every answer meets the contract, in every state; and every documented status
// is answered.
func TestContract_everyAnswer(t *testing.T) {
	for _, d := range vendors {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			base, _, _ := simulator.Tenant(d)
			all := bodies(d)
			seen, types := map[string]int{}, map[string]bool{}
			// Most answers do not depend on the state: one that has met the contract
			// is not checked again when the same request is given it.
			met := map[[sha256.Size]byte]bool{}
			for i, st := range states(t, d) {
				n := i
				for _, op := range d.Operations {
					for _, form := range op.Forms {
						requests(d, form, all, func(target string, header http.Header, body string) {
							if n++; !*whole && i > 0 && n%4 != 0 {
								return
							}
							h := st.new() // writing must not starve what follows
							for range 2 { // the limit is reached, and what was deleted is gone
								req := newRequest(t, form.Method, base+target, body)
								req.Header = header.Clone()
								asked, answer := exchange(t, h, req, body)
								key := fmt.Sprintf("%s %s %d", d.Name, op.Name, answer.Status)
								seen[key]++
								if beyond[key] != "" {
									continue
								}
								same := digest(asked, answer)
								if met[same] {
									continue
								}
								if key == "devrev "+op.Name+" 400" {
									types[reply{Body: string(answer.Body)}.member(t, "type").(string)] = true
								}
								problems := contract.CheckResponse(d, asked, answer, false)
								met[same] = len(problems) == 0
								for _, p := range problems {
									if p.Fails() || st.name != "switch undocumented" {
										require.Fail(t, "breaks the contract", "%s, %s %s: %d %s\n%s\n%.300s", st.name, form.Method, target, answer.Status, p, answer.Body, body)
									}
								}
								if len(body) > 1<<20 {
									break
								}
							}
						})
					}
				}
			}
			count := 0
			for _, n := range seen {
				count += n
			}
			t.Logf("%d answers, %d of them different", count, len(met))
			assert.ElementsMatch(t, expectedAnswers(d), slices.Collect(maps.Keys(seen)), "documented and given")
			if d == &provider.DevRev {
				assert.ElementsMatch(t, devrevTypes, slices.Collect(maps.Keys(types)), "types of a 400")
			}
		})
	}
}

// devrevTypes are the types of DevRev's 400 that the simulator answers. The other
// ten that the contract lists are about attachments, custom fields, groups, merged
// works, missing dependencies, stale schemas and workflows; no webhook has any of
// these.
var devrevTypes = []string{
	"bad_request", "invalid_api_version", "invalid_content_type", "invalid_enum_value", "invalid_field", "invalid_id", "missing_required_field",
	"parse_error", "unexpected_id_type", "unexpected_json_type", "value_not_permitted",
}

// digest is the same for the same answer to the same request.
func digest(asked contract.Request, answer contract.Response) (sum [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %d %d %d\n", asked.Method, asked.URL, len(asked.Body), answer.Status, len(answer.Body))
	asked.Header.Write(h)
	h.Write([]byte("\n"))
	answer.Header.Write(h)
	h.Write(asked.Body)
	h.Write(answer.Body)
	h.Sum(sum[:0])
	return sum
}

// expectedAnswers are the documented statuses, those that cannot be provoked left
// out and those beyond the contract added.
func expectedAnswers(d *provider.Definition) (all []string) {
	for _, op := range d.Operations {
		for _, r := range op.Responses {
			if key := fmt.Sprintf("%s %s %d", d.Name, op.Name, r.Status); unprovoked[key] == "" {
				all = append(all, key)
			}
		}
	}
	for key := range beyond {
		if strings.HasPrefix(key, d.Name+" ") {
			all = append(all, key)
		}
	}
	return all
}

// Where d.velop's inferred profile is stricter than its documents, the answers
// of the default tenant meet it too.
func TestContract_inferredProfile(t *testing.T) {
	d := &provider.DVelop
	for _, s := range d.Scenarios {
		if s.Switch != "" || s.Status == http.StatusFound {
			continue
		}
		req := tenantRequest(t, d, s.Request)
		asked, answer := exchange(t, &simulator.DVelop{}, req, "")
		assert.Empty(t, contract.CheckResponse(d, asked, answer, true), s.Name)
	}
}

// A handler that departs from the contract is found out.
func TestContract_findsFaults(t *testing.T) {
	d := &provider.DevRev
	req := tenantRequest(t, d, d.Scenario("webhooks.get/200").Request)
	h := &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{{ID: simulatorID(), URL: "u", Secret: "s", Status: "degraded"}}}
	asked, answer := exchange(t, h, req, `{"id":"`+simulatorID()+`"}`)
	problems := contract.CheckResponse(d, asked, answer, false)
	require.Len(t, problems, 1)
	assert.Equal(t, "/webhook/status", problems[0].Pointer)
}

func simulatorID() string {
	_, _, env := simulator.Tenant(&provider.DevRev)
	return env["DEVREV_WEBHOOK_ID"]
}

// FuzzContract sends any input to every operation of both vendors: whatever
// comes back, its status is documented, and it meets the contract.
func FuzzContract(f *testing.F) {
	for _, d := range provider.All() {
		for _, body := range bodies(d) {
			if len(body) < 1<<10 {
				f.Add(body, "id=word", "application/json")
			}
		}
	}
	for _, s := range hostile {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, body, query, accept string) {
		for _, d := range provider.All() {
			base, token, _ := simulator.Tenant(d)
			h, err := simulator.New(d, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range d.Operations {
				for _, form := range op.Forms {
					req := newRequest(t, form.Method, base+targets(d, form)[0], body)
					req.URL.RawQuery = strings.ReplaceAll(query, " ", "")
					req.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {base}, "Accept": {accept}}
					if _, err := simulator.Transport(h).RoundTrip(req.Clone(t.Context())); err != nil && !strings.Contains(err.Error(), "panicked") {
						return // a URL that no server could read
					}
					req = newRequest(t, form.Method, req.URL.String(), body)
					req.Header = http.Header{"Authorization": {"Bearer " + token}, "Origin": {base}, "Accept": {accept}}
					asked, answer := exchange(t, h, req, body)
					for _, p := range contract.CheckResponse(d, asked, answer, false) {
						if p.Fails() {
							t.Fatalf("%s %s: %d %s\n%s", form.Method, req.URL, answer.Status, p, answer.Body)
						}
					}
				}
			}
		}
	})
}
