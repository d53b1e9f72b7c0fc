package webhooktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func TestReplayServer_answersEveryScenario(t *testing.T) {
	for _, p := range webhooktest.Providers() {
		for _, s := range p.Scenarios() {
			t.Run(p.String()+"/"+s.Name, func(t *testing.T) {
				client := vcrtest.Browser(t, 10*time.Second)
				client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				server := webhooktest.ReplayServer(t, p, webhooktest.Step(s.Name))
				resp, body := vcrtest.Send(t, client, vcrtest.OnServer(t, server.URL, s.Request()))
				assert.Equal(t, s.Status, resp.StatusCode)
				want, wantBody := vcrtest.Send(t, replayOnce(t, p, s), s.Request())
				assert.Equal(t, wantBody, body)
				assert.Equal(t, want.Header.Get("Content-Type"), resp.Header.Get("Content-Type"))
				assert.Equal(t, want.Header.Get("Retry-After"), resp.Header.Get("Retry-After"))
			})
		}
	}
}

func replayOnce(t *testing.T, p webhooktest.Provider, s webhooktest.Scenario) *http.Client {
	client := webhooktest.Replay(t, p, webhooktest.Step(s.Name))
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// A client that waits for ever does not keep the test from ending.
func TestReplayServer_closesUnderAPatientClient(t *testing.T) {
	client := vcrtest.Browser(t, 0)
	asked, ended := make(chan string, 1), make(chan struct{})
	w := tbtest.New(t.Name())
	go func() {
		defer close(ended)
		w.Run(func(tb testing.TB) {
			server := webhooktest.ReplayServer(tb, webhooktest.DevRev, webhooktest.Timeout("webhooks.get/200"))
			req := vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			sent := make(chan struct{}) // whether it has arrived does not matter
			req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
				WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) },
			}))
			go func() {
				resp, err := client.Do(req)
				if err != nil {
					asked <- "no answer"
					return
				}
				defer resp.Body.Close()
				body, _ := io.ReadAll(resp.Body)
				asked <- resp.Status + " " + string(body)
			}()
			<-sent
		})
	}()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the request keeps the test from ending")
	}
	select {
	case came := <-asked:
		// A request that arrives while the server closes is told so.
		if came != "no answer" {
			assert.Equal(t, "502 Bad Gateway POST https://api.devrev.ai/webhooks.get: the client was closed when its test ended\n", came)
		}
	case <-time.After(10 * time.Second):
		require.Fail(t, "the request outlives the test")
	}
}

func TestReplayServer_unknownRequest(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		server := webhooktest.ReplayServer(tb, webhooktest.DevRev, "webhooks.get/200")
		resp, body := vcrtest.Send(t, vcrtest.Browser(t, 10*time.Second), vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, "webhook-1")))
		assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
		assert.Contains(t, body, "\tPOST https://api.devrev.ai/webhooks.get {\"id\":\"webhook-1\"}\n")
		assert.Contains(t, body, `/id  -"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"  +"webhook-1"`)
		assert.Equal(t, strings.TrimSuffix(body, "\n"), tb.(*tbtest.TB).Failures())
	})
	assert.Len(t, w.Errors(), 1, "the step that was not used adds nothing")
}

func TestReplayServer_usedStepsAndUnusedOnes(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		server := webhooktest.ReplayServer(tb, webhooktest.DevRev, "webhooks.get/200")
		client := vcrtest.Browser(t, 10*time.Second)
		vcrtest.Send(t, client, vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)))
		_, body := vcrtest.Send(t, client, vcrtest.OnServer(t, server.URL, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)))
		assert.Contains(t, body, "the same request, but already used by an earlier call")
	})
	assert.True(t, w.Failed())

	w = tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.ReplayServer(tb, webhooktest.DevRev, "webhooks.get/200") })
	assert.Contains(t, w.Failures(), "\n\t\"webhooks.get/200\"")
}

// A server's answer takes its time too, and the end of the test does not wait for it.
func TestReplayServer_delay(t *testing.T) {
	ask := func(server *httptest.Server) error {
		resp, err := http.Post(server.URL+"/webhooks.get", "application/json", strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`"}`))
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	began := time.Now()
	require.NoError(t, ask(webhooktest.ReplayServer(t, webhooktest.DevRev, webhooktest.Delay("webhooks.get/200", 50*time.Millisecond))))
	assert.GreaterOrEqual(t, time.Since(began), 50*time.Millisecond)

	began = time.Now()
	done := make(chan error)
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		server := webhooktest.ReplayServer(tb, webhooktest.DevRev, webhooktest.Delay("webhooks.get/200", time.Hour))
		go func() { done <- ask(server) }()
		time.Sleep(100 * time.Millisecond)
	})
	<-done
	assert.Less(t, time.Since(began), 10*time.Second)
}
