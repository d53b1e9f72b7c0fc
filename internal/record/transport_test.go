package record_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// each runs a test body recorded over a tenant, and then replayed.
func each(t *testing.T, h http.Handler, body func(t testing.TB, client *http.Client)) {
	t.Helper()
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, h)
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, body))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, body))
}

func TestTransport_requestStaysTheCallers(t *testing.T) {
	each(t, &simulator.DevRev{}, func(tb testing.TB, client *http.Client) {
		body := &vcrtest.Watched{Reader: strings.NewReader(getBody)}
		req := newGet(tb, body)
		req.ContentLength = int64(len(getBody))
		req.Header.Set("User-Agent", "acme/1")
		req.Header["x-odd-case"] = []string{"kept"}
		before, url, context := req.Header.Clone(), req.URL.String(), req.Context()
		resp, err := client.Transport.RoundTrip(req)
		require.NoError(tb, err)
		defer resp.Body.Close()
		assert.Same(tb, req, resp.Request)
		assert.Equal(tb, before, req.Header)
		assert.Equal(tb, url, req.URL.String())
		assert.Equal(tb, context, req.Context())
		assert.Same(tb, body, req.Body)
		assert.Equal(tb, 1, body.Closed)
		// The answer's headers are private: changing them changes nobody else's.
		resp.Header.Set("Content-Type", "changed")
		again, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
		require.NoError(tb, err)
		again.Body.Close()
		assert.Equal(tb, "application/json", again.Header.Get("Content-Type"))
	})
}

// A request that is sent again, as retries do, keeps its credential: in the
// request, and on the wire.
func TestTransport_retriedRequestKeepsItsCredential(t *testing.T) {
	tenant := &simulator.DevRev{}
	var seen []string
	file := vcrtest.CassettePath(t)
	env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		tenant.ServeHTTP(w, r)
	}))
	body := func(tb testing.TB, client *http.Client) {
		req := vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID)
		for range 3 {
			req.Body, _ = req.GetBody()
			resp, err := client.Do(req)
			require.NoError(tb, err)
			resp.Body.Close()
			assert.Equal(tb, http.StatusOK, resp.StatusCode)
			assert.Equal(tb, "Bearer "+webhooktest.Token, req.Header.Get("Authorization"))
		}
	}
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, body))
	real := "Bearer " + env["DEVREV_TOKEN"]
	assert.Equal(t, []string{real, real, real}, seen)
	assert.NotContains(t, vcrtest.Stored(t, file), "Authorization")
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, body))
}

// The credential goes out in the form in which the code under test sends it.
func TestTransport_credentialForms(t *testing.T) {
	devrev, dvelop := vcrtest.DevRevTenant(t, http.NotFoundHandler()), vcrtest.DVelopTenant(t, http.NotFoundHandler())
	for _, test := range []struct {
		name   string
		p      webhooktest.Provider
		env    vcrtest.Environment
		header http.Header
		want   http.Header
	}{
		{
			name: "Bearer", p: webhooktest.DevRev, env: devrev,
			header: http.Header{"Authorization": {"Bearer " + webhooktest.Token}},
			want:   http.Header{"Authorization": {"Bearer " + devrev["DEVREV_TOKEN"]}},
		},
		{
			name: "alone, as DevRev's TypeScript SDK sends it", p: webhooktest.DevRev, env: devrev,
			header: http.Header{"Authorization": {webhooktest.Token}},
			want:   http.Header{"Authorization": {devrev["DEVREV_TOKEN"]}},
		},
		{
			name: "lower case", p: webhooktest.DevRev, env: devrev,
			header: http.Header{"Authorization": {"bearer " + webhooktest.Token}},
			want:   http.Header{"Authorization": {"bearer " + devrev["DEVREV_TOKEN"]}},
		},
		{
			name: "none", p: webhooktest.DevRev, env: devrev, header: http.Header{},
			want: http.Header{"Authorization": {"Bearer " + devrev["DEVREV_TOKEN"]}},
		},
		{
			name: "d.velop's cookie", p: webhooktest.DVelop, env: dvelop,
			header: http.Header{"Cookie": {"theme=dark; AuthSessionId=" + webhooktest.Token}},
			want:   http.Header{"Cookie": {"theme=dark; AuthSessionId=hT4%2B9wQz%2FLr7nXv2Bd8sYp1cKf6Jm3uGe5aWo0iRtE%3D%26Vq7xN"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := http.Header{}
			env := vcrtest.Environment{}
			maps.Copy(env, test.env)
			base := vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, name := range []string{"Authorization", "Cookie"} {
					if values := r.Header.Values(name); len(values) > 0 {
						got[name] = values
					}
				}
				w.WriteHeader(http.StatusNotFound)
			}))
			for _, name := range []string{"DEVREV_BASE_URL", "DVELOP_BASE_URL"} {
				if env[name] != "" {
					env[name] = base
				}
			}
			env.Record(t, test.p, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
				url := webhooktest.DevRev.BaseURL() + "/webhooks.list"
				if test.p.String() == webhooktest.DVelop.String() {
					url = vcrtest.DVelopURL()
				}
				req, err := http.NewRequest(http.MethodGet, url, nil)
				require.NoError(tb, err)
				req.Header = test.header
				resp, err := client.Do(req)
				require.NoError(tb, err)
				resp.Body.Close()
			})
			assert.Equal(t, test.want, got)
		})
	}
}

