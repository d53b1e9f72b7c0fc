package exchange_test

import (
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

const tooLate = "the client was closed when its test ended; register the cleanup that sends it after the client is made"

// A request from a cleanup that was registered before the client comes too late,
// and the test can still fail for it: replaying and recording.
func TestLate_requestOfALaterCleanup(t *testing.T) {
	env := vcrtest.DevRevTenant(t, http.NotFoundHandler())
	file := vcrtest.CassettePath(t)
	for name, open := range map[string]func(testing.TB) *http.Client{
		"replaying": func(tb testing.TB) *http.Client {
			return webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
		},
		"recording": func(tb testing.TB) *http.Client { return webhooktest.Open(tb, webhooktest.DevRev, file) },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "recording" {
				env.Set(t)
				t.Setenv(webhooktest.RecordVar, ".*")
			}
			w := tbtest.New(t.Name())
			body := func(tb testing.TB) {
				var client *http.Client
				tb.Cleanup(func() {
					_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
					assert.ErrorContains(t, err, "the client was closed when its test ended")
				})
				client = open(tb)
			}
			t.Run("", func(t *testing.T) { t.Cleanup(func() { w.Run(body) }) })
			assert.Contains(t, w.Failures(), tooLate)
		})
	}
}

const lateVar = "WEBHOOKTEST_LATE"

// TestLateChild is the test that TestLate_inARealTest runs.
func TestLateChild(t *testing.T) {
	if os.Getenv(lateVar) == "" {
		t.Skip("runs as a process of its own")
	}
	var child *http.Client
	late := func(client **http.Client) func() {
		return func() {
			_, err := (*client).Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
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
func TestLate_inARealTest(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run", "^TestLateChild$", "-test.v")
	cmd.Env = append(os.Environ(), lateVar+"=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	said := string(out)
	assert.Contains(t, said, tooLate)
	assert.Contains(t, said, "--- FAIL: TestLateChild/own")
	for _, name := range []string{"other", "other/first", "other/second"} {
		assert.Contains(t, said, "--- PASS: TestLateChild/"+name+" ")
	}
	assert.NotContains(t, said, "panic")
}
