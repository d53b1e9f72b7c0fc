package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// privateURLs have a password or a token, in every part of a URL and in what is none.
var privateURLs = map[string]string{
	"user":              "http://u:PLANTEDPW@127.0.0.1:1/hook",
	"user alone":        "https://PLANTEDPW@example.com/hook",
	"other scheme":      "ftp://u:PLANTEDPW@127.0.0.1/",
	"no scheme":         "u:PLANTEDPW@127.0.0.1:1/hook",
	"no port":           "http://u:PLANTEDPW@127.0.0.1:x/",
	"slash in password": "http://u:PLANTEDPW/x@127.0.0.1:1/",
	"mark in password":  "http://u:a?PLANTEDPW@127.0.0.1:1/",
	"escaped password":  "http://u:PLANTED%50W@127.0.0.1:1/",
	"query":             "http://127.0.0.1:1/hook?token=PLANTEDTOK",
	"second parameter":  "http://127.0.0.1:1/hook?a=b&token=PLANTEDTOK",
	"query alone":       "http://127.0.0.1:1/?PLANTEDTOK",
	"query, no scheme":  "127.0.0.1:1/hook?token=PLANTEDTOK",
	"query, elsewhere":  "https://example.com/hook?token=PLANTEDTOK",
	"query, variable":   "http://127.0.0.1:1/{event}?token=PLANTEDTOK",
	"query, unknown":    "http://127.0.0.1:1/{evnt}?token=PLANTEDTOK",
	"fragment":          "http://127.0.0.1:1/hook#token=PLANTEDTOK",
}

