package webhooktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/webhookvcr/internal/vcr"
)

// ReplayServer is [Replay] behind a server on loopback: for a client that takes
// a base URL, or is not written in Go. The server's URL takes the place of
// [Provider.BaseURL]; it closes with the test. A request without an answer fails
// the test and gets status 502 with the explanation. A step with Timeout is
// never answered: the client's own patience ends it.
func ReplayServer(tb testing.TB, p Provider, steps ...Step) *httptest.Server {
	tb.Helper()
	f := replay(tb, p, steps)
	h := &replayHandler{front: f, base: p.def.BaseURL, closing: make(chan struct{})}
	s := httptest.NewServer(h)
	h.url = s.URL
	tb.Cleanup(func() {
		close(h.closing)
		s.Close()
	})
	return s
}

type replayHandler struct {
	front     *vcr.Front
	base, url string
	closing   chan struct{}
}

func (h *replayHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, err := url.Parse(h.base + r.URL.EscapedPath())
	if err != nil {
		http.Error(w, "the request's path does not parse", http.StatusBadRequest)
		return
	}
	target.RawQuery = r.URL.RawQuery
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(body) == 0 {
		req.Body = http.NoBody
	}
	req.Header = r.Header.Clone()
	resp, err := h.front.RoundTrip(req)
	switch {
	case err == nil:
		h.answer(w, resp)
	case errors.Is(err, syscall.ECONNRESET):
		cut(w)
	case errors.Is(err, context.DeadlineExceeded):
		select {
		case <-r.Context().Done():
		case <-h.closing:
		}
		panic(http.ErrAbortHandler)
	default:
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func (h *replayHandler) answer(w http.ResponseWriter, resp *http.Response) {
	defer resp.Body.Close()
	for name, values := range resp.Header {
		for _, v := range values {
			if name == "Location" {
				v = strings.Replace(v, h.base, h.url, 1)
			}
			w.Header().Add(name, v)
		}
	}
	if resp.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil {
		// A broken-off body must reach the client as one.
		panic(http.ErrAbortHandler)
	}
}

// cut ends the connection with a reset, as a crashing peer would.
func cut(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				tcp.SetLinger(0)
			}
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
