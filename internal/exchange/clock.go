package exchange

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// bubbles is a time that only the clock of a synctest bubble is before: it begins in 2000.
var bubbles = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// Bubbled reports whether the caller's clock is that of a synctest bubble.
func Bubbled() bool { return time.Now().Before(bubbles) }

// Ended returns why the context of a request has ended, nil while it has not. A client
// whose Timeout has ended it gets the time to notice that: it names its Timeout in the
// error only if its own timer, which ends at the same instant as the context that it
// has given the request, has fired and has closed Cancel. Whether that instant is the
// client's cannot be told from the request, so the wait has an end: within a bubble
// when all that happens at the instant has happened, and elsewhere after some time.
func Ended(req *http.Request) error {
	ended := req.Context().Err()
	if ended == nil {
		return nil
	}
	//lint:ignore SA1019 with another transport than its own, net/http's client ends requests by it as well
	cancel := req.Cancel
	if cancel == nil || !errors.Is(ended, context.DeadlineExceeded) {
		return context.Cause(req.Context())
	}
	wait, rounds := 100*time.Millisecond, 1
	if Bubbled() {
		// A timer of this instant that waits already fires when nothing else in the
		// bubble can run, or with the others of this instant: hence the rounds. A
		// later one would move the clock.
		wait, rounds = 0, 8
	}
	fired := make(chan struct{}, 1)
	timer := time.AfterFunc(time.Hour, func() { fired <- struct{}{} })
	defer timer.Stop()
	for range rounds {
		timer.Reset(time.Hour)
		timer.Reset(wait)
		select {
		case <-cancel:
			return context.Cause(req.Context())
		case <-fired:
		}
	}
	return context.Cause(req.Context())
}
