package webhooktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
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
			return webhooktest.Replay(tb, devrev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200"), ""
		}},
		{"ReplayServer", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			server := webhooktest.ReplayServer(tb, devrev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200")
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
			return webhooktest.Replay(tb, devrev.With(webhooktest.OwnScenarios(files), webhooktest.AllowProblems("/webhook/colour")), "webhooks.get/200"), ""
		}},
		{"Checked", []string{"/webhook/colour", "/webhook/status"}, func(tb testing.TB) (*http.Client, string) {
			inner := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.OwnScenarios(files)), "webhooks.get/200").Transport
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
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) {
		if p.In == "request" {
			news = append(news, string(p.Kind)+" "+p.Pointer)
		}
	}))
	environment{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_WEBHOOK_ID": realID,
		"DEVREV_BASE_URL": loopback(t, &vendor{webhook: soundOne + "}"}),
	}.set(t)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := getWebhook(t, "")
		req.URL.Path = "/webhooks.create"
		setJSON(req, `{"url":"https://example.com/","event_types":["work_craeted"]}`)
		req.Header.Del("Content-Type")
		swallow(webhooktest.Open(tb, devrev, cassettePath(t)), req)
	})
	assert.Equal(t, []string{"unlisted /event_types/0"}, news)
}

// A member that DevRev does not know fails wherever it is sent.
func TestRequest_misspelt(t *testing.T) {
	const says = `request /event_tpyes (line 1, column 46): is not documented, and refused: DevRev answers 400 invalid_field to a member that it does not know; did you mean "event_types"?`
	ask := func(client *http.Client) {
		req := getWebhook(t, "")
		req.URL.Path = "/webhooks.create"
		setJSON(req, `{"url":"https://example.com/", "event_tpyes":["work_created"]}`)
		swallow(client, req)
	}
	const misspelt = `version: 2
interactions:
  - request: {method: POST, url: https://api.devrev.ai/webhooks.create, body: '{"url":"https://example.com/", "event_tpyes":["work_created"]}'}
    response: {code: 201, body: '{"webhook": {"id": "1", "secret": "cGxhY2Vob2xkZXItMQ==", "status": "unverified", "url": "https://example.com/"}}'}
`
	t.Setenv(webhooktest.RecordVar, "")
	file := cassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(misspelt), 0o644))
	for name, client := range map[string]func(tb testing.TB) *http.Client{
		"Replay": func(tb testing.TB) *http.Client {
			files := fstest.MapFS{"devrev/webhooks.create/201-mine.yaml": {Data: []byte(misspelt)}}
			return webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.OwnScenarios(files)), "webhooks.create/201-mine")
		},
		"Open": func(tb testing.TB) *http.Client { return webhooktest.Open(tb, webhooktest.DevRev, file) },
		"Checked": func(tb testing.TB) *http.Client {
			return &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev, silentTransport{})}
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

// A request that no step answers is told what is wrong with it as well: each member of
// each operation, misspelt, for a scenario and for none.
func TestRequest_misspeltWithoutAnAnswer(t *testing.T) {
	tried := 0
	for _, s := range webhooktest.DevRev.Scenarios() {
		if s.Status >= 300 || s.Request().Method != http.MethodPost {
			continue
		}
		sent, err := io.ReadAll(s.Request().Body)
		require.NoError(t, err)
		members := map[string]json.RawMessage{}
		require.NoError(t, json.Unmarshal(sent, &members))
		for name := range members {
			if len(name) < 3 {
				continue
			}
			slip := name[:1] + name[2:3] + name[1:2] + name[3:] // url, ulr
			body := strings.Replace(string(sent), `"`+name+`"`, `"`+slip+`"`, 1)
			for _, steps := range [][]webhooktest.Step{{webhooktest.Step(s.Name)}, nil} {
				for allowed, p := range map[bool]webhooktest.Provider{false: webhooktest.DevRev, true: webhooktest.DevRev.With(webhooktest.AllowProblems("/" + slip))} {
					if allowed && steps == nil {
						continue
					}
					tried++
					w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
						req := s.Request()
						setJSON(req, body)
						swallow(webhooktest.Replay(tb, p, steps...), req)
					})
					assert.Len(t, w.Errors(), 1)
					told := strings.Contains(w.Failures(), "\nthe request breaks the contract of DevRev:\n\trequest /"+slip+" (line ") &&
						strings.Contains(w.Failures(), "is not documented, and refused: DevRev answers 400 invalid_field to a member that it does not know; did you mean \""+name+"\"?")
					assert.Equal(t, !allowed, told, "%s %s: %s", s.Name, slip, w.Failures())
				}
			}
		}
	}
	t.Log("tried: ", tried)
}
