package exchange

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Request is a request on its way, with what the client has made of it.
type Request struct {
	contract.Request // what the contract judges
	// Sent is the caller's own request, its body read and closed; it is only read.
	Sent *http.Request
	// Credential is what the request says about who sends it, or what was added.
	Credential Credential
	// AddOrigin says that the client adds the Origin that the request lacks.
	AddOrigin bool
	// Problems are those of what no cassette holds: of the credential, of headers
	// that stand twice, and the like.
	Problems []contract.Problem
}

// Asked is what the contract judges of a request with that body.
func Asked(req *http.Request, body []byte) contract.Request {
	return contract.Request{Method: Method(req), URL: req.URL, Header: canonical(req.Header), Body: body}
}

// canonical is a header as a server reads it: net/http sends each name that a map has,
// however it is written.
func canonical(h http.Header) http.Header {
	for name := range h {
		if http.CanonicalHeaderKey(name) == name {
			continue
		}
		all := http.Header{}
		for _, name := range slices.Sorted(maps.Keys(h)) {
			for _, value := range h[name] {
				all.Add(name, value)
			}
		}
		return all
	}
	return h
}

// MaxBody bounds the bodies that a client holds in memory.
const MaxBody = 10 << 20

// readBody reads and closes the body of a request, as every transport must,
// also when the request goes no further.
func (c *Client) readBody(req *http.Request) ([]byte, error) {
	defer closeBody(req)
	if err := Ended(req); err != nil {
		return nil, err
	}
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	if n := req.ContentLength; n > 0 && n <= MaxBody {
		body := make([]byte, n)
		switch m, err := io.ReadFull(req.Body, body); err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil, fmt.Errorf("http: ContentLength=%d with Body length %d", n, m)
		default:
			return nil, err
		}
		if extra, _ := io.ReadFull(req.Body, make([]byte, 1)); extra > 0 {
			return nil, fmt.Errorf("http: ContentLength=%d with a longer Body", n)
		}
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, MaxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("%s has a body of more than %d MiB; a cassette is no place for it", c.describe(req), MaxBody>>20)
	}
	return body, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// copy is the request as the code under test sent it, with what the client
// added, safe to keep and to read.
func (c *Client) copy(r *Request) *http.Request {
	sent := r.Sent.Clone(r.Sent.Context())
	if sent.Header == nil {
		sent.Header = http.Header{}
	}
	SetRequestBody(sent, r.Body)
	if r.Credential.added {
		sent.Header.Set("Authorization", "Bearer "+provider.Token)
	}
	if r.AddOrigin {
		sent.Header.Set("Origin", c.Definition.BaseURL)
	}
	return sent
}

