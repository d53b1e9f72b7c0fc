package webhooktest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

// checkedClient replays with go-vcr, as before. Only the line with Checked is new.
func checkedClient(t testing.TB, cassette string) *http.Client {
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

func TestStatus_ownRecorder(t *testing.T) {
	const id = "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N"
	status := func(tb testing.TB, cassette string) {
		got, err := hooks.Status(t.Context(), checkedClient(tb, cassette), "https://api.devrev.ai", "dummy", id)
		if err != nil || got != "active" {
			t.Errorf("got %q, %v, want active", got, err)
		}
	}
	status(t, "testdata/lookup")

	// And with a cassette that breaks the contract.
	broken := filepath.Join(t.TempDir(), "lookup")
	text := strings.Replace(vcrtest.Stored(t, "testdata/lookup.yaml"), `"secret": "REDACTED",`, "", 1)
	require.NotEqual(t, vcrtest.Stored(t, "testdata/lookup.yaml"), text)
	require.NoError(t, os.WriteFile(broken+".yaml", []byte(text), 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { status(tb, broken) })
	require.Contains(t, w.Failures(), "/webhook/secret")
}
