package scenario_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

const cassette = "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: https://api.devrev.ai/}\n  response: {code: 200}\n"

func library() scenario.Library {
	return scenario.Library{
		Definition: &provider.DevRev,
		Words:      scenario.Words{Modifiers: `"always:" and so on`, List: "a list shows them"},
	}
}

// resolved describes steps for comparison.
type resolved struct {
	name, file string
	scenario   bool
	always     bool
	fault      replay.Fault
}

func describe(steps []replay.Step) []resolved {
	var all []resolved
	for _, s := range steps {
		all = append(all, resolved{s.Name, filepath.ToSlash(s.Index.File.Name), s.Index.Scenario != nil, s.Always, s.Fault})
	}
	return all
}

func TestLibrary_Resolve(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"one.yaml", "dir/b.yml", "dir/a/c.yaml", "dir/a.rejected.yaml", "dir/notes.txt", "a:b.yaml", "webhooks.get/200/x.yaml"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(cassette), 0o644))
	}
	ours := "webhooktest: {provider: devrev, scenario: webhooks.get/404, source: live}\n" + cassette
	require.NoError(t, os.WriteFile("ours.yaml", []byte(ours), 0o644))
	const shipped = "cassettes/devrev/webhooks.get/200.yaml"
	for name, tc := range map[string]struct {
		every bool
		steps []string
		want  []resolved
	}{
		"a scenario":                    {false, []string{"webhooks.get/200"}, []resolved{{`"webhooks.get/200"`, shipped, true, false, replay.None}}},
		"always":                        {false, []string{"always:webhooks.get/200"}, []resolved{{`"always:webhooks.get/200"`, shipped, true, true, replay.None}}},
		"modifiers in any order":        {false, []string{"reset:always:webhooks.get/200"}, []resolved{{`"reset:always:webhooks.get/200"`, shipped, true, true, replay.Reset}}},
		"every step always":             {true, []string{"timeout:webhooks.get/200"}, []resolved{{`"timeout:webhooks.get/200"`, shipped, true, true, replay.Timeout}}},
		"a file":                        {false, []string{"truncated:one.yaml"}, []resolved{{`"truncated:one.yaml"`, "one.yaml", false, false, replay.Truncated}}},
		"a file with a colon":           {false, []string{"notjson:a:b.yaml"}, []resolved{{`"notjson:a:b.yaml"`, "a:b.yaml", false, false, replay.NotJSON}}},
		"a directory, in order":         {false, []string{"dir"}, []resolved{{`"dir/a/c.yaml"`, "dir/a/c.yaml", false, false, replay.None}, {`"dir/b.yml"`, "dir/b.yml", false, false, replay.None}}},
		"a scenario before a directory": {false, []string{"webhooks.get/200"}, []resolved{{`"webhooks.get/200"`, shipped, true, false, replay.None}}},
		"our own file is its scenario":  {false, []string{"ours.yaml"}, []resolved{{`"ours.yaml"`, "ours.yaml", true, false, replay.None}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := library()
			l.Paths, l.EveryAlways = true, tc.every
			steps, err := l.Resolve(tc.steps)
			require.NoError(t, err)
			assert.Equal(t, tc.want, describe(steps))
		})
	}
}

