package webhooktest_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// every is each option with the calls on which it has an effect.
var every = []struct {
	name    string
	option  webhooktest.Option
	applies string
}{
	{"AllowUnused", webhooktest.AllowUnused(), "Replay ReplayServer Open Checked"},
	{"AllowProblems", webhooktest.AllowProblems("/webhook/secret"), "Replay ReplayServer Open Checked Validate ValidateBody"},
	{"AcceptDrift", webhooktest.AcceptDrift(), "Open"},
	{"Redact", webhooktest.Redact("/webhook/team"), "Open"},
	{"Keep", webhooktest.Keep("/webhook/team"), "Open"},
	{"Seed", webhooktest.Seed("don:integration:dvrv-us-1:devo/example:webhook/second", "SECOND"), "Open"},
	{"Scenarios", webhooktest.Scenarios(fstest.MapFS{"devrev/webhooks.get/401.yaml": {}}), "Replay ReplayServer"},
	{"OnRequest", webhooktest.OnRequest(func(*http.Request) {}), "Replay ReplayServer Open"},
	{"OnNews", webhooktest.OnNews(func(webhooktest.Problem) {}), "Replay ReplayServer Open Checked Validate ValidateBody"},
	{"Transport", webhooktest.Transport(http.DefaultTransport), "Open"},
	{"NoDefaults", webhooktest.NoDefaults(), "Replay ReplayServer Open"},
	{"InOrder", webhooktest.InOrder(), "Replay ReplayServer Open"},
	{"Varies", webhooktest.Varies("/secret"), "Open"},
	{"Strict", webhooktest.Strict(), "Replay ReplayServer Open Checked Validate ValidateBody"},
}

