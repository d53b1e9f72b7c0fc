package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// plainCassette is what plain go-vcr would have written of a call to the
// simulator: its tenant's values, and the credential.
func plainCassette(t *testing.T, edit func(body string) string) (path string, env map[string]string) {
	t.Helper()
	def := &provider.DevRev
	handler, err := simulator.New(def, "")
	require.NoError(t, err)
	_, token, env := simulator.Tenant(def)
	body := `{"id":"` + env["DEVREV_WEBHOOK_ID"] + `"}`
	r := httptest.NewRequest("POST", "/webhooks.get", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Equal(t, 200, w.Code, w.Body.String())
	data, err := yaml.Marshal(map[string]any{"version": 2, "interactions": []any{map[string]any{
		"id":      0,
		"request": map[string]any{"method": "POST", "url": def.BaseURL + "/webhooks.get", "body": body, "headers": http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}},
		"response": map[string]any{"code": 200, "status": "200 OK", "body": edit(w.Body.String()), "headers": http.Header{
			"Content-Type": w.Header()["Content-Type"], "Set-Cookie": {"sid=session-5Hn3Wd8Qy6Jm1Cp"},
		}},
	}}})
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "plain.yaml")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path, map[string]string{"DEVREV_WEBHOOK_ID": env["DEVREV_WEBHOOK_ID"]}
}

func scrubbed(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), append([]string{"scrub", "--recorded", "2025-11-03"}, args...), func(name string) string { return env[name] }, session.SystemClock, &out, &errs)
	return code, out.String(), errs.String()
}

func asIs(body string) string { return body }

// What comes out holds no value of the tenant, and the file stays unless --write
// says otherwise.
func TestScrub(t *testing.T) {
	path, env := plainCassette(t, asIs)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, token, _ := simulator.Tenant(&provider.DevRev)
	code, stdout, stderr := scrubbed(t, env, path)
	require.Zero(t, code, stderr)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	for _, value := range append([]string{token, env["DEVREV_WEBHOOK_ID"], "session-5Hn3Wd8Qy6Jm1Cp"}, personal["devrev"]...) {
		assert.NotContains(t, stdout, value)
	}
	file, err := cassette.Parse("scrubbed.yaml", []byte(stdout))
	require.NoError(t, err)
	assert.Equal(t, cassette.Header{Provider: "devrev", Source: cassette.Live, Recorded: "2025-11-03"}, file.Header)
	assert.Equal(t, `{"id":"`+provider.DevRevWebhookID+`"}`, file.Interactions[0].Request.Body)

	code, _, stderr = scrubbed(t, env, "--write", path)
	require.Zero(t, code, stderr)
	after, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, stdout, string(after))
	code, again, stderr := scrubbed(t, env, "--write", path)
	require.Zero(t, code, stderr)
	assert.Equal(t, "kept     "+path+" (record has written it)\n", again)
	after, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, stdout, string(after))
	code, _, stderr = scrubbed(t, env, path)
	assert.Equal(t, exit.Failed, code, "there is nothing to print")
	assert.Contains(t, stderr, "record has written it")
	other := filepath.Join(t.TempDir(), "other.yaml")
	require.NoError(t, os.WriteFile(other, before, 0o600))
	code, again, stderr = scrubbed(t, env, "--write", path, other)
	require.Zero(t, code, stderr)
	assert.Equal(t, "kept     "+path+" (record has written it)\nwritten  "+other+"\n", again)
}

