package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

func TestPayload(t *testing.T) {
	for _, d := range vendors {
		live := newLive(t, d, simulator.Settings{}, &simulator.Receivers{}, 0)
		known := 0
		for _, event := range live.EventTypes() {
			payload, err := live.Payload(event)
			require.NoError(t, err, event)
			if payload == nil {
				continue
			}
			known++
			body, err := live.Body(event, payload)
			require.NoError(t, err, event)
			if d.Delivery == nil {
				continue
			}
			problems, err := contract.CheckDelivery(d, body)
			require.NoError(t, err)
			assert.Empty(t, problems, "%s %s", event, body)
		}
		t.Logf("%s: %d events, %d with a payload", d.Name, len(live.EventTypes()), known)
		assert.GreaterOrEqual(t, known, 2)
	}
}

func TestLive_life(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{}, r)
		hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		assert.Equal(t, "unverified", hook.Status)

		require.NoError(t, tenant.live.Settle(t.Context()))
		assert.Equal(t, "active", tenant.get(hook.ID).Status)

		got := tenant.emit("work_created")
		require.Len(t, got, 1)
		assert.True(t, got[0].Acknowledged)
		require.Len(t, got[0].Attempts, 1)
		last := r.last()
		assert.Equal(t, provider.Signature(hook.Secret, last.body, false, false), last.header.Get("X-DevRev-Signature"))
		assert.JSONEq(t, `"work_created"`, string(last.member(t, "type")))

		assert.Equal(t, "not subscribed to work_deleted, only to work_created", tenant.emit("work_deleted")[0].Reason)
		tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"deactivate"}`, hook.ID))
		assert.Contains(t, tenant.emit("work_created")[0].Reason, "inactive")
		tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"activate"}`, hook.ID))
		assert.True(t, tenant.emit("work_created")[0].Acknowledged)

		tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"secret":""}`, hook.ID))
		assert.Equal(t, "unverified", tenant.get(hook.ID).Status)
		require.NoError(t, tenant.live.Settle(t.Context()))
		renewed := tenant.get(hook.ID)
		assert.Equal(t, "active", renewed.Status)
		assert.NotEqual(t, hook.Secret, renewed.Secret)

		tenant.call("webhooks.delete", fmt.Sprintf(`{"id":%q}`, hook.ID))
		assert.Empty(t, tenant.emit("work_created"))
	})
}

func TestLive_schedule(t *testing.T) {
	for _, tt := range []struct {
		name     string
		settings simulator.Settings
		answer   func(http.ResponseWriter, *http.Request)
		at       []time.Duration
		reason   string
	}{
		{"500", simulator.Settings{}, status(500), []time.Duration{0, 30 * time.Second, 210 * time.Second}, "given up after 3 attempts; the last: answered 500"},
		{"204 is no 200", simulator.Settings{}, status(204), []time.Duration{0, 30 * time.Second, 210 * time.Second}, "given up after 3 attempts; the last: answered 204"},
		{"slow", simulator.Settings{}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			[]time.Duration{0, 33 * time.Second, 216 * time.Second}, "given up after 3 attempts; the last: no answer: aborted after 3s"},
		{"panic", simulator.Settings{Waits: []time.Duration{time.Second}}, func(http.ResponseWriter, *http.Request) { panic("no") },
			[]time.Duration{0, time.Second}, "given up after 2 attempts; the last: no answer: the handler panicked"},
		{"no waits", simulator.Settings{Waits: []time.Duration{}}, status(503), []time.Duration{0}, "given up after 1 attempt; the last: answered 503"},
		{"own measure", simulator.Settings{Acknowledged: func(s int) bool { return s == 500 }}, status(500), []time.Duration{0}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &endpoint{}
				tenant := devrevTenant(t, tt.settings, r)
				tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
				require.NoError(t, tenant.live.Settle(t.Context()))
				r.answer(tt.answer)
				begun := time.Now()

				got := tenant.emit("work_created")[0]

				var at []time.Duration
				for _, a := range got.Attempts {
					at = append(at, a.At.Sub(begun))
				}
				assert.Equal(t, tt.at, at)
				assert.Equal(t, tt.reason, got.Reason)
				assert.Equal(t, tt.reason == "", got.Acknowledged)
			})
		})
	}
}

func TestLive_timestamps(t *testing.T) {
	for _, keep := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := &endpoint{}
			tenant := devrevTenant(t, simulator.Settings{KeepTimestamp: keep}, r)
			tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
			require.NoError(t, tenant.live.Settle(t.Context()))
			r.answer(status(500))
			tenant.emit("work_created")
			all := r.all()
			require.Len(t, all, 4)
			assert.Equal(t, keep, string(all[1].member(t, "timestamp")) == string(all[3].member(t, "timestamp")))
			assert.Equal(t, string(all[1].member(t, "id")), string(all[3].member(t, "id")))
		})
	}
}

func TestLive_neverVerified(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		reason string
	}{
		{"no challenge", status(200), "unverified after 3m0s: the verify request of 2000-01-01T00:00:30Z was answered with 200 and no challenge"},
		{"other challenge", write(`{"challenge":"b3RoZXI="}`), "unverified after 3m0s: the verify request of 2000-01-01T00:00:30Z was answered with 200 and another challenge"},
		{"text", write(`ok`), "unverified after 3m0s: the verify request of 2000-01-01T00:00:30Z was answered with 200 and a body that is no JSON object"},
		{"refused", status(401), "unverified after 3m0s: the verify request of 2000-01-01T00:00:30Z was answered with 401"},
		{"slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "unverified after 3m0s: the verify request of 2000-01-01T00:00:33Z got no answer: aborted after 3s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &endpoint{}
				r.answer(tt.answer)
				tenant := devrevTenant(t, simulator.Settings{}, r)
				hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
				begun := time.Now()
				time.Sleep(time.Minute)
				assert.Contains(t, tenant.emit("work_created")[0].Reason, "not verified yet: ")
				require.NoError(t, tenant.live.Settle(t.Context()))
				assert.Equal(t, 3*time.Minute, time.Since(begun))
				assert.Equal(t, tt.reason, tenant.emit("work_created")[0].Reason)
				assert.Equal(t, "unverified", tenant.get(hook.ID).Status)

				r.answer(nil)
				tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"activate"}`, hook.ID))
				require.NoError(t, tenant.live.Settle(t.Context()))
				assert.Equal(t, "active", tenant.get(hook.ID).Status)
			})
		})
	}
}

