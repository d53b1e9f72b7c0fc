package receivertest_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// inTest runs f as go test runs a test, without its output, and reports whether that has
// passed.
func inTest(f func(t *testing.T)) (passed bool) {
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	defer nowhere.Close()
	os.Stdout = nowhere
	for _, name := range []string{"test.run", "test.skip"} { // they are about the tests of go test
		f := flag.Lookup(name)
		given := f.Value.String()
		defer func() { _ = f.Value.Set(given) }()
		_ = f.Value.Set("")
	}
	return testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "TestReceiver", F: f}})
}

// buildInbox makes the receiver of these examples, which has no hook but Applied.
func buildInbox(tb testing.TB, secret string) receivertest.Receiver {
	in, err := newInbox(secret)
	if err != nil {
		tb.Fatal(err)
	}
	return receivertest.Receiver{Handler: in, Applied: in.Events}
}

// under makes an inbox whose handler is changed.
func under(change func(http.Handler) http.Handler) receivertest.Build {
	return func(tb testing.TB, secret string) receivertest.Receiver {
		r := buildInbox(tb, secret)
		r.Handler = change(r.Handler)
		return r
	}
}

// key is a receiver of d.velop's that takes a key from one header.
func key(header, prefix string) receivertest.Build {
	return func(_ testing.TB, key string) receivertest.Receiver {
		return receivertest.Receiver{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get(header) != prefix+key {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})}
	}
}

// outcome is what comes of one probe.
func outcome(p webhooktest.Provider, id string, build receivertest.Build, opts ...receivertest.Option) (came string) {
	inTest(func(t *testing.T) {
		for _, v := range receivertest.Judge(t, p, only(build, id), opts...) {
			switch {
			case v.ID != id:
			case v.Skipped != "":
				came = "skipped: " + v.Skipped
			case len(v.Failures) > 0:
				came = "failed"
			default:
				came = "passed"
			}
		}
	})
	return came
}

func ExampleRun() {
	passed := inTest(func(t *testing.T) {
		receivertest.Run(t, webhooktest.DevRev, buildInbox)
	})
	fmt.Println(passed)
	// Output: true
}

func ExampleJudge() {
	forwards := under(func(http.Handler) http.Handler { return http.RedirectHandler("/hooks/", http.StatusPermanentRedirect) })
	var failed map[receivertest.Level][]string
	inTest(func(t *testing.T) { // t is the test's
		failed = map[receivertest.Level][]string{}
		for _, v := range receivertest.Judge(t, webhooktest.DevRev, forwards) {
			if len(v.Failures) > 0 {
				failed[v.Level] = append(failed[v.Level], v.ID)
			}
		}
	})
	fmt.Println(failed[receivertest.Must], failed[receivertest.Should])
	// Output: [] [devrev/M02]
}

func ExampleReplay() {
	passed := inTest(func(t *testing.T) {
		file := listened(t, heard, http.StatusOK, "") // a cassette that record listen has written
		receivertest.Replay(t, webhooktest.DevRev, file, strictly)
	})
	fmt.Println(passed)
	// Output: true
}

func ExampleRequire() {
	passed := inTest(func(t *testing.T) {
		receivertest.Run(t, webhooktest.DevRev, buildInbox, receivertest.Require("O*")) // those that need State
	})
	fmt.Println(passed)
	// Output: false
}

func ExampleExcuse() {
	inexact := under(func(next http.Handler) http.Handler { return http.MaxBytesHandler(next, 100<<10) })
	passed := inTest(func(t *testing.T) {
		receivertest.Run(t, webhooktest.DevRev, inexact, receivertest.Excuse("a larger limit comes next week", "B02"))
	})
	fmt.Println(passed)
	// Output: true
}

func ExampleFail() {
	inexact := under(func(next http.Handler) http.Handler { return http.MaxBytesHandler(next, 100<<10) })
	passed := inTest(func(t *testing.T) {
		receivertest.Run(t, webhooktest.DevRev, inexact, receivertest.Fail(receivertest.Must)) // B02 is a should
	})
	fmt.Println(passed)
	// Output: true
}

