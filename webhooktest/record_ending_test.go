package webhooktest_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// endingVar tells the test below, in a process of its own, how to end.
const endingVar = "WEBHOOKVCR_TEST_ENDING"

// TestEnding is the test that TestRecord_unwinding runs in other processes. It
// records two exchanges, or ends between them.
func TestEnding(t *testing.T) {
	ending := os.Getenv(endingVar)
	if ending == "" {
		return // it is a part of TestRecord_unwinding, which asserts what it does
	}
	client := webhooktest.Open(t, webhooktest.DevRev, os.Getenv("WEBHOOKVCR_TEST_FILE"))
	for i := range 2 {
		resp, err := client.Do(newGet(t, strings.NewReader(getBody)))
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
func TestRecord_unwinding(t *testing.T) {
	devrevTenant(t, &simulator.DevRev{}).set(t)
	file := cassettePath(t)
	run := func(ending string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEnding$", "-test.v")
		cmd.Env = append(os.Environ(), endingVar+"="+ending, "WEBHOOKVCR_TEST_FILE="+file, webhooktest.RecordVar+"=.*")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	require.Contains(t, run("normal"), "recorded: 2 interactions")
	whole := stored(t, file)
	for _, ending := range []string{"panic", "goexit"} {
		out := run(ending)
		assert.NotContains(t, out, "recorded: ", ending)
		assert.Equal(t, whole, stored(t, file), ending)
	}
}

// Keep lets no credential into a cassette, however wide its pointer, and what
// the contract marks as sensitive only by its own pointer.
func TestKeep_neverACredential(t *testing.T) {
	const secret, hook = "UExBTlRFRHNlY3JldA==", "https://hooks.acme-corp.example/in"
	tenant := devrevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","secret":"`+secret+`","status":"active","url":"`+hook+`","note":"kept"}}`)
	}))
	for _, test := range []struct {
		pointer string
		url     bool
	}{{"/webhook", false}, {"/webhook/url", true}, {"/*/*", false}, {"/webhook/note", false}} {
		file := cassettePath(t)
		p := webhooktest.DevRev.With(webhooktest.Keep(test.pointer))
		w := tenant.record(t, p, file, func(tb testing.TB, client *http.Client) {
			resp, err := client.Do(newGet(tb, strings.NewReader(getBody)))
			require.NoError(tb, err)
			resp.Body.Close()
		})
		require.False(t, w.Failed(), "%s: %v", test.pointer, w.Errors())
		text := stored(t, file)
		assert.NotContains(t, text, secret, test.pointer)
		assert.NotContains(t, text, "11FVC3ScK", test.pointer)
		assert.Equal(t, test.url, strings.Contains(text, hook), test.pointer)
		assert.Equal(t, test.pointer == "/webhook/note", strings.Contains(text, `"note":"kept"`), test.pointer)
	}
}

// A message never shows what the code under test has put into a URL: it may be
// the tenant's own id, or its credential.
func TestRecord_messagesHoldNoValueOfTheURL(t *testing.T) {
	tenant := devrevTenant(t, &simulator.DevRev{})
	for _, target := range []string{
		"/webhooks.get?id=" + tenant["DEVREV_WEBHOOK_ID"],
		"/webhooks.get?id=no-such&access_token=" + tenant["DEVREV_TOKEN"],
		"/other/" + tenant["DEVREV_WEBHOOK_ID"],
	} {
		w := tenant.record(t, webhooktest.DevRev, cassettePath(t), func(tb testing.TB, client *http.Client) {
			req, err := http.NewRequest("GET", webhooktest.DevRev.BaseURL()+target, nil)
			require.NoError(tb, err)
			req.Header.Set("Upgrade", "websocket") // refused, whatever the rest
			_, _ = client.Do(req)
			req.Header.Del("Upgrade")
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
			}
		})
		require.True(t, w.Failed(), target)
		for _, message := range w.Errors() {
			assert.NotContains(t, message, "1jGzMh1N")
			assert.NotContains(t, message, tenant["DEVREV_TOKEN"])
		}
	}
}

// A hint is a command that a shell takes, and an expression that matches.
func TestOpen_hintIsQuoted(t *testing.T) {
	w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, "testdata/my dir/a+b (1).yaml")
	})
	require.True(t, w.Failed())
	assert.Contains(t, w.Failures(), `to record it: WEBHOOKTEST_RECORD='testdata/my dir/a\+b \(1\)\.yaml' go test -count=1 -run TestLookup .`)
}

// An optional id of d.velop's is looked up before an answer shows it: the
// exported placeholder stands for it in every order of requests.
func TestRecord_looksUpBeforeAnAnswerShowsTheID(t *testing.T) {
	tenant := dvelopTenant(t, &simulator.DVelop{})
	delete(tenant, "DVELOP_WEBHOOK_ID")
	event := webhooktest.DVelop.BaseURL() + "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events/" + webhooktest.DVelopEventID
	w := tenant.record(t, webhooktest.DVelop, cassettePath(t), func(tb testing.TB, client *http.Client) {
		for _, target := range []string{event, event + "/" + webhooktest.DVelopWebhookID} {
			req, err := http.NewRequest("GET", target, nil)
			require.NoError(tb, err)
			req.Header.Set("Accept", "application/json")
			resp, err := client.Do(req)
			require.NoError(tb, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(tb, err)
			resp.Body.Close()
			assert.Contains(tb, string(body), webhooktest.DVelopWebhookID, target)
		}
	})
	assert.False(t, w.Failed(), "%v", w.Errors())
}
