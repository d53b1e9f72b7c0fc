// Package exit has the statuses that the command ends with, errors that carry one, and what
// messages have in common: commands as the user's shell takes them, and names that were
// probably meant. A signal ends the command as well.
package exit

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/say"
)

// The exit statuses. Scripts may rely on them.
const (
	Done        = 0
	Failed      = 1
	Usage       = 2
	Drift       = 3
	Missing     = 4
	Refused     = 5
	Unreachable = 6
	Login       = 7
	Throttled   = 8
	Outage      = 9
)

// Worse is the status of a command to which both apply.
func Worse(a, b int) int {
	if a == Drift || b == Drift {
		return Drift
	}
	return max(a, b)
}

// The causes of what was not recorded or not checked, as JSON has them.
const (
	CauseMissing     = "credentials-missing"
	CauseOutage      = "outage"
	CauseNotVendor   = "not-the-vendor"
	CauseMoved       = "moved"
	CauseID          = "unknown-id"
	CauseLookup      = "look-up"
	CauseNoCassette  = "no-cassette"
	CauseCassette    = "bad-cassette"
	CauseWrites      = "writes"
	CauseSimulated   = "simulated-only"
	CauseLive        = "live-only"
	CauseOneSide     = "one-side"
	CauseInterrupted = "interrupted"
	CauseOther       = "other"
)

// causes are those that go with an exit status.
var causes = map[int]string{
	Missing:     CauseMissing,
	Refused:     "credentials-refused",
	Unreachable: "unreachable",
	Login:       "login",
	Throttled:   "throttled",
	Outage:      CauseOutage,
}

// Remarks are the statuses in the words of a summary; that of Failed is the cause.
var Remarks = map[int]string{
	Drift:       "breaks the contract",
	Missing:     "credentials missing",
	Refused:     "credential refused",
	Unreachable: "tenant unreachable",
	Login:       "sent to a login page",
	Throttled:   "throttled",
	Outage:      "the tenant has an outage",
}

// Error is an error with the status that it ends the command with.
type Error struct {
	Status int
	Text   string
	// Cause is one that the status does not tell; mostly empty.
	Cause string
}

func (e *Error) Error() string { return e.Text }

// Errorf formats an error with the status; the commands of this program that the format
// names are as a shell takes them.
func Errorf(status int, format string, args ...any) error {
	return &Error{Status: status, Text: fmt.Sprintf(Pasted(format), args...)}
}

// Mistakes is the error about a wrong usage, a line for each mistake; nil without any.
func Mistakes(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return &Error{Status: Usage, Text: strings.Join(lines, "\n")}
}

// Code is the status of an error. What carries none of its own comes from
// cobra: a wrong argument.
func Code(err error) int {
	var e *Error
	switch {
	case err == nil:
		return Done
	case errors.As(err, &e):
		return e.Status
	default:
		return Usage
	}
}

// CauseOf is the cause of an error in one word.
func CauseOf(err error) string {
	var e *Error
	errors.As(err, &e)
	if e == nil {
		return CauseOther
	}
	return cmp.Or(e.Cause, causes[e.Status], CauseOther)
}

// ProgramName is the name of the installed program.
const ProgramName = "record"

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
