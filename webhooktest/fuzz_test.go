package webhooktest_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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

// FuzzLoader reads any bytes as a cassette: it never panics, and what it takes
// plain go-vcr loads as the same, and so does the loader once it is written anew.
func FuzzLoader(f *testing.F) {
	for _, s := range []string{
		"", "---\n", "version: 1\n", "version: 2\ninteractions: []\n", "version: 2\ninteractions:\n- null\n", "version: 2\ninteractions:\n- request: {method: GET}\n  response: {code: 200}\n",
		"version: 2\ninteractions:\n- id: 0\n  request: {method: POST, url: 'https://h/', body: \"\\ta\\n\", headers: {A: [b]}}\n  response: {code: 599, body: !!binary /w==, duration: 1h}\n",
		"a: &a [*a]\n", "a: &a {b: *a}\nversion: 2\n", "version: 2\n---\nversion: 2\n", "version: 0x2\ninteractions:\n- {request: &r {method: GET}, response: {code: 200}}\n- {request: *r, response: {code: 201}}\n",
		"version: 2\ninteractions:\n- <<: {request: {method: GET}}\n  response: {code: 200}\n", "\xff\xfe", "\ufeffversion: 2\n", "webhooktest: {provider: devrev, source: live}\nversion: 2\ninteractions: {}\n",
		"version: 2\ninteractions:\n- request: {method: GET, url: '%zz'}\n  response: {code: 200}\n", strings.Repeat("- ", 2000), "x: " + strings.Repeat("[", 2000),
	} {
		f.Add([]byte(s))
	}
	files, err := filepath.Glob("../cassettes/*/*/*.yaml")
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	plain := filepath.Join(f.TempDir(), "fuzzed")
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		file, err := cassette.Parse("fuzzed.yaml", data)
		if err != nil {
			if file != nil || err.Error() == "" || len(err.Error()) > 1000 {
				t.Fatalf("%v %v", file, err)
			}
			return
		}
		requirePlainLoad(t, plain, data, file.Interactions)
		again, err := cassette.Encode(file.Header, file.Interactions)
		require.NoError(t, err)
		written, err := cassette.Parse("fuzzed.yaml", []byte(again))
		require.NoError(t, err, "%q", again)
		require.Equal(t, file.Header, written.Header)
		requirePlainLoad(t, plain, []byte(again), written.Interactions)
		require.Len(t, written.Interactions, len(file.Interactions))
		for i, ia := range file.Interactions {
			require.Equal(t, ia.Request.Body, written.Interactions[i].Request.Body)
			require.Equal(t, ia.Response.Body, written.Interactions[i].Response.Body)
		}
		for _, d := range provider.All() {
			replay.NewIndex(written, d, nil)
		}
	})
}

// requirePlainLoad loads a cassette, which it writes to a file, with go-vcr and compares what it reads.
func requirePlainLoad(t *testing.T, name string, data []byte, want []*cassette.Interaction) {
	t.Helper()
	require.NoError(t, os.WriteFile(name+".yaml", data, 0o600))
	plain, err := govcr.Load(name)
	require.NoError(t, err, "%q", data)
	require.Equal(t, want, plain.Interactions, "%q", data)
}
