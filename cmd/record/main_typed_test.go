package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// Whatever looks like a credential, or is one, and is typed in the place of something
// else, is in no message; what is typed by mistake otherwise is.
func TestRun_typedSecret(t *testing.T) {
	t.Chdir(t.TempDir())
	commands := map[string]func(typed string) []string{
		"command": func(s string) []string { return []string{s} },
		"flag":    func(s string) []string { return []string{"probe", "--" + s} },
		"flag of a number": func(s string) []string {
			return []string{"deliver", "--repeat", s, "devrev", "http://127.0.0.1:1/", "work_created"}
		},
		"flag of a time": func(s string) []string {
			return []string{"deliver", "--stale=" + s, "devrev", "http://127.0.0.1:1/", "work_created"}
		},
		"probe alone":    func(s string) []string { return []string{"probe", s} },
		"probe provider": func(s string) []string { return []string{"probe", s, "http://127.0.0.1:1/"} },
		"probe URL":      func(s string) []string { return []string{"probe", "devrev", s} },
		"probe host":     func(s string) []string { return []string{"probe", "devrev", "http://" + s + "/"} },
		"probe user":     func(s string) []string { return []string{"probe", "devrev", "http://" + s + "@127.0.0.1/"} },
		"probe more":     func(s string) []string { return []string{"probe", "devrev", "http://127.0.0.1:1/", s} },
		"probe only":     func(s string) []string { return []string{"probe", "--only", s, "devrev", "http://127.0.0.1:1/"} },
		"probe only two": func(s string) []string { return []string{"probe", "--only=S01," + s, "devrev", "http://127.0.0.1:1/"} },
		"probe response": func(s string) []string {
			return []string{"probe", "--handle-response", s, "dvelop", "http://127.0.0.1:1/"}
		},
		"deliver provider": func(s string) []string { return []string{"deliver", s, "http://127.0.0.1:1/", "work_created"} },
		"deliver URL":      func(s string) []string { return []string{"deliver", "devrev", s, "work_created"} },
		"deliver event":    func(s string) []string { return []string{"deliver", "devrev", "http://127.0.0.1:1/", s} },
		"deliver set": func(s string) []string {
			return []string{"deliver", "--set", s, "devrev", "http://127.0.0.1:1/", "work_created"}
		},
		"deliver pointer": func(s string) []string {
			return []string{"deliver", "--set", "/" + s + "=1", "devrev", "http://127.0.0.1:1/", "work_created"}
		},
		"deliver body": func(s string) []string {
			return []string{"deliver", "--body", s, "devrev", "http://127.0.0.1:1/", "work_created"}
		},
		"listen provider": func(s string) []string { return []string{"listen", s, "--to", "http://127.0.0.1:1/", "--out", "out"} },
		"listen to":       func(s string) []string { return []string{"listen", "devrev", "--to", s, "--out", "out"} },
		"listen address": func(s string) []string {
			return []string{"listen", "devrev", "--to", "http://127.0.0.1:1/", "--out", "out", "--addr", s}
		},
		"refresh scenario":  func(s string) []string { return []string{"refresh", "--simulate", "--out", "out", s} },
		"refresh operation": func(s string) []string { return []string{"refresh", "--simulate", "--out", "out", "devrev/" + s} },
	}
	secrets := map[string]string{
		"base64": "c3VwZXItc2VjcmV0LWtleS0xMjM0NTY=", "hex": "9f86d081884c7d659a2feaa0c55ad015", "GUID": "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f",
		"JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.c2lnbmF0dXJlLW9m", "random": "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", "letters alone": "qWertzUiopAsdfghJklyx",
		"that of the environment": "plain-key-of-a-webhook", "its decoded half": "super-sec",
	}
	getenv := func(name string) string {
		return map[string]string{receiver.SecretVar: "plain-key-of-a-webhook", "DEVREV_TOKEN": "c3VwZXItc2VjcmV0LWtleS0xMjM0NTY="}[name]
	}
	said := func(args []string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, getenv, session.SystemClock, &out, &errs)
		return code, out.String() + errs.String()
	}
	for place, args := range commands {
		for kind, secret := range secrets {
			code, text := said(args(secret))
			assert.NotZero(t, code, "%s, %s", place, kind)
			assert.NotContains(t, text, secret, "%s, %s", place, kind)
			assert.NotContains(t, text, secret[:len(secret)-1], "%s, %s", place, kind)
		}
	}
	t.Logf("%d places, %d secrets", len(commands), len(secrets))
	for typed, args := range map[string][]string{
		`"devrv"`: {"probe", "devrv", "http://127.0.0.1:1/"}, `"http://127.0.0.1/hook2"`: {"probe", "http://127.0.0.1/hook2", "devrev"},
		`"S99*"`: {"probe", "--only", "S99*", "devrev", "http://127.0.0.1:1/"}, `"workCreated"`: {"deliver", "devrev", "http://127.0.0.1:1/", "workCreated"}, `"webhooks.gte/200"`: {"refresh", "--simulate", "devrev/webhooks.gte/200"},
	} {
		_, text := said(args)
		assert.Contains(t, text, typed)
	}
}

