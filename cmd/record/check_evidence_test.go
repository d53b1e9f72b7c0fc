package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// stranger is what stands in the place of a tenant's answers.
type stranger struct {
	status    int
	mediaType string // JSON unless it says otherwise
	body      string
	reset     bool
}

func (a stranger) String() string {
	body := a.body
	switch {
	case a.reset:
		return "reset"
	case strings.HasPrefix(body, "<"):
		body = "HTML"
	case body == "":
		body = "empty"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.status, a.mediaType, body))
}

func (a stranger) write(w http.ResponseWriter) {
	if a.reset {
		panic(http.ErrAbortHandler)
	}
	if a.body != "" {
		w.Header().Set("Content-Type", a.mediaType)
		if a.mediaType == "" {
			w.Header().Set("Content-Type", "application/json")
		}
	}
	if a.status >= 300 && a.status < 400 {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
}

// strangers are what a tenant, a gateway, a proxy or another server may answer in the
// place of a vendor: bodies that are none of the vendor's, with every status that is told
// apart.
func strangers() (all []stranger) {
	const page = "<html><body>Back soon</body></html>"
	for _, body := range []string{`{"status":"ok"}`, `{}`, `[1,2]`, `{"a":{"b":1}}`, `7`} {
		all = append(all, stranger{status: 200, body: body})
	}
	for _, status := range []int{200, 400, 401, 403, 404, 405, 406, 408, 410, 418, 422, 429, 500, 502, 503} {
		if status != 200 {
			all = append(all, stranger{status: status, body: `{"error":"blocked"}`})
		}
		all = append(all, stranger{status: status}, stranger{status: status, mediaType: "text/plain", body: "not here"}, stranger{status: status, mediaType: "text/html", body: page})
	}
	for _, status := range []int{201, 204, 301, 304, 302, 303, 307, 308} {
		all = append(all, stranger{status: status})
	}
	return append(all, stranger{reset: true}, refusal,
		stranger{status: 200, body: "\ufeff" + `{"webhook":{}}`}, stranger{status: 200, body: "\xff\xfe{\x00}\x00"},
		stranger{status: 200, mediaType: "text/html", body: `{"status":"ok"}`}, stranger{status: 200, body: page}, stranger{status: 200, body: `{"webhook": {"id": "don:integ`},
		stranger{status: 404, body: `{"message":"Not found.","type":"not_found"}`}, stranger{status: 400, body: `{"message":"Bad request.","type":"bad_request"}`})
}

// refusal is what DevRev documents of a credential that is refused.
var refusal = stranger{status: 401, body: `{"message":"Not authenticated.","type":"unauthenticated"}`}

// The places at which another answer may stand.
var places = []string{"everywhere", "operation", "scenario", "from the middle on", "look-up", "unknown id", "every second"}

// whileWaiting is an outage that may end while the run waits for that. An answer
// that comes each of the times that it is asked for is none: not to a look-up either.
const whileWaiting = -1

// expectedStatus is what a check must make of an answer in that place. The status is the
// worst of a run: where the drift of one scenario is certain, it is 3.
func (a stranger) expectedStatus(def *provider.Definition, place string, idSet bool) int {
	page := a.mediaType == "text/html" && strings.HasPrefix(a.body, "<")
	outage := a.status >= 500 || a.status == 408 || page || a.status == 302 || a.status == 303 || a.status == 307
	refuses := a.status == 401 || a.status == 403
	devrev := def == &provider.DevRev
	switch {
	case a.reset:
		return exit.Unreachable
	case a.status == 429:
		return exit.Throttled
	}
	switch place {
	case "everywhere", "from the middle on":
		switch {
		case outage:
			return exit.Outage
		case refuses:
			return exit.Refused
		case place == "everywhere":
			return exit.Failed
		}
		return exit.Outage
	case "operation", "look-up":
		// A request with a wrong credential is answered in another way than documented.
		if refuses && (place == "look-up" || devrev && a == refusal || !devrev && a.status == 401) {
			return exit.Refused
		}
		if !devrev && a.status == 404 && place == "look-up" && !idSet {
			return exit.Failed // no request has had success with the event's id
		}
	case "unknown id":
		if !devrev && a.status == 404 && strings.HasPrefix(a.body, "{") {
			return exit.Done // of its errors d.velop documents no member that must be there
		}
	case "scenario":
		if devrev && (refuses || a.status == 404 && idSet) {
			// No other request has had success with the operation, nor with the id.
			return map[bool]int{true: exit.Refused, false: exit.Failed}[refuses]
		}
	case "every second":
		if outage {
			return whileWaiting
		}
	}
	return exit.Drift // also of what comes each time to one kind of request
}

// askedOf are the scenarios of a check, one operation of which needs an id.
var askedOf = map[string][]string{
	"devrev": {"webhooks.get/200", "webhooks.get/400-invalid_id", "webhooks.get/401", "webhooks.get/404", "webhooks.list/200", "webhooks.list/400-invalid_field"},
	"dvelop": {"GetWebHook/200-json", "GetWebHook/200-hal", "GetWebHook/401", "GetWebHook/404-json", "GetEvent/200-json", "GetEvents/200"},
}

// idVariable is the environment variable with the id of a webhook.
func idVariable(def *provider.Definition) string {
	i := slices.IndexFunc(def.Bindings, func(b provider.Binding) bool { return b.Placeholder == def.Own.Placeholder })
	if i < 0 {
		return ""
	}
	return def.Bindings[i].Var
}

func someOf(def *provider.Definition) (all []string) {
	for _, scenario := range askedOf[def.Name] {
		all = append(all, def.Name+"/"+scenario)
	}
	return all
}

// standIn is a tenant with other answers at some places.
func standIn(t *testing.T, def *provider.Definition, instead func(n int, r *http.Request, body string) bool, answer func(http.ResponseWriter, *http.Request, http.Handler), idSet bool) (getenv func(string) string) {
	t.Helper()
	handler, err := simulator.New(def, "")
	require.NoError(t, err)
	var count atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(count.Add(1))
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if instead(n, r, string(body)) {
			answer(w, r, handler)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	_, token, env := simulator.Tenant(def)
	values := map[string]string{def.TokenVar: token, def.BaseVar: server.URL}
	for _, b := range def.Bindings {
		if b.Lookup == nil || idSet {
			values[b.Var] = env[b.Var]
		}
	}
	return func(name string) string { return values[name] }
}

// at reports whether another answer stands in a place.
func at(def *provider.Definition, place string) func(n int, r *http.Request, body string) bool {
	_, token, env := simulator.Tenant(def)
	id := env[idVariable(def)]
	var mu sync.Mutex
	times := map[string]int{}
	return func(n int, r *http.Request, body string) bool {
		operation := strings.HasSuffix(r.URL.Path, "/webhooks.get") || def.Name == "dvelop" && strings.Count(r.URL.Path, "/") == 6
		switch place {
		case "everywhere":
			return true
		case "look-up":
			return strings.HasSuffix(r.URL.Path, "/webhooks.list") || def.Name == "dvelop" && strings.HasSuffix(r.URL.Path, env["DVELOP_EVENT_ID"])
		case "unknown id":
			return strings.Contains(body+r.URL.Path, "no-such") || strings.HasSuffix(r.URL.Path, provider.DVelopUnknownWebhookID)
		case "every second":
			mu.Lock()
			defer mu.Unlock()
			key := fmt.Sprint(r.Method, r.URL, body, r.Header["Authorization"], r.Header["Accept"])
			times[key]++
			return times[key]%2 == 0
		case "operation":
			return operation
		case "scenario":
			named := strings.Contains(body, id) || strings.HasSuffix(r.URL.Path, id)
			return operation && named && strings.HasSuffix(r.Header.Get("Authorization"), token) && !strings.Contains(r.Header.Get("Accept"), "hal")
		default:
			return n > 4
		}
	}
}

// vendors are those whose answers these tests know.
var vendors = []*provider.Definition{&provider.DevRev, &provider.DVelop}

var everyCell = flag.Bool("whole", false, "check with every answer in every place and every kind of drift of both vendors, and plant every URL, and not a part of them")

// A check takes nothing for drift that is none, and hides none, wherever another answer
// stands: the matrix of every answer and place, with the id given and looked up.
func TestCheck_verdicts(t *testing.T) {
	for _, def := range vendors {
		t.Run(def.Name, func(t *testing.T) {
			args := append([]string{"check", "--quiet", "--json", "--max-wait", "1s", "--pace", "0s"}, someOf(def)...)
			cells := 0
			for i, a := range strangers() {
				row := fmt.Sprintf("%-45s", a)
				for j, place := range places {
					for k, idSet := range []bool{false, true} {
						if !*everyCell && (i+2*j+k)%(2*len(places)) != 0 { // each answer once, and the next one in the next column
							row += "  ."
							continue
						}
						cells++
						getenv := standIn(t, def, at(def, place), func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { a.write(w) }, idSet)
						var stdout, stderr strings.Builder
						got := run(t.Context(), args, getenv, scriptClock(getenv), &stdout, &stderr)
						var r check.Report
						require.NoError(t, json.Unmarshal([]byte(stdout.String()), &r), stderr.String())
						want := a.expectedStatus(def, place, idSet)
						mark := " "
						if want == whileWaiting && (got == exit.Done || got == exit.Outage || got == exit.Failed && !idSet || got == exit.Drift && a.status < 404) {
							want = got
						}
						if !assert.Equal(t, want, got, "%s %s, id set %v\n%s%s", a, place, idSet, stderr.String(), stdout.String()) {
							mark = "!"
						}
						assert.Equal(t, got == exit.Drift, r.Worst == "breaking", "%s %s", a, place)
						assert.Len(t, append(make([]struct{}, len(r.Unchecked)), make([]struct{}, len(r.Reports))...), len(askedOf[def.Name]))
						if place == "everywhere" && got == exit.Failed {
							assert.Empty(t, r.Reports, "%s", a)
							assert.True(t, slices.ContainsFunc(r.Unchecked, func(u check.Unchecked) bool { return u.Cause == exit.CauseNotVendor || u.Cause == exit.CauseMoved }))
						}
						row += "  " + strconv.Itoa(got) + mark
					}
				}
				t.Log(row)
			}
			t.Logf("columns: %s, each with the id looked up and given: %d of %d cells", strings.Join(places, ", "), cells, 2*len(places)*len(strangers()))
		})
	}
}

// A broken route hides no drift of another, before it or after it, whatever it answers.
func TestCheck_brokenRoute(t *testing.T) {
	drifted := func(r *http.Request, body string) bool { return strings.HasSuffix(r.URL.Path, "webhooks.list") }
	for _, a := range []stranger{{status: 500}, {status: 429, body: "{}"}, {status: 404, mediaType: "text/plain", body: "not here"}, {status: 200, mediaType: "text/html", body: "<html>"}, {reset: true}} {
		for _, args := range []string{"devrev/webhooks.get devrev/webhooks.list", "devrev/webhooks.list devrev/webhooks.get"} {
			unknown := func(body string) bool { return strings.Contains(body, "no-such-webhook") }
			getenv := standIn(t, &provider.DevRev, func(_ int, r *http.Request, body string) bool { return unknown(body) || drifted(r, body) }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !drifted(r, "") {
					a.write(w)
					return
				}
				changed(w, r, next, func(_ *http.Request, _ *int, body string) string {
					return strings.ReplaceAll(body, `"status": "active"`, `"status": 7`)
				})
			}, true)
			var stdout, stderr strings.Builder
			got := run(t.Context(), append([]string{"check", "--quiet", "--max-wait", "1s", "--pace", "0s"}, strings.Fields(args)...), getenv, scriptClock(getenv), &stdout, &stderr)
			if a.status == 429 && strings.HasPrefix(args, "devrev/webhooks.get") {
				assert.Equal(t, exit.Throttled, got, "a tenant that throttles is left alone\n%s", stdout.String())
				continue
			}
			assert.Equal(t, exit.Drift, got, "%s %s\n%s%s", a, args, stdout.String(), stderr.String())
			assert.Contains(t, stdout.String(), "breaking  /webhooks/0/status")
		}
	}
}

// edit changes an answer of the vendor's for good.
type edit struct {
	name string
	of   map[string]func(status *int, header http.Header, body string) string
}

func edits() []edit {
	type change = func(status *int, header http.Header, body string) string
	both := func(c change) map[string]change { return map[string]change{"devrev": c, "dvelop": c} }
	status := func(from, to int) change {
		return func(status *int, _ http.Header, body string) string {
			if *status == from {
				*status = to
			}
			return body
		}
	}
	replaced := func(pairs ...string) change {
		return func(_ *int, _ http.Header, body string) string { return strings.NewReplacer(pairs...).Replace(body) }
	}
	mediaType := func(to string) change {
		return func(status *int, header http.Header, body string) string {
			header["Content-Type"] = []string{to}
			if to == "" {
				header["Content-Type"] = nil
			}
			return body
		}
	}
	return []edit{
		{"400 becomes 404", map[string]change{"devrev": status(400, 404)}},
		{"400 becomes 422", map[string]change{"devrev": status(400, 422)}},
		{"200 becomes 201", both(status(200, 201))},
		{"404 becomes 410", both(status(404, 410))},
		{"404 becomes 400", both(status(404, 400))},
		{"another error type", map[string]change{"devrev": replaced(`"type": "not_found"`, `"type": "gone_away"`, `"type": "invalid_field"`, `"type": "bad_request"`)}},
		{"another media type", both(mediaType("application/vnd.acme+json"))},
		{"a text's media type", both(mediaType("text/plain"))},
		{"a page's media type", both(mediaType("text/html"))},
		{"no media type", both(mediaType(""))},
		{"a member is missing", both(func(_ *int, _ http.Header, body string) string {
			return strings.NewReplacer(`"secret"`, `"secret_gone"`, `"uri"`, `"uriGone"`).Replace(body)
		})},
		{"a member is null", both(replaced(`"status": "active"`, `"status": null`, `"enabled": true`, `"enabled": null`))},
		{"a new member", both(replaced(`"status": "active"`, `"status": "active", "retries": 3`, `"enabled": true`, `"enabled": true, "retries": 3`))},
		{"a new word", map[string]change{"devrev": replaced(`"status": "active"`, `"status": "snoozed"`)}},
		{"a word in capitals", map[string]change{"devrev": replaced(`"status": "active"`, `"status": "snoozed_UNTIL"`)}},
		{"two words", map[string]change{"devrev": replaced(`"status": "active"`, `"status": "On hold"`)}},
		{"another type", both(replaced(`"status": "active"`, `"status": 7`, `"timeout": 10000`, `"timeout": "10000"`))},
		{"errors are text", both(func(status *int, header http.Header, body string) string {
			if *status == 404 {
				header.Set("Content-Type", "text/plain")
				return "not here"
			}
			return body
		})},
		{"400 becomes 500", map[string]change{"devrev": status(400, 500)}},
		{"404 becomes 302", both(status(404, 302))},
		{"errors are pages", both(func(status *int, header http.Header, body string) string {
			if *status == 404 {
				header.Set("Content-Type", "text/html")
				return "<!DOCTYPE html><html><body>Cannot POST</body></html>"
			}
			return body
		})},
		{"a member twice", both(replaced(`"webhook":`, `"webhook": {}, "webhook":`, `"uri":`, `"uri": "x", "uri":`))},
		{"errors are empty", both(func(status *int, header http.Header, body string) string {
			if *status == 404 {
				return ""
			}
			return body
		})},
	}
}

// recordings are the cassettes of a sound tenant of each vendor.
var recordings = map[string]fstest.MapFS{}

// soundCassettes places them into out. They are recorded once, for they are the same each time.
func soundCassettes(t *testing.T, def *provider.Definition) {
	t.Helper()
	if recordings[def.Name] == nil {
		dir := t.TempDir()
		getenv := standIn(t, def, func(int, *http.Request, string) bool { return false }, nil, true)
		var stdout, stderr strings.Builder
		got := run(t.Context(), []string{"refresh", "--quiet", "--pace", "0s", "--out", dir, def.Name}, getenv, scriptClock(getenv), &stdout, &stderr)
		require.Equal(t, exit.Done, got, stderr.String())
		files := fstest.MapFS{}
		require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, name))
			files[name] = &fstest.MapFile{Data: data}
			return err
		}))
		recordings[def.Name] = files
	}
	require.NoError(t, os.CopyFS("out", recordings[def.Name]))
}

