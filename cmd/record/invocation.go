package main

import (
	"os"
	"os/exec"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/record"
)

// invocation is what a shell starts this program with, so that the commands in its
// messages can be copied. main puts the real one in its place.
var invocation = func() string { return programName }

// programName is the name of the installed program.
const programName = "record"

// built matches where the go command builds what it runs: a directory of its own below
// that for temporary files, or its cache, wherever GOCACHE lies.
var built = pattern.New(`[/\\]go-build[0-9]+[/\\]b[0-9]+[/\\]exe[/\\]|[/\\][0-9a-f]{2}[/\\][0-9a-f]{64}-d[/\\]`)

// invoked finds out what a program that lies at path was started with, as typed, in a
// directory below dir. The go command does not say that it has started a program.
func invoked(path, typed, dir string) string {
	switch found, err := exec.LookPath(programName); {
	case err == nil && isSame(found, path):
		return programName
	case !built.MatchString(path):
		return record.Quote(typed)
	}
	mod, err := readModule(dir)
	switch {
	case err != nil:
		return "go run " + modulePath + "/cmd/record@latest"
	case mod.has(modulePath + "/cmd/record"):
		return "go tool " + programName
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

// subcommand matches what a message names as a command of this program.
var subcommand = pattern.New(`\brecord ((?:check|completion|COMMAND|deliver|diff|doctor|help|init|lint|list|listen|probe|refresh|report|scrub|serve|show|--help)\b)`)

// pasted is a text of this program with its commands as a shell takes them.
func pasted(text string) string {
	return subcommand.ReplaceAllString(text, invocation()+" $1")
}