func ExampleAt() {
	mounted := under(func(inbox http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/hooks/devrev", inbox)
		return mux
	})
	fmt.Println(outcome(webhooktest.DevRev, "devrev/S01", mounted))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/S01", mounted, receivertest.At("https://example.com/hooks/devrev")))
	// Output:
	// failed
	// passed
}

func ExampleWindow() {
	// The inbox takes what is up to five minutes old.
	fmt.Println(outcome(webhooktest.DevRev, "devrev/T05", buildInbox))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/T05", buildInbox, receivertest.Window(10*time.Minute, time.Hour)))
	// Output:
	// passed
	// failed
}

func ExampleSizes() {
	// The inbox takes a body of up to 1 MiB.
	fmt.Println(outcome(webhooktest.DevRev, "devrev/B02", buildInbox))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/B02", buildInbox, receivertest.Sizes(2<<20, 32<<20)))
	// Output:
	// passed
	// failed
}

func ExampleUnsignedVerify() {
	early := under(func(inbox http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if _, rest, ok := bytes.Cut(body, []byte(`"verify":`)); ok { // DevRev's server makes the secret, and tells it later
				w.Header().Set("Content-Type", "application/json")
				challenge, _, _ := bytes.Cut(rest, []byte("}"))
				fmt.Fprintf(w, "%s}", challenge)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			inbox.ServeHTTP(w, r)
		})
	})
	fmt.Println(outcome(webhooktest.DevRev, "devrev/V06", early))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/V06", early, receivertest.UnsignedVerify()))
	// Output:
	// failed
	// skipped: UnsignedVerify allows it
}

func ExampleHandleResponse() {
	silent := key("Authorization", "Bearer ") // it answers without a body
	fmt.Println(outcome(webhooktest.DVelop, "dvelop/H03", silent, receivertest.HandleResponse("STATUS_AND_BODY")))
	// Output: failed
}

func ExampleLegacyKey() {
	old := key("X-Dv-Api-Key", "")
	fmt.Println(outcome(webhooktest.DVelop, "dvelop/A06", old))
	fmt.Println(outcome(webhooktest.DVelop, "dvelop/A06", old, receivertest.LegacyKey()))
	// Output:
	// failed
	// passed
}

func ExampleCloudApp() {
	trusting := key("Authorization", "Bearer ") // it believes any tenant
	fmt.Println(outcome(webhooktest.DVelop, "dvelop/A10", trusting))
	fmt.Println(outcome(webhooktest.DVelop, "dvelop/A10", trusting, receivertest.CloudApp("bWFkZSB1cA==", "https://example.com", "tenant-1")))
	// Output:
	// skipped: CloudApp was not given
	// failed
}

func ExamplePatience() {
	// It answers first, and has done its work a tenth of a second later.
	late := under(func(inbox http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			job := r.Clone(context.WithoutCancel(r.Context()))
			job.Body = io.NopCloser(bytes.NewReader(body))
			time.AfterFunc(100*time.Millisecond, func() { inbox.ServeHTTP(httptest.NewRecorder(), job) })
		})
	})
	fmt.Println(outcome(webhooktest.DevRev, "devrev/S01", late))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/S01", late, receivertest.Patience(time.Millisecond)))
	// Output:
	// passed
	// failed
}

func ExampleRealTime() {
	fmt.Println(outcome(webhooktest.DevRev, "devrev/D04", buildInbox))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/D04", buildInbox, receivertest.RealTime()))
	// Output:
	// passed
	// skipped: it waits as long as the vendor does, and RealTime was given
}

func ExampleDrain() {
	tidies := func(tb testing.TB, secret string) receivertest.Receiver {
		go time.Sleep(time.Hour) // ends by itself
		return buildInbox(tb, secret)
	}
	fmt.Println(outcome(webhooktest.DevRev, "devrev/D02", tidies))
	fmt.Println(outcome(webhooktest.DevRev, "devrev/D02", tidies, receivertest.Drain(2*time.Hour)))
	// Output:
	// failed
	// passed
}

func ExampleWatchdog() {
	stuck := func(tb testing.TB, secret string) receivertest.Receiver {
		r := buildInbox(tb, secret)
		r.Applied = func() []string { select {} }
		return r
	}
	fmt.Println(outcome(webhooktest.DevRev, "devrev/S01", stuck, receivertest.Watchdog(50*time.Millisecond)))
	// Output: failed
}
