// Command record refreshes cassettes against a live tenant, or against the
// built-in simulator, and cannot write a secret into one.
//
//	record refresh [--simulate] [--out DIR] [--accept-drift] [--force] [PROVIDER[/SCENARIO]...]
//	record list
//
// Credentials come from the environment only; record refresh --help names the
// variables. Exit status: 0 done, 1 failed, 2 wrong usage, 3 an answer breaks
// the published contract, 4 credentials missing, 5 credentials refused, 6 tenant
// unreachable, 7 sent to a login page, 8 throttled.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process as if nobody listened.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
