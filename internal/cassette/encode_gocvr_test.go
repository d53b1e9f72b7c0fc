package cassette_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// written puts cassettes of every origin into a directory: the shipped ones, two
// recorded flows, and one with bodies that go-vcr itself could not save. Beside
// each stands the list of the bodies that its answers have.
func written(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	count := 0
	err := fs.WalkDir(cassettes.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		count++
		data, err := fs.ReadFile(cassettes.FS, path)
		require.NoError(t, err)
		return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(path, "/", "-")), data, 0o644)
	})
	require.NoError(t, err)
	require.Greater(t, count, 20)
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, filepath.Join(dir, "flow-devrev.yaml"), func(tb testing.TB, c *http.Client) { vcrtest.DevRevFlow(tb, c) }))
	vcrtest.RequireClean(t, vcrtest.DVelopTenant(t, &simulator.DVelop{}).Record(t, vcrtest.DVelopVaries, filepath.Join(dir, "flow-dvelop.yaml"), func(tb testing.TB, c *http.Client) { vcrtest.DVelopFlow(tb, c) }))

	var odd []*cassette.Interaction
	for _, body := range []string{"\n{}", "\ta\nb", "a\r\nb\r\n", "\u0085", "a\u2028b", "\ufeff{}", "\x00\x1b", " a \n", "---\na: b", "ä 😀", "~", "0x10"} {
		odd = append(odd, &cassette.Interaction{
			Request:  govcr.Request{Method: http.MethodPost, URL: webhooktest.DevRev.BaseURL() + "/webhooks.get", Body: body, ContentLength: int64(len(body))},
			Response: govcr.Response{Code: 200, Status: "200 OK", Body: body, ContentLength: int64(len(body))},
		})
	}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, odd)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "odd.yaml"), []byte(data), 0o644))

	for _, name := range vcrtest.FilesBelow(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		file, err := cassette.Parse(name, data)
		require.NoError(t, err)
		var bodies []string
		for _, ia := range file.Interactions {
			bodies = append(bodies, ia.Response.Body)
		}
		list, err := json.Marshal(bodies)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, strings.TrimSuffix(name, ".yaml")+".json"), list, 0o644))
	}
	return dir
}

// Cassettes are go-vcr's: unmodified go-vcr v3 loads and replays every one.
func TestEncode_plainGoVCRv3(t *testing.T) {
	dir := written(t)
	count := 0
	for _, file := range vcrtest.FilesBelow(t, dir) {
		base, ok := strings.CutSuffix(file, ".yaml")
		if !ok {
			continue
		}
		count++
		t.Run(base, func(t *testing.T) {
			name := filepath.Join(dir, base)
			loaded, err := govcr.Load(name)
			require.NoError(t, err)
			var want []string
			require.NoError(t, json.Unmarshal([]byte(vcrtest.Stored(t, name+".json")), &want))
			require.Len(t, loaded.Interactions, len(want))
			r, err := recorder.NewWithOptions(&recorder.Options{CassetteName: name, Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
			require.NoError(t, err)
			defer r.Stop()
			r.SetMatcher(func(r *http.Request, i govcr.Request) bool {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(strings.NewReader(string(body)))
				return r.Method == i.Method && r.URL.String() == i.URL && string(body) == i.Body
			})
			for i, ia := range loaded.Interactions {
				req, err := http.NewRequest(ia.Request.Method, ia.Request.URL, strings.NewReader(ia.Request.Body))
				require.NoError(t, err)
				resp, err := r.RoundTrip(req)
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Equal(t, want[i], string(body))
				assert.Equal(t, ia.Response.Code, resp.StatusCode)
			}
		})
	}
	t.Logf("%d cassettes", count)
}

// And go-vcr v4, in a module of its own: the main module knows nothing of it.
func TestEncode_plainGoVCRv4(t *testing.T) {
	dir := written(t)
	cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-v", ".")
	cmd.Dir = "testdata/gocvr4"
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off", "CASSETTES="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "--- PASS: TestCassettes/flow-devrev.yaml")
	assert.Contains(t, string(out), "--- PASS: TestCassettes/odd.yaml")
}
