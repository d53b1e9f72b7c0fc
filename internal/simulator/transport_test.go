package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// body records whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

func TestTransport_handlerSeesAServersRequest(t *testing.T) {
	var in *http.Request
	var sent string
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		in = r
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		sent = string(b)
		r.Header.Set("Changed", "by the handler")
	})
	req := newRequest(t, "POST", "https://acme.example:8443/a%2Fb?c=d", "")
	b := &body{Reader: strings.NewReader("hello")}
	req.Body = b
	resp, err := simulator.Transport(h).RoundTrip(req)
	require.NoError(t, err)

	assert.Equal(t, "/a%2Fb?c=d", in.RequestURI)
	assert.Equal(t, "/a%2Fb?c=d", in.URL.String())
	assert.Equal(t, "acme.example:8443", in.Host)
	assert.NotNil(t, in.TLS)
	assert.NotEmpty(t, in.RemoteAddr)
	assert.Equal(t, "hello", sent)
	assert.True(t, b.closed)
	assert.Empty(t, req.Header.Get("Changed"), "the caller's request is the caller's")
	assert.Same(t, req, resp.Request)
	assert.Equal(t, "200 OK", resp.Status)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Zero(t, resp.ContentLength)
}

func TestTransport_methodAndBodyMayBeLeftOut(t *testing.T) {
	req := newRequest(t, "GET", "http://acme.example", "")
	req.Method, req.Body, req.Header = "", nil, nil
	got := do(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Empty(t, b)
		assert.Nil(t, r.TLS)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path)
	}), req)
	assert.Equal(t, "GET /", got.Body)
	assert.Equal(t, "text/plain; charset=utf-8", got.Header.Get("Content-Type"))
}

func TestTransport_writes(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		handler      http.HandlerFunc
		status       int
		body         string
	}{
		{"a second status does not count", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(500) }, 404, ""},
		{"an early hint is not the answer", "GET", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(404) }, 404, ""},
		{"HEAD has no body", "HEAD", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "body") }, 200, ""},
		{"204 has no body", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			_, err := io.WriteString(w, "body")
			assert.ErrorIs(t, err, http.ErrBodyNotAllowed)
		}, 204, ""},
		{"headers after the status do not count", "GET", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			w.Header().Set("Late", "yes")
		}, 201, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := do(t, tt.handler, newRequest(t, tt.method, "http://acme.example/", ""))
			assert.Equal(t, tt.status, got.Status)
			assert.Equal(t, tt.body, got.Body)
			assert.Empty(t, got.Header.Get("Late"))
		})
	}
}

func TestTransport_errors(t *testing.T) {
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stopped"))
	for _, tt := range []struct {
		name    string
		handler http.Handler
		request func(*http.Request) *http.Request
		want    string
	}{
		{"no host", ok, func(r *http.Request) *http.Request { r.URL.Host = ""; return r }, "the request has no host in its URL, expected an absolute URL"},
		{"no URL", ok, func(r *http.Request) *http.Request { r.URL = nil; return r }, "the request has no host in its URL, expected an absolute URL"},
		{"another scheme", ok, func(r *http.Request) *http.Request { r.URL.Scheme = "don"; return r }, `the request's URL has the scheme "don", expected http or https`},
		{"no path that a server reads", ok, func(r *http.Request) *http.Request { r.URL.Opaque = "a b"; return r }, "the request's URL has a path that no server could read, expected one that starts with a slash"},
		{"done context", ok, func(r *http.Request) *http.Request { return r.WithContext(cancelled) }, "context canceled"},
		{"panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), nil, "the handler panicked while it answered POST /path: boom"},
		{"no such status", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(7) }), nil, "the handler panicked while it answered POST /path: invalid status 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := newRequest(t, "POST", "http://acme.example/path", "")
			b := &body{Reader: strings.NewReader("")}
			req.Body = b
			if tt.request != nil {
				req = tt.request(req)
			}
			resp, err := simulator.Transport(tt.handler).RoundTrip(req)
			assert.Nil(t, resp)
			assert.EqualError(t, err, tt.want)
			assert.True(t, b.closed)
		})
	}
}

func TestTransport_contextDoneMeanwhile(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() })
	resp, err := simulator.Transport(h).RoundTrip(newRequest(t, "GET", "http://acme.example/", "").WithContext(ctx))
	assert.Nil(t, resp)
	assert.ErrorIs(t, err, context.Canceled)
}

