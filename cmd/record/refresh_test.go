package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
)

// The shipped cassettes that are simulated are what the simulator answers today,
// byte for byte, and each scenario has one, for without arguments everything is recorded.
// Live ones cannot be made again here.
func TestShipped_current(t *testing.T) {
	shipped := filepath.Join("..", "..", session.ShippedDir)
	fresh := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"refresh", "--simulate", "--out", fresh}, func(string) string { return "" }, session.SystemClock, &stdout, &stderr)
	require.Equal(t, exit.Done, code, "%s%s", stderr.String(), stdout.String())

	var want, got []string
	for _, def := range provider.All() {
		for _, s := range def.Scenarios {
			name := filepath.Join(def.Name, filepath.FromSlash(s.Name)+".yaml")
			want = append(want, name)
			stored, err := os.ReadFile(filepath.Join(shipped, name))
			if !assert.NoError(t, err) {
				continue
			}
			file, err := cassette.Parse(name, stored)
			if !assert.NoError(t, err) || file.Header.Source == cassette.Live {
				continue
			}
			made, err := os.ReadFile(filepath.Join(fresh, name))
			require.NoError(t, err)
			if !bytes.Equal(made, stored) {
				t.Errorf("%s is not what the simulator answers; go run ./cmd/record refresh --simulate --force %s/%s makes it anew", name, def.Name, s.Name)
			}
		}
	}
	require.NoError(t, fs.WalkDir(os.DirFS(shipped), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) != ".go" {
			got = append(got, filepath.FromSlash(name))
		}
		return err
	}))
	assert.Contains(t, stdout.String(), fmt.Sprintf("\n%d written\n", len(want)))
	assert.ElementsMatch(t, want, got, "each scenario has one cassette, and each cassette a scenario")
}
