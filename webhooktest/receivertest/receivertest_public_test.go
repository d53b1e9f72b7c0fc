package receivertest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// effects are what a receiver has done.
type effects struct {
	mu  sync.Mutex
	ids []string
}

func (e *effects) add(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ids = append(e.ids, id)
}

func (e *effects) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.ids...)
}

// serving builds receivers from a function that answers a body.
func serving(f func(secret string, done *effects, w http.ResponseWriter, r *http.Request, body []byte)) receivertest.Build {
	return func(_ testing.TB, secret string) receivertest.Receiver {
		done := &effects{}
		return receivertest.Receiver{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				f(secret, done, w, r, body)
			}),
			Applied: done.all,
		}
	}
}

func digest(key, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	return mac.Sum(nil)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

type some = map[string]any

// The receivers below do what public ones were seen to do; none of their text is
// here. The golden file has the probes that each of them fails.
func TestJudge_publicReceivers(t *testing.T) {
	t.Parallel()
	rawHex := webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{RawKey: true, Hex: true}))
	receivers := map[string]struct {
		p     webhooktest.Provider
		build receivertest.Build
	}{
		// The vendor's own sample in Go.
		"challenge at the top, any age": {rawHex, serving(func(secret string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			var event struct{ ID, Type, Challenge string }
			if err := json.Unmarshal(body, &event); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if event.Type == "verify" {
				reply(w, 200, some{"challenge": event.Challenge})
				return
			}
			if r.Header.Get("X-DevRev-Signature") != hex.EncodeToString(digest([]byte(secret), body)) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			done.add(event.ID)
		})},
		"a challenge passes unsigned": {rawHex, serving(func(secret string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			var event struct {
				ID     string
				Verify *struct{ Challenge string }
			}
			_ = json.Unmarshal(body, &event)
			if event.Verify != nil {
				reply(w, 200, some{"challenge": event.Verify.Challenge})
				return
			}
			var parsed any
			_ = json.Unmarshal(body, &parsed)
			again, _ := json.Marshal(parsed)
			signature := strings.TrimPrefix(r.Header.Get("X-DevRev-Signature"), "sha256=")
			if !hmac.Equal([]byte(signature), []byte(hex.EncodeToString(digest([]byte(secret), again)))) {
				reply(w, 401, some{"error": "signature"})
				return
			}
			done.add(event.ID)
			reply(w, 200, some{"ok": true})
		})},
		"a window that fails open": {webhooktest.DevRev, serving(func(secret string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			key, err := base64.StdEncoding.DecodeString(secret)
			if err != nil {
				key = []byte(secret)
			}
			want := base64.StdEncoding.EncodeToString(digest(key, body))
			if !hmac.Equal([]byte(r.Header.Get("X-DevRev-Signature")), []byte(want)) {
				reply(w, 401, some{"error": "signature"})
				return
			}
			var event struct {
				ID, Type  string
				Timestamp any
				Verify    struct{ Challenge string }
			}
			if json.Unmarshal(body, &event) != nil {
				reply(w, 400, some{"error": "body"})
				return
			}
			stamp, _ := event.Timestamp.(string)
			if at, err := time.Parse(time.RFC3339, stamp); err == nil && time.Since(at) > 300*time.Second {
				reply(w, 401, some{"error": "stale"})
				return
			}
			if event.Type == "verify" {
				reply(w, 200, some{"challenge": event.Verify.Challenge})
				return
			}
			done.add(event.ID)
			reply(w, 200, some{"ok": true})
		})},
		"invented names of events": {rawHex, serving(func(secret string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			if secret != "" && r.Header.Get("X-DevRev-Signature") != hex.EncodeToString(digest([]byte(secret), body)) {
				reply(w, 403, some{"error": "signature"})
				return
			}
			var event struct {
				ID, Type  string
				Challenge string
			}
			_ = json.Unmarshal(body, &event)
			switch event.Type {
			case "webhook_verify":
				reply(w, 200, some{"challenge": event.Challenge})
			case "work.created":
				done.add(event.ID)
				reply(w, 200, some{"ok": true})
			default:
				reply(w, 200, some{"ignored": event.Type})
			}
		})},
		"the old header, unchecked": {webhooktest.DVelop, serving(func(_ string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			if r.Header.Get("X-Dv-Api-Key") == "" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			done.add(documentID(body))
		})},
		"a key that is read and not compared": {webhooktest.DVelop, serving(func(_ string, done *effects, w http.ResponseWriter, r *http.Request, body []byte) {
			if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			done.add(documentID(body))
			fmt.Fprint(w, "OK")
		})},
	}
	verdicts := map[string][]string{}
	t.Run("receiver", func(t *testing.T) {
		var mu sync.Mutex
		for name, r := range receivers {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				failed := failedProbes(receivertest.Judge(t, r.p, r.build, receivertest.Excuse("all shall be asked", "*"), receivertest.Patience(100*time.Millisecond)))
				mu.Lock()
				defer mu.Unlock()
				verdicts[name] = failed
			})
		}
	})
	goldentest.Assert(t, "public_receivers", verdicts)
}

func documentID(body []byte) string {
	var event struct{ Doc struct{ ID string } }
	_ = json.Unmarshal(body, &event)
	return event.Doc.ID
}
