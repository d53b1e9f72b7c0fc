package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
)

// A command in a message begins with what started the program: where it lies × what the
// directory's module says.
func TestInvoked(t *testing.T) {
	root := t.TempDir()
	place := func(path, text string) string {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
		return path
	}
	installed := place("bin/record", "#!/bin/sh\n")
	ran := place("go-build123/b001/exe/record", "")
	cached := place("cache/5f/"+strings.Repeat("5f", 32)+"-d/record", "")
	own := place("my dir/record", "")
	none := filepath.Dir(own)
	tool := filepath.Dir(place("tool/go.mod", "module a\ntool example.com/webhookvcr/cmd/record\n"))
	below := filepath.Dir(place("tool/sub/a.go", "package a\n"))
	required := filepath.Dir(place("required/go.mod", "module a\nrequire example.com/webhookvcr v0.0.0\n"))
	goDir, err := exec.LookPath("go")
	require.NoError(t, err)
	t.Setenv("PATH", filepath.Dir(installed)+string(filepath.ListSeparator)+filepath.Dir(goDir))
	t.Setenv("GOWORK", "off")
	const run = "go run example.com/webhookvcr/cmd/record"
	for _, c := range []struct{ path, dir, want string }{
		{installed, tool, "record"},
		{installed, none, "record"},
		{own, tool, "'./my dir/record'"},
		{own, none, "'./my dir/record'"},
		{cached, tool, "go tool record"},
		{cached, below, "go tool record"},
		{ran, tool, "go tool record"},
		{cached, required, run},
		{ran, required, run},
		{ran, none, run + "@latest"},
	} {
		assert.Equal(t, c.want, invoked(c.path, "./my dir/record", c.dir), c)
	}
}

// Every command of the program that a text names is one that can be copied, and its
// words are left alone otherwise.
func TestPasted(t *testing.T) {
	defer func(f func() string) { exit.Invocation = f }(exit.Invocation)
	exit.Invocation = func() string { return "go tool record" }
	var names []string
	for _, c := range rootCommand(os.Getenv, session.SystemClock, &strings.Builder{}).Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	for _, name := range append(names, "--help", "COMMAND --help") {
		assert.Equal(t, "see go tool record "+name+".", exit.Pasted("see record "+name+"."))
	}
	for _, text := range []string{"record it again", "recorded list", "record scenarios", "record listed", "record: show"} {
		assert.Equal(t, text, exit.Pasted(text))
	}
	var help strings.Builder
	status := run(t.Context(), []string{"show", "--help"}, func(string) string { return "" }, session.SystemClock, &help, &help)
	assert.Zero(t, status)
	assert.Contains(t, help.String(), "\n  go tool record show testdata/lookup.yaml\n")
}
