package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const attempts = 3

// Status returns the status of a webhook of DevRev: active, inactive or
// unverified. A 429 or 503 is tried again after the time that Retry-After asks
// for.
func Status(ctx context.Context, client *http.Client, base, token, id string) (string, error) {
	for attempt := 1; ; attempt++ {
		status, retry, err := status(ctx, client, base, token, id)
		if err == nil || retry == 0 || attempt == attempts {
			return status, err
		}
		select {
		case <-time.After(retry):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func status(ctx context.Context, client *http.Client, base, token, id string) (status string, retry time.Duration, err error) {
	member := "id"
	if has(NamesNoID) {
		member = "webhook"
	}
	body := strings.NewReader(`{"` + member + `":"` + id + `"}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/webhooks.get", body)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		var answer struct{ Webhook struct{ Status string } }
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			return "", 0, fmt.Errorf("webhook %s: %w", id, err)
		}
		return answer.Webhook.Status, 0, nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		unit := time.Second
		if has(WaitsInHours) {
			unit = time.Hour
		}
		retry = 5 * time.Second
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			retry = time.Duration(seconds) * unit
		}
	}
	return "", retry, fmt.Errorf("webhook %s: %s", id, resp.Status)
}
