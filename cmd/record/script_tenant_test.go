package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// tenant is a simulator behind a loopback address, with a variant's trouble in
// between.
type tenant struct {
	env     map[string]string
	values  []string
	handler http.Handler

	mu  sync.Mutex
	log []string
}

func (t *tenant) requests() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.log...)
}

// planted are the values that must not show anywhere. The event's id is a word
// of d.velop's pages.
func (t *tenant) planted() []string {
	all := append([]string(nil), t.values...)
	for name, value := range t.env {
		if value != "" && name != "DVELOP_EVENT_ID" {
			all = append(all, strings.TrimPrefix(value, "http://"))
		}
	}
	return all
}

// personal are values of the simulator's default tenants.
var personal = map[string][]string{
	"devrev": {
		"11FVC3ScK", "1jGzMh1N", "8QpVnW3x", "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", "dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq",
		"hooks.acme.example", "ops.acme.example", "maya.lindqvist", "Lindqvist", "jonas.weber", "Jonas Weber", "crm-contact-58213",
		"Globex", "REV-4hTq8Xc2", "portrait-weber", "maya-2024", "Acme Synchronisation",
	},
	"dvelop": {
		"4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6", "4b8f9c1e7d2a4e639a5bc0d1f2e3a4b6", "9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10", "acme.d-velop.cloud",
		"Acme accounting", "hooks.acme.example", "kX8/vT2mQ9+bR4wZ6nLc1sHy7JdPf3Ga0uEoWi5t", "6e1f0c7d-92b4-4a58-8c3e-d5079b6a41f2",
	},
}

// startTenant is the command tenant.
func startTenant(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "tenant PROVIDER VARIANT")
	def := provider.ByName(args[0])
	if def == nil {
		ts.Fatalf("no provider %q", args[0])
	}
	_, token, env := simulator.Tenant(def)
	t := &tenant{env: map[string]string{def.TokenVar: token}, values: personal[def.Name]}
	for _, s := range def.Bindings {
		// What a look-up finds is left for it to find.
		if s.Lookup == nil {
			t.env[s.Var] = env[s.Var]
		}
	}
	variant, number, _ := strings.Cut(args[1], "=")
	n, _ := strconv.Atoi(number)
	t.env[def.BaseVar] = t.serve(ts, def, variant, n)
	for name, value := range t.env {
		ts.Setenv(name, value)
	}
	stateOf(ts).tenants[def.Name] = t
}

