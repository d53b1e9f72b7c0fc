// Package vcrtest helps this module's tests to record and to replay: tenants on
// loopback, code under test that asks them, and the cassettes that come of it. What
// looks at a result fails the test.
package vcrtest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// DevRevTenant serves the simulator's tenant of DevRev and returns what a
// recording needs to know of it.
func DevRevTenant(t *testing.T, h http.Handler) Environment {
	t.Helper()
	_, token, env := simulator.Tenant(&provider.DevRev)
	return Environment{"DEVREV_BASE_URL": Loopback(t, h), "DEVREV_TOKEN": token, "DEVREV_WEBHOOK_ID": env["DEVREV_WEBHOOK_ID"]}
}

// DVelopTenant does so with d.velop's.
func DVelopTenant(t *testing.T, h http.Handler) Environment {
	t.Helper()
	_, token, env := simulator.Tenant(&provider.DVelop)
	e := Environment{"DVELOP_BASE_URL": Loopback(t, h), "DVELOP_TOKEN": token}
	maps.Copy(e, env)
	return e
}

// Environment is what a recording reads from the environment.
type Environment map[string]string

// TenantVars are the variables of a live recording; those that a tenant does not
// name are unset.
var TenantVars = []string{
	webhooktest.RecordVar,
	"DEVREV_TOKEN", "DEVREV_BASE_URL", "DEVREV_WEBHOOK_ID",
	"DVELOP_TOKEN", "DVELOP_BASE_URL", "DVELOP_REPOSITORY_ID", "DVELOP_EVENT_ID", "DVELOP_WEBHOOK_ID",
}

// Set sets the variables for the length of the test.
func (e Environment) Set(t *testing.T) {
	t.Helper()
	for _, name := range TenantVars {
		t.Setenv(name, e[name])
	}
	for name, value := range e {
		t.Setenv(name, value)
	}
}

// Record runs a test body against the tenant, with a client that records.
func (e Environment) Record(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *tbtest.TB {
	t.Helper()
	e.Set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	return tbtest.New(t.Name()).Run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
}

// Replayed runs a test body with a client that replays, and without a tenant.
func Replayed(t *testing.T, p webhooktest.Provider, file string, body func(tb testing.TB, c *http.Client)) *tbtest.TB {
	t.Helper()
	Environment{}.Set(t)
	return tbtest.New(t.Name()).Run(func(tb testing.TB) { body(tb, webhooktest.Open(tb, p, file)) })
}

// Loopback serves a handler on 127.0.0.1 for the length of the test.
func Loopback(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// SilentTransport answers with neither an answer nor an error.
type SilentTransport struct{}

func (SilentTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil }

// Vendor is a tenant of DevRev whose webhook a test chooses.
type Vendor struct {
	Webhook string   // as JSON, in which ID is the id that is asked for
	Asked   []string // the bodies of the requests
}

func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.Asked = append(v.Asked, string(body))
	w.Header().Set("Content-Type", "application/json")
	var asked struct{ ID string }
	_ = json.Unmarshal(body, &asked)
	_, _ = io.WriteString(w, `{"webhook":`+strings.ReplaceAll(v.Webhook, "ID", asked.ID)+`}`)
}

// A webhook's real id, and the webhook as it meets the contract but for its end: a
// brace, or the member that DevRev does not document.
const (
	RealID     = "don:integration:dvrv-us-1:devo/7hQz:webhook/4fGk"
	SoundOne   = `{"id":"ID","display_id":"WH-77","created_date":"2024-02-01T10:00:00Z","event_types":["part_created"],"secret":"cmVhbC1zZWNyZXQtMDE=","status":"active","url":"https://hooks.7hqz.example.net/in"`
	RealColour = `,"colour":"ultramarine-7hQz"}`
)

// RecordOnce records one webhooks.get against the tenant and returns the
// cassette's text, which is empty when none was written.
func RecordOnce(t *testing.T, p webhooktest.Provider, v *Vendor, id string) (*tbtest.TB, string) {
	t.Helper()
	server := httptest.NewServer(v)
	defer server.Close()
	for name, value := range map[string]string{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server.URL, "DEVREV_WEBHOOK_ID": RealID,
	} {
		t.Setenv(name, value)
	}
	file := filepath.Join(t.TempDir(), "lookup.yaml")
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		Swallow(webhooktest.Open(tb, p, file), GetWebhook(t, id))
	})
	data, err := os.ReadFile(file)
	if err != nil {
		return w, ""
	}
	for _, real := range []string{"7hQz", "4fGk", "cmVhbC1z", "real-token", server.URL} {
		if real != "7hQz" || !strings.Contains(string(data), "ultramarine-7hQz") {
			assert.NotContains(t, string(data), real)
		}
	}
	return w, string(data)
}
