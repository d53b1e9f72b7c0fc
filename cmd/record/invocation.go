package main

import (
	"os"
	"os/exec"

	"example.com/webhookvcr/internal/exit"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/record"
)

// built matches where the go command builds what it runs: a directory of its own below
// that for temporary files, or its cache, wherever GOCACHE lies.
var built = pattern.New(`[/\\]go-build[0-9]+[/\\]b[0-9]+[/\\]exe[/\\]|[/\\][0-9a-f]{2}[/\\][0-9a-f]{64}-d[/\\]`)

// invoked finds out what a program that lies at path was started with, as typed, in a
// directory below dir. The go command does not say that it has started a program.
func invoked(path, typed, dir string) string {
	switch found, err := exec.LookPath(exit.ProgramName); {
	case err == nil && isSame(found, path):
		return exit.ProgramName
	case !built.MatchString(path):
		return record.Quote(typed)
	}
	mod, err := readModule(dir)
	switch {
	case err != nil:
		return "go run " + modulePath + "/cmd/record@latest"
	case mod.has(modulePath + "/cmd/record"):
		return "go tool " + exit.ProgramName
	default:
		return "go run " + modulePath + "/cmd/record"
	}
}

func isSame(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