// serve starts the server and returns its base URL.
func (t *tenant) serve(ts *testscript.TestScript, def *provider.Definition, variant string, n int) string {
	if variant == "closed" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer listener.Close()
		return "http://" + listener.Addr().String()
	}
	handler, err := simulator.New(def, "")
	ts.Check(err)
	t.handler = handler
	done := make(chan struct{})
	body, replaced := inPlace[variant]
	if variant == "refusing" {
		t.env[def.TokenVar] = "expired-Zk3Wq8Lm5Tn2Rb7X"
	}
	if variant == "hostile" {
		t.values = append(t.values, hostileValues...)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count := t.count(r)
		switch {
		case variant == "hours-ahead":
			w.Header().Set("Date", testDay.Add(time.Duration(n)*time.Hour).Format(http.TimeFormat))
			handler.ServeHTTP(w, r)
		case variant == "etag":
			w.Header().Set("ETag", `"v7"`)
			handler.ServeHTTP(w, r)
		case variant == "proxy-password":
			w.WriteHeader(http.StatusProxyAuthRequired)
		case variant == "unknown" && strings.HasSuffix(r.URL.Path, "webhooks.get"):
			plain(w, http.StatusNotFound)
		case variant == "nothing-there":
			plain(w, http.StatusNotFound)
		case variant == "slow", variant == "stalling" && count > n, variant == "stalling-update" && strings.HasSuffix(r.URL.Path, "webhooks.update"):
			// Until the body is read, the server does not notice that the client
			// has gone.
			io.Copy(io.Discard, r.Body)
			select {
			case <-r.Context().Done():
			case <-done:
			}
		case variant == "throttling" && count <= n:
			throttle(w, def, "1")
		case variant == "throttling-each" && t.times(r) == 1:
			throttle(w, def, testDay.Add(90*time.Second).Format(http.TimeFormat))
		case variant == "throttling-long":
			throttle(w, def, "3600")
		case variant == "throttling-silent":
			throttle(w, def, "")
		case variant == "login":
			http.Redirect(w, r, provider.DVelop.LoginPath+"?redirect=%2F", http.StatusFound)
		case variant == "elsewhere":
			http.Redirect(w, r, "https://maintenance.example/", http.StatusFound)
		case variant == "down", variant == "down-first" && count <= n:
			w.WriteHeader(http.StatusInternalServerError)
		case variant == "gateway":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html><body>Back soon</body></html>")
		case replaced:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			io.WriteString(w, body)
		case variant == "media-type":
			handler.ServeHTTP(typed{w, "application/vnd.acme+json"}, r)
		case variant == "everywhere":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(n)
			io.WriteString(w, `{"type":"not_found","message":"no route"}`)
		case variant == "forbidden":
			plain(w, http.StatusForbidden)
		case variant == "no-list" && strings.Contains(r.URL.Path, "list"):
			plain(w, http.StatusForbidden)
		case variant == "cut":
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "{")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case variant == "reset":
			io.Copy(io.Discard, r.Body)
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		case variant == "brotli":
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "{}")
		case variant == "no-webhooks" && strings.HasSuffix(r.URL.Path, "webhooks.list"):
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"webhooks": []}`)
		case variant == "listless" && strings.HasSuffix(r.URL.Path, "webhooks.list"), variant == "listless-later" && count > 1 && strings.HasSuffix(r.URL.Path, "webhooks.list"):
			plain(w, http.StatusOK)
		case variant == "unbelievable" && strings.HasSuffix(r.URL.Path, "webhooks.delete"):
			plain(w, http.StatusOK)
		case variant == "slashes" && strings.HasSuffix(r.URL.Path, "webhooks.list"):
			changed(w, r, handler, func(_ *http.Request, _ *int, body string) string {
				return strings.ReplaceAll(body, "https://example.com/", "https://EXAMPLE.com/")
			})
		case variant == "undeletable" && (strings.HasSuffix(r.URL.Path, "webhooks.delete") || r.Method == http.MethodDelete):
			plain(w, http.StatusInternalServerError)
		case variant == "throttled-removal" && (strings.HasSuffix(r.URL.Path, "webhooks.delete") || r.Method == http.MethodDelete) && t.times(r) == 1:
			throttle(w, def, "7")
		case variant == "lost" && (strings.HasSuffix(r.URL.Path, "webhooks.create") || r.Method == http.MethodPost && def.Delivery == nil):
			handler.ServeHTTP(httptest.NewRecorder(), r) // it is done, and the answer does not arrive
			panic(http.ErrAbortHandler)
		case variant == "ordinary", variant == "private", variant == "unknown", variant == "down-first", variant == "no-webhooks", variant == "listless", variant == "listless-later", variant == "slashes", variant == "unbelievable", variant == "stalling-update", variant == "undeletable", variant == "throttled-removal", variant == "lost", variant == "refusing", variant == "stalling", variant == "throttling", variant == "throttling-each", variant == "no-list":
			handler.ServeHTTP(w, r)
		case variant == "hostile":
			hostile(w, r, handler)
		case changes[variant] != nil:
			changed(w, r, handler, changes[variant])
		default:
			panic("no variant " + variant)
		}
	}))
	if changes[variant] == nil && !replaced && !strings.Contains("slow stalling throttling throttling-each throttling-long throttling-silent login elsewhere forbidden no-list cut reset brotli ordinary private hours-ahead etag proxy-password nothing-there media-type everywhere unknown down down-first gateway no-webhooks listless listless-later slashes unbelievable stalling-update undeletable throttled-removal lost refusing hostile", variant) {
		ts.Fatalf("no variant %q", variant)
	}
	if variant == "private" {
		server.StartTLS()
		authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), authority, 0o600))
	} else {
		server.Start()
	}
	ts.Defer(func() {
		close(done)
		server.Close()
	})
	return server.URL
}

// unlearned is the command unlearned: a check says of a tenant that answers everything
// alike that nothing was checked, with the same exit status whatever was asked, and
// whether the webhook's id is set or looked up.
func unlearned(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "unlearned STATUS PATTERN")
	for _, id := range []string{"", "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N"} {
		ts.Setenv("DEVREV_WEBHOOK_ID", id)
		for _, scenarios := range []string{"devrev/webhooks.get/200", "devrev/webhooks.get/401", "devrev/webhooks.get/200 devrev/webhooks.get/404", "devrev"} {
			status, shown, said := within(ts, strings.Fields("check --quiet --max-wait 1s --cassettes out "+scenarios))
			ts.Logf("%s, id %q: %s", scenarios, id, said)
			if strconv.Itoa(status) != args[0] || !strings.Contains("\n"+shown, "\n0 checked against out, ") || strings.Contains(shown, "to take") || !regexp.MustCompile(args[1]).MatchString(said) {
				ts.Fatalf("something was checked, or not told: %s\n%s", shown, said)
			}
		}
		status(ts, false, strings.Fields(args[0]+" record refresh --quiet --max-wait 1s --accept-drift --out out devrev/webhooks.get/200"))
	}
}

// holds is the command holds: how many webhooks a tenant has, and that those which
// it began with are as they were.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "holds PROVIDER N")
	def := provider.ByName(args[0])
	_, token, env := simulator.Tenant(def)
	list := func(handler http.Handler) []any {
		target := def.Own.List.Target
		for _, b := range def.Bindings {
			target = strings.ReplaceAll(target, b.Placeholder, env[b.Var])
		}
		r := httptest.NewRequest(def.Own.List.Method, target, strings.NewReader(def.Own.List.Body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Origin", "http://"+r.Host)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var root any
		ts.Check(json.Unmarshal(w.Body.Bytes(), &root))
		at, _ := jsontext.Lookup(root, def.Own.Listed)
		all, ok := at.([]any)
		if !ok {
			ts.Fatalf("%d %s", w.Code, w.Body)
		}
		return all
	}
	fresh, err := simulator.New(def, "")
	ts.Check(err)
	got, before := list(stateOf(ts).tenants[def.Name].handler), list(fresh)
	if strconv.Itoa(len(got)) != args[1] {
		ts.Fatalf("%s holds %d webhooks, want %s", def.Name, len(got), args[1])
	}
	for i := range before {
		if !reflect.DeepEqual(before[i], got[i]) {
			ts.Fatalf("webhook %d of %s is not as it was: %v", i, def.Name, got[i])
		}
	}
}

func (t *tenant) count(r *http.Request) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = append(t.log, r.Method+" "+r.URL.Path)
	return len(t.log)
}

// times says how often the tenant was asked for the same.
func (t *tenant) times(r *http.Request) (n int) {
	for _, asked := range t.requests() {
		if asked == r.Method+" "+r.URL.Path {
			n++
		}
	}
	return n
}

func throttle(w http.ResponseWriter, def *provider.Definition, after string) {
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	if def.RetryAfter == "" {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusTooManyRequests)
	fmt.Fprint(w, `{"type":"too_many_requests","message":"Too many requests."}`)
}

// typed is an answer of another media type.
type typed struct {
	http.ResponseWriter
	mediaType string
}

func (t typed) WriteHeader(status int) {
	t.Header().Set("Content-Type", t.mediaType)
	t.ResponseWriter.WriteHeader(status)
}

// inPlace are the bodies that come as JSON with 200 in place of every answer.
var inPlace = map[string]string{
	"page-as-json": "<!DOCTYPE html><html><body>Back soon</body></html>",
	"half":         `{"webhook": {"id": "don:integ`,
	"nothing":      "",
}

func plain(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, "{}")
}

