package receivertest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	answer := func(status int, media, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
	devrev := func(event string, changes ...webhooktest.Change) *http.Request {
		return receivertest.NewRequest(webhooktest.DevRev, event, receivertest.Secret, changes...)
	}
	without := func(r *http.Request, name string) *http.Request {
		r.Header.Del(name)
		return r
	}
	with := func(r *http.Request, name, value string) *http.Request {
		r.Header.Set(name, value)
		return r
	}
	dotted := httptest.NewRequest("POST", "/", strings.NewReader(`{"id":"1","webhook_id":"2","type":"work.created"}`))
	dotted.Header.Set("Content-Type", "application/json")
	dotted.Header.Set("X-DevRev-Signature", "made up")
	echo := answer(200, "application/json", `{"challenge":"d2ViaG9va3Rlc3QgY2hhbGxlbmdl"}`)
	tests := map[string]struct {
		p       webhooktest.Provider
		r       *http.Request
		handler http.Handler
		says    string
	}{
		"sound":            {webhooktest.DevRev, devrev("work_created"), answer(200, "", ""), ""},
		"sound verify":     {webhooktest.DevRev, devrev("verify"), echo, ""},
		"refused":          {webhooktest.DevRev, without(devrev("work_created", webhooktest.Set("/work/title", 7)), "X-Devrev-Signature"), answer(401, "", ""), ""},
		"bad payload":      {webhooktest.DevRev, devrev("work_created", webhooktest.Set("/work/title", 7)), answer(200, "", ""), "accepted what DevRev never sends: delivery /work_created/work/title"},
		"no signature":     {webhooktest.DevRev, without(devrev("work_created"), "X-Devrev-Signature"), answer(200, "", ""), "no X-Devrev-Signature"},
		"no challenge":     {webhooktest.DevRev, devrev("verify"), answer(200, "application/json", "{}"), "stays unverified"},
		"wrong media type": {webhooktest.DevRev, devrev("verify"), answer(200, "text/html", `{"challenge":"d2ViaG9va3Rlc3QgY2hhbGxlbmdl"}`), `as "text/html"`},
		"stray challenge":  {webhooktest.DevRev, devrev("work_created"), echo, "answered a work_created with a challenge"},
		"302":              {webhooktest.DevRev, devrev("work_created"), answer(302, "", ""), "answered 302; senders do not follow redirects"},
		"invented event":   {webhooktest.DevRev, dotted, answer(200, "", ""), ""}, // an unlisted value breaks nothing
		"d.velop":          {webhooktest.DVelop, receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), answer(204, "", ""), ""},
		"d.velop, no key":  {webhooktest.DVelop, without(receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), "Authorization"), answer(204, "", ""), "accepted what d.velop never sends: no Authorization: Bearer with the key"},
		"d.velop, refused": {webhooktest.DVelop, without(receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), "Authorization"), answer(401, "", ""), ""},
		"d.velop, Basic":   {webhooktest.DVelop, with(receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), "Authorization", "Basic a2V5"), answer(204, "", ""), "no Authorization: Bearer"},
		"d.velop, scheme":  {webhooktest.DVelop, with(receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), "Authorization", "Bearer "), answer(204, "", ""), "no Authorization: Bearer"},
		"d.velop, older":   {webhooktest.DVelop, with(without(receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), "Authorization"), "X-Dv-Api-Key", "key"), answer(204, "", ""), ""},
		"d.velop, no JSON": {webhooktest.DVelop, httptest.NewRequest("POST", "/", strings.NewReader("doc=1")), answer(200, "", ""), "a body that is no JSON object"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tb := tbtest.New(t.Name())
			receivertest.Wrap(tb, tt.p, tt.handler).ServeHTTP(httptest.NewRecorder(), tt.r)
			if tt.says == "" {
				assert.Empty(t, tb.Errors())
				return
			}
			assert.Contains(t, tb.Failures(), tt.says)
		})
	}
}