// What a check that finds drift advises is run as it is printed: then the next check
// finds none.
func TestCheck_advice(t *testing.T) {
	for v, def := range vendors {
		for i, e := range edits() {
			change := e.of[def.Name]
			if change == nil || !*everyCell && len(e.of) > 1 && i%2 != v {
				continue
			}
			t.Run(def.Name+"/"+strings.ReplaceAll(e.name, " ", "_"), func(t *testing.T) {
				t.Chdir(t.TempDir())
				getenv := standIn(t, def, func(int, *http.Request, string) bool { return true }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					rec := httptest.NewRecorder()
					next.ServeHTTP(rec, r)
					for name, values := range rec.Header() {
						w.Header()[name] = values
					}
					body := change(&rec.Code, w.Header(), rec.Body.String())
					w.Header().Del("Content-Length")
					w.WriteHeader(rec.Code)
					io.WriteString(w, body)
				}, true)
				command := func(want int, args ...string) string {
					t.Helper()
					var stdout, stderr strings.Builder
					got := run(t.Context(), append(args, "--quiet", "--pace", "0s", "--max-wait", "0s"), getenv, scriptClock(getenv), &stdout, &stderr)
					require.Equal(t, want, got, "%s\n%s%s", args, stdout.String(), stderr.String())
					return stdout.String()
				}
				check := []string{"check", "--fail-on", "additive", "--cassettes", "out"}
				if *everyCell {
					check = append(check, def.Name)
				} else {
					check = append(check, someOf(def)...)
				}
				soundCassettes(t, def)
				found := command(exit.Drift, check...)
				_, advice, ok := strings.Cut(found, "to take the answers as they are: record ")
				require.True(t, ok, found)
				t.Log(strings.TrimSpace(advice))
				command(exit.Done, strings.Fields(strings.ReplaceAll(advice, "'", ""))...)
				command(exit.Done, check...)
			})
		}
	}
}

