package record_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// The base URL at which a tenant of the tests answers DevRev's calls.
const devrevGetURL = "https://api.devrev.ai/webhooks.get"

// getBody is the body of webhooks.get, and newGet the request with a body.
const getBody = `{"id":"` + webhooktest.DevRevWebhookID + `"}`

func newGet(tb testing.TB, body io.Reader) *http.Request {
	req, err := http.NewRequest(http.MethodPost, devrevGetURL, body)
	require.NoError(tb, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	return req
}

// answers is a tenant that gives the same answer to every call, or one of a
// list in turn.
type answers []string

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, _ := strings.Cut((*a)[0], " ")
	if len(*a) > 1 {
		*a = (*a)[1:]
	}
	w.Header().Set("Content-Type", "application/json")
	code := map[string]int{"200": 200, "400": 400, "401": 401, "403": 403, "404": 404, "500": 500}[status]
	w.WriteHeader(code)
	_, _ = w.Write([]byte(body))
}

// The values of the tenant that answers stands for.
const (
	realToken     = "pat-8dK2mQ7xVb4LzW1c"
	realWebhookID = "don:integration:dvrv-us-1:devo/2kQx9:webhook/Zr41kWpn"
)

func answering(t *testing.T, list ...string) vcrtest.Environment {
	a := answers(list)
	return vcrtest.Environment{"DEVREV_BASE_URL": vcrtest.Loopback(t, &a), "DEVREV_TOKEN": realToken, "DEVREV_WEBHOOK_ID": realWebhookID}
}

// webhookWith is a webhook of that tenant with more members.
func webhookWith(members string) string {
	return `200 {"webhook":{"id":"` + realWebhookID + `","secret":"dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq","status":"active","url":"https://hooks.acme.example/in"` + members + `}}`
}

// getTimes asks for the webhook and accepts any answer.
func getTimes(n int) func(tb testing.TB, client *http.Client) {
	return func(tb testing.TB, client *http.Client) {
		for range n {
			(&vcrtest.Caller{TB: tb, HTTP: client}).Call(http.MethodPost, devrevGetURL, map[string]any{"id": webhooktest.DevRevWebhookID})
		}
	}
}

// A refusal leaves the old file as it was, and none where there was none; the
// message says why and what to do. The texts stand in
// testdata/golden/messages/commit.golden; no other test pins them.
func TestCommit_refusals(t *testing.T) {
	tests := []struct {
		name    string
		answers []string
		options []webhooktest.Option
		body    func(tb testing.TB, client *http.Client)
	}{
		{
			name:    "contract broken",
			answers: []string{`200 {"webhook":{"id":"` + realWebhookID + `","status":"active","url":"https://hooks.acme.example/in"}}`},
		},
		{
			name: "late alias", answers: []string{webhookWith(`,"note":"Maya Lindqvist-Berg"`), webhookWith(`,"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:devu/7","full_name":"Maya Lindqvist-Berg"}`)},
			options: []webhooktest.Option{webhooktest.Keep("/webhook/note")}, body: getTimes(2),
		},
		{
			name: "leak", answers: []string{webhookWith(`,"note":"ask jonas.weber@globex.example, he knows"`)},
			options: []webhooktest.Option{webhooktest.Keep("/webhook/note")},
		},
		{
			name: "nothing but refusals", answers: []string{`401 {"type":"unauthenticated","message":"no"}`},
		},
		{
			name: "nothing but failures", answers: []string{`500 {"type":"internal_error"}`}, body: getTimes(2),
		},
		{
			name: "an id that is not there", answers: []string{`404 {"type":"not_found","message":"no"}`},
		},
		{
			name: "not UTF-8", answers: []string{webhookWith(",\"note\":\"a\xffb\"")},
			body: func(_ testing.TB, client *http.Client) {
				vcrtest.Swallow(client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			},
		},
		{
			name: "empty", answers: []string{webhookWith("")}, body: func(testing.TB, *http.Client) {},
		},
		{
			name: "an exchange that failed", answers: []string{webhookWith("")},
			body: func(tb testing.TB, client *http.Client) {
				req, _ := http.NewRequest(http.MethodGet, "https://elsewhere.example/webhooks.get", nil)
				_, err := client.Do(req)
				require.ErrorContains(tb, err, `a recording of devrev sends requests to "https://api.devrev.ai" only`)
			},
		},
	}
	var said []string
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := test.body
			if body == nil {
				body = getTimes(1)
			}
			file := vcrtest.CassettePath(t)
			env := answering(t, test.answers...)
			w := env.Record(t, webhooktest.DevRev.With(test.options...), file, body)
			require.True(t, w.Failed())
			text := vcrtest.AnyLine(strings.ReplaceAll(w.Failures(), file, "%FILE%"))
			said = append(said, "# "+test.name+"\n"+vcrtest.Sentence.ReplaceAllString(text, "$1: …"))
			requireNothing(t, filepath.Dir(file))

			old := goodCassette(t, file)
			env = answering(t, test.answers...)
			w = env.Record(t, webhooktest.DevRev.With(test.options...), file, body)
			require.True(t, w.Failed())
			assert.Equal(t, old, vcrtest.Stored(t, file))
			assert.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))
		})
	}
	vcrtest.AssertMessages(t, "commit", len(tests), said)
}