// TestTransport_answersAsASocketDoes sends every scenario to a server as well.
func TestTransport_answersAsASocketDoes(t *testing.T) {
	for _, d := range provider.All() {
		for _, sc := range d.Scenarios {
			h, err := simulator.New(d, sc.Switch)
			require.NoError(t, err)
			server := httptest.NewServer(h)
			t.Cleanup(server.Close)

			local := tenantRequest(t, d, sc.Request)
			base, _, _ := simulator.Tenant(d)
			local.URL.Scheme, local.URL.Host, local.Host = "http", strings.TrimPrefix(server.URL, "http://"), ""
			if local.Header.Get("Origin") == base {
				local.Header.Set("Origin", server.URL)
			}
			resp, err := http.DefaultTransport.RoundTrip(local)
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			resp.Header.Del("Date")
			resp.Header.Del("Content-Length")

			again, err := simulator.New(d, sc.Switch)
			require.NoError(t, err)
			want := do(t, again, tenantRequest(t, d, sc.Request))
			if at := want.Header.Get("Location"); at != "" {
				want.Header.Set("Location", strings.Replace(at, base, server.URL, 1))
			}
			assert.Equal(t, want, reply{resp.StatusCode, resp.Header, string(b)}, "%s/%s", d.Name, sc.Name)
		}
	}
}

// A receiver's answer can do what a server's can: it is flushed at once, and nothing
// is read or written after a deadline.
func TestReceivers_controlledAnswer(t *testing.T) {
	const at = "https://example.com"
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		status  int
		media   string
		says    string
	}{
		"flush": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
			w.(http.Flusher).Flush()
			w.Header().Set("Content-Type", "text/html") // too late
			_, _ = io.WriteString(w, "{}")
		}, 202, "application/json", ""},
		"flush before the body": {func(w http.ResponseWriter, _ *http.Request) {
			assert.NoError(t, http.NewResponseController(w).Flush())
			w.WriteHeader(http.StatusNotFound) // too late
			_, _ = io.WriteString(w, "text")
		}, 200, "", ""},
		"read deadline": {func(w http.ResponseWriter, r *http.Request) {
			assert.NoError(t, http.NewResponseController(w).SetReadDeadline(time.Now().Add(-time.Second)))
			_, err := io.ReadAll(r.Body)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			w.WriteHeader(http.StatusRequestTimeout)
		}, 408, "", ""},
		"write deadline": {func(w http.ResponseWriter, _ *http.Request) {
			assert.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second)))
			_, err := io.WriteString(w, "late")
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.ErrorIs(t, http.NewResponseController(w).Flush(), os.ErrDeadlineExceeded)
		}, 0, "", "i/o timeout"},
		"deadlines to come, and none": {func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			assert.NoError(t, c.EnableFullDuplex())
			assert.NoError(t, c.SetReadDeadline(time.Now().Add(time.Hour)))
			assert.NoError(t, c.SetWriteDeadline(time.Time{}))
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.Equal(t, "body", string(body))
		}, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var receivers simulator.Receivers
			require.NoError(t, receivers.Handle(at, tt.handler))
			req, err := http.NewRequest(http.MethodPost, at, strings.NewReader("body"))
			require.NoError(t, err)
			resp, err := receivers.RoundTrip(req)
			if tt.says != "" {
				require.ErrorContains(t, err, tt.says)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.status, resp.StatusCode)
			assert.Equal(t, tt.media, resp.Header.Get("Content-Type"))
		})
	}
}

