package replay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// numbered writes a cassette of n exchanges, each of which answers with its own
// number, and returns its path.
func numbered(t testing.TB, n int) string {
	t.Helper()
	c := govcr.New(filepath.Join(t.TempDir(), "numbered"))
	for i := range n {
		c.AddInteraction(&govcr.Interaction{
			Request:  govcr.Request{Method: http.MethodPost, URL: "https://api.devrev.ai/webhooks.test", Body: fmt.Sprintf(`{"n":%d}`, i)},
			Response: govcr.Response{Code: 200, Body: fmt.Sprintf(`{"n":%d}`, i), Headers: http.Header{"Content-Type": {"application/json"}}},
		})
	}
	require.NoError(t, c.Save())
	return c.File
}

// numberOf asks for one number and returns the one that came.
func numberOf(client *http.Client, n int) (int, error) {
	resp, err := client.Post("https://api.devrev.ai/webhooks.test", "application/json", strings.NewReader(fmt.Sprintf(`{ "n" : %d }`, n)))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var got struct{ N int }
	resp.Header.Set("X-Seen", "yes") // the caller may write to what is its own
	return got.N, json.NewDecoder(resp.Body).Decode(&got)
}

func TestTransport_manyGoroutinesOnOneClient(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	const goroutines, each = 64, 20
	client := webhooktest.Open(t, webhooktest.DevRev, numbered(t, goroutines*each))
	failures := make(chan string, goroutines*each)
	var group sync.WaitGroup
	for g := range goroutines {
		group.Go(func() {
			for i := range each {
				want := i*goroutines + g
				if got, err := numberOf(client, want); err != nil || got != want {
					failures <- fmt.Sprintf("asked for %d, got %d, %v", want, got, err)
				}
			}
		})
	}
	group.Wait()
	close(failures)
	assert.Empty(t, failures)
}

// The same request from many goroutines uses every step up, once.
func TestTransport_equalRequestsInParallel(t *testing.T) {
	const n = 32
	var steps []webhooktest.Step
	for range n {
		steps = append(steps, "webhooks.get/429", "webhooks.get/200")
	}
	client := webhooktest.Replay(t, webhooktest.DevRev, steps...)
	var mu sync.Mutex
	count := map[int]int{}
	var group sync.WaitGroup
	for range 2 * n {
		req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
		group.Go(func() {
			resp, err := client.Do(req)
			if assert.NoError(t, err) {
				resp.Body.Close()
				mu.Lock()
				count[resp.StatusCode]++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	assert.Equal(t, map[int]int{200: n, 429: n}, count)
}

// Many tests play one cassette, each from its beginning.
func TestTransport_manyTestsOnOneCassette(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := numbered(t, 10)
	var group sync.WaitGroup
	for i := range 40 {
		w := tbtest.New(fmt.Sprint(i))
		group.Go(func() {
			w.Run(func(tb testing.TB) {
				client := webhooktest.Open(tb, webhooktest.DevRev, file)
				for n := range 10 {
					got, err := numberOf(client, (n+i)%10)
					assert.NoError(t, err)
					assert.Equal(t, (n+i)%10, got)
				}
			})
			assert.Empty(t, w.Failures())
		})
	}
	group.Wait()
}

// Requests that are still on their way when the test ends touch it no more.
func TestTransport_stragglers(t *testing.T) {
	for range 50 {
		w := tbtest.New(t.Name())
		var group sync.WaitGroup
		w.Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), webhooktest.Always("webhooks.get/200"))
			for range 8 {
				req := vcrtest.GetWebhook(t, "unheard-of")
				group.Go(func() { vcrtest.Swallow(client, req) })
			}
		})
		said := len(w.Said())
		group.Wait()
		assert.Len(t, w.Said(), said)
	}
}

// A replay holds no goroutine, no open file and no connection, whether it ends
// well, in a fault, or is left in the middle.
func TestTransport_leaksNothing(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := numbered(t, 3)
	round := func() {
		tbtest.New(t.Name()).Run(func(tb testing.TB) {
			client := webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
			_, _ = numberOf(client, 1)
			_, _ = numberOf(client, 77)
			for _, f := range vcrtest.Faults {
				resp, err := webhooktest.Replay(tb, webhooktest.DevRev, f.Step("webhooks.get/200")).Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
				if err == nil {
					_, _ = io.CopyN(io.Discard, resp.Body, 1) // never read to its end, never closed
				}
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, _ = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID).WithContext(ctx))
		})
	}
	round() // what is cached for the process is no leak
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 50 {
		round()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > goroutines && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond) // goroutines of earlier tests may still be ending
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
	assert.LessOrEqual(t, openFiles(t), files)
}

// openFiles counts the descriptors of this process, sockets among them; systems
// that do not show them count none.
func openFiles(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(t, err)
	return len(entries)
}
