package receivertest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// A receiver that behaves badly gets a verdict with a name, and the suite ends.
func TestJudge_hostileReceiver(t *testing.T) {
	t.Parallel()
	sound := devrevReceiver("")
	unless := func(event string, bad http.HandlerFunc) receivertest.Build {
		return func(tb testing.TB, secret string) receivertest.Receiver {
			r := sound(tb, secret)
			good := r.Handler
			r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				body, _ := io.ReadAll(io.LimitReader(req.Body, 2<<20))
				req.Body = io.NopCloser(bytes.NewReader(body))
				if strings.Contains(string(body), `"`+event+`"`) {
					bad(w, req)
					return
				}
				good.ServeHTTP(w, req)
			})
			return r
		}
	}
	impatient := webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Timeout: time.Second}))
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	var held sync.Mutex
	held.Lock()
	t.Cleanup(held.Unlock)
	const waits = "hostile_test.go:"
	tests := []struct {
		name     string
		build    receivertest.Build
		id, says string
	}{
		{"panics", unless("account_created", func(http.ResponseWriter, *http.Request) { panic("no account") }), "devrev/U05", "hostile_test.go"},
		{"closes the connection", unless("account_created", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "devrev/U05", "no answer: the handler panicked"},
		{"hangs", unless("account_created", func(http.ResponseWriter, *http.Request) { <-forever }), "devrev/U05", "no answer: aborted after 1s"},
		{"answers 64 MiB", unless("account_created", func(w http.ResponseWriter, _ *http.Request) {
			for range 64 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		}), "devrev/U05", "64 KiB or more"},
		{"answers without an end", unless("account_created", func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		}), "devrev/U05", "no answer: aborted after 1s"},
		{"trickles", unless("account_created", func(w http.ResponseWriter, req *http.Request) {
			for req.Context().Err() == nil {
				_, _ = w.Write([]byte(" "))
				time.Sleep(10 * time.Millisecond)
			}
		}), "devrev/U05", "no answer: aborted after 1s"},
		{"keeps a goroutine", devrevReceiver("keeps goroutines"), "devrev/Z01", "devrev_test.go"},
		{"waits for a mutex", func(tb testing.TB, secret string) receivertest.Receiver {
			r := sound(tb, secret)
			go func() {
				held.Lock() // a wait for a mutex keeps a bubble's clock still
				defer held.Unlock()
				r.Applied()
			}()
			return r
		}, "devrev/Z01", waits},
		{"hangs when it is looked into", func(tb testing.TB, secret string) receivertest.Receiver {
			r := sound(tb, secret)
			r.Applied = func() []string { <-forever; return nil }
			return r
		}, "devrev/S01", waits},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			watchdog := time.Minute
			if tt.says == waits {
				watchdog = 2 * time.Second
			}
			var said string
			for _, v := range receivertest.Judge(t, impatient, tt.build, receivertest.Watchdog(watchdog), receivertest.Answer(time.Second)) {
				if v.ID == tt.id {
					said = strings.Join(v.Failures, "\n")
				}
			}
			assert.Contains(t, said, tt.says)
		})
	}
}
