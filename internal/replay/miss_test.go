package replay_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// What a replay says of a request without an answer does not show the value.
func TestMiss_headerOfAWebhook(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := vcrtest.GetWebhook(t, "")
		vcrtest.SetJSON(req, `{"id":"`+webhooktest.DevRevWebhookID+`","headers":{"set":[{"name":"X-Environment","value":"hk-93hf73"}]}}`)
		req.URL.Path = "/webhooks.update"
		_, err := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Do(req)
		require.Error(tb, err)
	})
	assert.Contains(t, w.Said(), "X-Environment")
	assert.NotContains(t, w.Said(), "93hf73")
}

// A request that no step answers is told what is wrong with it as well: each member of
// each operation, misspelt, for a scenario and for none.
func TestMiss_misspeltRequest(t *testing.T) {
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
						vcrtest.SetJSON(req, body)
						vcrtest.Swallow(webhooktest.Replay(tb, p, steps...), req)
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

// line is the number of the line that calls it.
func line() int {
	_, _, n, _ := runtime.Caller(1)
	return n
}

func TestMiss_failsTheTestWhenItHappens(t *testing.T) {
	w := tbtest.New(t.Name())
	w.Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")
		vcrtest.Swallow(client, vcrtest.GetWebhook(t, "unheard-of"))
		assert.True(t, tb.Failed(), "before the test's end, and although nobody looked at the error")
		_, err := client.Do(vcrtest.GetWebhook(t, "unheard-of"))
		assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
	})
	assert.Len(t, w.Errors(), 2, "the step that was not used adds nothing to it")
}

// The explanation of a miss, for each way in which a request can differ. The texts
// stand in testdata/golden/messages/miss.golden; no other test pins them.
func TestMiss_explains(t *testing.T) {
	const webhookID = "don:integration:dvrv-us-1:devo/example:webhook/webhook-id"
	tests := []struct {
		name  string
		p     webhooktest.Provider
		steps []webhooktest.Step // nil: testdata/lookup.yaml of webhooktest
		asked int                // how often the code under test has asked before
		req   func(t testing.TB) *http.Request
	}{
		{
			name: "the body", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"},
			req: func(t testing.TB) *http.Request { return vcrtest.GetWebhook(t, "webhook-1") },
		},
		{
			name: "members of the body", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.GetWebhook(t, "")
				vcrtest.SetJSON(req, `{"id":"webhook-1","ids":[1,2.0],"a/b":{"c":"d"}}`)
				return req
			},
		},
		{
			name: "the body of a write", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.create/201"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.create/201").Request()
				vcrtest.SetJSON(req, `{"url":"https://example.com/mine","event_types":["part_created"]}`)
				return req
			},
		},
		{
			name: "the body of another write", p: webhooktest.DVelop, steps: []webhooktest.Step{"PutWebHook/200"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.Scenario(t, webhooktest.DVelop, "PutWebHook/200").Request()
				vcrtest.SetJSON(req, `{"description":"orders","enabled":true,"handleResponse":"NONE","uri":"https://example.com/mine"}`)
				return req
			},
		},
		{
			name: "the method", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.GetWebhook(t, webhookID)
				req.Method = http.MethodPut
				return req
			},
		},
		{
			name: "the path", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.GetWebhook(t, webhookID)
				req.URL.Path = "/webhook.get"
				return req
			},
		},
		{
			name: "the query", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200-get"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.get/200-get").Request()
				req.URL.RawQuery = "id=webhook-1&page=2"
				return req
			},
		},
		{
			name: "the media type", p: webhooktest.DVelop, steps: []webhooktest.Step{"GetWebHook/200-hal"},
			req: func(t testing.TB) *http.Request {
				return vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request()
			},
		},
		{
			name: "several candidates, the nearest first", p: webhooktest.DevRev,
			steps: []webhooktest.Step{"webhooks.list/200", "webhooks.get/404", "webhooks.get/200-get", "webhooks.get/200"},
			req:   func(t testing.TB) *http.Request { return vcrtest.GetWebhook(t, "webhook-1") },
		},
		{
			name: "no JSON", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"},
			req: func(t testing.TB) *http.Request {
				req := vcrtest.GetWebhook(t, "")
				vcrtest.SetJSON(req, "id=1\x00")
				return req
			},
		},
		{
			name: "used already", p: webhooktest.DevRev, steps: []webhooktest.Step{"webhooks.get/200"}, asked: 1,
			req: func(t testing.TB) *http.Request { return vcrtest.GetWebhook(t, webhookID) },
		},
		{
			name: "no step", p: webhooktest.DevRev, steps: []webhooktest.Step{},
			req: func(t testing.TB) *http.Request { return vcrtest.GetWebhook(t, webhookID) },
		},
		{
			name: "a cassette of one's own", p: webhooktest.DevRev,
			req: func(t testing.TB) *http.Request { return vcrtest.GetWebhook(t, "webhook-2") },
		},
	}
	t.Setenv(webhooktest.RecordVar, "")
	var said []string
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			sent := 0
			w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
				var client *http.Client
				if tc.steps != nil {
					client = webhooktest.Replay(tb, tc.p, tc.steps...)
				} else {
					t.Chdir("../../webhooktest")
					client = webhooktest.Open(tb, tc.p, "testdata/lookup.yaml")
				}
				for range tc.asked {
					vcrtest.Swallow(client, tc.req(t))
				}
				req := tc.req(t)
				sent = line() + 1
				_, err := client.Do(req)
				assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
			})
			heading, rest, _ := strings.Cut(w.Failures(), "\n")
			text := strings.Replace(heading, ":"+fmt.Sprint(sent), ":LINE", 1) + "\n" + vcrtest.AnyLine(rest)
			said = append(said, "# "+tc.name+"\n"+text)
		})
	}
	vcrtest.AssertMessages(t, "miss", len(tests), said)
}

