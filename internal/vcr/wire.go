package vcr

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// wire is the only place where the tenant's values exist. go-vcr hands it a
// request of the placeholder world and gets an answer of that world back.
func (r *Recording) wire(req *http.Request) (*http.Response, error) {
	c := callOf(req)
	resp, err := r.overWire(c, req)
	if err != nil {
		c.wire = err // go-vcr passes errors on, but may wrap them
	}
	return resp, err
}

func (r *Recording) overWire(c *call, req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	resp, answer, err := r.send(c, c.credential, req.Method, req.URL, r.withCallers(c, req.Header), body)
	if err != nil {
		return nil, err
	}
	asked := contract.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: body}
	hidden, err := r.hideBody(asked, resp, answer)
	if err != nil {
		return nil, fmt.Errorf("the answer of %s cannot be recorded: %w", r.Definition.Title, err)
	}
	placeholder := &http.Response{
		Status: statusText(resp.StatusCode), StatusCode: resp.StatusCode,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.hideHeader(resp.Header), Request: req,
	}
	setBody(placeholder, string(hidden))
	return placeholder, nil
}

// send exchanges placeholders for real values, adds the credential, and returns
// the tenant's answer with its body decoded.
func (r *Recording) send(c *call, cred credential, method string, u *url.URL, header http.Header, body []byte) (*http.Response, []byte, error) {
	real, err := r.table.ToTenantURL(u)
	if err != nil {
		return nil, nil, err
	}
	if len(body) > 0 {
		if body, err = r.table.ToTenantJSON(body); err != nil {
			return nil, nil, err
		}
	}
	// Every exchange has a connection of its own, and ends it: net/http logs what
	// a server sends on a kept one unasked, with the tenant's values in it.
	ctx, done := context.WithCancel(c.Context)
	defer done()
	req, err := http.NewRequestWithContext(ctx, method, real.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the request does not translate into one for the tenant")
	}
	req.Close = true
	if len(body) == 0 {
		req.Body, req.ContentLength, req.GetBody = http.NoBody, 0, nil
	}
	for name, values := range header {
		for _, v := range values {
			if name == "Origin" {
				v = strings.Replace(v, r.Definition.BaseURL, r.table.Origin(), 1)
			}
			req.Header.Add(name, v)
		}
	}
	req.Header.Set("Accept-Encoding", "gzip, deflate")
	token := r.Tenant.Token
	if r.Scenario != nil && r.Scenario.Request.Credential == provider.Wrong && cred.token != "" {
		token = cred.token
	}
	cred.apply(req, r.Definition, token)
	resp, err := r.Tenant.Transport.RoundTrip(req)
	if err == nil && resp == nil {
		err = errors.New("the transport has returned neither an answer nor an error")
	}
	if err != nil {
		return nil, nil, r.failed(err)
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusSwitchingProtocols || mediaType(resp.Header.Get("Content-Type")) == "text/event-stream" {
		return nil, nil, &RefusedError{text: fmt.Sprintf("%s is not recorded: the answer is a stream (%s), and a cassette holds whole answers only",
			r.describe(c.req), statusText(resp.StatusCode))}
	}
	answer, err := decoded(resp)
	if err != nil {
		return nil, nil, r.failed(err)
	}
	return resp, answer, nil
}

// withCallers adds the headers that the code under test sent and that no cassette
// holds: without them the tenant would answer another request than the one that
// production makes. Those that belong to a connection, and the credential, are
// not the caller's to send.
func (r *Recording) withCallers(c *call, recorded http.Header) http.Header {
	header := recorded.Clone()
	named := map[string]bool{} // by Connection: they go no further than it does
	for _, v := range c.req.Header.Values("Connection") {
		for name := range strings.SplitSeq(v, ",") {
			named[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	for name, values := range c.req.Header {
		canonical := http.CanonicalHeaderKey(name)
		if _, there := recorded[name]; there || notBeside[canonical] || named[canonical] || r.Definition.Origin && name == "Origin" {
			continue
		}
		for _, v := range values {
			header.Add(name, r.table.ToTenantText(v))
		}
	}
	var cookies []string
	for _, cookie := range c.req.Cookies() {
		if cookie.Name != r.Definition.SessionCookie {
			cookies = append(cookies, cookie.Name+"="+r.table.ToTenantText(cookie.Value))
		}
	}
	if len(cookies) > 0 {
		header.Set("Cookie", strings.Join(cookies, "; "))
	}
	return header
}

// notBeside are the headers that are controlled elsewhere, or speak of one
// connection.
var notBeside = map[string]bool{
	"Authorization": true, "Cookie": true, "Accept-Encoding": true, "Content-Length": true, "Host": true,
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Expect": true,
}

// conditional are the request headers that change the kind of answer, by the
// statuses that they lead to.
var conditional = map[int][]string{
	http.StatusNotModified:        {"If-None-Match", "If-Modified-Since"},
	http.StatusPreconditionFailed: {"If-Match", "If-Unmodified-Since", "If-None-Match"},
	http.StatusPartialContent:     {"Range"},
}

// cause names the header of the caller's that led to an answer of this status.
func cause(status int, header http.Header) string {
	for _, name := range conditional[status] {
		if header.Get(name) != "" {
			return name
		}
	}
	return ""
}

func decoded(resp *http.Response) ([]byte, error) {
	var reader io.Reader = resp.Body
	encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	if resp.Request != nil && resp.Request.Method == http.MethodHead {
		return nil, nil
	}
	switch encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(resp.Body)
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, &answerError{"the answer is not the gzip that its header says", err}
		}
		reader = z
	case "deflate":
		// The standard means zlib, some servers send the bare stream.
		buffered := bufio.NewReader(resp.Body)
		if head, _ := buffered.Peek(2); len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			z, err := zlib.NewReader(buffered)
			if err != nil {
				return nil, &answerError{"the answer is not the deflate that its header says", err}
			}
			reader = z
		} else {
			reader = flate.NewReader(buffered)
		}
	default:
		return nil, &answerError{text: "the answer has a Content-Encoding other than gzip and deflate, which cannot be searched for what must not be recorded"}
	}
	return readLimited(reader)
}

// hideBody exchanges the values of an answer for placeholders. A body that is
// not JSON has no members that a contract could tell apart, so it is replaced
// whole.
func (r *Recording) hideBody(asked contract.Request, resp *http.Response, body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	if !json.Valid(body) {
		if mediaType(resp.Header.Get("Content-Type")) == "text/html" {
			return []byte(replacedPage), nil
		}
		return []byte(replacedText), nil
	}
	classes := contract.AnswerClasses(r.Definition, asked, contract.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body})
	return r.table.FromTenantJSON(body, r.overridden(classes))
}

