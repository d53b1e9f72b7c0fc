package webhooktest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// fault is a way to fail, and what a client sees of it. The same checks serve
// the transport and the server.
type fault struct {
	name  string
	step  func(webhooktest.Step) webhooktest.Step
	check func(t *testing.T, client *http.Client, req *http.Request)
}

var faults = []fault{
	{"Timeout", webhooktest.Timeout, func(t *testing.T, client *http.Client, req *http.Request) {
		_, err := client.Do(req)
		require.Error(t, err)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	}},
	{"Reset", webhooktest.Reset, func(t *testing.T, client *http.Client, req *http.Request) {
		_, err := client.Do(req)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
		assert.Equal(t, "read", op.Op)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.False(t, timeout.Timeout())
	}},
	{"Truncated", webhooktest.Truncated, func(t *testing.T, client *http.Client, req *http.Request) {
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		body, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.NotEmpty(t, body)
		assert.Less(t, int64(len(body)), resp.ContentLength, "the length that was promised is the whole body's")
	}},
	{"NotJSON", webhooktest.NotJSON, func(t *testing.T, client *http.Client, req *http.Request) {
		resp, body := send(t, client, req)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
		assert.Contains(t, body, "<!DOCTYPE html>")
		assert.EqualValues(t, len(body), resp.ContentLength)
	}},
}

func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			began := time.Now()
			client := webhooktest.Replay(t, webhooktest.DevRev, f.step("webhooks.get/200"), "webhooks.get/200")
			f.check(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
			resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
			assert.Equal(t, 200, resp.StatusCode, "a fault uses its step up")
			assert.Less(t, time.Since(began), 5*time.Second, "nothing waits")
		})
	}
}

// A fault has a subject: another request than its step's is a miss.
func TestFaults_matchFirst(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DevRev, f.step("webhooks.get/200"))
				_, err := client.Do(getWebhook(t, "webhook-1"))
				assert.ErrorIs(t, err, cassette.ErrInteractionNotFound)
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
		send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
		for range 3 {
			_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}
	}
}

// The request of a faulty step is held to the contract all the same; the answer,
// which is no vendor's, is not.
func TestFaults_judgeTheRequestOnly(t *testing.T) {
	for _, f := range faults {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DevRev, f.step("webhooks.get/200"))
			req := getWebhook(t, webhooktest.DevRevWebhookID)
			req.Header.Set("Content-Type", "text/plain")
			swallow(client, req)
		})
		require.Len(t, w.Errors(), 1, f.name)
		assert.Contains(t, w.Failures(), "\n\trequest Content-Type: ", f.name)
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
		_, err := webhooktest.Replay(t, webhooktest.DevRev, step).Transport.RoundTrip(getWebhook(t, webhooktest.DevRevWebhookID))
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
