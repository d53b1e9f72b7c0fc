package main

import (
	"errors"
	"fmt"
)

// The exit statuses. Scripts may rely on them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitDrift       = 3
	exitMissing     = 4
	exitRefused     = 5
	exitUnreachable = 6
	exitLogin       = 7
	exitThrottled   = 8
)

const exitHelp = `Exit status:
  0  done
  1  failed: something was not written or checked, and the message says why
  2  wrong usage
  3  an answer breaks the published contract, or check has found drift
  4  credentials missing
  5  credentials refused
  6  tenant unreachable
  7  sent to a login page instead of an answer
  8  throttled for longer than --max-wait
When several apply, the highest.`

// remarks are the statuses in the words of the summary.
var remarks = map[int]string{
	exitFailed:      "see the message",
	exitDrift:       "breaks the contract",
	exitRefused:     "credential refused",
	exitUnreachable: "tenant unreachable",
	exitLogin:       "sent to a login page",
	exitThrottled:   "throttled",
}

// exitError is an error with the status that it ends the command with.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func exit(code int, format string, args ...any) error {
	return &exitError{code, fmt.Sprintf(format, args...)}
}

// exitCode is the status of an error. What carries none of its own comes from
// cobra: a wrong argument.
func exitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &e):
		return e.code
	default:
		return exitUsage
	}
}
