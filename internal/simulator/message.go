package simulator

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// Message is what one delivery says.
type Message struct {
	// Event is the event's type, and ID its own id, which is for vendors that give events one.
	Event, ID string
	// Webhook is the id of the webhook.
	Webhook string
	// Payload is what the event is about.
	Payload any
	// At is the time in the message, for vendors that write one.
	At time.Time
}

// Wire is how a vendor puts messages on the wire.
type Wire struct {
	// Body is the text of a message.
	Body func(Message) ([]byte, error)
	// Request is a delivery of that text, with what proves where it comes from:
	// a signature, or a key. An empty secret proves nothing, and leaves it out
	// where the vendor does.
	Request func(ctx context.Context, url, secret string, body []byte, s Settings) (*http.Request, error)
	// Verify is the event that asks whether a receiver is there; empty for a vendor
	// that has none. Its payload is an object with the member challenge.
	Verify string
	// Proven reports whether a delivery has what shows where it comes from, right or
	// not, and Proof says in words what that is.
	Proven func(http.Header) bool
	Proof  string
	// Statuses are those that the vendor documents for a receiver; none when it documents none.
	Statuses []int
	// Settings are the vendor's own, and the stated defaults of what it leaves open.
	Settings Settings
}

// Complete returns settings with the vendor's own where they leave them out.
func (w Wire) Complete(s Settings) Settings {
	s.Timeout = cmp.Or(s.Timeout, w.Settings.Timeout)
	s.VerifyAfter = cmp.Or(s.VerifyAfter, w.Settings.VerifyAfter)
	s.VerifyWithin = cmp.Or(s.VerifyWithin, w.Settings.VerifyWithin)
	s.DegradedAfter = cmp.Or(s.DegradedAfter, w.Settings.DegradedAfter)
	if s.Waits == nil {
		s.Waits = w.Settings.Waits
	}
	if s.Acknowledged == nil {
		s.Acknowledged = w.Settings.Acknowledged
	}
	return s
}

// WireOf returns how a vendor delivers.
func WireOf(d *provider.Definition) (Wire, error) {
	v, err := vendorOf(d)
	if err != nil {
		return Wire{}, err
	}
	if v.wire.Body == nil {
		return Wire{}, fmt.Errorf("the simulator of %s delivers nothing; say in package simulator how the vendor does", d.Name)
	}
	return v.wire, nil
}