func TestLive_degraded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{}, r)
		hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		r.answer(status(500))
		for range 3 {
			assert.Len(t, tenant.emit("work_created")[0].Attempts, 3)
		}
		assert.Equal(t, "degraded: 3 events in a row were not acknowledged", tenant.emit("work_created")[0].Reason)
		assert.Equal(t, "unverified", tenant.get(hook.ID).Status)
		r.answer(nil)
		require.NoError(t, tenant.live.Settle(t.Context()))
		assert.True(t, tenant.emit("work_created")[0].Acknowledged)
	})
}

func TestLive_duplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{}, r)
		tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		payload, err := tenant.live.Payload("work_created")
		require.NoError(t, err)
		got, err := tenant.live.Emit(t.Context(), "work_created", payload, 2)
		require.NoError(t, err)
		assert.Len(t, got[0].Attempts, 3)
		all := r.all()
		assert.Equal(t, all[1].body, all[2].body)
		assert.Equal(t, all[1].header, all[3].header)
	})
}

// Nothing is delivered after a delete has been answered, whoever deletes.
func TestLive_delete(t *testing.T) {
	t.Run("from outside", func(t *testing.T) {
		var deleted sync.Map
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{VerifyAfter: time.Nanosecond}, r)
		r.answer(func(w http.ResponseWriter, in *http.Request) {
			var body struct {
				Webhook string `json:"webhook_id"`
			}
			assert.NoError(t, json.NewDecoder(in.Body).Decode(&body))
			_, gone := deleted.Load(body.Webhook)
			assert.False(t, gone, "delivered after the delete was answered")
			r.echo(w, in)
		})
		var work sync.WaitGroup
		for range 64 {
			work.Go(func() {
				hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
				tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"event_types":{"add":["work_updated"]}}`, hook.ID))
				tenant.emit("work_created")
				tenant.call("webhooks.delete", fmt.Sprintf(`{"id":%q}`, hook.ID))
				deleted.Store(hook.ID, true)
				tenant.emit("work_created")
			})
		}
		work.Wait()
	})
	t.Run("by the receiver itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &endpoint{}
			tenant := devrevTenant(t, simulator.Settings{}, r)
			hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
			require.NoError(t, tenant.live.Settle(t.Context()))
			var answered atomic.Bool
			r.answer(func(w http.ResponseWriter, in *http.Request) {
				begun := time.Now()
				tenant.callWith(in.Context(), "webhooks.delete", fmt.Sprintf(`{"id":%q}`, hook.ID))
				answered.Store(true)
				assert.Zero(t, time.Since(begun))
			})
			got := tenant.emit("work_created")
			assert.True(t, answered.Load())
			require.Len(t, got[0].Attempts, 1)
		})
	})
}

// What changes while a delivery waits for its next attempt counts at once.
func TestLive_changesWhileWaiting(t *testing.T) {
	for _, tt := range []struct {
		name, operation, body string
		settings              simulator.Settings
		reason, status        string
	}{
		{"deactivated", "webhooks.update", `{"id":%q,"action":"deactivate"}`, simulator.Settings{DegradedAfter: 1}, "inactive: activate it with webhooks.update", "inactive"},
		{"unsubscribed", "webhooks.update", `{"id":%q,"event_types":{"set":["work_deleted"]}}`, simulator.Settings{}, "not subscribed to work_created, only to work_deleted", "active"},
		{"moved", "webhooks.update", `{"id":%q,"url":"https://hooks.example.com/other"}`, simulator.Settings{}, "changed: its new URL or secret must be verified first", "active"},
		{"deleted", "webhooks.delete", `{"id":%q}`, simulator.Settings{}, "deleted: nothing is sent any more", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &endpoint{}
				tenant := devrevTenant(t, tt.settings, r)
				hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
				require.NoError(t, tenant.live.Settle(t.Context()))
				r.answer(status(500))
				begun := time.Now()
				time.AfterFunc(10*time.Second, func() {
					r.answer(nil)
					tenant.call(tt.operation, fmt.Sprintf(tt.body, hook.ID))
				})
				got := tenant.emit("work_created")[0]
				assert.Equal(t, 10*time.Second, time.Since(begun))
				assert.Len(t, got.Attempts, 1)
				assert.Equal(t, tt.reason, got.Reason)
				require.NoError(t, tenant.live.Settle(t.Context()))
				time.Sleep(time.Hour)
				if tt.status != "" {
					assert.Equal(t, tt.status, tenant.get(hook.ID).Status)
				}
			})
		})
	}
}

// No way round the verification leads to an active webhook.
func TestLive_activatesOnlyWhatIsVerified(t *testing.T) {
	for name, changes := range map[string][]string{
		"new":                 {`"action":"deactivate"`, `"action":"activate"`},
		"moved in between":    {`"action":"deactivate"`, `"url":"https://hooks.example.com/other"`, `"action":"activate"`},
		"secret in between":   {`"action":"deactivate"`, `"secret":""`, `"action":"activate"`},
		"moved and activated": {`"action":"deactivate"`, `"url":"https://hooks.example.com/other","action":"activate"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &endpoint{}
				tenant := devrevTenant(t, simulator.Settings{}, r)
				if name == "new" {
					r.answer(status(200)) // never echoes
				}
				hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
				require.NoError(t, tenant.live.Settle(t.Context()))
				r.answer(status(200))
				for _, change := range changes {
					tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,%s}`, hook.ID, change))
				}
				require.NoError(t, tenant.live.Settle(t.Context()))
				assert.Equal(t, "unverified", tenant.get(hook.ID).Status)
				r.answer(nil)
				tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"activate"}`, hook.ID))
				require.NoError(t, tenant.live.Settle(t.Context()))
				assert.Equal(t, "active", tenant.get(hook.ID).Status)
				tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"deactivate"}`, hook.ID))
				tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"activate"}`, hook.ID))
				assert.Equal(t, "active", tenant.get(hook.ID).Status, "it was verified before")
			})
		})
	}
}

