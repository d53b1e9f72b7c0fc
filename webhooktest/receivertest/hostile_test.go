package receivertest_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
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
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			patience := 10 * time.Second
			if strings.HasSuffix(tt.says, "aborted after 1s") {
				patience = time.Second
			}
			var said string
			for _, v := range receivertest.Judge(t, impatient, tt.build, receivertest.Watchdog(time.Minute), receivertest.Answer(patience)) {
				if v.ID != tt.id {
					continue
				}
				said = strings.Join(v.Failures, "\n")
				if tt.id == "devrev/U05" {
					for _, f := range v.Failures { // many are on their way at one time
						assert.Contains(t, f, `{"account_created":`)
					}
				}
			}
			assert.Contains(t, said, tt.says)
		})
	}
}

// A receiver that is slow is not stuck: a probe may take longer than the watchdog waits,
// as long as answers come.
func TestJudge_slowReceiver(t *testing.T) {
	t.Parallel()
	const watchdog, delay = 2 * time.Second, 200 * time.Millisecond
	build := with(func(r *receivertest.Receiver) {
		good := r.Handler
		var asked atomic.Int64
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if asked.Add(1) > 8 { // the probes that send many are enough
				time.Sleep(delay)
			}
			good.ServeHTTP(w, req)
		})
	})
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build, receivertest.Watchdog(watchdog)) {
		assert.Empty(t, v.Failures, v.ID)
		assert.Empty(t, v.Skipped, v.ID)
	}
}

// TestJudge_stuck runs below in processes of its own.
func TestJudge_stuck(t *testing.T) {
	probe := os.Getenv("RECEIVERTEST_STUCK")
	var held, serial sync.Mutex
	held.Lock()
	switch probe {
	case "":
		t.Skip("runs in a process of its own")
	case "devrev/Z01": // a wait for a mutex keeps a bubble's clock still
		for _, v := range receivertest.Judge(t, webhooktest.DevRev, with(func(r *receivertest.Receiver) {
			go func() {
				held.Lock()
				defer held.Unlock()
				r.Applied()
			}()
		}), receivertest.Watchdog(time.Second)) {
			t.Log(v.Failures)
		}
	case "devrev/R06": // so does one that is held over slow work, which is asked in real time where nothing waits
		for _, v := range receivertest.Judge(t, webhooktest.DevRev, with(func(r *receivertest.Receiver) {
			good := r.Handler
			r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				serial.Lock()
				defer serial.Unlock()
				good.ServeHTTP(w, req)
			})
		}), receivertest.Watchdog(time.Second)) {
			t.Log(v.Failures)
			if v.ID == "devrev/V09" || v.ID == "devrev/D03" || v.ID == "devrev/D07" {
				assert.Empty(t, v.Failures, v.ID)
				assert.Empty(t, v.Skipped, v.ID)
			}
		}
	case "devrev/S01":
		for _, v := range receivertest.Judge(t, webhooktest.DevRev, with(func(r *receivertest.Receiver) {
			r.Applied = func() []string { select {} }
		}), receivertest.Watchdog(time.Second)) {
			t.Log(v.Failures)
		}
	}
}

// A receiver that keeps the clock still, or never returns, is given up, with the line
// that does it.
func TestJudge_givenUp(t *testing.T) {
	t.Parallel()
	for _, probe := range []string{"devrev/Z01", "devrev/R06", "devrev/S01"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestJudge_stuck$/"+probe, "-test.v")
		cmd.Env = append(os.Environ(), "RECEIVERTEST_STUCK="+probe)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, string(out))
		assert.Regexp(t, `expected  an end within 1s\n\s+got       nothing; these goroutines hold it:\n\s+\S+hostile_test\.go:\d+ in `, string(out))
	}
}
