package probe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Request is a delivery that can be sent and shown.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	// Stream is a body that is sent in place of Body, and What describes it.
	Stream io.Reader
	What   string
	// begun is called before the receiver, or the network on the way to it, takes
	// anything of Body, and sent when it has taken the whole; nil tells nobody.
	begun, sent func()
	// unsized hides the length of Body, as a sender does that does not know it yet.
	unsized bool
	// from is the address of the sender as a handler in this process sees it.
	from string
}

// segment is how much of a body a network gives at a time, in bytes.
const segment = 1400

// segments is a body that comes as from a network.
type segments struct{ io.Reader }

func (s segments) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), segment)]) }

// local are copies of a request that claim, or seem, to come from this machine.
func local(r *Request) []*Request {
	own := *r
	own.from = "127.0.0.1:1234"
	six := *r
	six.from = "[::1]:1234"
	return []*Request{
		&own, &six, r.with("X-Forwarded-For", "127.0.0.1"), r.with("X-Forwarded-For", "::1"), r.with("X-Real-IP", "127.0.0.1"), r.with("Forwarded", "for=127.0.0.1"),
	}
}

func (r *Request) build(ctx context.Context) (*http.Request, error) {
	var body io.Reader = segments{bytes.NewReader(r.Body)}
	switch {
	case r.Stream != nil:
		body = r.Stream
	case r.begun != nil || r.sent != nil:
		body = &heeded{body, r.begun, r.sent}
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, err
	}
	switch {
	case r.unsized:
		req.ContentLength = -1
	case r.Stream == nil:
		req.ContentLength = int64(len(r.Body))
	}
	req.Header, req.RemoteAddr = r.Header.Clone(), r.from
	return req, nil
}

// heeded is a body that tells when it is read, and when it has been.
type heeded struct {
	io.Reader
	begun, read func()
}

func (h *heeded) Read(p []byte) (int, error) {
	if h.begun != nil {
		h.begun()
		h.begun = nil
	}
	n, err := h.Reader.Read(p)
	if err != nil && h.read != nil {
		h.read()
		h.read = nil
	}
	return n, err
}

// with returns a copy with another value of a header; an empty list removes it.
func (r *Request) with(name string, values ...string) *Request {
	c := *r
	c.Header = r.Header.Clone()
	delete(c.Header, http.CanonicalHeaderKey(name))
	if len(values) > 0 {
		c.Header[http.CanonicalHeaderKey(name)] = values
	}
	return &c
}

// cut are copies with each beginning and each end of a header's value.
func (r *Request) cut(name string) (all []*Request) {
	whole := r.Header.Get(name)
	for i := 1; i < len(whole); i++ {
		if end := whole[i:]; strings.Trim(end, "=") != "" {
			all = append(all, r.with(name, whole[:i]), r.with(name, end))
		}
	}
	return all
}

// maxShown is how much of a body or of a header is shown, in bytes.
const maxShown = 2 << 10

// curl returns the request as a command line.
func (r *Request) curl() string {
	var b strings.Builder
	b.WriteString("curl -i")
	if r.Method == http.MethodHead {
		b.WriteString(" --head")
	} else if r.Method != http.MethodPost || r.Body == nil {
		b.WriteString(" -X " + r.Method)
	}
	for name, value := range r.fields() {
		b.WriteString(" -H " + quoted(name+": "+value))
	}
	if r.unsized {
		b.WriteString(" -H 'Transfer-Encoding: chunked'")
	}
	switch {
	case r.Stream != nil:
		b.WriteString(" --data-binary @-  # " + r.What)
		return "… | " + b.String() + " " + r.URL
	case len(r.Body) > 0:
		b.WriteString(" --data-binary " + quoted(string(r.Body)))
	}
	return b.String() + " " + r.URL
}

// inGo returns the statements that make the request.
func (r *Request) inGo() string {
	var b strings.Builder
	body := "nil"
	switch {
	case r.Stream != nil:
		body = "nil /* " + r.What + " */"
	case len(r.Body) > 0:
		body = "strings.NewReader(" + literal(string(r.Body)) + ")"
	}
	fmt.Fprintf(&b, "req := httptest.NewRequest(%q, %q, %s)\n", r.Method, r.URL, body)
	for name, value := range r.fields() {
		fmt.Fprintf(&b, "req.Header.Add(%q, %s)\n", name, literal(value))
	}
	if r.unsized {
		b.WriteString("req.ContentLength = -1\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *Request) fields() func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			for _, v := range r.Header[name] {
				if !yield(name, v) {
					return
				}
			}
		}
	}
}

func clipped(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return s[:256] + fmt.Sprintf("… (%d bytes)", len(s))
}

// quoted is a text for a POSIX shell; $” writes what cannot be typed.
func quoted(s string) string {
	s = clipped(s)
	if odd(s) {
		return "$" + "'" + strings.ReplaceAll(strings.Trim(fmt.Sprintf("%q", s), `"`), "'", `\'`) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func literal(s string) string {
	s = clipped(s)
	if strings.Contains(s, "`") || odd(s) {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

// odd reports whether a text has what a terminal does not show as it is.
func odd(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