// A duplicate is held to what a delivery is, and goes out no longer than that.
func TestLive_duplicatesThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{}, r)
		hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		payload, err := tenant.live.Payload("work_created")
		require.NoError(t, err)
		var calls atomic.Int32
		r.answer(func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) > 1 {
				w.WriteHeader(500)
			}
		})
		got, err := tenant.live.Emit(t.Context(), "work_created", payload, 2)
		require.NoError(t, err)
		assert.Len(t, got[0].Attempts, 3)
		assert.False(t, got[0].Acknowledged)
		assert.Equal(t, "a duplicate was not acknowledged: answered 500", got[0].Reason)
		assert.Equal(t, "answered 500", got[0].Attempts[2].Reason)

		r.answer(func(http.ResponseWriter, *http.Request) {
			tenant.call("webhooks.update", fmt.Sprintf(`{"id":%q,"action":"deactivate"}`, hook.ID))
		})
		got, err = tenant.live.Emit(t.Context(), "work_created", payload, 2)
		require.NoError(t, err)
		assert.Len(t, got[0].Attempts, 1)
		assert.Equal(t, "a duplicate was not sent: inactive: activate it with webhooks.update", got[0].Reason)

		for _, n := range []int{-1, simulator.MaxDuplicates + 1} {
			_, err = tenant.live.Emit(t.Context(), "work_created", payload, n)
			assert.ErrorContains(t, err, "duplicates, expected 0 to 100")
		}
	})
}