// A context's deadline holds while a slow tenant is asked, and while another
// request is on its way: exchanges are recorded one at a time.
func TestTransport_deadlines(t *testing.T) {
	file := vcrtest.CassettePath(t)
	hang, asked := make(chan struct{}), make(chan struct{}, 8)
	env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(hang) })
	w := env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		slow, cancelSlow := context.WithCancel(context.Background())
		first := make(chan error)
		go func() {
			_, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID).WithContext(slow))
			first <- err
		}()
		<-asked
		began := time.Now()
		waiting, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer cancel()
		req := newGet(tb, strings.NewReader(`{}`)).WithContext(waiting)
		req.URL.Path = "/webhooks.list"
		_, err := client.Do(req)
		require.ErrorIs(tb, err, context.DeadlineExceeded)
		assert.Less(tb, time.Since(began), 5*time.Second)
		assert.Empty(tb, asked, "the second request must not have been sent")
		cancelSlow()
		require.ErrorIs(tb, <-first, context.Canceled)

		timed := &http.Client{Transport: client.Transport, Timeout: 30 * time.Millisecond}
		_, err = timed.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
		var timeout interface{ Timeout() bool }
		require.ErrorAs(tb, err, &timeout)
		assert.True(tb, timeout.Timeout())
	})
	require.Len(t, w.Errors(), 1)
	for _, failed := range []string{"/webhooks.get failed: context canceled", "/webhooks.get failed: context deadline exceeded", "/webhooks.list failed: context deadline exceeded"} {
		assert.Contains(t, w.Errors()[0], "\n\tPOST https://api.devrev.ai"+failed)
	}
	requireNothing(t, filepath.Dir(file))
}

func TestTransport_afterTheEnd(t *testing.T) {
	file := vcrtest.CassettePath(t)
	asked := 0
	tenant := &simulator.DevRev{}
	env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		tenant.ServeHTTP(w, r)
	}))
	var client *http.Client
	w := env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, c *http.Client) {
		client = c
		getTimes(1)(tb, c)
	})
	vcrtest.RequireClean(t, w)
	before, reports := vcrtest.Stored(t, file), len(w.Logs())
	body := &vcrtest.Watched{Reader: strings.NewReader(getBody)}
	_, err := client.Do(newGet(t, body))
	require.EqualError(t, err, `Post "`+devrevGetURL+`": POST `+devrevGetURL+`: the client was closed when its test ended`)
	assert.Equal(t, 1, body.Closed)
	// A second close is harmless.
	client.Transport.(interface{ Close() }).Close()
	assert.Equal(t, 1, asked)
	assert.Equal(t, before, vcrtest.Stored(t, file))
	assert.Len(t, w.Logs(), reports)
	assert.Empty(t, w.Errors())
}

// What a cassette cannot hold is refused with a message: upgrades and streams.
func TestTransport_upgradesAndStreams(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  http.HandlerFunc
		request func(*http.Request)
		want    string
	}{
		{
			name:   "an upgrade asked for",
			answer: func(http.ResponseWriter, *http.Request) { t.Error("the tenant must not be asked") },
			request: func(r *http.Request) {
				r.Header.Set("Connection", "Upgrade")
				r.Header.Set("Upgrade", "websocket")
			},
			want: `asks for an upgrade to "websocket"`,
		},
		{
			name: "an upgrade answered",
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Connection", "Upgrade")
				w.Header().Set("Upgrade", "websocket")
				w.WriteHeader(http.StatusSwitchingProtocols)
			},
			want: "POST " + devrevGetURL + " is not recorded: the answer is a stream (101 Switching Protocols), and a cassette holds whole answers only",
		},
		{
			name: "events without an end",
			answer: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
				_, _ = w.Write([]byte("data: 1\n\n"))
				w.(http.Flusher).Flush()
				_, _ = io.Copy(io.Discard, r.Body) // only then does a server notice that the client is gone
				<-r.Context().Done()
			},
			want: "POST " + devrevGetURL + " is not recorded: the answer is a stream (200 OK), and a cassette holds whole answers only",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			w := vcrtest.DevRevTenant(t, test.answer).Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
				req := vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID)
				if test.request != nil {
					test.request(req)
				}
				_, err := client.Do(req)
				require.ErrorContains(tb, err, test.want)
			})
			require.True(t, w.Failed())
			assert.Contains(t, w.Errors()[0], test.want)
			requireNothing(t, filepath.Dir(file))
		})
	}
}

