package replay_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Scenarios of errors answer the well-formed requests as well, and those of no
// other scenario.
func TestIndex_alsoAnswered(t *testing.T) {
	for i, def := range provider.All() {
		dir, p := def.Name, webhooktest.Providers()[i]
		for j, s := range p.Scenarios() {
			t.Run(dir+"/"+s.Name, func(t *testing.T) {
				meant := append([]string{s.Name}, def.Scenarios[j].Also...)
				for _, other := range p.Scenarios() {
					resp, err := webhooktest.Replay(tbtest.New(t.Name()), p, webhooktest.Step(s.Name)).Transport.RoundTrip(other.Request())
					want := false
					for _, name := range meant {
						want = want || asks(def.Scenario(name).Request) == asks(def.Scenario(other.Name).Request)
					}
					require.Equal(t, want, err == nil, "the request of %s", other.Name)
					if err == nil {
						io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
						assert.Equal(t, s.Status, resp.StatusCode, "the request of %s", other.Name)
					}
				}
			})
		}
	}
}

// asks is what a scenario's request says, but for what is never compared.
func asks(r provider.Request) string {
	accept := r.Header["Accept"]
	return fmt.Sprint(r.Method, " ", r.Target, " ", accept, " ", r.Body)
}

func TestIndex_anErrorAnswersTheWellFormedRequestToo(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/400-parse_error")
	resp, body := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 400, resp.StatusCode)
	assert.Contains(t, body, `"parse_error"`)
}

func TestIndex_followsToTheLoginPageWithAnyMediaType(t *testing.T) {
	for _, accept := range []string{"application/json", "application/hal+json", "text/html"} {
		w := tbtest.New(accept).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DVelop, "GetWebHook/302-login")
			req := vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request()
			req.Header.Set("Accept", accept)
			resp, body := vcrtest.Send(t, client, req)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, "/identityprovider/login", resp.Request.URL.Path)
			assert.Contains(t, body, "<html>")
		})
		assert.Empty(t, w.Failures())
	}
}
