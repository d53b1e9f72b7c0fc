package webhooktest_test

import (
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

const tooLate = "the client was closed when its test ended; register the cleanup that sends it after the client is made"

// A request from a cleanup that was registered before the client comes too late,
// and the test can still fail for it: replaying and recording.
func TestOpen_requestOfALaterCleanup(t *testing.T) {
	env := answering(t)
	file := cassettePath(t)
	for name, open := range map[string]func(testing.TB) *http.Client{
		"replaying": func(tb testing.TB) *http.Client {
			return webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
		},
		"recording": func(tb testing.TB) *http.Client { return webhooktest.Open(tb, webhooktest.DevRev, file) },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "recording" {
				env.set(t)
				t.Setenv(webhooktest.RecordVar, ".*")
			}
			w := tbtest.New(t.Name())
			body := func(tb testing.TB) {
				var client *http.Client
				tb.Cleanup(func() {
					_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
					assert.ErrorContains(t, err, "the client was closed when its test ended")
				})
				client = open(tb)
			}
			t.Run("", func(t *testing.T) { t.Cleanup(func() { w.Run(body) }) })
			assert.Contains(t, w.Failures(), tooLate)
		})
	}
}

// So does one through Checked, which is not judged any more; it is sent all the
// same, for what it cleans up may be real.
func TestChecked_requestOfALaterCleanup(t *testing.T) {
	server := fakeVendor(t, 200, "application/json", `{"webhooks":7}`)
	w := tbtest.New(t.Name())
	t.Run("", func(t *testing.T) {
		t.Cleanup(func() {
			w.Run(func(tb testing.TB) {
				var client *http.Client
				tb.Cleanup(func() {
					resp, err := client.Get(server.URL + "/webhooks.list")
					if assert.NoError(t, err) {
						resp.Body.Close()
					}
				})
				client = &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), nil)}
			})
		})
	})
	assert.Equal(t, "GET /webhooks.list comes after the cleanup of Checked, and is not checked; register the cleanup that sends it after Checked is called, so that it runs before", w.Failures())
}

const lateVar = "WEBHOOKTEST_LATE"

// TestLate is the test that TestReplay_lateInARealTest runs.
func TestLate(t *testing.T) {
	if os.Getenv(lateVar) == "" {
		t.Skip("runs as a process of its own")
	}
	var child *http.Client
	late := func(client **http.Client) func() {
		return func() {
			_, err := (*client).Do(getWebhook(t, webhooktest.DevRevWebhookID))
			assert.Error(t, err)
		}
	}
	t.Run("own", func(t *testing.T) {
		var client *http.Client
		t.Cleanup(late(&client))
		client = webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
	})
	t.Run("other", func(t *testing.T) {
		t.Run("first", func(t *testing.T) {
			child = webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
		})
		t.Run("second", func(t *testing.T) { t.Cleanup(late(&child)) })
		t.Cleanup(late(&child))
	})
}

// In a real test nothing panics, and the test of another client is left alone.
func TestReplay_lateInARealTest(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run", "^TestLate$", "-test.v")
	cmd.Env = append(os.Environ(), lateVar+"=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	said := string(out)
	assert.Contains(t, said, tooLate)
	assert.Contains(t, said, "--- FAIL: TestLate/own")
	for _, name := range []string{"other", "other/first", "other/second"} {
		assert.Contains(t, said, "--- PASS: TestLate/"+name+" ")
	}
	assert.NotContains(t, said, "panic")
}
