// Package hooks summarises DevRev webhooks.
package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Service looks up webhooks.
type Service struct {
	client      *http.Client
	base, token string
}

// New returns a service that uses the client.
func New(client *http.Client, base, token string) *Service {
	return &Service{client: client, base: base, token: token}
}

// Summary is what the team's dashboard shows of a webhook.
type Summary struct {
	ID, Target string
	Active     bool
	Events     []string
	Owner      string
}

// Lookup returns the summary of a webhook. It tries once more when it is
// throttled.
func (s *Service) Lookup(ctx context.Context, id string) (Summary, error) {
	resp, err := s.get(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		resp.Body.Close()
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-ctx.Done():
			return Summary{}, ctx.Err()
		}
		if resp, err = s.get(ctx, id); err != nil {
			return Summary{}, err
		}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Summary{}, fmt.Errorf("webhook %s: %s", id, resp.Status)
	}
	var answer struct {
		Webhook struct {
			ID         string
			URL        string
			Status     string
			EventTypes []string `json:"event_types"`
			CreatedBy  struct {
				DisplayName string `json:"display_name"`
			} `json:"created_by"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return Summary{}, fmt.Errorf("webhook %s: %w", id, err)
	}
	w := answer.Webhook
	slices.Sort(w.EventTypes)
	return Summary{ID: w.ID, Target: w.URL, Active: w.Status == "active", Events: w.EventTypes, Owner: w.CreatedBy.DisplayName}, nil
}

func (s *Service) get(ctx context.Context, id string) (*http.Response, error) {
	body, err := json.Marshal(map[string]string{"id": id})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/webhooks.get", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	return s.client.Do(req)
}
