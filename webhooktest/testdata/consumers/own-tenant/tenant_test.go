package hooks_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// The tenant's values: none of them may get into a cassette.
const (
	tenantToken   = "pat-7TqWz0LrKs9fXv3mYb8N"
	tenantWebhook = "don:integration:dvrv-us-1:devo/8hQ2vTzR:webhook/5kLm9PqS"
	tenantTarget  = "https://hooks.initech.example/devrev?key=s3cr3tPath"
	tenantSecret  = "bXktdmVyeS1vd24tc2VjcmV0"
)

// tenant stands in for the organisation at DevRev: it has one webhook.
type tenant struct {
	*httptest.Server
	requests atomic.Int64

	mu     sync.Mutex
	secret string
}

// startTenant starts a tenant on loopback and lets recordings go to it.
func startTenant(t *testing.T) *tenant {
	t.Helper()
	tn := &tenant{secret: tenantSecret}
	tn.Server = httptest.NewServer(tn)
	t.Cleanup(tn.Close)
	t.Setenv("DEVREV_BASE_URL", tn.URL)
	t.Setenv("DEVREV_TOKEN", tenantToken)
	t.Setenv("DEVREV_WEBHOOK_ID", tenantWebhook)
	return tn
}

func (tn *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tn.requests.Add(1)
	tn.mu.Lock()
	defer tn.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+tenantToken {
		answer(w, http.StatusUnauthorized, map[string]any{"type": "unauthenticated"})
		return
	}
	var asked struct{ ID, Secret string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"type": "parse_error"})
		return
	}
	switch {
	case r.URL.Path == "/webhooks.list":
		answer(w, http.StatusOK, map[string]any{"webhooks": []any{tn.webhook()}})
	case asked.ID != tenantWebhook:
		answer(w, http.StatusNotFound, map[string]any{"type": "not_found"})
	case r.URL.Path == "/webhooks.update":
		tn.secret = asked.Secret
		fallthrough
	default:
		answer(w, http.StatusOK, map[string]any{"webhook": tn.webhook()})
	}
}

func (tn *tenant) webhook() map[string]any {
	return map[string]any{"id": tenantWebhook, "secret": tn.secret, "status": "active", "url": tenantTarget}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
