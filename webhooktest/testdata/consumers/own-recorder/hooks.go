// Package hooks looks up webhooks of DevRev.
package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Status returns the status of a webhook: active, inactive or unverified.
func Status(ctx context.Context, client *http.Client, base, token, id string) (string, error) {
	body := strings.NewReader(`{"id":"` + id + `"}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/webhooks.get", body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("webhook %s: %s", id, resp.Status)
	}
	var answer struct{ Webhook struct{ Status string } }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("webhook %s: %w", id, err)
	}
	return answer.Webhook.Status, nil
}
