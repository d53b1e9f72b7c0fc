package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/replay"
)

// Server answers requests over HTTP from a replay, in the place of the vendor's
// own server, for a client that takes a base URL or is not written in Go.
//
// A request without an answer gets status 502 with the explanation. Faults reach
// the client as such: a reset resets the connection, a truncated body ends with
// it, and a timeout is never answered.
type Server struct {
	// Hosts are the names of this server, as HOST:PORT. A request that names
	// another, and not the vendor's either, breaks the contract. None means that
	// any name may lead here.
	Hosts []string

	base      string
	transport http.RoundTripper
	log       *Log

	closing chan struct{}
	close   sync.Once
}

// NewServer returns a server in the place of a vendor's base URL. The transport
// may be a [Log]; what a log knows is served at [LogPath].
func NewServer(base string, transport http.RoundTripper) *Server {
	s := &Server{base: base, transport: transport, closing: make(chan struct{})}
	s.log, _ = transport.(*Log)
	return s
}

// Close ends the requests that a timeout leaves open; whoever stops listening
// calls it first. A second call does nothing.
func (s *Server) Close() { s.close.Do(func() { close(s.closing) }) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.log != nil && (r.URL.Path == "/-" || strings.HasPrefix(r.URL.Path, PagePath)) {
		switch {
		case r.URL.Path == LogPath:
			s.log.ServeHTTP(w, r)
		case r.URL.Path == StreamPath && r.Method == http.MethodGet:
			s.stream(w, r)
		case r.URL.Path == StreamPath:
			onlyRead(w, r)
		default:
			NothingThere(w, PagePath, LogPath, ReadyPath, ResetPath)
		}
		return
	}
	req, status, err := s.translate(w, r)
	if err != nil {
		if s.log != nil {
			s.log.refuse(r, err)
		}
		http.Error(w, err.Error(), status)
		return
	}
	resp, err := s.transport.RoundTrip(req)
	switch {
	case err == nil:
		s.answer(w, r, resp)
	case errors.Is(err, syscall.ECONNRESET):
		cut(w)
	case errors.Is(err, context.DeadlineExceeded):
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		panic(http.ErrAbortHandler)
	default:
		// A client over HTTP may stand far from the log.
		if miss := (*replay.MissError)(nil); errors.As(err, &miss) {
			err = miss
		}
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

// translate turns a request to this server into one to the vendor.
func (s *Server) translate(w http.ResponseWriter, r *http.Request) (*http.Request, int, error) {
	target, err := url.Parse(s.base + r.URL.EscapedPath())
	if err != nil {
		return nil, http.StatusBadRequest, errors.New("the request's path does not parse")
	}
	target.RawQuery = r.URL.RawQuery
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, exchange.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge, err
	case err != nil:
		return nil, http.StatusBadRequest, errors.New("the request's body breaks off")
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, target.String(), http.NoBody)
	if err != nil {
		return nil, http.StatusBadRequest, errors.New("the request's URL does not parse")
	}
	exchange.SetRequestBody(req, body)
	req.Header = r.Header.Clone()
	if !s.named(r.Host, target.Host) {
		req.Host = r.Host // the transport says what is wrong with it
	}
	for i, origin := range req.Header["Origin"] {
		if s.isOrigin(origin, r.Host) {
			req.Header["Origin"][i] = s.base
		}
	}
	return req, 0, nil
}

// named reports whether a Host leads here, under this server's name or under the vendor's.
func (s *Server) named(host, vendor string) bool {
	if len(s.Hosts) == 0 || host == "" || strings.EqualFold(host, vendor) {
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(own string) bool { return strings.EqualFold(own, host) })
}

// isOrigin reports whether an origin is the base URL that a client of this server
// has. Behind a name of any kind there may be TLS as well.
func (s *Server) isOrigin(origin, host string) bool {
	if len(s.Hosts) == 0 {
		return host != "" && (strings.EqualFold(origin, "http://"+host) || strings.EqualFold(origin, "https://"+host))
	}
	return slices.ContainsFunc(s.Hosts, func(own string) bool { return strings.EqualFold(origin, "http://"+own) })
}

// hopByHop are the headers that are about a connection, not about an answer. A
// cassette that another recorder wrote may hold them.
var hopByHop = []string{"Connection", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, resp *http.Response) {
	defer resp.Body.Close()
	// net/http would guess a type for an answer that has none.
	w.Header()["Content-Type"] = nil
	for name, values := range resp.Header {
		if slices.Contains(hopByHop, name) {
			continue
		}
		for _, v := range values {
			if name == "Location" {
				v = s.here(r, v)
			}
			w.Header().Add(name, v)
		}
	}
	if resp.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		// A broken-off body must reach the client as one: what there is of it,
		// and then the end of the connection.
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// here turns a URL below the vendor's base into one of this server, under the
// name by which the client knows it.
func (s *Server) here(r *http.Request, location string) string {
	rest, ok := strings.CutPrefix(location, s.base)
	if !ok || r.Host == "" || rest != "" && !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "?") {
		return location
	}
	return "http://" + r.Host + rest
}

// cut ends the connection with a reset, as a crashing peer would.
func cut(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
