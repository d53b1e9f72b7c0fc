package receivertest_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// brokenBuilds are receivers whose functions do not return, with what is said of them.
var brokenBuilds = map[string]struct {
	build receivertest.Build
	says  string
}{
	"build panics": {func(testing.TB, string) receivertest.Receiver { panic("no database") }, "build panicked: no database at "},
	"build exits":  {func(testing.TB, string) receivertest.Receiver { runtime.Goexit(); panic("unreachable") }, "build ended its goroutine"},
	"no handler":   {func(testing.TB, string) receivertest.Receiver { return receivertest.Receiver{} }, "a receiver with a Handler"},
	"Applied panics": {with(func(r *receivertest.Receiver) {
		r.Applied = func() []string { panic("no table") }
	}), "Applied panicked: no table at "},
	"FailNext panics": {with(func(r *receivertest.Receiver) {
		r.FailNext = func(int) { panic("no switch") }
	}), "FailNext panicked: no switch at "},
	"State exits": {with(func(r *receivertest.Receiver) {
		r.State = func(string) string { runtime.Goexit(); return "" }
	}), "State ended its goroutine"},
	"SlowBy panics": {with(func(r *receivertest.Receiver) {
		r.SlowBy = func(time.Duration) { panic("no brake") }
	}), "SlowBy panicked: no brake at "},
	"Rotate panics": {with(func(r *receivertest.Receiver) {
		r.Rotate = func(string) { panic("no store") }
	}), "Rotate panicked: no store at "},
}

// with is the sound receiver with a change.
func with(change func(*receivertest.Receiver)) receivertest.Build {
	sound := devrevReceiver("")
	return func(tb testing.TB, secret string) receivertest.Receiver {
		r := sound(tb, secret)
		change(&r)
		return r
	}
}

// What does not return fails the probe, with the function's name, and the suite goes on.
func TestJudge_brokenBuild(t *testing.T) {
	t.Parallel()
	for name, tt := range brokenBuilds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := ""
			for _, v := range receivertest.Judge(t, webhooktest.DevRev, tt.build, receivertest.Patience(10*time.Millisecond)) {
				require.NotEmpty(t, v.ID)
				for _, f := range v.Failures {
					said += f + "\n"
				}
				for _, n := range v.Notes {
					said += n + "\n"
				}
			}
			assert.Contains(t, said, tt.says)
			if tt.says[len(tt.says)-4:] == " at " {
				assert.Regexp(t, tt.says+`\S*build_test\.go:\d+`, said)
			}
		})
	}
}

// A skip in build is the probe's, for its reason, whatever clock it has.
func TestJudge_skippedBuild(t *testing.T) {
	t.Parallel()
	for reason, skip := range map[string]func(testing.TB){
		"no database today": func(tb testing.TB) { tb.Skip("no database", "today") },
		"port 80 is taken":  func(tb testing.TB) { tb.Skipf("port %d is taken", 80) },
		"no reason given":   func(tb testing.TB) { tb.SkipNow() },
	} {
		verdicts := receivertest.Judge(t, webhooktest.DevRev, func(tb testing.TB, _ string) receivertest.Receiver {
			skip(tb)
			return receivertest.Receiver{}
		})
		assert.Len(t, verdicts, len(receivertest.Probes(webhooktest.DevRev)))
		for _, v := range verdicts {
			assert.NotEmpty(t, v.ID)
			assert.Empty(t, v.Failures, v.ID)
			assert.Equal(t, "build skipped it: "+reason, v.Skipped, v.ID)
		}
	}
}

// TestRun_build runs below in processes of its own.
func TestRun_build(t *testing.T) {
	switch os.Getenv("RECEIVERTEST_BUILD") {
	case "skips all":
		receivertest.Run(t, webhooktest.DevRev, skipping)
	case "requires":
		receivertest.Run(t, webhooktest.DevRev, skipping, receivertest.Require("S01", "Z01"))
	case "fails at the clock":
		sound := devrevReceiver("")
		receivertest.Run(t, webhooktest.DevRev, func(tb testing.TB, secret string) receivertest.Receiver {
			if strings.HasSuffix(tb.Name(), "/Z01") {
				tb.Fatal("no clock")
			}
			return sound(tb, secret)
		})
	case "excuses what passes":
		receivertest.Run(t, webhooktest.DevRev, devrevReceiver(""), receivertest.Excuse("known since March", "S01"))
	case "refuses all":
		receivertest.Run(t, webhooktest.DevRev, devrevReceiver("inverted"), receivertest.Fail(receivertest.Should))
	default:
		t.Skip("runs in a process of its own")
	}
}

func skipping(tb testing.TB, _ string) receivertest.Receiver {
	tb.Skip("no database")
	return receivertest.Receiver{}
}

// summed is what Run sums up.
func summed(n, failed int) string {
	return fmt.Sprintf("%d of %d probes asked, %d failed; skipped:", n, len(receivertest.Probes(webhooktest.DevRev)), failed)
}

