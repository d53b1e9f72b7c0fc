package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/serve"
)

const webhook = `{"id":"` + provider.DevRevWebhookID + `"}`

// steps reads steps as the command line gives them.
func steps(t testing.TB, def *provider.Definition, names ...string) []replay.Step {
	t.Helper()
	library := scenario.Library{Definition: def, Paths: true}
	resolved, err := library.Resolve(names)
	require.NoError(t, err)
	return resolved
}

// serving starts a server with a log.
func serving(t testing.TB, def *provider.Definition, all ...replay.Step) (*httptest.Server, *serve.Log) {
	t.Helper()
	sequence, err := replay.NewSequence(all...)
	require.NoError(t, err)
	requests := serve.NewLog(exchange.Config{Definition: def}, sequence)
	handler := serve.NewServer(def.BaseURL, requests)
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		handler.Close()
		handler.Close() // a second call does nothing
		server.Close()
	})
	return server, requests
}

// cassetteStep is a cassette with one GET of DevRev's root and the answer given
// as YAML.
func cassetteStep(t testing.TB, path, response string) replay.Step {
	t.Helper()
	file, err := cassette.Parse("own.yaml", []byte("version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: \"https://api.devrev.ai"+path+"\"}\n  response: "+response+"\n"))
	require.NoError(t, err)
	return replay.Step{Name: `"own.yaml"`, Index: replay.NewIndex(file, &provider.DevRev, nil)}
}

var client = &http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func ask(t testing.TB, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+provider.Token)
	for i := 0; i < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(answer)
}

func TestServer_headersOfAnAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		response string
		header   string
		want     []string
	}{
		"no type is no guess":         {`{code: 200, body: "<html>"}`, "Content-Type", nil},
		"the type is the recorded":    {`{code: 200, body: "<html>", headers: {Content-Type: [text/plain]}}`, "Content-Type", []string{"text/plain"}},
		"a connection is our own":     {`{code: 200, body: a, headers: {Keep-Alive: [timeout=5], Transfer-Encoding: [chunked], Trailer: [X]}}`, "Keep-Alive", nil},
		"a length, not chunks":        {`{code: 200, body: a, headers: {Transfer-Encoding: [chunked]}}`, "Content-Length", []string{"1"}},
		"a wrong length is put right": {`{code: 200, body: abc, headers: {Content-Length: ["9"]}}`, "Content-Length", []string{"3"}},
		"here":                        {`{code: 302, headers: {Location: ["https://api.devrev.ai/x"]}}`, "Location", []string{"http://SERVER/x"}},
		"here, the root":              {`{code: 302, headers: {Location: ["https://api.devrev.ai"]}}`, "Location", []string{"http://SERVER"}},
		"elsewhere":                   {`{code: 302, headers: {Location: ["https://api.devrev.ai.example.com/x"]}}`, "Location", []string{"https://api.devrev.ai.example.com/x"}},
		"relative":                    {`{code: 302, headers: {Location: ["/x?redirect="]}}`, "Location", []string{"/x?redirect="}},
		"several values":              {`{code: 200, headers: {X-A: [a, b]}}`, "X-A", []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := serving(t, &provider.DevRev, cassetteStep(t, "/", tc.response))
			resp, _ := ask(t, "GET", server.URL+"/", "")
			var want []string
			for _, w := range tc.want {
				want = append(want, strings.ReplaceAll(w, "http://SERVER", server.URL))
			}
			assert.Equal(t, want, resp.Header.Values(tc.header))
		})
	}
}

// A client that knows the server by another name is sent to that name.
func TestServer_redirectsToTheNameThatTheClientUses(t *testing.T) {
	server, _ := serving(t, &provider.DevRev, cassetteStep(t, "/", `{code: 302, headers: {Location: ["https://api.devrev.ai/x"]}}`))
	req, err := http.NewRequest("GET", server.URL, nil)
	require.NoError(t, err)
	req.Host = "vendor:8080"
	resp, err := client.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, "http://vendor:8080/x", resp.Header.Get("Location"))
}

// What is escaped in a path or a query stays so.
func TestServer_keepsEscapes(t *testing.T) {
	server, requests := serving(t, &provider.DVelop, steps(t, &provider.DVelop, "GetWebHook/200-json")...)
	ask(t, "GET", server.URL+"/dmsconfig/r/a%2Fb/events?x=%2F", "")
	assert.Equal(t, "https://sample-api.d-velop.cloud/dmsconfig/r/a%2Fb/events?x=%2F", requests.Report().Requests[0].URL)
}

