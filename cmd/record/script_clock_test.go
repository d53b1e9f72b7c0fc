package main

import (
	"context"
	"time"

	"example.com/webhookvcr/cmd/record/internal/session"
)

// testDay is the moment at which the command of the scripts begins.
var testDay = time.Date(2026, time.March, 1, 8, 0, 0, 0, time.UTC)

// scriptClock is the clock of the scripts: what is waited for has passed at
// once. With the variable CLOCK_STANDS nothing passes until an interrupt.
func scriptClock(getenv func(string) string) session.Clock {
	now := testDay
	return session.Clock{
		Now: func() time.Time { return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			if getenv("CLOCK_STANDS") != "" && d > 0 {
				<-ctx.Done()
			}
			now = now.Add(d)
			return ctx.Err()
		},
	}
}
