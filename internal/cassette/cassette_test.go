package cassette_test

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// What is no cassette of this format is named by what it holds in the place of one.
func TestParse_noCassette(t *testing.T) {
	for text, want := range map[string]string{
		"# nothing yet\n\n# at all\n": "x.yaml: the file holds nothing but comments; record it again",
	} {
		_, err := cassette.Parse("x.yaml", []byte(text))
		assert.EqualError(t, err, want, text)
	}
	for value, is := range map[string]string{`"2"`: "a text", "two": "a text", "[2]": "a list", "{a: 2}": "a mapping"} {
		_, err := cassette.Parse("x.yaml", []byte("# first\n---\nversion: "+value+"\ninteractions: []\n"))
		assert.EqualError(t, err, "x.yaml: no go-vcr cassette: line 3: version is "+is+"; go-vcr v3 reads the number 2 only", value)
	}
}

// What a cassette says of itself is known, or an error of whoever reads it.
func TestParse_header(t *testing.T) {
	const header = "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: simulated}"
	const status, code = "status: 200 OK", "code: 200"
	var names []string
	for _, d := range provider.All() {
		names = append(names, d.Name)
	}
	known := strings.Join(names, " or ")
	shipped, sound := vcrtest.ShippedText(t, "devrev/webhooks.get/200.yaml"), vcrtest.ShippedFile(t, "devrev/webhooks.get/200.yaml")
	require.Contains(t, shipped, header)
	require.Contains(t, shipped, status)
	for _, test := range []struct {
		was, is string
		want    string // empty: it is read
	}{
		{header, "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live}", ""},
		{header + "\n", "", ""}, // a plain cassette of go-vcr
		{header, "webhooktest: {provider: devrev, source: tenant}", `the header's source is "tenant"; expected live or simulated`},
		{header, "webhooktest: {provider: devrev, source: Live}", `the header's source is "Live"; expected live or simulated`},
		{header, "webhooktest: {provider: devrev}", `the header's source is missing; expected live or simulated`},
		{header, "webhooktest: {provider: devrew, source: live}", `the header's provider is "devrew"; expected ` + known},
		{header, "webhooktest: {provider: DevRev, source: live}", `the header's provider is "DevRev"; expected ` + known},
		{header, "webhooktest: {source: live}", `the header's provider is missing; expected ` + known},
		{header, "webhooktest: {provider: devrev, source: cmVhbC1zZWNyZXQtMDE}", `the header's source is another text; expected live or simulated`},
		{header, "webhooktest: {}", `the header's provider is missing`},
		{status, "status: \"\"", ""},
		{status, "status: \"200\"", ""},
		{status, "status: 200 Fine by me", ""},
		{status, "status: 404 Not Found", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: OK", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: 2000 OK", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: \" 200 OK\"", `interaction #0 has a status that does not begin with its code 200`},
		{code, "code: 201", `interaction #0 has a status that does not begin with its code 201`},
	} {
		text := strings.Replace(shipped, test.was, test.is, 1)
		require.NotEqual(t, shipped, text)
		file := vcrtest.WrittenFile(t, text)
		use := map[string]func() string{
			"Open": func() string {
				return tbtest.New(t.Name()).Run(func(tb testing.TB) {
					webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
				}).Failures()
			},
			"Scenarios": func() string {
				own := webhooktest.OwnScenarios(fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: []byte(text)}})
				return tbtest.New(t.Name()).Run(func(tb testing.TB) {
					webhooktest.Replay(tb, webhooktest.DevRev.With(own, webhooktest.AllowUnused()), "webhooks.get/200")
				}).Failures()
			},
			"matchtest.Check": func() string {
				err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
					return webhooktest.Open(tbtest.New(""), webhooktest.DevRev, sound).Transport
				})
				return vcrtest.SaidBy(err)
			},
		}
		for call, said := range use {
			if test.want == "" {
				assert.Empty(t, said(), "%s with %s", call, test.is)
			} else {
				assert.Contains(t, said(), test.want, "%s with %s", call, test.is)
			}
		}
	}
}

