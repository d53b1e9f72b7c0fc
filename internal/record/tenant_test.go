package record_test

import (
	"bytes"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// What copying a value brings with it is found in every variable of every provider, and
// no message holds the value.
func TestLiveTenant_copied(t *testing.T) {
	cells := 0
	for _, def := range provider.All() {
		good := map[string]string{def.BaseVar: "https://tenant.example", def.TokenVar: "PLANTED-token"}
		for _, b := range def.Bindings {
			good[b.Var] = "PLANTED-id"
		}
		with := func(name, value string) error {
			_, err := record.LiveTenant(def, func(n string) string {
				if n == name {
					return value
				}
				return good[n]
			}, "2026-03-01")
			return err
		}
		assert.NoError(t, with("", ""))
		for name, value := range good {
			for spoilt, want := range map[string]string{
				`"` + value + `"`:      " begins and ends with a quote; leave both out",
				"'" + value + "'":      " begins and ends with a quote; leave both out",
				"`" + value + "`":      " begins and ends with a quote; leave both out",
				value + "\n":           " holds a line break, or white space at an end; check how it was copied",
				" " + value:            " holds a line break, or white space at an end; check how it was copied",
				value + "\r\n" + value: " holds a line break, or white space at an end; check how it was copied",
			} {
				assert.EqualError(t, with(name, spoilt), name+want)
				cells++
			}
		}
		assert.EqualError(t, with(def.TokenVar, "abc"), def.TokenVar+" is too short to be searched for in what is recorded; expected at least 4 characters")
	}
	t.Logf("%d cells", cells)
}

// A recording names the variables that it lacks, and its own placeholders'.
func TestTenant_missingVariables(t *testing.T) {
	devrev := vcrtest.DevRevTenant(t, &simulator.DevRev{Webhooks: []simulator.DevRevWebhook{}})
	dvelop := vcrtest.DVelopTenant(t, &simulator.DVelop{})
	const second = "don:integration:dvrv-us-1:devo/example:webhook/second"
	getWebhook := func(tb testing.TB, client *http.Client) {
		resp, err := client.Get(vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID))
		require.Error(tb, err)
		require.Nil(tb, resp)
	}
	for _, test := range []struct {
		name    string
		p       webhooktest.Provider
		env     vcrtest.Environment
		without []string
		with    vcrtest.Environment
		body    func(tb testing.TB, client *http.Client)
		want    string
	}{
		{
			name: "no token", p: webhooktest.DevRev, env: devrev, without: []string{"DEVREV_TOKEN"},
			want: "webhooktest: devrev cannot be recorded: DEVREV_TOKEN is not set; set it to your tenant's, or replay",
		},
		{
			name: "neither token nor base URL", p: webhooktest.DVelop, env: dvelop, without: []string{"DVELOP_BASE_URL", "DVELOP_TOKEN"},
			want: "webhooktest: dvelop cannot be recorded: DVELOP_BASE_URL and DVELOP_TOKEN are not set; set them to your tenant's, or replay",
		},
		{
			name: "a host for a base URL", p: webhooktest.DVelop, env: dvelop, with: vcrtest.Environment{"DVELOP_BASE_URL": "acme.d-velop.cloud"},
			want: "webhooktest: DVELOP_BASE_URL is no base URL; expected http:// or https:// and a host, without user, query and fragment",
		},
		{
			name: "a token with a line end", p: webhooktest.DevRev, env: devrev, with: vcrtest.Environment{"DEVREV_TOKEN": realToken + "\n"},
			want: "webhooktest: DEVREV_TOKEN holds a line break, or white space at an end; check how it was copied",
		},
		{
			name: "no repository", p: webhooktest.DVelop, env: dvelop, without: []string{"DVELOP_REPOSITORY_ID"}, body: getWebhook,
			want: `is not recorded: DVELOP_REPOSITORY_ID is not set, and "aaaaaaaa-0000-4000-8000-000000000001" stands for its value`,
		},
		{
			name: "no event", p: webhooktest.DVelop, env: dvelop, without: []string{"DVELOP_EVENT_ID"}, body: getWebhook,
			want: `is not recorded: DVELOP_EVENT_ID is not set, and "postimport" stands for its value`,
		},
		{
			name: "no webhook to look up", p: webhooktest.DevRev, env: devrev, without: []string{"DEVREV_WEBHOOK_ID"},
			body: func(tb testing.TB, client *http.Client) {
				_, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
				require.Error(tb, err)
			},
			want: "is not recorded: DEVREV_WEBHOOK_ID is not set, and looking up the first webhook listed instead failed: the answer holds none",
		},
		{
			name: "a refused look-up", p: webhooktest.DevRev, env: devrev, without: []string{"DEVREV_WEBHOOK_ID"}, with: vcrtest.Environment{"DEVREV_TOKEN": "expired-credential"},
			body: func(tb testing.TB, client *http.Client) {
				_, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
				require.Error(tb, err)
			},
			want: "is not recorded: DEVREV_WEBHOOK_ID is not set, and looking up the first webhook listed instead failed: the answer was 401 Unauthorized",
		},
		{
			name: "a seed of one's own", p: webhooktest.DevRev.With(webhooktest.Seed(second, "SECOND_WEBHOOK_ID")), env: devrev,
			want: "webhooktest: devrev cannot be recorded: SECOND_WEBHOOK_ID is not set; set it to your tenant's, or replay",
		},
		{
			name: "an id of another form", p: webhooktest.DevRev, env: devrev, with: vcrtest.Environment{"DEVREV_WEBHOOK_ID": "Zr41kWpn"},
			want: "webhooktest: DEVREV_WEBHOOK_ID (" + webhooktest.DevRevWebhookID + "): the real value is not an id of the same form; expected one like the placeholder, with the same types in the same order",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := vcrtest.Environment{}
			maps.Copy(env, test.env)
			for _, name := range test.without {
				delete(env, name)
			}
			maps.Copy(env, test.with)
			body := test.body
			if body == nil {
				body = func(tb testing.TB, _ *http.Client) { tb.Errorf("the recording began") }
			}
			file := vcrtest.CassettePath(t)
			w := env.Record(t, test.p, file, body)
			require.True(t, w.Failed())
			if test.body == nil {
				assert.Equal(t, test.want, w.Failures())
			} else {
				assert.Contains(t, w.Failures(), test.want)
			}
			assert.NotContains(t, w.Said(), "expired-credential")
			requireNothing(t, filepath.Dir(file))
		})
	}
}