// What has no account keeps the file as it is, and is named by its place.
func TestScrub_refuses(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(string) string
		env  func(map[string]string)
		args []string
		want string
	}{
		"a breach": {edit: func(body string) string { return strings.Replace(body, `"status": "active"`, `"status": 7`, 1) }, want: "/webhook/status"},
		"a kept credential": {edit: func(body string) string {
			return strings.Replace(body, `"status": "active"`, `"status": "active", "origin": "ghp_Bb7Xk2Mf9Rt4Bb7Xk2Mf9Rt4Bb7Xk2Mf9Rt4"`, 1)
		}, args: []string{"--keep", "/webhook/origin"}, want: "looks like a credential"},
		"no id": {edit: asIs, env: func(env map[string]string) { delete(env, "DEVREV_WEBHOOK_ID") }, want: "not written"},
	} {
		t.Run(name, func(t *testing.T) {
			path, env := plainCassette(t, tc.edit)
			if tc.env != nil {
				tc.env(env)
			}
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			code, stdout, stderr := scrubbed(t, env, append(tc.args, "--write", path)...)
			assert.Equal(t, exit.Failed, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, tc.want)
			assert.NotContains(t, stderr, "Bb7Xk2Mf9Rt4")
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
}

// call is a request of a recorded program; {id} is the id that an earlier answer had.
type call struct{ method, target, body string }

// plainLife is what plain go-vcr would have written of a program's calls to a
// simulated tenant.
func plainLife(t *testing.T, def *provider.Definition, calls []call, edit func(interactions []map[string]any) []map[string]any) (path string, env map[string]string, values []string) {
	t.Helper()
	handler, err := simulator.New(def, "")
	require.NoError(t, err)
	base, token, all := simulator.Tenant(def)
	env = map[string]string{def.BaseVar: base}
	var interactions []map[string]any
	id := ""
	for i, c := range calls {
		replace := strings.NewReplacer("{id}", id, "{first}", all[def.Bindings[len(def.Bindings)-1].Var], "{repository}", all["DVELOP_REPOSITORY_ID"], "{event}", all["DVELOP_EVENT_ID"])
		target, body := replace.Replace(c.target), replace.Replace(c.body)
		r := httptest.NewRequest(c.method, base+target, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Origin", base)
		r.Header.Set("Accept", "application/json")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Less(t, w.Code, 300, "%v %s", c, w.Body)
		var answer struct {
			ID      string
			Webhook struct{ ID string }
		}
		if json.Unmarshal(w.Body.Bytes(), &answer) == nil && id == "" && strings.Contains(c.body, "url") || strings.Contains(c.body, "uri") && id == "" {
			id = cmp.Or(answer.ID, answer.Webhook.ID)
		}
		interactions = append(interactions, map[string]any{
			"id":       i,
			"request":  map[string]any{"method": c.method, "url": base + target, "body": body, "headers": r.Header},
			"response": map[string]any{"code": w.Code, "status": fmt.Sprintf("%d %s", w.Code, http.StatusText(w.Code)), "body": w.Body.String(), "headers": w.Header()},
		})
	}
	for _, b := range def.Bindings {
		env[b.Var] = all[b.Var]
		if b.Var != "DVELOP_EVENT_ID" {
			values = append(values, all[b.Var])
		}
	}
	path = filepath.Join(t.TempDir(), "life.yaml")
	writePlain(t, path, edit(interactions))
	return path, env, append(values, token, id, "hooks.acme-corp.io")
}

func writePlain(t *testing.T, path string, interactions []map[string]any) {
	t.Helper()
	data, err := yaml.Marshal(map[string]any{"version": 2, "interactions": interactions})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

var lives = map[*provider.Definition][]call{
	&provider.DevRev: {
		{"POST", "/webhooks.list", `{}`},
		{"POST", "/webhooks.create", `{"url":"https://hooks.acme-corp.io/in","event_types":["work_created"]}`},
		{"POST", "/webhooks.get", `{"id":"{id}"}`},
		{"POST", "/webhooks.update", `{"id":"{id}","url":"https://hooks.acme-corp.io/other"}`},
		{"GET", "/webhooks.list", ``},
		{"POST", "/webhooks.get", `{"id":"{first}"}`},
		{"POST", "/webhooks.delete", `{"id":"{id}"}`},
	},
	&provider.DVelop: {
		{"GET", "/dmsconfig/r/{repository}/events", ``},
		{"POST", "/dmsconfig/r/{repository}/events/{event}", `{"description":"Acme accounting","enabled":true,"handleResponse":"STATUS","uri":"https://hooks.acme-corp.io/in"}`},
		{"GET", "/dmsconfig/r/{repository}/events/{event}", ``},
		{"GET", "/dmsconfig/r/{repository}/events/{event}/{first}", ``},
	},
}

func whole(all []map[string]any) []map[string]any { return all }

// A whole life of a webhook, of each vendor: every exchange is there, in its order,
// and no value of the tenant.
func TestScrub_lives(t *testing.T) {
	for def, calls := range lives {
		t.Run(def.Name, func(t *testing.T) {
			for name, edit := range map[string]func([]map[string]any) []map[string]any{
				"as it is": whole,
				"gzip":     compressed(t),
			} {
				t.Run(name, func(t *testing.T) {
					path, env, values := plainLife(t, def, calls, edit)
					args := map[*provider.Definition][]string{
						&provider.DevRev: {"--varies", "/url"}, &provider.DVelop: {"--varies", "/uri", "--varies", "/description"},
					}[def]
					code, _, stderr := scrubbed(t, env, path)
					require.Equal(t, exit.Failed, code, "the program's own texts are accounted for")
					for _, place := range args {
						if strings.HasPrefix(place, "/") {
							assert.Contains(t, stderr, "--varies "+place)
						}
						if place == "/description" {
							assert.Contains(t, stderr, "declare --keep "+place)
						}
					}
					assert.NotContains(t, stderr, "transport failed")
					assert.NotRegexp(t, `[A-Z][a-z]+\(`, stderr, "options of the Go package")
					code, stdout, stderr := scrubbed(t, env, append(args, path)...)
					require.Zero(t, code, stderr)
					for _, value := range append(values, personal[def.Name]...) {
						if value != "" {
							assert.Empty(t, find(stdout+stderr, value), value)
						}
					}
					file, err := cassette.Parse("scrubbed.yaml", []byte(stdout))
					require.NoError(t, err)
					require.Len(t, file.Interactions, len(calls))
					for i, ia := range file.Interactions {
						assert.Equal(t, calls[i].method, ia.Request.Method)
						assert.True(t, strings.HasPrefix(ia.Request.URL, def.BaseURL+"/"), ia.Request.URL)
					}
				})
			}
		})
	}
}

// compressed is what go-vcr keeps when the program asks for gzip itself.
func compressed(t *testing.T) func([]map[string]any) []map[string]any {
	return func(all []map[string]any) []map[string]any {
		for _, ia := range all {
			response := ia["response"].(map[string]any)
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, err := w.Write([]byte(response["body"].(string)))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			response["body"] = b.String()
			header := response["headers"].(http.Header)
			header.Set("Content-Encoding", "gzip")
			header.Del("Content-Length")
		}
		return all
	}
}

// The vendor is known by its own base URL whatever tenant the environment names.
func TestScrub_elsewhere(t *testing.T) {
	path, env := plainCassette(t, asIs)
	env["DEVREV_BASE_URL"] = "https://sandbox.example"
	code, _, stderr := scrubbed(t, env, path)
	assert.Zero(t, code, stderr)
}

// Of several files each stands for itself: the ones that pass are replaced, and one
// that does not stays as it was, is named, and gives the exit status. One that is no
// cassette is a wrong usage, and nothing is replaced then.
func TestScrub_several(t *testing.T) {
	calls := lives[&provider.DevRev]
	elsewhere := func(all []map[string]any) []map[string]any {
		all[2]["request"].(map[string]any)["url"] = "https://login.acme.example/token"
		return all
	}
	leaky := func(all []map[string]any) []map[string]any {
		response := all[0]["response"].(map[string]any)
		response["body"] = strings.Replace(response["body"].(string), `"webhooks": [`, `"webhooks": [7,`, 1)
		return all
	}
	good, env, values := plainLife(t, &provider.DevRev, calls, whole)
	foreign, _, _ := plainLife(t, &provider.DevRev, calls, elsewhere)
	bad, _, _ := plainLife(t, &provider.DevRev, calls, leaky)
	second, _, _ := plainLife(t, &provider.DevRev, calls, whole)
	data, err := os.ReadFile(good)
	require.NoError(t, err)
	twoDocuments := filepath.Join(t.TempDir(), "two.yaml")
	require.NoError(t, os.WriteFile(twoDocuments, append(append([]byte{}, data...), "---\nversion: 2\ninteractions: []\n"...), 0o600))
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("<<<<<<< HEAD\n"), 0o600))
	missing := filepath.Join(t.TempDir(), "missing.yaml")

	before := map[string]string{}
	for _, path := range []string{good, second, foreign, bad, twoDocuments, broken} {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		before[path] = string(data)
	}
	stays := func() {
		t.Helper()
		for path, was := range before {
			is, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, was, string(is), path)
		}
	}
	unread := []string{twoDocuments, broken, missing, filepath.Dir(good)}
	code, stdout, stderr := scrubbed(t, env, append([]string{"--varies", "/url", "--write"}, unread...)...)
	assert.Equal(t, exit.Usage, code)
	assert.Empty(t, stdout)
	assert.Equal(t, 5, strings.Count(stderr, "\n"), stderr)
	assert.Contains(t, stderr, "record: "+twoDocuments+": a second YAML document follows the cassette")
	assert.Contains(t, stderr, broken+": ")
	assert.Contains(t, stderr, missing+": no such file or directory\n")
	assert.Contains(t, stderr, filepath.Dir(good)+": is a directory\n")
	assert.Contains(t, stderr, "\n4 cassettes not scrubbed\n")
	stays()

	// A file that cannot be read keeps no other from being scrubbed.
	code, stdout, stderr = scrubbed(t, env, "--varies", "/url", "--write", broken, foreign, good, missing, bad, second)
	assert.Equal(t, exit.Usage, code)
	assert.Equal(t, "written  "+good+"\nwritten  "+second+"\n", stdout)
	assert.Contains(t, stderr, foreign+" not scrubbed: #2 was sent to another host than #0")
	assert.Contains(t, stderr, "/webhooks/0")
	assert.Contains(t, stderr, "\n4 cassettes not scrubbed\n")
	delete(before, good)
	delete(before, second)
	stays()
	for _, path := range []string{good, second} {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, value := range values {
			assert.Empty(t, find(string(data), value), value)
		}
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(bad), "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{bad}, files, "nothing is left beside it")
}

// A credential that neither the cassette nor the environment has is missing, as for
// every other command.
func TestScrub_missing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bare.yaml")
	require.NoError(t, os.WriteFile(path, []byte("version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: \"https://acme.example/webhooks/1\"}\n  response: {code: 200, body: \"{}\"}\n"), 0o600))
	code, stdout, stderr := scrubbed(t, nil, "--provider", "dvelop", path)
	assert.Equal(t, exit.Missing, code, stderr)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "DVELOP_TOKEN")

	code, _, stderr = scrubbed(t, nil, "--recorded", "3025-01-01", path)
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, stderr, "--recorded \"3025-01-01\" is a day to come")
}

