package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// Tenant is what a recording talks to.
type Tenant struct {
	BaseURL string
	Token   string
	// Getenv gives the real values of the provider's bindings.
	Getenv func(string) string
	// Transport sends; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Source is Live or Simulated.
	Source string
	// Day is the day of a live recording, as YYYY-MM-DD.
	Day string
}

// MissingError says which environment variables a live recording lacks.
type MissingError struct {
	Provider string
	Vars     []string
}

func (e *MissingError) Error() string {
	verb := "is"
	if len(e.Vars) > 1 {
		verb = "are"
	}
	return fmt.Sprintf("%s cannot be recorded: %s %s not set; set %s to your tenant's, or replay",
		e.Provider, strings.Join(e.Vars, " and "), verb, map[bool]string{true: "them", false: "it"}[len(e.Vars) > 1])
}

// LiveTenant reads a tenant from the environment.
func LiveTenant(def *provider.Definition, getenv func(string) string, day string) (Tenant, error) {
	t := Tenant{BaseURL: getenv(def.BaseVar), Token: getenv(def.TokenVar), Getenv: getenv, Source: cassette.Live, Day: day}
	var missing []string
	if t.BaseURL == "" {
		t.BaseURL = def.BaseDefault
	}
	if t.BaseURL == "" {
		missing = append(missing, def.BaseVar)
	}
	if t.Token == "" {
		missing = append(missing, def.TokenVar)
	}
	if len(missing) > 0 {
		return Tenant{}, &MissingError{def.Name, missing}
	}
	if err := copied(def, getenv); err != nil {
		return Tenant{}, err
	}
	u, err := url.Parse(t.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Tenant{}, fmt.Errorf("%s is no base URL; expected http:// or https:// and a host, without user, query and fragment", def.BaseVar)
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || port == 0) {
		return Tenant{}, fmt.Errorf("%s names no port; expected one from 1 to 65535, or none", def.BaseVar)
	}
	t.BaseURL = strings.TrimRight(t.BaseURL, "/")
	if t.Token == provider.Token || t.Token == provider.WrongToken {
		return Tenant{}, fmt.Errorf("%s is %q, which stands for a tenant's credential and is none; set it to your tenant's, or replay", def.TokenVar, t.Token)
	}
	if len(t.Token) < placeholder.MinSecret {
		return Tenant{}, fmt.Errorf("%s is too short to be searched for in what is recorded; expected at least %d characters", def.TokenVar, placeholder.MinSecret)
	}
	if scheme, _, ok := strings.Cut(t.Token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return Tenant{}, fmt.Errorf("%s begins with %q; set it to the token alone", def.TokenVar, scheme)
	}
	return t, nil
}

// copied finds what copying a value brings with it.
func copied(def *provider.Definition, getenv func(string) string) error {
	names := []string{def.BaseVar, def.TokenVar}
	for _, b := range def.Bindings {
		names = append(names, b.Var)
	}
	for _, name := range names {
		switch v := getenv(name); {
		case strings.TrimSpace(v) != v || strings.ContainsAny(v, "\r\n"):
			return fmt.Errorf("%s holds a line break, or white space at an end; check how it was copied", name)
		case len(v) > 1 && strings.ContainsAny(v[:1], "\"'`") && v[0] == v[len(v)-1]:
			return fmt.Errorf("%s begins and ends with a quote; leave both out", name)
		}
	}
	return nil
}

// askTenant sends a request of the placeholder world, as go-vcr records it, and
// returns the tenant's answer in placeholders. Below it are the tenant's values;
// above it they stand in the table and in the credential alone.
func (r *Recording) askTenant(req *exchange.Request, sent *http.Request) (*http.Response, error) {
	var body []byte
	if sent.Body != nil {
		var err error
		if body, err = io.ReadAll(sent.Body); err != nil {
			return nil, err
		}
	}
	resp, answer, err := r.send(req.Sent, req.Credential, sent.Method, sent.URL, r.withCallers(req.Sent, sent.Header), body)
	if err != nil {
		return nil, err
	}
	asked := contract.Request{Method: sent.Method, URL: sent.URL, Header: sent.Header, Body: body}
	hidden, tree, err := r.hideBody(asked, resp, answer)
	if err != nil {
		return nil, &unfitError{worded{fmt.Sprintf("the answer of %s cannot be recorded: %v", r.Definition.Title, err), err}}
	}
	placeholder := &http.Response{
		Status: exchange.StatusText(resp.StatusCode), StatusCode: resp.StatusCode,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.hideHeader(resp.Header), Request: sent,
	}
	if len(r.Pinned) > 0 {
		hidden, tree = r.pin(hidden), nil
	}
	if !r.Verbatim && req.Method != http.MethodHead {
		hidden = laidOut(hidden)
	}
	r.hideKept(placeholder.Header, resp.Header)
	r.note(resp, placeholder.Header)
	placeholder.Body, placeholder.ContentLength = io.NopCloser(bytes.NewReader(hidden)), int64(len(hidden))
	r.answer = contract.Response{Body: hidden}
	if tree != nil {
		r.answer.Reading = contract.ReadAs(hidden, tree)
	} else {
		r.answer.Reading = contract.Read(hidden)
	}
	return placeholder, nil
}

