package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/view"
	"example.com/webhookvcr/internal/lint"
)

// pageOf runs record report and returns what it has written.
func pageOf(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	var stdout, stderr strings.Builder
	code := run(t.Context(), append([]string{"report", "--html", path}, args...), func(string) string { return "" }, session.SystemClock, &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// elements counts the elements of a page by name and attributes' names, and
// returns the text of each script and style, and of all others.
func elements(t *testing.T, page string) (counts map[string]int, programs []string, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	counts = map[string]int{}
	var all strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode:
			counts[n.Data]++
			for _, a := range n.Attr {
				counts["@"+a.Key]++
			}
		case n.Type == html.TextNode && (n.Parent.Data == "script" || n.Parent.Data == "style"):
			programs = append(programs, n.Data)
		case n.Type == html.TextNode:
			all.WriteString(n.Data)
		}
	}
	return counts, programs, all.String()
}

const attack = `<script>alert(1)</script><img src=x onerror=alert(1)></pre></details><style>*{}</style><!--`

// attacked is a cassette with markup wherever one has a text; harmless is the same
// with a word in its place.
func attacked(t *testing.T, attack string) string {
	t.Helper()
	quote := func(s string) string { data, _ := json.Marshal(s); return string(data) }
	body := `{"webhook":{"id":` + quote(attack) + `,"status":` + quote(attack) + `,` + quote(attack) + `:[` + quote(attack) + `]}}`
	text := `webhooktest: {provider: devrev, scenario: ` + quote(attack) + `, source: live, recorded: "2026-01-02", accepted: [` + quote(attack) + `]}
version: 2
interactions:
  - id: 0
    request: {url: "https://api.devrev.ai/webhooks.get", method: POST, body: ` + quote(`{"id":`+quote(attack)+`}`) + `, headers: {Accept: [` + quote(attack) + `]}}
    response: {code: 200, status: 200 OK, body: ` + quote(body) + `, headers: {Content-Type: [` + quote("application/json; "+attack) + `], X-Other: [` + quote(attack) + `]}}
  - id: 1
    request: {url: "https://api.devrev.ai/webhooks.get?` + strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(attack) + `", method: GET, body: "", headers: {}}
    response: {code: 500, status: 500 Internal Server Error, body: ` + quote(attack) + `, headers: {Content-Type: [text/html]}}
`
	path := filepath.Join(t.TempDir(), "hostile.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// No element, no attribute and no program of the page comes from data.
func TestPage_bodiesAreText(t *testing.T) {
	report := func(attack string) string {
		data, err := json.Marshal(map[string]any{
			"version": 1,
			"reports": []any{map[string]any{"provider": attack, "scenario": attack, "stored": attack, "worst": "breaking", "changes": []any{map[string]any{"class": "breaking", "rule": attack, "pointer": attack, "before": attack, "after": attack + "2", "message": attack}}, "volatile": []any{map[string]any{"pointer": attack, "message": attack}}}},
			"unchecked": []any{
				map[string]any{"provider": "devrev", "verdict": session.NotRecorded},
				map[string]any{"provider": attack, "scenario": attack, "verdict": "failed", "reason": attack, "message": attack},
				map[string]any{"provider": attack, "scenario": attack, "verdict": "failed", "reason": exit.Remarks[exit.Outage], "message": attack},
				map[string]any{"provider": attack, "scenario": attack, "verdict": session.LeftOut, "reason": attack},
			},
		})
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "check.json")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	lint := func(attack string) string {
		data, err := json.Marshal(map[string]any{"version": 1, "files": 1, "findings": []any{map[string]any{"rule": attack, "severity": attack}}})
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "lint.json")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	of := func(word string) (map[string]int, []string, string) {
		return elements(t, pageOf(t, "--check", report(word), "--lint", lint(word), attacked(t, word)))
	}
	want, programs, _ := of("plain Word-9")
	got, hostilePrograms, text := of(attack)
	assert.Equal(t, want, got)
	assert.Equal(t, programs, hostilePrograms)
	assert.Len(t, programs, 2)
	assert.Zero(t, got["img"])
	assert.Greater(t, strings.Count(text, attack), 15, "the attack shows as text")
}

func TestPage_ofAllScenarios(t *testing.T) {
	page := pageOf(t)
	assert.Less(t, len(page), 1<<20)
	counts, _, text := elements(t, page)
	assert.Zero(t, counts["@src"], "no external asset")
	assert.Zero(t, counts["link"])
	for _, want := range []string{"devrev/webhooks.get/200", "dvelop/GetWebHook/200-json", "curl -X POST 'https://api.devrev.ai/webhooks.get'", `  "type": "not_found"`} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, page, "ZgotmplZ")
}

// Every link stays on the page, and leads somewhere.
func TestPage_links(t *testing.T) {
	root, err := html.Parse(strings.NewReader(pageOf(t)))
	require.NoError(t, err)
	ids, links := map[string]int{}, 0
	for _, pass := range []string{"id", "href"} {
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				switch {
				case a.Key != pass:
				case pass == "id":
					ids[a.Val]++
					assert.Equal(t, 1, ids[a.Val], a.Val)
				default:
					links++
					assert.Equal(t, 1, ids[strings.TrimPrefix(a.Val, "#")], a.Val)
				}
			}
		}
	}
	assert.Greater(t, links, 50)
}

