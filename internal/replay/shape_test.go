package replay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
)

// Every scenario of an operation that writes answers a caller with a URL, a secret
// and a key of its own: every error × every well-formed request of the operation.
func TestShape_takesOnesOwnURL(t *testing.T) {
	own := strings.NewReplacer(
		"https://example.com/webhooks/devrev", "https://hooks.mycorp.io/dr", "https://example.com/webhooks/dvelop", "https://hooks.mycorp.io/dv",
		"ZXhhbXBsZS1zZWNyZXQ=", "YSBzZWNyZXQgb2Ygb3Vycw==", "example-key", "key-of-ours",
	)
	tried := 0
	for _, p := range webhooktest.Providers() {
		wellFormed := map[string][]webhooktest.Scenario{}
		for _, s := range p.Scenarios() {
			if s.Status < 300 {
				wellFormed[s.Operation] = append(wellFormed[s.Operation], s)
			}
		}
		for _, s := range p.Scenarios() {
			if s.Status < 400 || strings.HasPrefix(s.Name, "webhooks.get/") || strings.HasPrefix(s.Name, "Get") || s.Operation == "webhooks.list" {
				continue
			}
			for _, asked := range wellFormed[s.Operation] {
				tried++
				client := webhooktest.Replay(t, p, webhooktest.Step(s.Name))
				resp, err := client.Do(changed(t, asked.Request(), own))
				if assert.NoError(t, err, "%s asked as %s", s.Name, asked.Name) {
					resp.Body.Close()
					assert.Equal(t, s.Status, resp.StatusCode, "%s asked as %s", s.Name, asked.Name)
				}
			}
		}
	}
	t.Logf("%d errors asked for with values of one's own", tried)
	assert.Greater(t, tried, 100)
}

// Two steps of one scenario, and Always, take another URL each time.
func TestShape_takesAnotherURLEachTime(t *testing.T) {
	for _, steps := range [][]webhooktest.Step{
		{"webhooks.create/429", "webhooks.create/201", "webhooks.create/201"},
		{webhooktest.Always("webhooks.create/201")},
		{"webhooks.create/201", "webhooks.create/201-secret", "webhooks.update/200"},
	} {
		client := webhooktest.Replay(t, webhooktest.DevRev, steps...)
		bodies := []string{`{"url":"https://a.mycorp.io/1","event_types":["work_created"]}`, `{"url":"https://a.mycorp.io/1","event_types":["work_created"]}`, `{"url":"https://b.mycorp.io/2","event_types":["work_created"]}`}
		targets := []string{"webhooks.create", "webhooks.create", "webhooks.create"}
		if len(steps) == 3 && steps[2] == "webhooks.update/200" {
			bodies = []string{bodies[0], `{"url":"https://b.mycorp.io/2","event_types":["work_created"],"secret":"YSBzZWNyZXQgb2Ygb3Vycw=="}`, `{"id":"` + webhooktest.DevRevWebhookID + `","url":"https://c.mycorp.io/3"}`}
			targets[2] = "webhooks.update"
		}
		for i, body := range bodies {
			resp, err := client.Post(webhooktest.DevRev.BaseURL()+"/"+targets[i], "application/json", strings.NewReader(body))
			require.NoError(t, err, "%v: %s", steps, body)
			resp.Body.Close()
		}
	}
}

func changed(t *testing.T, req *http.Request, own *strings.Replacer) *http.Request {
	t.Helper()
	if req.GetBody == nil {
		return req
	}
	var b strings.Builder
	body, err := req.GetBody()
	require.NoError(t, err)
	buffer := make([]byte, 4096)
	for {
		n, err := body.Read(buffer)
		b.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	again, err := http.NewRequest(req.Method, req.URL.String(), strings.NewReader(own.Replace(b.String())))
	require.NoError(t, err)
	again.Header = req.Header
	return again
}
