package matchtest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// changedRequest is a request in the parts in which it is changed.
type changedRequest struct {
	method string
	url    *url.URL
	header http.Header
	body   string
	// made is a value that the caller made up: the recorded one and the changed
	// one. An answer that repeats it repeats the changed one.
	made [2]string
	// unannounced leaves the body's length out, as a pipe does.
	unannounced bool
}

// changed returns a copy of the request with a change.
func (r changedRequest) changed(change func(*changedRequest)) changedRequest {
	u := *r.url
	r.url, r.header = &u, exchange.CloneHeader(r.header)
	change(&r)
	return r
}

func (r changedRequest) http() *http.Request {
	u := *r.url
	req := &http.Request{
		Method: r.method, URL: &u, Host: u.Host, Header: exchange.CloneHeader(r.header),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	exchange.SetRequestBody(req, []byte(r.body))
	if r.unannounced {
		req.ContentLength = -1
	}
	return req
}

// recordedRequest is a request of a cassette, with what answers it.
type recordedRequest struct {
	changedRequest
	said   value // the body, read once
	status int
	answer string
	// media is the media type by which the interaction is told apart: the one
	// asked for or, where that says little, the one of the answer.
	media string
}

func newRecordedRequest(e contract.Exchange) recordedRequest {
	asked, answer := e.Request, e.Response
	r := recordedRequest{
		changedRequest: changedRequest{method: asked.Method, url: asked.URL, header: asked.Header, body: string(asked.Body)},
		status:         answer.Status, answer: string(answer.Body),
		media: specific(asked.Header.Get("Accept")),
	}
	r.said = parseValue(r.body)
	if r.media == "" {
		r.media = specific(answer.Header.Get("Content-Type"))
	}
	return r
}

// specific is the one media type that a header names, or empty.
func specific(header string) string {
	media, _, err := mime.ParseMediaType(header)
	if err != nil || strings.ContainsAny(header, ",*") {
		return ""
	}
	return media
}

// String names the request in messages, without its query, which may hold a credential.
func (r recordedRequest) String() string {
	u := url.URL{Scheme: r.url.Scheme, Host: r.url.Host, Path: r.url.Path, RawPath: r.url.RawPath}
	return r.method + " " + u.String()
}

// alsoAnswered returns the requests that the cassette of a shipped scenario
// answers besides its own, in the same order of interactions.
func alsoAnswered(def *provider.Definition, name string, own []recordedRequest) (also []recordedRequest) {
	scenario := def.Scenario(name)
	if scenario == nil || len(own) == 0 {
		return nil
	}
	for _, other := range scenario.Also {
		request := def.Scenario(other).Request
		u, err := url.Parse(def.BaseURL + request.Target)
		if err != nil {
			continue // a test of the definitions keeps this from happening
		}
		media := specific(request.Header["Accept"])
		request.Body = anyOf(request.Body, def.Scenario(other).Varies)
		also = append(also, recordedRequest{
			changedRequest: changedRequest{method: request.Method, url: u, body: request.Body},
			said:           parseValue(request.Body), media: media,
		})
		if scenario.Follow {
			for _, page := range own[1:] {
				page.media = media
				also = append(also, page)
			}
		}
	}
	return also
}

// anyOf is a scenario's body with a placeholder of what varies at these pointers,
// which are members of the whole.
func anyOf(body string, pointers []string) string {
	var members map[string]any
	if len(pointers) == 0 || json.Unmarshal([]byte(body), &members) != nil {
		return body
	}
	for i, pointer := range pointers {
		value, _ := members[pointer[1:]].(string)
		sent := fmt.Sprintf("sent-key-%d", i+1)
		if strings.Contains(value, "://") {
			sent = fmt.Sprintf("https://example.com/sent-url-%d", i+1)
		} else if pointer == "/secret" {
			sent = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "sent-secret-%d", i+1))
		}
		members[pointer[1:]] = sent
	}
	text, err := json.Marshal(members)
	if err != nil {
		return body
	}
	return string(text)
}

// answers reports whether a request says what was recorded, but for the media
// type asked for. It shares no code with the matcher: a mistake of one would be
// the other's as well.
func (r recordedRequest) answers(got changedRequest, said value) bool {
	if r.method != got.method || !strings.EqualFold(r.url.Scheme, got.url.Scheme) || origin(r.url) != origin(got.url) || r.url.Opaque != got.url.Opaque {
		return false
	}
	if !slices.EqualFunc(segments(r.url), segments(got.url), mayStandFor) || !sameQuery(r.url.RawQuery, got.url.RawQuery) {
		return false
	}
	return r.body == got.body || r.said.ok() && said.ok() && r.said.standsFor(said, map[string]string{})
}

// asksFor reports whether the request may take the recorded answer's media type.
func (r recordedRequest) asksFor(def *provider.Definition, got changedRequest) bool {
	if !def.MatchAccept || r.media == "" {
		return true
	}
	media := specific(got.header.Get("Accept"))
	return media == "" || media == r.media
}

// mayStandFor reports whether a text says what was recorded. What a caller once
// made up stands for any text of its form: a secret for base64 of 8 to 32 bytes,
// a mail address for one, an absolute URL or a path for another.
func mayStandFor(recorded, got string) bool {
	kind, made := placeholder.IsSent(recorded)
	if !made || recorded == got {
		return recorded == got
	}
	switch kind {
	case provider.Secret:
		b, err := base64.StdEncoding.DecodeString(got)
		return err == nil && len(b) >= 8 && len(b) <= 32
	case provider.Mail:
		return strings.Contains(got, "@")
	case provider.URL:
		path := strings.HasPrefix(recorded, "/") == strings.HasPrefix(got, "/")
		return got != "" && path && strings.Contains(recorded, "://") == strings.Contains(got, "://")
	}
	return got != ""
}

// origin is the host with its port, the scheme's own spelled out.
func origin(u *url.URL) string {
	port := map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	return strings.ToLower(u.Hostname()) + ":" + cmp.Or(u.Port(), port)
}

func segments(u *url.URL) []string {
	all := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, s := range all {
		if decoded, err := url.PathUnescape(s); err == nil {
			all[i] = decoded
		}
	}
	return all
}

// setSegments replaces the path; each segment is written by escape.
func setSegments(u *url.URL, parts []string, escape func(string) string) {
	escaped := make([]string, len(parts))
	for i, s := range parts {
		escaped[i] = escape(s)
	}
	u.Path, u.RawPath = "/"+strings.Join(parts, "/"), "/"+strings.Join(escaped, "/")
}

func sameQuery(recorded, got string) bool {
	if recorded == got {
		return true
	}
	a, errA := url.ParseQuery(recorded)
	b, errB := url.ParseQuery(got)
	if errA != nil || errB != nil {
		return false
	}
	return maps.EqualFunc(a, b, func(x, y []string) bool { return slices.EqualFunc(x, y, mayStandFor) })
}

// parameter is one name and value of a query, decoded.
type parameter struct{ name, value string }

// parameters are the names and values of a query in their order; ok is false
// when it does not decode.
func parameters(raw string) (all []parameter, ok bool) {
	if _, err := url.ParseQuery(raw); err != nil {
		return nil, false
	}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return nil, false
		}
		all = append(all, parameter{name, value})
	}
	return all, true
}

// query writes parameters; each text is written by escape.
func query(all []parameter, escape func(string) string) string {
	var pairs []string
	for _, p := range all {
		pairs = append(pairs, escape(p.name)+"="+escape(p.value))
	}
	return strings.Join(pairs, "&")
}