// Statuses that allow no body, whatever the cassette holds; the connection goes
// on to the next request.
func TestServer_answersWithoutABody(t *testing.T) {
	for _, code := range []int{204, 304} {
		step := cassetteStep(t, "/", fmt.Sprintf("{code: %d, body: text}", code))
		step.Always = true
		server, _ := serving(t, &provider.DevRev, step)
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		answers := bufio.NewReader(conn)
		for range 2 {
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			require.NoError(t, err)
			resp, err := http.ReadResponse(answers, nil)
			require.NoError(t, err)
			assert.Equal(t, code, resp.StatusCode)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Empty(t, body)
		}
	}
}

func TestServer_faults(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "reset:webhooks.get/200", "truncated:webhooks.get/200", "notjson:webhooks.get/200", "timeout:webhooks.get/200")...)
	post := func(ctx context.Context) (int, string, error) {
		req, err := http.NewRequestWithContext(ctx, "POST", server.URL+"/webhooks.get", strings.NewReader(webhook))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.GetBody = nil // net/http would send it again after a reset
		resp, err := client.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), err
	}
	_, _, err := post(t.Context())
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	code, body, err := post(t.Context())
	assert.Equal(t, 200, code)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotEmpty(t, body, "the half that was there")
	code, body, err = post(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 200, code)
	assert.Contains(t, body, "<html>")
	patience, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err = post(patience)
	assert.ErrorIs(t, err, context.DeadlineExceeded)

	r := requests.Report()
	assert.Equal(t, 4, r.Answered)
	assert.Zero(t, r.Missed+r.Refused+r.Breaches, "a fault that was asked for is no failure")
	var faults []string
	var statuses []int
	for _, e := range r.Requests {
		faults, statuses = append(faults, e.By.Fault), append(statuses, e.Status)
	}
	assert.Equal(t, []string{"reset", "truncated", "notjson", "timeout"}, faults)
	assert.Equal(t, []int{0, 200, 200, 0}, statuses)
}

