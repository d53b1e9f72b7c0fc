// Command record refreshes cassettes against a live tenant, or against the
// built-in simulator, and cannot write a secret into one.
//
//	record refresh [--simulate] [--out DIR] [--accept-drift] [--force] [PROVIDER[/SCENARIO]...]
//	record list
//
// Credentials come from the environment only; record refresh --help names the
// variables. Exit status: 0 done, 1 failed, 2 wrong usage, 3 drift, 4 credentials
// missing, 5 credentials refused, 6 tenant unreachable, 7 sent to a login page,
// 8 throttled.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