// What the cassettes keep, the advice keeps: also where it names the vendor, for others
// that have drifted.
func TestCheck_adviceKeeps(t *testing.T) {
	t.Chdir(t.TempDir())
	drifted := false
	getenv := standIn(t, &provider.DevRev, func(int, *http.Request, string) bool { return true }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		changed(w, r, next, func(_ *http.Request, status *int, body string) string {
			if drifted && *status >= 400 {
				return strings.Replace(body, "{", `{"request_ref": "abc",`, 1)
			}
			return strings.ReplaceAll(body, `"status": "active"`, `"status": "snoozed"`)
		})
	}, true)
	command := func(args string) string {
		t.Helper()
		var stdout, stderr strings.Builder
		got := run(t.Context(), strings.Fields(strings.ReplaceAll(args, "'", "")+" --quiet --pace 0s"), getenv, scriptClock(getenv), &stdout, &stderr)
		require.Equal(t, exit.Done, got, "%s\n%s%s", args, stdout.String(), stderr.String())
		return stdout.String()
	}
	command("refresh --out out --keep /webhook/status --keep /webhooks/*/status devrev")
	drifted = true
	_, advice, _ := strings.Cut(command("check --cassettes out devrev"), "to take the answers as they are: record ")
	assert.Equal(t, "refresh --keep /webhook/status --keep '/webhooks/*/status' --out out devrev\n", advice)
	command(advice)
	assert.NotContains(t, command("check --fail-on any --cassettes out devrev"), "to take")
}

