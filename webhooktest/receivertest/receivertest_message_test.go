package receivertest_test

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

var changing = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z|\(\d+\.\d+s\)|\w+\.go:\d+: |\b\d\.\d+s\b`)

func TestJudge_message(t *testing.T) {
	t.Parallel()
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, devrevReceiver("no check without header")) {
		if v.ID != "devrev/S03" {
			continue
		}
		require.Len(t, v.Failures, 2)
		assert.Equal(t, `devrev/S03 (must): no signature header
  expected  status 401, 400 or 403
  got       status 200
  why       a check that runs only when the header is there protects nothing
  source    krkn-chaos/krkn#1277
  sent      curl -i -H 'Content-Type: application/json' --data-binary '{"id":"don:integration:dvrv-us-1:devo/example:webhook/1:webhook_event/1","timestamp":"…","type":"work_created","webhook_id":"don:integration:dvrv-us-1:devo/example:webhook/1","work_created":{"work":{"id":"don:core:dvrv-us-1:devo/example:id/1","owned_by":[],"title":"title","type":"issue"}}}' https://example.com/webhooks/1
  in Go     req := httptest.NewRequest("POST", "https://example.com/webhooks/1", strings.NewReader(`+"`"+`{"id":"don:integration:dvrv-us-1:devo/example:webhook/1:webhook_event/1","timestamp":"…","type":"work_created","webhook_id":"don:integration:dvrv-us-1:devo/example:webhook/1","work_created":{"work":{"id":"don:core:dvrv-us-1:devo/example:id/1","owned_by":[],"title":"title","type":"issue"}}}`+"`"+`))
            req.Header.Add("Content-Type", `+"`application/json`"+`)
  secret    "d2ViaG9va3Rlc3QtbWFkZS11cA==", made up by receivertest`, changing.ReplaceAllString(v.Failures[0], "…"))
		assert.Contains(t, v.Failures[1], "expected  no effect\n  got       one effect")
	}
}

// What is found of a probe that never fails is among its notes, whoever finds it.
func TestJudge_info(t *testing.T) {
	t.Parallel()
	build := func(tb testing.TB, secret string) receivertest.Receiver {
		r := devrevReceiver("")(tb, secret)
		sound := r.Handler
		r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			sound.ServeHTTP(w, req)
			if req.ContentLength < 0 && req.Context().Err() != nil {
				go func() { time.Sleep(1000 * time.Hour) }()
			}
		})
		return r
	}
	for _, v := range receivertest.Judge(t, webhooktest.DevRev, build) {
		assert.Empty(t, v.Failures, v.ID)
		if v.ID == "devrev/B03" {
			assert.Contains(t, strings.Join(v.Notes, "\n"), "got the receiver leaves goroutines behind:")
		}
	}
}

// In a test of its own, Run fails where a probe does, and lists what it skipped.
func TestRun_fails(t *testing.T) {
	t.Parallel()
	if flaw, ok := os.LookupEnv("RECEIVERTEST_FLAW"); ok {
		build := devrevReceiver(flaw)
		receivertest.Run(t, webhooktest.DevRev, func(tb testing.TB, secret string) receivertest.Receiver {
			r := build(tb, secret)
			r.State = nil
			return r
		}, receivertest.Require("O01"), receivertest.Excuse("known since March", "T01", "T07"), receivertest.Fail(receivertest.Must))
		return
	}
	run := func(flaw string) string {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_fails$", "-test.v")
		cmd.Env = append(os.Environ(), "RECEIVERTEST_FLAW="+flaw)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, "%s", out)
		return changing.ReplaceAllString(string(out), "")
	}
	out := run("no window")
	for _, line := range []string{
		"--- FAIL: TestRun_fails/devrev/O01", "devrev/O01 was not asked, and Require names it: the receiver does not offer State",
		"--- SKIP: TestRun_fails/devrev/O02", "--- PASS: TestRun_fails/devrev/T01", "excused, known since March:\ndevrev/T01 (must): a signed event and a signed verify request of ten minutes, an hour, a day and a year ago",
		"--- PASS: TestRun_fails/devrev/T02", "devrev/T02 (should):",
		summed(len(receivertest.Probes(webhooktest.DevRev))-3, 1) + "\n            devrev/O01, devrev/O02, devrev/O03: the receiver does not offer State\n",
	} {
		assert.Contains(t, strings.ReplaceAll(out, "\n        devrev", "\ndevrev"), line)
	}
	out = run("inverted")
	assert.Contains(t, out, "--- FAIL: TestRun_fails/devrev/S01")
	assert.Contains(t, out, fmt.Sprintf("devrev/S01 is what every other probe builds upon; the other %d were not asked", len(receivertest.Probes(webhooktest.DevRev))-3))
	assert.NotContains(t, out, "devrev/S02")
}

// mistaken are the options × the shapes of wrong values, with what Run says of each.
var mistaken = []struct {
	option string
	p      webhooktest.Provider
	cases  map[string]mistakenCase
}{
	{"At", webhooktest.DevRev, map[string]mistakenCase{
		"empty": {"At: expected a URL of http or https without user, query and fragment", list(receivertest.At(""))}, "no URL": {"At: expected a URL", list(receivertest.At("hooks"))},
		"scheme": {"At: expected a URL", list(receivertest.At("ftp://example.com/"))}, "no host": {"At: expected a URL", list(receivertest.At("https:///x"))},
		"user": {"At: expected a URL", list(receivertest.At("https://u:hunter2@example.com/"))}, "query": {"At: expected a URL", list(receivertest.At("https://example.com/a?b=hunter2"))},
		"empty query": {"At: expected a URL", list(receivertest.At("https://example.com/a?"))}, "fragment": {"At: expected a URL", list(receivertest.At("https://example.com/a#hunter2"))},
		"variable": {"At: the URL holds a variable that is not known; {event} alone is", list(receivertest.At("https://example.com/{evnt}"))}, "second variable": {"At: the URL holds a variable", list(receivertest.At("https://example.com/{event}/{id}"))},
		"variable in the host": {"At: expected a URL", list(receivertest.At("https://{event}.example/"))}, "half a variable": {"At: the URL holds a variable", list(receivertest.At("https://example.com/event}"))}, "another case": {"At: the URL holds a variable", list(receivertest.At("https://example.com/{Event}"))},
		"port": {"At: expected a URL", list(receivertest.At("https://example.com:x/"))}, "line break": {"At: expected a URL", list(receivertest.At("https://example.com/\n"))},
		"twice": {"At is given twice, and only one can hold; leave one out", list(receivertest.At("https://a.example/"), receivertest.At("https://a.example/"))},
	}},
	{"Require", webhooktest.DevRev, map[string]mistakenCase{
		"none": {"Require() names no probe", list(receivertest.Require())}, "unknown": {`Require("Q*") names no probe`, list(receivertest.Require("Q*"))},
		"malformed": {`Require("[") names no probe`, list(receivertest.Require("["))}, "empty": {`Require("") names no probe`, list(receivertest.Require(""))},
	}},
	{"Excuse", webhooktest.DevRev, map[string]mistakenCase{
		"no reason": {"Excuse needs a reason", list(receivertest.Excuse("", "S01"))}, "none": {`Excuse("known") names no probe`, list(receivertest.Excuse("known"))},
		"unknown": {`Excuse("Q*") names no probe`, list(receivertest.Excuse("known", "Q*"))},
	}},
	{"Fail", webhooktest.DevRev, map[string]mistakenCase{
		"none": {"Fail() names no level", list(receivertest.Fail())}, "info": {"Fail(Info) has no effect", list(receivertest.Fail(receivertest.Info))}, "unknown": {"Fail(7) names no level", list(receivertest.Fail(7))},
		"twice": {"Fail is given twice", list(receivertest.Fail(receivertest.Must), receivertest.Fail(receivertest.Should))},
	}},
	{"Window", webhooktest.DevRev, map[string]mistakenCase{
		"order": {"Window(2ns, 1ns)", list(receivertest.Window(2, 1))}, "equal": {"Window(1ns, 1ns)", list(receivertest.Window(1, 1))}, "zero": {"Window(0s, 1ns)", list(receivertest.Window(0, 1))},
		"negative": {"Window(-1ns, 1ns)", list(receivertest.Window(-1, 1))}, "twice": {"Window is given twice", list(receivertest.Window(1, 2), receivertest.Window(1, 2))},
	}},
	{"Window", webhooktest.DVelop, map[string]mistakenCase{"vendor": {"option Window has no effect on receivers of d.velop, only on those of DevRev; leave it out", list(receivertest.Window(1, 2))}}},
	{"Sizes", webhooktest.DevRev, map[string]mistakenCase{
		"small": {"Sizes(1, 2)", list(receivertest.Sizes(1, 2))}, "order": {"Sizes(9000000, 8000000)", list(receivertest.Sizes(9_000_000, 8_000_000))}, "zero": {"Sizes(0, 8000000)", list(receivertest.Sizes(0, 8_000_000))},
		"first too large": {"Sizes(67108865, 100000000)", list(receivertest.Sizes(64<<20+1, 100_000_000))}, "second too large": {"Sizes(1, 1073741825): give two sizes, the first up to 64 MiB, the second above the first, above 4 MiB and up to 1 GiB", list(receivertest.Sizes(1, 1<<30+1))},
		"largest": {"Sizes(9223372036854775806, 9223372036854775807)", list(receivertest.Sizes(math.MaxInt-1, math.MaxInt))},
		"twice":   {"Sizes is given twice", list(receivertest.Sizes(1, 8_000_000), receivertest.Sizes(1, 8_000_000))},
	}},
	{"UnsignedVerify", webhooktest.DevRev, map[string]mistakenCase{"twice": {"UnsignedVerify is given twice", list(receivertest.UnsignedVerify(), receivertest.UnsignedVerify())}}},
	{"UnsignedVerify", webhooktest.DVelop, map[string]mistakenCase{"vendor": {"option UnsignedVerify has no effect on receivers of d.velop", list(receivertest.UnsignedVerify())}}},
	{"HandleResponse", webhooktest.DVelop, map[string]mistakenCase{
		"unknown": {`HandleResponse("BODY")`, list(receivertest.HandleResponse("BODY"))}, "empty": {`HandleResponse("")`, list(receivertest.HandleResponse(""))}, "case": {`HandleResponse("none")`, list(receivertest.HandleResponse("none"))},
		"twice": {"HandleResponse is given twice", list(receivertest.HandleResponse("NONE"), receivertest.HandleResponse("NONE"))},
	}},
	{"HandleResponse", webhooktest.DevRev, map[string]mistakenCase{"vendor": {"option HandleResponse has no effect on receivers of DevRev", list(receivertest.HandleResponse("NONE"))}}},
	{"LegacyKey", webhooktest.DVelop, map[string]mistakenCase{"twice": {"LegacyKey is given twice", list(receivertest.LegacyKey(), receivertest.LegacyKey())}}},
	{"LegacyKey", webhooktest.DevRev, map[string]mistakenCase{"vendor": {"option LegacyKey has no effect on receivers of DevRev, only on those of d.velop; leave it out", list(receivertest.LegacyKey())}}},
	{"CloudApp", webhooktest.DVelop, map[string]mistakenCase{
		"no secret": {"CloudApp: the secret of an app is base64", list(receivertest.CloudApp("", appBase, appTenant))}, "no base64": {"CloudApp: the secret of an app is base64", list(receivertest.CloudApp("hunter2!", appBase, appTenant))},
		"no base": {"CloudApp, the base of the tenant: expected a URL", list(receivertest.CloudApp(appSecret, "", appTenant))}, "base": {"CloudApp, the base of the tenant: expected a URL", list(receivertest.CloudApp(appSecret, "x", appTenant))},
		"user in base": {"CloudApp, the base of the tenant: expected a URL", list(receivertest.CloudApp(appSecret, "https://u:hunter2@example.com", appTenant))}, "query in base": {"CloudApp, the base of the tenant: expected a URL", list(receivertest.CloudApp(appSecret, appBase+"?a", appTenant))},
		"line break in base": {"CloudApp, the base of the tenant: expected a URL", list(receivertest.CloudApp(appSecret, appBase+"\n", appTenant))},
		"no tenant":          {"CloudApp: the tenant is not the id of one", list(receivertest.CloudApp(appSecret, appBase, ""))}, "line break in tenant": {"CloudApp: the tenant is not the id of one", list(receivertest.CloudApp(appSecret, appBase, "a\r\nb"))},
		"letters of tenant": {"CloudApp: the tenant is not the id of one", list(receivertest.CloudApp(appSecret, appBase, "ü"))},
		"twice":             {"CloudApp is given twice", list(receivertest.CloudApp(appSecret, appBase, appTenant), receivertest.CloudApp(appSecret, appBase, appTenant))},
	}},
	{"CloudApp", webhooktest.DevRev, map[string]mistakenCase{"vendor": {"option CloudApp has no effect on receivers of DevRev", list(receivertest.CloudApp(appSecret, appBase, appTenant))}}},
	{"Patience", webhooktest.DevRev, map[string]mistakenCase{"zero": {"Patience(0s)", list(receivertest.Patience(0))}, "negative": {"Patience(-1ns)", list(receivertest.Patience(-1))}, "twice": {"Patience is given twice", list(receivertest.Patience(1), receivertest.Patience(1))}}},
	{"RealTime", webhooktest.DevRev, map[string]mistakenCase{"before Drain": {"Drain has no effect with RealTime, which asks nothing in a bubble; leave it out", list(receivertest.RealTime(), receivertest.Drain(0))}, "after Drain": {"Drain has no effect with RealTime", list(receivertest.Drain(1), receivertest.RealTime())}, "twice": {"RealTime is given twice", list(receivertest.RealTime(), receivertest.RealTime())}}},
	{"Drain", webhooktest.DevRev, map[string]mistakenCase{"negative": {"Drain(-1ns)", list(receivertest.Drain(-1))}, "twice": {"Drain is given twice", list(receivertest.Drain(1), receivertest.Drain(2))}}},
	{"Watchdog", webhooktest.DevRev, map[string]mistakenCase{"zero": {"Watchdog(0s)", list(receivertest.Watchdog(0))}, "negative": {"Watchdog(-1ns)", list(receivertest.Watchdog(-1))}, "twice": {"Watchdog is given twice", list(receivertest.Watchdog(1), receivertest.Watchdog(1))}}},
	{"nil", webhooktest.DevRev, map[string]mistakenCase{"nil": {"an option is nil", list(nil)}}},
}

type mistakenCase struct {
	says    string
	options []receivertest.Option
}

func list(options ...receivertest.Option) []receivertest.Option { return options }

// Every option with every shape of a wrong value is refused at the call, before a
// receiver is built, and no value is shown that may be a secret. -v prints the matrix.
func TestRun_mistakes(t *testing.T) {
	t.Parallel()
	if os.Getenv("RECEIVERTEST_MISTAKES") != "" {
		for _, o := range mistaken {
			for shape, c := range o.cases {
				t.Run(fmt.Sprintf("%s of %s/%s", o.option, o.p, shape), func(t *testing.T) {
					receivertest.Run(t, o.p, func(testing.TB, string) receivertest.Receiver { panic("built") }, c.options...)
				})
			}
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_mistakes$")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_MISTAKES=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.NotContains(t, string(out), "hunter2")
	assert.NotContains(t, string(out), "built")
	blocks := map[string]string{}
	for block := range strings.SplitSeq(string(out), "--- FAIL: TestRun_mistakes/") {
		name, said, _ := strings.Cut(block, " (")
		blocks[name] = said
	}
	cells := 0
	for _, o := range mistaken {
		for shape, c := range o.cases {
			name := strings.ReplaceAll(fmt.Sprintf("%s of %s/%s", o.option, o.p, shape), " ", "_")
			said := blocks[name]
			assert.Contains(t, said, "receivertest: "+c.says, name)
			assert.Equal(t, 1, strings.Count(said, "receivertest: "), "%s: one failure names the option: %s", name, said)
			t.Logf("%-34s %s", name, c.says)
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

// Without a test nothing could fail.
func TestRun_noTest(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(){
		"Run":    func() { receivertest.Run(nil, webhooktest.DevRev, devrevReceiver("")) },
		"Judge":  func() { receivertest.Judge(nil, webhooktest.DevRev, devrevReceiver("")) },
		"Replay": func() { receivertest.Replay(nil, webhooktest.DevRev, "nowhere.yaml", devrevReceiver("")) },
		"Wrap":   func() { receivertest.Wrap(nil, webhooktest.DevRev, http.NotFoundHandler()) },
	} {
		assert.PanicsWithValue(t, "receivertest: "+name+" needs the test, and got nil", call)
	}
}

// Every option of what is probed is refused where nothing is.
func TestReplay_mistakes(t *testing.T) {
	t.Parallel()
	if os.Getenv("RECEIVERTEST_MISTAKES") != "" {
		receivertest.Replay(t, webhooktest.DevRev, os.Getenv("RECEIVERTEST_REPLAYED"), devrevReceiver(""), receivertest.Require("S*"), receivertest.Excuse("known", "S01"), receivertest.Fail(receivertest.Must),
			receivertest.At("https://example.com"), receivertest.Window(1, 2), receivertest.Sizes(1, 32<<20), receivertest.UnsignedVerify(), receivertest.HandleResponse("NONE"),
			receivertest.LegacyKey(), receivertest.CloudApp("c2VjcmV0", "https://example.com", "t"), receivertest.Patience(1), receivertest.Drain(1), receivertest.Watchdog(1))
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReplay_mistakes$")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_MISTAKES=1", "RECEIVERTEST_REPLAYED="+listened(t, heard, 200, ""))
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	for _, option := range []string{"Require", "Excuse", "Fail", "At", "Window", "Sizes", "UnsignedVerify", "HandleResponse", "LegacyKey", "CloudApp", "Patience"} {
		assert.Contains(t, string(out), "option "+option+" has no effect on Replay, which asks no probes; leave it out")
	}
	for _, option := range []string{"Drain", "Watchdog"} {
		assert.NotContains(t, string(out), option)
	}
}

// A hint tells the form of signature that a receiver expects.
func TestJudge_otherForm(t *testing.T) {
	t.Parallel()
	p := webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Hex: true}))
	verdicts := receivertest.Judge(t, p, devrevReceiver(""))
	require.Len(t, verdicts, 3)
	assert.Contains(t, strings.Join(verdicts[2].Notes, "\n"), "accepts a signature with RawKey false and Hex false;")
}

// TestRun_bubble runs below in processes of its own.
func TestRun_bubble(t *testing.T) {
	within := map[string]func(*testing.T){
		"Run":    func(t *testing.T) { receivertest.Run(t, webhooktest.DevRev, devrevReceiver("")) },
		"Judge":  func(t *testing.T) { receivertest.Judge(t, webhooktest.DVelop, dvelopReceiver("")) },
		"Replay": func(t *testing.T) { receivertest.Replay(t, webhooktest.DevRev, "nowhere.yaml", devrevReceiver("")) },
	}
	if name := os.Getenv("RECEIVERTEST_BUBBLE"); name != "" {
		synctest.Test(t, within[name])
		return
	}
	t.Parallel()
	for name := range within {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_bubble$")
		cmd.Env = append(os.Environ(), "RECEIVERTEST_BUBBLE="+name)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(out), "receivertest: "+name+" cannot be called within a synctest bubble, for it makes bubbles of its own; call it from the test itself")
		assert.NotContains(t, string(out), "panic")
	}
}
