package webhooktest_test

import (
	"embed"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// every is each option.
var every = []struct {
	name   string
	option webhooktest.Option
}{
	{"AcceptDrift", webhooktest.AcceptDrift()},
	{"AllowProblems", webhooktest.AllowProblems("/webhook/secret")},
	{"AllowUnused", webhooktest.AllowUnused()},
	{"InOrder", webhooktest.InOrder()},
	{"Keep", webhooktest.Keep("/webhook/team")},
	{"NoDefaults", webhooktest.NoDefaults()},
	{"OnNews", webhooktest.OnNews(func(webhooktest.Problem) {})},
	{"OnRequest", webhooktest.OnRequest(func(*http.Request) {})},
	{"Pinned", webhooktest.Pinned("/webhook/modified_date")},
	{"Redact", webhooktest.Redact("/webhook/team")},
	{"OwnScenarios", webhooktest.OwnScenarios(fstest.MapFS{"devrev/webhooks.get/401.yaml": {}})},
	{"Seed", webhooktest.Seed("don:integration:dvrv-us-1:devo/example:webhook/second", "SECOND")},
	{"SentBy", webhooktest.SentBy(webhooktest.Sender{Hex: true})},
	{"Strict", webhooktest.Strict()},
	{"Transport", webhooktest.Transport(http.DefaultTransport)},
	{"Varies", webhooktest.Varies("/secret")},
	{"Verbatim", webhooktest.Verbatim()},
	{"Webhooks", webhooktest.Webhooks(1)},
}

// documented is the table of the package comment: for each option the calls to which
// it applies.
func documented(t *testing.T) (order []string, applies map[string][]string) {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(text), "//\toption ")
	require.True(t, ok, "the package comment has no table of the options")
	table, _, _ = strings.Cut("option "+table, "\n//\n")
	lines := strings.Split(strings.ReplaceAll(table, "//\t", ""), "\n")
	columns := regexp.MustCompile(`\w+(, \w+)*`).FindAllStringIndex(lines[0], -1)[1:]
	applies = map[string][]string{}
	for i, at := range columns {
		names := strings.Split(lines[0][at[0]:at[1]], ", ")
		order = append(order, names...)
		for _, line := range lines[1:] {
			name := strings.Fields(line)[0]
			end := len(line)
			if i+1 < len(columns) {
				end = min(end, columns[i+1][0])
			}
			if at[0] < end && strings.Contains(line[at[0]:end], "x") {
				applies[name] = append(applies[name], names...)
			}
		}
	}
	return order, applies
}

// calls are the calls that take a provider with options; each returns what it
// says of a mistake.
func calls(t *testing.T) map[string]func(webhooktest.Provider) string {
	t.Helper()
	file := vcrtest.CassettePath(t)
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
		"Simulate": func(p webhooktest.Provider) string {
			return fatal(func(tb testing.TB) { webhooktest.Simulate(tb, p) })
		},
		"Validate": func(p webhooktest.Provider) string {
			req, _ := http.NewRequest(http.MethodPost, p.BaseURL()+"/webhooks.delete", nil)
			return vcrtest.SaidBy(webhooktest.Validate(p, &http.Response{StatusCode: 200, Request: req, Header: http.Header{"Content-Type": {"application/json"}}, Body: http.NoBody}))
		},
		"ValidateBody": func(p webhooktest.Provider) string {
			return vcrtest.SaidBy(webhooktest.ValidateBody(p, "webhooks.delete", 200, "", []byte("{}")))
		},
	}
}

// Each option on each call has an effect, or is refused by name: as the package
// comment says. No option is left out there.
func TestOption_everyOptionOnEveryCall(t *testing.T) {
	order, applies := documented(t)
	all := calls(t)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(all)), order)
	assert.Len(t, applies, len(every))
	for _, o := range every {
		assert.Contains(t, applies, o.name)
		for _, call := range order {
			said := all[call](webhooktest.DevRev.With(o.option))
			refused := strings.Contains(said, "option "+o.name+" has no effect on "+call+", ")
			assert.Equal(t, !slices.Contains(applies[o.name], call), refused, "%s on %s: %s", o.name, call, said)
		}
	}
	exported := regexp.MustCompile(`(?m)^func (\w+)\(.*\) Option \{$`)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var options int
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range exported.FindAllStringSubmatch(string(text), -1) {
			if m[1] != "option" && m[1] != "pointers" && m[1] != "owning" {
				options++
				assert.Contains(t, applies, m[1], "an option that the table lacks")
			}
		}
	}
	assert.Equal(t, len(every), options)
}