// Two texts that look alike differ in a message, too: in every place of a request, each
// time that it is shown.
func TestMiss_showsWhatCannotBeSeen(t *testing.T) {
	disguises := map[string]struct{ sent, shown string }{
		"zero-width space": {"web\u200bhook", `web\u200bhook`}, "byte order mark": {"\ufeffwebhook", `\ufeffwebhook`}, "no-break space": {"web\u00a0hook", `web\u00a0hook`}, "accent": {"webh\u0307ook", `webh\u0307ook`},
		"Cyrillic o": {"webh\u043eok", `webh\u043eok`}, "full width": {"\uff57ebhook", `\uff57ebhook`}, "hyphen": {"web\u2010hook", `web\u2010hook`}, "right to left": {"web\u202ehook", `web\u202ehook`},
	}
	for how, d := range disguises {
		for place, c := range map[string]struct {
			body  string
			times int // in the request's line and in the difference
		}{
			"a value": {`{"id":"` + d.sent + `"}`, 2}, "a member's name": {`{"` + d.sent + `":"x"}`, 2}, "a name within": {`{"id":{"` + d.sent + `":["x"]}}`, 2}, "no JSON": {`id=` + d.sent, 2},
		} {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				req := vcrtest.GetWebhook(t, "")
				vcrtest.SetJSON(req, c.body)
				_, err := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Do(req)
				assert.Error(t, err)
			})
			assert.GreaterOrEqual(t, strings.Count(w.Failures(), d.shown), c.times, "%s as %s: %s", how, place, w.Failures())
			assert.NotContains(t, w.Failures(), d.sent, "%s as %s", how, place)
		}
	}
}

func TestMiss_namesTheCallsThatUsedTheSteps(t *testing.T) {
	var lines []int
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200", "webhooks.get/200", "webhooks.get/404")
		lines = append(lines, line()+1)
		_, _ = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		lines = append(lines, line()+1)
		_, _ = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		lines = append(lines, line()+1)
		_, _ = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)) // an error answers the well-formed request too
		lines = append([]int{line() + 1}, lines...)
		_, _ = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Equal(t, lines, linesOf(w.Failures()))
	for step := 1; step <= 3; step++ {
		assert.Contains(t, w.Failures(), fmt.Sprintf("step %d, webhooks.get/", step))
	}
}