// fixedMoment stands for a time in seconds or milliseconds since 1970 in a rate
// limit's header.
const fixedMoment = "1741076400"

// What stands in a cassette for an answer that is not JSON.
const (
	replacedPage = "<!DOCTYPE html>\n<html><head><title>replaced</title></head><body>the page was replaced when it was recorded</body></html>\n"
	replacedText = "the body was replaced when it was recorded\n"
)

// overridden applies the test's own Redact and Keep to an answer.
func (r *Recording) overridden(classes func(string) provider.Class) func(string) provider.Class {
	if len(r.Redact)+len(r.Keep) == 0 {
		return classes
	}
	return func(pointer string) provider.Class {
		class := classes(pointer)
		redact, keep := narrowest(r.Redact, pointer), narrowest(r.Keep, pointer)
		if redact != "" {
			class.Kind, class.Keep, class.Documented = provider.Opaque, false, true
		}
		if keep != "" && width(keep) <= width(redact) && keepable(classes(pointer), keep, pointer) {
			class.Kind = classes(pointer).Kind
			class.Keep, class.Kept = true, true
		}
		return class
	}
}

// ofRequest applies the test's own Keep and Varies to what it sends.
func (r *Recording) ofRequest(classes func(string) provider.Class) func(string) provider.Class {
	return func(pointer string) provider.Class {
		class := classes(pointer)
		varies, keep := narrowest(r.Varies, pointer), narrowest(r.Keep, pointer)
		class.Varies = varies != "" && width(varies) <= width(keep)
		if keep != "" && !class.Varies && keepable(class, keep, pointer) {
			class.Keep, class.Kept = true, true
		}
		return class
	}
}

// narrowest returns the pattern that names a member most closely, or the member
// around it; empty when none covers it.
func narrowest(patterns []string, pointer string) (best string) {
	for _, p := range patterns {
		if covers(p, pointer) && width(p) < width(best) {
			best = p
		}
	}
	return best
}

