package serve_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/serve"
)

// The whole page, member by member: scripts read it.
func TestLog_page(t *testing.T) {
	server, _ := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "webhooks.get/429", "always:webhooks.get/200", "webhooks.list/200")...)
	resp, body := ask(t, "GET", server.URL+serve.LogPath, "")
	assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	assert.Equal(t, `{
  "version": 1,
  "provider": "devrev",
  "asked": 0,
  "answered": 0,
  "missed": 0,
  "refused": 0,
  "breaches": 0,
  "forgotten": 0,
  "requests": [],
  "unused": [
    "step 1, \"webhooks.get/429\": POST https://api.devrev.ai/webhooks.get {\"id\":\"don:integration:dvrv-us-1:devo/example:webhook/webhook-id\"}",
    "step 3, \"webhooks.list/200\": POST https://api.devrev.ai/webhooks.list {}"
  ]
}
`, body)
	ask(t, "POST", server.URL+"/webhooks.get", webhook)
	ask(t, "POST", server.URL+"/webhooks.get", webhook, "Authorization", "")
	ask(t, "POST", server.URL+"/webhooks.list", `{}`, "Content-Type", "text/plain")
	resp, miss := ask(t, "GET", server.URL+"/webhooks.get", "")
	assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
	_, body = ask(t, "GET", server.URL+serve.LogPath, "")
	quoted, err := json.Marshal(strings.TrimSuffix(miss, "\n"))
	require.NoError(t, err)
	assert.Equal(t, `{
  "version": 1,
  "provider": "devrev",
  "asked": 4,
  "answered": 3,
  "missed": 1,
  "refused": 0,
  "breaches": 1,
  "forgotten": 0,
  "requests": [
    {
      "number": 1,
      "method": "POST",
      "url": "https://api.devrev.ai/webhooks.get",
      "result": "answered",
      "status": 429,
      "by": {
        "step": 1,
        "name": "webhooks.get/429",
        "cassette": "cassettes/devrev/webhooks.get/429.yaml",
        "interaction": 0,
        "source": "simulated"
      }
    },
    {
      "number": 2,
      "method": "POST",
      "url": "https://api.devrev.ai/webhooks.get",
      "result": "answered",
      "status": 200,
      "by": {
        "step": 2,
        "name": "always:webhooks.get/200",
        "cassette": "cassettes/devrev/webhooks.get/200.yaml",
        "interaction": 0,
        "source": "simulated"
      },
      "notes": [
        "the request carries no credential; DevRev would refuse it"
      ]
    },
    {
      "number": 3,
      "method": "POST",
      "url": "https://api.devrev.ai/webhooks.list",
      "result": "answered",
      "status": 200,
      "by": {
        "step": 3,
        "name": "webhooks.list/200",
        "cassette": "cassettes/devrev/webhooks.list/200.yaml",
        "interaction": 0,
        "source": "simulated"
      },
      "breach": "webhooks.list/200 (simulated) breaks the contract of DevRev:\n\trequest Content-Type: is \"text/plain\", expected application/json"
    },
    {
      "number": 4,
      "method": "GET",
      "url": "https://api.devrev.ai/webhooks.get",
      "result": "missed",
      "status": 0,
      "by": null,
      "explanation": `+strings.NewReplacer(`\u003e`, ">", `\u003c`, "<", `\u0026`, "&").Replace(string(quoted))+`,
      "nearest": {
        "by": {
          "step": 1,
          "name": "webhooks.get/429",
          "cassette": "cassettes/devrev/webhooks.get/429.yaml",
          "interaction": 0,
          "source": "simulated"
        },
        "differs": "method",
        "differences": [
          {
            "place": "method",
            "recorded": "POST",
            "sent": "GET"
          }
        ],
        "more": 0
      }
    }
  ],
  "unused": []
}
`, body)
	assert.True(t, strings.HasPrefix(miss, "webhooks.get/429 (simulated), webhooks.get/200 (simulated) and webhooks.list/200 (simulated) have no answer for\n\tGET https://api.devrev.ai/webhooks.get\nthe request breaks the contract of DevRev:\n\trequest id: "), miss)
	assert.Contains(t, miss, "\nnearest is step 1, ")
}