// An option of this call that nothing recorded is in keeps the file from being
// written; one of the provider's, which many calls share, is told in the log.
func TestCommit_optionsWithoutEffect(t *testing.T) {
	for name, option := range map[string]struct {
		idle, busy webhooktest.Option
	}{
		`Redact("/webhook/statsu")`:                         {webhooktest.Redact("/webhook/statsu"), webhooktest.Redact("/webhook/note")},
		`Keep("/webhook/nots")`:                             {webhooktest.Keep("/webhook/nots"), webhooktest.Keep("/webhook/note")},
		`Keep("/webhook")`:                                  {webhooktest.Keep("/webhook"), webhooktest.Keep("/webhook/note")},
		`Keep("/webhook/id")`:                               {webhooktest.Keep("/webhook/id"), webhooktest.Keep("/webhook/note")},
		`Keep("?x")`:                                        {webhooktest.Keep("?x"), webhooktest.Keep("/webhook/note")},
		`Keep("header ETag")`:                               {webhooktest.Keep("header ETag"), nil},
		`Pinned("/webhook/modified_dat")`:                   {webhooktest.Pinned("/webhook/modified_dat"), webhooktest.Pinned("/webhook/modified_date")},
		`Pinned("/webhook/note")`:                           {webhooktest.Pinned("/webhook/note"), webhooktest.Pinned("/webhook/modified_date")},
		`Seed("don:core:dvrv-us-1:devo/example:part/mine")`: {webhooktest.Seed("don:core:dvrv-us-1:devo/example:part/mine", "ACME_PART"), webhooktest.Keep("/webhook/note")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ACME_PART", "don:core:dvrv-us-1:devo/2kQx9:part/77")
			record := func(p webhooktest.Provider, options ...webhooktest.Option) (*tbtest.TB, string) {
				file := vcrtest.CassettePath(t)
				answering(t, webhookWith(`,"note":"sleeping","modified_date":"2025-03-04T08:00:00Z"`)).Set(t)
				t.Setenv("ACME_PART", "don:core:dvrv-us-1:devo/2kQx9:part/77")
				t.Setenv(webhooktest.RecordVar, ".*")
				return tbtest.New(t.Name()).Run(func(tb testing.TB) { getTimes(1)(tb, webhooktest.Open(tb, p, file, options...)) }), file
			}
			w, file := record(webhooktest.DevRev, option.idle)
			assert.Contains(t, w.Failures(), name[:strings.Index(name, "(")]+"(")
			assert.Contains(t, w.Failures(), " had no effect: no exchange has it")
			requireNothing(t, filepath.Dir(file))

			w, file = record(webhooktest.DevRev.With(option.idle))
			vcrtest.RequireClean(t, w)
			assert.Contains(t, w.Said(), " had no effect here: no exchange has it")
			assert.FileExists(t, file)

			if option.busy == nil {
				return
			}
			w, _ = record(webhooktest.DevRev, option.busy)
			vcrtest.RequireClean(t, w)
			assert.NotContains(t, w.Said(), "had no effect")
		})
	}
}

