package replay_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// d.velop's answers are told apart by the media type that a request asks for: what it
// wants most comes first, whatever the order of the steps, then what it takes as well,
// and what it refuses never.
func TestKey_accept(t *testing.T) {
	const json, hal, none = "application/json", "application/hal+json", ""
	steps := map[string]webhooktest.Step{json: "GetWebHook/200-json", hal: "GetWebHook/200-hal"}
	for _, tc := range []struct {
		accept string
		best   string // none: the first step
		second string // none: no answer any more
		rather string // what the log says that the other one would be
	}{
		{json, json, none, ""},
		{hal, hal, none, ""},
		{json + ";q=0.1, " + hal, hal, json, hal},
		{hal + ", " + json + ";q=0.1", hal, json, hal},
		{json + ", " + hal + ";q=0.9", json, hal, json},
		{json + ";q=0.2, " + hal + ";q=0.3", hal, json, hal},
		{json + ";q=0.001, */*", hal, json, ""},
		{"application/*;q=0.5, " + json, json, hal, json},
		{"application/*, " + json + ";q=0.5", hal, json, ""},
		{"*/*;q=0.1, application/*;q=0.2, " + hal + ";q=0.3", hal, json, hal},
		{json + ";q=0, */*", hal, none, ""},
		{hal + ";q=0, " + json + ";q=0.1", json, none, ""},
	} {
		for _, order := range [][]string{{json, hal}, {hal, json}} {
			name := fmt.Sprintf("%s of %v", tc.accept, order)
			var got []string
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DVelop.With(webhooktest.AllowUnused()), steps[order[0]], steps[order[1]])
				for range 2 {
					req := vcrtest.Scenario(t, webhooktest.DVelop, string(steps[json])).Request()
					req.Header.Set("Accept", tc.accept)
					resp, err := client.Do(req)
					if err != nil {
						got = append(got, none)
						continue
					}
					resp.Body.Close()
					got = append(got, resp.Header.Get("Content-Type"))
				}
			})
			assert.Equal(t, []string{tc.best, tc.second}, got, name)
			assert.Equal(t, tc.second == none, w.Failed(), name)
			assert.Equal(t, tc.rather != "", strings.Contains(w.Said(), "asks for "+tc.rather+" rather than "), "%s: %s", name, w.Said())
		}
	}
	for _, accept := range []string{"", "*/*", json + ", " + hal, "application/*", json + ";q=0.5, " + hal + ";q=0.5"} { // all the same to it
		for _, first := range []string{json, hal} {
			client := webhooktest.Replay(t, webhooktest.DVelop, steps[first])
			req := vcrtest.Scenario(t, webhooktest.DVelop, string(steps[json])).Request()
			req.Header.Set("Accept", accept)
			resp, _ := vcrtest.Send(t, client, req)
			assert.Equal(t, first, resp.Header.Get("Content-Type"), accept)
		}
	}
}

func TestMatch_mediaTypeAskedFor(t *testing.T) {
	shipped := vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request()
	both := []webhooktest.Step{"GetWebHook/200-json", "GetWebHook/200-hal"}
	for _, tc := range []struct {
		name   string
		accept []string
		steps  []webhooktest.Step
		got    string // empty: a miss
	}{
		{"json", []string{"application/json"}, both, "application/json"},
		{"hal", []string{"application/hal+json"}, both, "application/hal+json"},
		{"with a parameter", []string{"application/hal+json; q=0.9"}, both, "application/hal+json"},
		{"in another case", []string{"Application/HAL+json"}, both, "application/hal+json"},
		{"a list", []string{"application/hal+json, application/json"}, both, "application/json"},
		{"a list that names one of them", []string{"text/plain, application/hal+json"}, both, "application/hal+json"},
		{"two lines", []string{"text/plain", "application/hal+json"}, both, "application/hal+json"},
		{"refused by its weight", []string{"application/json;q=0, application/hal+json"}, both, "application/hal+json"},
		{"only refusals", []string{"application/json;q=0"}, both, ""},
		{"a range", []string{"application/*"}, both, "application/json"},
		{"a range of another kind", []string{"text/*"}, both, ""},
		{"anything", []string{"*/*"}, both, "application/json"},
		{"nothing said", nil, both, "application/json"},
		{"an empty header", []string{""}, both, "application/json"},
		{"anything, hal recorded only", []string{"*/*"}, both[1:], "application/hal+json"},
		{"json, hal recorded only", []string{"application/json"}, both[1:], ""},
		{"hal, json recorded only", []string{"application/hal+json"}, both[:1], ""},
		{"a type that begins alike", []string{"application/j"}, both, ""},
		{"refused, below anything", []string{"application/json;q=0, */*"}, both[:1], ""},
		{"refused, below a range", []string{"application/json;q=0.0, application/*"}, both[:1], ""},
		{"another one is refused", []string{"application/hal+json;q=0, */*"}, both[:1], "application/json"},
		{"of little weight, below anything", []string{"application/json;q=0.1, */*"}, both[:1], "application/json"},
		{"a range is refused, below anything", []string{"application/*;q=0, */*"}, both[:1], ""},
		{"a range is refused, and not this one", []string{"application/*;q=0, application/json"}, both[:1], "application/json"},
		{"anything is refused", []string{"*/*;q=0"}, both[:1], ""},
		{"anything else is refused", []string{"application/json, */*;q=0"}, both[:1], "application/json"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, webhooktest.DVelop, tc.steps...)
				req := shipped.Clone(t.Context())
				req.Header["Accept"] = tc.accept
				resp, err := client.Do(req)
				if tc.got == "" {
					assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
					return
				}
				require.NoError(t, err)
				resp.Body.Close()
				assert.Equal(t, tc.got, resp.Header.Get("Content-Type"))
			})
			if tc.got == "" && strings.Contains(tc.accept[0], ";q=0") {
				assert.Contains(t, w.Failures(), ";q=0", "the miss shows what is refused")
			}
		})
	}
}

// An answer without a media type tells nothing apart, whatever was asked for.
func TestMatch_answerWithoutMediaType(t *testing.T) {
	target := vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request().URL.String()
	file := tape(t, http.MethodGet, target, "", "")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	text := strings.NewReplacer("body: '{}'", `body: ""`, "Content-Type:", "X-Nothing:", "code: 200", "code: 401").Replace(string(data))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	for _, accept := range []string{"", "application/json", "application/hal+json, application/json"} {
		u, err := url.Parse(target)
		require.NoError(t, err)
		assert.True(t, matches(t, webhooktest.DVelop, file, &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{"Accept": {accept}}}), accept)
	}
}