// against runs a check of what another tenant has recorded.
func against(t *testing.T, def *provider.Definition, args string, edit func(r *http.Request, status *int, body string) string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	getenv := standIn(t, def, func(int, *http.Request, string) bool { return true }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		changed(w, r, next, edit)
	}, true)
	soundCassettes(t, def)
	var out, said strings.Builder
	status = run(t.Context(), append([]string{"check", "--cassettes", "out"}, append(strings.Fields(args), "--quiet", "--pace", "0s", "--max-wait", "1s")...), getenv, scriptClock(getenv), &out, &said)
	return status, out.String(), said.String()
}

// The pointers of the run are in its advice, and none is to take less than there is.
func TestCheck_adviceOfTheRun(t *testing.T) {
	for _, c := range []struct{ args, from, to, want string }{
		{"--redact /webhook/status devrev/webhooks.get/200", `"status": "active"`, `"status": 7, "status": "snoozed"`, "refresh --accept-drift --redact /webhook/status --out out devrev/webhooks.get/200\n"},
		{"devrev/webhooks.get/200", `"status": "active"`, `"status": "snoozed"`, "refresh --keep /webhook/status --out out devrev/webhooks.get/200\n"},
		{"devrev/webhooks.list/200", `"webhooks": [`, `"webhooks": [], "x": [`, ""},
	} {
		_, stdout, stderr := against(t, &provider.DevRev, c.args, func(_ *http.Request, _ *int, body string) string { return strings.Replace(body, c.from, c.to, 1) })
		_, advice, _ := strings.Cut(stdout, "to take the answers as they are: record ")
		assert.Equal(t, c.want, advice, "%s\n%s", stdout, stderr)
	}
}