// The style and the script of the page run, and no other: they are allowed by what
// they say, and a server's page may not stand in a frame.
func TestPage_policy(t *testing.T) {
	policyOf := func(page string) string {
		root, err := html.Parse(strings.NewReader(page))
		require.NoError(t, err)
		for n := range root.Descendants() {
			if n.Data == "meta" && n.Attr[0].Val == "Content-Security-Policy" {
				return n.Attr[1].Val
			}
		}
		return ""
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	page := pageOf(t, "devrev/webhooks.get/200")
	_, programs, _ := elements(t, page)
	want := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hash(programs[0]), hash(programs[1]))
	assert.Equal(t, want, policyOf(page))

	w := httptest.NewRecorder()
	view.Live(nil, version()).ServeHTTP(w, httptest.NewRequest("GET", "/-/", nil))
	assert.Equal(t, want+"; connect-src 'self'", policyOf(w.Body.String()))
	assert.Equal(t, want+"; connect-src 'self'; frame-ancestors 'none'", w.Header().Get("Content-Security-Policy"))
}

func TestPage_drift(t *testing.T) {
	path := filepath.Join(t.TempDir(), "check.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[
		{"provider":"devrev","scenario":"a","worst":"cosmetic","changes":[{"class":"cosmetic","rule":"value-changed","pointer":"/y","before":"a string","after":"a string","message":"m"}]},
		{"provider":"devrev","scenario":"webhooks.get/200","worst":"breaking","changes":[{"class":"breaking","rule":"contract","pointer":"/x","before":"\"active\"","after":"a number","message":"why"}],"more":3},
		{"provider":"devrev","scenario":"c","worst":"","changes":[],"volatile":[{"pointer":"/z","message":"flaps"}]}],
		"unchecked":[{"provider":"devrev","scenario":"d","verdict":"failed","reason":"the tenant has an outage","message":"the tenant answers 500"},
		{"provider":"devrev","scenario":"d2","verdict":"skipped","reason":"the tenant has an outage"},
		{"provider":"devrev","scenario":"d3","verdict":"skipped","reason":"the tenant has an outage"},
		{"provider":"devrev","scenario":"f","verdict":"failed","reason":"credentials refused"},
		{"provider":"devrev","scenario":"e","verdict":"left out","reason":"never provoked"}]}`), 0o600))
	page := pageOf(t, "--check", path, "devrev/webhooks.get/200")
	_, _, text := elements(t, page)
	assert.Less(t, strings.Index(text, "devrev webhooks.get/200"), strings.Index(text, "devrev a"), "breaking first")
	for _, want := range []string{
		"2 scenarios with drift, 1 without, 3 not checked because of an outage, 1 not checked.",
		`breaking /x before "active" after a number`, "why (contract)", "and 3 more", "/y a string, before and after", "devrev c /z: flaps",
		"Not checked, because of an outage", "the tenant answers 500: devrev d", "the tenant has an outage: devrev d2, devrev d3",
		"credentials refused: devrev f", "never provoked: devrev e",
	} {
		assert.Contains(t, text, want)
	}
	assert.Contains(t, page, `<a href="#c0">devrev webhooks.get/200</a>`)
}

// The badge is green only when something was compared, and all that should have been.
func TestPage_driftBadge(t *testing.T) {
	const steady = `{"provider":"devrev","scenario":"a","worst":"","changes":[]}`
	const drifted = `{"provider":"devrev","scenario":"b","worst":"breaking","changes":[{"class":"breaking","rule":"contract","pointer":"/x","message":"m"}]}`
	left := func(verdict, reason string) string {
		return fmt.Sprintf(`{"provider":"devrev","scenario":"u","verdict":%q,"reason":%q}`, verdict, reason)
	}
	reports := map[string]string{"nothing": "", "steady": steady, "drifted": drifted, "both": steady + "," + drifted}
	unchecked := map[string]string{
		"": "", "left out": left(session.LeftOut, "writes"), "not recorded": left(session.NotRecorded, "none"),
		"outage": left(session.Failed, exit.Remarks[exit.Outage]) + "," + left(session.Skipped, exit.Remarks[exit.Outage]), "no credential": left(session.Skipped, exit.Remarks[exit.Missing]), "a cause": left(session.Failed, "cause"),
	}
	for compared, report := range reports {
		for why, u := range unchecked {
			path := filepath.Join(t.TempDir(), "check.json")
			require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[`+report+`],"unchecked":[`+u+`]}`), 0o600))
			root, err := html.Parse(strings.NewReader(pageOf(t, "--check", path, "devrev/webhooks.get/200")))
			require.NoError(t, err)
			var got, want []string
			for n := range root.Descendants() {
				if n.Data == "a" && n.Attr[0].Val == "#drift" {
					for badge := range n.Parent.Descendants() {
						if badge.Data == "b" {
							got = append(got, badge.Attr[0].Val+": "+badge.FirstChild.Data)
						}
					}
				}
			}
			if strings.Contains(report, drifted) {
				want = append(want, "badge breaking: 1 breaking")
			}
			switch n := map[string]int{"outage": 2, "no credential": 1, "a cause": 1}[why]; {
			case n > 0:
				want = append(want, fmt.Sprintf("badge warning: %d not checked", n))
			case compared == "nothing":
				want = append(want, "badge warning: nothing checked")
			case compared == "steady":
				want = append(want, "badge good: none")
			}
			t.Logf("%-8s %-14s %v", compared, why, got)
			assert.Equal(t, want, got, compared+", "+why)
		}
	}
}

