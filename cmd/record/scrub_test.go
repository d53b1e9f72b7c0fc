package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

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
	code = run(t.Context(), append([]string{"scrub", "--recorded", "2025-11-03"}, args...), func(name string) string { return env[name] }, systemClock, &out, &errs)
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
	code, _, stderr = scrubbed(t, env, "--write", path)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "record has written it")
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
			assert.Equal(t, exitFailed, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, tc.want)
			assert.NotContains(t, stderr, "Bb7Xk2Mf9Rt4")
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
}
