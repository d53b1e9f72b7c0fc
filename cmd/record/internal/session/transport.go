package session

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// Date is what the tenant's last answer says it is; zero without one.
func (s *Session) Date() time.Time {
	s.came.mu.Lock()
	defer s.came.mu.Unlock()
	return s.came.date
}

// transport marks the errors of a tenant that gives no answer, and notes the answers.
type transport struct {
	next http.RoundTripper
	came *came
}

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &UnreachableError{err}
	}
	if resp.StatusCode == http.StatusProxyAuthRequired { // no tenant's own
		resp.Body.Close()
		proxy, _ := http.ProxyFromEnvironment(req)
		return nil, &UnreachableError{&proxyError{resp.StatusCode, proxy != nil}}
	}
	resp.Body = &answerBody{ReadCloser: resp.Body, note: t.came.note(req, resp)}
	return resp, nil
}

// toTenant is the way to a live tenant.
func toTenant(answers *came) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return &proxyError{resp.StatusCode, true}
		}
		return nil
	}
	return transport{t, answers}
}

// answerBody marks the errors of a tenant whose answer breaks off, and notes what has
// come when there is no more.
type answerBody struct {
	io.ReadCloser
	note  func(begin []byte, size int)
	begin []byte
	size  int
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.size += n
	b.begin = append(b.begin, p[:min(n, beginning-len(b.begin))]...)
	if err != nil && err != io.EOF {
		err = &UnreachableError{err}
	}
	return n, err
}

func (b *answerBody) Close() error {
	if b.note != nil {
		b.note(b.begin, b.size)
	}
	b.note = nil
	return b.ReadCloser.Close()
}

// UnreachableError is about a tenant that gave no answer, or broke off.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }

func (e *UnreachableError) Unwrap() error { return e.Err }

// proxyError is an answer of a proxy in the place of the tenant's.
type proxyError struct {
	status int
	// ours says that the environment names a proxy for the request.
	ours bool
}

func (e *proxyError) Error() string {
	switch {
	case !e.ours:
		return fmt.Sprintf("it demands a user and a password as a proxy does (%d), and neither HTTPS_PROXY nor HTTP_PROXY names one for it", e.status)
	case e.status == http.StatusProxyAuthRequired:
		return theProxy + " demands a user and a password in its URL (407)"
	}
	return fmt.Sprintf("%s answers %d", theProxy, e.status)
}

const theProxy = "the proxy that HTTPS_PROXY or HTTP_PROXY names"

// came are the answers of a tenant as they came, before anything is made of them. They
// say what stands there when it is not the vendor.
type came struct {
	mu    sync.Mutex
	kinds map[kindOfAnswer]sizes
	// moved is where the first permanent redirect leads; nil without one.
	moved *moved
	// date is what the last answer says it is; zero without one.
	date time.Time
}

type kindOfAnswer struct {
	status          int
	mediaType, form string
}

type sizes struct{ count, least, most int }

// moved is where a redirect leads; to is nil when it does not say.
type moved struct{ from, to *url.URL }

// beginning is how much of a body is looked at.
const beginning = 1 << 10

