package probe

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// What the vendor's schema does not allow is not sent, and each change is one.
func TestBusyWork(t *testing.T) {
	trial, err := newTrial(Subject{Handler: http.NotFoundHandler()}, Config{Definition: &provider.DevRev, URL: "https://example.com/", Secret: "c2VjcmV0"})
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, o := range busyWork(70_000) {
		m := trial.work(created, "1", "title", time.Now())
		work := m.Payload.(map[string]any)["work"].(map[string]any)
		before := string(text(work))
		o.set(work)
		assert.NotEqual(t, before, string(text(work)), o.what)
		assert.False(t, seen[o.what], o.what)
		seen[o.what] = true
		body := trial.body(m)
		if o.write != nil {
			written := o.write(string(body))
			assert.NotEqual(t, string(body), written, o.what)
			assert.JSONEq(t, string(body), written, o.what)
			body = []byte(written)
		}
		problems, err := contract.CheckDelivery(&provider.DevRev, body)
		require.NoError(t, err, o.what)
		for _, p := range problems {
			assert.False(t, p.Fails(), "%s: %s", o.what, p)
			t.Log(o.what, p)
		}
		t.Logf("%s: %d bytes", o.what, len(trial.body(m)))
	}
}

func TestBusyDocument(t *testing.T) {
	trial, err := newTrial(Subject{Handler: http.NotFoundHandler()}, Config{Definition: &provider.DVelop, URL: "https://example.com/", Secret: "key"})
	require.NoError(t, err)
	for _, o := range busyDocument() {
		m := trial.document(imported)
		before := string(text(m.Payload))
		o.set(m.Payload.(map[string]any))
		assert.NotEqual(t, before, string(text(m.Payload)), o.what)
		t.Log(o.what, string(trial.body(m)))
	}
}