func TestTenant_tokenThatIsThePlaceholder(t *testing.T) {
	for _, def := range []struct {
		p           webhooktest.Provider
		token, base string
	}{
		{p: webhooktest.DevRev, token: "DEVREV_TOKEN", base: "DEVREV_BASE_URL"},
		{p: webhooktest.DVelop, token: "DVELOP_TOKEN", base: "DVELOP_BASE_URL"},
	} {
		server := httptest.NewServer(http.NotFoundHandler())
		closed := server.URL
		server.Close()
		t.Setenv(webhooktest.RecordVar, ".*")
		t.Setenv(def.token, webhooktest.Token)
		t.Setenv(def.base, closed)
		file := filepath.Join(t.TempDir(), "a.yaml")
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, def.p, file) })
		assert.Equal(t, "webhooktest: "+def.token+` is "webhooktest-token", which stands for a tenant's credential and is none; set it to your tenant's, or replay`, w.Failures())
	}
}

// While recording, the tenant gets the headers of the code under test, those too
// that no cassette holds; the file has none of them.
func TestTenant_getsTheCallersHeaders(t *testing.T) {
	var got []http.Header
	answering := http.Handler(&vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		got = append(got, req.Header.Clone())
		answering.ServeHTTP(w, req)
	}))
	defer server.Close()
	for name, value := range map[string]string{
		webhooktest.RecordVar: ".*", "DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": server.URL, "DEVREV_WEBHOOK_ID": vcrtest.RealID,
	} {
		t.Setenv(name, value)
	}
	file := vcrtest.CassettePath(t)
	sent := map[string]string{
		"If-None-Match": `"planted-1"`, "Idempotency-Key": "planted-2", "Accept-Language": "de", "User-Agent": "planted-3", "X-About": webhooktest.DevRevWebhookID,
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
		for name, value := range sent {
			req.Header.Set(name, value)
		}
		req.Header.Set("Connection", "keep-alive, x-hop")
		req.Header.Set("X-Hop", "planted-5")
		req.AddCookie(&http.Cookie{Name: "theme", Value: "planted-4"})
		resp, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(req)
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	})
	vcrtest.RequireClean(t, w)
	last := got[len(got)-1]
	for name, value := range sent {
		if name == "X-About" {
			value = vcrtest.RealID
		}
		assert.Equal(t, value, last.Get(name), name)
	}
	assert.Equal(t, "theme=planted-4", last.Get("Cookie"))
	assert.Empty(t, last.Get("X-Hop"), "it belongs to the connection")
	assert.Equal(t, "Bearer real-token-0123456789", last.Get("Authorization"))
	data, err := os.ReadFile(file)
	assert.NoError(t, err)
	assert.NotContains(t, string(data), "planted")
}

