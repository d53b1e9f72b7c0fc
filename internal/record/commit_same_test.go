package record_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// untouched records over a cassette and asserts that the file stays the very
// same one.
func untouched(t *testing.T, env vcrtest.Environment, p webhooktest.Provider, file string, body func(testing.TB, *http.Client)) {
	t.Helper()
	before, err := os.Stat(file)
	require.NoError(t, err)
	content := vcrtest.Stored(t, file)
	w := env.Record(t, p, file, body)
	vcrtest.RequireClean(t, w)
	assert.Contains(t, w.Logs(), file+" left as it is: the recording says the same")
	after, err := os.Stat(file)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
	assert.Equal(t, before.ModTime(), after.ModTime())
	assert.Equal(t, content, vcrtest.Stored(t, file))
}

// rewritten records over a cassette and asserts that the file says something new.
func rewritten(t *testing.T, env vcrtest.Environment, p webhooktest.Provider, file string, body func(testing.TB, *http.Client)) {
	t.Helper()
	before := vcrtest.Stored(t, file)
	w := env.Record(t, p, file, body)
	vcrtest.RequireClean(t, w)
	assert.Contains(t, strings.Join(w.Logs(), "\n"), file+" recorded: ")
	assert.NotEqual(t, before, vcrtest.Stored(t, file))
}

func TestCommit_twice(t *testing.T) {
	t.Run("devrev", func(t *testing.T) {
		file := vcrtest.CassettePath(t)
		flow := func(tb testing.TB, c *http.Client) { vcrtest.DevRevFlow(tb, c) }
		vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, vcrtest.DevRevVaries, file, flow))
		untouched(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}), vcrtest.DevRevVaries, file, flow)
	})
	t.Run("dvelop", func(t *testing.T) {
		file := vcrtest.CassettePath(t)
		flow := func(tb testing.TB, c *http.Client) { vcrtest.DVelopFlow(tb, c) }
		vcrtest.RequireClean(t, vcrtest.DVelopTenant(t, &simulator.DVelop{}).Record(t, vcrtest.DVelopVaries, file, flow))
		untouched(t, vcrtest.DVelopTenant(t, &simulator.DVelop{}), vcrtest.DVelopVaries, file, flow)
	})
}

// What differs between any two requests (the rate limit's remainder) does not
// count; what a client sees does.
func TestCommit_volatileHeaders(t *testing.T) {
	file := vcrtest.CassettePath(t)
	var header atomic.Value
	header.Store("X-Ratelimit-Remaining: 999")
	body := webhookWith("")[len("200 "):]
	env := vcrtest.Environment{"DEVREV_TOKEN": realToken, "DEVREV_WEBHOOK_ID": realWebhookID}
	env["DEVREV_BASE_URL"] = vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for line := range strings.SplitSeq(header.Load().(string), "\n") {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		_, _ = w.Write([]byte(body))
	}))
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(1)))
	for _, same := range []string{"X-Ratelimit-Remaining: 998", "X-Ratelimit-Reset: 1741076400", "Date: Tue, 04 Mar 2025 08:17:42 GMT", "X-Request-Id: 7"} {
		header.Store(same)
		untouched(t, env, webhooktest.DevRev, file, getTimes(1))
	}
	for _, other := range []string{"X-Ratelimit-Limit: 1000", "X-Ratelimit-Limit: 2000"} {
		header.Store(other)
		rewritten(t, env, webhooktest.DevRev, file, getTimes(1))
	}
}

// Order and white space of members do not count; a member that is new does, and
// so does a call more.
func TestCommit_membersReordered(t *testing.T) {
	file := vcrtest.CassettePath(t)
	webhook := func(members ...string) string { return `200 {"webhook":{` + strings.Join(members, ",") + `}}` }
	id, secret, status, url := `"id":"`+realWebhookID+`"`, `"secret":"dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq"`, `"status":"active"`, `"url":"https://hooks.acme.example/in"`
	vcrtest.RequireClean(t, answering(t, webhook(id, secret, status, url)).Record(t, webhooktest.DevRev, file, getTimes(1)))
	untouched(t, answering(t, webhook(url, status, secret, id)), webhooktest.DevRev, file, getTimes(1))
	untouched(t, answering(t, webhook("\n\t"+id, secret, status, url)), webhooktest.DevRev, file, getTimes(1))
	rewritten(t, answering(t, webhook(id, secret, status, url, `"display_id":"WEBHOOK-1"`)), webhooktest.DevRev, file, getTimes(1))
	rewritten(t, answering(t, webhook(id, secret, `"status":"inactive"`, url)), webhooktest.DevRev, file, getTimes(1))
	rewritten(t, answering(t, webhook(id, secret, `"status":"inactive"`, url)), webhooktest.DevRev, file, getTimes(2))
}