func linesOf(message string) (lines []int) {
	for _, m := range regexp.MustCompile(`miss_test\.go:(\d+)`).FindAllStringSubmatch(message, -1) {
		n, _ := strconv.Atoi(m[1])
		lines = append(lines, n)
	}
	return lines
}

// A call through code that is no test is named by the line of the test, with the
// line of that code behind it. The standard library's proxy plays that code.
func TestMiss_namesTheTestsOwnLine(t *testing.T) {
	var first, second int
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		proxy := &httputil.ReverseProxy{
			Rewrite:   func(*httputil.ProxyRequest) {},
			Transport: webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Transport,
			ErrorLog:  log.New(io.Discard, "", 0),
		}
		first = line() + 1
		proxy.ServeHTTP(httptest.NewRecorder(), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		second = line() + 1
		proxy.ServeHTTP(httptest.NewRecorder(), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Regexp(t, fmt.Sprintf(`^webhooks\.get/200 .* miss_test\.go:%d \(reverseproxy\.go:\d+\)\n`, second), w.Failures())
	assert.Regexp(t, fmt.Sprintf(` miss_test\.go:%d \(reverseproxy\.go:\d+\)$`, first), w.Failures())
}

func TestMiss_ofACassetteOfOnesOwn(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	dir := t.TempDir()
	t.Chdir(dir)
	data := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: simulated}\n", "")
	require.NoError(t, os.Mkdir("testdata", 0o700))
	require.NoError(t, os.WriteFile("testdata/lookup.yaml", data["devrev/webhooks.get/200.yaml"].Data, 0o600))
	var sent int
	w := tbtest.New("TestLookup/known").Run(func(tb testing.TB) {
		client := webhooktest.Open(tb, webhooktest.DevRev, "testdata/lookup.yaml")
		sent = line() + 1
		_, err := client.Do(vcrtest.GetWebhook(t, "webhook-2"))
		assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
	})
	assert.Contains(t, w.Failures(), fmt.Sprintf("miss_test.go:%d\n", sent))
	assert.Contains(t, w.Failures(), `/id  -"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"  +"webhook-2"`)
	assert.True(t, strings.HasSuffix(w.Failures(), ` WEBHOOKTEST_RECORD=testdata/lookup.yaml go test -count=1 -v -run '^TestLookup$/^known$' .`))

	w = tbtest.New("TestLookup").Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev, "testdata/lookup.yaml") })
	assert.Contains(t, w.Failures(), "\n\ttestdata/lookup.yaml #0: POST https://api.devrev.ai/webhooks.get ")
	assert.True(t, strings.HasSuffix(w.Failures(), " WEBHOOKTEST_RECORD=testdata/lookup.yaml go test -count=1 -v -run TestLookup ."))
}

// A miss on a long cassette shows a few candidates, around the place where the
// sequence has got out of step.
func TestMiss_isShort(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	c := govcr.New(filepath.Join(t.TempDir(), "long"))
	for i := range 500 {
		c.AddInteraction(&govcr.Interaction{
			Request:  govcr.Request{Method: http.MethodPost, URL: "https://api.devrev.ai/webhooks.test", Body: fmt.Sprintf(`{"n":%d,"pad":%q}`, i, strings.Repeat("x", 2000))},
			Response: govcr.Response{Code: 200, Body: `{}`},
		})
	}
	require.NoError(t, c.Save())
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Open(tb, webhooktest.DevRev, c.File)
		req := vcrtest.GetWebhook(t, "")
		req.URL.Path = "/webhooks.test"
		vcrtest.SetJSON(req, `{"n":1000,"pad":"`+strings.Repeat("y", 1<<20)+`"}`)
		vcrtest.Swallow(client, req)
	})
	assert.Equal(t, 2, strings.Count(w.Failures(), "\nthen "))
	assert.Less(t, len(w.Failures()), 8<<10)
	assert.Contains(t, w.Failures(), "(a body of 1048595 bytes; messages show none of more than 65536)")
	assert.Contains(t, w.Failures(), "-(2016 bytes)\n\t+(1048595 bytes); of bodies of more than 65536 bytes no members are compared")
}