// What the caller gives up says nothing of the receiver, and is not sent.
func TestLive_endedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{DegradedAfter: 1}, r)
		hook := tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		payload, err := tenant.live.Payload("work_created")
		require.NoError(t, err)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		got, err := tenant.live.Emit(ended, "work_created", payload, 0)
		require.NoError(t, err)
		assert.Empty(t, got[0].Attempts)
		assert.Equal(t, "given up: context canceled", got[0].Reason)
		r.answer(status(500))
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got, err = tenant.live.Emit(short, "work_created", payload, 0)
		require.NoError(t, err)
		assert.Len(t, got[0].Attempts, 1)
		assert.Equal(t, "active", tenant.get(hook.ID).Status)
	})
}

// A handler that ends its goroutine has answered nothing.
func TestLive_goexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		tenant := devrevTenant(t, simulator.Settings{Waits: []time.Duration{}}, r)
		tenant.create(`{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		r.answer(func(http.ResponseWriter, *http.Request) { runtime.Goexit() })
		assert.Equal(t, "given up after 1 attempt; the last: no answer: the handler ended its goroutine", tenant.emit("work_created")[0].Reason)
	})
}

func TestLive_nowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := devrevTenant(t, simulator.Settings{}, &simulator.Receivers{Advice: "do this"})
		tenant.create(`{"url":"https://hooks.example.com/devrev?token=secret","event_types":["work_created"]}`)
		require.NoError(t, tenant.live.Settle(t.Context()))
		assert.Contains(t, tenant.emit("work_created")[0].Reason, "https://hooks.example.com/devrev")
		assert.Contains(t, tenant.emit("work_created")[0].Reason, "do this")
	})
}

func TestLive_dvelop(t *testing.T) {
	const base = "https://sample-api.d-velop.cloud"
	for _, tt := range []struct {
		name, webhook string
		answer        func(http.ResponseWriter, *http.Request)
		calls         int
		acknowledged  bool
		reason        string
	}{
		{"plain", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"STATUS"}`, status(204), 1, true, ""},
		{"wrong status", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"STATUS"}`, status(500), 4, false, "given up after 4 attempts; the last: answered 500"},
		{"answer ignored", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"NONE"}`, status(500), 1, true, ""},
		{"nobody there", `{"uri":"https://nowhere.example.com/a","enabled":true,"handleResponse":"NONE","retry":false}`, status(200), 0, false,
			"given up after 1 attempt; the last: no answer: https://nowhere.example.com/a leads to no receiver: deliveries go to handlers and to loopback addresses only"},
		{"no retry", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"STATUS","retry":false}`, status(500), 1, false, "given up after 1 attempt; the last: answered 500"},
		{"slow", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"STATUS","timeout":50,"retry":false}`,
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1, false, "given up after 1 attempt; the last: no answer: aborted after 50ms"},
		{"slow, and the answer ignored", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"NONE","timeout":50}`,
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 4, false, "given up after 4 attempts; the last: no answer: aborted after 50ms"},
		{"no time at all", `{"uri":"https://hooks.example.com/a","enabled":true,"handleResponse":"STATUS","timeout":-5,"retry":false}`,
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1, false, "given up after 1 attempt; the last: no answer: aborted after 300ms"},
		{"off", `{"uri":"https://hooks.example.com/a","enabled":false}`, status(200), 0, false, "not enabled"},
		{"another category", `{"uri":"https://hooks.example.com/a","enabled":true,"restrictions":[{"key":"CATEGORY","value":"other"}]}`, status(200), 0, false,
			`restricted to the category other, the event's is "cccccccc-0000-4000-8000-000000000001"`},
		{"the category", `{"uri":"https://hooks.example.com/a","enabled":true,"restrictions":[{"key":"CATEGORY","value":"cccccccc-0000-4000-8000-000000000001"}]}`, status(200), 1, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &endpoint{}
				r.answer(tt.answer)
				live := newLive(t, &provider.DVelop, simulator.Settings{}, r, 0)
				status, _, _ := send(t, live, t.Context(), "POST", base+"/dmsconfig/r/"+provider.DVelopRepositoryID+"/events/postimport", tt.webhook, base)
				require.Equal(t, 201, status)
				payload, err := live.Payload("postimport")
				require.NoError(t, err)

				got, err := live.Emit(t.Context(), "postimport", payload, 0)

				require.NoError(t, err)
				require.Len(t, got, 1)
				assert.Len(t, r.all(), tt.calls)
				assert.Equal(t, tt.acknowledged, got[0].Acknowledged)
				assert.Equal(t, tt.reason, got[0].Reason)
			})
		})
	}
}

