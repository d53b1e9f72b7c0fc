package replay_test

import (
	"cmp"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// Whatever Open has written passes the proof of matching: the two are held
// together operation by operation.
func TestMatching_whatOpenWrote(t *testing.T) {
	event := "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events/" + webhooktest.DVelopEventID
	hook := event + "/" + webhooktest.DVelopWebhookID
	const webhook = `{"description":"billing","uri":"https://hooks.example.com/in","enabled":true,"timeout":300,"retry":false,"apiKey":"k-2f9c1b7a","handleResponse":"NONE"}`
	for _, test := range []struct {
		name, method, target, body string
		p                          webhooktest.Provider
		accept                     string // of a GET; JSON unless told
	}{
		{"webhooks.get", "POST", "/webhooks.get", `{"id":"` + webhooktest.DevRevWebhookID + `"}`, webhooktest.DevRev, ""},
		{"webhooks.get unknown", "POST", "/webhooks.get", `{"id":"` + webhooktest.DevRevUnknownWebhookID + `"}`, webhooktest.DevRev, ""},
		{"webhooks.list", "POST", "/webhooks.list", `{}`, webhooktest.DevRev, ""},
		{"webhooks.create", "POST", "/webhooks.create", `{"url":"https://hooks.example.com/a","event_types":["work_created"],"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="}`, webhooktest.DevRev, ""},
		{"webhooks.create without a secret", "POST", "/webhooks.create", `{"url":"https://hooks.example.com/a","event_types":["work_created","work_updated"]}`, webhooktest.DevRev, ""},
		{"webhooks.update", "POST", "/webhooks.update", `{"id":"` + webhooktest.DevRevWebhookID + `","url":"https://hooks.example.com/b"}`, webhooktest.DevRev, ""},
		{"webhooks.update secret", "POST", "/webhooks.update", `{"id":"` + webhooktest.DevRevWebhookID + `","secret":"MDEyMzQ1Njc4OWFiY2RlZg=="}`, webhooktest.DevRev, ""},
		{"webhooks.delete", "POST", "/webhooks.delete", `{"id":"` + webhooktest.DevRevWebhookID + `"}`, webhooktest.DevRev, ""},
		{"GetWebHook", "GET", hook, "", webhooktest.DVelop, ""},
		{"GetWebHook hal", "GET", hook, "", webhooktest.DVelop, "application/hal+json"},
		{"GetEvent hal", "GET", event, "", webhooktest.DVelop, "application/hal+json"},
		{"GetEvent", "GET", event, "", webhooktest.DVelop, ""},
		{"PostEvent", "POST", event, webhook, webhooktest.DVelop, ""},
		{"PutWebHook", "PUT", hook, webhook, webhooktest.DVelop, ""},
		{"DeleteWebHook", "DELETE", hook, "", webhooktest.DVelop, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
			if test.p.String() == webhooktest.DVelop.String() {
				env = vcrtest.DVelopTenant(t, &simulator.DVelop{})
			}
			p := test.p
			switch {
			case !strings.Contains(test.body, `"secret"`) && !strings.Contains(test.body, `"apiKey"`):
			case p.String() == webhooktest.DevRev.String():
				p = vcrtest.DevRevVaries
			default:
				p = vcrtest.DVelopVaries
			}
			vcrtest.RequireClean(t, env.Record(t, p, file, func(tb testing.TB, client *http.Client) {
				req, err := http.NewRequest(test.method, test.p.BaseURL()+test.target, strings.NewReader(test.body))
				require.NoError(tb, err)
				if test.body != "" {
					req.Header.Set("Content-Type", "application/json")
				}
				if test.method == "GET" {
					req.Header.Set("Accept", cmp.Or(test.accept, "application/json"))
				}
				resp, err := client.Do(req)
				require.NoError(tb, err)
				resp.Body.Close()
			}))
			assert.NoError(t, matchtest.Check(test.p, file, nil))
		})
	}
}

