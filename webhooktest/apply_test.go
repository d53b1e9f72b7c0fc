package webhooktest_test

import (
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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
	own := webhooktest.Scenarios(edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"colour": "red", "secret": `))
	p := webhooktest.DevRev.With(own, request("first"), news("third")).With(request("second"), news("fourth"))
	p.With(request("another"), news("another")) // a provider of its own
	req := getWebhook(t, webhooktest.DevRevWebhookID)
	req.Header.Set("Accept", "application/json")
	send(t, webhooktest.Replay(t, p, "webhooks.get/200"), req)
	assert.Equal(t, []string{"first application/json", "second application/json", "third /webhook/colour", "fourth /webhook/colour"}, heard)

	heard = nil
	p = webhooktest.DevRev.With(news("first"), news("second"))
	require.NoError(t, webhooktest.ValidateBody(p, "webhooks.list", 200, "", []byte(`{"webhooks":[],"colour":1}`)))
	assert.Equal(t, []string{"first /colour", "second /colour"}, heard)
}

// What makes no sense is an error of every call to which the option applies, and
// says what to do.
func TestOption_senseless(t *testing.T) {
	const id = "don:integration:dvrv-us-1:devo/example:webhook/second"
	mine := fstest.MapFS{"devrev/webhooks.get/401.yaml": {}}
	for _, test := range []struct {
		name   string
		option []webhooktest.Option
		want   string
	}{
		{"OnRequest", []webhooktest.Option{webhooktest.OnRequest(nil)}, "OnRequest(nil): give a function, or leave the option out"},
		{"OnNews", []webhooktest.Option{webhooktest.OnNews(nil)}, "OnNews(nil): give a function, or leave the option out"},
		{"Transport", []webhooktest.Option{webhooktest.Transport(nil)}, "Transport(nil): give a transport, or leave the option out"},
		{"Transport", []webhooktest.Option{webhooktest.Transport((*http.Transport)(nil))}, "Transport: the *http.Transport is nil; give a transport"},
		{"Transport", []webhooktest.Option{webhooktest.Transport((*noTransport)(nil))}, "Transport: the *webhooktest_test.noTransport is nil"},
		{"Transport", []webhooktest.Option{webhooktest.Transport(http.DefaultTransport), webhooktest.Transport(&noTransport{})}, "Transport is given twice, and only one can send; leave one out"},
		{"Scenarios", []webhooktest.Option{webhooktest.Scenarios(nil)}, "Scenarios(nil): name a file system"},
		{"Scenarios", []webhooktest.Option{webhooktest.Scenarios((*embed.FS)(nil))}, "Scenarios: the *embed.FS is nil; name a file system"},
		{"Scenarios", []webhooktest.Option{webhooktest.Scenarios(fstest.MapFS(nil))}, "Scenarios: the fstest.MapFS is nil; name a file system"},
		{"Scenarios", []webhooktest.Option{webhooktest.Scenarios(mine), webhooktest.Scenarios(fs.FS(mine))}, "Scenarios is given twice, and only one can be replayed; leave one out"},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems()}, `AllowProblems() names nothing; name a JSON pointer, such as "/id", or leave the option out`},
		{"Keep", []webhooktest.Option{webhooktest.Keep()}, "Keep() names nothing"},
		{"Varies", []webhooktest.Option{webhooktest.Varies()}, "Varies() names nothing"},
		{"Redact", []webhooktest.Option{webhooktest.Redact([]string{}...)}, "Redact() names nothing"},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("/")}, `AllowProblems("/"): a member without a name is documented nowhere; leave out the slash at the end`},
		{"Keep", []webhooktest.Option{webhooktest.Keep("/webhook/")}, `Keep("/webhook/"): a member without a name`},
		{"Varies", []webhooktest.Option{webhooktest.Varies("/")}, `Varies("/"): a member without a name`},
		{"Redact", []webhooktest.Option{webhooktest.Redact("//secret")}, `Redact("//secret"): a member without a name is documented nowhere; leave out the second slash`},
		{"Strict", []webhooktest.Option{webhooktest.Strict()}, "Strict has no effect on DevRev, for which there is no inferred profile, only on d.velop; leave it out"},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("secret")}, `AllowProblems("secret"): DevRev documents no header and no query key of that name; a member of a body is named by its pointer, such as "/secret" or "/webhook/secret"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("url")}, `a member of a body is named by its pointer, such as "/url" or "/webhook/url"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("created_date")}, `such as "/webhook/created_date" or "/webhooks/*/created_date"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhook/status")}, `AllowProblems("webhook/status"): that is no JSON pointer; one begins with a slash, such as "/webhook/status"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhooks.get")}, `AllowProblems("webhooks.get"): DevRev documents no header and no query key of that name; a member of a body is named by its pointer`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("secrte")}, `named by its pointer, such as "/secret" or "/webhook/secret"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("SECRET")}, `named by its pointer, such as "/secret" or "/webhook/secret"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("webhook.secret")}, `named by its pointer, such as "/webhook/secret"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems(" id")}, `AllowProblems(" id"): DevRev documents no header and no query key of that name; did you mean "id"?`},
		{"Keep", []webhooktest.Option{webhooktest.Keep("")}, `Keep(""): that is no JSON pointer; name one, such as "/id"`},
		{"Keep", []webhooktest.Option{webhooktest.Keep("?")}, `Keep("?"): that is no JSON pointer; name one, such as "/id"`},
		{"Redact", []webhooktest.Option{webhooktest.Redact("")}, `Redact(""): that is no JSON pointer; name one`},
		{"Varies", []webhooktest.Option{webhooktest.Varies("")}, `Varies(""): that is no JSON pointer; name one`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("?id")}, `AllowProblems("?id"): a query key is named as such: "id"`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("?limit")}, `AllowProblems("?limit"): DevRev documents no query key "limit", only "id" and "status"; a query key is named as such`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("content-type")}, `AllowProblems("content-type"): the contract of DevRev speaks of no header of that name; did you mean "Content-Type"?`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("Retry_After")}, `did you mean "Retry-After"?`},
		{"AllowProblems", []webhooktest.Option{webhooktest.AllowProblems("X-Nonsense")}, `AllowProblems("X-Nonsense"): the contract of DevRev speaks of no header of that name; it speaks of Accept, Authorization,`},
		{"Seed", []webhooktest.Option{webhooktest.Seed("", "")}, `Seed("", ""): the placeholder is empty; give an id such as "` + webhooktest.DevRevWebhookID},
		{"Seed", []webhooktest.Option{webhooktest.Seed("", "")}, `Seed("", ""): the name of the variable is empty; give one such as SECOND_WEBHOOK_ID`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id+" ", "SECOND")}, `"SECOND"): the placeholder has white space in it`},
		{"Seed", []webhooktest.Option{webhooktest.Seed("a\x00b", "SECOND")}, `"SECOND"): the placeholder has a character in it that cannot be printed`},
		{"Seed", []webhooktest.Option{webhooktest.Seed("a\xffb", "SECOND")}, `"SECOND"): the placeholder has a character in it that cannot be printed`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRevUnknownWebhookID, "SECOND")}, `"SECOND"): the placeholder is a made-up id, which stands for itself`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND=1")}, `"SECOND=1"): that is no name of a variable`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "2ND")}, `"2ND"): that is no name of a variable`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_TOKEN")}, `"DEVREV_TOKEN"): that variable has a meaning of its own; name another`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_BASE_URL")}, `that variable has a meaning of its own`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DEVREV_WEBHOOK_ID")}, `that variable has a meaning of its own`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "DVELOP_TOKEN")}, `that variable has a meaning of its own`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, webhooktest.RecordVar)}, `that variable has a meaning of its own`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRevWebhookID, "SECOND")}, `the placeholder stands for DEVREV_WEBHOOK_ID already; set that, or give another placeholder`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(strings.ToUpper(id), "SECOND"), webhooktest.Seed(id, "THIRD")}, `"THIRD"): the placeholder stands for SECOND already`},
		{"Seed", []webhooktest.Option{webhooktest.Seed("sent-word-1", "SECOND")}, `the placeholder begins as those do that stand for what a test sends`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.Token, "SECOND")}, `the placeholder stands for DEVREV_TOKEN already`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(webhooktest.DevRev.BaseURL(), "SECOND")}, `the placeholder stands for DEVREV_BASE_URL already`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND"), webhooktest.Seed(id, "THIRD")}, `Seed("` + id + `", "THIRD"): the placeholder stands for SECOND already`},
		{"Seed", []webhooktest.Option{webhooktest.Seed(id, "SECOND"), webhooktest.Seed(id+"s", "SECOND")}, `"SECOND"): that variable gives the value of "` + id + `" already; name another`},
	} {
		p := webhooktest.DevRev.With(test.option...)
		all := calls(t)
		asked := 0
		for _, o := range every {
			if o.name != test.name {
				continue
			}
			for _, call := range slices.Sorted(maps.Keys(all)) {
				if strings.Contains(" "+o.applies+" ", " "+call+" ") {
					said := all[call](p)
					asked++
					assert.Contains(t, said, test.want, "%s on %s", test.name, call)
				}
			}
		}
		assert.NotZero(t, asked, test.name)
	}
}