func TestLibrary_mistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("one.yaml", []byte(cassette), 0o644))
	require.NoError(t, os.WriteFile("two.rejected.yaml", []byte(cassette), 0o644))
	require.NoError(t, os.Mkdir("bare", 0o755))
	require.NoError(t, os.Mkdir("bad", 0o755))
	require.NoError(t, os.WriteFile("bad/a.yaml", []byte("version: 2\n"), 0o644))
	require.NoError(t, os.WriteFile("bad/b.yaml", nil, 0o644))
	for name, tc := range map[string]struct {
		paths bool
		steps []string
		says  string
	}{
		"a path where none is allowed": {false, []string{"one.yaml"}, `devrev has no scenario "one.yaml"; a list shows them`},
		"no such file":                 {true, []string{"gone.yaml"}, "gone.yaml: no such file or directory"},
		"a rejected recording":         {true, []string{"two.rejected.yaml"}, `devrev has no scenario "two.rejected.yaml"; a list shows them`},
		"no name":                      {true, []string{""}, `devrev has no scenario ""; a list shows them`},
		"a modifier alone":             {true, []string{"always:"}, `devrev has no scenario ""; a list shows them`},
		"an empty directory":           {true, []string{"bare"}, "bare holds no cassette; name a directory with files that end in .yaml"},
		"all bad files":                {true, []string{"bad"}, "bad/a.yaml: the cassette holds no interactions; record it again\nbad/b.yaml: the file is empty; record it again"},
		"no modifier":                  {true, []string{"often:webhooks.get/200"}, `step "often:webhooks.get/200" begins with "often:", which is no modifier; use "always:" and so on`},
		"hidden":                       {true, []string{"always:one.yaml", "one.yaml"}, `step "one.yaml" never gets a request: "always:one.yaml" before it answers every one; put "one.yaml" first`},
	} {
		t.Run(name, func(t *testing.T) {
			l := library()
			l.Paths = tc.paths
			_, err := l.Resolve(tc.steps)
			assert.EqualError(t, err, tc.says)
		})
	}
}

// A team's own scenario takes the place of the shipped one, and is named with
// its directory.
func TestLibrary_own(t *testing.T) {
	l := library()
	l.Own, l.OwnName = fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: []byte(cassette)}}, "recorded"
	steps, err := l.Resolve([]string{"webhooks.get/200", "webhooks.get/404"})
	require.NoError(t, err)
	assert.Equal(t, []resolved{
		{`"webhooks.get/200"`, "recorded/devrev/webhooks.get/200.yaml", true, false, replay.None},
		{`"webhooks.get/404"`, "cassettes/devrev/webhooks.get/404.yaml", true, false, replay.None},
	}, describe(steps))
}

func TestLibrary_ownPlayed(t *testing.T) {
	play := func(fsys fstest.MapFS, step webhooktest.Step, request string) (*tbtest.TB, string) {
		var body string
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			p := webhooktest.DevRev.With(webhooktest.OwnScenarios(fsys))
			_, body = vcrtest.Send(t, webhooktest.Replay(tb, p, step), vcrtest.Scenario(t, webhooktest.DevRev, request).Request())
		})
		return w, body
	}
	t.Run("its own in place of the shipped one", func(t *testing.T) {
		w, body := play(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", "active", "inactive"), "webhooks.get/200", "webhooks.get/200")
		assert.Empty(t, w.Failures())
		assert.Contains(t, body, `"inactive"`)
	})
	t.Run("the shipped one where there is none", func(t *testing.T) {
		w, body := play(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", "active", "inactive"), "webhooks.get/200-get", "webhooks.get/200-get")
		assert.Empty(t, w.Failures())
		assert.Contains(t, body, `"active"`)
	})
	t.Run("a changed file is read again", func(t *testing.T) {
		for _, status := range []string{"unverified", "inactive"} {
			_, body := play(vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", "active", status), "webhooks.get/200", "webhooks.get/200")
			assert.Contains(t, body, `"`+status+`"`)
		}
	})
	for name, tc := range map[string]struct{ data, says string }{
		"an empty file":  {"", "webhooktest: devrev/webhooks.get/200.yaml: the file is empty; record it again"},
		"no cassette":    {"a: b", "webhooktest: devrev/webhooks.get/200.yaml: no go-vcr cassette: line 1: unknown key a"},
		"another one's":  {string(vcrtest.Edited(t, "devrev/webhooks.get/404.yaml")["devrev/webhooks.get/404.yaml"].Data), "webhooktest: devrev/webhooks.get/200.yaml holds webhooks.get/404 of devrev, not webhooks.get/200 of devrev"},
		"another vendor": {string(vcrtest.Edited(t, "dvelop/GetWebHook/401.yaml")["dvelop/GetWebHook/401.yaml"].Data), "webhooktest: devrev/webhooks.get/200.yaml holds GetWebHook/401 of dvelop, not webhooks.get/200 of devrev"},
	} {
		t.Run(name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				p := webhooktest.DevRev.With(webhooktest.OwnScenarios(fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: []byte(tc.data)}}))
				webhooktest.Replay(tb, p, "webhooks.get/200")
			})
			assert.Equal(t, tc.says, w.Failures())
		})
	}
}

