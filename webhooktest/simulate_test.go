package webhooktest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

func echo(w http.ResponseWriter, r *http.Request) {
	var delivery struct {
		Verify *json.RawMessage `json:"verify"`
	}
	if json.NewDecoder(r.Body).Decode(&delivery) == nil && delivery.Verify != nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*delivery.Verify)
	}
}

func post(t *testing.T, client *http.Client, ctx context.Context, operation, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", webhooktest.DevRev.BaseURL()+"/"+operation, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, got
}

func TestSimulate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		tenant := webhooktest.Simulate(t, webhooktest.DevRev)
		tenant.Receive("https://hooks.example.com/devrev", http.HandlerFunc(echo))
		status, body := post(t, tenant.Client(), t.Context(), "webhooks.create", `{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.Equal(t, 201, status)
		assert.Contains(t, string(body), `"unverified"`)
		require.NoError(t, tenant.Settle(t.Context()))
		_, body = post(t, tenant.Client(), t.Context(), "webhooks.list", `{}`)
		assert.Contains(t, string(body), `"active"`)

		got := tenant.Emit(t.Context(), "work_created", webhooktest.Set("/work/title", "A title"), webhooktest.Duplicates(1))

		require.Len(t, got, 1)
		assert.True(t, got[0].Acknowledged)
		assert.Len(t, got[0].Attempts, 2)
		assert.Equal(t, 100*time.Millisecond, time.Since(begun))
		all := tenant.Deliveries()
		require.Len(t, all, 2)
		assert.Equal(t, "verify", all[0].Event)
	})
}

func TestSimulate_server(t *testing.T) {
	for _, p := range []webhooktest.Provider{webhooktest.DevRev, webhooktest.DVelop} {
		tenant := webhooktest.Simulate(t, p.With(webhooktest.Webhooks(2), webhooktest.AllowProblems("Origin")))
		server := tenant.Server()
		path, method, body := "/webhooks.list", "POST", "{}"
		if p.String() == webhooktest.DVelop.String() {
			path, method, body = "/dmsconfig/r/"+webhooktest.DVelopRepositoryID+"/events/"+webhooktest.DVelopEventID, "GET", ""
		}
		req, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		resp, err := server.Client().Do(req)
		require.NoError(t, err)
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 200, resp.StatusCode, "%s", got)
		assert.Contains(t, string(got), "https://example.com/webhooks/2")
	}
}

func TestSimulate_breaches(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		tenant := webhooktest.Simulate(tb, webhooktest.DevRev)
		status, _ := post(t, tenant.Client(), t.Context(), "webhooks.create", `{"ulr":"https://hooks.example.com/devrev"}`)
		assert.Equal(t, 400, status)
	})
	assert.Contains(t, w.Failures(), "called at simulate_test.go:")
	assert.NotContains(t, w.Failures(), "(simulate.go")
	assert.Contains(t, w.Failures(), "request /url")
}

func TestSimulate_mistakes(t *testing.T) {
	emit := func(event string, changes ...webhooktest.Change) func(*webhooktest.Tenant) {
		return func(tenant *webhooktest.Tenant) { tenant.Emit(t.Context(), event, changes...) }
	}
	receive := func(url string, h http.Handler) func(*webhooktest.Tenant) {
		return func(tenant *webhooktest.Tenant) { tenant.Receive(url, h) }
	}
	for name, tt := range map[string]struct {
		do   func(*webhooktest.Tenant)
		want string
	}{
		"event":              {emit("work_craeted"), `Emit("work_craeted"): DevRev has no event "work_craeted"; did you mean work_created`},
		"verify":             {emit("verify"), `DevRev sends verify requests by itself`},
		"breach":             {emit("work_created", webhooktest.Set("/work/title", 7)), `delivery /work_created/work/title`},
		"missing member":     {emit("work_created", webhooktest.Remove("/work/title")), `delivery /work_created/work/title`},
		"removed twice":      {emit("work_created", webhooktest.Remove("/work/titel")), `Remove("/work/titel"): /work has no member "titel"; did you mean "title"?`},
		"no parent":          {emit("work_created", webhooktest.Set("/wrok/title", "x")), `Set("/wrok/title"): the body has no member "wrok"; did you mean "work"?`},
		"no pointer":         {emit("work_created", webhooktest.Set("title", "x")), `Set("title"): that is no JSON pointer; one begins with a slash, such as "/title"`},
		"no JSON":            {emit("work_created", webhooktest.Set("/work/title", func() {})), `json: unsupported type`},
		"entry":              {emit("work_created", webhooktest.Set("/work/owned_by/1", "x")), `/work/owned_by is a list of length 0, and "1" is no index of it`},
		"nil change":         {emit("work_created", nil), `a change is nil`},
		"duplicates":         {emit("work_created", webhooktest.Duplicates(0)), `Duplicates(0): give 1 or more`},
		"receiver URL":       {receive("hooks", http.NotFoundHandler()), `Receive: "hooks" is no absolute URL`},
		"receiver nil":       {receive("https://a.example", nil), `Receive: "https://a.example": no handler given`},
		"receiver typed nil": {receive("https://a.example", http.HandlerFunc(nil)), `no handler given`},
		"receiver query":     {receive("https://a.example?x=1", http.NotFoundHandler()), `expected a URL without query`},
	} {
		t.Run(name, func(t *testing.T) {
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				tt.do(webhooktest.Simulate(tb, webhooktest.DevRev))
			})
			assert.Contains(t, w.Failures(), tt.want)
		})
	}
	for name, p := range map[string]webhooktest.Provider{
		"Webhooks(0)":                      webhooktest.DevRev.With(webhooktest.Webhooks(0)),
		"SentBy: -1s":                      webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Waits: []time.Duration{-time.Second}})),
		"Hex":                              webhooktest.DVelop.With(webhooktest.SentBy(webhooktest.Sender{Hex: true})),
		"InOrder":                          webhooktest.DevRev.With(webhooktest.InOrder()),
		"SentBy(Sender{}) changes nothing": webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{})),
		"SentBy is given twice":            webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Hex: true}), webhooktest.SentBy(webhooktest.Sender{RawKey: true})),
		"Webhooks is given twice":          webhooktest.DevRev.With(webhooktest.Webhooks(1), webhooktest.Webhooks(2)),
		"leaves no time to verify in":      webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{VerifyAfter: time.Hour})),
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Simulate(tb, p) })
		assert.Contains(t, w.Failures(), name)
	}
}

func TestSimulate_receiverPanics(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		tenant := webhooktest.Simulate(tb, webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{Waits: []time.Duration{}, VerifyWithin: time.Millisecond, VerifyAfter: time.Nanosecond})))
		tenant.Receive("https://hooks.example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") }))
		post(t, tenant.Client(), t.Context(), "webhooks.create", `{"url":"https://hooks.example.com/devrev","event_types":["work_created"]}`)
		require.NoError(t, tenant.Settle(t.Context()))
	})
	assert.Contains(t, w.Failures(), "the receiver of https://hooks.example.com/devrev panicked: oh")
	assert.Contains(t, w.Failures(), "simulate_test.go")
}

// A body of the caller's own, for events that the vendor does not describe.
func TestSimulate_ownBody(t *testing.T) {
	tenant := webhooktest.Simulate(t, webhooktest.DVelop.With(webhooktest.Webhooks(1)))
	var got []byte
	tenant.Receive("https://example.com/webhooks", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) }))
	d := tenant.Emit(t.Context(), "postimport", webhooktest.Body(map[string]any{"doc": map[string]any{"id": "1"}}), webhooktest.Set("/doc/id", "2"))
	assert.True(t, d[0].Acknowledged, "%+v", d)
	assert.JSONEq(t, `{"doc":{"id":"2"}}`, string(got))
	assert.Empty(t, tenant.Emit(t.Context(), "predelete", webhooktest.Body(json.RawMessage(`{"any":1}`))))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Simulate(tb, webhooktest.DVelop).Emit(t.Context(), "predelete")
	})
	assert.Contains(t, w.Failures(), "what d.velop sends at predelete is not documented; give one with Body")
}

// A receiver that is slower than its time does not outlive the test, nor Settle.
func TestSimulate_slowReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := webhooktest.Simulate(t, webhooktest.DevRev.With(webhooktest.Webhooks(1), webhooktest.SentBy(webhooktest.Sender{Waits: []time.Duration{}})))
		done := false
		tenant.Receive("https://example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			time.Sleep(5 * time.Second)
			done = true
		}))
		begun := time.Now()
		got := tenant.Emit(t.Context(), "work_created")
		assert.Equal(t, 3*time.Second, time.Since(begun))
		assert.Contains(t, got[0].Reason, "aborted after 3s")
		require.NoError(t, tenant.Settle(t.Context()))
		assert.True(t, done)
		tenant.Emit(t.Context(), "work_created") // the clean-up waits for it
	})
}

// A tenant belongs where it was made, and to its test.
func TestSimulate_elsewhere(t *testing.T) {
	outside := tbtest.New(t.Name())
	tenant := webhooktest.Simulate(outside, webhooktest.DevRev)
	synctest.Test(t, func(t *testing.T) {
		w := outside.Run(func(testing.TB) {
			_, err := tenant.Client().Get(webhooktest.DevRev.BaseURL() + "/webhooks.list")
			assert.ErrorContains(t, err, "was made outside of the synctest bubble in which it is used")
			tenant.Emit(t.Context(), "work_created")
		})
		assert.Contains(t, w.Failures(), `webhooktest: Emit("work_created"): the tenant was made outside of the synctest bubble in which it is used; make it inside`)
	})
	over := tbtest.New(t.Name())
	late := webhooktest.Simulate(over, webhooktest.DevRev)
	over.End()
	w := over.Run(func(testing.TB) { late.Emit(t.Context(), "work_created") })
	assert.Contains(t, w.Failures(), "the tenant has ended with its test")
	synctest.Test(t, func(t *testing.T) {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Simulate(tb, webhooktest.DevRev).Server() })
		assert.Contains(t, w.Failures(), "a server cannot be used within a synctest bubble; use Client")
	})
}

// What breaks the contract, or is not documented, can be let pass.
func TestSimulate_departures(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		tenant := webhooktest.Simulate(tb, webhooktest.DevRev.With(webhooktest.Webhooks(1), webhooktest.AllowProblems("/work_created/work/title", "/work_created/work/colour")))
		tenant.Receive("https://example.com", http.HandlerFunc(echo))
		got := tenant.Emit(t.Context(), "work_created", webhooktest.Set("/work/colour", "x"), webhooktest.Set("/work/title", 7))
		assert.True(t, got[0].Acknowledged)
		tenant.Emit(t.Context(), "work_created", webhooktest.Set("/work/titel", "x"))
	})
	assert.Contains(t, w.Failures(), "delivery /work_created/work/titel (line 1, column 289): is not documented; did you mean \"title\"?\nAllowProblems")
}