// ticks are the seconds of the tenant whose dates move on.
var ticks atomic.Int64

// changes are what a variant makes of the simulator's answers.
var changes = map[string]func(r *http.Request, status *int, body string) string{
	// A documented member has another type.
	"drift": func(_ *http.Request, _ *int, body string) string {
		return strings.NewReplacer(`"status": "active"`, `"status": 7`, `"timeout": 10000`, `"timeout": "10000"`).Replace(body)
	},
	// A member is there that the contract does not describe.
	"additive": func(_ *http.Request, _ *int, body string) string {
		return strings.NewReplacer(`"status": "active",`, `"status": "active", "retries": 3,`, `"timeout": 10000`, `"timeout": 10000, "retries": 3`).Replace(body)
	},
	// A member has values that the contract does not list.
	"paused": func(_ *http.Request, _ *int, body string) string {
		return strings.Replace(body, `"status": "active",`, `"status": "paused", "retries": 3,`, 1)
	},
	"archived": func(_ *http.Request, _ *int, body string) string {
		return strings.Replace(body, `"status": "active"`, `"status": "archived"`, 1)
	},
	"on-hold": func(_ *http.Request, _ *int, body string) string {
		return strings.Replace(body, `"status": "active"`, `"status": "On hold"`, 1)
	},
	// A date is another one each time.
	"volatile": func(_ *http.Request, _ *int, body string) string {
		return strings.Replace(body, "2025-02-06T09:41:05", time.Unix(1_700_000_000+ticks.Add(1), 0).UTC().Format("2006-01-02T15:04:05"), 1)
	},
	// An id that is none is one that nobody has, and a body that is no JSON nobody
	// minds.
	"otherwise": func(r *http.Request, status *int, body string) string {
		switch {
		case strings.Contains(body, `"type": "invalid_id"`):
			*status = http.StatusNotFound
			return `{"message": "Not found.", "type": "not_found"}`
		case strings.Contains(body, `"type": "parse_error"`):
			*status = http.StatusOK
			return `{"webhook": {"id": "don:integration:dvrv-us-1:devo/3xK9q:webhook/7", "secret": "MTIzNDU2Nzg=", "status": "active", "url": "https://example.com/hooks"}}`
		}
		return body
	},
	// What was a bad request has a status that is not documented.
	"unprocessable": func(_ *http.Request, status *int, body string) string {
		if *status == http.StatusBadRequest {
			*status = http.StatusUnprocessableEntity
		}
		return body
	},
	// An unknown id is a bad request, and a wrong one of another type.
	"different": func(_ *http.Request, status *int, body string) string {
		if *status == http.StatusNotFound {
			*status = http.StatusBadRequest
		}
		return strings.NewReplacer(`"type": "invalid_id"`, `"type": "bad_request"`, `"type": "parse_error"`, `"type": "pat_r4Vq9sZ2"`).Replace(body)
	},
}