// What is no cassette, or another vendor's, may stand beside a team's scenarios.
func TestLibrary_ownBesideOtherFiles(t *testing.T) {
	fsys := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml")
	for _, file := range []string{
		"devrev/README.md", "devrev/webhooks.get/200.json", "devrev/webhooks.get/401.rejected.yaml", "devrev/webhooks.get/.200.yaml",
		"dvelop/no/such.yaml", "own.yaml",
	} {
		fsys[file] = &fstest.MapFile{}
	}
	vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.OwnScenarios(fsys)), "webhooks.get/200"), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
}

// A scenario that no shipped one has is listed, and is a step as any other.
func TestLibrary_added(t *testing.T) {
	p := webhooktest.DevRev.With(webhooktest.OwnScenarios(fstest.MapFS{
		"devrev/webhooks.get/200-mine.yaml": {Data: []byte(vcrtest.Minimal)},
		"devrev/webhooks.get/404-mine.yaml": {Data: []byte(vcrtest.Minimal)},
	}))
	var added []webhooktest.Scenario
	for _, s := range p.Scenarios() {
		if strings.HasSuffix(s.Name, "-mine") {
			added = append(added, s)
		}
	}
	require.Len(t, added, 1, "one that does not load is left out")
	mine := added[0]
	assert.Equal(t, []any{"webhooks.get/200-mine", "webhooks.get", 200, "", ""}, []any{mine.Name, mine.Operation, mine.Status, mine.Summary, mine.Source})
	client := webhooktest.Replay(t, p, webhooktest.Timeout("webhooks.get/200-mine"), "webhooks.get/200", "webhooks.get/200-mine")
	_, err := client.Do(mine.Request())
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	resp, body := vcrtest.Send(t, client, mine.Request())
	assert.Contains(t, body, "inactive")
	assert.Equal(t, "application/json", resp.Header.Get("Content-Type"), "what JSON has for a media type need not be written")
	assert.Equal(t, "200 OK", resp.Status)
	vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
}

func TestLibrary_addedMistakes(t *testing.T) {
	headed := "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live}\n" + vcrtest.Minimal
	files := fstest.MapFS{
		"devrev/webhooks.get/404-mine.yaml":  {Data: []byte(vcrtest.Minimal)},
		"devrev/webhooks.list/200-mine.yaml": {Data: []byte(vcrtest.Minimal)},
		"devrev/webhooks.get/200-copy.yaml":  {Data: []byte(headed)},
		"devrev/webhooks.get/200-mine.yaml":  {Data: []byte(vcrtest.Minimal)},
		"devrev/webhooks.get/200-empty.yaml": {},
	}
	p := webhooktest.DevRev.With(webhooktest.OwnScenarios(files))
	for step, says := range map[webhooktest.Step]string{
		"webhooks.get/404-mine":  `webhooktest: devrev/webhooks.get/404-mine.yaml begins with an answer of status 200; name it "webhooks.get/200-mine"`,
		"webhooks.list/200-mine": `webhooktest: devrev/webhooks.list/200-mine.yaml begins with another request than one of webhooks.list; give it the name of its operation`,
		"webhooks.get/200-copy":  `webhooktest: devrev/webhooks.get/200-copy.yaml holds webhooks.get/200 of devrev, not webhooks.get/200-copy of devrev`,
		"webhooks.get/200-empty": `webhooktest: devrev/webhooks.get/200-empty.yaml: the file is empty; record it again`,
		"webhooks.get/200-mien":  `webhooktest: devrev has no scenario "webhooks.get/200-mien"; did you mean "webhooks.get/200-mine"?`,
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Replay(tb, p, step) })
		assert.Equal(t, says, w.Failures())
	}
}
