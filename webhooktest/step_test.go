package webhooktest_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A change rewrites the answer in place: what it does not name keeps its order, its
// layout and its digits, and the lengths follow.
func TestChanged(t *testing.T) {
	const get = webhooktest.Step("webhooks.get/200")
	_, recorded := vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev, get), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	for name, tc := range map[string]struct {
		step webhooktest.Step
		want string
	}{
		"set":     {webhooktest.Changed(get, webhooktest.Set("/webhook/status", "inactive")), strings.Replace(recorded, `"status": "active"`, `"status": "inactive"`, 1)},
		"digits":  {webhooktest.Changed(get, webhooktest.Set("/webhook/created_by/display_picture/file/size", json.Number("20480"))), strings.Replace(recorded, "20481", "20480", 1)},
		"add":     {webhooktest.Changed(get, webhooktest.Set("/webhook/event_types/-", "part_created")), strings.Replace(recorded, `"work_deleted"`, "\"work_deleted\",\n      \"part_created\"", 1)},
		"twice":   {webhooktest.Changed(webhooktest.Changed(get, webhooktest.Set("/webhook/url", "https://example.com/x), Set(%22/y%22, 1)")), webhooktest.Set("/webhook/status", "inactive")), strings.Replace(strings.Replace(recorded, `"status": "active"`, `"status": "inactive"`, 1), `"https://example.com/url-1"`, `"https://example.com/x), Set(%22/y%22, 1)"`, 1)},
		"a whole": {webhooktest.Changed("webhooks.list/200", webhooktest.Body(json.RawMessage(`{ "webhooks": [] }`))), `{"webhooks":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
			if name == "a whole" {
				req = vcrtest.Scenario(t, webhooktest.DevRev, "webhooks.list/200").Request()
			}
			resp, body := vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always(tc.step)), req)
			assert.Equal(t, tc.want, body)
			assert.EqualValues(t, len(body), resp.ContentLength)
		})
	}
	_, again := vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev, get), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, recorded, again, "the shipped scenario stays as it is")
}

// A breach passes when it is the point of the test.
func TestChanged_allowed(t *testing.T) {
	p := webhooktest.DevRev.With(webhooktest.AllowProblems("/webhook/status"))
	_, body := vcrtest.Send(t, webhooktest.Replay(t, p, webhooktest.Changed("webhooks.get/200", webhooktest.Set("/webhook/status", 7))), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Contains(t, body, `"status": 7`)
}

// In whatever object of whatever answer a test puts a member that is not documented, it
// must say so; where the contract describes no members it need not.
func TestChanged_undocumented(t *testing.T) {
	counts := map[string]int{}
	for _, p := range webhooktest.Providers() {
		for _, s := range p.Scenarios() {
			body := firstAnswer(t, p, s.Name)
			for _, object := range objects(body) {
				pointer := object.Pointer() + "/colour"
				step := webhooktest.Changed(webhooktest.Step(s.Name), webhooktest.Set(pointer, "red"))
				says := mistakeOf(t, p, step)
				counts[fmt.Sprintf("%s %d: named %t, refused %t", p, s.Status, false, says != "")]++
				if says == "" {
					continue
				}
				assert.Contains(t, says, "answer "+pointer+" (line", s.Name)
				says = mistakeOf(t, p.With(webhooktest.AllowProblems(pointer)), step)
				counts[fmt.Sprintf("%s %d: named %t, refused %t", p, s.Status, true, says != "")]++
				assert.Empty(t, says, "%s %s", s.Name, pointer)
				for _, member := range object.Children {
					if len(member.Name) < 4 {
						continue
					}
					slip := member.Name[:len(member.Name)-2] + member.Name[len(member.Name)-1:] // a letter is missing
					says := mistakeOf(t, p, webhooktest.Changed(webhooktest.Step(s.Name), webhooktest.Set(object.Pointer()+"/"+slip, "x")))
					if !strings.Contains(says, "the contract closes this object") && !strings.Contains(says, "expected an object") { // it is said what must stand there
						assert.Contains(t, says, "is not documented; did you mean", "%s %s", s.Name, slip)
					}
				}
			}
		}
	}
	for _, line := range slices.Sorted(maps.Keys(counts)) {
		t.Log(line, counts[line])
	}
}

// What has no body cannot be changed, whatever is allowed.
func TestChanged_noBody(t *testing.T) {
	tried := 0
	for _, p := range webhooktest.Providers() {
		for _, s := range p.Scenarios() {
			if s.Status != http.StatusNoContent {
				continue
			}
			for _, c := range []webhooktest.Change{webhooktest.Body(map[string]any{}), webhooktest.Set("", nil), webhooktest.Set("/x", 1), webhooktest.Remove("/x")} {
				tried++
				says := mistakeOf(t, p.With(webhooktest.AllowProblems("")), webhooktest.Changed(webhooktest.Step(s.Name), c))
				assert.Contains(t, says, "an answer with HTTP status 204 to "+s.Request().Method+" has no body, so that a change of it has no effect; leave the changes out", s.Name)
			}
		}
	}
	assert.NotZero(t, tried)
}

// mistakeOf is what Replay has against a step; nothing when it takes it.
func mistakeOf(t *testing.T, p webhooktest.Provider, steps ...webhooktest.Step) string {
	t.Helper()
	return tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Replay(tb, p.With(webhooktest.AllowUnused()), steps...)
	}).Failures()
}

// firstAnswer is the body that a scenario answers its request with.
func firstAnswer(t *testing.T, p webhooktest.Provider, name string) *jsontext.Node {
	t.Helper()
	data, err := fs.ReadFile(cassettes.FS, strings.ToLower(strings.ReplaceAll(p.String(), ".", ""))+"/"+name+".yaml")
	require.NoError(t, err)
	file, err := cassette.Parse(name, data)
	require.NoError(t, err)
	n, err := jsontext.Parse([]byte(file.Interactions[0].Response.Body), jsontext.Bounds{})
	if err != nil {
		return nil // no JSON
	}
	return n
}

// objects are the objects of a value.
func objects(n *jsontext.Node) (all []*jsontext.Node) {
	if n == nil {
		return nil
	}
	if n.Kind == jsontext.BeginObject {
		all = append(all, n)
	}
	for _, child := range n.Children {
		all = append(all, objects(child)...)
	}
	return all
}

// Every mistake in a sequence is told where the sequence is given, in words that
// name the way out.
func TestSteps_mistakes(t *testing.T) {
	problem := regexp.MustCompile(`(?m)^(\tanswer /.*?:) .*$`) // package contract pins what it says
	var none webhooktest.Provider
	const get = webhooktest.Step("webhooks.get/200")
	for _, tc := range []struct {
		name  string
		p     webhooktest.Provider
		steps []webhooktest.Step
		says  string
	}{
		{"no provider", none, []webhooktest.Step{"webhooks.get/200"}, `webhooktest: the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop`},
		{"swapped digits", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/430"}, `webhooktest: devrev has no scenario "webhooks.get/430"; did you mean "webhooks.get/403"?`},
		{"the name that record list prints", webhooktest.DevRev, []webhooktest.Step{"devrev/webhooks.get/200"}, `webhooktest: devrev has no scenario "devrev/webhooks.get/200"; did you mean "webhooks.get/200"?`},
		{"a wrong digit", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/405"}, `webhooktest: devrev has no scenario "webhooks.get/405"; did you mean "webhooks.get/401", "webhooks.get/403" or "webhooks.get/404"?`},
		{"a status with variants", webhooktest.DVelop, []webhooktest.Step{"GetWebHook/200"}, `webhooktest: dvelop has no scenario "GetWebHook/200"; it has "GetWebHook/200-json", "GetWebHook/200-hal" and "GetWebHook/200-nulls"`},
		{"an operation", webhooktest.DevRev, []webhooktest.Step{"webhooks.list"}, `webhooktest: devrev has no scenario "webhooks.list"; it has webhooks.list/200, webhooks.list/200-get, webhooks.list/200-empty, webhooks.list/400-bad_request, webhooks.list/400-invalid_api_version and 11 more; go run example.com/webhookvcr/cmd/record list shows those that there are`},
		{"nothing near", webhooktest.DevRev, []webhooktest.Step{"the first page"}, `webhooktest: devrev has no scenario "the first page"; go run example.com/webhookvcr/cmd/record list shows those that there are`},
		{"the other provider's", webhooktest.DevRev, []webhooktest.Step{"GetWebHook/401"}, `webhooktest: devrev has no scenario "GetWebHook/401"; dvelop has it`},
		{
			"several mistakes", webhooktest.DevRev, []webhooktest.Step{"webhooks.get/200", "GetWebHook/401", webhooktest.Reset("webhooks.get/504")},
			"webhooktest: devrev has no scenario \"GetWebHook/401\"; dvelop has it\ndevrev has no scenario \"webhooks.get/504\"; did you mean \"webhooks.get/500\", \"webhooks.get/503\" or \"webhooks.get/404\"?",
		},
		{"two faults", webhooktest.DevRev, []webhooktest.Step{webhooktest.Reset(webhooktest.Timeout("webhooks.get/200"))}, `webhooktest: step Reset(Timeout("webhooks.get/200")) has two faults; a step fails in one way`},
		{"an unknown modifier", webhooktest.DevRev, []webhooktest.Step{"often:webhooks.get/200"}, `webhooktest: step "often:webhooks.get/200" begins with "often:", which is no modifier; use Always, Changed, Delay, Timeout, Reset, Truncated or NotJSON`},
		{
			"a hidden step", webhooktest.DevRev, []webhooktest.Step{webhooktest.Always("webhooks.get/200"), "webhooks.get/200-minimal"},
			`webhooktest: step "webhooks.get/200-minimal" never gets a request: Always("webhooks.get/200") before it answers every one; put "webhooks.get/200-minimal" first`,
		},
		{
			"a step hidden by two", webhooktest.DevRev, []webhooktest.Step{webhooktest.Always("webhooks.get/200"), webhooktest.Always("webhooks.get/200-get"), webhooktest.Timeout("webhooks.get/429")},
			`webhooktest: step Timeout("webhooks.get/429") never gets a request: Always("webhooks.get/200") and Always("webhooks.get/200-get") before it answers every one; put Timeout("webhooks.get/429") first`,
		},
		{"no time", webhooktest.DevRev, []webhooktest.Step{webhooktest.Delay(get, 0)}, `webhooktest: step Delay("webhooks.get/200", 0s) waits for 0s; give a time of more than 0`},
		{"no change", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get)}, `webhooktest: step Changed("webhooks.get/200") names no change; use Set, Remove or Body`},
		{"a nil change", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get, nil)}, `webhooktest: step Changed("webhooks.get/200", Body(!"the change is nil; use Set, Remove or Body")): Body: the change is nil; use Set, Remove or Body`},
		{
			"a value that is no JSON", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get, webhooktest.Set("/webhook/status", func() {}))},
			`webhooktest: step Changed("webhooks.get/200", Set("/webhook/status", !"json: unsupported type: func()")): Set("/webhook/status"): json: unsupported type: func()`,
		},
		{
			"a misspelt member", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get, webhooktest.Set("/webook/status", "x"))},
			`webhooktest: step Changed("webhooks.get/200", Set("/webook/status", "x")): Set("/webook/status"): the body has no member "webook"; did you mean "webhook"?`,
		},
		{
			"duplicates", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get, webhooktest.Duplicates(2))},
			`webhooktest: step Changed("webhooks.get/200", Duplicates(2)) has Duplicates, which has no effect on an answer; leave it out`,
		},
		{
			"changes that nobody sees", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(webhooktest.NotJSON(get), webhooktest.Remove("/webhook/headers"))},
			`webhooktest: step Changed(NotJSON("webhooks.get/200"), Remove("/webhook/headers")) changes a body that nobody gets to see; leave the changes out`,
		},
		{
			"a change that breaks the contract", webhooktest.DevRev, []webhooktest.Step{webhooktest.Changed(get, webhooktest.Set("/webhook/status", 7), webhooktest.Remove("/webhook/id"))},
			"webhooktest: step Changed(\"webhooks.get/200\", Set(\"/webhook/status\", 7), Remove(\"/webhook/id\")) breaks the contract of DevRev:\n" +
				"\tanswer /webhook/id (line 2, column 14): …\n\tanswer /webhook/status (line 65, column 15): …\nAllowProblems lets a breach pass that is the point of the test",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, use := range map[string]func(tb testing.TB){
				"Replay":       func(tb testing.TB) { webhooktest.Replay(tb, tc.p, tc.steps...) },
				"ReplayServer": func(tb testing.TB) { webhooktest.ReplayServer(tb, tc.p, tc.steps...) },
			} {
				went := false
				w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
					use(tb)
					went = true
				})
				assert.Equal(t, tc.says, problem.ReplaceAllString(w.Failures(), "$1 …"), name)
				assert.False(t, went, "%s goes on after a mistake", name)
			}
		})
	}
}

// However long a step is, the message about it is a short one.
func TestSteps_mistakesAreShort(t *testing.T) {
	const get = webhooktest.Step("webhooks.get/200")
	var nested any = 1
	for range 12_000 {
		nested = []any{nested}
	}
	long := strings.Repeat("a", 20_000)
	for name, step := range map[string]webhooktest.Step{
		"deep":            webhooktest.Changed(get, webhooktest.Set("/webhook/n", nested)),
		"a deep body":     webhooktest.Changed(get, webhooktest.Body(nested)),
		"a long text":     webhooktest.Changed(get, webhooktest.Set("/webhook/status", 7), webhooktest.Set("/webhook/n", long)),
		"a long name":     webhooktest.Step(long),
		"a long modifier": webhooktest.Step(long + ":webhooks.get/200"),
		"no step at all":  webhooktest.Step("Changed(webhooks.get/200, Set(" + long + "))"),
	} {
		says := mistakeOf(t, webhooktest.DevRev, step)
		assert.NotEmpty(t, says, name)
		assert.Less(t, len(says), 1000, name)
		if strings.Contains(name, "deep") {
			assert.Contains(t, says, "the value nests deeper than the 500 levels that are checked", name)
		}
	}
}

// A step reads as it is written in Go, so that it names a subtest.
func TestStep_reads(t *testing.T) {
	const get = webhooktest.Step("webhooks.get/200")
	for step, want := range map[webhooktest.Step]string{
		get:                      "webhooks.get/200",
		webhooktest.Always(get):  "Always(webhooks.get/200)",
		webhooktest.Timeout(get): "Timeout(webhooks.get/200)",
		webhooktest.Always(webhooktest.Reset(get)): "Always(Reset(webhooks.get/200))",
		webhooktest.Truncated(get):                 "Truncated(webhooks.get/200)",
		webhooktest.NotJSON(get):                   "NotJSON(webhooks.get/200)",
		webhooktest.Delay(get, 90*time.Second):     "Delay(webhooks.get/200, 1m30s)",
		webhooktest.Changed(get, webhooktest.Set("/webhook/status", "inactive"), webhooktest.Remove("/webhook/headers/0")): `Changed(webhooks.get/200, Set("/webhook/status", "inactive"), Remove("/webhook/headers/0"))`,
	} {
		assert.Equal(t, want, string(step))
		assert.Equal(t, want, fmt.Sprint(step))
	}
}