// A handler can flush and set deadlines, also above a recorder that has none.
func TestWrap_controlledAnswer(t *testing.T) {
	t.Parallel()
	tb := tbtest.New(t.Name())
	rec := httptest.NewRecorder()
	receivertest.Wrap(tb, webhooktest.DevRev, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		assert.NoError(t, c.SetReadDeadline(time.Now().Add(time.Second)))
		assert.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Second)))
		assert.NoError(t, c.EnableFullDuplex())
		w.(http.Flusher).Flush()
		assert.NoError(t, c.Flush())
		w.WriteHeader(http.StatusNotFound) // too late
	})).ServeHTTP(rec, receivertest.NewRequest(webhooktest.DevRev, "work_created", receivertest.Secret))
	assert.Empty(t, tb.Errors())
	assert.True(t, rec.Flushed)
}

// A receiver may close the body that it has read, of a delivery from the simulator and from
// a connection.
func TestWrap_closedBody(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"https://hooks.example.com", ""} {
		tb := tbtest.New(t.Name())
		verified := make(chan bool, 1)
		receiver := receivertest.Wrap(tb, webhooktest.DevRev, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var delivery struct{ Verify any }
			assert.NoError(t, json.NewDecoder(r.Body).Decode(&delivery))
			assert.NoError(t, r.Body.Close())
			w.Header().Set("Content-Type", "application/json")
			assert.NoError(t, json.NewEncoder(w).Encode(delivery.Verify))
			verified <- true
		}))
		server := httptest.NewServer(receiver)
		tenant := webhooktest.Simulate(t, webhooktest.DevRev)
		tenant.Receive("https://hooks.example.com", receiver)
		resp, err := tenant.Client().Post("https://api.devrev.ai/webhooks.create", "application/json", strings.NewReader(`{"url":"`+cmp.Or(url, server.URL)+`","event_types":["work_created"]}`))
		require.NoError(t, err)
		resp.Body.Close()
		require.NoError(t, tenant.Settle(t.Context()))
		server.Close()
		assert.Len(t, verified, 1)
		tb.End()
		assert.Empty(t, tb.Errors(), "at %q", url)
	}
}

// A status that no page documents is logged, as the probes note it.
func TestWrap_undocumentedStatus(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{
		204: "answered 204; DevRev documents 200 alone", 404: "answered 404; DevRev documents [200 400 401 403 429 500 503]",
		418: "answered 418; DevRev documents ", 422: "answered 422; DevRev documents ", 504: "answered 504; DevRev documents ",
	} {
		tb := tbtest.New(t.Name())
		receiver := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		receivertest.Wrap(tb, webhooktest.DevRev, receiver).ServeHTTP(httptest.NewRecorder(), receivertest.NewRequest(webhooktest.DevRev, "work_created", receivertest.Secret))
		assert.Empty(t, tb.Errors())
		assert.Contains(t, strings.Join(tb.Logs(), "\n"), says)
	}
}

// TestWrap_reports runs below in a process of its own: it must fail.
func TestWrap_reports(t *testing.T) {
	if os.Getenv("RECEIVERTEST_WRAP") == "" {
		t.Skip("runs in a process of its own")
	}
	redirect := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) })
	receiver := receivertest.Wrap(t, webhooktest.DVelop, redirect) // wraps
	request := func() *http.Request { return receivertest.NewRequest(webhooktest.DVelop, "postimport", "key") }
	receiver.ServeHTTP(httptest.NewRecorder(), request()) // calls
	server := httptest.NewServer(receiver)
	defer server.Close()
	resp, err := server.Client().Post(server.URL+"/webhooks/2", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	resp.Body.Close()
}

// A problem is reported at a line of the test.
func TestWrap_line(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("wrap_test.go")
	require.NoError(t, err)
	line := func(mark string) int {
		before, _, _ := strings.Cut(string(source), " // "+mark+"\n")
		return 1 + strings.Count(before, "\n")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWrap_reports$")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_WRAP=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), fmt.Sprintf("wrap_test.go:%d: receivertest: POST /webhooks/1: the receiver answered 302; ", line("calls")))
	assert.Contains(t, string(out), fmt.Sprintf("wrap_test.go:%d: receivertest: delivery 2, POST /webhooks/2: the receiver answered 302; ", line("wraps")))
	assert.NotContains(t, string(out), "server.go")
}
