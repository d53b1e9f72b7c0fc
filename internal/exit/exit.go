// Package exit has the statuses that the command ends with, errors that carry one, and what
// messages have in common: commands as the user's shell takes them, and names that were
// probably meant. A signal ends the command as well.
package exit

import (
	"cmp"
	"errors"
	"fmt"
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
	causeRefused     = "credentials-refused"
	causeUnreachable = "unreachable"
	causeLogin       = "login"
	causeThrottled   = "throttled"
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
	Refused:     causeRefused,
	Unreachable: causeUnreachable,
	Login:       causeLogin,
	Throttled:   causeThrottled,
	Outage:      CauseOutage,
}

// Remarks are the statuses in the words of the summary; that of exitFailed is the
// cause.
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
	// Cause is one that the code does not tell; mostly empty.
	Cause string
}

func (e *Error) Error() string { return e.Text }

func Errorf(code int, format string, args ...any) error {
	return &Error{Status: code, Text: fmt.Sprintf(Pasted(format), args...)}
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