// What Redact has put somewhere is none of the vendor's news.
func TestCommit_redactedWordIsNoNews(t *testing.T) {
	file := vcrtest.CassettePath(t)
	answering(t, webhookWith("")).Set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		getTimes(1)(tb, webhooktest.Open(tb, webhooktest.DevRev, file, webhooktest.Redact("/webhook/status")))
	})
	vcrtest.RequireClean(t, w)
	assert.NotContains(t, w.Said(), "/webhook/status")
	assert.NotContains(t, vcrtest.Stored(t, file), "active")
}

// A shorter recording than the one before says so: a part of the test may have been
// skipped.
func TestCommit_shorter(t *testing.T) {
	file := vcrtest.CassettePath(t)
	goodCassette(t, file)
	w := vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, getTimes(1))
	vcrtest.RequireClean(t, w)
	assert.Contains(t, w.Said(), "recorded: 1 interaction, in the place of 3")
}

// goodCassette records an ordinary cassette to stand in the way of the next.
func goodCassette(t *testing.T, file string) string {
	t.Helper()
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, getTimes(3)))
	return vcrtest.Stored(t, file)
}

// A first recording often fails for want of a golden file: what was recorded is
// kept, and the message says how to accept it.
func TestCommit_testFailed(t *testing.T) {
	file := vcrtest.CassettePath(t)
	rejected := strings.TrimSuffix(file, ".yaml") + ".rejected.yaml"
	body := func(tb testing.TB, client *http.Client) {
		getTimes(1)(tb, client)
		tb.Errorf("the golden file does not exist")
	}
	w := vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev, file, body)
	require.Len(t, w.Errors(), 2)
	assert.Contains(t, w.Errors()[1], ": the test failed\nhint: what was recorded is sound, 1 exchange; if the test and its subtests had nothing more to ask, accept it: mv "+rejected+" "+file)
	assert.Equal(t, []string{"lookup.rejected.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))

	// The accept line, as a shell would run it.
	require.NoError(t, os.Rename(rejected, file))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1)))
}

// A failed test's recording that is unsound as well leaves nothing behind.
func TestCommit_testFailedAndUnsound(t *testing.T) {
	file := vcrtest.CassettePath(t)
	w := answering(t, `401 {"type":"unauthenticated"}`).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		getTimes(1)(tb, client)
		tb.Errorf("the webhook was expected")
	})
	assert.True(t, w.Failed())
	requireNothing(t, filepath.Dir(file))
}

// A test that ends early may have had more to ask: that its recording is sound so far
// is not said to be enough. The next one that succeeds removes what was rejected.
func TestCommit_endedEarly(t *testing.T) {
	file := vcrtest.CassettePath(t)
	rejected := strings.TrimSuffix(file, ".yaml") + ".rejected.yaml"
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	env.Set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	w, done := tbtest.New(t.Name()), make(chan struct{})
	go func() { // as package testing does: the cleanups run while the goroutine ends
		defer close(done)
		defer w.End()
		getTimes(2)(w, webhooktest.Open(w, webhooktest.DevRev, file))
		w.Error("no")
		runtime.Goexit()
	}()
	<-done
	require.Len(t, w.Errors(), 2)
	assert.Contains(t, w.Errors()[1], ": the test failed and ended early\nhint: the recording holds what came before, 2 exchanges; record again when the test gets to its end; if it had nothing more to ask, accept it: mv "+rejected+" "+file)
	assert.Equal(t, []string{"lookup.rejected.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))
	for range 2 { // written, and left as it is
		vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(3)))
		assert.Equal(t, []string{"lookup.yaml"}, vcrtest.FilesBelow(t, filepath.Dir(file)))
		require.NoError(t, os.WriteFile(rejected, []byte("stale"), 0o644))
	}
}

// A skipped test writes nothing, and the next one may record the file.
func TestCommit_skipped(t *testing.T) {
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
	w := env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		getTimes(1)(tb, client)
		tb.SkipNow()
	})
	vcrtest.RequireClean(t, w)
	assert.Contains(t, w.Logs(), file+" not written: the test was skipped, and what it had recorded was dropped (1 exchange)")
	requireNothing(t, filepath.Dir(file))
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(1)))
}

