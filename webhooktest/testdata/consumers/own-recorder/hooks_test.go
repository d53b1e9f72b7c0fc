package hooks_test

import (
	"net/http"
	"testing"

	"example.com/webhookvcr/webhooktest"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	hooks "example.org/own-recorder"
)

const id = "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N"

// client replays with go-vcr, as before. Only the line with Checked is new.
func client(t *testing.T, cassette string) *http.Client {
	t.Helper()
	r, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName:       cassette,
		Mode:               recorder.ModeReplayOnly,
		SkipRequestLatency: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &http.Client{Transport: webhooktest.Checked(t, webhooktest.DevRev, r)}
}

func TestStatus(t *testing.T) {
	got, err := hooks.Status(t.Context(), client(t, "testdata/lookup"), "https://api.devrev.ai", "dummy", id)
	if err != nil || got != "active" {
		t.Errorf("got %q, %v, want active", got, err)
	}
}