// note returns what takes the body of an answer.
func (c *came) note(req *http.Request, resp *http.Response) func(begin []byte, size int) {
	if c == nil {
		return nil
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.mu.Lock()
		c.date = date
		c.mu.Unlock()
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return func(begin []byte, size int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if permanent(resp.StatusCode) && c.moved == nil {
			to, _ := resp.Location()
			c.moved = &moved{req.URL, to}
		}
		if plain, known, err := exchange.Decode(resp.Header.Get("Content-Encoding"), bytes.NewReader(begin)); known && err == nil {
			begin, _ = io.ReadAll(io.LimitReader(plain, beginning)) // it breaks off where the beginning ends
		}
		if c.kinds == nil {
			c.kinds = map[kindOfAnswer]sizes{}
		}
		kind := kindOfAnswer{resp.StatusCode, mediaType, formOf(mediaType, begin)}
		s, seen := c.kinds[kind]
		if !seen {
			s.least = size
		}
		c.kinds[kind] = sizes{s.count + 1, min(s.least, size), max(s.most, size)}
	}
}

// redirect is where the first permanent redirect leads, nil when there was none.
func (c *came) redirect() *moved {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

// formOf names what makes a body one that no reader of its media type takes; empty for
// none.
func formOf(mediaType string, begin []byte) string {
	starts := func(mark string) bool { return bytes.HasPrefix(begin, []byte(mark)) }
	whole := max(0, len(begin)-utf8.UTFMax) // the last character may be cut off
	switch {
	case starts("\xef\xbb\xbf"):
		return "a byte order mark before it"
	case starts("\xff\xfe"), starts("\xfe\xff"), starts("\x00"), len(begin) > 1 && begin[1] == 0:
		return "in UTF-16"
	case !utf8.Valid(begin[:whole]) && strings.ToValidUTF8(string(begin), "") != string(begin):
		return "not in UTF-8"
	case starts(strings.Repeat("[", maxNesting)):
		return "nested too deep"
	case strings.HasSuffix(mediaType, "json") && starts("<"):
		return "a page of HTML"
	case strings.HasSuffix(mediaType, "json") && len(begin) > 0 && len(begin) < beginning && !json.Valid(begin):
		return "no JSON"
	}
	return ""
}

// maxNesting is how deep the contract check follows a body.
const maxNesting = 500

// plainMediaTypes may be shown: they say nothing of a tenant.
var plainMediaTypes = []string{"text/html", "text/plain", "text/xml", "application/xml", "application/json", "application/problem+json", "application/octet-stream", "application/xhtml+xml"}

// maxKinds bounds the kinds of answers that are listed.
const maxKinds = 3

// describe says how many answers were alike, the most frequent first.
func (c *came) describe(def *provider.Definition) string {
	if c == nil {
		return "nothing"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kinds := slices.SortedFunc(maps.Keys(c.kinds), func(a, b kindOfAnswer) int {
		return cmp.Or(cmp.Compare(c.kinds[b].count, c.kinds[a].count), cmp.Compare(a.status, b.status), cmp.Compare(a.mediaType, b.mediaType), cmp.Compare(a.form, b.form))
	})
	var all []string
	rest := 0
	for i, k := range kinds {
		s := c.kinds[k]
		if i >= maxKinds {
			rest += s.count
			continue
		}
		text := fmt.Sprintf("%s %d", say.Count(s.count, "time"), k.status)
		switch {
		case s.most == 0:
			text += " without a body"
		case k.mediaType == "":
			text += " without a media type"
		case slices.Contains(plainMediaTypes, k.mediaType) || contract.IsWord(def, k.mediaType):
			text += " " + k.mediaType
		default:
			text += " of another media type"
		}
		if s.most > 0 {
			text += " of " + inBytes(s.least, s.most)
		}
		if k.form != "" {
			text += " (" + k.form + ")"
		}
		all = append(all, text)
	}
	if rest > 0 {
		all = append(all, fmt.Sprintf("otherwise %s", say.Count(rest, "time")))
	}
	return cmp.Or(say.List(all, "and"), "nothing")
}

// inBytes is a size, or what two sizes lie between.
func inBytes(least, most int) string {
	size := func(n int) string {
		if n < 1000 {
			return say.Count(n, "byte")
		}
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	if a, b := size(least), size(most); a != b {
		return a + " to " + b
	}
	return size(most)
}

// versioned is a segment of a path that names no tenant.
var versioned = pattern.New(`^(v[0-9]{1,2}|api|rest)$`)

// place says where a redirect leads, without a value of the tenant.
func (m *moved) place(def *provider.Definition) string {
	where := "to the same host"
	switch {
	case m.to == nil:
		return "and does not say where to"
	case m.to.Hostname() != m.from.Hostname():
		return "to another host"
	case m.to.Scheme != m.from.Scheme:
		where = "to " + m.to.Scheme + " on the same host"
	case m.to.Host != m.from.Host:
		where = "to another port of the same host"
	}
	if m.to.Path == m.from.Path {
		return where + " and path"
	}
	own := map[string]bool{"": true}
	for _, op := range def.Operations {
		for _, f := range op.Forms {
			for segment := range strings.SplitSeq(f.Path, "/") {
				own[segment] = true
			}
		}
	}
	for segment := range strings.SplitSeq(m.to.Path, "/") {
		if !own[segment] && !versioned.MatchString(segment) {
			return where + ", to a path that is not shown, for it may hold a value of the tenant"
		}
	}
	return where + ", to the path " + m.to.Path
}