// Accepted drift is written and listed; a replay fails on new breaches only.
func TestCommit_acceptDrift(t *testing.T) {
	file := vcrtest.CassettePath(t)
	broken := `200 {"webhook":{"id":"` + realWebhookID + `","status":"active","url":"https://hooks.acme.example/in"}}`
	vcrtest.RequireClean(t, answering(t, broken).Record(t, webhooktest.DevRev.With(webhooktest.AcceptDrift()), file, getTimes(1)))
	assert.Contains(t, vcrtest.Stored(t, file), "accepted: [answer /webhook/secret (required)]")
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1)))

	text := vcrtest.Stored(t, file)
	another := strings.Replace(text, `"status": "active"`, `"secret": 5, "status": "active"`, 1)
	require.NoError(t, os.WriteFile(file, []byte(another), 0o644))
	w := vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1))
	require.Len(t, w.Errors(), 1, "another breach at the same place")
	assert.Contains(t, w.Errors()[0], "/webhook/secret")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(another, " (required)]", "]", 1)), 0o644))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1)))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))

	more := strings.Replace(vcrtest.Stored(t, file), `"url": "https://example.com/url-1"`, `"url": 7`, 1)
	require.NotEqual(t, vcrtest.Stored(t, file), more)
	require.NoError(t, os.WriteFile(file, []byte(more), 0o644))
	w = vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1))
	require.Len(t, w.Errors(), 1)
	assert.Contains(t, w.Errors()[0], "/webhook/url")
	assert.NotContains(t, w.Errors()[0], "/webhook/secret")
}

// A recording whose requests a replay could not answer is not written: what the
// test sent is put through the recording once more. d.velop tells answers apart
// by their media type, and this tenant gives one that was not asked for.
func TestCommit_replaysItself(t *testing.T) {
	file := vcrtest.CassettePath(t)
	env := vcrtest.Environment{"DVELOP_TOKEN": realToken, "DVELOP_REPOSITORY_ID": "4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6", "DVELOP_EVENT_ID": "postimport", "DVELOP_WEBHOOK_ID": "9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10"}
	env["DVELOP_BASE_URL"] = vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/hal+json")
		_, _ = w.Write([]byte(`{"id":"9d3f6a52-1c7e-4b08-8f4d-2e6b7a9c5d10"}`))
	}))
	get := func(accept string) func(tb testing.TB, client *http.Client) {
		return func(tb testing.TB, client *http.Client) {
			req, err := http.NewRequest(http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			require.NoError(tb, err)
			req.Header.Set("Accept", accept)
			resp, err := client.Do(req)
			require.NoError(tb, err)
			resp.Body.Close()
		}
	}
	w := env.Record(t, webhooktest.DVelop, file, get("application/json, text/html"))
	require.Len(t, w.Errors(), 1)
	assert.Contains(t, w.Errors()[0], ": the recording does not replay itself: exchange #0 (GET "+vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID)+") would get no answer: "+
		"the recorded one does not have the media type that was asked for, or the test sent what does not fit its placeholder")
	requireNothing(t, filepath.Dir(file))

	vcrtest.RequireClean(t, env.Record(t, webhooktest.DVelop, file, get("application/hal+json, text/html")))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DVelop, file, get("application/hal+json, text/html")))
}

// One text sent as a URL and as a secret is two things on the tape.
func TestCommit_oneTextInTwoPlaces(t *testing.T) {
	file := vcrtest.CassettePath(t)
	flow := func(tb testing.TB, client *http.Client) {
		secret := vcrtest.RandomSecret(tb)
		c := &vcrtest.Caller{TB: tb, HTTP: client}
		for _, members := range []map[string]any{{"url": "https://hooks.acme.example/" + secret[:4]}, {"secret": secret}, {"url": "https://hooks.acme.example/x"}, {"url": "https://hooks.acme.example/" + secret[:4]}} {
			members["id"] = webhooktest.DevRevWebhookID
			var answer struct {
				Webhook vcrtest.DevRevWebhook `json:"webhook"`
			}
			require.NoError(tb, json.Unmarshal(c.DevRev("webhooks.update", members), &answer))
			if url, ok := members["url"]; ok {
				assert.Equal(tb, url, answer.Webhook.URL)
			} else {
				assert.Equal(tb, secret, answer.Webhook.Secret)
			}
		}
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev.With(webhooktest.Varies("/secret", "/url")), file, flow))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow))
	assert.Equal(t, 2, strings.Count(vcrtest.Stored(t, file), `"url":"https://example.com/sent-url-1"}`))
	assert.Equal(t, 1, strings.Count(vcrtest.Stored(t, file), `"url":"https://example.com/sent-url-3"}`))
}