// Every header that the contract speaks of, every documented query key and the
// body as a whole are named without a slash, and nothing else is.
func TestAllowProblems_everyName(t *testing.T) {
	for _, tc := range []struct {
		p     webhooktest.Provider
		names []string
	}{
		{webhooktest.DevRev, []string{"", "id", "status", "Accept", "Authorization", "Content-Encoding", "Content-Type", "Host", "Location", "Origin", "Retry-After", "X-Devrev-Scope", "X-Devrev-Version", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"}},
		{webhooktest.DVelop, []string{"", "Accept", "Authorization", "Content-Encoding", "Content-Type", "Cookie", "Host", "Location", "Origin", "Retry-After", "Vary", "Www-Authenticate"}},
	} {
		for _, name := range tc.names {
			assert.NotContains(t, saidBy(webhooktest.ValidateBody(tc.p.With(webhooktest.AllowProblems(name)), "none", 200, "", nil)), "AllowProblems", name)
		}
	}
	for _, name := range []string{"id", "?id", "X-Ratelimit-Limit", "uri", "restrictions", "GetWebHook", "application/json"} {
		assert.Contains(t, saidBy(webhooktest.ValidateBody(webhooktest.DVelop.With(webhooktest.AllowProblems(name)), "GetWebHook", 200, "", []byte(`{}`))), "AllowProblems", name)
	}
}

func TestChecked_nilTransport(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev, (*noTransport)(nil)) })
	assert.Equal(t, "webhooktest: the transport for Checked, a *webhooktest_test.noTransport, is nil; give one, or nil alone for http.DefaultTransport", w.Failures())
}