// Neither a password nor a token in a URL is printed, wherever it is given: every text that
// a command takes, as a flag or as an argument, and every variable, × every shape; with
// -whole all of them, and a seventh without.
func TestURL_private(t *testing.T) {
	t.Chdir(t.TempDir())
	lines := map[string]string{ // what else each command needs
		"refresh": "--simulate --out out devrev/webhooks.get/200", "check": "--simulate devrev/webhooks.get/200", "lint": "a.yaml", "serve": "devrev webhooks.get/200",
		"list": "devrev", "show": "devrev/webhooks.get/200", "diff": "a.yaml b.yaml", "report": "--html page.html devrev/webhooks.get/200", "doctor": "", "init": "devrev",
		"scrub": "--recorded 2026-01-01 a.yaml", "probe": "devrev http://127.0.0.1:1/hook", "deliver": "devrev http://127.0.0.1:1/hook work_created",
		"listen": "devrev --to http://127.0.0.1:1/hook --out out", "completion": "", "help": "", "record": "",
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // for what listens
	cells, texts := 0, 0
	urls := slices.Sorted(maps.Values(privateURLs))
	say := func(getenv func(string) string, name string, args ...string) {
		if cells++; cells%7 != 0 && !*everyCell { // of each text some shapes, and each shape of some texts
			return
		}
		for _, made := range names(t) { // a path that is there is no secret
			require.NoError(t, os.RemoveAll(made))
		}
		ctx := t.Context()
		if name == "serve" || name == "listen" {
			ctx = ended
		}
		if name != "record" {
			args = append([]string{name}, args...)
		}
		var out strings.Builder
		run(ctx, args, getenv, session.SystemClock, &out, &out)
		assert.NotContains(t, out.String(), "PLANTED", "%q", args)
	}
	secret := map[string]string{receiver.SecretVar: "MDEyMzQ1Njc4OWFiY2RlZg=="}
	environment := func(name string) string { return secret[name] }
	root := rootCommand(environment, session.SystemClock, io.Discard)
	for _, c := range append(root.Commands(), root) {
		line, known := lines[c.Name()]
		if !c.Runnable() {
			continue
		}
		require.True(t, known, c.Name())
		given := strings.Fields(line)
		for _, url := range urls {
			for i := range len(given) + 1 { // before each argument, and in its place
				say(environment, c.Name(), append(append(append([]string{}, given[:i]...), url), given[i:]...)...)
				if i < len(given) {
					say(environment, c.Name(), append(append(append([]string{}, given[:i]...), url), given[i+1:]...)...)
				}
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			texts++
			for _, url := range urls {
				say(environment, c.Name(), append([]string{"--" + f.Name + "=" + url}, given...)...)
				say(environment, c.Name(), append([]string{"--" + f.Name, url}, given...)...)
			}
		})
	}
	for _, variable := range []string{"DEVREV_BASE_URL", "DVELOP_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", receiver.SecretVar} {
		for _, url := range urls {
			wrong := func(name string) string {
				return map[string]string{"DEVREV_TOKEN": "a-token-of-devrev", "DVELOP_TOKEN": "a-key-of-dvelop", "DVELOP_REPOSITORY_ID": "4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6", "DVELOP_EVENT_ID": "postimport", "DEVREV_BASE_URL": "http://127.0.0.1:1", "DVELOP_BASE_URL": "http://127.0.0.1:1", variable: url}[name]
			}
			for _, line := range []string{"refresh --pace 1ms --max-wait 1ms --out out devrev/webhooks.list/200 dvelop/GetEvents/200", "check --pace 1ms --max-wait 1ms devrev/webhooks.list/200", "doctor", "probe devrev http://127.0.0.1:1/hook", "deliver devrev http://127.0.0.1:1/hook work_created", "lint ."} {
				args := strings.Fields(line)
				say(wrong, args[0], args[1:]...)
			}
		}
	}
	t.Logf("%d flags, %d URLs, %d cells", texts, len(privateURLs), cells)
}

// What a receiver says of the URL is not printed either.
func TestURL_privateAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "nothing at "+r.RequestURI+" for "+r.URL.Query().Get("token"), http.StatusNotFound)
	}))
	defer server.Close()
	for _, at := range []string{"/hook?token=PLANTEDTOK", "/{event}?token=PLANTEDTOK", "/{event}/x?a=b&token=PLANTED%54OK", "/uz0FNGcNl28NzMyfHZdzWPLANTED/hook"} {
		for _, line := range []string{"probe devrev URL", "probe dvelop URL", "deliver devrev URL work_created", "deliver dvelop URL postimport"} {
			var out strings.Builder
			code := run(t.Context(), strings.Fields(strings.ReplaceAll(line, "URL", server.URL+at)), func(name string) string {
				return map[string]string{receiver.SecretVar: "MDEyMzQ1Njc4OWFiY2RlZg=="}[name]
			}, session.SystemClock, &out, &out)
			assert.Equal(t, exit.Failed, code, out.String())
			assert.NotContains(t, out.String(), "PLANTED", "%s %s", line, at)
		}
	}
}

// What is no secret is refused by each command that takes one, before anything is sent.
func TestSecret(t *testing.T) {
	for line, vendors := range map[string][]string{"probe @ http://127.0.0.1:1": {"devrev", "dvelop"}, "deliver @ http://127.0.0.1:1 work_created": {"devrev", "dvelop"}, "listen @ --to http://127.0.0.1:1 --out " + t.TempDir(): {"devrev"}} {
		for _, vendor := range vendors {
			for secret, says := range map[string]string{
				"": "is not set: the secret of the webhook, or its key, comes from the environment", "  ": "is blank; give the webhook's", "\n": "is blank; give the webhook's",
				"c2VjcmV0Cg==\n": "holds a line break, or another control character; take it off", "c2Vj\r\ncmV0Cg==": "holds a line break, or another control character; take it off",
				" c2VjcmV0Cg==": "has white space at an end; take it off", "c2V": "has fewer than 4 letters; it is no secret that a vendor gives, and cannot be told from other text",
			} {
				var stdout, stderr strings.Builder
				code := run(t.Context(), strings.Fields(strings.ReplaceAll(line, "@", vendor)), func(string) string { return secret }, session.SystemClock, &stdout, &stderr)
				want := exit.Usage
				if secret == "" {
					want = exit.Missing
				}
				assert.Equal(t, want, code)
				assert.Equal(t, "record: RECEIVER_SECRET "+says+"\n", stderr.String(), "%s %q", line, secret)
				assert.Empty(t, stdout.String())
			}
		}
	}
}