// What is advised changes something: of what is written otherwise and says the same,
// no cassette is replaced, and nothing is advised.
func TestCheck_adviceOfLayout(t *testing.T) {
	spaced := strings.NewReplacer("{", "{ ", ",", " ,\n")
	for _, c := range []struct {
		name, from, to string
		want           bool
	}{
		{"white space", `"status"`, " \t\"status\"", false},
		{"spaces everywhere", "", "", false},
		{"members in another order", `"status": "active"`, "", false},
		{"items in another order", `"event_types": [`, `"event_types": ["work_updated", `, true},
		{"both, and a member more", `"status": "active"`, `"extra":1 , "status" : "active"`, true},
	} {
		_, stdout, stderr := against(t, &provider.DevRev, "--fail-on any devrev/webhooks.get/200", func(_ *http.Request, _ *int, body string) string {
			switch {
			case c.from == "":
				return spaced.Replace(body)
			case c.to == "":
				var all map[string]any
				assert.NoError(t, json.Unmarshal([]byte(body), &all))
				webhook := all["webhook"].(map[string]any)
				status, _ := json.Marshal(webhook["status"])
				delete(webhook, "status")
				rest, _ := json.Marshal(webhook)
				return `{"webhook": {"status": ` + string(status) + "," + string(rest[1:]) + "}"
			}
			assert.Contains(t, body, c.from)
			return strings.Replace(body, c.from, c.to, 1)
		})
		require.Contains(t, stdout, "1 with drift", "%s\n%s", c.name, stderr)
		assert.Equal(t, c.want, strings.Contains(stdout, "to take the answers as they are"), "%s\n%s", c.name, stdout)
		t.Logf("%-25s %t", c.name, c.want)
	}
}

