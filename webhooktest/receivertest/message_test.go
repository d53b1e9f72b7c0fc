package receivertest_test

import (
	"fmt"
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
		summed(len(receivertest.Probes(webhooktest.DevRev))-3, 1) + "\n            devrev/O01: the receiver does not offer State\n",
	} {
		assert.Contains(t, strings.ReplaceAll(out, "\n        devrev", "\ndevrev"), line)
	}
	out = run("inverted")
	assert.Contains(t, out, "--- FAIL: TestRun_fails/devrev/S01")
	assert.Contains(t, out, fmt.Sprintf("devrev/S01 is what every other probe builds upon; the other %d were not asked", len(receivertest.Probes(webhooktest.DevRev))-3))
	assert.NotContains(t, out, "devrev/S02")
}

func TestRun_mistakes(t *testing.T) {
	t.Parallel()
	if os.Getenv("RECEIVERTEST_MISTAKES") == "d.velop" {
		receivertest.Run(t, webhooktest.DVelop, dvelopReceiver(""), receivertest.Window(time.Second, time.Minute), receivertest.UnsignedVerify())
		return
	}
	if os.Getenv("RECEIVERTEST_MISTAKES") != "" {
		receivertest.Run(t, webhooktest.DevRev, devrevReceiver(""), receivertest.Require("Q*"), receivertest.Excuse("", "S01"), receivertest.At("hooks"),
			receivertest.Window(2, 1), receivertest.Sizes(1, 2), receivertest.HandleResponse("BODY"), receivertest.Watchdog(0), receivertest.Patience(0), receivertest.LegacyKey(),
			receivertest.Fail(), receivertest.Fail(receivertest.Info), receivertest.Fail(7),
			receivertest.Require(), receivertest.Excuse("known"), receivertest.Drain(-1))
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_mistakes$")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_MISTAKES=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	for _, says := range []string{`Require("Q*") names no probe`, "Excuse needs a reason", `At("hooks") is no URL`, "Window(2ns, 1ns)", "Sizes(1, 2)", `HandleResponse("BODY")`, "Watchdog(0s)", "Require() names no probe", `Excuse("known") names no probe`, "Drain(-1ns)", "Patience(0s)", "Fail() names no level", "Fail(Info) has no effect", "Fail(7) names no level", "option LegacyKey has no effect on receivers of DevRev, only on those of d.velop"} {
		assert.Contains(t, string(out), says)
	}
	cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_mistakes$")
	cmd.Env = append(os.Environ(), "RECEIVERTEST_MISTAKES=d.velop")
	out, err = cmd.CombinedOutput()
	require.Error(t, err)
	for _, option := range []string{"Window", "UnsignedVerify"} {
		assert.Contains(t, string(out), "option "+option+" has no effect on receivers of d.velop, only on those of DevRev; leave it out")
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
