package webhooktest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
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

// minimal is a cassette as one writes it by hand.
const minimal = `version: 2
interactions:
  - request: {method: POST, url: https://api.devrev.ai/webhooks.get, body: '{"id": "webhook-2"}'}
    response:
      code: 200
      body: '{"webhook": {"id": "webhook-2", "secret": "cGxhY2Vob2xkZXItMQ==", "status": "inactive", "url": "https://example.com/"}}'
`

// A scenario that no shipped one has is listed, and is a step as any other.
func TestScenarios_added(t *testing.T) {
	p := webhooktest.DevRev.With(webhooktest.OwnScenarios(fstest.MapFS{
		"devrev/webhooks.get/200-mine.yaml": {Data: []byte(minimal)},
		"devrev/webhooks.get/404-mine.yaml": {Data: []byte(minimal)},
	}))
	var added []webhooktest.Scenario
	for _, s := range p.Scenarios() {
		if strings.HasSuffix(s.Name, "-mine") {
			added = append(added, s)
		}
	}
	require.Len(t, added, 1, "one that does not load is left out")
	mine := added[0]
	assert.Equal(t, []any{"webhooks.get/200-mine", "webhooks.get", 200, "", ""}, []any{mine.Name, mine.Operation, mine.Status, mine.Summary, mine.Source})
	client := webhooktest.Replay(t, p, webhooktest.Timeout("webhooks.get/200-mine"), "webhooks.get/200", "webhooks.get/200-mine")
	_, err := client.Do(mine.Request())
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	resp, body := vcrtest.Send(t, client, mine.Request())
	assert.Contains(t, body, "inactive")
	assert.Equal(t, "application/json", resp.Header.Get("Content-Type"), "what JSON has for a media type need not be written")
	assert.Equal(t, "200 OK", resp.Status)
	vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
}

func TestScenarios_addedMistakes(t *testing.T) {
	headed := "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live}\n" + minimal
	files := fstest.MapFS{
		"devrev/webhooks.get/404-mine.yaml":  {Data: []byte(minimal)},
		"devrev/webhooks.list/200-mine.yaml": {Data: []byte(minimal)},
		"devrev/webhooks.get/200-copy.yaml":  {Data: []byte(headed)},
		"devrev/webhooks.get/200-mine.yaml":  {Data: []byte(minimal)},
		"devrev/webhooks.get/200-empty.yaml": {},
	}
	p := webhooktest.DevRev.With(webhooktest.OwnScenarios(files))
	for step, says := range map[webhooktest.Step]string{
		"webhooks.get/404-mine":  `webhooktest: devrev/webhooks.get/404-mine.yaml begins with an answer of status 200; name it "webhooks.get/200-mine"`,
		"webhooks.list/200-mine": `webhooktest: devrev/webhooks.list/200-mine.yaml begins with another request than one of webhooks.list; give it the name of its operation`,
		"webhooks.get/200-copy":  `webhooktest: devrev/webhooks.get/200-copy.yaml holds webhooks.get/200 of devrev, not webhooks.get/200-copy of devrev`,
		"webhooks.get/200-empty": `webhooktest: devrev/webhooks.get/200-empty.yaml: the file is empty; record it again`,
		"webhooks.get/200-mien":  `webhooktest: devrev has no scenario "webhooks.get/200-mien"; did you mean "webhooks.get/200-mine"?`,
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Replay(tb, p, step) })
		assert.Equal(t, says, w.Failures())
	}
}
