package webhooktest

import (
	"net"
	"net/http/httptest"
	"testing"

	"example.com/webhookvcr/internal/serve"
)

// ReplayServer is [Replay] behind a server on loopback: for a client that takes
// a base URL, or is not written in Go. The server's URL takes the place of
// [Provider.BaseURL], as the Origin that d.velop asks for as well, and in the Host
// header, which names the server or the vendor's host. It closes with the test. A request without an answer fails
// the test and gets status 502 with the explanation. A step with Timeout is
// never answered: the client's own patience ends it.
func ReplayServer(tb testing.TB, p Provider, steps ...Step) *httptest.Server {
	tb.Helper()
	transport := replaying(tb, p, forReplayServer, steps)
	handler := serve.NewServer(p.BaseURL(), transport)
	s := httptest.NewUnstartedServer(handler)
	address := s.Listener.Addr().String()
	handler.Hosts = []string{address}
	if _, port, err := net.SplitHostPort(address); err == nil {
		handler.Hosts = append(handler.Hosts, net.JoinHostPort("localhost", port))
	}
	s.Start()
	tb.Cleanup(func() {
		handler.Close()
		transport.Close() // the server waits for its requests, and they for a Delay
		s.Close()
	})
	return s
}
