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

// The output that the README or a guide shows is that which a script compares
// with the command's.
func TestReadme_showsWhatTheCommandPrints(t *testing.T) {
	paths, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	count := 0
	for _, path := range append(paths, "../../README.md") {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, at := range shown.FindAllSubmatchIndex(page, -1) {
			count++
			script, name := string(page[at[2]:at[3]]), string(page[at[4]:at[5]])
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
				updated := append(append(append([]byte{}, page[:at[6]]...), want...), page[at[7]:]...)
				require.NoError(t, os.WriteFile(path, updated, 0o644))
				continue
			}
			assert.Equal(t, string(want), string(page[at[6]:at[7]]), "%s: GOLDIE_UPDATE=true go test ./cmd/record writes it anew", path)
		}
	}
	assert.Equal(t, 1, count, "pages show the report of one check")
}
