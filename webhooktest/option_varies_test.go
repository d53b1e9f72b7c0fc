package webhooktest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// updates is a test that sends these bodies to webhooks.update, one by one, and
// sees each value that it sent in the answer.
func updates(bodies ...string) func(testing.TB, *http.Client) {
	return func(tb testing.TB, client *http.Client) {
		for _, body := range bodies {
			resp, err := client.Post(webhooktest.DevRev.BaseURL()+"/webhooks.update", "application/json",
				strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`",`+body+`}`))
			if err != nil {
				tb.Logf("%v", err)
				continue // the client has failed the test
			}
			var answer struct {
				Webhook map[string]any `json:"webhook"`
			}
			require.NoError(tb, json.NewDecoder(resp.Body).Decode(&answer))
			resp.Body.Close()
			var sent map[string]any
			require.NoError(tb, json.Unmarshal([]byte("{"+body+"}"), &sent))
			for name, value := range sent {
				assert.Equal(tb, value, answer.Webhook[name])
			}
		}
	}
}

const (
	urlA, urlB       = `"url":"https://hooks.example.com/a"`, `"url":"https://hooks.example.com/b"`
	secretA, secretB = `"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="`, `"secret":"ZmVkY2JhOTg3NjU0MzIxMA=="`
	secretC          = `"secret":"c29tZXRoaW5nIGVsc2Ugbm93"`
)

// What a test sends is what its replay demands: the URL to the letter, a secret
// that varies by its form and by what equals what.
func TestOpen_comparesWhatIsSent(t *testing.T) {
	for _, test := range []struct {
		name           string
		recorded, sent []string
		fails          bool
	}{
		{"the same URL", []string{urlA}, []string{urlA}, false},
		{"another URL", []string{urlA}, []string{`"url":"https://attacker.test/steal"`}, true},
		{"another path", []string{urlA}, []string{urlB}, true},
		{"another scheme", []string{urlA}, []string{`"url":"http://hooks.example.com/a"`}, true},
		{"another query", []string{`"url":"https://hooks.example.com/a?x=1"`}, []string{`"url":"https://hooks.example.com/a?x=2"`}, true},
		{"two URLs", []string{urlA, urlB}, []string{urlA, urlB}, false},
		{"one URL twice", []string{urlA, urlB}, []string{urlA, urlA}, true},
		{"another secret", []string{secretA}, []string{secretB}, false},
		{"no secret's form", []string{secretA}, []string{`"secret":"short"`}, true},
		{"another URL beside the secret", []string{secretA + "," + urlA}, []string{secretA + "," + urlB}, true},
		{"two secrets", []string{secretA, secretB}, []string{secretB, secretC}, false},
		{"one secret for two", []string{secretA, secretB}, []string{secretC, secretC}, true},
		{"one secret twice", []string{secretA, urlA + "," + secretA}, []string{secretB, urlA + "," + secretB}, false},
		{"two secrets for one", []string{secretA, urlA + "," + secretA}, []string{secretB, urlA + "," + secretC}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := cassettePath(t)
			requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, updates(test.recorded...)))
			requireClean(t, replayed(t, devrevVaries, file, updates(test.recorded...)))
			w := replayed(t, devrevVaries, file, updates(test.sent...))
			assert.Equal(t, test.fails, w.Failed(), w.Said())
			if !test.fails {
				requireClean(t, w)
			}
			for _, s := range []string{secretA, secretB, secretC} {
				assert.NotContains(t, stored(t, file), strings.Split(s, `"`)[3])
			}
		})
	}
}