// One cause is one message, and one status, with all that the run has seen.
func TestCheck_causes(t *testing.T) {
	asked := 0
	refusing := func(when func(*http.Request) bool) func(*http.Request, *int, string) string {
		return func(r *http.Request, status *int, body string) string {
			if asked++; !when(r) {
				return body
			}
			*status = 401
			return refusal.body
		}
	}
	for _, c := range []struct {
		name, args string
		edit       func(*http.Request, *int, string) string
		want       int
		stdout     string
		stderr     string
	}{
		{
			"a wrong token", "devrev", refusing(func(*http.Request) bool { return true }), exit.Refused,
			"credential refused", "the tenant answered 401; check that DEVREV_TOKEN is valid",
		},
		{
			"a token that expires", "devrev/webhooks.get", refusing(func(r *http.Request) bool {
				return asked > 8 && !strings.Contains(r.Header.Get("Authorization"), provider.WrongToken)
			}), exit.Refused,
			"credential refused", "the tenant answered 401, and took the credential until devrev/webhooks.get/",
		},
		{
			"a right that is lacking", "devrev", refusing(func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, "webhooks.list") && !strings.Contains(r.Header.Get("Authorization"), provider.WrongToken)
			}), exit.Refused,
			"credential refused", "scenarios not checked: the tenant answered 401 to this operation, and takes the credential for others; check that DEVREV_TOKEN",
		},
		{
			"a canary", "devrev/webhooks.get/200", func(_ *http.Request, _ *int, body string) string {
				if asked++; asked%2 == 0 {
					return strings.Replace(body, `"status": "active"`, `"status": "snoozed"`, 1)
				}
				return body
			}, exit.Drift, "in one of two answers", "",
		},
		{
			"errors that have become a crash", "devrev", func(r *http.Request, status *int, body string) string {
				switch {
				case *status == 400:
					*status = 500
				case *status == 404 && strings.HasSuffix(r.URL.Path, "webhooks.get"):
					return `{"type": 7}`
				}
				return body
			}, exit.Drift, "the HTTP status was 400 and is 500", "",
		},
		{
			"a route that is gone", "devrev/webhooks.get", func(_ *http.Request, status *int, _ string) string {
				*status = 404
				return `{"message":"Not found.","type":"not_found"}`
			}, exit.Failed, "", "nothing that answers as DevRev documents stands at DEVREV_BASE_URL: it answered",
		},
		{
			"a page", "devrev", func(_ *http.Request, status *int, _ string) string {
				*status = 200
				return "\ufeff{}"
			}, exit.Failed, "devrev 22 scenarios +failed +nothing that answers", "devrev 22 scenarios not checked: nothing that answers as DevRev documents stands at DEVREV_BASE_URL: it answered [0-9]+ times 200 application/json of 5 bytes \\(a byte order mark before it\\); check it",
		},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			asked = 0
			status, stdout, stderr := against(t, &provider.DevRev, c.args, c.edit)
			assert.Equal(t, c.want, status, "%s\n%s", stdout, stderr)
			assert.Regexp(t, c.stdout, stdout)
			assert.Regexp(t, c.stderr, stderr)
		})
	}
}

