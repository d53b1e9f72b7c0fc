package replay_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func TestFaults_overAServer(t *testing.T) {
	t.Run("Timeout", func(t *testing.T) {
		server := webhooktest.ReplayServer(t, webhooktest.DevRev, webhooktest.Timeout("webhooks.get/200"))
		_, err := vcrtest.Browser(t, 100*time.Millisecond).Do(vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)))
		assert.ErrorIs(t, err, context.DeadlineExceeded, "the client's own patience ends it")
	})
	t.Run("Reset", func(t *testing.T) {
		server := webhooktest.ReplayServer(t, webhooktest.DevRev, webhooktest.Reset("webhooks.get/200"))
		_, err := vcrtest.Browser(t, 10*time.Second).Do(vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
	for _, f := range vcrtest.Faults {
		if f.Name != "Truncated" && f.Name != "NotJSON" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			server := webhooktest.ReplayServer(t, webhooktest.DevRev, f.Step("webhooks.get/200"))
			f.Check(t, vcrtest.Browser(t, 10*time.Second), vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)))
		})
	}
}

func TestFaults(t *testing.T) {
	for _, f := range vcrtest.Faults {
		t.Run(f.Name, func(t *testing.T) {
			began := time.Now()
			client := webhooktest.Replay(t, webhooktest.DevRev, f.Step("webhooks.get/200"), "webhooks.get/200")
			f.Check(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			assert.Equal(t, 200, resp.StatusCode, "a fault uses its step up")
			assert.Less(t, time.Since(began), 5*time.Second, "nothing waits")
		})
	}
}

// A fault has a subject: another request than its step's is a miss.
func TestFaults_matchFirst(t *testing.T) {
	for _, f := range vcrtest.Faults {
		t.Run(f.Name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DevRev, f.Step("webhooks.get/200"))
				_, err := client.Do(vcrtest.GetWebhook(t, "webhook-1"))
				assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
			})
			assert.True(t, w.Failed())
		})
	}
}

func TestFaults_combineWithAlways(t *testing.T) {
	for _, step := range []webhooktest.Step{
		webhooktest.Always(webhooktest.Timeout("webhooks.get/200")),
		webhooktest.Timeout(webhooktest.Always("webhooks.get/200")),
	} {
		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200", step)
		vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		for range 3 {
			_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
	}
}

// The request of a faulty step is held to the contract all the same; the answer,
// which is no vendor's, is not.
func TestFaults_judgeTheRequestOnly(t *testing.T) {
	for _, f := range vcrtest.Faults {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DevRev, f.Step("webhooks.get/200"))
			req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
			req.Header.Set("Content-Type", "text/plain")
			vcrtest.Swallow(client, req)
		})
		require.Len(t, w.Errors(), 1, f.Name)
		assert.Contains(t, w.Failures(), "\n\trequest Content-Type: ", f.Name)
	}
}

// The errors are what net/http's own transport gives, kind for kind and word
// for word.
func TestFaults_failAsNetHTTPDoes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if n > 0 { // the first connection hears nothing
				_, _ = conn.Read(make([]byte, 1))
				_ = conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		}
	}()
	transport := &http.Transport{ResponseHeaderTimeout: 50 * time.Millisecond, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	real := func() error {
		req, err := http.NewRequest(http.MethodGet, "http://"+listener.Addr().String(), nil)
		require.NoError(t, err)
		_, err = transport.RoundTrip(req)
		require.Error(t, err)
		return err
	}
	replayed := func(step webhooktest.Step) error {
		_, err := webhooktest.Replay(t, webhooktest.DevRev, step).Transport.RoundTrip(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		require.Error(t, err)
		return err
	}

	want, got := real(), replayed(webhooktest.Timeout("webhooks.get/200"))
	assert.Equal(t, want.Error(), got.Error())
	for _, target := range []error{context.DeadlineExceeded, os.ErrDeadlineExceeded, context.Canceled} {
		assert.Equal(t, errors.Is(want, target), errors.Is(got, target), "%v", target)
	}
	assert.Equal(t, want.(net.Error).Timeout(), got.(net.Error).Timeout())

	want, got = real(), replayed(webhooktest.Reset("webhooks.get/200"))
	var a, b *net.OpError
	require.ErrorAs(t, want, &a)
	require.ErrorAs(t, got, &b)
	assert.Equal(t, a.Op, b.Op)
	assert.Equal(t, a.Net, b.Net)
	assert.Equal(t, a.Err.Error(), b.Err.Error())
	assert.Equal(t, a.Timeout(), b.Timeout())
}
