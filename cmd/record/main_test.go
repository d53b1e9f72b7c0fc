package main

import (
	"io"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/say"
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

// noRoom is where nothing can be written.
type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// What cannot be written fails every command that writes a result, helps included.
func TestRun_unwritable(t *testing.T) {
	lines := []string{
		"", "--version", "list", "list --json", "show devrev/webhooks.get/200", "show --json devrev", "show --curl devrev", "check --simulate devrev/webhooks.get/200",
		"check --simulate --format github devrev/webhooks.get/200", "diff ../../cassettes/devrev ../../cassettes/devrev", "lint ../../cassettes/devrev",
		"doctor", "serve devrev webhooks.get/200", "completion fish", "completion powershell", "completion zsh", "completion bash",
	}
	for _, c := range rootCommand(func(string) string { return "" }, session.SystemClock, io.Discard).Commands() {
		lines = append(lines, "help "+c.Name())
		if c.Runnable() {
			lines = append(lines, c.Name()+" --help")
		}
	}
	for _, line := range lines {
		var stderr strings.Builder
		code := run(t.Context(), strings.Fields(line), func(string) string { return "" }, session.SystemClock, noRoom{}, &stderr)
		assert.Equal(t, exit.Failed, code, line)
		assert.True(t, strings.HasSuffix(stderr.String(), "record: the output could not be written: no space left on device\n"), "%s: %s", line, stderr.String())
	}
	t.Logf("%d command lines", len(lines))
}

// A name in another case, or with a slip, is known for what it is.
func TestRun_nearest(t *testing.T) {
	for line, want := range map[string]string{
		"hlep": `did you mean "help"?`, "LIST": `did you mean "list"?`, "help exits": `did you mean "EXIT"?`,
		"list DEVREV": `did you mean "devrev"?`, "init DevRev": `did you mean "devrev"?`, "serve DEVREV x": `did you mean "devrev"?`, "doctor dVelop": `did you mean "dvelop"?`,
		"list webhook.get": `did you mean "devrev/webhooks.get"?`, "show getwebhook": `did you mean "dvelop/GetWebHook"?`, "list WEBHOOKS.GET/200": `did you mean "devrev/webhooks.get/200"?`,
		"list devrev/WEBHOOKS.get": `did you mean "webhooks.get"?`, "check --simulate dvelop/getwebhook": `did you mean "GetWebHook"?`,
		"scrub --recorded 2025-01-01 --provider Devrev main.go": `did you mean "devrev"?`, "serve devrev Webhooks.Get/200": `did you mean "webhooks.get/200"?`,
	} {
		var stderr strings.Builder
		code := run(t.Context(), strings.Fields(line), func(string) string { return "" }, session.SystemClock, io.Discard, &stderr)
		assert.Equal(t, exit.Usage, code, line)
		assert.Contains(t, stderr.String(), want, line)
	}
	var stderr strings.Builder
	assert.Equal(t, exit.Usage, run(t.Context(), []string{"list", ""}, func(string) string { return "" }, session.SystemClock, io.Discard, &stderr))
	assert.Equal(t, "record: there is no provider \"\"; there are "+say.List(session.ProviderNames(), "and")+"\n", stderr.String())
}