func changed(w http.ResponseWriter, r *http.Request, handler http.Handler, edit func(*http.Request, *int, string) string) {
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, r)
	body := edit(r, &rec.Code, rec.Body.String())
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	io.WriteString(w, body)
}

// hostileValues are what the hostile tenant adds to its answers.
var hostileValues = []string{
	"whsec_9fKq2Lx7Vb4Nz8Tr", "session-5Hn3Wd8Qy6Jm1Cp", "trace-Bb7Xk2Mf9Rt4", "Henrike Ostermann", "h.ostermann@acme.example", "intranet.acme.example",
	"realm-Gw6Tz3Pk", "+49 30 5550 1234",
}

// hostile adds secrets and personal data wherever HTTP and JSON have a place,
// and tells errors with the caller's own credential and ids in them.
func hostile(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	authorization := r.Header.Get("Authorization")
	rec := httptest.NewRecorder()
	asked, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(asked))
	handler.ServeHTTP(rec, r)
	header := w.Header()
	maps.Copy(header, rec.Header())
	header.Set("Set-Cookie", "sid=session-5Hn3Wd8Qy6Jm1Cp; Path=/")
	header.Set("X-Trace", "trace-Bb7Xk2Mf9Rt4")
	header.Set("ETag", `"whsec_9fKq2Lx7Vb4Nz8Tr"`)
	header.Set("X-Authorization", authorization)
	header.Set("Www-Authenticate", `Bearer realm="realm-Gw6Tz3Pk"`)
	if location := header.Get("Location"); location != "" {
		header.Set("Location", location+"&state=session-5Hn3Wd8Qy6Jm1Cp")
	}
	body := rec.Body.Bytes()
	var doc map[string]any
	if json.Unmarshal(body, &doc) == nil {
		plant(doc, rec.Code, authorization+" "+string(asked))
		body, _ = json.Marshal(doc)
	} else if len(body) > 0 {
		body = append(body, []byte("<p>Henrike Ostermann, "+authorization+"</p>")...)
	}
	w.WriteHeader(rec.Code)
	w.Write(body)
}

func plant(doc map[string]any, status int, echo string) {
	if status >= 400 {
		for _, name := range []string{"message", "detail", "reason"} {
			if _, ok := doc[name]; ok {
				doc[name] = "Henrike Ostermann may not use " + echo + " at https://intranet.acme.example/"
			}
		}
	}
	for _, v := range doc {
		switch v := v.(type) {
		case map[string]any:
			plant(v, 0, echo)
		case []any:
			for _, item := range v {
				if m, ok := item.(map[string]any); ok {
					plant(m, 0, echo)
				}
			}
		}
	}
	doc["x_signing_key"] = "whsec_9fKq2Lx7Vb4Nz8Tr"
	doc["x_owner"] = map[string]any{"name": "Henrike Ostermann", "mail": "h.ostermann@acme.example", "phone": "+49 30 5550 1234"}
	doc["x_links"] = []any{"https://intranet.acme.example/hooks?key=session-5Hn3Wd8Qy6Jm1Cp", `{"nested":"trace-Bb7Xk2Mf9Rt4"}`}
}
