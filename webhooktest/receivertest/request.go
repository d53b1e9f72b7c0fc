package receivertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// NewRequest returns a delivery for a handler, as httptest.NewRequest does: an
// event of now with an id of its own, signed with the secret (DevRev), or with it
// as the key (d.velop). The event is named as the vendor does, "work_created" or
// "postimport"; "verify" is DevRev's verify request. The payload is the smallest
// that the contract allows; [webhooktest.Set], [webhooktest.Remove] and
// [webhooktest.Body] change it before it is signed, with pointers from the
// payload's root ("/work/title"). [webhooktest.SentBy] among the provider's options
// chooses what the vendor's pages leave open. The path is /webhooks/1; the caller
// may change it.
//
// It panics when the request cannot be made, as httptest.NewRequest does: also with a secret
// that is none, blank or with a line break, and with one of DevRev's that is no base64,
// unless [webhooktest.Sender] has RawKey, for no key can be decoded from it.
func NewRequest(p webhooktest.Provider, event, secret string, changes ...webhooktest.Change) *http.Request {
	r, err := newRequest(p, event, secret, changes)
	if err != nil {
		panic(fmt.Sprintf("receivertest: NewRequest(%q): %v", event, err))
	}
	return r
}

func newRequest(p webhooktest.Provider, event, secret string, changes []webhooktest.Change) (*http.Request, error) {
	sender, err := p.Sender()
	if err != nil {
		return nil, err
	}
	d := definition(p)
	if fault := provider.SecretFault(secret); fault != "" {
		return nil, errors.New("the secret " + fault)
	}
	if d.Delivery != nil && !sender.RawKey && !provider.IsBase64(secret) {
		return nil, errors.New("the secret is no base64, so that no key can be decoded from it: look whether it is whole, or let SentBy say RawKey, whose key is its letters")
	}
	live, err := simulator.NewLive(d, simulator.Settings(sender), http.DefaultTransport, 0) // it sends nothing
	if err != nil {
		return nil, err
	}
	wire, err := simulator.WireOf(d)
	if err != nil {
		return nil, err
	}
	var payload any
	if event == wire.Verify && event != "" {
		payload = map[string]any{d.Delivery.Challenge: "d2ViaG9va3Rlc3QgY2hhbGxlbmdl"}
	} else if payload, err = live.Payload(event); err != nil {
		return nil, err
	}
	edit, err := change.Payload(payload, changes)
	if err != nil {
		return nil, err
	}
	if edit.Duplicates > 0 {
		return nil, errors.New("leave out Duplicates: this is one request")
	}
	const webhook = "don:integration:dvrv-us-1:devo/example:webhook/1"
	body, err := wire.Body(simulator.Message{
		Event: event, ID: webhook + ":webhook_event/" + rand.Text(), Webhook: webhook, Payload: edit.Value, At: time.Now(),
	})
	if err != nil {
		return nil, err
	}
	sent, err := wire.Request(context.Background(), "https://example.com/webhooks/1", secret, body, simulator.Settings(sender))
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(sent.Method, sent.URL.String(), strings.NewReader(string(body)))
	r.Header = sent.Header
	return r, nil
}
