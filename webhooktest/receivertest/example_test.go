package receivertest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// inbox is a small receiver of DevRev's events.
type inbox struct {
	key []byte

	mu     sync.Mutex
	events []string
	seen   map[string]bool
}

func newInbox(secret string) (*inbox, error) {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err == nil && len(key) == 0 {
		err = fmt.Errorf("no secret given")
	}
	return &inbox{key: key, seen: map[string]bool{}}, err
}

// Events returns the ids of the events that were stored.
func (in *inbox) Events() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]string{}, in.events...)
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	mac := hmac.New(sha256.New, in.key)
	mac.Write(body)
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-DevRev-Signature"))
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	var event struct {
		ID        string    `json:"id"`
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Verify    struct {
			Challenge string `json:"challenge"`
		} `json:"verify"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	if age := time.Since(event.Timestamp); age > 5*time.Minute || age < -5*time.Minute {
		http.Error(w, "stale", http.StatusUnauthorized)
		return
	}
	if event.Type == "verify" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(event.Verify)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.seen[event.ID] {
		in.seen[event.ID] = true
		in.events = append(in.events, event.ID)
	}
}

func TestInbox(t *testing.T) {
	receivertest.Run(t, webhooktest.DevRev, func(tb testing.TB, secret string) receivertest.Receiver {
		in, err := newInbox(secret)
		if err != nil {
			tb.Fatal(err)
		}
		return receivertest.Receiver{Handler: in, Applied: in.Events}
	})
}

func ExampleNewRequest() {
	in, _ := newInbox(receivertest.Secret)
	r := receivertest.NewRequest(webhooktest.DevRev, "work_created", receivertest.Secret, webhooktest.Set("/work/title", "Renew the contract"))
	answer := httptest.NewRecorder()
	in.ServeHTTP(answer, r)
	fmt.Println(answer.Code, len(in.Events()))
	// Output: 200 1
}

func ExampleWrap() {
	careless := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	receiver := receivertest.Wrap(tbtest.Example(), webhooktest.DevRev, careless) // in a test, t
	r := receivertest.NewRequest(webhooktest.DevRev, "work_created", receivertest.Secret, webhooktest.Remove("/work/title"))
	receiver.ServeHTTP(httptest.NewRecorder(), r)
	// Output: FAIL: receivertest: POST /webhooks/1: the receiver accepted what DevRev never sends: delivery /work_created/work/title (line 1, column 247): is missing, but required
}

func ExampleProbes() {
	for _, p := range receivertest.Probes(webhooktest.DevRev) {
		if p.ID == "devrev/D03" {
			fmt.Printf("%s (%s)\n%s\n%s\nneeds %v\n", p.ID, p.Level, p.Sent, p.Expected, p.Needs)
		}
	}
	// Output:
	// devrev/D03 (must)
	// eight copies at one time
	// one effect
	// needs [Applied]
}
