package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The command is no test: the packages below would give it flags that are not
// its own, or a server that nobody asked for.
func TestCommand_links(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/spf13/cobra")
	for _, dep := range deps {
		for _, barred := range []string{"testing", "net/http/httptest", "github.com/stretchr/testify", "github.com/sebdah/goldie"} {
			assert.False(t, dep == barred || strings.HasPrefix(dep, barred+"/"), "%s is linked", dep)
		}
	}
}
