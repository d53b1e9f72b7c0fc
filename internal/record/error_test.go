package record_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A connection that fails names the variable to check, and never its value.
func TestError_unreachable(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, base := range map[string]string{
		"nobody listens": gone.URL, "no such host": "http://tenant-7hqz.invalid", "an unknown certificate": secure.URL,
		"no TLS": "https" + plain.URL[len("http"):],
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(webhooktest.RecordVar, ".*")
			t.Setenv("DEVREV_TOKEN", "real-token-0123456789")
			t.Setenv("DEVREV_WEBHOOK_ID", vcrtest.RealID)
			t.Setenv("DEVREV_BASE_URL", base)
			file := filepath.Join(t.TempDir(), "a.yaml")
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				_, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
				assert.ErrorContains(t, err, "; check DEVREV_BASE_URL")
				assert.NotContains(t, err.Error(), "7hqz")
			})
			assert.Contains(t, w.Failures(), "; check DEVREV_BASE_URL")
			assert.NotContains(t, w.Failures(), base[len("http://"):])
		})
	}
	t.Run("another error", func(t *testing.T) {
		w, _ := vcrtest.RecordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(failing{})), &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}, webhooktest.DevRevWebhookID)
		assert.NotContains(t, w.Failures(), "real-")
	})
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("real-token-0123456789")
}

// What goes wrong with a tenant is told of the tenant: by its variables.
func TestError_namesTheVariables(t *testing.T) {
	notFound := answering(t, `404 {"type":"not_found","message":"no","debug_message":"no"}`)
	w := notFound.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), getTimes(1))
	assert.Contains(t, w.Failures(), "exchange #0: the answer is 404 Not Found, and the request names what DEVREV_WEBHOOK_ID gives; is that still there?\nhint: correct DEVREV_WEBHOOK_ID, or the path of DEVREV_BASE_URL; a test of a missing one sends another id than")

	gone := answering(t, "200 {}")
	gone["DEVREV_BASE_URL"] = "http://127.0.0.1:1"
	w = gone.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
		vcrtest.Swallow(client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Contains(t, w.Said(), "POST $DEVREV_BASE_URL/webhooks.get failed: ")
	assert.NotContains(t, w.Said(), "127.0.0.1")
}
