package receivertest_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
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
	// A channel from outside of a bubble keeps its clock still, as work does.
	pause := time.NewTicker(5 * time.Millisecond)
	t.Cleanup(pause.Stop)
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
		{"answers with 100,000 header lines", unless("account_created", func(w http.ResponseWriter, _ *http.Request) {
			for range 100_000 {
				w.Header().Add("X-Line", "v")
			}
		}), "devrev/U05", "expected  an answer of at most 1000 header lines\n  got       100000"},
		{"answers without an end", unless("account_created", func(w http.ResponseWriter, _ *http.Request) {
			some := make([]byte, 64<<10)
			for {
				if _, err := w.Write(some); err != nil {
					return
				}
				select {
				case <-pause.C: // leaves the processor to the other tests
				case <-forever:
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
			patience, watchdog := 10*time.Second, time.Minute
			if strings.HasSuffix(tt.says, "aborted after 1s") { // in a bubble, the watchdog alone ends some
				patience, watchdog = time.Second, 2*time.Second
			}
			var said string
			// Beside the probe that finds it, D08 asks the same in a bubble.
			for _, v := range receivertest.Judge(t, impatient, only(tt.build, tt.id, "devrev/D08"), receivertest.Watchdog(watchdog), receivertest.Answer(patience)) {
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
	const many = "devrev/S13" // sends many
	const watchdog, delay = 2 * time.Second, 200 * time.Millisecond
	build := only(with(func(r *receivertest.Receiver) {
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			time.Sleep(delay)
			good.ServeHTTP(w, req)
		})
	}), many)
	begun := time.Now()
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build, receivertest.Watchdog(watchdog)) {
		assert.Empty(t, v.Failures, v.ID)
		assert.Equal(t, v.ID != many, v.Skipped != "", "%s: %s", v.ID, v.Skipped)
	}
	assert.Greater(t, time.Since(begun), watchdog, "what ends before says nothing")
}

// stuck are receivers that stop the clock of a bubble, or never return, with what of it
// fails, and what that says. What is no flaw of the receiver fails nothing.
var stuck = map[string]struct {
	change   func(tb testing.TB, r *receivertest.Receiver)
	fails    string
	says     string // a pattern
	skips    string // what waits for minutes, with that in the reason
	notAsked bool
}{
	"a goroutine waits for a lock for ever": {func(_ testing.TB, r *receivertest.Receiver) {
		go lockedForEver(r)
	}, "devrev/Z01", `expected  no goroutine 2s after the receiver was cleaned up\n\s+got       the receiver leaves goroutines behind:\n\s+\S+hostile_test\.go:\d+ in \S+lockedForEver\n`, "Z01 failed", false},
	"a hook never returns": {func(_ testing.TB, r *receivertest.Receiver) {
		r.Applied = func() []string { select {} }
	}, "devrev/S01", `expected  an end within 2s\n\s+got       nothing; these goroutines hold it:\n\s+\S+hostile_test\.go:\d+ in `, "", true},
	"one event at a time": {func(_ testing.TB, r *receivertest.Receiver) {
		var serial sync.Mutex
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(io.LimitReader(req.Body, 2<<20))
			req.Body = io.NopCloser(bytes.NewReader(body))
			if !bytes.Contains(body, []byte(`"challenge"`)) { // a challenge waits for nobody
				serial.Lock()
				defer serial.Unlock()
			}
			good.ServeHTTP(w, req)
		})
	}, "", "", "stand-in", false},
	"a kept connection": {func(tb testing.TB, r *receivertest.Receiver) {
		store(tb, r, &http.Transport{})
	}, "", "", stillOpen, false},
	// The runtime would end the process if a bubble's connection were used elsewhere.
	"a connection that nobody closes": {func(_ testing.TB, r *receivertest.Receiver) {
		store(nil, r, &http.Transport{})
	}, "", "", stillOpen, false},
	"connections that receivers share": {func(_ testing.TB, r *receivertest.Receiver) {
		store(nil, r, kept)
	}, "", "", stillOpen, false},
	"the default client": {func(_ testing.TB, r *receivertest.Receiver) {
		store(nil, r, http.DefaultTransport)
	}, "", "", stillOpen, false},
	"the default client, and a stand-in that ends with the receiver": {func(tb testing.TB, r *receivertest.Receiver) {
		service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		tb.Cleanup(service.Close)
		storeAt(service.URL, nil, r, http.DefaultTransport)
	}, "", "", stillOpen, false},
	"a server of its own": {func(tb testing.TB, r *receivertest.Receiver) {
		service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		tb.Cleanup(service.Close)
		storeAt(service.URL, nil, r, &http.Transport{DisableKeepAlives: true})
	}, "", "", stillOpen, false},
	"no connection that is kept": {func(_ testing.TB, r *receivertest.Receiver) {
		store(nil, r, &http.Transport{DisableKeepAlives: true})
	}, "", "", "", true},
	// The bubble that is given up holds it, and no message may blame the receiver.
	"a lock of the package over slow work": {func(_ testing.TB, r *receivertest.Receiver) {
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			answer := make(chan *httptest.ResponseRecorder, 1)
			go func() {
				ofThePackage.Lock()
				defer ofThePackage.Unlock()
				w := httptest.NewRecorder()
				good.ServeHTTP(w, req)
				answer <- w
			}()
			select {
			case a := <-answer:
				maps.Copy(w.Header(), a.Header())
				w.WriteHeader(a.Code)
				_, _ = a.Body.WriteTo(w)
			case <-time.After(150 * time.Millisecond):
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
	}, "", "", lockedBefore, false},
	"a kept connection, and a goroutine that stays": {func(tb testing.TB, r *receivertest.Receiver) {
		store(tb, r, &http.Transport{})
		go stays()
	}, "devrev/Z01", `the receiver leaves goroutines behind:\n\s+\S+hostile_test\.go:\d+ in \S+\.stays\n`, "Z01", false},
	"a kept connection, and a goroutine of a delivery that stays": {func(tb testing.TB, r *receivertest.Receiver) {
		store(tb, r, &http.Transport{})
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			go func() { go stays() }()
			good.ServeHTTP(w, req)
		})
	}, "devrev/Z01", `\.stays\n`, "Z01", false},
}

