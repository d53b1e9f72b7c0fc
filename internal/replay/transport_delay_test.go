package replay_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

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
		resp, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID).WithContext(ctx))
		if err == nil {
			resp.Body.Close()
		}
		return vcrtest.SaidBy(err)
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
					resp, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID).WithContext(ctx))
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
		_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Equal(t, time.Minute, time.Since(began))
	})
	done := make(chan error)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, webhooktest.Always(webhooktest.Delay("webhooks.get/200", time.Hour)))
		go func() {
			_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			done <- err
		}()
		time.Sleep(50 * time.Millisecond)
	})
	assert.ErrorContains(t, <-done, "the client was closed when its test ended")
}