// Without a step nothing answers, and few options have an effect.
func TestOption_withoutAStep(t *testing.T) {
	for _, o := range every {
		p := webhooktest.DevRev
		if o.name == "Strict" {
			p = webhooktest.DVelop
		}
		option := o.option
		if o.name == "OwnScenarios" { // a sound one
			option = webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml"))
		}
		for call, use := range map[string]func(tb testing.TB){
			"Replay":       func(tb testing.TB) { webhooktest.Replay(tb, p.With(option)) },
			"ReplayServer": func(tb testing.TB) { webhooktest.ReplayServer(tb, p.With(option)) },
		} {
			said := tbtest.New(t.Name()).Run(use).Failures()
			if o.name == "NoDefaults" || o.name == "OnRequest" {
				assert.Empty(t, said, o.name)
				continue
			}
			assert.Contains(t, said, "option "+o.name+" has no effect on "+call+" without a step, only on ", o.name)
		}
	}
}

// What is given to one call applies to it as what With gives, and to no other.
func TestOption_perCall(t *testing.T) {
	file := vcrtest.CassettePath(t)
	data, err := os.ReadFile(filepath.Join("..", "cassettes", "devrev", "webhooks.get", "200.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev, file, webhooktest.AllowUnused()) })
	assert.Empty(t, w.Errors())
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev, nil, webhooktest.AllowUnused()) })
	assert.Empty(t, w.Errors())
	const body = `{"webhooks": 1}`
	require.Error(t, webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.list", 200, "", []byte(body)))
	require.NoError(t, webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.list", 200, "", []byte(body), webhooktest.AllowProblems("/webhooks")))
	resp := &http.Response{
		StatusCode: 200, Request: vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.list/200").Request(),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
	require.Error(t, webhooktest.Validate(webhooktest.DevRev, resp))
	require.NoError(t, webhooktest.Validate(webhooktest.DevRev, resp, webhooktest.AllowProblems("/webhooks")))
}

// Every mistake in an option is an error of each call on which the option has an
// effect, and the same in all of them. The texts stand in
// testdata/golden/messages/options.golden.
func TestOption_mistakes(t *testing.T) {
	const id = "don:integration:dvrv-us-1:devo/example:webhook/second"
	missing, empty := filepath.Join(t.TempDir(), "missing"), t.TempDir()
	mine := fstest.MapFS{"devrev/webhooks.get/401.yaml": {}}
	tests := []struct {
		option string // empty for all
		given  []webhooktest.Option
	}{
		{"", []webhooktest.Option{nil}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(nil)}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(os.DirFS(missing))}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(os.DirFS(empty))}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(fs.FS(fstest.MapFS{"dvelop/GetWebHook/200-json.yaml": {}}))}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhook.get/200.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhooks.get/404.yaml", "devrev/webhooks.get/404_route.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhooks.get/200.yml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhooks.get-200.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhooks/get/200.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/a/b.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/a/1.yaml", "devrev/a/2.yaml", "devrev/a/3.yaml", "devrev/a/4.yaml", "devrev/a/5.yaml")}},
		{"OwnScenarios", []webhooktest.Option{owning("devrev/webhooks.get/200.rejected.yaml")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhook/status")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("X-Nobody")}},
		{"Keep", []webhooktest.Option{webhooktest.Keep("webhook")}},
		{"Keep", []webhooktest.Option{webhooktest.Keep("/webhook/~2")}},
		{"Redact", []webhooktest.Option{webhooktest.Redact("/webhok/status")}},
		{"OnRequest", []webhooktest.Option{webhooktest.OnRequest(nil)}},
		{"OnNews", []webhooktest.Option{webhooktest.OnNews(nil)}},
		{"Transport", []webhooktest.Option{webhooktest.Transport(nil)}},
		{"Transport", []webhooktest.Option{webhooktest.Transport((*http.Transport)(nil))}},
		{"Transport", []webhooktest.Option{webhooktest.Transport((*noTransport)(nil))}},
		{"Transport", []webhooktest.Option{webhooktest.Transport(http.DefaultTransport), webhooktest.Transport(&noTransport{})}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios((*embed.FS)(nil))}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(fstest.MapFS(nil))}},
		{"OwnScenarios", []webhooktest.Option{webhooktest.OwnScenarios(mine), webhooktest.OwnScenarios(fs.FS(mine))}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems()}},
		{"Keep", []webhooktest.Option{webhooktest.Keep()}},
		{"Varies", []webhooktest.Option{webhooktest.Varies()}},
		{"Redact", []webhooktest.Option{webhooktest.Redact([]string{}...)}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("/")}},
		{"Keep", []webhooktest.Option{webhooktest.Keep("/webhook/")}},
		{"Varies", []webhooktest.Option{webhooktest.Varies("/")}},
		{"Redact", []webhooktest.Option{webhooktest.Redact("//secret")}},
		{"Strict", []webhooktest.Option{webhooktest.Strict()}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("secret")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("url")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("created_date")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhooks.get")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("secrte")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("SECRET")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhook.secret")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems(" id")}},
		{"Keep", []webhooktest.Option{webhooktest.Keep("")}},
		{"Keep", []webhooktest.Option{webhooktest.Keep("?")}},
		{"Redact", []webhooktest.Option{webhooktest.Redact("")}},
		{"Varies", []webhooktest.Option{webhooktest.Varies("")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("?id")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("?limit")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("content-type")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("Retry_After")}},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("X-Nonsense")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed("", "")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id+" ", "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed("a\x00b", "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed("a\xffb", "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRevUnknownWebhookID, "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND=1")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "2ND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_TOKEN")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_BASE_URL")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_WEBHOOK_ID")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DVELOP_TOKEN")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, webhooktest.RecordVar)}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRevWebhookID, "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(strings.ToUpper(id), "SECOND"), webhooktest.Seed(id, "THIRD")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed("sent-word-1", "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.Token, "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRev.BaseURL(), "SECOND")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND"), webhooktest.Seed(id, "THIRD")}},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND"), webhooktest.Seed(id+"s", "SECOND")}},
	}
	var texts []string
	all := calls(t)
	_, applies := documented(t)
	for _, test := range tests {
		p := webhooktest.DevRev.With(test.given...)
		text := ""
		for _, o := range every {
			if test.option != "" && o.name != test.option {
				continue
			}
			for _, call := range applies[o.name] {
				said := strings.TrimPrefix(all[call](p), "webhooktest: ")
				if text == "" {
					text = said
				}
				assert.Equal(t, text, said, "%s on %s", test.option, call)
			}
		}
		require.NotEmpty(t, text, test.option)
		texts = append(texts, strings.NewReplacer(missing, "%MISSING%", empty, "%EMPTY%").Replace(text))
	}
	vcrtest.AssertMessages(t, "options", len(tests), texts)
	for _, sound := range []webhooktest.Option{
		webhooktest.AllowProblems("Origin", "Content-Type", "id", ""), webhooktest.AllowProblems("/webhooks/*/url", "/webhooks/0/id"),
		webhooktest.Keep("/webhook/team", "/anything"), webhooktest.Redact("/webhook/a~1b"),
	} {
		assert.NotContains(t, all["Open"](webhooktest.DevRev.With(sound)), "pointer")
	}
}