// A cassette with a whole flow: what one request made up comes back in the
// answers to the next ones.
func TestMatching_flowsThatOpenWrote(t *testing.T) {
	type call struct{ method, target, accept, body string }
	event := "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events/" + webhooktest.DVelopEventID
	hook := event + "/" + webhooktest.DVelopWebhookID
	const webhook = `{"description":"billing","uri":"https://hooks.example.com/in","enabled":true,"timeout":300,"retry":false,"apiKey":"k-2f9c1b7a","handleResponse":"NONE"}`
	id := `{"id":"` + webhooktest.DevRevWebhookID + `"`
	for dir, flow := range map[string][]call{
		"devrev": {
			{"POST", "/webhooks.create", "", `{"url":"https://hooks.example.com/a","event_types":["work_created"],"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="}`},
			{"POST", "/webhooks.get", "", id + `}`},
			{"POST", "/webhooks.update", "", id + `,"url":"https://hooks.example.com/b","secret":"ZmVkY2JhOTg3NjU0MzIxMA=="}`},
			{"POST", "/webhooks.get", "", id + `}`},
			{"POST", "/webhooks.list", "", `{}`},
			{"POST", "/webhooks.delete", "", id + `}`},
			{"POST", "/webhooks.get", "", id + `}`},
		},
		"dvelop": {
			{"PUT", hook, "", webhook},
			{"GET", hook, "application/json", ""},
			{"GET", hook, "application/hal+json", ""},
			{"POST", event, "", webhook},
			{"GET", event, "application/json", ""},
			{"DELETE", hook, "", ""},
		},
	} {
		t.Run(dir, func(t *testing.T) {
			vendor, p, env := webhooktest.DevRev, vcrtest.DevRevVaries, vcrtest.DevRevTenant(t, &simulator.DevRev{})
			if dir == "dvelop" {
				vendor, p, env = webhooktest.DVelop, vcrtest.DVelopVaries, vcrtest.DVelopTenant(t, &simulator.DVelop{})
			}
			file := vcrtest.CassettePath(t)
			vcrtest.RequireClean(t, env.Record(t, p, file, func(tb testing.TB, client *http.Client) {
				for _, c := range flow {
					req, err := http.NewRequest(c.method, p.BaseURL()+c.target, strings.NewReader(c.body))
					require.NoError(tb, err)
					if c.body != "" {
						req.Header.Set("Content-Type", "application/json")
					}
					if c.accept != "" {
						req.Header.Set("Accept", c.accept)
					}
					resp, err := client.Do(req)
					require.NoError(tb, err)
					resp.Body.Close()
				}
			}))
			assert.NoError(t, matchtest.Check(vendor, file, nil))
		})
	}
}

// counter counts the requests that a transport gets, and its answers.
type counter struct {
	next          http.RoundTripper
	sent, matched *atomic.Int64
}

func (c counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent.Add(1)
	resp, err := c.next.RoundTrip(req)
	if err == nil {
		c.matched.Add(1)
	}
	return resp, err
}

// Each shipped scenario is matched strictly: every change of its requests that
// matters is a miss, every other one is answered.
func TestMatching_scenarios(t *testing.T) {
	var sent, matched atomic.Int64
	for i, def := range provider.All() {
		dir, p := def.Name, webhooktest.Providers()[i]
		for _, s := range p.Scenarios() {
			t.Run(dir+"/"+s.Name, func(t *testing.T) {
				file := filepath.Join("../../cassettes", dir, s.Name+".yaml")
				err := matchtest.Check(p, file, func() http.RoundTripper {
					return counter{webhooktest.Replay(tbtest.New(t.Name()), p, webhooktest.Step(s.Name)).Transport, &sent, &matched}
				})
				assert.NoError(t, err)
				if s.Status < 400 {
					assert.NoError(t, matchtest.Check(p, file, nil), "opened as a cassette of one's own")
				}
			})
		}
	}
	// Many requests of each kind, or the check has become one that cannot fail.
	misses := sent.Load() - matched.Load()
	assert.Greater(t, misses, int64(1000), "requests that matter")
	assert.Greater(t, matched.Load(), int64(500), "requests that do not")
	t.Logf("%d changed requests: %d were not answered, %d were, each as it must be", sent.Load(), misses, matched.Load())
}
