package vcrtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cassettes"
)

// Stored reads a cassette's text.
func Stored(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// CassettePath is a new cassette's path in a directory of the test's own.
func CassettePath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "lookup.yaml")
}

// FilesBelow lists the files below a directory, relative to it.
func FilesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			relative, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(relative))
		}
		return err
	})
	require.NoError(t, err)
	return files
}

// ShippedFile is a copy of a shipped cassette.
func ShippedFile(t *testing.T, name string) string {
	t.Helper()
	return WrittenFile(t, ShippedText(t, name))
}

// ShippedText is the text of a shipped cassette.
func ShippedText(t *testing.T, name string) string {
	t.Helper()
	return string(Edited(t, name)[name].Data)
}

// WrittenFile is a cassette with that text.
func WrittenFile(t *testing.T, text string) string {
	t.Helper()
	file := CassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// Edited is a file system with a shipped scenario in which one text, which must
// be there, is replaced by another.
func Edited(t testing.TB, file string, oldNew ...string) fstest.MapFS {
	t.Helper()
	data, err := cassettes.FS.ReadFile(file)
	require.NoError(t, err)
	text := string(data)
	for i := 0; i < len(oldNew); i += 2 {
		require.Contains(t, text, oldNew[i])
		text = strings.ReplaceAll(text, oldNew[i], oldNew[i+1])
	}
	return fstest.MapFS{file: {Data: []byte(text)}}
}

// Minimal is a cassette as one writes it by hand.
const Minimal = `version: 2
interactions:
  - request: {method: POST, url: https://api.devrev.ai/webhooks.get, body: '{"id": "webhook-2"}'}
    response:
      code: 200
      body: '{"webhook": {"id": "webhook-2", "secret": "cGxhY2Vob2xkZXItMQ==", "status": "inactive", "url": "https://example.com/"}}'
`
