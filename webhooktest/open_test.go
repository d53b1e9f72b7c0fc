package webhooktest_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A cassette of another tool's opens: its further keys are logged once, and its
// name may end in .yml. A key that is misspelt is none of these.
func TestOpen_cassettesOfOtherTools(t *testing.T) {
	data, err := os.ReadFile(vcrtest.ShippedFile(t, "devrev/webhooks.get/200.yaml"))
	require.NoError(t, err)
	_, plain, _ := strings.Cut(string(data), "version: 2\n")
	plain = "version: 2\n" + plain
	file := filepath.Join(t.TempDir(), "theirs.yml")
	open := func(text string) *tbtest.TB {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return tbtest.New(t.Name()).Run(func(tb testing.TB) {
			_, body := vcrtest.Send(t, webhooktest.Open(tb, webhooktest.DevRev, file), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			assert.Contains(t, body, webhooktest.DevRevWebhookID)
		})
	}
	w := open("recorder: theirs\n" + strings.Replace(plain, "    request:\n", "    request:\n      id: r-1\n", 1))
	assert.Empty(t, w.Failures())
	assert.Equal(t, 1, strings.Count(w.Said(), "has keys that go-vcr passes over, and drops when it saves: id, recorder"), w.Said())

	for wrong, says := range map[string]string{
		strings.Replace(plain, "      body:", "      bdoy:", 1):                        `theirs.yml: line 14: go-vcr does not know the key "bdoy"; did you mean "body"?`,
		strings.Replace(string(data), "version: 2", "recorder: theirs\nversion: 2", 1): "unknown key recorder; a cassette with the header webhooktest has none, so remove it",
	} {
		assert.Contains(t, open(wrong).Failures(), says)
	}
	named := file
	file = strings.TrimSuffix(file, ".yml") // as go-vcr names a cassette, and there is no .yaml
	require.NoError(t, os.WriteFile(named, []byte(plain), 0o644))
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		vcrtest.Send(t, webhooktest.Open(tb, webhooktest.DevRev, file), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Empty(t, w.Failures())
	file = named
	t.Setenv(webhooktest.RecordVar, ".*")
	assert.Contains(t, open(plain).Failures(), "theirs.yml is not recorded: name a file that ends in .yaml")
	t.Setenv(webhooktest.RecordVar, "")
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, strings.TrimSuffix(file, "s.yml")+".yaml")
	})
	assert.Contains(t, w.Failures(), "their.yaml does not exist; there is theirs.yml\n")
}

// bodiless answers without a body, which net/http's transport never does.
type bodiless struct{}

func (bodiless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200}, nil
}

// Wherever a transport of the caller's is asked, one that gives neither an answer
// nor an error is named.
func TestTransport_neitherAnswerNorError(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), vcrtest.SilentTransport{})}
		_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		assert.ErrorContains(t, err, "the vcrtest.SilentTransport gave neither an answer nor an error")
	})
	assert.Empty(t, w.Failures(), "the code under test has the error")

	_, text := vcrtest.RecordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(vcrtest.SilentTransport{})), &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Empty(t, text)
	w, _ = vcrtest.RecordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(vcrtest.SilentTransport{})), &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Contains(t, w.Failures(), "the vcrtest.SilentTransport gave neither an answer nor an error")
	w, _ = vcrtest.RecordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(bodiless{})), &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.True(t, w.Failed())
}

// endingVar tells the test below, in a process of its own, how to end.
const endingVar = "WEBHOOKVCR_TEST_ENDING"

// TestEnding is the test that TestOpen_unwinding runs in other processes. It
// records two exchanges, or ends between them.
func TestEnding(t *testing.T) {
	ending := os.Getenv(endingVar)
	if ending == "" {
		return // it is a part of TestOpen_unwinding, which asserts what it does
	}
	client := webhooktest.Open(t, webhooktest.DevRev, os.Getenv("WEBHOOKVCR_TEST_FILE"))
	for i := range 2 {
		resp, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		switch {
		case i == 1:
		case ending == "panic":
			panic("the test panics")
		case ending == "goexit":
			runtime.Goexit()
		}
	}
}

