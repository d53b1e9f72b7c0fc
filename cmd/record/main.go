// Command record refreshes cassettes against a live tenant, or against the
// built-in simulator, and cannot write a secret into one.
//
//	record refresh [--simulate] [--out DIR] [--accept-drift] [--force] [PROVIDER[/SCENARIO]...]
//	record check [--simulate] [--json] [--fail-on CLASS] [--cassettes DIR] [PROVIDER[/SCENARIO]...]
//	record lint [--json] [--disable RULE=REASON] FILE|DIR...
//	record serve [--addr HOST:PORT] [--always] PROVIDER STEP...
//	record list
//	record completion bash|zsh|fish|powershell
//
// Credentials come from the environment only; record refresh --help names the
// variables. Exit status: 0 done, 1 failed, 2 wrong usage, 3 an answer breaks
// the published contract, or check has found drift, 4 credentials missing, 5
// credentials refused, 6 tenant unreachable, 7 sent to a login page, 8 throttled.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(interruptible(systemClock)) }

// interruptible runs the command until it ends or is interrupted.
func interruptible(c clock) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process as if nobody listened.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Getenv, c, os.Stdout, os.Stderr)
}
