package webhooktest_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Three attempts, the second after a second.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var client *http.Client
		tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client = webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/429", webhooktest.Always(webhooktest.Reset("webhooks.get/200")))
			for _, wait := range []time.Duration{time.Second, time.Minute, 0} {
				vcrtest.Swallow(client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
				time.Sleep(wait)
			}
			vcrtest.Swallow(client, vcrtest.GetWebhook(t, "nobody's"))
		})
		for range 2 { // bodies can be read each time, also after the test
			got := webhooktest.Requests(t, client)
			require.Len(t, got, 4, "a request without an answer was sent as well")
			assert.Equal(t, []time.Duration{time.Second, time.Minute}, []time.Duration{got[1].At.Sub(got[0].At), got[2].At.Sub(got[1].At)})
			assert.Equal(t, "Bearer "+webhooktest.Token, got[0].Header.Get("Authorization"))
			for i, id := range []string{webhooktest.DevRevWebhookID, webhooktest.DevRevWebhookID, webhooktest.DevRevWebhookID, "nobody's"} {
				body, err := io.ReadAll(got[i].Body)
				require.NoError(t, err)
				assert.JSONEq(t, `{"id": "`+id+`"}`, string(body))
			}
		}
	})
}

// Each client that the package makes remembers what it was asked, for both vendors
// whose tenants live.
func TestRequests_clients(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	for _, p := range []webhooktest.Provider{webhooktest.DevRev, webhooktest.DVelop} {
		s := p.Scenarios()[0]
		file := filepath.Join("..", "cassettes", strings.ToLower(strings.ReplaceAll(p.String(), ".", "")), s.Name+".yaml")
		tenant := webhooktest.Simulate(t, p.With(webhooktest.Webhooks(1)))
		for name, client := range map[string]*http.Client{
			"Replay":      webhooktest.Replay(t, p, webhooktest.Step(s.Name)),
			"Open":        webhooktest.Open(t, p, file),
			"Simulate":    tenant.Client(),
			"a copy":      new(*webhooktest.Replay(t, p, webhooktest.Step(s.Name))),
			"no step":     nil,
			"same tenant": tenant.Client(),
		} {
			if client == nil {
				assert.Empty(t, webhooktest.Requests(t, webhooktest.Replay(t, p)))
				continue
			}
			req := s.Request()
			vcrtest.Swallow(client, req)
			asked := webhooktest.Requests(t, client)
			if assert.NotEmpty(t, asked, "%s of %s", name, p) {
				assert.Equal(t, req.URL.String(), asked[0].URL.String(), "%s of %s", name, p)
				assert.WithinDuration(t, time.Now(), asked[0].At, time.Minute)
			}
		}
		assert.Len(t, webhooktest.Requests(t, tenant.Client()), 2, "all clients of a tenant count as one")
	}
}

func TestRequests_mistakes(t *testing.T) {
	for _, tc := range []struct {
		client *http.Client
		says   string
	}{
		{nil, "webhooktest: Requests(nil): give a client that Replay, Open or Simulate has made"},
		{http.DefaultClient, "webhooktest: Requests: the client's transport is a <nil>; give the client that Replay, Open or Simulate has made, before another transport is put into it"},
		{&http.Client{Transport: http.DefaultTransport}, "webhooktest: Requests: the client's transport is a *http.Transport; give the client that Replay, Open or Simulate has made, before another transport is put into it"},
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Requests(tb, tc.client) })
		assert.Equal(t, tc.says, w.Failures())
	}
	assert.Empty(t, webhooktest.Requests(t, webhooktest.Replay(t, webhooktest.DevRev)))
}
