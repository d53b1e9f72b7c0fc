// Package hooks rotates the secrets of DevRev webhooks.
package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Client talks to DevRev.
type Client struct {
	HTTP           *http.Client
	BaseURL, Token string
}

// Webhook is a part of what DevRev knows of a webhook.
type Webhook struct{ ID, URL, Secret, Status string }

// Get returns the webhook of that id.
func (c Client) Get(ctx context.Context, id string) (Webhook, error) {
	var answer struct{ Webhook Webhook }
	err := c.call(ctx, "webhooks.get", map[string]string{"id": id}, &answer)
	return answer.Webhook, err
}

// Report writes one line for each webhook of the organisation.
func (c Client) Report(ctx context.Context, w io.Writer) error {
	var list struct{ Webhooks []Webhook }
	if err := c.call(ctx, "webhooks.list", struct{}{}, &list); err != nil {
		return err
	}
	for _, h := range list.Webhooks {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", h.ID, h.Status, h.URL); err != nil {
			return err
		}
	}
	return nil
}

// Rotate gives the first webhook of the organisation a new secret and returns
// the webhook as DevRev then shows it.
func (c Client) Rotate(ctx context.Context, secret string) (Webhook, error) {
	var list struct{ Webhooks []Webhook }
	if err := c.call(ctx, "webhooks.list", struct{}{}, &list); err != nil {
		return Webhook{}, err
	}
	if len(list.Webhooks) == 0 {
		return Webhook{}, errors.New("the organisation has no webhook")
	}
	id := list.Webhooks[0].ID
	var updated struct{ Webhook Webhook }
	if err := c.call(ctx, "webhooks.update", map[string]string{"id": id, "secret": secret}, &updated); err != nil {
		return Webhook{}, err
	}
	return c.Get(ctx, id)
}

func (c Client) call(ctx context.Context, operation string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BaseURL+"/"+operation, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", operation, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