// testing runs the cleanups of a test that panics, or that ends by
// runtime.Goexit, before it marks the test as failed. Half a recording must not
// take the place of a whole one then.
func TestOpen_unwinding(t *testing.T) {
	vcrtest.DevRevTenant(t, &simulator.DevRev{}).Set(t)
	file := vcrtest.CassettePath(t)
	run := func(ending string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEnding$", "-test.v")
		cmd.Env = append(os.Environ(), endingVar+"="+ending, "WEBHOOKVCR_TEST_FILE="+file, webhooktest.RecordVar+"=.*")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	require.Contains(t, run("normal"), "recorded: 2 interactions")
	whole := vcrtest.Stored(t, file)
	for _, ending := range []string{"panic", "goexit"} {
		out := run(ending)
		assert.NotContains(t, out, "recorded: ", ending)
		assert.Equal(t, whole, vcrtest.Stored(t, file), ending)
	}
}

// A hint is a command that a shell takes, and an expression that matches.
func TestOpen_hintIsQuoted(t *testing.T) {
	w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, "testdata/my dir/a+b (1).yaml")
	})
	require.True(t, w.Failed())
	assert.Contains(t, w.Failures(), `to record it: WEBHOOKTEST_RECORD='testdata/my dir/a\+b \(1\)\.yaml' go test -count=1 -v -run TestLookup .`)
}

// A cassette of one's own answers under a fault, slowly, changed or any number of
// times as a scenario does.
func TestOpen_steps(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := vcrtest.CassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(vcrtest.Minimal), 0o644))
	mine := webhooktest.Step(file)
	ask := func(t *testing.T, step webhooktest.Step) (*http.Response, string, error) {
		req := vcrtest.GetWebhook(t, "webhook-2")
		resp, err := webhooktest.Open(t, webhooktest.DevRev, step).Do(req)
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, string(body), err
	}
	_, _, err := ask(t, webhooktest.Timeout(mine))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	_, _, err = ask(t, webhooktest.Truncated(mine))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, body, err := ask(t, webhooktest.Changed(mine, webhooktest.Set("/webhook/status", "active")))
	assert.NoError(t, err)
	assert.Contains(t, body, `"status": "active"`)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, _, err := ask(t, webhooktest.Delay(mine, time.Hour))
		assert.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(began))
	})
	client := webhooktest.Open(t, webhooktest.DevRev, webhooktest.Always(mine))
	for range 3 {
		vcrtest.Send(t, client, vcrtest.GetWebhook(t, "webhook-2"))
	}
	webhooktest.Open(t, webhooktest.DevRev, webhooktest.Always(mine)) // none is enough
	_, _, err = ask(t, webhooktest.Step(strings.TrimSuffix(file, ".yaml")))
	assert.NoError(t, err, "go-vcr takes the name without .yaml")
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Changed(mine, webhooktest.Set("/webhook/status", 1)))
	})
	assert.Contains(t, w.Failures(), "breaks the contract of DevRev:\n\tanswer /webhook/status")
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Timeout(webhooktest.Reset(mine)))
	})
	assert.Contains(t, w.Failures(), "has two faults; a step fails in one way")
}

// What a tenant cannot be told to do is replayed, whoever records.
func TestOpen_stepsAreNotRecorded(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, ".*")
	file := vcrtest.CassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(vcrtest.Minimal), 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		_, err := webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Reset(webhooktest.Step(file))).Do(vcrtest.GetWebhook(t, "webhook-2"))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
	assert.Empty(t, w.Errors())
	assert.Contains(t, w.Said(), "is replayed, not recorded: a tenant answers as it does; the call that names the file alone records it")
}

// A cassette of plain go-vcr may hold a secret, since nothing has kept it out.
func TestOpen_warnsOfSecrets(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := vcrtest.CassettePath(t)
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	text := strings.Replace(vcrtest.Minimal, "body: '{\"id\"", "headers: {Authorization: ["+token+"]}, body: '{\"id\"", 1)
	for _, header := range []string{"", "webhooktest: {provider: devrev, source: live}\n"} { // by hand, it keeps nothing out
		require.NoError(t, os.WriteFile(file, []byte(header+text), 0o644))
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			vcrtest.Swallow(webhooktest.Open(tb, webhooktest.DevRev, file), vcrtest.GetWebhook(t, "webhook-2"))
		})
		assert.Contains(t, w.Said(), file+" holds what may be a secret, as record lint tells (")
		assert.Contains(t, w.Said(), "); revoke it, and record again or scrub the file:\n\t"+file+":")
		assert.NotContains(t, w.Said(), token)
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, vcrtest.ShippedFile(t, "devrev/webhooks.get/200.yaml"), webhooktest.AllowUnused())
	})
	assert.NotContains(t, w.Said(), "secret")
}
