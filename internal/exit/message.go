package exit

import (
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/say"
)

// Invocation is what a shell starts this program with, so that the commands in its
// messages can be copied. main puts the real one in its place.
var Invocation = func() string { return ProgramName }

// subcommand matches what a message names as a command of this program.
var subcommand = pattern.New(`\brecord ((?:check|completion|COMMAND|deliver|diff|doctor|help|init|lint|list|listen|probe|refresh|report|scrub|serve|show|--help)\b)`)

// Pasted is a text of this program with its commands as a shell takes them.
func Pasted(text string) string {
	return subcommand.ReplaceAllString(text, Invocation()+" $1")
}

// Suggestion asks whether one of the nearest names was meant, or gives the hint.
func Suggestion(name string, names []string, hint string) string {
	near := say.Nearest(name, names)
	if len(near) == 0 {
		return Pasted(hint)
	}
	return "did you mean " + say.Quoted(near, "or") + "?"
}

// ProgramName is the name of the installed program.
const ProgramName = "record"
