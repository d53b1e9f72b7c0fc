package webhooktest

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Sent is a request that a client was asked to send.
type Sent struct {
	// Request is a copy of the request, with the headers that the client has added.
	// Its body can be read, also after the test.
	*http.Request
	// At is when it was sent, on the clock of the code under test: within a
	// testing/synctest bubble that of the bubble.
	At time.Time
}

// Requests returns what was asked of a client that [Replay], [Open] or
// [Tenant.Client] has made, in the order in which it was asked: for assertions such
// as "three attempts, the second after a second". It may be called at any time, also
// after the client's test. All clients of a tenant count as one. A copy of the client will do, and a client whose
// transport the test has replaced fails it. What is sent to a server is seen by
// [OnRequest].
func Requests(tb testing.TB, client *http.Client) []Sent {
	tb.Helper()
	if client == nil {
		fatal(tb, fmt.Errorf("Requests(nil): give a client that Replay, Open or Simulate has made"))
	}
	asked, ok := client.Transport.(interface {
		Requests() ([]*http.Request, []time.Time)
	})
	if !ok {
		fatal(tb, fmt.Errorf("Requests: the client's transport is a %T; give the client that Replay, Open or Simulate has made, before another transport is put into it", client.Transport))
	}
	requests, times := asked.Requests()
	all := make([]Sent, len(requests))
	for i, req := range requests {
		all[i] = Sent{req, times[i]}
	}
	return all
}
