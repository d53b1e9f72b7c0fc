package cassette_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
)

// What could keep whoever opens it waiting is no cassette: a socket stands for a named
// pipe, which not every system has.
func TestFiles_notRegular(t *testing.T) {
	dir, err := os.MkdirTemp("", "") // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, os.Mkdir(filepath.Join(dir, "b.yaml"), 0o700)) // a directory is looked into
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.yaml", "a.yaml"), nil, 0o600))
	paths, err := cassette.Files(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "b.yaml", "a.yaml")}, paths)

	listener, err := net.Listen("unix", filepath.Join(dir, "b.yaml", "x.yaml"))
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	_, err = cassette.Files(dir)
	assert.EqualError(t, err, filepath.Join("b.yaml", "x.yaml")+" is no regular file; move it out of the directory")
}