func TestRun_buildResults(t *testing.T) {
	t.Parallel()
	for env, says := range map[string][]string{
		"skips all": {"--- SKIP: TestRun_build ", summed(0, 0), "devrev/B02, devrev/B03: build skipped it: no database"},
		"requires": {
			"--- FAIL: TestRun_build ", "devrev/S01 was not asked, and Require names it: build skipped it: no database",
			"devrev/Z01 was not asked, and Require names it", summed(0, 2),
		},
		"fails at the clock":  {"--- FAIL: TestRun_build/devrev/Z01", "no clock", "build ended its goroutine", "devrev/Z01 failed, and what waits on the clock builds upon it"},
		"excuses what passes": {"--- PASS: TestRun_build/devrev/S01", "it is excused, known since March, and does not fail any more; take the excuse back"},
		"refuses all":         {"--- FAIL: TestRun_build/devrev/S01", fmt.Sprintf("the other %d were not asked", len(receivertest.Probes(webhooktest.DevRev))-3)},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_build$", "-test.v")
		cmd.Env = append(os.Environ(), "RECEIVERTEST_BUILD="+env)
		out, err := cmd.CombinedOutput()
		assert.Equal(t, env == "skips all" || env == "excuses what passes", err == nil, "%s: %v", env, err)
		for _, line := range says {
			assert.Contains(t, string(out), line, env)
		}
	}
}

// TestReplay_ends runs below in processes of its own.
func TestReplay_ends(t *testing.T) {
	file := os.Getenv("RECEIVERTEST_REPLAYED")
	var held sync.Mutex
	var begin func()
	switch os.Getenv("RECEIVERTEST_WORK") {
	case "ends":
		begin = func() { go func() { time.Sleep(10 * time.Second) }() }
	case "stays":
		begin = func() { go func() { time.Sleep(time.Hour) }() }
	case "is locked":
		held.Lock()
		begin = held.Lock
	case "exits":
		receivertest.Replay(t, webhooktest.DevRev, file, brokenBuilds["build exits"].build)
		return
	case "skips":
		receivertest.Replay(t, webhooktest.DevRev, file, skipping)
		return
	default:
		t.Skip("runs in a process of its own")
	}
	receivertest.Replay(t, webhooktest.DevRev, file, func(testing.TB, string) receivertest.Receiver {
		return receivertest.Receiver{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { begin() })}
	}, receivertest.Watchdog(2*time.Second))
}

// A replay has the watchdog and the drain of Run.
func TestReplay_receiverThatGoesOn(t *testing.T) {
	t.Parallel()
	file := listened(t, heard, 200, "")
	for work, says := range map[string][]string{
		"ends":      {"--- PASS: TestReplay_ends"},
		"stays":     {"--- FAIL: TestReplay_ends", "expected no goroutine 15m0s after the receiver was cleaned up, got the receiver leaves goroutines behind:", "build_test.go:"},
		"is locked": {"--- FAIL: TestReplay_ends", "expected an end within 2s, got nothing; these goroutines hold it:", "build_test.go:"},
		"exits":     {"--- FAIL: TestReplay_ends", "expected build to return a receiver, got build ended its goroutine"},
		"skips":     {"--- SKIP: TestReplay_ends", "build skipped it: no database"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReplay_ends$", "-test.v", "-test.timeout=20s")
		cmd.Env = append(os.Environ(), "RECEIVERTEST_REPLAYED="+file, "RECEIVERTEST_WORK="+work)
		out, _ := cmd.CombinedOutput()
		for _, line := range says {
			assert.Contains(t, string(out), line, work)
		}
	}
}

// A proxy as the handler fails no probes but the two that docs/receivers.md names.
//
// It runs before the others, for they are asked in no bubble as long as one of its
// connections is closing.
func TestJudge_proxy(t *testing.T) {
	build := func(tb testing.TB, secret string) receivertest.Receiver {
		r := devrevReceiver("")(tb, secret)
		server := httptest.NewServer(r.Handler)
		tb.Cleanup(server.Close)
		at, err := url.Parse(server.URL)
		require.NoError(tb, err)
		proxy := httputil.NewSingleHostReverseProxy(at)
		proxy.Transport, proxy.ErrorLog = &http.Transport{DisableKeepAlives: true}, log.New(io.Discard, "", 0)
		r.Handler = proxy
		return r
	}
	failed := failedProbes(receivertest.Judge(t, webhooktest.DevRev, build, receivertest.RealTime()))
	assert.Contains(t, failed, "devrev/S06")
	assert.Subset(t, []string{"devrev/S06", "devrev/B01"}, failed)
}

// A handler may do with the answer what a server lets it do.
func TestJudge_controlledAnswer(t *testing.T) {
	t.Parallel()
	build := with(func(r *receivertest.Receiver) {
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			c := http.NewResponseController(w)
			end := time.Now().Add(5 * time.Second)
			if err := errors.Join(c.SetReadDeadline(end), c.SetWriteDeadline(end), c.EnableFullDuplex()); err != nil {
				panic(err)
			}
			good.ServeHTTP(w, req)
			w.(http.Flusher).Flush()
			_ = c.Flush() // fails when the sender has gone
		})
	})
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build) {
		assert.Empty(t, v.Failures, v.ID)
	}
}

// A deadline that the handler sets ends the wait for a body that trickles.
func TestJudge_readDeadline(t *testing.T) {
	t.Parallel()
	build := with(func(r *receivertest.Receiver) {
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.ContentLength < 0 { // a stream
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(1500 * time.Millisecond))
				if _, err := io.Copy(io.Discard, io.LimitReader(req.Body, 1<<20)); errors.Is(err, os.ErrDeadlineExceeded) {
					w.WriteHeader(http.StatusRequestTimeout)
					return
				}
			}
			good.ServeHTTP(w, req)
		})
	})
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build) {
		assert.Empty(t, v.Failures, v.ID)
		if v.ID == "devrev/B03" {
			assert.Equal(t, []string{"after 1.5s and 1 bytes: status 408"}, v.Notes)
		}
	}
}
