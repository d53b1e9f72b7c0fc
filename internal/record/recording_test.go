package record_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// recorded records webhooks.get from the simulator, in memory.
func recorded(t *testing.T, keep ...string) *record.Recording {
	t.Helper()
	return recordedAs(t, func(body string) string { return body }, keep...)
}

// recordedAs records what edit makes of the answer.
func recordedAs(t *testing.T, edit func(body string) string, keep ...string) *record.Recording {
	t.Helper()
	def := &provider.DevRev
	handler, err := simulator.New(def, "")
	require.NoError(t, err)
	base, token, env := simulator.Tenant(def)
	recording, err := record.New(record.Config{
		Config: exchange.Config{Definition: def, Report: exchange.Silent{}, Bare: true}, Keep: keep, Scenario: def.Scenario("webhooks.get/200"),
		Tenant: record.Tenant{
			BaseURL: base, Token: token, Source: cassette.Simulated, Transport: edited{simulator.Transport(handler), edit},
			Getenv: func(name string) string { return env[name] },
		},
	})
	require.NoError(t, err)
	front := recording.Transport()
	t.Cleanup(func() { front.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, def.BaseURL+"/webhooks.get", strings.NewReader(`{"id":"`+provider.DevRevWebhookID+`"}`))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+provider.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := front.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return recording
}

// edited changes the bodies of answers.
type edited struct {
	next http.RoundTripper
	edit func(string) string
}

func (e edited) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	exchange.SetBody(resp, e.edit(string(body)))
	return resp, nil
}

// A recording in memory has the exchange of the shipped cassette, and leaves no
// file behind.
func TestRecording_Exchanges(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Chdir(t.TempDir())
	recording := recorded(t)
	exchanges, reasons := recording.Exchanges()
	require.Empty(t, reasons)
	require.Len(t, exchanges, 1)
	assert.Equal(t, "POST", exchanges[0].Request.Method)
	assert.Equal(t, provider.DevRev.BaseURL+"/webhooks.get", exchanges[0].Request.URL.String())
	assert.Equal(t, 200, exchanges[0].Response.Status)
	assert.Contains(t, string(exchanges[0].Response.Body), `"secret": "cGxhY2Vob2xkZXItMQ=="`)
	assert.Equal(t, 1, recording.Replaced()[provider.Secret], "the credential is in no exchange, the webhook's secret is")
	for _, dir := range []string{".", os.Getenv("TMPDIR")} {
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, files)
	}
}

// What may not be written may not be compared either: a report would name it.
func TestRecording_Exchanges_refusesWhatIsNotReplaced(t *testing.T) {
	exchanges, reasons := recorded(t, "/webhook/created_by/email").Exchanges()
	assert.Empty(t, exchanges)
	require.NotEmpty(t, reasons)
	assert.Contains(t, strings.Join(reasons, "\n"), "holds a value that looks like a credential or a person's")
	assert.NotContains(t, strings.Join(reasons, "\n"), "lindqvist")
}

// A message never shows what the code under test has put into a URL: it may be
// the tenant's own id, or its credential.
func TestRecording_messagesHoldNoValueOfTheURL(t *testing.T) {
	tenant := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	for _, target := range []string{
		"/webhooks.get?id=" + tenant["DEVREV_WEBHOOK_ID"],
		"/webhooks.get?id=no-such&access_token=" + tenant["DEVREV_TOKEN"],
		"/other/" + tenant["DEVREV_WEBHOOK_ID"],
	} {
		w := tenant.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
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