func TestLive_dvelopOrder(t *testing.T) {
	const base, event = "https://sample-api.d-velop.cloud", "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/postimport"
	synctest.Test(t, func(t *testing.T) {
		r := &endpoint{}
		r.answer(status(200))
		live := newLive(t, &provider.DVelop, simulator.Settings{}, r, 0)
		var ids []string
		for _, name := range []string{"a", "b", "c"} {
			_, header, _ := send(t, live, t.Context(), "POST", base+event, `{"uri":"/own/`+name+`","enabled":true,"apiKey":"key-`+name+`"}`, base)
			ids = append(ids, header.Get("Location")[strings.LastIndexByte(header.Get("Location"), '/')+1:])
		}
		order, err := json.Marshal(map[string]any{"order": []string{strings.ToUpper(ids[2]), ids[0]}})
		require.NoError(t, err)
		status, _, _ := send(t, live, t.Context(), "PUT", base+event, string(order), base)
		require.Equal(t, 204, status)
		payload, err := live.Payload("postimport")
		require.NoError(t, err)
		_, err = live.Emit(t.Context(), "postimport", payload, 0)
		require.NoError(t, err)
		var called []string
		for _, d := range r.all() {
			called = append(called, d.url+" "+d.header.Get("Authorization"))
		}
		assert.Equal(t, []string{"/own/c Bearer key-c", "/own/a Bearer key-a", "/own/b Bearer key-b"}, called)
		_, err = live.Emit(t.Context(), "predelete", nil, 0)
		assert.ErrorContains(t, err, "not documented")
		_, err = live.Payload("postimports")
		assert.ErrorContains(t, err, "did you mean")
	})
}

