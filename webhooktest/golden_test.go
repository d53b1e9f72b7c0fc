package webhooktest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/webhooktest"
)

// goldenDir holds the canonical body of each shipped scenario, as
// PROVIDER/OPERATION/SCENARIO.json; a page that a redirect leads to ends in
// .html, and an empty body has none.
const goldenDir = "../golden"

// TestGolden compares what a client gets of each shipped scenario with its
// golden file. After the cassettes have changed on purpose,
//
//	GOLDIE_UPDATE=true go test ./webhooktest/...
//
// writes the files anew.
func TestGolden(t *testing.T) {
	// goldie's -clean deletes the whole directory with an update.
	if clean := flag.Lookup("clean"); clean != nil {
		require.NotEqual(t, "true", clean.Value.String(), "goldie's -clean is set, which would delete %s", goldenDir)
	}
	for dir, p := range vendors() {
		for _, s := range p.Scenarios() {
			t.Run(dir+"/"+s.Name, func(t *testing.T) {
				body, extension := canonicalBody(t, p, s)
				if extension == "" {
					return // TestGolden_complete sees to it that there is no file
				}
				goldie.New(t,
					goldie.WithFixtureDir(filepath.Join(goldenDir, dir)),
					goldie.WithNameSuffix(extension),
					goldie.WithDiffEngine(goldie.ClassicDiff),
				).Assert(t, s.Name, body)
			})
		}
	}
}

// Every scenario with a body has one golden file, and every golden file a
// scenario.
func TestGolden_complete(t *testing.T) {
	var want []string
	for dir, p := range vendors() {
		for _, s := range p.Scenarios() {
			if _, extension := canonicalBody(t, p, s); extension != "" {
				want = append(want, path.Join(dir, s.Name)+extension)
			}
		}
	}
	var got []string
	require.NoError(t, fs.WalkDir(os.DirFS(goldenDir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, name)
		}
		return err
	}))
	assert.ElementsMatch(t, want, got, "GOLDIE_UPDATE=true go test ./webhooktest/... writes what is missing; delete what no scenario has")
	assert.NotEmpty(t, got)
}

// vendors are the providers by the names of their directories.
func vendors() map[string]webhooktest.Provider {
	all := map[string]webhooktest.Provider{}
	for _, d := range provider.All() {
		all[d.Name] = publicProvider(d)
	}
	return all
}

func TestGolden_vendors(t *testing.T) {
	assert.Equal(t, webhooktest.DevRev, vendors()["devrev"])
	assert.Equal(t, webhooktest.DVelop, vendors()["dvelop"])
}

// canonicalBody replays a scenario and returns what a client that follows
// redirects gets: JSON with its members sorted and its numbers as they are, any
// other text as it is. The extension is empty for an empty body.
func canonicalBody(t *testing.T, p webhooktest.Provider, s webhooktest.Scenario) (body []byte, extension string) {
	t.Helper()
	resp, err := webhooktest.Replay(t, p, webhooktest.Step(s.Name)).Do(s.Request())
	require.NoError(t, err, s.Name)
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	require.NoError(t, err, s.Name)
	if resp.Request.Response == nil { // not redirected
		require.Equal(t, s.Status, resp.StatusCode, s.Name)
	} else {
		require.Equal(t, s.Status, resp.Request.Response.StatusCode, s.Name)
		require.Equal(t, http.StatusOK, resp.StatusCode, s.Name)
	}
	switch {
	case len(body) == 0:
		return nil, ""
	case strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"):
		return body, ".html"
	}
	return sortedJSON(t, body), ".json"
}

func sortedJSON(t *testing.T, body []byte) []byte {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	require.NoError(t, decoder.Decode(&value))
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(value))
	return out.Bytes()
}
