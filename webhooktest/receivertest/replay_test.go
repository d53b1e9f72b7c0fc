package receivertest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

const (
	heard = `{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N:webhook_event/77","webhook_id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","type":"work_created","timestamp":"2026-03-01T12:00:00.000Z","work_created":{"work":{"type":"issue","id":"don:core:dvrv-us-1:devo/11FVC3ScK:issue/42","display_id":"ISS-42","title":"Quarterly numbers","owned_by":[]}}}`
	asked = `{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N:webhook_event/79","webhook_id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","type":"verify","timestamp":"2026-03-01T12:00:00.000Z","verify":{"challenge":"Zm9vYmFyYmF6"}}`
)

// listened writes a delivery as record listen does.
func listened(t *testing.T, body string, status int, answer string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "delivery.yaml")
	_, _, err := record.Delivery{
		Definition: &provider.DevRev, BaseURL: "https://api.devrev.ai", Secret: "dXowRk5HY05sMjhOek15Zg==", Day: "2026-03-01", Path: file, Name: "delivery.yaml",
		Body: []byte(body), Status: status, Answer: []byte(answer),
		Sign: func(body []byte) http.Header {
			return http.Header{"X-Devrev-Signature": {provider.Signature(receivertest.Secret, body, false, false)}}
		},
	}.Commit()
	require.NoError(t, err)
	return file
}

// build makes a receiver that takes fresh and signed deliveries.
func strictly(testing.TB, string) receivertest.Receiver {
	return receivertest.Receiver{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var delivery struct {
			Timestamp time.Time
			Verify    *json.RawMessage
		}
		switch {
		case err != nil || json.Unmarshal(body, &delivery) != nil:
			w.WriteHeader(http.StatusBadRequest)
		case r.Header.Get("X-DevRev-Signature") != provider.Signature(receivertest.Secret, body, false, false), time.Since(delivery.Timestamp).Abs() > 5*time.Second:
			w.WriteHeader(http.StatusUnauthorized)
		case delivery.Verify != nil && os.Getenv("NO_ECHO") == "":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(*delivery.Verify)
		}
	})}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"event":  listened(t, heard, 200, "thank you"),
		"verify": listened(t, asked, 200, `{"challenge":"Zm9vYmFyYmF6"}`),
	} {
		t.Run(name, func(t *testing.T) { receivertest.Replay(t, webhooktest.DevRev, file, strictly) })
	}
}

// The tenant's values are in no recording, and neither is what a receiver says.
func TestReplay_recording(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(listened(t, heard, 200, "thank you"))
	require.NoError(t, err)
	for _, value := range []string{"11FVC3ScK", "1jGzMh1N", "Quarterly", "ISS-42", "thank you", "dXowRk5HY05sMjhOek15Zg"} {
		assert.NotContains(t, string(data), value)
	}
	assert.Contains(t, string(data), "direction: received")
}

// TestReplay_fails runs below in a process of its own: it must fail.
func TestReplay_fails(t *testing.T) {
	file := os.Getenv("REPLAYED")
	if file == "" {
		t.Skip("runs in a process of its own")
	}
	receivertest.Replay(t, webhooktest.DevRev, file, strictly)
}

func TestReplay_failures(t *testing.T) {
	t.Parallel()
	changed := func(file, old, new string) string {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(data), old)
		other := filepath.Join(t.TempDir(), "other.yaml")
		require.NoError(t, os.WriteFile(other, bytes.ReplaceAll(data, []byte(old), []byte(new)), 0o600))
		return other
	}
	event, verify := listened(t, heard, 200, ""), listened(t, asked, 200, `{"challenge":"Zm9vYmFyYmF6"}`)
	for _, tt := range []struct{ name, file, env, want string }{
		{"other status", listened(t, heard, 500, ""), "", "#0, work_created of 2026-03-01T12:00:00Z: answered 200, recorded is 500"},
		{"no echo", verify, "NO_ECHO=1", `#0, verify of 2026-03-01T12:00:00Z: the answer is no JSON, recorded is {"challenge":"opaque-1"}`},
		{"changed body", changed(event, `"issue"`, `"ticket"`), "", "#0 is not signed with receivertest.Secret"},
		{"no delivery", "../../cassettes/devrev/webhooks.get/200.yaml", "", "holds no deliveries; record some with record listen"},
		{"no file", "nowhere.yaml", "", "nowhere.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestReplay_fails$", "-test.v")
			cmd.Env = append(os.Environ(), "REPLAYED="+tt.file, tt.env)
			out, err := cmd.CombinedOutput()
			assert.Error(t, err)
			assert.Contains(t, string(out), tt.want)
		})
	}
}