// The messages about what varies.
func TestOpen_saysWhatVaries(t *testing.T) {
	file := cassettePath(t)
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, updates(secretA, urlA+","+secretA)))
	assert.Contains(t, stored(t, file), "webhooktest: {provider: devrev, source: live, recorded: ")
	assert.Contains(t, stored(t, file), "varies: [/secret]}")

	w := replayed(t, devrevVaries, file, updates(secretB, urlB+","+secretB))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], `/url  -"https://hooks.example.com/a"  +"https://hooks.example.com/b"`)
	assert.NotContains(t, w.Errors()[0], "/secret  -", "it fits")

	w = replayed(t, devrevVaries, file, updates(`"secret":"short"`))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], `/secret  -"(varies: base64 of 8 to 32 bytes)"  +"(withheld)"`)

	w = replayed(t, devrevVaries, file, updates(secretA, urlA+","+secretB))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], "the same request, but what varies in it does not fit the calls before: where the recording has one value twice, a replay must send one twice, and where it has two, two\n\t/secret")

	w = replayed(t, devrevVaries, file, updates(secretA))
	require.Len(t, w.Errors(), 1)
	assert.Contains(t, w.Errors()[0], `"secret":"(varies: base64 of 8 to 32 bytes)"`, "what no request asked for")
}

// A test may declare only what has an effect, and a cassette from before the
// declaration goes on as it did.
func TestVaries_effect(t *testing.T) {
	file := cassettePath(t)
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, updates(secretA+","+urlA)))

	fixed := webhooktest.DevRev.With(webhooktest.Varies("/secret", "/url"))
	w := replayed(t, fixed, file, updates(secretA+","+urlA))
	require.Len(t, w.Errors(), 1)
	assert.True(t, strings.HasPrefix(w.Errors()[0], `webhooktest: Varies("/url") has no effect: `+file+` #0 was recorded without it and compares /url; record it again`), w.Errors()[0])

	old := bytes.Replace([]byte(stored(t, file)), []byte(", varies: [/secret]"), nil, 1)
	require.NoError(t, os.WriteFile(file, old, 0o644))
	w = replayed(t, webhooktest.DevRev, file, updates(secretB+","+urlA))
	assert.False(t, w.Failed(), w.Said())
	assert.Contains(t, w.Logs(), file+": what requests send at /secret is not compared; declare it with Varies, or record again what may be compared")
	w = replayed(t, devrevVaries, file, updates(secretB+","+urlA))
	requireClean(t, w)
	assert.NotContains(t, strings.Join(w.Logs(), "\n"), "not compared")

	idle := cassettePath(t)
	w = devrevTenant(t, &simulator.DevRev{}).record(t, webhooktest.DevRev.With(webhooktest.Varies("/title", "?more", "/secret")), idle, updates(urlA))
	require.Len(t, w.Errors(), 1)
	for _, unsent := range []string{"/title", "?more"} {
		assert.Contains(t, w.Errors()[0], fmt.Sprintf("\n\tVaries(%q) names nothing that was sent\n", unsent))
	}
	assert.NotContains(t, w.Errors()[0], `Varies("/secret")`)
	assert.Contains(t, w.Errors()[0], "\nhint: leave the pointer out, or name a member that the test sends")

	for pointer, want := range map[string]string{
		"secret":  `Varies("secret"): that is no JSON pointer`,
		"/~":      `Varies("/~"): that is no JSON pointer`,
		"/hook/x": `Varies("/hook/x"): no body that DevRev documents has a member "hook"`,
		"?":       `Varies("?"): that is no JSON pointer`,
	} {
		w := replayed(t, webhooktest.DevRev.With(webhooktest.Varies(pointer)), file, updates(secretB+","+urlA))
		require.Len(t, w.Errors(), 1, pointer)
		assert.Contains(t, w.Errors()[0], want)
	}
}

