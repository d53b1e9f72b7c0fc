package simulator

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// Transport answers requests from a handler in process, without a socket. The
// handler sees what it would see behind a server: a path and query in the URL,
// the host in Host, TLS set for https. It runs in the caller's goroutine; a
// panic in it and a done context are errors of the round trip.
func Transport(h http.Handler) http.RoundTripper { return transport{h} }

type transport struct{ handler http.Handler }

func (t transport) RoundTrip(req *http.Request) (_ *http.Response, err error) {
	if req.Body != nil {
		// A RoundTripper closes the body, also when it fails.
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	in, err := received(req)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked while it answered %s %s: %v", in.Method, in.URL.Path, p)
		}
	}()
	rec := &recorder{header: http.Header{}}
	t.handler.ServeHTTP(rec, in)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return rec.response(req), nil
}

// received turns a client's request into the one that a server would see.
func received(req *http.Request) (*http.Request, error) {
	if req.URL == nil || req.URL.Host == "" {
		return nil, errors.New("the request has no host in its URL, expected an absolute URL")
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, fmt.Errorf("the request's URL has the scheme %q, expected http or https", req.URL.Scheme)
	}
	target := req.URL.RequestURI()
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, errors.New("the request's URL has a path that no server could read, expected one that starts with a slash")
	}
	in := req.Clone(req.Context())
	in.URL, in.RequestURI = u, target
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.RemoteAddr = cmp.Or(req.RemoteAddr, "192.0.2.1:1234") // a documentation address: there is no peer
	if in.Method == "" {
		in.Method = http.MethodGet
	}
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.ContentLength == 0 && in.Body != nil && in.Body != http.NoBody {
		in.ContentLength = -1 // as a server has it of a body that comes in chunks
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	return in, nil
}

// recorder is the http.ResponseWriter behind Transport.
type recorder struct {
	header http.Header
	// sent is the header as it was when the status was written; later changes
	// do not reach a client.
	sent   http.Header
	early  []http.Header // of informational answers
	status int
	body   bytes.Buffer
	// bare says that the header was flushed before the body began, too early for a
	// guess at its type.
	bare bool
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("invalid status " + strconv.Itoa(status))
	}
	switch {
	case r.status != 0:
	case status >= 200:
		r.status, r.sent = status, r.header.Clone()
	case len(r.early) < maxInformational:
		r.early = append(r.early, r.header.Clone())
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if r.status == http.StatusNoContent || r.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	return r.body.Write(p)
}

// Flush implements http.Flusher: the header is sent at this moment.
func (r *recorder) Flush() {
	r.WriteHeader(http.StatusOK)
	r.bare = r.bare || r.body.Len() == 0
}

// trailer is what was set after the header was sent, under a name that it announces or
// with the prefix for others.
func (r *recorder) trailer() (trailer http.Header) {
	add := func(name string, values []string) {
		if trailer == nil {
			trailer = http.Header{}
		}
		trailer[http.CanonicalHeaderKey(name)] = values
	}
	for name := range strings.SplitSeq(strings.Join(r.sent["Trailer"], ","), ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if values, ok := r.header[name]; ok {
			add(name, values)
		}
	}
	for name, values := range r.header {
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			add(name, values)
		}
	}
	r.sent.Del("Trailer") // which a client gets as the trailer's names
	return trailer
}

func (r *recorder) response(req *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.Got1xxResponse != nil {
		for _, header := range r.early {
			_ = trace.Got1xxResponse(http.StatusEarlyHints, textproto.MIMEHeader(header)) // the answer is there
		}
	}
	body := r.body.Bytes()
	if _, ok := r.sent["Content-Type"]; !ok && len(body) > 0 && !r.bare {
		r.sent.Set("Content-Type", http.DetectContentType(body))
	}
	trailer := r.trailer()
	length := int64(len(body))
	if req.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		Status:     strconv.Itoa(r.status) + " " + http.StatusText(r.status),
		StatusCode: r.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        r.sent,
		Trailer:       trailer,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: length,
		Request:       req,
	}
}