// tenant is a living tenant with the calls that these tests make.
type tenant struct {
	t    *testing.T
	live simulator.Live
}

type webhook struct{ ID, Status, Secret string }

func newLive(t *testing.T, d *provider.Definition, settings simulator.Settings, r http.RoundTripper, n int) simulator.Live {
	t.Helper()
	live, err := simulator.NewLive(d, settings, r, n)
	require.NoError(t, err)
	t.Cleanup(live.Close)
	return live
}

func devrevTenant(t *testing.T, settings simulator.Settings, r http.RoundTripper) tenant {
	t.Helper()
	return tenant{t, newLive(t, &provider.DevRev, settings, r, 0)}
}

func (c tenant) call(operation, body string) []byte {
	return c.callWith(c.t.Context(), operation, body)
}

func (c tenant) callWith(ctx context.Context, operation, body string) []byte {
	status, _, got := send(c.t, c.live, ctx, "POST", "https://api.devrev.ai/"+operation, body, "")
	assert.Less(c.t, status, 300, "%s", got)
	return got
}

func (c tenant) create(body string) webhook {
	return c.read(c.call("webhooks.create", body))
}

func (c tenant) get(id string) webhook {
	return c.read(c.call("webhooks.get", fmt.Sprintf(`{"id":%q}`, id)))
}

func (c tenant) read(body []byte) webhook {
	var answer struct{ Webhook webhook }
	assert.NoError(c.t, json.Unmarshal(body, &answer))
	return answer.Webhook
}

func (c tenant) emit(event string) []simulator.Delivery {
	payload, err := c.live.Payload(event)
	assert.NoError(c.t, err)
	got, err := c.live.Emit(c.t.Context(), event, payload, 0)
	assert.NoError(c.t, err)
	return got
}

func send(t *testing.T, h http.Handler, ctx context.Context, method, url, body, origin string) (int, http.Header, []byte) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	assert.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+provider.Token)
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := simulator.Transport(h).RoundTrip(req)
	if !assert.NoError(t, err) {
		return 0, nil, nil
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	assert.NoError(t, err)
	return resp.StatusCode, resp.Header, got
}

// endpoint takes deliveries to any URL, as Receivers does for a handler's.
type endpoint struct {
	simulator.Receivers
	once sync.Once
	mu   sync.Mutex
	how  func(http.ResponseWriter, *http.Request)
	got  []received
}

type received struct {
	url    string
	header http.Header
	body   []byte
}

func (r received) member(t *testing.T, name string) json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(r.body, &members))
	return members[name]
}

func (e *endpoint) RoundTrip(req *http.Request) (*http.Response, error) {
	e.once.Do(func() {
		for _, at := range []string{"https://hooks.example.com", "https://sample-api.d-velop.cloud"} {
			if err := e.Handle(at, e); err != nil {
				panic(err)
			}
		}
	})
	return e.Receivers.RoundTrip(req)
}

// answer says how deliveries are answered from now on; nil is a sound receiver.
func (e *endpoint) answer(how func(http.ResponseWriter, *http.Request)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.how = how
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(400)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e.mu.Lock()
	e.got = append(e.got, received{r.URL.String(), r.Header.Clone(), body})
	how := e.how
	e.mu.Unlock()
	if how != nil {
		how(w, r)
		return
	}
	e.echo(w, r)
}

func (e *endpoint) echo(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Verify *json.RawMessage `json:"verify"`
	}
	if json.NewDecoder(r.Body).Decode(&body) == nil && body.Verify != nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*body.Verify)
	}
}

func (e *endpoint) all() []received {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got
}

func (e *endpoint) last() received { all := e.all(); return all[len(all)-1] }

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func write(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}
