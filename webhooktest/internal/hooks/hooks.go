// Package hooks is a program of the kind that a team tests with package
// webhooktest: it reads webhooks from DevRev and d.velop.
package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
)

// FaultVar is the variable that names the fault to work with, if any: the tests
// of the program must find it.
const FaultVar = "HOOKS_FAULT"

// The faults.
const (
	ReadsAnyBody   = "takes a body for JSON that is not"
	IgnoresRefusal = "takes a refusal for an answer"
	AsksForAnother = "asks for another address"
	WaitsInHours   = "takes the seconds of Retry-After for hours"
	NamesNoID      = "sends the id as another member"
)

func has(fault string) bool { return os.Getenv(FaultVar) == fault }

// Webhook is what this program needs to know of a webhook.
type Webhook struct {
	ID, URL string
	Active  bool
}

// Error is a refusal of the vendor's.
type Error struct {
	Status     int
	Code       string // the vendor's word or number, if the body has one
	RetryAfter string
}

func (e *Error) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the vendor answered %d %s", e.Status, e.Code))
}

// DevRev reads webhooks from DevRev.
type DevRev struct {
	Client         *http.Client
	BaseURL, Token string
}

// Webhook returns the webhook of that id.
func (d DevRev) Webhook(ctx context.Context, id string) (Webhook, error) {
	body, err := json.Marshal(map[string]string{"id": id})
	if err != nil {
		return Webhook{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.BaseURL+"/webhooks.get", bytes.NewReader(body))
	if err != nil {
		return Webhook{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.Token)
	var answer struct {
		Type    string
		Webhook struct{ ID, URL, Status string }
	}
	if err := call(d.Client, req, &answer, &answer.Type); err != nil {
		return Webhook{}, err
	}
	w := answer.Webhook
	return Webhook{ID: w.ID, URL: w.URL, Active: w.Status == "active"}, nil
}

// DVelop reads webhooks from d.velop.
type DVelop struct {
	Client                     *http.Client
	BaseURL, Token, Repository string
}

// Webhook returns the webhook of that id, which belongs to an event.
func (d DVelop) Webhook(ctx context.Context, event, id string) (Webhook, error) {
	target := fmt.Sprintf("%s/dmsconfig/r/%s/events/%s/%s", d.BaseURL, d.Repository, event, id)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return Webhook{}, err
	}
	req.Header.Set("Accept", "application/hal+json, application/json")
	req.Header.Set("Authorization", "Bearer "+d.Token)
	req.Header.Set("Origin", d.BaseURL)
	var answer struct {
		Code    json.Number
		ID, URI string
		Enabled bool
	}
	if err := call(d.Client, req, &answer, (*string)(&answer.Code)); err != nil {
		return Webhook{}, err
	}
	return Webhook{ID: answer.ID, URL: answer.URI, Active: answer.Enabled}, nil
}

// call decodes the answer; code points into it, to where an error says what it is.
func call(client *http.Client, req *http.Request, answer any, code *string) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	isJSON := mediaType == "application/json" || mediaType == "application/hal+json"
	if isJSON {
		if err := json.Unmarshal(body, answer); err != nil && resp.StatusCode == http.StatusOK {
			return fmt.Errorf("the answer is not what we expect: %w", err)
		}
	}
	if resp.StatusCode >= 500 || resp.StatusCode != http.StatusOK && !has(IgnoresRefusal) {
		return &Error{Status: resp.StatusCode, Code: *code, RetryAfter: resp.Header.Get("Retry-After")}
	}
	if !isJSON && !has(ReadsAnyBody) {
		return fmt.Errorf("the answer is %q, not JSON", mediaType)
	}
	return nil
}