// A header that no cassette holds and that changes the kind of answer is named.
func TestTenant_headerBehindAnAnswer(t *testing.T) {
	for header, test := range map[string]struct {
		value  string
		status int
		named  bool
	}{
		"If-None-Match":       {`"planted"`, 304, true},
		"If-Modified-Since":   {"Tue, 04 Mar 2025 09:00:00 GMT", 304, true},
		"If-Match":            {`"planted"`, 412, true},
		"If-Unmodified-Since": {"Tue, 04 Mar 2025 09:00:00 GMT", 412, true},
		"Range":               {"bytes=0-1", 206, true},
		"Accept-Language":     {"planted", 304, false},
	} {
		t.Run(header, func(t *testing.T) {
			tenant := vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.Header.Get(header) == test.value {
					w.WriteHeader(test.status)
					return
				}
				(&vcrtest.Vendor{Webhook: vcrtest.SoundOne + "}"}).ServeHTTP(w, req)
			}))
			env := vcrtest.Environment{"DEVREV_TOKEN": "real-token-0123456789", "DEVREV_BASE_URL": tenant, "DEVREV_WEBHOOK_ID": vcrtest.RealID}
			w := env.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
				req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
				req.Header.Set(header, test.value)
				resp, err := client.Do(req)
				if assert.NoError(t, err) {
					assert.Equal(t, test.status, resp.StatusCode)
					resp.Body.Close()
				}
			})
			assert.Equal(t, test.named, strings.Contains(w.Said(), "because of the header "+header+","), w.Said())
			assert.NotContains(t, w.Said(), "planted")
		})
	}
}

// A server that sends more than its answer must not get the rest into net/http's
// log, which is nobody's to scrub.
func TestTenant_logsNothingThatAServerSendsUnasked(t *testing.T) {
	const planted = "unasked-4f1c9a77e2"
	ended := make(chan struct{}) // the client has closed its connection
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{\"type\":\"unauthenticated\"}" + planted))
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, conn)
	}))
	defer server.Close()
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	t.Setenv("DEVREV_TOKEN", "unasked-token-0123456789")
	t.Setenv("DEVREV_BASE_URL", server.URL)
	t.Setenv("DEVREV_WEBHOOK_ID", "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N")
	t.Setenv(webhooktest.RecordVar, ".*")
	tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Open(tb, webhooktest.DevRev, t.TempDir()+"/unasked.yaml")
		resp, err := client.Do(webhooktest.DevRev.Scenarios()[0].Request())
		if assert.NoError(t, err) {
			resp.Body.Close()
		}
	})
	// net/http logs what it was sent unasked before it closes the connection.
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the connection stays open")
	}
	assert.NotContains(t, logged.String(), planted)
}
