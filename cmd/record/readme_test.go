package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var shown = regexp.MustCompile("<!-- report: cmd/record/(\\S+) (\\S+) -->\n```text\n((?s:.*?))```\n")

// The output that the README shows is that which a script compares with the
// command's.
func TestReadme_showsWhatTheCommandPrints(t *testing.T) {
	const path = "../../README.md"
	readme, err := os.ReadFile(path)
	require.NoError(t, err)
	blocks := shown.FindAllSubmatchIndex(readme, -1)
	require.Len(t, blocks, 1, "the README shows the report of one check")
	for _, at := range blocks {
		script, name := string(readme[at[2]:at[3]]), string(readme[at[4]:at[5]])
		archive, err := txtar.ParseFile(filepath.FromSlash(script))
		require.NoError(t, err)
		var want []byte
		for _, f := range archive.Files {
			if f.Name == name {
				want = f.Data
			}
		}
		require.NotEmpty(t, want, "%s has no %s", script, name)
		if os.Getenv("GOLDIE_UPDATE") == "true" && os.Getenv("CI") == "" {
			updated := append(append(append([]byte{}, readme[:at[6]]...), want...), readme[at[7]:]...)
			require.NoError(t, os.WriteFile(path, updated, 0o644))
			continue
		}
		assert.Equal(t, string(want), string(readme[at[6]:at[7]]), "GOLDIE_UPDATE=true go test ./cmd/record writes it anew")
	}
}