// A cassette of plain go-vcr holds no placeholders of what varies, whatever its
// texts look like; and a list of what varies says what the requests hold.
func TestVaries_listed(t *testing.T) {
	const body = `{"id":"no-such-a","url":"https://example.com/sent-url-1","secret":"c2VudC1zZWNyZXQtMQ=="}`
	send := func(body string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/webhooks.test", "application/json", strings.NewReader(body)); err == nil {
				resp.Body.Close()
			}
		}
	}
	plain := tape(t, http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.test", "", body)
	assert.False(t, replayed(t, webhooktest.DevRev, plain, send(body)).Failed())
	for _, old := range []string{"https://example.com/sent-url-1", "c2VudC1zZWNyZXQtMQ=="} {
		other := strings.Replace(body, old, "https://example.com/x", 1)
		assert.True(t, replayed(t, webhooktest.DevRev, plain, send(other)).Failed(), old)
	}
	assert.ErrorContains(t, matchtest.Check(webhooktest.DevRev, plain, nil), "has lost its key webhooktest")

	file := cassettePath(t)
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, updates(secretA+","+urlA)))
	text := stored(t, file)
	for list, want := range map[string]string{
		"[/url]":           "interaction #0 holds a placeholder of what varies at /secret, which the list varies does not name; record it again",
		"[/secret, /nope]": `the list varies names "/nope", which no request holds; record it again`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, "[/secret]", list, 1)), 0o644))
		w := replayed(t, webhooktest.DevRev, file, updates(secretA+","+urlA))
		require.Len(t, w.Errors(), 1, list)
		assert.Contains(t, w.Errors()[0], want)
	}
}

// While recording, what cannot be compared is refused, with the ways out; each
// of them records.
func TestOpen_refusesWhatItCannotCompare(t *testing.T) {
	for i, test := range []struct {
		body, want string
		way        webhooktest.Option
	}{
		{`"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="`, `declare Varies("/secret")`, webhooktest.Varies("/secret")},
		{`"url":"https://hooks.acme.io/x"`, `/url: holds a URL that is not below a reserved host; send a URL of words and short numbers below example.com,`, webhooktest.Varies("/url")},
		{`"url":"https://hooks.acme.io/x"`, `or declare Varies("/url")`, webhooktest.Keep("/url", "/webhook/url")},
		{`"event_types":{"add":["Work Created"]}`, `/event_types/add/0: holds a text that is more than a lower-case word; send one, or declare Keep("/event_types/add/*")`, nil},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			file := cassettePath(t)
			tenant := devrevTenant(t, &simulator.DevRev{})
			w := tenant.record(t, webhooktest.DevRev, file, updates(test.body))
			assert.True(t, w.Failed())
			assert.Contains(t, w.Errors()[0], "POST https://api.devrev.ai/webhooks.update is not recorded: ")
			assert.Contains(t, w.Errors()[0], test.want)
			for _, value := range strings.Split(test.body, `"`)[3:] {
				if len(value) > 8 {
					assert.NotContains(t, w.Said(), value)
				}
			}
			requireNothing(t, filepath.Dir(file))
			if test.way == nil {
				return
			}
			p := webhooktest.DevRev.With(test.way)
			requireClean(t, tenant.record(t, p, file, updates(test.body)))
			requireClean(t, replayed(t, webhooktest.DevRev, file, updates(test.body)))
		})
	}
}

// Two requests, in every order and with InOrder or without.
func TestInOrder(t *testing.T) {
	post := func(operation, body string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/"+operation, "application/json", strings.NewReader(body)); err == nil {
				resp.Body.Close()
			}
		}
	}
	list, get := post("webhooks.list", `{}`), post("webhooks.get", `{"id":"`+webhooktest.DevRevWebhookID+`"}`)
	file := cassettePath(t)
	run := func(order ...func(testing.TB, *http.Client)) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			for _, f := range order {
				f(tb, c)
			}
		}
	}
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, webhooktest.DevRev.With(webhooktest.InOrder()), file, run(list, get, list)))
	for i, order := range [][]func(testing.TB, *http.Client){{list, get, list}, {get, list, list}, {list, list, get}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			requireClean(t, replayed(t, webhooktest.DevRev, file, run(order...)))
			w := replayed(t, webhooktest.DevRev.With(webhooktest.InOrder()), file, run(order...))
			assert.Equal(t, i > 0, w.Failed(), w.Said())
			if i == 1 {
				assert.Contains(t, w.Errors()[0], file+" #1 answers it, but InOrder is set and "+file+" #0 comes first, which no request has asked for\n\tPOST https://api.devrev.ai/webhooks.list {}")
			}
		})
	}
}
