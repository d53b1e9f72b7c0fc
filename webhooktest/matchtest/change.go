package matchtest

import (
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// variant is a recorded request with one step changed.
type variant struct {
	what    string // the step, as a message says it
	request changedRequest
}

// adder adds a step, and the change that it is.
type adder func(what string, by func(*changedRequest))

// change is a kind of step by which two requests may differ.
type change struct {
	// matters says that a request so changed is another one: the recorded answer
	// must not serve it. Otherwise it must.
	matters bool
	why     string
	of      func(*provider.Definition, recordedRequest, adder)
}

const (
	counts  = true
	ignored = false
)

// requestChanges says what tells two requests apart and what does not.
var requestChanges = []change{
	{counts, "one URL may be read and written", otherMethods},
	{counts, "over another scheme a credential may travel in clear", otherSchemes},
	{counts, "another host is another party", otherHosts},
	{counts, "the path names the operation and the object", otherPaths},
	{counts, "the query names the object as the path does", otherQueries},
	{counts, "this vendor answers each media type with another body", otherMediaTypes},
	{counts, "a value that differs asks for something else", otherValues},
	{counts, "a value of another type is refused by the vendor, or read in another way", otherTypes},
	{counts, "1 and 1.0 are two values to a strict decoder", otherDigits},
	{counts, "each member is documented to mean something", otherMembers},
	{counts, "the order and the number of entries mean something", otherEntries},
	{counts, "what the caller made up keeps its form, and is one value wherever it stands", otherForms},
	{counts, "a body is compared as a whole, and by its bytes when it is no JSON", otherBytes},

	{ignored, "it is the recorded request", unchanged},
	{ignored, "JSON objects have no order, and white space and escapes no meaning", otherSpelling},
	{ignored, "a URL may be escaped in many ways, and the names of its query have no order", otherURLSpelling},
	{ignored, "the default port, the case of a host, a user and a fragment do not change what is asked for", otherAuthority},
	{ignored, "whoever takes every media type takes the recorded one", anyMediaType},
	{ignored, "this vendor's answers are not told apart by the media type asked for", whateverMediaType},
	{ignored, "the header says nothing of what is asked for", noise},
	{ignored, "credentials differ from run to run, and are never recorded", otherCredentials},
	{ignored, "how the body is transferred is the transport's business", unannouncedBody},
	{ignored, "the caller made this value up", otherMadeUp},
}

func (r recordedRequest) variants(def *provider.Definition, kind change) (all []variant) {
	kind.of(def, r, func(what string, by func(*changedRequest)) { all = append(all, variant{what, r.changed(by)}) })
	return all
}

func otherMethods(_ *provider.Definition, r recordedRequest, add adder) {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", strings.ToLower(r.method), strings.ToUpper(r.method)} {
		if method != r.method {
			add("with the method "+method, func(c *changedRequest) { c.method = method })
		}
	}
}

func otherSchemes(_ *provider.Definition, r recordedRequest, add adder) {
	scheme := "http"
	if r.url.Scheme == scheme {
		scheme = "https"
	}
	add("over "+scheme, func(c *changedRequest) { c.url.Scheme = scheme })
}

func otherHosts(_ *provider.Definition, r recordedRequest, add adder) {
	for _, host := range []string{"other.example", "www." + r.url.Host, r.url.Host + ".example", r.url.Hostname() + ":8443"} {
		if host != r.url.Host {
			add("to the host "+host, func(c *changedRequest) { c.url.Host = host })
		}
	}
}

func otherPaths(_ *provider.Definition, r recordedRequest, add adder) {
	parts := segments(r.url)
	path := func(what string, parts []string) {
		add(what, func(c *changedRequest) { setSegments(c.url, parts, url.PathEscape) })
	}
	for i, part := range parts {
		for _, other := range []string{part + "x", swapCase(part)} {
			if other != part && !mayStandFor(part, other) {
				path("with another path", replaced(parts, i, other))
			}
		}
	}
	path("with a longer path", append(slices.Clone(parts), "x"))
	path("with a slash behind the path", append(slices.Clone(parts), ""))
	path("with a doubled slash in the path", append([]string{""}, parts...))
	if n := len(parts) - 1; n > 0 {
		path("with a shorter path", parts[:n])
		path("with an escaped slash in the path", append(slices.Clone(parts[:n-1]), parts[n-1]+"/"+parts[n]))
	}
}

func otherQueries(_ *provider.Definition, r recordedRequest, add adder) {
	set := func(what, raw string) { add(what, func(c *changedRequest) { c.url.RawQuery = raw }) }
	old, ok := parameters(r.url.RawQuery)
	if !ok {
		set("with another query", r.url.RawQuery+"x")
		return
	}
	put := func(what string, ps []parameter) { set(what, query(ps, url.QueryEscape)) }
	put("with a further query key", append(slices.Clone(old), parameter{"added", ""}))
	for i, p := range old {
		key := "query key " + p.name
		put("without the "+key, slices.Delete(slices.Clone(old), i, i+1))
		put("with the "+key+" twice", append(slices.Clone(old), p))
		put("with the "+key+" renamed", replaced(old, i, parameter{p.name + "x", p.value}))
		for _, other := range []string{p.value + "x", swapCase(p.value), ""} {
			if other != p.value && !mayStandFor(p.value, other) {
				put("with another value of the "+key, replaced(old, i, parameter{p.name, other}))
			}
		}
	}
	for i, p := range old {
		for j := range i {
			if old[j].name == p.name && old[j].value != p.value && !mayStandFor(old[j].value, p.value) {
				put("with the values of the query key "+p.name+" in another order", replaced(replaced(old, i, old[j]), j, p))
			}
		}
	}
	if len(old) > 0 {
		set("without its query", "")
	}
}

