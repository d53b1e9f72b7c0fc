package webhooktest_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// 64 goroutines share one client while it records, and one while it replays:
// each sees the answers to its own requests.
func TestProof_manyGoroutinesRecord(t *testing.T) {
	const goroutines = 64
	file := cassettePath(t)
	var mu sync.Mutex
	flow := func(secrets map[int]string) func(tb testing.TB, client *http.Client) {
		return func(tb testing.TB, client *http.Client) {
			var group sync.WaitGroup
			for i := range goroutines {
				group.Go(func() {
					c := &caller{tb: tb, http: client}
					secret, target := randomSecret(tb), "https://hooks.acme.example/"+itoa(i)
					status, data := c.call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.create", map[string]any{"url": target, "secret": secret, "event_types": []string{"work_created"}})
					assert.Equal(tb, http.StatusCreated, status)
					assert.Contains(tb, string(data), secret)
					assert.Contains(tb, string(data), target)
					mu.Lock()
					defer mu.Unlock()
					secrets[i] = secret
				})
			}
			group.Wait()
		}
	}
	live, again := map[int]string{}, map[int]string{}
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, devrevVaries, file, flow(live)))
	requireClean(t, replayed(t, webhooktest.DevRev, file, flow(again)))
	assert.Len(t, live, goroutines)
	assert.Len(t, again, goroutines)
	assert.Equal(t, goroutines, strings.Count(stored(t, file), "  - id: "))
	for _, secret := range live {
		assert.NotContains(t, stored(t, file), secret)
	}
}

// A context ends the unrecorded look-up of an id too, and the request that waits
// for it; nothing is written then.
func TestProof_lookupHonoursContexts(t *testing.T) {
	hang := make(chan struct{})
	env := devrevTenant(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(hang) })
	delete(env, "DEVREV_WEBHOOK_ID")
	file := cassettePath(t)
	w := env.record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		_, err := client.Do(newGet(tb, strings.NewReader(getBody)).WithContext(ctx))
		require.ErrorIs(tb, err, context.DeadlineExceeded)
		assert.Less(tb, time.Since(began), 5*time.Second)
	})
	require.True(t, w.Failed())
	assert.Contains(t, w.Failures(), "looking up the first webhook listed instead failed: context deadline exceeded")
	requireNothing(t, strings.TrimSuffix(file, "/lookup.yaml"))
}