func TestLog_pageIsReadOnly(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "webhooks.get/200")...)
	resp, body := ask(t, "DELETE", server.URL+serve.LogPath, "")
	assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
	assert.Equal(t, "GET, HEAD", resp.Header.Get("Allow"))
	assert.Equal(t, "/-/requests can be read only\n", body)
	resp, body = ask(t, "HEAD", server.URL+serve.LogPath, "")
	assert.Equal(t, 200, resp.StatusCode)
	assert.Empty(t, body)
	assert.Zero(t, requests.Report().Asked, "the page is no request to the vendor")
}

func TestLog_tellsOfFailuresOnly(t *testing.T) {
	sequence, err := replay.NewSequence(steps(t, &provider.DevRev, "always:webhooks.get/200")...)
	require.NoError(t, err)
	requests := serve.NewLog(exchange.Config{Definition: &provider.DevRev}, sequence)
	var told []int
	requests.OnFailure = func(e serve.Entry) { told = append(told, e.Number) }
	for _, tc := range []struct{ body, media string }{{webhook, "application/json"}, {`{"id":"x"}`, "application/json"}, {webhook, "text/plain"}, {webhook, "application/json"}} {
		req, err := http.NewRequest("POST", provider.DevRev.BaseURL+"/webhooks.get", strings.NewReader(tc.body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", tc.media)
		if resp, err := requests.RoundTrip(req); err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
		}
	}
	assert.Equal(t, []int{2, 3}, told)
}

// A server that runs for days remembers the latest requests and counts all.
func TestLog_isBounded(t *testing.T) {
	sequence, err := replay.NewSequence(steps(t, &provider.DevRev, "always:webhooks.list/200")...)
	require.NoError(t, err)
	requests := serve.NewLog(exchange.Config{Definition: &provider.DevRev}, sequence)
	const n = 10_001
	for range n {
		req, err := http.NewRequest("POST", provider.DevRev.BaseURL+"/webhooks.list", strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		_, err = requests.RoundTrip(req)
		require.NoError(t, err)
	}
	r := requests.Report()
	assert.Equal(t, n, r.Asked)
	assert.Equal(t, 5000, r.Forgotten)
	assert.Len(t, r.Requests, n-5000)
	assert.Equal(t, 5001, r.Requests[0].Number)
	assert.Equal(t, n, r.Requests[len(r.Requests)-1].Number)
}

// A request that was missed is shown beside the recorded one that comes nearest, with
// each place in which it differs.
func TestLog_nearest(t *testing.T) {
	const hook = "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/" + provider.DVelopEventID + "/" + provider.DVelopWebhookID
	const quoted = `"` + provider.DevRevWebhookID + `"`
	for name, tc := range map[string]struct {
		def                  *provider.Definition
		steps                []string
		method, target, body string
		header               []string
		step                 int
		differs              string
		want                 []serve.Difference
	}{
		"method":       {&provider.DevRev, []string{"webhooks.list/429", "webhooks.get/200"}, "PUT", "/webhooks.get", webhook, nil, 2, "method", []serve.Difference{{Place: "method", Recorded: "POST", Sent: "PUT"}}},
		"path":         {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.gt", webhook, nil, 1, "URL", []serve.Difference{{Place: "URL", Recorded: "https://api.devrev.ai/webhooks.get", Sent: "https://api.devrev.ai/webhooks.gt"}}},
		"query":        {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.get?a=1", webhook, nil, 1, "URL", []serve.Difference{{Place: "?a", Sent: `"1"`}}},
		"broken query": {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.get?%zz", webhook, nil, 1, "URL", []serve.Difference{{Place: "query", Recorded: "?", Sent: "?%zz"}}},
		"media type":   {&provider.DVelop, []string{"GetWebHook/200-json"}, "GET", hook, "", []string{"Accept", "application/hal+json"}, 1, "Accept", []serve.Difference{{Place: "Accept", Recorded: `"application/json"`, Sent: `"application/hal+json"`}}},
		"member":       {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.get", `{"id":"x","y":[1]}`, nil, 1, "body", []serve.Difference{{Place: "/id", Recorded: quoted, Sent: `"x"`}, {Place: "/y", Sent: "[1]"}}},
		"no body":      {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.get", "", nil, 1, "body", []serve.Difference{{Place: "body", Recorded: webhook}}},
		"used":         {&provider.DevRev, []string{"webhooks.get/200"}, "POST", "/webhooks.get", webhook, nil, 1, "used", []serve.Difference{}},
	} {
		t.Run(name, func(t *testing.T) {
			server, requests := serving(t, tc.def, steps(t, tc.def, tc.steps...)...)
			if tc.differs == "used" {
				ask(t, tc.method, server.URL+tc.target, tc.body, tc.header...)
			}
			ask(t, tc.method, server.URL+tc.target, tc.body, tc.header...)
			all := requests.Report().Requests
			near := all[len(all)-1].Nearest
			require.NotNil(t, near)
			assert.Equal(t, tc.step, near.By.Step)
			assert.Equal(t, tc.steps[tc.step-1], near.By.Name)
			assert.Equal(t, tc.differs, near.Differs)
			assert.Equal(t, tc.want, near.Differences)
		})
	}
}

// Whatever carries a credential, no text of the log holds it, in no spelling
// and not shortened.
func TestLog_withholdsCredentials(t *testing.T) {
	const secret = `S3cr/t+"x"=ü\q7`
	const escaped = "S3cr%2Ft%2B%22x%22%3D%C3%BC%5Cq7"
	quoted, err := json.Marshal(secret)
	require.NoError(t, err)
	inner := string(quoted[1 : len(quoted)-1])
	for name, tc := range map[string]struct {
		method, target, body string
		header               []string
	}{
		"Authorization":       {"GET", "/webhooks.get", "", []string{"Authorization", "Bearer abcdef-123456"}},
		"echoed token":        {"GET", "/webhooks.get?id=abcdef-123456", "", []string{"Authorization", "abcdef-123456"}},
		"cookie":              {"GET", "/webhooks.get?id=abcdef-123456", "", []string{"Cookie", "AuthSessionId=abcdef-123456; a=b"}},
		"key header":          {"POST", "/webhooks.get", `{"id":"abcdef-123456"}`, []string{"X-Api-Key", "abcdef-123456"}},
		"query":               {"GET", "/webhooks.get?access_token=" + escaped, "", nil},
		"escaped query key":   {"GET", "/webhooks.get?access%5Ftoken=" + escaped, "", nil},
		"secret member":       {"POST", "/webhooks.update", `{"id":"x","secret":` + string(quoted) + `}`, nil},
		"undocumented member": {"POST", "/webhooks.get", `{"a":[{"clientPassword":` + string(quoted) + `}]}`, nil},
		"below a member":      {"POST", "/webhooks.get", `{"credentials":{"value":[` + string(quoted) + `]}}`, nil},
		"a number":            {"POST", "/webhooks.get", `{"token":123456789012}`, nil},
		"cut off":             {"POST", "/webhooks.get", `{"a":"` + strings.Repeat("x", 375) + `","token":` + string(quoted) + `}`, nil},
		"escaped otherwise":   {"POST", "/webhooks.get", `{"token":"S3cr\/t+\u0022x"}`, nil},
		"quoted twice":        {"POST", "/webhooks.get", "{\"a\":\"\ufffd\",\"id\":\"abcdef-\\\"123456\"}", []string{"Authorization", `Bearer abcdef-"123456`}},
		"broken off":          {"POST", "/webhooks.get", `{"token":` + string(quoted), nil},
		"not quite JSON":      {"POST", "/webhooks.get", `{"token":` + string(quoted) + `}trailing`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "webhooks.get/200", "webhooks.list/200")...)
			ask(t, tc.method, server.URL+tc.target, tc.body, tc.header...)
			report := requests.Report()
			require.Equal(t, 1, report.Missed)
			e := report.Requests[0]
			text := strings.Join(append(e.Notes, e.URL, e.Explanation, e.Breach), "\n")
			for _, d := range e.Nearest.Differences {
				text += "\n" + d.Place + "\n" + d.Recorded + "\n" + d.Sent
			}
			for _, value := range []string{secret, escaped, inner, "S3cr", "cr/t", "abcdef", "123456"} {
				assert.NotContains(t, text, value)
			}
		})
	}
}

// A plain go-vcr cassette may hold credentials of its own.
func TestLog_withholdsWhatTheCassetteHolds(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, cassetteStep(t, `/x?api_key=abcdef-123456`, `{code: 200}`))
	ask(t, "GET", server.URL+"/x?api_key=other", "")
	r := requests.Report()
	require.Equal(t, 1, r.Missed)
	assert.Contains(t, r.Requests[0].Explanation, `?api_key  -"(withheld)"  +"(withheld)"`)
	assert.Equal(t, []serve.Difference{{Place: "?api_key", Recorded: `"(withheld)"`, Sent: `"(withheld)"`}}, r.Requests[0].Nearest.Differences)
	assert.Equal(t, []string{"own.yaml #0: GET https://api.devrev.ai/x?api_key=(withheld)"}, r.Unused)
}