// A cassette that was written by hand says as little as it can, in any combination: what
// is left out is made of what is there, or is an error that says what to write.
func TestParse_byHand(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	type part struct{ text, says string }
	parts := map[string][]part{
		"method": {{"method: POST", ""}, {"", "has no request method; write one, such as method: GET"}},
		"url": {
			{"url: https://api.devrev.ai/webhooks.get", ""},
			{"", "has no request URL; write the whole, such as url: https://api.example.com/webhooks"},
			{"url: /webhooks.get", "has a request URL without a scheme or a host"},
			{"url: 'https:'", "has a request URL without a scheme or a host"},
		},
		"sent": {{"", ""}, {"headers: {X-Mine: [a]}", ""}, {"headers: {content-type: [application/json]}", ""}},
		"code": {
			{"code: 429", ""}, {"status: 429 Too Many Requests", ""}, {"status: '429'", ""}, {"code: 429, status: 429 Too Many Requests", ""},
			{"", "has no status code; write one, such as code: 200"}, {"status: OK", "has no status code"}, {"code: 99", "has the status code 99; expected 100 to 599"},
			{"code: 429, status: 200 OK", "has a status that does not begin with its code 429"},
		},
		"headers": {{"headers: {Retry-After: ['1']}", ""}, {"headers: {retry-after: ['1'], content-type: [application/json]}", ""}},
	}
	counts := map[bool]int{}
	var try func(names []string, chosen map[string]part)
	dir := t.TempDir()
	try = func(names []string, chosen map[string]part) {
		if len(names) > 0 {
			for _, p := range parts[names[0]] {
				chosen[names[0]] = p
				try(names[1:], chosen)
			}
			return
		}
		join := func(names ...string) string {
			var all []string
			for _, name := range names {
				if text := chosen[name].text; text != "" {
					all = append(all, text)
				}
			}
			return strings.Join(all, ", ")
		}
		says := cmp.Or(chosen["method"].says, chosen["url"].says, chosen["code"].says)
		text := "version: 2\ninteractions:\n- request: {body: '{\"id\": \"" + webhooktest.DevRevWebhookID + "\"}', " + join("method", "url", "sent") +
			"}\n  response: {body: '{\"type\": \"too_many_requests\", \"message\": \"m\", \"retry_after\": 1}', " + join("code", "headers") + "}\n"
		file := filepath.Join(dir, fmt.Sprint(counts[true]+counts[false], ".yaml"))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		counts[says != ""]++
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			resp, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
			if assert.NoError(t, err, text) {
				assert.Equal(t, 429, resp.StatusCode)
				assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
				assert.Equal(t, "1", resp.Header.Get("Retry-After"))
			}
		})
		if says == "" {
			assert.Empty(t, w.Failures(), text)
			return
		}
		found := false
		for _, p := range chosen {
			found = found || p.says != "" && strings.Contains(w.Failures(), p.says)
		}
		assert.True(t, found, "%s\n%s", text, w.Failures())
	}
	try([]string{"method", "url", "sent", "code", "headers"}, map[string]part{})
	t.Logf("read: %d, refused: %d", counts[false], counts[true])
}

// FuzzParse reads any bytes as a cassette: it never panics, and what it takes
// plain go-vcr loads as the same, and so does the loader once it is written anew.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "---\n", "version: 1\n", "version: 2\ninteractions: []\n", "version: 2\ninteractions:\n- null\n", "version: 2\ninteractions:\n- request: {method: GET}\n  response: {code: 200}\n",
		"version: 2\ninteractions:\n- id: 0\n  request: {method: POST, url: 'https://h/', body: \"\\ta\\n\", headers: {A: [b]}}\n  response: {code: 599, body: !!binary /w==, duration: 1h}\n",
		"a: &a [*a]\n", "a: &a {b: *a}\nversion: 2\n", "version: 2\n---\nversion: 2\n", "version: 0x2\ninteractions:\n- {request: &r {method: GET}, response: {code: 200}}\n- {request: *r, response: {code: 201}}\n",
		"version: 2\ninteractions:\n- <<: {request: {method: GET}}\n  response: {code: 200}\n", "\xff\xfe", "\ufeffversion: 2\n", "webhooktest: {provider: devrev, source: live}\nversion: 2\ninteractions: {}\n",
		"version: 2\ninteractions:\n- request: {method: GET, url: '%zz'}\n  response: {code: 200}\n", strings.Repeat("- ", 2000), "x: " + strings.Repeat("[", 2000),
	} {
		f.Add([]byte(s))
	}
	files, err := filepath.Glob("../../cassettes/*/*/*.yaml")
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
