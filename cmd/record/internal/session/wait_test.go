package session

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/record"
)

var thisDay = time.Date(2026, time.March, 1, 8, 0, 0, 0, time.UTC)

func TestAttempts_pace(t *testing.T) {
	now := thisDay
	c := Clock{
		Now:   func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
	}
	r := &Recorder{Clock: c, Stderr: io.Discard, Pace: time.Second, MaxWait: time.Minute}
	for _, source := range []string{cassette.Live, cassette.Simulated} {
		require.NoError(t, r.Attempts(t.Context(), Target{}, record.Tenant{Source: source}, func() error { return nil }))
	}
	assert.Equal(t, thisDay.Add(time.Second), now, "only a tenant is spared")
}

func TestRetryAfter(t *testing.T) {
	const says, silent = " as Retry-After says", ", for want of a Retry-After"
	for _, c := range []struct {
		value string
		wait  time.Duration
		why   string
	}{
		{"90", 90 * time.Second, says},
		{"1.5", 1500 * time.Millisecond, says},
		{"0", time.Second, says},
		{thisDay.Add(time.Hour).Format(http.TimeFormat), time.Hour, says},
		{thisDay.Add(-time.Hour).Format(http.TimeFormat), time.Second, says},
		{"", noRetryAfter, silent},
		{"-1", noRetryAfter, silent},
		{"1e9", 1e6 * time.Second, says},
		{"99999999999999999999", 1e6 * time.Second, says},
		{"soon", noRetryAfter, silent},
	} {
		wait, why := RetryAfter(c.value, thisDay)
		assert.Equal(t, c.wait, wait, c.value)
		assert.Equal(t, c.why, why, c.value)
	}
}

func TestSystemClock(t *testing.T) {
	assert.NoError(t, SystemClock.Sleep(t.Context(), 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, SystemClock.Sleep(ctx, time.Hour), context.Canceled)
}