// Scenarios that drifted alike stand once, each with its link.
func TestPage_driftAlike(t *testing.T) {
	path := filepath.Join(t.TempDir(), "check.json")
	report := func(scenario, pointer string) string {
		return fmt.Sprintf(`{"provider":"devrev","scenario":%q,"worst":"cosmetic","changes":[{"class":"cosmetic","rule":"layout-changed","pointer":%q,"message":"m"}]}`, scenario, pointer)
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[`+report("webhooks.get/200", "")+","+report("other", "/x")+","+report("webhooks.get/404", "")+`],"unchecked":[]}`), 0o600))
	counts, _, text := elements(t, pageOf(t, "--check", path, "devrev/webhooks.get"))
	assert.Equal(t, 2, counts["article"])
	assert.Contains(t, text, "devrev webhooks.get/200, devrev webhooks.get/404")
	assert.Contains(t, text, "3 scenarios with drift, 0 without.")
}

// The findings are counted by rule, the errors first, with what a rule is about.
func TestPage_lint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lint.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"files":4,"findings":[
		{"rule":"ids","severity":"warning","file":"a"},{"rule":"ids","severity":"warning","file":"a"},{"rule":"ids","severity":"warning","file":"b"},
		{"rule":"secret-name","severity":"error","file":"c"},{"rule":"not-of-this-version","severity":"warning","file":"c"}]}`), 0o600))
	_, _, text := elements(t, pageOf(t, "--lint", path, "devrev/webhooks.get/200"))
	for _, want := range []string{"judged 4 files: 1 error, 4 warnings.", "1 error secret-name in 1 file", "3 warnings ids in 2 files", "1 warning not-of-this-version in 1 file"} {
		assert.Contains(t, text, want)
	}
	assert.Less(t, strings.Index(text, "1 error secret-name"), strings.Index(text, "3 warnings ids"))
	rule, _ := lint.ByID("ids")
	assert.Contains(t, text, rule.What+". Next: "+rule.Fix+".")
}