// maxLaidOut bounds the nesting of a body that is laid out: the white space of a
// deeper one would be most of it.
const maxLaidOut = 50

// laidOut writes a JSON text of one line with a line for each value, so that a
// recording can be reviewed and two can be compared. Order and digits stay, and so
// does what has lines already, or is no JSON.
func laidOut(body []byte) []byte {
	if bytes.ContainsRune(bytes.TrimSpace(body), '\n') || jsontext.Depth(body) > maxLaidOut {
		return body
	}
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return body
	}
	return b.Bytes()
}

// send exchanges placeholders for real values, adds the credential, and returns
// the tenant's answer with its body decoded.
func (r *Recording) send(caller *http.Request, cred exchange.Credential, method string, u *url.URL, header http.Header, body []byte) (*http.Response, []byte, error) {
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
	ctx, done := context.WithCancel(caller.Context())
	defer done()
	req, err := http.NewRequestWithContext(ctx, method, real.String(), http.NoBody)
	if err != nil {
		return nil, nil, errors.New("the request does not translate into one for the tenant")
	}
	req.Close = true
	exchange.SetRequestBody(req, body)
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
	if r.Scenario != nil && r.Scenario.Request.Credential == provider.Wrong && cred.Token != "" {
		token = cred.Token
	}
	cred.Apply(req, r.Definition, token)
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
	if resp.StatusCode == http.StatusSwitchingProtocols || contract.MediaType(resp.Header.Get("Content-Type")) == "text/event-stream" {
		return nil, nil, &RefusedError{worded{text: fmt.Sprintf("%s is not recorded: the answer is a stream (%s), and a cassette holds whole answers only",
			r.describe(caller), exchange.StatusText(resp.StatusCode))}}
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
func (r *Recording) withCallers(caller *http.Request, recorded http.Header) http.Header {
	header := recorded.Clone()
	named := map[string]bool{} // by Connection: they go no further than it does
	for _, v := range caller.Header.Values("Connection") {
		for name := range strings.SplitSeq(v, ",") {
			named[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	for name, values := range caller.Header {
		canonical := http.CanonicalHeaderKey(name)
		if _, there := recorded[name]; there || notBeside[canonical] || named[canonical] || r.Definition.Origin && name == "Origin" {
			continue
		}
		for _, v := range values {
			header.Add(name, r.table.ToTenantText(v))
		}
	}
	var cookies []string
	for _, cookie := range caller.Cookies() {
		if cookie.Name != r.Definition.SessionCookie {
			cookies = append(cookies, cookie.Name+"="+r.table.ToTenantText(cookie.Value))
		}
	}
	if len(cookies) > 0 {
		header.Set("Cookie", strings.Join(cookies, "; "))
	}
	return header
}

// notBeside are the headers that are controlled elsewhere, or speak of one connection.
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

// decoded reads the body of an answer without its Content-Encoding.
func decoded(resp *http.Response) ([]byte, error) {
	if resp.Request != nil && resp.Request.Method == http.MethodHead {
		return nil, nil
	}
	encoding := resp.Header.Get("Content-Encoding")
	plain, known, err := exchange.Decode(encoding, resp.Body)
	switch {
	case !known:
		return nil, &answerError{worded{text: "the answer has a Content-Encoding other than gzip and deflate, which cannot be searched for what must not be recorded; see what stands before the tenant and encodes it unasked"}}
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		name := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(encoding)), "x-")
		return nil, &answerError{worded{"the answer is not the " + name + " that its header says; see what stands before the tenant and encodes it", err}}
	}
	return readLimited(plain)
}

// readLimited reads a body up to the limit; more is an error, never a cut.
func readLimited(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, exchange.MaxBody+1))
	if err == nil && len(data) > exchange.MaxBody {
		err = &answerError{worded{text: fmt.Sprintf("the answer is larger than %d MiB; a cassette is no place for it", exchange.MaxBody>>20)}}
	}
	return data, err
}
