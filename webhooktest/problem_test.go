package webhooktest_test

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Each call gives the same news of the same body.
func TestOnNews_onEveryCall(t *testing.T) {
	files := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"status": "active"`, `"colour": "red", "status": "paused"`)
	newTenant := &vcrtest.Vendor{Webhook: strings.Replace(vcrtest.SoundOne, `"status":"active"`, `"status":"paused"`, 1) + vcrtest.RealColour}
	drifted := &vcrtest.Vendor{Webhook: strings.Replace(vcrtest.SoundOne, `"created_date":"2024-02-01T10:00:00Z"`, `"created_date":7`, 1) + vcrtest.RealColour}
	var mu sync.Mutex
	var news []webhooktest.Problem
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) {
		mu.Lock()
		defer mu.Unlock()
		news = append(news, p)
	}))
	recording := func(tb testing.TB, v *vcrtest.Vendor, opts ...webhooktest.Option) (*http.Client, string) {
		vcrtest.Environment{
			webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": vcrtest.Loopback(t, v), "DEVREV_WEBHOOK_ID": vcrtest.RealID,
		}.Set(t)
		return webhooktest.Open(tb, devrev.With(opts...), vcrtest.CassettePath(t)), ""
	}
	for _, test := range []struct {
		name     string
		pointers []string
		client   func(tb testing.TB) (client *http.Client, server string)
	}{
		{"Replay", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			return webhooktest.Replay(tb, devrev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200"), ""
		}},
		{"ReplayServer", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			server := webhooktest.ReplayServer(tb, devrev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200")
			return server.Client(), server.URL
		}},
		{"Open", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			file := vcrtest.CassettePath(t)
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
			return webhooktest.Replay(tb, devrev.With(webhooktest.OwnScenarios(files), webhooktest.AllowProblems("/webhook/colour")), "webhooks.get/200"), ""
		}},
		{"Checked", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			inner := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200").Transport
			return &http.Client{Transport: webhooktest.Checked(tb, devrev, inner)}, ""
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			vcrtest.Environment{}.Set(t)
			news = nil
			var body string
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client, server := test.client(tb)
				req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
				if server != "" {
					req = vcrtest.OnServer(t, server, req)
				}
				_, body = vcrtest.Send(t, client, req)
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
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) {
		if p.In == "request" {
			news = append(news, string(p.Kind)+" "+p.Pointer)
		}
	}))
	vcrtest.Environment{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_WEBHOOK_ID": vcrtest.RealID,
		"DEVREV_BASE_URL": vcrtest.Loopback(t, &vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}),
	}.Set(t)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := vcrtest.GetWebhook(t, "")
		req.URL.Path = "/webhooks.create"
		vcrtest.SetJSON(req, `{"url":"https://example.com/","event_types":["work_craeted"]}`)
		req.Header.Del("Content-Type")
		vcrtest.Swallow(webhooktest.Open(tb, devrev, vcrtest.CassettePath(t)), req)
	})
	assert.Equal(t, []string{"unlisted /event_types/0"}, news)
}

// A member that DevRev does not know fails wherever it is sent.
func TestRequest_misspelt(t *testing.T) {
	const says = `request /event_tpyes (line 1, column 46): is not documented, and refused: DevRev answers 400 invalid_field to a member that it does not know; did you mean "event_types"?`
	ask := func(client *http.Client) {
		req := vcrtest.GetWebhook(t, "")
		req.URL.Path = "/webhooks.create"
		vcrtest.SetJSON(req, `{"url":"https://example.com/", "event_tpyes":["work_created"]}`)
		vcrtest.Swallow(client, req)
	}
	const misspelt = `version: 2
interactions:
  - request: {method: POST, url: https://api.devrev.ai/webhooks.create, body: '{"url":"https://example.com/", "event_tpyes":["work_created"]}'}
    response: {code: 201, body: '{"webhook": {"id": "1", "secret": "cGxhY2Vob2xkZXItMQ==", "status": "unverified", "url": "https://example.com/"}}'}
`
	t.Setenv(webhooktest.RecordVar, "")
	file := vcrtest.CassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(misspelt), 0o644))
	for name, client := range map[string]func(tb testing.TB) *http.Client{
		"Replay": func(tb testing.TB) *http.Client {
			files := fstest.MapFS{"devrev/webhooks.create/201-mine.yaml": {Data: []byte(misspelt)}}
			return webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.OwnScenarios(files)), "webhooks.create/201-mine")
		},
		"Open": func(tb testing.TB) *http.Client { return webhooktest.Open(tb, webhooktest.DevRev, file) },
		"Checked": func(tb testing.TB) *http.Client {
			return &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev, vcrtest.SilentTransport{})}
		},
		"Simulate": func(tb testing.TB) *http.Client { return webhooktest.Simulate(tb, webhooktest.DevRev).Client() },
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { ask(client(tb)) })
		assert.Contains(t, w.Failures(), says, name)
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		ask(webhooktest.Open(tb, webhooktest.DevRev, file, webhooktest.AllowProblems("/event_tpyes")))
	})
	assert.Empty(t, w.Errors())
}
