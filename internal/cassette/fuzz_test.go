package cassette_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// FuzzLoader reads any bytes as a cassette: it never panics, and what it takes
// plain go-vcr loads as the same, and so does the loader once it is written anew.
func FuzzLoader(f *testing.F) {
	for _, s := range []string{
		"", "---\n", "version: 1\n", "version: 2\ninteractions: []\n", "version: 2\ninteractions:\n- null\n", "version: 2\ninteractions:\n- request: {method: GET}\n  response: {code: 200}\n",
		"version: 2\ninteractions:\n- id: 0\n  request: {method: POST, url: 'https://h/', body: \"\\ta\\n\", headers: {A: [b]}}\n  response: {code: 599, body: !!binary /w==, duration: 1h}\n",
		"a: &a [*a]\n", "a: &a {b: *a}\nversion: 2\n", "version: 2\n---\nversion: 2\n", "version: 0x2\ninteractions:\n- {request: &r {method: GET}, response: {code: 200}}\n- {request: *r, response: {code: 201}}\n",
		"version: 2\ninteractions:\n- <<: {request: {method: GET}}\n  response: {code: 200}\n", "\xff\xfe", "\ufeffversion: 2\n", "webhooktest: {provider: devrev, source: live}\nversion: 2\ninteractions: {}\n",
		"version: 2\ninteractions:\n- request: {method: GET, url: '%zz'}\n  response: {code: 200}\n", strings.Repeat("- ", 2000), "x: " + strings.Repeat("[", 2000),
	} {
		f.Add([]byte(s))
	}
	files, err := filepath.Glob("../../cassettes/*/*/*.yaml")
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		file, err := cassette.Parse("fuzzed.yaml", data)
		if err != nil {
			if file != nil || err.Error() == "" || len(err.Error()) > 1000 {
				t.Fatalf("%v %v", file, err)
			}
			return
		}
		requirePlainLoad(t, data, file.Interactions)
		again, err := cassette.Encode(file.Header, file.Interactions)
		require.NoError(t, err)
		written, err := cassette.Parse("fuzzed.yaml", []byte(again))
		require.NoError(t, err, "%q", again)
		require.Equal(t, file.Header, written.Header)
		requirePlainLoad(t, []byte(again), written.Interactions)
		require.Len(t, written.Interactions, len(file.Interactions))
		for i, ia := range file.Interactions {
			require.Equal(t, ia.Request.Body, written.Interactions[i].Request.Body)
			require.Equal(t, ia.Response.Body, written.Interactions[i].Response.Body)
		}
		for _, d := range provider.All() {
			replay.NewIndex(written, d, nil)
		}
	})
}

// requirePlainLoad loads a cassette with go-vcr and compares what it reads.
func requirePlainLoad(t *testing.T, data []byte, want []*cassette.Interaction) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fuzzed")
	require.NoError(t, os.WriteFile(name+".yaml", data, 0o600))
	plain, err := govcr.Load(name)
	require.NoError(t, err, "%q", data)
	require.Equal(t, want, plain.Interactions, "%q", data)
}