// Where cassettes come from is said of each provider, with the days of the live ones.
func TestPage_origin(t *testing.T) {
	dir := t.TempDir()
	for name, header := range map[string]string{
		"a": "webhooktest: {provider: devrev, scenario: x, source: live, recorded: \"2026-03-04\"}",
		"b": "webhooktest: {provider: devrev, scenario: x, source: live, recorded: \"2026-01-02\"}",
		"c": "webhooktest: {provider: devrev, scenario: x, source: simulated}",
		"d": "",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(header+`
version: 2
interactions:
  - {id: 0, request: {url: "https://api.devrev.ai/webhooks.get", method: GET, body: "", headers: {}}, response: {code: 200, status: 200 OK, body: "", headers: {}}}
`), 0o600))
	}
	_, _, text := elements(t, pageOf(t, dir))
	assert.Contains(t, text, "DevRev: 2 live, recorded from 2026-01-02 to 2026-03-04, 1 simulated, 1 by another recorder")
	assert.Contains(t, text, "don:integration:dvrv-us-1:devo/example:webhook/webhook-id: the id, from DEVREV_WEBHOOK_ID or the first webhook listed")
}

// What is no regular file stays what it is, and a file keeps its mode.
func TestReport_replacesFilesOnly(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("secret.html"), []byte("old"), 0o600))
	require.NoError(t, os.Mkdir(at("directory"), 0o755))
	require.NoError(t, os.Symlink("secret.html", at("link")))
	require.NoError(t, os.Symlink("nothing", at("dangling")))
	report := func(name string) (int, string) {
		var stdout, stderr strings.Builder
		code := run(t.Context(), []string{"report", "--html", at(name), "devrev/webhooks.get/200"}, func(string) string { return "" }, session.SystemClock, &stdout, &stderr)
		return code, stderr.String()
	}
	for name, kind := range map[string]string{"directory": "a directory", "link": "a symbolic link", "dangling": "a symbolic link"} {
		before, err := os.Lstat(at(name))
		require.NoError(t, err)
		code, said := report(name)
		assert.Equal(t, exit.Usage, code)
		assert.Contains(t, said, " is "+kind+"; name a regular file")
		after, err := os.Lstat(at(name))
		require.NoError(t, err)
		assert.True(t, os.SameFile(before, after), name)
	}
	old, err := os.ReadFile(at("secret.html"))
	require.NoError(t, err)
	assert.Equal(t, "old", string(old))

	code, said := report("secret.html")
	assert.Zero(t, code, said)
	info, err := os.Stat(at("secret.html"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.NotEqual(t, int64(len("old")), info.Size())
}