// The transport follows no redirect, as no transport does; what a client makes
// of one stays below the tenant's base URL, so that no other host ever sees the
// credential.
func TestTransport_redirects(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	for _, test := range []struct{ name, location, want, err string }{
		{
			name: "another server", location: other.URL + "/webhooks.get", want: "https://example.com/url-1",
			err: `the request goes to "https://example.com"; a recording of devrev sends requests to "https://api.devrev.ai" only`,
		},
		{
			name: "an id, as DevRev answers 301", location: "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/8QpVnW3x",
			want: "don:integration:dvrv-us-1:devo/example:webhook/webhook-2", err: `the request goes to "don://"`,
		},
		{name: "the tenant itself", location: "/webhooks.list", want: "/webhooks.list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			tenant := &simulator.DevRev{}
			env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/webhooks.get" {
					w.Header()["Location"] = []string{test.location}
					w.WriteHeader(http.StatusMovedPermanently)
					return
				}
				tenant.ServeHTTP(w, r)
			}))
			accepting := webhooktest.DevRev.With(webhooktest.AcceptDrift())
			body := func(tb testing.TB, client *http.Client) {
				resp, err := client.Transport.RoundTrip(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
				require.NoError(tb, err)
				resp.Body.Close()
				assert.Equal(tb, http.StatusMovedPermanently, resp.StatusCode)
				assert.Equal(tb, test.want, resp.Header.Get("Location"))
			}
			vcrtest.RequireClean(t, env.Record(t, accepting, file, body))
			assert.NotContains(t, vcrtest.Stored(t, file), "11FVC3ScK")
			vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, body))

			w := env.Record(t, accepting, file, func(tb testing.TB, client *http.Client) {
				resp, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
				if test.err == "" {
					require.NoError(tb, err)
					resp.Body.Close()
					assert.Equal(tb, http.StatusOK, resp.StatusCode)
					return
				}
				require.ErrorContains(tb, err, test.err)
			})
			assert.Equal(t, test.err != "", w.Failed(), w.Said())
		})
	}
	assert.Zero(t, elsewhere.Load())
}

// A proxy or a gateway may put the API below a path.
func TestTransport_basePath(t *testing.T) {
	file := vcrtest.CassettePath(t)
	tenant := http.StripPrefix("/gateway/devrev", &simulator.DevRev{})
	env := vcrtest.DevRevTenant(t, tenant)
	env["DEVREV_BASE_URL"] += "/gateway/devrev/"
	flow := func(tb testing.TB, c *http.Client) { vcrtest.DevRevFlow(tb, c) }
	vcrtest.RequireClean(t, env.Record(t, vcrtest.DevRevVaries, file, flow))
	assert.NotContains(t, vcrtest.Stored(t, file), "gateway")
	vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, flow))

	hooks := vcrtest.DVelopTenant(t, http.StripPrefix("/gateway", &simulator.DVelop{}))
	hooks["DVELOP_BASE_URL"] += "/gateway"
	file = vcrtest.CassettePath(t)
	vcrtest.RequireClean(t, hooks.Record(t, vcrtest.DVelopVaries, file, func(tb testing.TB, c *http.Client) { vcrtest.DVelopFlow(tb, c) }))
	assert.NotContains(t, vcrtest.Stored(t, file), "gateway")
}