// calls are the calls that take a provider with options; each returns what it
// says of a mistake.
func calls(t *testing.T) map[string]func(webhooktest.Provider) string {
	t.Helper()
	file := cassettePath(t)
	data, err := os.ReadFile(filepath.Join("..", "cassettes", "devrev", "webhooks.get", "200.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	fatal := func(f func(tb testing.TB)) string {
		w := tbtest.New(t.Name()).Run(f)
		return w.Failures()
	}
	return map[string]func(webhooktest.Provider) string{
		"Replay": func(p webhooktest.Provider) string {
			return fatal(func(tb testing.TB) { webhooktest.Replay(tb, p, "webhooks.get/200") })
		},
		"ReplayServer": func(p webhooktest.Provider) string {
			return fatal(func(tb testing.TB) { webhooktest.ReplayServer(tb, p, "webhooks.get/200") })
		},
		"Open": func(p webhooktest.Provider) string {
			return fatal(func(tb testing.TB) { webhooktest.Open(tb, p, file) })
		},
		"Checked": func(p webhooktest.Provider) string {
			return fatal(func(tb testing.TB) { webhooktest.Checked(tb, p, nil) })
		},
		"Validate": func(p webhooktest.Provider) string {
			req, _ := http.NewRequest(http.MethodPost, p.BaseURL()+"/webhooks.delete", nil)
			return saidBy(webhooktest.Validate(p, &http.Response{StatusCode: 200, Request: req, Header: http.Header{"Content-Type": {"application/json"}}, Body: http.NoBody}))
		},
		"ValidateBody": func(p webhooktest.Provider) string {
			return saidBy(webhooktest.ValidateBody(p, "webhooks.delete", 200, "", []byte("{}")))
		},
	}
}

func saidBy(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Each option on each call has an effect, or is refused by name.
func TestOption_everyOptionOnEveryCall(t *testing.T) {
	order := []string{"Replay", "ReplayServer", "Open", "Checked", "Validate", "ValidateBody"}
	all := calls(t)
	require.Len(t, all, len(order))
	for _, o := range every {
		row := ""
		for _, call := range order {
			said := all[call](webhooktest.DevRev.With(o.option))
			applies := strings.Contains(" "+o.applies+" ", " "+call+" ")
			refused := strings.Contains(said, "option "+o.name+" has no effect on "+strings.TrimSuffix(strings.TrimSuffix(call, "Server"), "Body"))
			assert.Equal(t, !applies, refused, "%s on %s: %s", o.name, call, said)
			row += map[bool]string{true: "\t" + call, false: "\t-"}[applies]
		}
		t.Logf("%-14s%s", o.name, row)
	}
}

// Every mistake in an option is an error of each call to which the option
// applies, and names what was given.
func TestOption_mistakes(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	empty := t.TempDir()
	for _, test := range []struct {
		option webhooktest.Option
		call   string
		want   string
	}{
		{nil, "Replay", "option 1 of With is nil"},
		{nil, "Checked", "option 1 of With is nil"},
		{webhooktest.Scenarios(nil), "Replay", "Scenarios(nil): name a file system"},
		{webhooktest.Scenarios(os.DirFS(missing)), "Replay", `Scenarios: directory "` + missing + `" does not exist`},
		{webhooktest.Scenarios(os.DirFS(empty)), "ReplayServer", `Scenarios: directory "` + empty + `" holds no cassette of DevRev; expected devrev/OPERATION/SCENARIO.yaml`},
		{webhooktest.Scenarios(fs.FS(fstest.MapFS{"dvelop/GetWebHook/200-json.yaml": {}})), "Replay", "the file system holds no cassette of DevRev"},
		{owning("devrev/webhook.get/200.yaml"), "Replay", `Scenarios: "devrev/webhook.get/200.yaml" has the name of no scenario of DevRev, so that nothing replays it; did you mean "devrev/webhooks.get/200.yaml"?`},
		{owning("devrev/webhooks.get/404.yaml", "devrev/webhooks.get/404_route.yaml"), "ReplayServer", `"devrev/webhooks.get/404_route.yaml" has the name of no scenario of DevRev, so that nothing replays it; did you mean "devrev/webhooks.get/404-route.yaml"?`},
		{owning("devrev/webhooks.get/200.yml"), "Replay", `did you mean "devrev/webhooks.get/200.yaml"?`},
		{owning("devrev/webhooks.get-200.yaml"), "Replay", `did you mean "devrev/webhooks.get/200.yaml"?`},
		{owning("devrev/webhooks/get/200.yaml"), "Replay", `did you mean "devrev/webhooks.get/200.yaml"?`},
		{owning("devrev/a/b.yaml"), "Replay", `"devrev/a/b.yaml" has the name of no scenario of DevRev, so that nothing replays it; go run example.com/webhookvcr/cmd/record list shows those that there are`},
		{owning("devrev/a/1.yaml", "devrev/a/2.yaml", "devrev/a/3.yaml", "devrev/a/4.yaml", "devrev/a/5.yaml"), "Replay", "\nScenarios: and 2 files more"},
		{owning("devrev/webhooks.get/200.rejected.yaml"), "Replay", "the file system holds no cassette of DevRev"},
		{webhooktest.AllowProblems("webhook/status"), "Checked", `AllowProblems("webhook/status"): that is no JSON pointer; one begins with a slash, such as "/webhook/status"`},
		{webhooktest.AllowProblems("X-Nobody"), "Open", `AllowProblems("X-Nobody"): the contract of DevRev speaks of no header of that name`},
		{webhooktest.Keep("webhook"), "Open", `Keep("webhook"): that is no JSON pointer`},
		{webhooktest.Keep("/webhook/~2"), "Open", `Keep("/webhook/~2"): that is no JSON pointer; in one, ~0 stands for ~ and ~1 for /`},
		{webhooktest.Redact("/webhok/status"), "Open", `Redact("/webhok/status"): no body that DevRev documents has a member "webhok", so the pointer can match nothing; did you mean "/webhook/status"?`},
	} {
		said := calls(t)[test.call](webhooktest.DevRev.With(test.option))
		assert.Contains(t, said, test.want)
	}
	for _, sound := range []webhooktest.Option{
		webhooktest.AllowProblems("Origin", "Content-Type", "id", ""), webhooktest.AllowProblems("/webhooks/*/url", "/webhooks/0/id"),
		webhooktest.Keep("/webhook/team", "/anything"), webhooktest.Redact("/webhook/a~1b"),
	} {
		assert.NotContains(t, calls(t)["Open"](webhooktest.DevRev.With(sound)), "pointer")
	}
}

// owning is Scenarios with files of these names.
func owning(files ...string) webhooktest.Option {
	fsys := fstest.MapFS{}
	for _, file := range files {
		fsys[file] = &fstest.MapFile{}
	}
	return webhooktest.Scenarios(fsys)
}

// What is no cassette, or another vendor's, may stand beside a team's scenarios.
func TestScenarios_others(t *testing.T) {
	fsys := edited(t, "devrev/webhooks.get/200.yaml")
	for _, file := range []string{
		"devrev/README.md", "devrev/webhooks.get/200.json", "devrev/webhooks.get/401.rejected.yaml", "devrev/webhooks.get/.200.yaml",
		"dvelop/no/such.yaml", "own.yaml",
	} {
		fsys[file] = &fstest.MapFile{}
	}
	send(t, webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.Scenarios(fsys)), "webhooks.get/200"), getWebhook(t, webhooktest.DevRevWebhookID))
}

// A Checked transport that saw nothing of the API has checked nothing.
func TestChecked_sawNothing(t *testing.T) {
	const want = "Checked saw no request of an operation that DevRev documents"
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev, nil) })
	assert.Contains(t, w.Failures(), want)
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), nil) })
	assert.Empty(t, w.Errors())
}

// The switch that asks for a recording of another file says that it does not ask
// for this one.
func TestOpen_switchOfAnotherFile(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, ".*/flow.yaml")
	file := cassettePath(t)
	data, err := os.ReadFile(filepath.Join("..", "cassettes", "devrev", "webhooks.get", "200.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), file) })
	assert.Contains(t, strings.Join(w.Logs(), "\n"), "WEBHOOKTEST_RECORD is set, but does not match "+filepath.ToSlash(file)+" as a whole")
}
