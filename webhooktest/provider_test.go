package webhooktest_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func TestProvider(t *testing.T) {
	var none webhooktest.Provider
	assert.Equal(t, "DevRev", webhooktest.DevRev.String())
	assert.Equal(t, "d.velop", webhooktest.DVelop.String())
	assert.Equal(t, "no provider", none.String())
	assert.Equal(t, "https://api.devrev.ai", webhooktest.DevRev.BaseURL())
	assert.Equal(t, "https://sample-api.d-velop.cloud", webhooktest.DVelop.BaseURL(), "the tenant's root, without /dmsconfig")
	assert.Empty(t, none.BaseURL())
	assert.Empty(t, none.Scenarios())
	assert.Subset(t, webhooktest.Providers(), []webhooktest.Provider{webhooktest.DevRev, webhooktest.DVelop})
}

// A loop over the scenarios needs nothing but what they say of themselves.
func TestScenario_describesItself(t *testing.T) {
	for _, p := range webhooktest.Providers() {
		seen := map[string]bool{}
		for _, s := range p.Scenarios() {
			assert.False(t, seen[s.Name], "%s stands twice", s.Name)
			seen[s.Name] = true
			assert.Contains(t, s.Name, s.Operation+"/")
			assert.NotEmpty(t, s.Summary, s.Name)
			assert.Contains(t, []string{"live", "simulated"}, s.Source, s.Name)
			assert.GreaterOrEqual(t, s.Status, 200, s.Name)
		}
	}
}

func TestScenarioRequest_isNewEachTime(t *testing.T) {
	s := vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.get/200")
	first, second := s.Request(), s.Request()
	first.Header.Set("Content-Type", "changed")
	first.URL.Path = "/changed"
	assert.Equal(t, "application/json", second.Header.Get("Content-Type"))
	assert.Equal(t, "/webhooks.get", second.URL.Path)
	for _, body := range []io.Reader{first.Body, second.Body} {
		data, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":"`+webhooktest.DevRevWebhookID+`"}`, string(data))
	}
}

func TestScenarioRequest_carriesWhatTheScenarioIsAbout(t *testing.T) {
	request := func(p webhooktest.Provider, name string) *http.Request { return vcrtest.Scenario(t, p, name).Request() }
	assert.Equal(t, "Bearer "+webhooktest.Token, request(webhooktest.DevRev, "webhooks.get/200").Header.Get("Authorization"))
	assert.NotEqual(t, "Bearer "+webhooktest.Token, request(webhooktest.DevRev, "webhooks.get/401").Header.Get("Authorization"))
	assert.NotEmpty(t, request(webhooktest.DevRev, "webhooks.get/401").Header.Get("Authorization"))
	assert.Equal(t, webhooktest.DVelop.BaseURL(), request(webhooktest.DVelop, "GetWebHook/200-hal").Header.Get("Origin"))
	assert.Empty(t, request(webhooktest.DVelop, "GetWebHook/403-origin").Header.Get("Origin"))
	assert.Empty(t, request(webhooktest.DevRev, "webhooks.get/200").Header.Get("Origin"))
	get := request(webhooktest.DVelop, "GetWebHook/200-json")
	assert.Equal(t, http.NoBody, get.Body)
	assert.Nil(t, get.GetBody)
}
