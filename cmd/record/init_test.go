package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/provider"
)

// What init writes compiles, passes, and is left alone by the next init.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	var refused strings.Builder
	require.Error(t, begin(dir, nil, &refused), "there is no module")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.org/shop\n"), 0o600))
	var first, second strings.Builder
	require.NoError(t, begin(dir, nil, &first))
	assert.NotContains(t, first.String(), kept)

	for _, def := range provider.All() {
		out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", filepath.Join(dir, "webhook_"+def.Name+"_test.go")).CombinedOutput()
		assert.NoError(t, err, string(out))
	}
	env, err := os.ReadFile(filepath.Join(dir, "webhook.env.example"))
	require.NoError(t, err)
	flow, err := os.ReadFile(filepath.Join(dir, ".github/workflows/vendor-drift.yml"))
	require.NoError(t, err)
	var workflow map[string]any
	require.NoError(t, yaml.Unmarshal(flow, &workflow))
	for _, def := range provider.All() {
		assert.Contains(t, string(env), "\n"+def.TokenVar+"=\n")
		assert.Contains(t, string(flow), def.TokenVar+": ${{ secrets."+def.TokenVar+" }}")
	}

	own := filepath.Join(dir, "webhook.env.example")
	require.NoError(t, os.WriteFile(own, []byte("mine"), 0o600))
	require.NoError(t, begin(dir, nil, &second))
	assert.NotContains(t, second.String(), written)
	data, err := os.ReadFile(own)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(data))
}