// Parallel calls arrive in any order, and number their placeholders in that
// order: secrets, names, mail addresses. Neither makes a recording a new one.
func TestCommit_parallelCallsReordered(t *testing.T) {
	const second = "don:integration:dvrv-us-1:devo/example:webhook/second"
	ids := []string{webhooktest.DevRevWebhookID, second}
	p := webhooktest.DevRev.With(webhooktest.Seed(second, "SECOND_WEBHOOK_ID"))
	env := vcrtest.DevRevTenant(t, &simulator.DevRev{Webhooks: fullWebhooks()})
	env["SECOND_WEBHOOK_ID"] = fullWebhooks()[1].ID
	// getAll gets both at once, the first listed one first on the wire.
	getAll := func(order ...int) func(tb testing.TB, client *http.Client) {
		return func(tb testing.TB, client *http.Client) {
			var wait sync.WaitGroup
			turn := make([]chan struct{}, len(order)+1)
			for i := range turn {
				turn[i] = make(chan struct{})
			}
			close(turn[0])
			for i, which := range order {
				wait.Go(func() {
					<-turn[i]
					assert.Equal(tb, ids[which], (&vcrtest.Caller{TB: tb, HTTP: client}).GetDevRev(ids[which]).ID)
					close(turn[i+1])
				})
			}
			wait.Wait()
		}
	}
	file := vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, env.Record(t, p, file, getAll(0, 1)))
	require.Contains(t, vcrtest.Stored(t, file), "user-2@example.com")
	untouched(t, env, p, file, getAll(1, 0))
	untouched(t, env, p, file, getAll(0, 1))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, p, file, getAll(1, 0)))
	// The list numbers the second webhook; its number is part of the requests.
	listed := func(order ...int) func(tb testing.TB, client *http.Client) {
		return func(tb testing.TB, client *http.Client) {
			c := &vcrtest.Caller{TB: tb, HTTP: client}
			all := c.ListDevRev()
			for _, which := range order {
				assert.Equal(tb, all[which], c.GetDevRev(all[which].ID))
			}
		}
	}
	file = vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, listed(0, 1, 2)))
	untouched(t, env, webhooktest.DevRev, file, listed(2, 0, 1))
}

// Two webhooks that have changed places are news all the same.
func TestCommit_answersSwapped(t *testing.T) {
	one, two := webhookWith(`,"display_id":"WEBHOOK-ONE"`), webhookWith(`,"event_types":["work_created"]`)
	file := vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, answering(t, one, two).Record(t, webhooktest.DevRev, file, getTimes(2)))
	untouched(t, answering(t, one, two), webhooktest.DevRev, file, getTimes(2))
	rewritten(t, answering(t, two, one), webhooktest.DevRev, file, getTimes(2))
}

// fullWebhooks are webhooks of the simulator's tenant, each with people, dates
// and secrets of its own.
func fullWebhooks() []simulator.DevRevWebhook {
	const org = "don:integration:dvrv-us-1:devo/11FVC3ScK"
	var all []simulator.DevRevWebhook
	for i, key := range []string{"1jGzMh1N", "8QpVnW3x", "5TrBn2Kq"} {
		all = append(all, simulator.DevRevWebhook{
			ID: org + ":webhook/" + key, DisplayID: "WEBHOOK-" + key, Status: "active",
			URL: fmt.Sprintf("https://hooks%d.acme.example/in", i), Secret: strings.Repeat(string(rune('A'+i)), 20) + "0000",
			CreatedBy: &simulator.DevRevUser{
				Type: "dev_user", ID: fmt.Sprintf("don:identity:dvrv-us-1:devo/11FVC3ScK:devu/%d", 70+i),
				FullName: "Person " + key, Email: key + "@acme.example",
			},
		})
	}
	return all
}
