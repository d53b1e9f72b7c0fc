package webhooktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// fakeVendor answers every request alike, over a real connection.
func fakeVendor(t testing.TB, status int, media, body string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if media != "" {
			w.Header().Set("Content-Type", media)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestChecked(t *testing.T) {
	for _, tc := range []struct {
		name, media, body string
		status            int
		options           []webhooktest.Option
		change            func(*http.Request)
		fails, logs       string
	}{
		{name: "sound", status: 200, media: "application/json", body: `{"webhooks":[]}`},
		{
			name: "a breach in the answer", status: 200, media: "application/json", body: `{}`,
			fails: "\n\tanswer /webhooks (line 1, column 1): ",
		},
		{
			name: "a breach in the request", status: 200, media: "application/json", body: `{"webhooks":[]}`,
			change: func(req *http.Request) { req.Header.Del("Content-Type") },
			fails:  "\n\trequest Content-Type: ",
		},
		{
			name: "news", status: 200, media: "application/json", body: `{"webhooks":[],"total":0}`,
			logs: "POST /webhooks.list: answer /total (line 1, column 24): is not documented",
		},
		{
			name: "an unknown operation", status: 200, media: "application/json", body: `{}`,
			change:  func(req *http.Request) { req.URL.Path = "/works.list" },
			options: []webhooktest.Option{webhooktest.AllowUnused()},
			logs:    "POST /works.list: request: POST /works.list is no documented operation of DevRev; nearest: POST /webhooks.list, GET /webhooks.list, POST /webhooks.get",
		},
		{
			name: "allowed", status: 200, media: "application/json", body: `{}`,
			options: []webhooktest.Option{webhooktest.AllowProblems("/webhooks")},
		},
		{
			name: "a stream", status: 200, media: "text/event-stream", body: "data: 1\n\n",
			logs: "POST /webhooks.list: the answer is a stream and was not checked",
		},
		{
			name: "an enormous answer", status: 200, media: "application/json", body: strings.Repeat(" ", 10<<20) + `{}`,
			fails: "POST /webhooks.list cannot be checked, for in its answer the body is larger than 10 MiB, and a body of that size is not checked",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := fakeVendor(t, tc.status, tc.media, tc.body)
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(tc.options...), server.Client().Transport)}
				for range 2 {
					req, err := http.NewRequest(http.MethodPost, server.URL+"/webhooks.list", strings.NewReader(`{}`))
					require.NoError(t, err)
					req.Header.Set("Content-Type", "application/json")
					if tc.change != nil {
						tc.change(req)
					}
					resp, body := vcrtest.Send(t, client, req)
					assert.Equal(t, tc.status, resp.StatusCode)
					assert.Equal(t, tc.body, body, "the answer passes as it is")
					assert.Same(t, req, resp.Request)
				}
			})
			if tc.fails == "" {
				assert.Empty(t, w.Failures())
			} else {
				require.Len(t, w.Errors(), 2, "each exchange counts")
				assert.Contains(t, w.Errors()[0], tc.fails)
				assert.Equal(t, w.Errors()[0], w.Errors()[1])
			}
			if tc.logs == "" {
				assert.Empty(t, w.Logs())
			} else {
				assert.Equal(t, []string{tc.logs}, w.Logs(), "news are told once")
			}
		})
	}
}

func TestChecked_passesErrorsAndBrokenBodies(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		for _, f := range vcrtest.Faults {
			inner := webhooktest.Replay(tb, webhooktest.DevRev, f.Step("webhooks.get/200")).Transport
			client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev, inner)}
			f.Check(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		}
	})
	require.Len(t, w.Errors(), 1, "of NotJSON")
	assert.Contains(t, w.Failures(), "\n\tanswer Content-Type: ")
	assert.Contains(t, w.Logs(), "POST /webhooks.get: the answer was not checked: the body cannot be read: unexpected EOF")
}

func TestChecked_overATeamsOwnRecorder(t *testing.T) {
	body := `{"webhooks":[]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	name := filepath.Join(t.TempDir(), "own")
	play := func(mode recorder.Mode) *tbtest.TB {
		return tbtest.New(t.Name()).Run(func(tb testing.TB) {
			own, err := recorder.NewWithOptions(&recorder.Options{CassetteName: name, Mode: mode, SkipRequestLatency: true})
			require.NoError(t, err)
			defer func() { require.NoError(t, own.Stop()) }()
			client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev, own)}
			req, err := http.NewRequest(http.MethodPost, server.URL+"/webhooks.list", strings.NewReader(`{}`))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			resp, got := vcrtest.Send(t, client, req)
			assert.Equal(t, body, got)
			assert.Same(t, req, resp.Request)
		})
	}
	for _, tc := range []struct{ body, fails string }{
		{`{"webhooks":[]}`, ""},
		{`{"webhooks":{}}`, "answer /webhooks (line 1, column 13): "},
	} {
		body = tc.body
		for _, mode := range []recorder.Mode{recorder.ModeRecordOnly, recorder.ModeReplayOnly} {
			w := play(mode)
			assert.Equal(t, tc.fails != "", w.Failed())
			assert.Contains(t, w.Failures(), tc.fails)
		}
	}
}

func TestChecked_afterTheTestsEnd(t *testing.T) {
	server := fakeVendor(t, 200, "application/json", `{"webhooks":7,"new":1}`)
	var transport http.RoundTripper
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		transport = webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), nil)
	})
	resp, err := (&http.Client{Transport: transport}).Get(server.URL + "/webhooks.list")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Empty(t, w.Said())
}

func TestChecked_refusesTheZeroProvider(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.Provider{}, nil) })
	assert.Equal(t, "webhooktest: the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop", w.Failures())
}

func TestChecked_closesTheRequestsBody(t *testing.T) {
	server := fakeVendor(t, 200, "application/json", `{"webhooks":[]}`)
	body := &vcrtest.Watched{Reader: strings.NewReader(`{}`)}
	req, err := http.NewRequest(http.MethodPost, server.URL+"/webhooks.list", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	vcrtest.Send(t, &http.Client{Transport: webhooktest.Checked(t, webhooktest.DevRev, server.Client().Transport)}, req)
	assert.NotZero(t, body.Closed)
}

// So does one through Checked, which is not judged any more; it is sent all the
// same, for what it cleans up may be real.
func TestChecked_requestOfALaterCleanup(t *testing.T) {
	server := fakeVendor(t, 200, "application/json", `{"webhooks":7}`)
	w := tbtest.New(t.Name())
	t.Run("", func(t *testing.T) {
		t.Cleanup(func() {
			w.Run(func(tb testing.TB) {
				var client *http.Client
				tb.Cleanup(func() {
					resp, err := client.Get(server.URL + "/webhooks.list")
					if assert.NoError(t, err) {
						resp.Body.Close()
					}
				})
				client = &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), nil)}
			})
		})
	})
	assert.Equal(t, "GET /webhooks.list comes after the cleanup of Checked, and is not checked; register the cleanup that sends it after Checked is called, so that it runs before", w.Failures())
}

// A Checked transport that saw nothing of the API has checked nothing.
func TestChecked_sawNothing(t *testing.T) {
	const want = "Checked saw no request of an operation that DevRev documents"
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev, nil) })
	assert.Contains(t, w.Failures(), want)
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), nil) })
	assert.Empty(t, w.Errors())
}

func TestChecked_nilTransport(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Checked(tb, webhooktest.DevRev, (*noTransport)(nil)) })
	assert.Equal(t, "webhooktest: the transport for Checked, a *webhooktest_test.noTransport, is nil; give one, or nil alone for http.DefaultTransport", w.Failures())
}
