package webhooktest

import (
	"net/http/httptest"
	"testing"

	"example.com/webhookvcr/internal/vcr"
)

// ReplayServer is [Replay] behind a server on loopback: for a client that takes
// a base URL, or is not written in Go. The server's URL takes the place of
// [Provider.BaseURL]; it closes with the test. A request without an answer fails
// the test and gets status 502 with the explanation. A step with Timeout is
// never answered: the client's own patience ends it.
func ReplayServer(tb testing.TB, p Provider, steps ...Step) *httptest.Server {
	tb.Helper()
	handler := vcr.NewServer(p.BaseURL(), replay(tb, p, steps))
	s := httptest.NewServer(handler)
	tb.Cleanup(func() {
		handler.Close()
		s.Close()
	})
	return s
}