// owning is OwnScenarios with files of these names.
func owning(files ...string) webhooktest.Option {
	fsys := fstest.MapFS{}
	for _, file := range files {
		fsys[file] = &fstest.MapFile{}
	}
	return webhooktest.OwnScenarios(fsys)
}

// noTransport is a transport whose pointer may be nil.
type noTransport struct{ next http.RoundTripper }

func (n *noTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	return n.next.RoundTrip(req)
}

// Both functions are called, in the order in which they were given, by every
// call to which the option applies.
func TestOption_functionsGivenTwice(t *testing.T) {
	var heard []string
	request := func(name string) webhooktest.Option {
		return webhooktest.OnRequest(func(req *http.Request) {
			heard = append(heard, name+" "+req.Header.Get("Accept"))
			req.Header.Set("Accept", "changed") // the next one has a copy of its own
		})
	}
	news := func(name string) webhooktest.Option {
		return webhooktest.OnNews(func(p webhooktest.Problem) { heard = append(heard, name+" "+p.Pointer) })
	}
	own := webhooktest.OwnScenarios(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"colour": "red", "secret": `))
	p := webhooktest.DevRev.With(own, request("first"), news("third")).With(request("second"), news("fourth"))
	p.With(request("another"), news("another")) // a provider of its own
	req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
	req.Header.Set("Accept", "application/json")
	vcrtest.Send(t, webhooktest.Replay(t, p, "webhooks.get/200"), req)
	assert.Equal(t, []string{"first application/json", "second application/json", "third /webhook/colour", "fourth /webhook/colour"}, heard)

	heard = nil
	p = webhooktest.DevRev.With(news("first"), news("second"))
	require.NoError(t, webhooktest.ValidateBody(p, "webhooks.list", 200, "", []byte(`{"webhooks":[],"colour":1}`)))
	assert.Equal(t, []string{"first /colour", "second /colour"}, heard)
}