// width is how much a pattern may cover: less the more it says. The empty one is
// no pattern, and wider than all.
func width(pattern string) int {
	if pattern == "" {
		return 0
	}
	return -2*strings.Count(pattern, "/") + strings.Count(pattern, "*") - 2
}

// Clash reports whether of two patterns neither is narrower, and both may cover
// one member.
func Clash(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	if width(a) != width(b) || len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] && x[i] != "*" && y[i] != "*" {
			return false
		}
	}
	return true
}

// keepable reports whether a pattern of Keep may let a member stay: never a
// credential, and what the contract marks as sensitive, or does not describe,
// only when the pattern names that very member and not an object around it.
func keepable(class provider.Class, pattern, pointer string) bool {
	switch class.Kind {
	case provider.Secret, provider.Key:
		return false
	case provider.ID, provider.DisplayID, provider.URL, provider.Mail, provider.Name, provider.Opaque:
		return names(pattern, pointer)
	}
	// What may stay anyway, and texts; a value that departs from what is documented
	// there may be anything.
	return class.Keep || class.Documented && class.Kind == provider.Text || names(pattern, pointer)
}

// names reports whether what Keep covers is named by it: by the member's own name,
// or as an element of an array that it names.
func names(keep, pointer string) bool {
	a, b := strings.Split(keep, "/"), strings.Split(pointer, "/")
	last := len(a) - 1
	return len(a) == len(b) && (a[last] != "*" || element.MatchString(b[last]) && a[last-1] != "*")
}

// element is the index of an element. A longer number is the name of a member.
var element = pattern.New(`^(0|[1-9][0-9]{0,3})$`)

// covers reports whether a JSON pointer names a member or something inside it;
// "*" stands for any one member or index.
func covers(pattern, pointer string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(pointer, "/")
	if len(a) > len(b) {
		return false
	}
	for i := range a {
		if a[i] != "*" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// hideHeader keeps the headers that the provider's list names, as far as their
// values have the form that the list gives.
func (r *Recording) hideHeader(header http.Header) http.Header {
	out := http.Header{}
	for name, grammar := range r.Definition.ResponseHeaders {
		for _, value := range header.Values(name) {
			if hidden, ok := hideValue(grammar, value, r.table.FromTenantURL); ok {
				out.Add(name, hidden)
			}
		}
	}
	return out
}

var (
	numeric  = pattern.New(`^[0-9]{1,7}(\.[0-9]{1,3})?$`)
	moment   = pattern.New(`^[0-9]{10}([0-9]{3})?$`)
	schemes  = map[string]bool{"Basic": true, "Bearer": true, "Digest": true, "Negotiate": true}
	charsets = map[string]bool{"utf-8": true, "us-ascii": true, "iso-8859-1": true}
	types    = map[string]bool{
		"application/json": true, "application/hal+json": true, "application/problem+json": true,
		"application/xml": true, "text/html": true, "text/plain": true, "text/xml": true,
	}
	varied = map[string]bool{
		"*": true, "accept": true, "accept-encoding": true, "accept-language": true,
		"authorization": true, "cookie": true, "origin": true, "x-dv-sig-1": true,
	}
)

func hideValue(grammar provider.HeaderGrammar, value string, hideURL func(string) string) (string, bool) {
	switch grammar {
	case provider.MediaType:
		t, params, err := mime.ParseMediaType(value)
		if err != nil || !types[t] {
			return "", false
		}
		if charset := strings.ToLower(params["charset"]); charsets[charset] {
			return t + "; charset=" + charset, true
		}
		return t, true
	case provider.Number:
		if moment.MatchString(value) {
			return fixedMoment, true
		}
		return value, numeric.MatchString(value)
	case provider.RetryAfter:
		if _, err := http.ParseTime(value); err == nil {
			return value, true
		}
		return value, numeric.MatchString(value)
	case provider.Scheme:
		scheme, _, _ := strings.Cut(value, " ")
		return scheme, schemes[scheme]
	case provider.Tokens:
		for _, token := range strings.Split(value, ",") {
			if !varied[strings.ToLower(strings.TrimSpace(token))] {
				return "", false
			}
		}
		return value, true
	case provider.Reference:
		return hideURL(value), value != ""
	default:
		return "", false
	}
}
