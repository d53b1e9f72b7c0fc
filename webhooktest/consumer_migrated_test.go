package webhooktest_test

import (
	"testing"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/hooks"
)

// testdata/lookup.yaml was recorded with plain go-vcr and has not been touched.
func TestStatus(t *testing.T) {
	client := webhooktest.Open(t, webhooktest.DevRev, "testdata/lookup.yaml")

	got, err := hooks.Status(t.Context(), client, webhooktest.DevRev.BaseURL(), webhooktest.Token,
		"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N")
	if err != nil || got != "active" {
		t.Errorf("got %q, %v, want active", got, err)
	}

	_, err = hooks.Status(t.Context(), client, webhooktest.DevRev.BaseURL(), webhooktest.Token,
		"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/2aBcDe3F")
	if err == nil {
		t.Error("got no error for a webhook that does not exist")
	}
}
