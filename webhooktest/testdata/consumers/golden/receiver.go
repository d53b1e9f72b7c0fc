package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Create makes a webhook for the events of one type, and returns its id. The
// deliveries are signed with the secret, the base64 text of 8 to 32 bytes.
func (s *Service) Create(ctx context.Context, url, secret, event string) (string, error) {
	var answer struct{ Webhook struct{ ID string } }
	err := s.post(ctx, "/webhooks.create", map[string]any{"url": url, "secret": secret, "event_types": []string{event}}, &answer)
	return answer.Webhook.ID, err
}

// Delete removes a webhook.
func (s *Service) Delete(ctx context.Context, id string) error {
	return s.post(ctx, "/webhooks.delete", map[string]any{"id": id}, &struct{}{})
}

func (s *Service) post(ctx context.Context, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// Receiver takes the deliveries of new work.
type Receiver struct {
	key []byte

	mu     sync.Mutex
	titles map[string]string // by the event's id, for an event may come twice
	broken bool
}

// NewReceiver returns a receiver for deliveries that are signed with the secret.
func NewReceiver(secret string) (*Receiver, error) {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil || len(key) == 0 {
		return nil, errors.New("the secret is no base64 text")
	}
	return &Receiver{key: key, titles: map[string]string{}}, nil
}

// Break lets the store fail, or work again.
func (r *Receiver) Break(broken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = broken
}

// Work is how many new pieces of work have come.
func (r *Receiver) Work() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.titles)
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	mac := hmac.New(sha256.New, r.key)
	mac.Write(body)
	signature, err := base64.StdEncoding.DecodeString(req.Header.Get("X-DevRev-Signature"))
	if err != nil || !hmac.Equal(signature, mac.Sum(nil)) {
		http.Error(w, "wrong signature", http.StatusUnauthorized)
		return
	}
	var delivery struct {
		ID, Type string
		Verify   struct {
			Challenge string `json:"challenge"`
		}
		Created struct{ Work struct{ Title string } } `json:"work_created"`
	}
	if err := json.Unmarshal(body, &delivery); err != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	switch delivery.Type {
	case "verify":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(delivery.Verify)
	case "work_created":
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.broken {
			http.Error(w, "the store is down", http.StatusServiceUnavailable)
			return
		}
		r.titles[delivery.ID] = delivery.Created.Work.Title
	}
}
