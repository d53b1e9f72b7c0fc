package replay_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

const (
	urlA, urlB       = `"url":"https://hooks.example.com/a"`, `"url":"https://hooks.example.com/b"`
	secretA, secretB = `"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="`, `"secret":"ZmVkY2JhOTg3NjU0MzIxMA=="`
	secretC          = `"secret":"c29tZXRoaW5nIGVsc2Ugbm93"`
)

// What a test sends is what its replay demands: the URL to the letter, a secret
// that varies by its form and by what equals what.
func TestBind(t *testing.T) {
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
			file := vcrtest.CassettePath(t)
			vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, vcrtest.Updates(test.recorded...)))
			vcrtest.RequireClean(t, vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(test.recorded...)))
			w := vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(test.sent...))
			assert.Equal(t, test.fails, w.Failed(), w.Said())
			if !test.fails {
				vcrtest.RequireClean(t, w)
			}
			for _, s := range []string{secretA, secretB, secretC} {
				assert.NotContains(t, vcrtest.Stored(t, file), strings.Split(s, `"`)[3])
			}
		})
	}
}

// The messages about what varies.
func TestBind_messages(t *testing.T) {
	file := vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretA, urlA+","+secretA)))
	assert.Contains(t, vcrtest.Stored(t, file), "webhooktest: {provider: devrev, source: live, recorded: ")
	assert.Contains(t, vcrtest.Stored(t, file), "varies: [/secret]}")

	w := vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretB, urlB+","+secretB))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], `/url  -"https://hooks.example.com/a"  +"https://hooks.example.com/b"`)
	assert.NotContains(t, w.Errors()[0], "/secret  -", "it fits")

	w = vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(`"secret":"short"`))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], `/secret  -"(varies: base64 of 8 to 32 bytes)"  +"(withheld)"`)

	w = vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretA, urlA+","+secretB))
	require.NotEmpty(t, w.Errors())
	assert.Contains(t, w.Errors()[0], "the same request, but what varies in it does not fit the calls before: where the recording has one value twice, a replay must send one twice, and where it has two, two\n\t/secret")

	w = vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretA))
	require.Len(t, w.Errors(), 1)
	assert.Contains(t, w.Errors()[0], `"secret":"(varies: base64 of 8 to 32 bytes)"`, "what no request asked for")
}

// A test may declare only what has an effect, and a cassette from before the
// declaration goes on as it did.
func TestBind_declared(t *testing.T) {
	file := vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretA+","+urlA)))

	fixed := webhooktest.DevRev.With(webhooktest.Varies("/secret", "/url"))
	w := vcrtest.Replayed(t, fixed, file, vcrtest.Updates(secretA+","+urlA))
	require.Len(t, w.Errors(), 1)
	assert.True(t, strings.HasPrefix(w.Errors()[0], `webhooktest: Varies("/url") has no effect: `+file+` #0 was recorded without it and compares /url; record it again`), w.Errors()[0])

	old := bytes.Replace([]byte(vcrtest.Stored(t, file)), []byte(", varies: [/secret]"), nil, 1)
	require.NoError(t, os.WriteFile(file, old, 0o644))
	w = vcrtest.Replayed(t, webhooktest.DevRev, file, vcrtest.Updates(secretB+","+urlA))
	assert.False(t, w.Failed(), w.Said())
	assert.Contains(t, w.Logs(), file+": what requests send at /secret is not compared; declare it with Varies, or record again what may be compared")
	w = vcrtest.Replayed(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretB+","+urlA))
	vcrtest.RequireClean(t, w)
	assert.NotContains(t, strings.Join(w.Logs(), "\n"), "not compared")

	idle := vcrtest.CassettePath(t)
	w = vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, webhooktest.DevRev.With(webhooktest.Varies("/title", "?more", "/secret")), idle, vcrtest.Updates(urlA))
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
		w := vcrtest.Replayed(t, webhooktest.DevRev.With(webhooktest.Varies(pointer)), file, vcrtest.Updates(secretB+","+urlA))
		require.Len(t, w.Errors(), 1, pointer)
		assert.Contains(t, w.Errors()[0], want)
	}
}

// A cassette of plain go-vcr holds no placeholders of what varies, whatever its
// texts look like; and a list of what varies says what the requests hold.
func TestBind_listed(t *testing.T) {
	const body = `{"id":"no-such-a","url":"https://example.com/sent-url-1","secret":"c2VudC1zZWNyZXQtMQ=="}`
	send := func(body string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/webhooks.test", "application/json", strings.NewReader(body)); err == nil {
				resp.Body.Close()
			}
		}
	}
	plain := tape(t, http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.test", "", body)
	assert.False(t, vcrtest.Replayed(t, webhooktest.DevRev, plain, send(body)).Failed())
	for _, old := range []string{"https://example.com/sent-url-1", "c2VudC1zZWNyZXQtMQ=="} {
		other := strings.Replace(body, old, "https://example.com/x", 1)
		assert.True(t, vcrtest.Replayed(t, webhooktest.DevRev, plain, send(other)).Failed(), old)
	}
	assert.ErrorContains(t, matchtest.Check(webhooktest.DevRev, plain, nil), "has lost its key webhooktest")

	file := vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, vcrtest.Updates(secretA+","+urlA)))
	text := vcrtest.Stored(t, file)
	for list, want := range map[string]string{
		"[/url]":           "interaction #0 holds a placeholder of what varies at /secret, which the list varies does not name; record it again",
		"[/secret, /nope]": `the list varies names "/nope", which no request holds; record it again`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, "[/secret]", list, 1)), 0o644))
		w := vcrtest.Replayed(t, webhooktest.DevRev, file, vcrtest.Updates(secretA+","+urlA))
		require.Len(t, w.Errors(), 1, list)
		assert.Contains(t, w.Errors()[0], want)
	}
}