// Below a wrong path nothing is drift, and nothing is checked, whatever is answered before
// routing, however the unknown route is answered, and whatever of the run asks for an id.
func TestCheck_wrongPath(t *testing.T) {
	for _, def := range vendors {
		for _, a := range []*stranger{nil, {status: 404, mediaType: "text/plain", body: "no such page"}, {status: 404}} {
			for _, idSet := range []bool{false, true} {
				routed := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/right/") }
				getenv := standIn(t, def, func(_ int, r *http.Request, _ string) bool { return !routed(r) }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					rec := httptest.NewRecorder()
					r.URL.Path = "/wrong" + r.URL.Path
					next.ServeHTTP(rec, r)
					if rec.Code == http.StatusNotFound && a != nil {
						a.write(w)
						return
					}
					changed(w, r, next, func(_ *http.Request, _ *int, body string) string { return body })
				}, idSet)
				for _, scenarios := range append(askedOf[def.Name][:1:1], "", def.Operations[0].Name) {
					name := strings.TrimSuffix(def.Name+"/"+scenarios, "/")
					var stdout, stderr strings.Builder
					got := run(t.Context(), []string{"check", "--quiet", "--max-wait", "1s", "--pace", "0s", name}, getenv, scriptClock(getenv), &stdout, &stderr)
					assert.Equal(t, exit.Failed, got, "%s %v, id set %v\n%s%s", name, a, idSet, stdout.String(), stderr.String())
					assert.Regexp(t, "with 404, .*the path of "+def.BaseVar+"|documents stands at "+def.BaseVar+": it answered .*404", stderr.String())
					assert.NotContains(t, stdout.String(), "to take")
					t.Logf("%-25s %-30v id set %-5v %d %s", name, a, idSet, got, strings.SplitN(stdout.String(), "\n", 2)[0])
				}
			}
		}
	}
}

