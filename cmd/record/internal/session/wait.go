package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/record"
)

// BusyError is an answer that says to come back later: 429 to a scenario that is
// not about one, or an outage.
type BusyError struct {
	RetryAfter string
	// Outage says what the tenant answers; empty when it throttles.
	Outage string
}

func (e *BusyError) Error() string {
	if e.Outage != "" {
		return "the tenant " + e.Outage
	}
	return "the tenant is throttling"
}

// tooLong is the failure when waiting would take longer than the user allows.
func (r *Recorder) tooLong(t Target, busy *BusyError, wait time.Duration) error {
	longer := fmt.Sprintf("waiting another %s would be longer than --max-wait allows in all (%s)", spell(wait), r.MaxWait)
	if busy.Outage == "" {
		return r.Fail(exit.Throttled, t, "the tenant is throttling, and %s; try again later", longer)
	}
	if t.Session.waited >= r.MaxWait {
		longer = fmt.Sprintf("the run has waited as long as --max-wait allows in all (%s)", r.MaxWait)
	}
	return &OutageError{busy.Outage, r.Fail(exit.Outage, t, "the tenant %s, and %s; that is an outage, and says nothing of the contract", busy.Outage, longer)}
}

// spell writes a time to wait, and none that nobody would wait for.
func spell(wait time.Duration) string {
	if wait > 24*time.Hour {
		return "day or more"
	}
	return wait.String()
}

// OutageError is about a tenant in trouble. When it answers other requests in the same
// run, it is none.
type OutageError struct {
	what string // the tenant does
	error
}

// Unwrap gives the error its exit status.
func (e *OutageError) Unwrap() error { return e.error }

// Attempts asks until the tenant no longer throttles, and waits as long as it says. For
// an outage to end the whole run waits no longer than --max-wait.
func (r *Recorder) Attempts(ctx context.Context, t Target, tenant record.Tenant, attempt func() error) error {
	for waited := time.Duration(0); ; {
		if tenant.Source == cassette.Live {
			if err := r.Clock.Sleep(ctx, r.Pace); err != nil {
				return r.interrupted(t)
			}
		}
		err := attempt()
		var busy *BusyError
		if !errors.As(err, &busy) {
			return err
		}
		wait, why := RetryAfter(busy.RetryAfter, r.Clock.Now())
		what, spent, left := "throttled", &waited, r.MaxWait-waited
		if busy.Outage != "" {
			what, spent, left = busy.Error(), &t.Session.waited, r.MaxWait-t.Session.waited
			if why == unasked {
				wait = min(wait, left)
			}
		}
		if left <= 0 || wait > left {
			return r.tooLong(t, busy, wait)
		}
		*spent += wait
		fmt.Fprintf(r.Stderr, "%s: %s, waiting %s%s\n", t.Name(), what, wait, why)
		if err := r.Clock.Sleep(ctx, wait); err != nil {
			return r.interrupted(t)
		}
	}
}

func (r *Recorder) interrupted(t Target) error {
	return r.Failed(exit.CauseInterrupted, t, "interrupted")
}

// Clock tells the time of day, and waits.
type Clock struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// SystemClock is that of the machine.
var SystemClock = Clock{time.Now, sleep}

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

// RetryAfter reads the header in both of its forms.
func RetryAfter(value string, now time.Time) (wait time.Duration, why string) {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 {
		return max(time.Second, time.Duration(min(seconds, 1e6)*float64(time.Second))), " as Retry-After says"
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Second, at.Sub(now).Round(time.Second)), " as Retry-After says"
	}
	return noRetryAfter, unasked
}
