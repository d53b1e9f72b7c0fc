package record_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Without its variable an id is looked up: the first webhook listed, or the
// first of the event. The look-up is not recorded.
func TestBindings_lookup(t *testing.T) {
	t.Run("devrev", func(t *testing.T) {
		file := vcrtest.CassettePath(t)
		env := vcrtest.DevRevTenant(t, &simulator.DevRev{})
		id := env["DEVREV_WEBHOOK_ID"]
		delete(env, "DEVREV_WEBHOOK_ID")
		body := func(tb testing.TB, client *http.Client) {
			assert.Equal(tb, webhooktest.DevRevWebhookID, (&vcrtest.Caller{TB: tb, HTTP: client}).GetDevRev(webhooktest.DevRevWebhookID).ID)
		}
		vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, body))
		vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, body))
		assert.NotContains(t, vcrtest.Stored(t, file), id)
		assert.NotContains(t, vcrtest.Stored(t, file), "webhooks.list")
	})
	t.Run("dvelop", func(t *testing.T) {
		file := vcrtest.CassettePath(t)
		env := vcrtest.DVelopTenant(t, &simulator.DVelop{})
		id := env["DVELOP_WEBHOOK_ID"]
		delete(env, "DVELOP_WEBHOOK_ID")
		body := func(tb testing.TB, client *http.Client) {
			status, data := (&vcrtest.Caller{TB: tb, HTTP: client}).Call(http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			assert.Equal(tb, http.StatusOK, status)
			assert.Contains(tb, string(data), webhooktest.DVelopWebhookID)
		}
		vcrtest.RequireClean(t, env.Record(t, webhooktest.DVelop, file, body))
		vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DVelop, file, body))
		assert.NotContains(t, strings.ToLower(vcrtest.Stored(t, file)), id)
		assert.Equal(t, 1, strings.Count(vcrtest.Stored(t, file), "method: GET"))
	})
}

// An optional id of d.velop's is looked up before an answer shows it: the
// exported placeholder stands for it in every order of requests.
func TestBindings_looksUpBeforeAnAnswerShowsTheID(t *testing.T) {
	tenant := vcrtest.DVelopTenant(t, &simulator.DVelop{})
	delete(tenant, "DVELOP_WEBHOOK_ID")
	event := webhooktest.DVelop.BaseURL() + "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events/" + webhooktest.DVelopEventID
	w := tenant.Record(t, webhooktest.DVelop, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
		for _, target := range []string{event, event + "/" + webhooktest.DVelopWebhookID} {
			req, err := http.NewRequest("GET", target, nil)
			require.NoError(tb, err)
			req.Header.Set("Accept", "application/json")
			resp, err := client.Do(req)
			require.NoError(tb, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(tb, err)
			resp.Body.Close()
			assert.Contains(tb, string(body), webhooktest.DVelopWebhookID, target)
		}
	})
	assert.False(t, w.Failed(), "%v", w.Errors())
}

// An id of the environment's is the placeholder to the letter, however the
// environment and the tenant write it.
func TestBindings_upperCaseID(t *testing.T) {
	const id = "8D2E6B1F-4C3A-4E5D-9F60-ABCDEF012345"
	for _, variable := range []string{id, strings.ToLower(id)} {
		env := vcrtest.Environment{"DVELOP_TOKEN": realToken, "DVELOP_REPOSITORY_ID": "4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6", "DVELOP_EVENT_ID": "postimport", "DVELOP_WEBHOOK_ID": variable}
		env["DVELOP_BASE_URL"] = vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"id":"`+variable+`"}`)
		}))
		vcrtest.RequireClean(t, env.Record(t, webhooktest.DVelop, vcrtest.CassettePath(t), func(tb testing.TB, c *http.Client) {
			status, data := (&vcrtest.Caller{TB: tb, HTTP: c}).Call(http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			require.Equal(tb, 200, status)
			assert.Contains(tb, string(data), `"`+webhooktest.DVelopWebhookID+`"`)
		}))
	}
}

// A context ends the unrecorded look-up of an id too, and the request that waits
// for it; nothing is written then.
func TestBindings_lookupHonoursContexts(t *testing.T) {
	hang := make(chan struct{})
	env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(hang) })
	delete(env, "DEVREV_WEBHOOK_ID")
	file := vcrtest.CassettePath(t)
	w := env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		_, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID).WithContext(ctx))
		require.ErrorIs(tb, err, context.DeadlineExceeded)
		assert.Less(tb, time.Since(began), 5*time.Second)
	})
	require.True(t, w.Failed())
	assert.Contains(t, w.Failures(), "looking up the first webhook listed instead failed: context deadline exceeded")
	requireNothing(t, strings.TrimSuffix(file, "/lookup.yaml"))
}
