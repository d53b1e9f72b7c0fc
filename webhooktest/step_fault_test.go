package webhooktest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
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

// named is what net/http's client adds to the error that its Timeout has caused.
const named = " (Client.Timeout exceeded while awaiting headers)"

// The client's Timeout is named each time, in a bubble and elsewhere, also when it ends
// with the answer or the context.
func TestDelay_namesTheTimeout(t *testing.T) {
	ask := func(t *testing.T, wait, patience, deadline time.Duration) string {
		client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always(webhooktest.Delay("webhooks.get/200", wait)))
		client.Timeout = patience
		ctx := t.Context()
		if deadline > 0 {
			var end func()
			ctx, end = context.WithTimeout(ctx, deadline)
			defer end()
		}
		resp, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID).WithContext(ctx))
		if err == nil {
			resp.Body.Close()
		}
		return saidBy(err)
	}
	const ends = `Post "https://api.devrev.ai/webhooks.get": context deadline exceeded`
	for range 40 {
		synctest.Test(t, func(t *testing.T) {
			assert.Equal(t, ends+named, ask(t, time.Hour, time.Minute, 0))
			assert.Equal(t, ends+named, ask(t, time.Minute, time.Minute, 0))
			assert.Equal(t, ends+named, ask(t, time.Hour, time.Minute, time.Hour))
			assert.Equal(t, ends, ask(t, time.Hour, time.Hour, time.Minute))
			assert.Equal(t, ends, ask(t, time.Minute, 0, time.Minute))
		})
	}
	for range 20 { // the clock of the machine, as little of it as there is
		assert.Equal(t, ends+named, ask(t, time.Hour, time.Millisecond, 0))
		assert.Equal(t, ends+named, ask(t, time.Hour, time.Millisecond, time.Hour))
	}
	assert.Equal(t, ends, ask(t, time.Hour, time.Hour, time.Millisecond))
}

// A slow answer takes its time on the clock of the test: none in a bubble.
func TestDelay(t *testing.T) {
	const slow = 20 * time.Second
	step := webhooktest.Delay("webhooks.get/200", slow)
	for name, tc := range map[string]struct {
		patience time.Duration // of the client
		deadline time.Duration // of the context
		cause    error         // with which the context is cancelled
		waits    time.Duration
		names    string
	}{
		"patient":           {waits: slow},
		"patient enough":    {patience: slow + 1, deadline: slow + 2, waits: slow},
		"the client ends":   {patience: 5 * time.Second, waits: 5 * time.Second, names: named},
		"the client first":  {patience: 5 * time.Second, deadline: 5*time.Second + 1, waits: 5 * time.Second, names: named},
		"the context ends":  {deadline: 3 * time.Second, waits: 3 * time.Second},
		"the context first": {patience: 3*time.Second + 1, deadline: 3 * time.Second, waits: 3 * time.Second},
		"it is cancelled":   {deadline: 3 * time.Second, cause: errors.New("the shutdown"), waits: 3 * time.Second},
		"cancelled first":   {patience: 3*time.Second + 1, deadline: 3 * time.Second, cause: errors.New("the shutdown"), waits: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ask := func(client *http.Client) (time.Duration, error, error) {
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					if tc.deadline > 0 && tc.cause == nil {
						var end func()
						ctx, end = context.WithTimeout(ctx, tc.deadline)
						defer end()
					} else if tc.deadline > 0 {
						time.AfterFunc(tc.deadline, func() { cancel(tc.cause) })
					}
					client.Timeout = tc.patience
					began := time.Now()
					resp, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID).WithContext(ctx))
					if err == nil {
						resp.Body.Close()
					}
					return time.Since(began), err, ctx.Err()
				}
				waited, err, ended := ask(webhooktest.Replay(t, webhooktest.DevRev, step))
				assert.Equal(t, tc.waits, waited)
				// net/http itself, before a server that takes as long.
				pipe := &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
					client, server := net.Pipe()
					go func() {
						time.Sleep(slow)
						_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					}()
					go func() { _, _ = io.Copy(io.Discard, server) }()
					return client, nil
				}, DisableKeepAlives: true}
				plain := http.Client{Transport: pipe}
				sameTime, same, sameEnd := ask(&plain)
				time.Sleep(slow)
				assert.Equal(t, sameTime, waited)
				assert.Equal(t, sameEnd, ended)
				if same == nil {
					assert.NoError(t, err)
					return
				}
				// Elsewhere net/http names the client's Timeout. In a bubble the clock stands at
				// its end, and not after it.
				assert.Equal(t, same.Error()+tc.names, err.Error())
				for _, kind := range []error{context.DeadlineExceeded, context.Canceled, tc.cause} {
					assert.Equal(t, errors.Is(same, kind), errors.Is(err, kind), "%v", kind)
				}
				assert.Equal(t, same.(*url.Error).Timeout(), err.(*url.Error).Timeout())
			})
		})
	}
}

// A fault comes after the time; and a test that ends does not wait for it.
func TestDelay_withAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Delay(webhooktest.Reset("webhooks.get/200"), time.Minute))
		began := time.Now()
		_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Equal(t, time.Minute, time.Since(began))
	})
	done := make(chan error)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, webhooktest.Always(webhooktest.Delay("webhooks.get/200", time.Hour)))
		go func() {
			_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
			done <- err
		}()
		time.Sleep(50 * time.Millisecond)
	})
	assert.ErrorContains(t, <-done, "the client was closed when its test ended")
}
