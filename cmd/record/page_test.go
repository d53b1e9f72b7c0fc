package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// pageOf runs record report and returns what it has written.
func pageOf(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	var stdout, stderr strings.Builder
	code := run(t.Context(), append([]string{"report", "--html", path}, args...), func(string) string { return "" }, systemClock, &stdout, &stderr)
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
			"reports": []any{map[string]any{"provider": attack, "scenario": attack, "stored": attack, "worst": "breaking", "changes": []any{map[string]any{"class": "breaking", "rule": attack, "pointer": attack, "message": attack}}}},
			"unchecked": []any{
				map[string]any{"provider": attack, "scenario": attack, "verdict": "failed", "reason": attack, "message": attack},
				map[string]any{"provider": attack, "scenario": attack, "verdict": "failed", "reason": remarks[exitOutage], "message": attack},
			},
		})
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "check.json")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	lint := func(attack string) string {
		data, err := json.Marshal(map[string]any{"files": 1, "findings": []any{map[string]any{"rule": attack, "severity": attack}}})
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
	assert.Equal(t, 1, counts["@href"], "the link to the scenarios")
	for _, want := range []string{"devrev/webhooks.get/200", "dvelop/GetWebHook/200-json", "curl -X POST 'https://api.devrev.ai/webhooks.get'", "Documented members and values that no cassette shows", `  "type": "not_found"`} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, page, "ZgotmplZ")
}

// What no cassette shows is named, and what one shows is not.
func TestPage_coverage(t *testing.T) {
	_, _, text := elements(t, pageOf(t, "devrev/webhooks.get/200"))
	assert.Contains(t, text, `/webhook/status: "inactive"`)
	assert.NotContains(t, text, `/webhook/status: "active"`)
	assert.NotContains(t, text, "/webhook/url\n")
}

func TestPage_drift(t *testing.T) {
	path := filepath.Join(t.TempDir(), "check.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[
		{"provider":"devrev","scenario":"a","worst":"cosmetic","changes":[]},
		{"provider":"devrev","scenario":"b","worst":"breaking","changes":[{"class":"breaking","rule":"contract","pointer":"/x","message":"why"}],"more":3},
		{"provider":"devrev","scenario":"c","worst":"","changes":[]}],
		"unchecked":[{"provider":"devrev","scenario":"d","verdict":"failed","reason":"the tenant has an outage","message":"the tenant answers 500"},
		{"provider":"devrev","scenario":"e","verdict":"left out","reason":"never provoked"}]}`), 0o600))
	_, _, text := elements(t, pageOf(t, "--check", path, "devrev/webhooks.get/200"))
	assert.Less(t, strings.Index(text, "devrev b"), strings.Index(text, "devrev a"), "breaking first")
	for _, want := range []string{"/x: why", "and 3 more", "1 without drift.", "Not checked, because of an outage", "devrev d: the tenant answers 500"} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "never provoked")
}
