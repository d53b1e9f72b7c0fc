package webhooktest_test

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// A server that sends more than its answer must not get the rest into net/http's
// log, which is nobody's to scrub.
func TestRecord_logsNothingThatAServerSendsUnasked(t *testing.T) {
	const planted = "unasked-4f1c9a77e2"
	ended := make(chan struct{}) // the client has closed its connection
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{\"type\":\"unauthenticated\"}" + planted))
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, conn)
	}))
	defer server.Close()
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	t.Setenv("DEVREV_TOKEN", "unasked-token-0123456789")
	t.Setenv("DEVREV_BASE_URL", server.URL)
	t.Setenv("DEVREV_WEBHOOK_ID", "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N")
	t.Setenv(webhooktest.RecordVar, ".*")
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Open(tb, webhooktest.DevRev, t.TempDir()+"/unasked.yaml")
		resp, err := client.Do(webhooktest.DevRev.Scenarios()[0].Request())
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	})
	// net/http logs what it was sent unasked before it closes the connection.
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the connection stays open")
	}
	assert.NotContains(t, logged.String(), planted)
}
