package main

import (
	"os/exec"
	"runtime/debug"
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

func TestVersionOf(t *testing.T) {
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: modified}}
	}
	for _, c := range []struct {
		want string
		info debug.BuildInfo
	}{
		{"(devel)", debug.BuildInfo{}},
		{"(devel) (go1.26.0)", debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}}},
		{"v1.2.3 (go1.26.0)", debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}}},
		{"v1.2.4", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3", Replace: &debug.Module{Version: "v1.2.4"}}}},
		{"v1.2.3", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3", Replace: &debug.Module{Path: "../checkout"}}}},
		{"(devel) (revision 0123456789ab, go1.26.0)", debug.BuildInfo{GoVersion: "go1.26.0", Settings: vcs("false")}},
		{"(devel) (revision 0123456789ab, modified)", debug.BuildInfo{Settings: vcs("true")}},
	} {
		assert.Equal(t, c.want, versionOf(&c.info))
	}
}