// SetRequestBody gives a request a body that can be read again.
func SetRequestBody(req *http.Request, body []byte) {
	req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		text := string(body)
		req.Body = io.NopCloser(strings.NewReader(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
}

// single are the request headers that HTTP allows once.
var single = []string{"Authorization", "Content-Type", "Origin"}

// plain adds the problems of headers that stand twice, of a Host that is not the
// URL's, and of a Content-Encoding that the body does not have: net/http sends
// them all, and a vendor's gateway refuses them or takes either.
func (c *Client) plain(r *Request) {
	for _, name := range single {
		if n := len(r.Header.Values(name)); n > 1 {
			r.wrong("repeated", name, fmt.Sprintf("%d times", n), "once")
		}
	}
	if encoding := strings.Join(r.Header.Values("Content-Encoding"), ", "); !coded(encoding, r.Body) {
		r.wrong("content-encoding", "Content-Encoding", "", "")
	}
	if host := r.Sent.Host; host != "" && !strings.EqualFold(host, r.Sent.URL.Host) {
		r.wrong("host", "Host", "", "")
	}
}

// wrong adds the breach of a rule by a header.
func (r *Request) wrong(rule, header, found, expected string) {
	r.Problems = append(r.Problems, ofHeader(rule, header, found, expected))
}

// refuse names the kinds of exchange that a cassette cannot hold.
func (c *Client) refuse(req *http.Request) error {
	if err := sendable(req); err != nil {
		return fmt.Errorf("%s is not sent: %w", c.describe(req), err)
	}
	if upgrade := req.Header.Get("Upgrade"); upgrade != "" {
		return fmt.Errorf("%s asks for an upgrade to %q; a cassette holds plain HTTP exchanges only, so send this request through a client of its own",
			c.describe(req), upgrade)
	}
	return nil
}

// sendable checks a request as the transport of net/http does before it sends
// one, so that no test is green with a request that never leaves the program. The
// error names the header and the character, and never quotes a value. Header may
// be nil, as in a request that goes through an http.Client.
func sendable(req *http.Request) error {
	if req.URL == nil {
		return fmt.Errorf("net/http refuses it: it has no URL")
	}
	if err := fields(req.Header, "header"); err != nil {
		return err
	}
	if err := fields(req.Trailer, "trailer"); err != nil {
		return err
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("net/http refuses the scheme of its URL: it is neither http nor https")
	}
	if m := Method(req); !httpguts.ValidHeaderFieldName(m) {
		return fmt.Errorf("net/http refuses its method: character %s stands in it", character(m, httpguts.IsTokenRune))
	}
	if req.URL.Host == "" {
		return fmt.Errorf("net/http refuses it: there is no host in its URL")
	}
	ascii, err := httpguts.PunycodeHostPort(cmp.Or(req.Host, req.URL.Host))
	if err != nil {
		return fmt.Errorf("net/http refuses its Host: it is no name that can be spelt in ASCII")
	}
	if !httpguts.ValidHostHeader(ascii) {
		return fmt.Errorf("net/http refuses its Host: character %s stands in it", character(ascii, func(r rune) bool { return httpguts.ValidHostHeader(string(r)) }))
	}
	return nil
}

// fields checks headers or trailers, and names the first wrong one in the order of
// their names, so that the same request is refused in the same words.
func fields(header http.Header, kind string) error {
	var wrong []string
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) || slices.ContainsFunc(values, badValue) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	name := slices.Min(wrong)
	if !httpguts.ValidHeaderFieldName(name) {
		return fmt.Errorf("net/http refuses the name of one of its %ss: %s", kind, where(name, httpguts.IsTokenRune))
	}
	v := header[name][slices.IndexFunc(header[name], badValue)]
	return fmt.Errorf("net/http refuses the value of its %s %s: %s", kind, name, where(v, func(r rune) bool { return r == '\t' || r >= ' ' && r != 0x7f }))
}

func badValue(v string) bool { return !httpguts.ValidHeaderFieldValue(v) }

// where says which character makes a text unfit, and whether it ends it: a token
// read from a file ends with a line feed as a rule.
func where(s string, fit func(rune) bool) string {
	if s == "" {
		return "it is empty"
	}
	bad := strings.IndexFunc(s, func(r rune) bool { return !fit(r) })
	if bad >= 0 && bad == len(strings.TrimRight(s, "\r\n")) {
		return "it ends with a line break; trim what was read from a file"
	}
	return fmt.Sprintf("character %s stands in it", character(s, fit))
}

func character(s string, fit func(rune) bool) string {
	for _, r := range s {
		if !fit(r) {
			return fmt.Sprintf("%q", r)
		}
	}
	return `""`
}

// coded reports whether a body is what its Content-Encoding says, as far as that
// can be told: of several codings, and of those unknown here, only that plain JSON
// is none of them. What is longer than a cassette would hold is not read on.
func coded(encoding string, body []byte) bool {
	if len(body) == 0 || encoding == "" {
		return true
	}
	plain, known, err := Decode(encoding, bytes.NewReader(body))
	if !known {
		return !json.Valid(body)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(plain, MaxBody))
	}
	return err == nil
}

// Decode undoes a Content-Encoding. known is false for one other than gzip and
// deflate; err is io.EOF for an empty gzip.
func Decode(encoding string, body io.Reader) (plain io.Reader, known bool, err error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return body, true, nil
	case "gzip", "x-gzip":
		plain, err = gzip.NewReader(body)
		return plain, true, err
	case "deflate":
		// The standard means zlib, some programs send the bare stream.
		buffered := bufio.NewReader(body)
		if head, _ := buffered.Peek(2); len(head) < 2 || head[0]&0x0f != 8 || (int(head[0])<<8|int(head[1]))%31 != 0 {
			return flate.NewReader(buffered), true, nil
		}
		plain, err = zlib.NewReader(buffered)
		return plain, true, err
	}
	return nil, false, nil
}