// Close ends what a timeout holds open, for a client that would wait for ever.
func TestServer_closeEndsATimeout(t *testing.T) {
	sequence, err := replay.NewSequence(steps(t, &provider.DevRev, "timeout:webhooks.get/200")...)
	require.NoError(t, err)
	requests := serve.NewLog(exchange.Config{Definition: &provider.DevRev}, sequence)
	handler := serve.NewServer(provider.DevRev.BaseURL, requests)
	server := httptest.NewServer(handler)
	defer server.Close()
	done := make(chan error, 1)
	go func() {
		resp, err := http.Post(server.URL+"/webhooks.get", "application/json", strings.NewReader(webhook))
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	require.Eventually(t, func() bool { return requests.Report().Answered == 1 }, 10*time.Second, time.Millisecond)
	select {
	case err := <-done:
		t.Fatalf("the request was answered: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	handler.Close()
	select {
	case err := <-done:
		assert.Error(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("the request is still open")
	}
}

// What is no exchange of HTTP as a cassette holds it is told, and counted.
func TestServer_refuses(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "webhooks.get/200")...)
	resp, body := ask(t, "GET", server.URL+"/webhooks.get?token=opensesame", "", "Connection", "Upgrade", "Upgrade", "websocket")
	assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
	assert.Contains(t, body, `asks for an upgrade to "websocket"`)
	// The server may end the connection before the client has sent all of it.
	large, err := client.Post(server.URL+"/webhooks.get?token=opensesame", "application/json", strings.NewReader(strings.Repeat("x", 10<<20+1)))
	if err == nil {
		large.Body.Close()
		assert.Equal(t, http.StatusRequestEntityTooLarge, large.StatusCode)
	}
	// A body that ends before its length.
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	_, err = io.WriteString(conn, "POST /webhooks.get HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	early, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	early.Body.Close()
	conn.Close()
	assert.Equal(t, http.StatusBadRequest, early.StatusCode)

	r := requests.Report()
	assert.Equal(t, 3, r.Refused)
	assert.Equal(t, "https://api.devrev.ai/webhooks.get?token=(withheld)", r.Requests[0].URL)
	assert.Equal(t, "https://api.devrev.ai/webhooks.get?token=(withheld)", r.Requests[1].URL)
	assert.Equal(t, "http: request body too large", r.Requests[1].Explanation)
	assert.Equal(t, "the request's body breaks off", r.Requests[2].Explanation)
}

// No spelling of a path or a request line stops the server.
func TestServer_hostileRequests(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "always:webhooks.get/200")...)
	lines := []string{
		"GET //x HTTP/1.1", "GET /%2e%2e/%00 HTTP/1.1", "OPTIONS /webhooks.get HTTP/1.1", "GET http://u:p@elsewhere/webhooks.get?x HTTP/1.1", "GET /?%zz=;& HTTP/1.1",
		"CONNECT api.devrev.ai:443 HTTP/1.1", "GET /-/requests/ HTTP/1.1", "GET /-//requests HTTP/1.0", "BREW /webhooks.get HTTP/1.1", "HEAD /webhooks.get HTTP/1.1",
	}
	for _, line := range lines {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		_, err = io.WriteString(conn, line+"\r\nHost: a\r\nConnection: close\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: strings.Fields(line)[0]})
		if assert.NoError(t, err, line) {
			resp.Body.Close()
			allowed := []int{http.StatusBadRequest, http.StatusBadGateway}
			if strings.Contains(line, "/-/") {
				allowed = []int{http.StatusNotFound}
			}
			assert.Contains(t, allowed, resp.StatusCode, line)
		}
		conn.Close()
	}
	r := requests.Report()
	assert.Zero(t, r.Answered)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "u:p@")
	resp, _ := ask(t, "POST", server.URL+"/webhooks.get", webhook)
	assert.Equal(t, 200, resp.StatusCode, "and it goes on")
}

// What begins with a hyphen is this server's own: what it does not know there is not
// found, another method is not allowed, and neither is a miss.
func TestServer_own(t *testing.T) {
	sequence, err := replay.NewSequence(steps(t, &provider.DevRev, "always:webhooks.get/200")...)
	require.NoError(t, err)
	requests := serve.NewLog(exchange.Config{Definition: &provider.DevRev}, sequence)
	handler := serve.NewServer(provider.DevRev.BaseURL, requests)
	handler.Close() // a stream ends at once
	front := &serve.Front{Handler: handler, Page: http.NotFoundHandler(), Reset: func() error { return nil }}
	reads, posts := []string{"GET", "HEAD"}, []string{"POST"}
	cells := 0
	for path, allowed := range map[string][]string{
		serve.ReadyPath: reads, serve.LogPath: reads, serve.StreamPath: {"GET"}, serve.ResetPath: posts, serve.PagePath: reads,
		"/-": nil, "/-/nosuch": nil, "/-/ready/": nil, "/-//requests": nil, "/-/state": nil,
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} {
			code := through(front, method, path).Code
			want := http.StatusMethodNotAllowed
			switch {
			case allowed == nil || path == serve.PagePath && slices.Contains(allowed, method):
				want = http.StatusNotFound
			case path == serve.ResetPath && method == "POST":
				want = http.StatusNoContent
			case slices.Contains(allowed, method):
				want = http.StatusOK
			}
			assert.Equal(t, want, code, "%s %s", method, path)
			cells++
		}
	}
	assert.Zero(t, requests.Report().Asked)
	t.Logf("%d cells", cells)
}

func TestServer_parallel(t *testing.T) {
	const n = 64
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "always:webhooks.get/200", "always:webhooks.list/200", "always:webhooks.get/404")...)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			path, body, want := "/webhooks.get", webhook, 200
			switch i % 3 {
			case 1:
				body, want = `{"id":"`+provider.DevRevUnknownWebhookID+`"}`, 404
			case 2:
				body, want = `{"id":"none"}`, 502
			}
			resp, err := client.Post(server.URL+path, "application/json", strings.NewReader(body))
			if assert.NoError(t, err) {
				resp.Body.Close()
				assert.Equal(t, want, resp.StatusCode)
			}
			if i%8 == 0 {
				page, err := client.Get(server.URL + serve.LogPath)
				if assert.NoError(t, err) {
					page.Body.Close()
				}
			}
		})
	}
	group.Wait()
	r := requests.Report()
	assert.Equal(t, n, r.Asked)
	assert.Equal(t, n/3, r.Missed)
	for i, e := range r.Requests {
		assert.Equal(t, i+1, e.Number)
		switch e.Status {
		case 0:
			assert.Nil(t, e.By)
		case 404:
			assert.Equal(t, "always:webhooks.get/404", e.By.Name, "an exchange is not another's")
		default:
			assert.Equal(t, "always:webhooks.get/200", e.By.Name)
		}
	}
}