// An answer of one line is stored with a line for each value: order and digits as
// sent, the length what it is. The test that records sees what a replay shows.
func TestCommit_laidOut(t *testing.T) {
	const sent = `{"webhook":{"status":"active","id":"` + realWebhookID + `","size":1.50,"secret":"UExBTlRFRHNlY3JldA==","url":"https://hooks.acme.example/in","event_types":[]}}`
	const laidOut = `{
  "webhook": {
    "status": "active",
    "id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id",
    "size": 0.5,
    "secret": "cGxhY2Vob2xkZXItMQ==",
    "url": "https://example.com/url-1",
    "event_types": []
  }
}`
	for name, tc := range map[string]struct {
		option []webhooktest.Option
		sent   string
		want   string
	}{
		"one line":              {nil, sent, laidOut},
		"lines of its own":      {nil, strings.Replace(sent, ",", ",\n", 1), strings.Replace(compacted(t, laidOut), ",", ",\n", 1)},
		"one line, as it stood": {[]webhooktest.Option{webhooktest.Verbatim()}, sent, compacted(t, laidOut)},
	} {
		t.Run(name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			var recorded, again string
			get := func(into *string) func(tb testing.TB, client *http.Client) {
				return func(tb testing.TB, client *http.Client) {
					resp, body := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
					assert.EqualValues(t, len(body), resp.ContentLength)
					*into = body
				}
			}
			vcrtest.RequireClean(t, answering(t, "200 "+tc.sent).Record(t, webhooktest.DevRev.With(tc.option...), file, get(&recorded)))
			vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, get(&again)))
			assert.Equal(t, tc.want, recorded)
			assert.Equal(t, tc.want, again)
		})
	}
}

// A date that changes each time is recorded as one that does not, so that the second
// recording says the same; what else has changed is written.
func TestCommit_pinned(t *testing.T) {
	devrev := webhooktest.DevRev.With(webhooktest.Pinned("/webhook/modified_date", "/webhook/size"))
	file := vcrtest.CassettePath(t)
	recorded := func(members string) string {
		vcrtest.RequireClean(t, answering(t, webhookWith(members)).Record(t, devrev, file, getTimes(1)))
		return vcrtest.Stored(t, file)
	}
	first := recorded(`,"modified_date":"2025-03-04T11:12:13.5Z","size":7`)
	assert.Contains(t, first, `"modified_date": "2025-01-01T00:00:00Z"`)
	assert.Contains(t, first, `"size": 0`)
	assert.Contains(t, first, "pinned: [/webhook/modified_date, /webhook/size]")
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, getTimes(1)))

	assert.Equal(t, first, recorded(`,"modified_date":"2025-03-04T11:59:59Z","size":8`))
	assert.NotEqual(t, first, recorded(`,"modified_date":"2025-03-04T11:59:59Z","size":8,"created_date":"2025-03-04T11:59:59Z"`))
	assert.Contains(t, recorded(`,"size":8`), "pinned: [/webhook/size]", "the pointers that have pinned a value")
}

// What a test was told while it recorded is not told again when the recording is not
// written.
func TestCommit_toldOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		answer, id, told string
	}{
		"the request is refused":         {webhookWith(""), "don:integration:dvrv-us-1:devo/other:webhook/9", "holds an id that is neither"},
		"the answer breaks the contract": {strings.Replace(webhookWith(""), `"active"`, "7", 1), webhooktest.DevRevWebhookID, "is a number, expected a string"},
	} {
		t.Run(name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			w := answering(t, tc.answer).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
				vcrtest.Swallow(client, vcrtest.GetWebhook(t, tc.id))
			})
			all := w.Failures()
			assert.Equal(t, 1, strings.Count(all, tc.told), all)
			assert.Contains(t, all, " not written: an exchange was refused or breaks the contract, as said above")
			assert.NoFileExists(t, file)
		})
	}
}

func compacted(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(text)))
	return b.String()
}

// requireNothing asserts that a directory holds no file at all.
func requireNothing(t *testing.T, dir string) {
	t.Helper()
	require.Empty(t, vcrtest.FilesBelow(t, dir))
}
