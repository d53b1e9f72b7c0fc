package serve_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/serve"
)

// behind is a front before a handler that answers 418 and reads the body.
func behind(front serve.Front) *serve.Front {
	front.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "cut", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusTeapot)
	})
	return &front
}

func through(front http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return w
}

// A page of another origin changes nothing, unless it may send requests.
func TestFront_otherOrigins(t *testing.T) {
	for _, sent := range []struct {
		name   string
		header []string
		own    bool
	}{
		{"no browser", nil, true},
		{"its own page", []string{"Origin", "http://127.0.0.1:80", "Sec-Fetch-Site", "same-origin"}, true},
		{"its own page, in an old browser", []string{"Origin", "http://127.0.0.1:80"}, true},
		{"the address bar", []string{"Sec-Fetch-Site", "none"}, true},
		{"the origin of --cors", []string{"Origin", "http://localhost:5173", "Sec-Fetch-Site", "cross-site"}, false},
		{"another origin", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, false},
		{"another origin, in an old browser", []string{"Origin", "https://evil.example"}, false},
		{"another port", []string{"Origin", "http://127.0.0.1:81", "Sec-Fetch-Site", "same-site"}, false},
		{"a file", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, false},
	} {
		for _, cors := range []string{"", "http://localhost:5173", "*"} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
				for _, path := range []string{serve.ResetPath, "/-/state", "/-/events", "/webhooks.get"} {
					front := behind(serve.Front{Origin: cors, Reset: func() error { return nil }})
					want := sent.own || cors == "*" || cors != "" && sent.name == "the origin of --cors" ||
						method == "GET" || method == "HEAD" || path == "/webhooks.get"
					code := through(front, method, "http://127.0.0.1:80"+path, sent.header...).Code
					assert.Equal(t, want, code != http.StatusForbidden, "%s, --cors %q: %s %s gives %d", sent.name, cors, method, path, code)
				}
			}
		}
	}
}

// A site whose name is made to lead to this machine reads nothing here.
func TestFront_host(t *testing.T) {
	loopback, public, every := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.7"), netip.IPv4Unspecified()
	for _, tc := range []struct {
		addr netip.Addr
		host string
		ok   bool
	}{
		{loopback, "127.0.0.1:8080", true}, {loopback, "localhost:8080", true}, {loopback, "LocalHost", true}, {loopback, "[::1]:8080", true},
		{loopback, "app.localhost:80", true}, {loopback, "api.devrev.ai", true}, {loopback, "mock:8080", true},
		{loopback, "evil.example:8080", false}, {loopback, "localhost.evil.example", false}, {loopback, "127.0.0.1.evil.example", false}, {loopback, "192.0.2.7", false},
		{public, "192.0.2.7:80", true}, {public, "localhost", true}, {public, "evil.example", false}, {public, "192.0.2.8", false},
		{every, "evil.example", true}, {netip.Addr{}, "evil.example", true},
	} {
		t.Run(fmt.Sprintf("%v %s", tc.addr, tc.host), func(t *testing.T) {
			front := behind(serve.Front{Addr: tc.addr, Names: []string{"mock", "api.devrev.ai"}})
			for _, path := range []string{"/webhooks.get", serve.ReadyPath, serve.LogPath} {
				code := through(front, "GET", "http://"+tc.host+path).Code
				assert.Equal(t, tc.ok, code != http.StatusMisdirectedRequest, path)
			}
		})
	}
}

func TestFront_crossOrigin(t *testing.T) {
	const app = "http://localhost:5173"
	preflight := []string{"Origin", app, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"}
	front := behind(serve.Front{Origin: app})
	w := through(front, "OPTIONS", "/webhooks.get", preflight...)
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Equal(t, http.Header{
		"Access-Control-Allow-Origin": {app}, "Access-Control-Allow-Methods": {"POST"}, "Access-Control-Allow-Headers": {"authorization,content-type"},
		"Access-Control-Expose-Headers": {"*"}, "Vary": {"Origin"},
	}, w.Header())
	w = through(front, "POST", "/webhooks.get", "Origin", app)
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.Equal(t, app, w.Header().Get("Access-Control-Allow-Origin"))

	for name, front := range map[string]*serve.Front{"another origin": behind(serve.Front{Origin: "http://localhost:3000"}), "none": behind(serve.Front{})} {
		w := through(front, "OPTIONS", "/webhooks.get", preflight...)
		assert.Equal(t, http.StatusForbidden, w.Code, name)
		assert.Contains(t, w.Body.String(), "--cors names one that may", name)
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"), name)
		for _, other := range [][]string{{"Origin", app}, {"Access-Control-Request-Method", "POST"}} {
			assert.Equal(t, http.StatusTeapot, through(front, "OPTIONS", "/webhooks.get", other...).Code, "no preflight")
		}
	}
	assert.Equal(t, app, through(behind(serve.Front{Origin: "*"}), "GET", "/x", "Origin", app).Header().Get("Access-Control-Allow-Origin"))
}

// What a browser and a waiting script ask for is no request to the vendor.
func TestFront_probes(t *testing.T) {
	front := behind(serve.Front{})
	for target, want := range map[string]int{"/": 200, "/favicon.ico": 204, serve.ReadyPath: 200, "/webhooks.get": 418, serve.ResetPath: 418} {
		assert.Equal(t, want, through(front, "GET", target).Code, target)
		put := http.StatusTeapot
		if target == serve.ReadyPath {
			put = http.StatusMethodNotAllowed
		}
		assert.Equal(t, put, through(front, "PUT", target).Code, target)
	}
	assert.Equal(t, http.StatusTeapot, through(behind(serve.Front{Root: true}), "GET", "/").Code)
	resets := 0
	front = behind(serve.Front{Reset: func() error { resets++; return nil }})
	assert.Equal(t, http.StatusMethodNotAllowed, through(front, "GET", serve.ResetPath).Code)
	assert.Zero(t, resets)
	assert.Equal(t, http.StatusNoContent, through(front, "POST", serve.ResetPath).Code)
	assert.Equal(t, 1, resets)
}

// A body that does not come ends, and one that came leaves the handler its time.
func TestFront_slowBody(t *testing.T) {
	front := behind(serve.Front{Patience: 100 * time.Millisecond})
	server := httptest.NewServer(front)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(answer), "HTTP/1.1 400 "), string(answer))

	after := make(chan error, 1)
	slow := httptest.NewServer(&serve.Front{Patience: 100 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			after <- r.Context().Err()
		case <-time.After(400 * time.Millisecond):
			after <- nil
		}
	})})
	defer slow.Close()
	resp, err := http.Post(slow.URL, "text/plain", strings.NewReader("whole"))
	require.NoError(t, err)
	resp.Body.Close()
	assert.NoError(t, <-after)
}