// A deadline ends a read that is under way, whenever it is set, and loses nothing of
// the body.
func TestReceivers_readDeadline(t *testing.T) {
	const late = 10 * time.Second // when the body comes
	for name, tt := range map[string]struct {
		moves map[time.Duration]time.Duration // when a deadline is set, and how long it gives; 0 for none
		ends  time.Duration
	}{
		"before the read":        {map[time.Duration]time.Duration{0: time.Second}, time.Second},
		"during the read":        {map[time.Duration]time.Duration{2 * time.Second: time.Second}, 3 * time.Second},
		"in the past":            {map[time.Duration]time.Duration{2 * time.Second: -time.Second}, 2 * time.Second},
		"moved to later":         {map[time.Duration]time.Duration{0: time.Second, time.Second / 2: 5 * time.Second}, 5500 * time.Millisecond},
		"moved to sooner":        {map[time.Duration]time.Duration{0: 5 * time.Second, time.Second / 2: time.Second}, 1500 * time.Millisecond},
		"taken back":             {map[time.Duration]time.Duration{0: time.Second, time.Second / 2: 0}, late},
		"later than the body is": {map[time.Duration]time.Duration{0: time.Hour}, late},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var receivers simulator.Receivers
				require.NoError(t, receivers.Handle("https://hooks.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					c := http.NewResponseController(w)
					for at, gives := range tt.moves {
						set := func() {
							end := time.Now().Add(gives)
							if gives == 0 {
								end = time.Time{}
							}
							assert.NoError(t, c.SetReadDeadline(end))
						}
						if at == 0 {
							set()
						} else {
							time.AfterFunc(at, set)
						}
					}
					body, err := io.ReadAll(r.Body)
					assert.Equal(t, tt.ends, time.Since(begun))
					if tt.ends < late {
						assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
						assert.NoError(t, c.SetReadDeadline(time.Time{}))
						body, err = io.ReadAll(r.Body)
					}
					assert.NoError(t, err)
					assert.Equal(t, "body", string(body))
				})))
				read, write := io.Pipe()
				time.AfterFunc(late, func() {
					_, _ = io.WriteString(write, "body")
					_ = write.Close()
				})
				req, err := http.NewRequest(http.MethodPost, "https://hooks.example.com/", read)
				require.NoError(t, err)
				_, err = receivers.RoundTrip(req)
				require.NoError(t, err)
			})
		})
	}
}

// A body that breaks off does not look like one that ends, and is closed.
func TestReceivers_bodyBreaksOff(t *testing.T) {
	var receivers simulator.Receivers
	require.NoError(t, receivers.Handle("https://hooks.example.com", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.Equal(t, "half", string(body))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})))
	read, write := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, "https://hooks.example.com/", read)
	require.NoError(t, err)
	go func() {
		_, _ = io.WriteString(write, "half")
		_ = write.CloseWithError(io.ErrUnexpectedEOF)
	}()
	_, err = receivers.RoundTrip(req)
	require.NoError(t, err)
	_, err = read.Read(nil)
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

// A handler that reads nothing of a body takes nothing of it.
func TestReceivers_bodyNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var receivers simulator.Receivers
		require.NoError(t, receivers.Handle("https://hooks.example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { synctest.Wait() })))
		body := bytes.NewBufferString("whole")
		req, err := http.NewRequest(http.MethodPost, "https://hooks.example.com/", struct{ io.Reader }{body})
		require.NoError(t, err)
		_, err = receivers.RoundTrip(req)
		require.NoError(t, err)
		assert.Equal(t, "whole", body.String())
	})
}

// A deadline may be set of a body that has come whole, as on a connection.
func TestReceivers_deadlineAfterTheBody(t *testing.T) {
	var receivers simulator.Receivers
	require.NoError(t, receivers.Handle("https://hooks.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Hour)))
	})))
	for _, body := range []string{"", "whole"} {
		req, err := http.NewRequest(http.MethodPost, "https://hooks.example.com/", strings.NewReader(body))
		require.NoError(t, err)
		_, err = receivers.RoundTrip(req)
		require.NoError(t, err)
	}
}

// What an answer says beside its header and body comes from a handler as it does from a
// socket.
func TestTry_beside(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		w.Header().Set("Trailer", "X-Sum, x-count, X-Unset")
		_, _ = io.WriteString(w, "ok")
		w.Header().Set("X-Sum", "1")
		w.Header().Set("X-Count", "2")
		w.Header().Set(http.TrailerPrefix+"X-Late", "3")
	})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for name, to := range map[string]http.RoundTripper{"handler": simulator.Transport(h), "socket": http.DefaultTransport} {
		a := simulator.Try(t.Context(), to, time.Minute, func(ctx context.Context) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
		})
		require.NoError(t, a.Err, name)
		assert.Empty(t, a.Header["Trailer"], name)
		for _, h := range a.Beside {
			delete(h, "X-Unset") // a socket's client has the name of each that was announced
		}
		assert.Equal(t, []http.Header{{"Link": {"</a.css>"}}, {"X-Sum": {"1"}, "X-Count": {"2"}, "X-Late": {"3"}}}, a.Beside, name)
	}
}