// stopping interrupts the command when it has written a line.
type stopping struct {
	strings.Builder
	stop func()
}

func (s *stopping) Write(p []byte) (int, error) {
	s.stop()
	return s.Builder.Write(p)
}

// An interruption is told once, with what was not begun.
func TestScrub_interrupted(t *testing.T) {
	args := []string{"scrub", "--recorded", "2025-11-03", "--write"}
	var env map[string]string
	before := map[string]string{}
	for range 5 {
		path, e := plainCassette(t, asIs)
		env = e
		args = append(args, path)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		before[path] = string(data)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stdout := stopping{stop: cancel}
	var stderr strings.Builder
	code := run(ctx, args, func(name string) string { return env[name] }, session.SystemClock, &stdout, &stderr)
	assert.Equal(t, exit.Failed, code)
	assert.Equal(t, "written  "+args[4]+"\n", stdout.String())
	assert.Equal(t, "record: interrupted: 1 cassette scrubbed, 0 not, 4 not begun; every file is whole\n", stderr.String())
	for _, path := range args[5:] {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, before[path], string(data))
	}
}

// A value that the contract does not list is named as record refresh names it, and
// kept when --keep says so.
func TestScrub_news(t *testing.T) {
	for value, want := range map[string]struct{ named, kept string }{
		`"snoozed"`: {`"snoozed", which the contract does not list`, `"snoozed", which the contract does not list, and keeps it`},
		`"On hold"`: {"a value that the contract does not list", `"On hold", which the contract does not list, and keeps it`},
		`""`:        {`"", which the contract does not list`, `"", which the contract does not list, and keeps it`},
		`"don:core:dvrv-us-1:devo/11FVC3ScK:part/7"`: {
			"a value that the contract does not list", "a value that the contract does not list, and --keep does not keep it: it looks like an id, a credential or a person's",
		},
	} {
		path, env := plainCassette(t, func(body string) string { return strings.Replace(body, `"status": "active"`, `"status": `+value, 1) })
		code, _, stderr := scrubbed(t, env, path)
		assert.Zero(t, code, stderr)
		assert.Contains(t, stderr, path+": new: /webhook/status holds "+want.named)
		_, _, stderr = scrubbed(t, env, "--keep", "/webhook/status", path)
		assert.Contains(t, stderr, path+": new: /webhook/status holds "+want.kept+"\n")
		assert.NotContains(t, stderr, "--keep /webhook/status keeps it")
	}
}

