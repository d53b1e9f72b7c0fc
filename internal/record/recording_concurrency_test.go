package record_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// 64 goroutines share one client while it records, and one while it replays:
// each sees the answers to its own requests.
func TestRecording_manyGoroutines(t *testing.T) {
	const goroutines = 64
	file := vcrtest.CassettePath(t)
	var mu sync.Mutex
	flow := func(secrets map[int]string) func(tb testing.TB, client *http.Client) {
		return func(tb testing.TB, client *http.Client) {
			var group sync.WaitGroup
			for i := range goroutines {
				group.Go(func() {
					c := &vcrtest.Caller{TB: tb, HTTP: client}
					secret, target := vcrtest.RandomSecret(tb), "https://hooks.acme.example/"+itoa(i)
					status, data := c.Call(http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.create", map[string]any{"url": target, "secret": secret, "event_types": []string{"work_created"}})
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
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, flow(live)))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow(again)))
	assert.Len(t, live, goroutines)
	assert.Len(t, again, goroutines)
	assert.Equal(t, goroutines, strings.Count(vcrtest.Stored(t, file), "  - id: "))
	for _, secret := range live {
		assert.NotContains(t, vcrtest.Stored(t, file), secret)
	}
}