// Of a path whose beginning is there, only an element that may be a secret is hidden.
func TestRun_typedPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("a15b/x9Kq2", 0o755))
	const hidden, secret = "(not shown, for it may be a secret)", "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O"
	for typed, want := range map[string]string{
		"a15b/x9Kq2/none.yaml": "a15b/x9Kq2/none.yaml", "./a15b/gone/none.yaml": "./a15b/gone/none.yaml", dir + "/a15b/none.v2.yaml": dir + "/a15b/none.v2.yaml",
		"a15b/" + secret + "/none.yaml": "a15b/" + hidden + "/none.yaml", "a15b/" + secret: "a15b/" + hidden, secret + "/none.yaml": hidden, "none/" + secret: hidden,
	} {
		for _, args := range [][]string{{"lint", typed}, {"lint", "--baseline", typed, "."}, {"lint", "--baseline=" + typed, "."}} {
			var out, errs bytes.Buffer
			code := run(t.Context(), args, func(string) string { return "" }, session.SystemClock, &out, &errs)
			assert.Equal(t, exit.Usage, code, args)
			assert.Contains(t, errs.String(), want, args)
			assert.NotContains(t, errs.String(), secret, args)
		}
	}
}

// The value of a flag that takes a pointer or a pattern is withheld alike everywhere:
// flag × command × what is wrong with it × whether a file has that name.
func TestRun_typedPointer(t *testing.T) {
	const secret = "sk_live_PLANTEDa8f7d6e5c4b3a2"
	getenv := func(name string) string {
		return map[string]string{"DEVREV_TOKEN": "another-token", "DEVREV_BASE_URL": "http://127.0.0.1:1"}[name]
	}
	cells := 0
	for _, there := range []bool{false, true} {
		dir := t.TempDir()
		t.Chdir(dir)
		require.NoError(t, os.WriteFile("a.yaml", []byte("version: 2\ninteractions: []\n"), 0o600))
		if there {
			require.NoError(t, os.Mkdir(secret, 0o700))
		}
		for _, c := range []struct{ command, flags string }{
			{"check --pace 1ms devrev/webhooks.get/200", "keep redact"}, {"refresh --pace 1ms --out out devrev/webhooks.get/200", "keep redact pin"},
			{"scrub --recorded 2026-01-01 a.yaml", "keep redact pin varies"}, {"lint a.yaml", "placeholder"},
			{"lint --json a.yaml", "placeholder"}, {"lint --format sarif a.yaml", "placeholder"},
		} {
			for flag := range strings.FieldsSeq(c.flags) {
				for _, value := range []string{secret, "/" + secret, "/a/" + secret + "/", "header " + secret, "(" + secret, secret + "|x"} {
					for _, args := range [][]string{{"--" + flag, value}, {"--" + flag + "=" + value}, {"--" + flag, value, "--" + flag, value}} {
						var out, errs bytes.Buffer
						code := run(t.Context(), append(strings.Fields(c.command), args...), getenv, session.SystemClock, &out, &errs)
						assert.NotZero(t, code, args)
						assert.NotContains(t, out.String()+errs.String(), secret, "%s %q", c.command, args)
						assert.NotContains(t, out.String()+errs.String(), `"/(not`, "%s %q", c.command, args)
						cells++
					}
				}
			}
		}
	}
	t.Logf("%d cells", cells)
}
