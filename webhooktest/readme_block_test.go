package webhooktest_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// firstFault makes the README's first test ask for another webhook.
var firstFault = edit{"webhook_test.go", "` + webhooktest.DevRevWebhookID + `", "webhook-id"}

// noEcho makes the receiver of the README's second test forget the challenge.
var noEcho = edit{"receiver.go", "_ = json.NewEncoder(w).Encode(delivery.Verify)", ""}

// serviceTable lists the services whose keys are known by their form.
func serviceTable() string {
	var b strings.Builder
	b.WriteString("| service | begins with |\n| --- | --- |\n")
	for _, s := range secret.Shapes() {
		service := s.Service
		if service == "" {
			service = "any"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", service, s.Form)
	}
	return b.String()
}

// generate returns the content of one block of a page; command is the built
// cmd/record.
func generate(t *testing.T, command, name string) string {
	t.Helper()
	if spec, ok := strings.CutPrefix(name, "go "); ok {
		return "```go\n" + source(t, spec) + "```\n"
	}
	text := func(s string) string { return "```text\n" + s + "```\n" }
	switch name {
	case "first failure":
		out, err := goTest(t, consumer(t, "first", firstFault))
		require.Error(t, err, "%s", out)
		require.Contains(t, out, "--- FAIL: TestWebhook")
		require.Contains(t, out, `/id  -"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"  +"webhook-id"`)
		out, _, _ = strings.Cut(out, "    webhook_test.go:17:") // what the test says itself
		return text(regexp.MustCompile(`\d+\.\d+s`).ReplaceAllString(out, "0.01s"))
	case "life failure":
		out := goldenFaults(t)
		require.Contains(t, out, "and no challenge")
		out = out[strings.Index(out, "--- FAIL: TestWebhook_life"):]
		out = regexp.MustCompile(`(?m)^(\s+Error Trace:.*|FAIL.*)\n`).ReplaceAllString(out, "")
		return text(regexp.MustCompile(`\d+\.\d+s`).ReplaceAllString(out, "0.01s"))
	case "providers":
		return providerTable()
	case "scenarios":
		return scenarioTable()
	case "variables":
		return variableTable()
	case "probes":
		return probeTable()
	case "lint services":
		return serviceTable()
	case "lint labelled":
		table, err := os.ReadFile("../internal/lint/testdata/labelled.md")
		require.NoError(t, err)
		return string(table)
	case "exit statuses":
		stdout, _, _ := record(t, command, nil, "help", "EXIT")
		_, statuses, ok := strings.Cut(stdout, "Exit status:\n")
		require.True(t, ok, "%s", stdout)
		return text(statuses)
	case "refresh":
		dir := t.TempDir()
		stdout, stderr, code := record(t, command, standIn(t, devrevIn(t, "")), "refresh", "--pace=0s", "--out", dir,
			"devrev/webhooks.get/200", "devrev/webhooks.get/404", "devrev/webhooks.get/429", "devrev/webhooks.list")
		require.Zero(t, code, "%s", stderr)
		return text(trimRight(stdout))
	case "diff":
		return "```diff\n" + cassetteDiff(t, command) + "```\n"
	case "refused":
		dir := t.TempDir()
		stdout, stderr, code := record(t, command, standIn(t, http.HandlerFunc(withoutSecretHandler)), "refresh", "--pace=0s", "--out", dir, "devrev/webhooks.get/200")
		require.NotZero(t, code)
		require.NoFileExists(t, filepath.Join(dir, "devrev", "webhooks.get", "200.yaml"))
		return text(trimRight(stderr + stdout))
	}
	require.Fail(t, "unknown block", "the README names a block %q that nothing generates", name)
	return ""
}

func trimRight(s string) string { return regexp.MustCompile(`(?m) +$`).ReplaceAllString(s, "") }

func providerTable() string {
	b := "\n| vendor | operations |\n|---|---|\n"
	for _, def := range provider.All() {
		var operations []string
		for _, op := range def.Operations {
			operations = append(operations, "`"+op.Name+"`")
		}
		b += fmt.Sprintf("| %s | %s |\n", def.Title, strings.Join(operations, ", "))
	}
	return b + "\n"
}

func scenarioTable() string {
	var b strings.Builder
	for _, def := range provider.All() {
		var p webhooktest.Provider
		for _, p = range webhooktest.Providers() {
			if p.String() == def.Title {
				break
			}
		}
		fmt.Fprintf(&b, "\n**%s**\n\n| scenario | shows | source | recorded from a tenant |\n|---|---|---|---|\n", def.Title)
		for i, s := range p.Scenarios() {
			tenant := def.Scenarios[i].How
			if !def.Scenarios[i].Live {
				tenant = "no:" + strings.TrimPrefix(tenant, "simulated only:")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, s.Summary, s.Source, tenant)
		}
	}
	return b.String() + "\n"
}

func probeTable() string {
	var b strings.Builder
	for _, p := range webhooktest.Providers() {
		probes := receivertest.Probes(p)
		if len(probes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n**%s**\n\n| probe | level | sent | expected | why | source |\n|---|---|---|---|---|---|\n", p)
		for _, q := range probes {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", q.ID, q.Level, q.Sent, q.Expected, q.Why, q.Source)
		}
	}
	return b.String() + "\n"
}

type variable struct{ name, meaning string }

func variables(def *provider.Definition) []variable {
	base := "base URL of the tenant"
	if def.BaseDefault != "" {
		base = "base URL; optional, `" + def.BaseDefault + "` when unset"
	}
	vs := []variable{{def.TokenVar, "credential for " + def.Title}, {def.BaseVar, base}}
	for _, s := range def.Bindings {
		meaning := "the value behind `" + s.Placeholder + "`"
		if s.Lookup != nil {
			meaning += "; optional, " + s.Lookup.What + " when unset"
		}
		vs = append(vs, variable{s.Var, meaning})
	}
	return vs
}

func variableTable() string {
	b := "\n| variable | meaning |\n|---|---|\n"
	for _, def := range provider.All() {
		for _, v := range variables(def) {
			b += fmt.Sprintf("| `%s` | %s |\n", v.name, v.meaning)
		}
	}
	return b + "\n"
}

// devrevIn is DevRev's server in one of the simulator's states.
func devrevIn(t *testing.T, state string) http.Handler {
	t.Helper()
	h, err := simulator.New(&provider.DevRev, state)
	require.NoError(t, err)
	return h
}

// standIn serves a tenant on loopback and returns the variables that lead to it.
func standIn(t *testing.T, h http.Handler) []string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	_, token, seeds := simulator.Tenant(&provider.DevRev)
	env := []string{"DEVREV_BASE_URL=" + server.URL, "DEVREV_TOKEN=" + token}
	for name, value := range seeds {
		env = append(env, name+"="+value)
	}
	return env
}

// withoutSecretHandler is a vendor that has stopped to answer a documented member.
func withoutSecretHandler(w http.ResponseWriter, _ *http.Request) {
	_, _, seeds := simulator.Tenant(&provider.DevRev)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"webhook": {"id": %q, "status": "active", "url": "https://hooks.acme.example/devrev/events"}}`, seeds["DEVREV_WEBHOOK_ID"])
}

// cassetteDiff is what a team sees when the vendor has begun to answer members
// that it does not document.
func cassetteDiff(t *testing.T, command string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "devrev", "webhooks.list", "200.yaml")
	read := func(state string) []byte {
		_, stderr, code := record(t, command, standIn(t, devrevIn(t, state)), "refresh", "--pace=0s", "--out", dir, "devrev/webhooks.list/200")
		require.Zero(t, code, "%s", stderr)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		return data
	}
	const name = "testdata/cassettes/devrev/webhooks.list/200.yaml"
	text := string(diff.Diff("a/"+name, read(""), "b/"+name, read("undocumented")))
	_, text, _ = strings.Cut(text, "\n")
	return text
}

// record runs the command with nothing of the caller's environment that leads to
// a tenant.
func record(t *testing.T, command string, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(withoutTenant(os.Environ()), env...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil {
		require.True(t, errors.As(err, &exit), "%v", err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}
