package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/webhookvcr/internal/exit"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/record"
)

// busyError is an answer that says to come back later: 429 to a scenario that is
// not about one, or an outage.
type busyError struct {
	retryAfter string
	// outage says what the tenant answers; empty when it throttles.
	outage string
}

func (e *busyError) Error() string {
	if e.outage != "" {
		return "the tenant " + e.outage
	}
	return "the tenant is throttling"
}

// tooLong is the failure when waiting would take longer than the user allows.
func (r *recorder) tooLong(t target, busy *busyError, wait time.Duration) error {
	switch {
	case busy.outage == "":
		return r.fail(exit.Throttled, t, "the tenant is throttling, and waiting another %s would be longer than --max-wait allows in all (%s); try again later", spell(wait), r.maxWait)
	case t.session.waited >= r.maxWait:
		return &outageError{busy.outage, r.fail(exit.Outage, t, "the tenant %s, and the run has waited as long as --max-wait allows in all (%s); that is an outage, and says nothing of the contract", busy.outage, r.maxWait)}
	default:
		return &outageError{busy.outage, r.fail(exit.Outage, t, "the tenant %s, and waiting another %s would be longer than --max-wait allows in all (%s); that is an outage, and says nothing of the contract", busy.outage, spell(wait), r.maxWait)}
	}
}

// spell writes a time to wait, and none that nobody would wait for.
func spell(wait time.Duration) string {
	if wait > 24*time.Hour {
		return "day or more"
	}
	return wait.String()
}

// outageError is about a tenant in trouble. When it answers other requests in the same
// run, it is none.
type outageError struct {
	what string // the tenant does
	error
}

// Unwrap gives the error its exit status.
func (e *outageError) Unwrap() error { return e.error }

// attempts asks until the tenant no longer throttles, and waits as long as it says. For
// an outage to end the whole run waits no longer than --max-wait.
func (r *recorder) attempts(ctx context.Context, t target, tenant record.Tenant, attempt func() error) error {
	for waited := time.Duration(0); ; {
		if tenant.Source == cassette.Live {
			if err := r.clock.sleep(ctx, r.pace); err != nil {
				return r.interrupted(t)
			}
		}
		err := attempt()
		var busy *busyError
		if !errors.As(err, &busy) {
			return err
		}
		wait, why := retryAfter(busy.retryAfter, r.clock.now())
		what, spent, left := "throttled", &waited, r.maxWait-waited
		if busy.outage != "" {
			what, spent, left = busy.Error(), &t.session.waited, r.maxWait-t.session.waited
			if why == unasked {
				wait = min(wait, left)
			}
		}
		if left <= 0 || wait > left {
			return r.tooLong(t, busy, wait)
		}
		*spent += wait
		fmt.Fprintf(r.stderr, "%s: %s, waiting %s%s\n", t.name(), what, wait, why)
		if err := r.clock.sleep(ctx, wait); err != nil {
			return r.interrupted(t)
		}
	}
}

func (r *recorder) interrupted(t target) error {
	return r.failed(exit.CauseInterrupted, t, "interrupted")
}

// clock tells the time of day, and waits.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

var systemClock = clock{time.Now, sleep}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noRetryAfter is the wait when the tenant names none: a tenth of the shortest
// window that a vendor documents.
const noRetryAfter = 30 * time.Second

const unasked = ", for want of a Retry-After"

// retryAfter reads the header in both of its forms.
func retryAfter(value string, now time.Time) (wait time.Duration, why string) {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 {
		return max(time.Second, time.Duration(min(seconds, 1e6)*float64(time.Second))), " as Retry-After says"
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Second, at.Sub(now).Round(time.Second)), " as Retry-After says"
	}
	return noRetryAfter, unasked
}
