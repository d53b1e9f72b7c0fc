package receivertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// noting is a test that keeps what it is told.
type noting struct {
	testing.TB
	said []string
}

func (n *noting) Helper() {}
func (n *noting) Errorf(format string, args ...any) {
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

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
		"204":              {webhooktest.DevRev, devrev("work_created"), answer(204, "", ""), "answered 204; DevRev documents 200 alone"},
		"404":              {webhooktest.DevRev, devrev("work_created"), answer(404, "", ""), "answered 404; DevRev documents [200 400 401 403 429 500 503]"},
		"invented event":   {webhooktest.DevRev, dotted, answer(200, "", ""), ""}, // an unlisted value breaks nothing
		"d.velop":          {webhooktest.DVelop, receivertest.NewRequest(webhooktest.DVelop, "postimport", "key"), answer(204, "", ""), ""},
		"d.velop, no JSON": {webhooktest.DVelop, httptest.NewRequest("POST", "/", strings.NewReader("doc=1")), answer(200, "", ""), "a body that is no JSON object"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tb := &noting{TB: t}
			receivertest.Wrap(tb, tt.p, tt.handler).ServeHTTP(httptest.NewRecorder(), tt.r)
			if tt.says == "" {
				assert.Empty(t, tb.said)
				return
			}
			assert.Contains(t, strings.Join(tb.said, "\n"), tt.says)
		})
	}
}

// A handler can flush and set deadlines, also above a recorder that has none.
func TestWrap_controlledAnswer(t *testing.T) {
	t.Parallel()
	tb := &noting{TB: t}
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
	assert.Empty(t, tb.said)
	assert.True(t, rec.Flushed)
}
