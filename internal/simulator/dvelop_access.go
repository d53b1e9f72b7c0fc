package simulator

import (
	"cmp"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// authenticated looks at the bearer token and, when there is none, at the
// session cookie, whose value is URL-encoded.
func (s *DVelop) authenticated(r *http.Request) bool {
	want := cmp.Or(s.Token, dvelopToken)
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimLeft(token, " ") == want
	}
	cookie, err := r.Cookie(provider.DVelop.SessionCookie)
	if err != nil {
		return false
	}
	// Session ids hold the plus sign, which only a query would read as a space.
	session, err := url.PathUnescape(cookie.Value)
	return err == nil && session == want
}

// unauthenticated sends browsers to the sign-in page and tells programs how to
// authenticate. This is how d.velop's libraries for apps behave; the page on
// this API names the status 401 only.
func (s *DVelop) unauthenticated(r *http.Request) answer {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reads && acceptsHTML(r.Header.Values("Accept")) {
		a := emptyAnswer(http.StatusFound)
		a.header.Set("Location", provider.DVelop.LoginPath+"?redirect="+url.QueryEscape(r.URL.RequestURI()))
		return a
	}
	a := emptyAnswer(http.StatusUnauthorized)
	a.header.Set("Www-Authenticate", "Bearer")
	return a
}

func (s *DVelop) isLogin(r *http.Request) bool {
	return r.URL.Path == provider.DVelop.LoginPath && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// loginPage stands for the sign-in page: what matters is that it is HTML and
// that its status is 200.
func loginPage() answer {
	return answer{
		http.StatusOK,
		http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		[]byte("<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Login</title></head>\n<body><h1>Login</h1></body>\n</html>\n"),
	}
}

// originAllowed compares the Origin header with the called URL without its path.
func (s *DVelop) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return s.OriginOptionalOnGet && (r.Method == http.MethodGet || r.Method == http.MethodHead)
	}
	if len(origins) > 1 {
		return false
	}
	got, err := url.Parse(origins[0])
	if err != nil || got.Path != "" || got.RawQuery != "" || got.ForceQuery || got.Fragment != "" || got.User != nil || strings.HasSuffix(origins[0], "#") {
		return false
	}
	want, err := url.Parse(s.base(r))
	return err == nil && got.Host != "" && got.Scheme == want.Scheme && hostPort(got) == hostPort(want)
}

// hostPort is the host in lower case with its port, the scheme's own left out.
func hostPort(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// base is the tenant's base URL without a trailing slash.
func (s *DVelop) base(r *http.Request) string {
	if s.Base != "" {
		return strings.TrimSuffix(s.Base, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// mediaRange is one entry of an Accept header.
type mediaRange struct {
	name string
	q    float64
}

// mediaRanges reads the Accept header; what is no media range is left out. Without a
// header anything goes.
func mediaRanges(accept []string) []mediaRange {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(strings.Join(accept, "")) == "" {
		header = "*/*"
	}
	var ranges []mediaRange
	for entry := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		ranges = append(ranges, mediaRange{name, q})
	}
	return ranges
}

// acceptsHTML says whether a browser may be asking.
func acceptsHTML(accept []string) bool { return quality(mediaRanges(accept), "text/html") > 0 }

// negotiate picks the media type of the answer, JSON where the header leaves the
// choice; ok is false when neither type is wanted.
func negotiate(accept []string) (mediaType string, ok bool) {
	ranges := mediaRanges(accept)
	json, hal := quality(ranges, mediaJSON), quality(ranges, mediaHAL)
	switch {
	case json <= 0 && hal <= 0:
		return "", false
	case hal > json:
		return mediaHAL, true
	}
	return mediaJSON, true
}

// quality is the q of the most specific range that covers the media type, or -1.
func quality(ranges []mediaRange, mediaType string) float64 {
	major, _, _ := strings.Cut(mediaType, "/")
	for _, name := range []string{mediaType, major + "/*", "*/*"} {
		for _, m := range ranges {
			if m.name == name {
				return m.q
			}
		}
	}
	return -1
}
