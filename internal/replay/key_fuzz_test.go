package replay_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/tbtest"
)

// FuzzMatching records two requests, each alone: each is answered by its own
// recording, and either both are answered by that of the other or neither is.
// What one caller made up stands for what another did, in one direction only, so
// that placeholders are left out.
func FuzzMatching(f *testing.F) {
	for _, s := range [][4]string{
		{"https://api.devrev.ai/webhooks.get", recordedBody, "https://api.devrev.ai/webhooks.get", strings.Replace(recordedBody, `"n":1`, `"n":1.0`, 1)},
		{"https://api.devrev.ai/a/b?x=1&y=%20", `{"a":1,"a":1}`, "https://API.devrev.ai:443/a%2Fb?y=+&x=1", `{"a":1}`},
		{"http://h?a=1;b=2", `"\ud800"`, "http://h:80/?a=1&b=2", `"\udfff"`},
		{"//h/%zz", "\xff", "a:b", "\ufffd"},
		{"https://h/#f", ` [1e2,{"":null}] `, "https://u:p@h/", `[1e2,{"":null}]`},
		{"https://h/.", "", "https://h/..", " "},
	} {
		f.Add("POST", s[0], "application/json", s[1], "POST", s[2], "application/hal+json", s[3])
		f.Add("GET", s[2], "*/*", s[3], "", s[2], "", s[3])
	}
	f.Fuzz(func(t *testing.T, methodA, urlA, acceptA, bodyA, methodB, urlB, acceptB, bodyB string) {
		for _, d := range provider.All() {
			a, okA := fuzzedExchange(d, methodA, urlA, acceptA, bodyA)
			b, okB := fuzzedExchange(d, methodB, urlB, acceptB, bodyB)
			if !okA || !okB {
				return
			}
			if !a.answers(t, a) || !b.answers(t, b) {
				t.Fatalf("%s: a request is not answered by its own recording:\n%q\n%q", d.Name, a.file, b.file)
			}
			if a.answers(t, b) != b.answers(t, a) {
				t.Fatalf("%s: matching is not symmetric:\n%q\n%q", d.Name, a.file, b.file)
			}
		}
	})
}

// fuzzed is a request and a cassette with it alone.
type fuzzed struct {
	def     *provider.Definition
	request govcr.Request
	url     *url.URL
	file    string
}

// fuzzedExchange makes a request that a client could send, as a recording stores
// it: with one media type that is asked for, where the vendor tells by it.
func fuzzedExchange(d *provider.Definition, method, target, accept, body string) (e fuzzed, ok bool) {
	u, err := url.Parse(target)
	if err != nil || method == "" || strings.Contains(target+body, "sent-") || strings.Contains(target+body, "c2VudC1") || u.User != nil {
		return fuzzed{}, false
	}
	if again, err := url.Parse(u.String()); err != nil || again.String() != u.String() {
		return fuzzed{}, false
	}
	if !strings.HasPrefix(accept, "application/") || strings.ContainsAny(accept, ",;* \t\r\n") {
		accept = "application/json"
	}
	return fuzzed{def: d, url: u, request: govcr.Request{Method: method, URL: u.String(), Body: body, Headers: http.Header{"Accept": {accept}}}}, true
}

// answers reports whether the recording of one request answers another.
func (e *fuzzed) answers(t *testing.T, other fuzzed) bool {
	t.Helper()
	if e.file == "" {
		data, err := cassette.Encode(cassette.Header{Provider: e.def.Name, Source: cassette.Live}, []*cassette.Interaction{{Request: e.request, Response: govcr.Response{Code: 200, Body: "x"}}})
		require.NoError(t, err)
		e.file = data
	}
	file, err := cassette.Parse("fuzzed.yaml", []byte(e.file))
	require.NoError(t, err, "%q", e.file)
	r, err := replay.NewSequence(replay.Step{Name: "fuzzed.yaml", Index: replay.NewIndex(file, e.def, nil)})
	require.NoError(t, err)
	front := replay.NewTransport(exchange.Config{Definition: e.def, Report: tbtest.New(t.Name())}, r)
	u := *other.url
	_, err = front.RoundTrip(&http.Request{
		Method: other.request.Method, URL: &u, Header: other.request.Headers.Clone(),
		Body: io.NopCloser(strings.NewReader(other.request.Body)), ContentLength: -1,
	})
	return err == nil
}