// Requests that a recording cannot send are refused, and the tenant hears of none.
func TestTransport_refusedRequests(t *testing.T) {
	for _, test := range []struct {
		name string
		url  string
		body string
		auth string
		want string
	}{
		{
			name: "a credential of its own", auth: "Bearer pat-somebody-elses",
			want: "POST " + devrevGetURL + " is not recorded: it carries a credential of its own; send webhooktest.Token, which stands for the tenant's",
		},
		{
			name: "an unknown id", body: `{"id":"don:integration:dvrv-us-1:devo/2kQx9:webhook/Zr41kWpn"}`,
			want: "POST " + devrevGetURL + ` is not recorded: /id: holds an id that is neither a known placeholder nor made up; send an exported placeholder, an id from an earlier answer, or one of a made-up namespace ("…:webhook/no-such-…", "ffffffff-ffff-4fff-8fff-…"), or enter it as a seed`,
		},
		{
			name: "a body that is not JSON", body: `id=1`,
			want: "POST " + devrevGetURL + " is not recorded: its body is not JSON, and only JSON can be searched for what must not be recorded",
		},
		{
			name: "another host", url: "https://api.devrev.example/webhooks.get",
			want: `the request goes to "https://api.devrev.example"; a recording of devrev sends requests to "https://api.devrev.ai" only`,
		},
		{
			name: "a password in the URL", url: "https://maya:s3cret-word@api.devrev.ai/webhooks.get",
			want: "the URL carries user information; send the credential as a header",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			env := vcrtest.DevRevTenant(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the tenant must not be asked") }))
			w := env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
				body := test.body
				if body == "" {
					body = getBody
				}
				req := newGet(tb, strings.NewReader(body))
				if test.url != "" {
					var err error
					req, err = http.NewRequest(http.MethodPost, test.url, strings.NewReader(body))
					require.NoError(tb, err)
					req.Header.Set("Content-Type", "application/json")
				}
				if test.auth != "" {
					req.Header.Set("Authorization", test.auth)
				}
				_, err := client.Do(req)
				require.ErrorContains(tb, err, test.want)
			})
			require.True(t, w.Failed())
			assert.Contains(t, w.Failures(), test.want)
			for _, secret := range []string{"somebody-elses", "2kQx9", "Zr41kWpn", "s3cret-word"} {
				assert.NotContains(t, w.Said(), secret)
			}
			requireNothing(t, filepath.Dir(file))
		})
	}
}

// One value sent as a secret and as a header's value has one placeholder, so that
// the cassette matches itself.
func TestTransport_oneValueOfTwoKinds(t *testing.T) {
	file := vcrtest.CassettePath(t)
	p := webhooktest.DevRev.With(webhooktest.Varies("/secret", "/headers/*/value"))
	flow := func(value string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/webhooks.create", "application/json",
				strings.NewReader(`{"url":"https://example.com/hook","secret":"`+value+`","headers":[{"name":"X-Key","value":"`+value+`"}]}`)); err == nil {
				resp.Body.Close()
			}
		}
	}
	vcrtest.RequireClean(t, vcrtest.DevRevTenant(t, &simulator.DevRev{}).Record(t, p, file, flow("MDEyMzQ1Njc4OWFiY2RlZg==")))
	vcrtest.RequireClean(t, vcrtest.Replayed(t, p, file, flow("ZmVkY2JhOTg3NjU0MzIxMA==")))
	assert.NoError(t, matchtest.Check(webhooktest.DevRev, file, nil))
}

// While recording, what cannot be compared is refused, with the ways out; each
// of them records.
func TestTransport_refusesWhatItCannotCompare(t *testing.T) {
	for i, test := range []struct {
		body, want string
		way        webhooktest.Option
	}{
		{`"secret":"MDEyMzQ1Njc4OWFiY2RlZg=="`, `declare Varies("/secret")`, webhooktest.Varies("/secret")},
		{`"url":"https://hooks.acme.io/x"`, `/url: holds a URL that is not below a reserved host; send a URL of words and short numbers below example.com,`, webhooktest.Varies("/url")},
		{`"url":"https://hooks.acme.io/x"`, `or declare Varies("/url")`, webhooktest.Keep("/url", "/webhook/url")},
		{`"event_types":{"add":["Work Created"]}`, `/event_types/add/0: holds a text that is more than a lower-case word; send one, or declare Keep("/event_types/add/*")`, nil},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			tenant := vcrtest.DevRevTenant(t, &simulator.DevRev{})
			w := tenant.Record(t, webhooktest.DevRev, file, vcrtest.Updates(test.body))
			assert.True(t, w.Failed())
			assert.Contains(t, w.Errors()[0], "POST https://api.devrev.ai/webhooks.update is not recorded: ")
			assert.Contains(t, w.Errors()[0], test.want)
			for _, value := range strings.Split(test.body, `"`)[3:] {
				if len(value) > 8 {
					assert.NotContains(t, w.Said(), value)
				}
			}
			requireNothing(t, filepath.Dir(file))
			if test.way == nil {
				return
			}
			p := webhooktest.DevRev.With(test.way)
			vcrtest.RequireClean(t, tenant.Record(t, p, file, vcrtest.Updates(test.body)))
			vcrtest.RequireClean(t, vcrtest.Replayed(t, webhooktest.DevRev, file, vcrtest.Updates(test.body)))
		})
	}
}