func otherMediaTypes(d *provider.Definition, r recordedRequest, add adder) {
	if r.media == "" || !d.MatchAccept {
		return // nothing tells this answer apart
	}
	types := []string{"application/xml", "text/plain"}
	for _, op := range d.Operations {
		for _, response := range op.Responses {
			types = append(types, response.MediaTypes...)
		}
	}
	slices.Sort(types)
	for _, media := range slices.Compact(types) {
		if media != r.media {
			add("with Accept: "+media, func(c *changedRequest) { c.header.Set("Accept", media) })
		}
	}
}

func otherBytes(_ *provider.Definition, r recordedRequest, add adder) {
	set := func(what, body string) { add(what, func(c *changedRequest) { c.body = body }) }
	set("with something behind the body", r.body+"x")
	n := len(r.body)
	if n == 0 {
		set("with a body", "{}")
		set("with a body of one space", " ")
		return
	}
	set("without its body", "")
	set("with a byte order mark", "\ufeff"+r.body)
	set("with a second value behind the body", r.body+"{}")
	set("without the last byte of the body", strings.TrimSpace(r.body)[:max(0, len(strings.TrimSpace(r.body))-1)])
	if !r.said.ok() {
		for _, i := range []int{0, n / 2, n - 1} {
			set("with another byte in the body", r.body[:i]+string([]byte{r.body[i] ^ 1})+r.body[i+1:])
		}
		set("with a space before the body", " "+r.body)
	}
}

func unchanged(_ *provider.Definition, _ recordedRequest, add adder) {
	add("sent again as it is", func(*changedRequest) {})
}

func otherURLSpelling(_ *provider.Definition, r recordedRequest, add adder) {
	add("with a path in which everything is escaped", func(c *changedRequest) { setSegments(c.url, segments(r.url), everyByte) })
	ps, ok := parameters(r.url.RawQuery)
	if !ok || len(ps) == 0 {
		return
	}
	// The names in another order, and the values of each in theirs.
	reversed := slices.Clone(ps)
	slices.SortStableFunc(reversed, func(a, b parameter) int { return strings.Compare(b.name, a.name) })
	if slices.Equal(reversed, ps) {
		slices.SortStableFunc(reversed, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	}
	add("with a query in which everything is escaped", func(c *changedRequest) { c.url.RawQuery = query(ps, everyByte) })
	add("with its query in another order", func(c *changedRequest) { c.url.RawQuery = query(reversed, url.QueryEscape) })
}

func otherAuthority(_ *provider.Definition, r recordedRequest, add adder) {
	add("with the host in capitals", func(c *changedRequest) { c.url.Host = strings.ToUpper(c.url.Host) })
	add("with a user in the URL", func(c *changedRequest) { c.url.User = url.UserPassword("user", "password") })
	add("with a fragment", func(c *changedRequest) { c.url.Fragment = "here" })
	if r.url.Port() == "" {
		add("with the default port", func(c *changedRequest) { c.url.Host = origin(c.url) })
	}
}

func anyMediaType(d *provider.Definition, _ recordedRequest, add adder) {
	if d.MatchAccept {
		mediaTypesThatTellNothing(add)
	}
}

func whateverMediaType(d *provider.Definition, _ recordedRequest, add adder) {
	if !d.MatchAccept {
		mediaTypesThatTellNothing(add)
		add("with Accept: application/xml", func(c *changedRequest) { c.header.Set("Accept", "application/xml") })
	}
}

func mediaTypesThatTellNothing(add adder) {
	add("with Accept: */*", func(c *changedRequest) { c.header.Set("Accept", "*/*") })
	add("without Accept", func(c *changedRequest) { c.header.Del("Accept") })
}

// noisy are headers that no match depends on.
var noisy = []struct{ name, value string }{
	{"User-Agent", "another/2.0"},
	{"Accept-Encoding", "identity"},
	{"Accept-Language", "de"},
	{"Content-Type", "application/json; charset=utf-8"},
	{"Date", "Tue, 04 Mar 2025 08:17:42 GMT"},
	{"Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
	{"Referer", "https://example.com/"},
	{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
	{"X-Correlation-Id", "42"},
	{"X-Request-Id", "42"},
	{"X-Retry-Count", "3"},
}

func noise(_ *provider.Definition, _ recordedRequest, add adder) {
	for _, h := range noisy {
		add("with another "+h.name, func(c *changedRequest) { c.header.Set(h.name, h.value) })
	}
}

func otherCredentials(_ *provider.Definition, _ recordedRequest, add adder) {
	add("with another credential", func(c *changedRequest) { c.header.Set("Authorization", "Bearer another") })
	add("with a credential of another scheme", func(c *changedRequest) { c.header.Set("Authorization", "Basic YTpi") })
	add("without a credential", func(c *changedRequest) { c.header.Del("Authorization") })
	add("with another cookie", func(c *changedRequest) { c.header.Set("Cookie", "session=another") })
}

func unannouncedBody(_ *provider.Definition, r recordedRequest, add adder) {
	if r.body != "" {
		add("with a body of a length that is not announced", func(c *changedRequest) { c.unannounced = true })
	}
}

func swapCase(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z':
			return c - 'a' + 'A'
		case 'A' <= c && c <= 'Z':
			return c - 'A' + 'a'
		}
		return c
	}, s)
}

func replaced[T any](list []T, i int, other T) []T {
	list = slices.Clone(list)
	list[i] = other
	return list
}

// everyByte escapes every byte of a text.
func everyByte(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		b.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
	}
	return b.String()
}