// An answer of one moment, wherever in the run it comes, is asked for again and told, and no
// drift and no refused credential; a recording is made all the same.
func TestCheck_once(t *testing.T) {
	for _, def := range vendors {
		commands := []string{"check", "refresh --out " + t.TempDir()}
		for i, a := range []stranger{refusal, {status: 401}, {status: 403}, {status: 404, body: `{"message":"Not found.","type":"not_found"}`}, {status: 404}} {
			for k, idSet := range []bool{false, true} {
				row := ""
				for n := 1; n <= 48; n++ {
					if !*everyCell && n != 1+7*i+3*k { // from the first to the last
						continue
					}
					for _, command := range commands {
						getenv := standIn(t, def, func(i int, _ *http.Request, _ string) bool { return i == n }, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { a.write(w) }, idSet)
						var stdout, stderr strings.Builder
						got := run(t.Context(), strings.Fields(command+" --quiet --max-wait 1s --pace 0s "+def.Name), getenv, scriptClock(getenv), &stdout, &stderr)
						assert.Equal(t, exit.Done, got, "%s %s, %v as answer %d, id set %v\n%s%s", command, def.Name, a, n, idSet, stdout.String(), stderr.String())
						row += fmt.Sprintf(" %d", got)
						if strings.Contains(stderr.String(), " once, and not again") {
							row += "*"
						}
					}
				}
				t.Logf("%s %-70v id set %-5v%s", def.Name, a, idSet, row)
			}
		}
	}
}

// A webhook that is deleted while the run lasts is no drift.
func TestCheck_deleted(t *testing.T) {
	for _, def := range vendors {
		_, token, env := simulator.Tenant(def)
		row := ""
		for n := 1; n <= 8; n++ { // later, nothing asks for it
			getenv := standIn(t, def, func(i int, _ *http.Request, _ string) bool { return i == n }, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				removal := def.Own.Delete
				target, body := removal.Target, removal.Body
				for _, b := range def.Bindings {
					target, body = strings.ReplaceAll(target, b.Placeholder, env[b.Var]), strings.ReplaceAll(body, b.Placeholder, env[b.Var])
				}
				req := httptest.NewRequest(removal.Method, target, strings.NewReader(body))
				req.Host = r.Host
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Authorization", "Bearer "+token)
				req.Header.Set("Origin", "http://"+r.Host)
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, req)
				assert.Less(t, rec.Code, 300, rec.Body.String())
				next.ServeHTTP(w, r)
			}, true)
			var stdout, stderr strings.Builder
			got := run(t.Context(), []string{"check", "--quiet", "--max-wait", "1s", "--pace", "0s", def.Name}, getenv, scriptClock(getenv), &stdout, &stderr)
			row += fmt.Sprintf(" %d", got)
			if got != exit.Done {
				assert.Equal(t, exit.Failed, got, "%s, at request %d\n%s%s", def.Name, n, stdout.String(), stderr.String())
				assert.Regexp(t, idVariable(def)+" names had an answer before in this run, and is there no more|check the value of "+idVariable(def), stderr.String())
			}
		}
		t.Logf("%s, gone at each request:%s", def.Name, row)
	}
}

// A vendor that lacks a variable stops no other.
func TestCheck_missing(t *testing.T) {
	for _, def := range vendors {
		getenv := standIn(t, def, func(int, *http.Request, string) bool { return false }, nil, true)
		for _, args := range []string{"devrev dvelop", "devrev/webhooks.list dvelop/GetEvents"} {
			var stdout, stderr strings.Builder
			got := run(t.Context(), strings.Fields("check --quiet --pace 0s "+args), getenv, scriptClock(getenv), &stdout, &stderr)
			assert.Equal(t, exit.Missing, got, "%s\n%s%s", args, stdout.String(), stderr.String())
			assert.Regexp(t, "\n[1-9][0-9]* checked against", stdout.String())
			assert.Contains(t, stderr.String(), "skipped, for want of variables: ")
			assert.Contains(t, stdout.String(), "credentials missing")
		}
	}
}

// Whether an id is given or looked up makes no difference between two recordings.
func TestCheck_idGivenOrLookedUp(t *testing.T) {
	never := func(int, *http.Request, string) bool { return false }
	for _, def := range vendors {
		for _, given := range []bool{true, false} {
			t.Chdir(t.TempDir())
			command := func(idSet bool, args string) {
				getenv := standIn(t, def, never, nil, idSet)
				var stdout, stderr strings.Builder
				got := run(t.Context(), strings.Fields(args+" --quiet --pace 0s "+def.Name), getenv, scriptClock(getenv), &stdout, &stderr)
				require.Equal(t, exit.Done, got, "%s\n%s", stdout.String(), stderr.String())
			}
			command(given, "refresh --out out")
			command(!given, "check --fail-on any --cassettes out")
		}
	}
}
