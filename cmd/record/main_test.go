package main

import (
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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

// A flag that is given nothing is refused by name, whatever it takes.
func TestFlags_empty(t *testing.T) {
	rows, cells := 0, 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.Runnable() {
			rows++
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			for _, value := range []string{"", " "} {
				args := append(strings.Fields(c.CommandPath())[1:], "--"+f.Name+"="+value)
				var stdout, stderr strings.Builder
				code := run(t.Context(), args, func(string) string { return "" }, systemClock, &stdout, &stderr)
				assert.Equal(t, exitUsage, code, args)
				assert.Equal(t, "record: --"+f.Name+" is empty; give it a value, or leave it out\n", stderr.String(), args)
				assert.Empty(t, stdout.String(), args)
				cells++
			}
		})
	}
	walk(rootCommand(func(string) string { return "" }, systemClock))
	t.Logf("%d commands, %d cells", rows, cells)
}