const (
	stillOpen    = "a receiver keeps a connection or a server of net/http open"
	lockedBefore = "they share a lock, most likely, in a variable of the package; let build make it, or give RealTime()"
)

var ofThePackage sync.Mutex

var kept = &http.Transport{}

func stays() { <-make(chan int) }

func lockedForEver(r *receivertest.Receiver) {
	var held sync.Mutex
	held.Lock()
	held.Lock()
	r.Applied()
}

// store lets a receiver keep each event in a service on this machine before it answers.
func store(tb testing.TB, r *receivertest.Receiver, to http.RoundTripper) {
	storeAt(os.Getenv("RECEIVERTEST_STORE"), tb, r, to)
}

func storeAt(service string, tb testing.TB, r *receivertest.Receiver, to http.RoundTripper) {
	if tb != nil {
		tb.Cleanup(to.(*http.Transport).CloseIdleConnections)
	}
	good := r.Handler
	r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		resp, err := (&http.Client{Transport: to}).Post(service, "text/plain", strings.NewReader("event"))
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		good.ServeHTTP(w, req)
	})
}

// askedOfStuck are probes of each kind: those that the others build upon, one that looks at
// goroutines, some that do not wait, some whose deliveries overlap, and some that wait.
var askedOfStuck = []string{
	"devrev/N01", "devrev/M02", "devrev/S01", "devrev/V01", "devrev/Z01", "devrev/S02", "devrev/X02", "devrev/D03", "devrev/R06",
	"devrev/D01", "devrev/D08", "devrev/R01", "devrev/O01", "devrev/M01",
}

// TestJudge_stuck runs below in processes of its own.
func TestJudge_stuck(t *testing.T) {
	name := os.Getenv("RECEIVERTEST_STUCK")
	if name == "" {
		t.Skip("runs in a process of its own")
	}
	tt := stuck[name]
	build := only(func(tb testing.TB, secret string) receivertest.Receiver {
		r := devrevReceiver("")(tb, secret)
		tt.change(tb, &r)
		return r
	}, askedOfStuck...)
	failed, skipped := []string{}, 0
	wait := 2 * time.Second // ends what stands still
	switch tt.skips {
	case lockedBefore: // four times
		wait = time.Second
	case "Z01": // asked in real time, of a machine that may have other work
		wait = 4 * time.Second
	case stillOpen, tt.fails: // nothing does
		wait = time.Minute
	}
	watchdog := receivertest.Watchdog(wait)
	verdicts := receivertest.Judge(t, webhooktest.DevRev, build, watchdog)
	if tt.skips == stillOpen || tt.skips == lockedBefore { // also when it is there before
		verdicts = append(verdicts, receivertest.Judge(t, webhooktest.DevRev, build, watchdog)...)
	}
	for _, v := range verdicts {
		if !slices.Contains(askedOfStuck, v.ID) {
			continue
		}
		if len(v.Failures) > 0 {
			failed = append(failed, v.ID)
			t.Log(v.Failures)
			assert.Regexp(t, tt.says, strings.Join(v.Failures, "\n"))
		}
		if v.Skipped != "" {
			skipped++
			assert.Contains(t, v.Skipped, tt.skips, v.ID)
		}
	}
	if tt.fails == "" {
		assert.Empty(t, failed)
	} else {
		assert.Equal(t, []string{tt.fails}, failed)
	}
	assert.Equal(t, tt.notAsked, skipped == 0, "%d skipped", skipped)
}

