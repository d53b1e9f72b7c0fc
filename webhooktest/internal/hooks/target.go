package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Client talks to one tenant of d.velop with an HTTP client of its own; its base URL is all that can be configured.
type Client struct {
	base, token string
	http        *http.Client
}

// New returns a client of the tenant at base.
func New(base, token string) *Client {
	return &Client{base: base, token: token, http: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Target returns the address that a webhook delivers to.
func (c *Client) Target(ctx context.Context, repository, event, id string) (string, error) {
	events := "events"
	if has(AsksForAnother) {
		events = "event"
	}
	target, err := url.JoinPath(c.base, "dmsconfig", "r", repository, events, event, id)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Origin", c.base)
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("webhook %s: %s", id, resp.Status)
	}
	var webhook struct{ URI string }
	if err := json.NewDecoder(resp.Body).Decode(&webhook); err != nil {
		return "", fmt.Errorf("webhook %s: %w", id, err)
	}
	return webhook.URI, nil
}
