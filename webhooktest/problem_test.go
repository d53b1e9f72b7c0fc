package webhooktest_test

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// Each call gives the same news of the same body.
func TestOnNews_onEveryCall(t *testing.T) {
	files := edited(t, "devrev/webhooks.get/200.yaml", `"status": "active"`, `"colour": "red", "status": "paused"`)
	newTenant := &vendor{webhook: strings.Replace(soundOne, `"status":"active"`, `"status":"paused"`, 1) + realColour}
	drifted := &vendor{webhook: strings.Replace(soundOne, `"created_date":"2024-02-01T10:00:00Z"`, `"created_date":7`, 1) + realColour}
	var mu sync.Mutex
	var news []webhooktest.Problem
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) {
		mu.Lock()
		defer mu.Unlock()
		news = append(news, p)
	}))
	recording := func(tb testing.TB, v *vendor, opts ...webhooktest.Option) (*http.Client, string) {
		environment{
			webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": loopback(t, v), "DEVREV_WEBHOOK_ID": realID,
		}.set(t)
		return webhooktest.Open(tb, devrev.With(opts...), cassettePath(t)), ""
	}
	for _, test := range []struct {
		name     string
		pointers []string
		client   func(tb testing.TB) (client *http.Client, server string)
	}{
		{"Replay", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			return webhooktest.Replay(tb, devrev.With(webhooktest.Scenarios(files)), "webhooks.get/200"), ""
		}},
		{"ReplayServer", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			server := webhooktest.ReplayServer(tb, devrev.With(webhooktest.Scenarios(files)), "webhooks.get/200")
			return server.Client(), server.URL
		}},
		{"Open", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			file := cassettePath(t)
			require.NoError(t, os.WriteFile(file, files["devrev/webhooks.get/200.yaml"].Data, 0o600))
			return webhooktest.Open(tb, devrev, file), ""
		}},
		{"Open, recording", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			return recording(tb, newTenant)
		}},
		{"Open, recording with AcceptDrift", []string{"/webhook/colour"}, func(tb testing.TB) (*http.Client, string) {
			return recording(tb, drifted, webhooktest.AcceptDrift())
		}},
		{"allowed", []string{"/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			return webhooktest.Replay(tb, devrev.With(webhooktest.Scenarios(files), webhooktest.AllowProblems("/webhook/colour")), "webhooks.get/200"), ""
		}},
		{"Checked", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			inner := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.Scenarios(files)), "webhooks.get/200").Transport
			return &http.Client{Transport: webhooktest.Checked(tb, devrev, inner)}, ""
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			environment{}.set(t)
			news = nil
			var body string
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client, server := test.client(tb)
				req := getWebhook(t, webhooktest.DevRevWebhookID)
				if server != "" {
					req = onServer(t, server, req)
				}
				_, body = send(t, client, req)
			})
			assert.Empty(t, w.Failures())
			got := news
			var pointers []string
			for _, p := range got {
				pointers = append(pointers, p.Pointer)
			}
			assert.Equal(t, test.pointers, pointers)

			news = nil
			_ = webhooktest.ValidateBody(devrev, "webhooks.get", 200, "application/json", []byte(body))
			for _, p := range got {
				assert.Contains(t, news, p, "as ValidateBody has it")
			}
		})
	}
}

// What the code under test sends is news as well, and a breach is none.
func TestOnNews_ofTheRequest(t *testing.T) {
	var news []string
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) { news = append(news, string(p.Kind)+" "+p.In+" "+p.Pointer) }))
	environment{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_WEBHOOK_ID": realID,
		"DEVREV_BASE_URL": loopback(t, &vendor{webhook: soundOne + "}"}),
	}.set(t)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := getWebhook(t, "")
		setJSON(req, `{"id":"`+webhooktest.DevRevWebhookID+`","expand":true}`)
		req.Header.Del("Content-Type")
		swallow(webhooktest.Open(tb, devrev, cassettePath(t)), req)
	})
	assert.Equal(t, []string{"undocumented request /expand"}, news)
}