// What a recording has no place for is named.
func TestScrub_leavesOut(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"# a note\n", "", "comments"},
		{"", "  # a note\n", "comments"},
		{"", "note: mine\nseen: 3\n", `the key "note" and the key "seen"`},
		{"# a note\n", "note: mine\n", `comments and the key "note"`},
	} {
		path, env := plainCassette(t, asIs)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(c.before+string(data)+c.after), 0o600))
		code, _, stderr := scrubbed(t, env, "--write", path)
		assert.Zero(t, code, stderr)
		if c.want != "" {
			c.want = path + ": left out: " + c.want + "\n"
		}
		assert.Equal(t, c.want, stderr)
	}
}

// What a message advises is there to be given, and is not what was given; with it the
// cassette passes.
func TestScrub_advice(t *testing.T) {
	request := func(all []map[string]any, i int) map[string]any { return all[i]["request"].(map[string]any) }
	for name, c := range map[string]struct {
		edit func([]map[string]any) []map[string]any
		args []string // given from the start
		says string
		give []string
	}{
		"a URL": {whole, nil, "or declare --varies /url if it differs", []string{"--varies", "/url"}},
		"a credential in the query": {func(all []map[string]any) []map[string]any {
			request(all, 0)["url"] = request(all, 0)["url"].(string) + "?token=9f8e7d6c5b4a"
			return all
		}, []string{"--varies", "/url"}, "declare --varies '?token', and a replay takes any", []string{"--varies", "?token"}},
	} {
		t.Run(name, func(t *testing.T) {
			path, env, _ := plainLife(t, &provider.DevRev, lives[&provider.DevRev], c.edit)
			code, _, stderr := scrubbed(t, env, append(c.args, path)...)
			assert.Equal(t, exit.Failed, code)
			assert.Contains(t, stderr, c.says)
			for _, arg := range c.args {
				assert.NotContains(t, stderr, "declare --varies "+arg)
			}
			code, _, stderr = scrubbed(t, env, append(append(c.args, c.give...), path)...)
			assert.Zero(t, code, stderr)
		})
	}
	path, env := plainCassette(t, asIs)
	code, _, stderr := scrubbed(t, nil, path)
	assert.Equal(t, exit.Failed, code)
	assert.Contains(t, stderr, "is neither a known placeholder nor made up; set DEVREV_WEBHOOK_ID to it")
	code, _, stderr = scrubbed(t, env, path)
	assert.Zero(t, code, stderr)
	code, _, stderr = scrubbed(t, env, "--redact", "/webhook", path)
	assert.Equal(t, exit.Usage, code)
	assert.Contains(t, stderr, path+" not scrubbed: --redact puts a text in the place of answer /webhook/created_date and ")
	code, _, stderr = scrubbed(t, map[string]string{"DEVREV_WEBHOOK_ID": "don:integration:dvrv-us-1:devo/2kQx9:webhook/other"}, path)
	assert.Equal(t, exit.Failed, code)
	assert.Contains(t, stderr, "nor made up; correct DEVREV_WEBHOOK_ID, which should be it", "it is set")

	path, env, _ = plainLife(t, &provider.DevRev, lives[&provider.DevRev], func(all []map[string]any) []map[string]any {
		request(all, 1)["url"] = strings.Replace(request(all, 1)["url"].(string), "://", "://jane:PLANTED-pw@", 1)
		return all
	})
	for _, args := range [][]string{nil, {"--provider", "devrev"}} {
		code, _, stderr := scrubbed(t, env, append(args, path)...)
		assert.Equal(t, exit.Failed, code)
		assert.Contains(t, stderr, "the URL of #1 names a user")
		assert.NotContains(t, stderr, "jane")
		assert.NotContains(t, stderr, "PLANTED")
	}
	var out, errs strings.Builder
	assert.Equal(t, exit.Usage, run(t.Context(), []string{"scrub", path}, func(string) string { return "" }, session.SystemClock, &out, &errs))
	assert.Equal(t, "record: scrub needs the day on which the cassettes were recorded, such as --recorded 2025-11-03\n", errs.String())
}
