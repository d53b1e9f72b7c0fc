package exchange

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
)

// NewResponse returns an answer of the caller's own, without its body, from a recorded one.
func NewResponse(ia *cassette.Interaction, req *http.Request) *http.Response {
	resp := &http.Response{
		Status: ia.Response.Status, StatusCode: ia.Response.Code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: CloneHeader(ia.Response.Headers), Request: req,
		Uncompressed: ia.Response.Uncompressed,
	}
	if resp.Status == "" {
		resp.Status = StatusText(resp.StatusCode)
	}
	return resp
}

// SetBody gives an answer a body of its own, with the length that it has: the
// recorded one may be that of the body before it was scrubbed.
func SetBody(resp *http.Response, body string) {
	resp.ContentLength = int64(len(body))
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if body == "" {
		resp.Body = http.NoBody
		return
	}
	resp.Body = NewBody(strings.NewReader(body))
	if resp.Uncompressed { // net/http does not know the length of what it decompresses
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
	}
}

// NewBody returns a body that behaves as that of net/http's client: a read after
// Close is an error, and Close may come twice.
func NewBody(r io.Reader) io.ReadCloser { return &responseBody{r: r} }

type responseBody struct {
	mu     sync.Mutex
	r      io.Reader
	closed bool
}

// errClosed has the words of net/http, which does not export its own.
var errClosed = errors.New("http: read on closed response body")

func (b *responseBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, errClosed
	}
	return b.r.Read(p)
}

func (b *responseBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// SetNoBody is SetBody for the answer to a HEAD request: its length is that of
// the body which a GET would have had, as the header says.
func SetNoBody(resp *http.Response, body string) {
	resp.Body, resp.ContentLength = http.NoBody, int64(len(body))
	if n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = n
	}
}

// CloneHeader returns a copy of a header, which is never nil.
func CloneHeader(h http.Header) http.Header {
	if len(h) == 0 {
		return http.Header{}
	}
	return h.Clone()
}

// StatusText is the status line of a code: "200 OK".
func StatusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}