// A receiver that keeps the clock still for no flaw of its own is asked where it is real,
// and told what to do; one that never returns, or leaves goroutines behind, fails with
// the line that does it.
func TestJudge_givenUp(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(service.Close)
	for name := range stuck {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestJudge_stuck$", "-test.v")
			cmd.Env = append(os.Environ(), "RECEIVERTEST_STUCK="+name, "RECEIVERTEST_STORE="+service.URL)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, string(out))
		})
	}
}

// TestJudge_heldBefore runs below in a process of its own.
func TestJudge_heldBefore(t *testing.T) {
	if os.Getenv("RECEIVERTEST_HELD") == "" {
		t.Skip("runs in a process of its own")
	}
	for _, hook := range []func() []string{heldFirst, heldThen} {
		for _, v := range receivertest.Judge(t, webhooktest.DevRev, with(func(r *receivertest.Receiver) { r.Applied = hook }), receivertest.Watchdog(time.Second)) {
			if v.ID == "devrev/S01" {
				t.Log(v.Failures)
			}
		}
	}
}

func heldFirst() []string { select {} }
func heldThen() []string  { select {} }

// What an earlier test has left is in no message.
func TestJudge_onlyItsOwn(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestJudge_heldBefore$", "-test.v")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_HELD=1")
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.Equal(t, 1, strings.Count(string(out), ".heldFirst ["), string(out))
	assert.Equal(t, 1, strings.Count(string(out), ".heldThen ["), string(out))
}

// A lock that a refusal keeps costs no minutes: after three requests without an answer a
// probe is given up with the line that waits, and after three such the others are not asked.
func TestJudge_locksForEver(t *testing.T) {
	t.Parallel()
	build := func(tb testing.TB, secret string) receivertest.Receiver {
		r := devrevReceiver("")(tb, secret)
		good := r.Handler
		var working sync.Mutex
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			take(&working)
			answer := httptest.NewRecorder()
			good.ServeHTTP(answer, req)
			if answer.Code != http.StatusUnauthorized { // which forgets it
				working.Unlock()
			}
			maps.Copy(w.Header(), answer.Header())
			w.WriteHeader(answer.Code)
			_, _ = answer.Body.WriteTo(w)
		})
		return r
	}
	impatient := webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Timeout: 300 * time.Millisecond}))
	// These send many that are refused.
	var gaveUp, after []string
	for _, v := range receivertest.Judge(t, impatient, only(build, "devrev/S05", "devrev/S11", "devrev/S13"), receivertest.Answer(300*time.Millisecond)) {
		switch text := strings.Join(v.Failures, "\n"); {
		case strings.Contains(text, "expected  an answer\n"):
			gaveUp = append(gaveUp, v.ID)
			assert.Regexp(t, `got       none to 3 requests, one after the other, so that the others of the probe are not sent; these goroutines are at work:\n\s+\S+hostile_test\.go:\d+ in \S+\.take\n`, text)
		case len(gaveUp) == 3:
			after = append(after, v.Skipped)
		}
	}
	assert.Len(t, gaveUp, 3, "%s", gaveUp)
	assert.Greater(t, len(after), 20)
	assert.Equal(t, []string{"the receiver had ceased to answer in the probes before"}, slices.Compact(after))
}

func take(m *sync.Mutex) { m.Lock() }

// jobs is worked off by one worker for all receivers, as a variable of a package is.
var jobs = sync.OnceValue(func() chan func() {
	all := make(chan func(), 100)
	go func() {
		for job := range all {
			job()
		}
	}()
	return all
})

// A receiver that shares channels with others cannot be in a bubble, and is asked without.
func TestJudge_realTime(t *testing.T) {
	t.Parallel()
	build := func(tb testing.TB, secret string) receivertest.Receiver {
		r := devrevReceiver("")(tb, secret)
		good := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			done := make(chan struct{})
			jobs() <- func() { close(done) }
			<-done
			good.ServeHTTP(w, req)
		})
		return r
	}
	waits := map[string]bool{}
	for _, p := range receivertest.Probes(webhooktest.DevRev) {
		waits[p.ID] = p.Clock
	}
	asked := 0
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build, receivertest.RealTime()) {
		assert.Empty(t, v.Failures, v.ID)
		if v.Skipped == "" {
			asked++
		} else if v.ID != "devrev/X01" {
			assert.Equal(t, "it waits as long as the vendor does, and RealTime was given", v.Skipped, v.ID)
			assert.True(t, waits[v.ID], v.ID)
		}
	}
	assert.Greater(t, asked, 40)
}
