package placeholder

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// URLs that a test may send in the open, because they lead to nobody.

// reservedDomains are set aside for documentation and tests by RFC 2606 and RFC 6761.
var reservedDomains = []string{"example.com", "example.org", "example.net", "example", "test", "invalid", "localhost"}

// reservedHost says whether a host, without its port, belongs to nobody: a
// reserved domain, or this machine.
func reservedHost(host string) bool {
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ip.IsLoopback()
	}
	host = strings.ToLower(host)
	return hostName.MatchString(host) && slices.ContainsFunc(reservedDomains, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d)
	})
}

var (
	hostName  = pattern.New(`^` + plainWords + `$`)
	portText  = pattern.New(`^[0-9]{1,5}$`)
	plainPart = pattern.New(`^(` + plainWords + `)?$`)
)

// plainWords are what the host, the path and the query may consist of: words of at
// most sixteen lower-case letters, with a number of at most four digits behind
// them, and numbers of at most seven digits. A key or a name of somebody looks
// otherwise.
const (
	plainWord  = `([a-z]{1,16}[0-9]{0,4}|[0-9]{1,7})`
	plainWords = plainWord + `([._~-]{1,2}` + plainWord + `){0,5}`
)

// openURL says why a URL may not stand on a tape as the caller sent it; empty
// when it may: an absolute one below a reserved host or the base URL of the
// placeholder world, or a relative one that begins with a slash, whose path and
// query consist of words, short numbers and known ids.
func (t *Table) openURL(v string) (fault string) {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme == "" && !strings.HasPrefix(v, "/") || strings.HasPrefix(v, "//"):
		return "holds no URL that can be read"
	case u.User != nil:
		return "holds a URL with user information"
	case u.Scheme == "":
	case u.Scheme != "http" && u.Scheme != "https":
		return "holds a URL that is neither http nor https"
	case provider.Origin(u.Scheme, u.Host) == t.base.mock.origin:
	case provider.Origin(u.Scheme, u.Host) == t.base.real.origin:
		return "holds a URL of the tenant's own host"
	case !reservedHost(u.Hostname()):
		return "holds a URL that is not below a reserved host"
	case u.Port() != "" && !portText.MatchString(u.Port()):
		return "holds a URL that cannot be read"
	}
	if tells(u) {
		return "holds a URL that tells of a secret"
	}
	plain := func(raw string, unescape func(string) (string, error)) bool {
		v, err := unescape(raw)
		return err == nil && (plainPart.MatchString(v) || t.Known(v))
	}
	for _, segment := range provider.Segments(u.EscapedPath()) {
		if !plain(segment, url.PathUnescape) {
			return "holds a URL whose path is more than words and short numbers"
		}
	}
	if u.Fragment != "" || u.ForceQuery || strings.HasSuffix(v, "#") {
		return "holds a URL with a fragment or an empty query"
	}
	for field := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(field, "=")
		if !plain(name, url.QueryUnescape) || !plain(value, url.QueryUnescape) {
			return "holds a URL whose query is more than words and short numbers"
		}
	}
	return ""
}

// tells says whether a word of a URL tells that the next one is a secret.
func tells(u *url.URL) bool {
	return slices.ContainsFunc(strings.FieldsFunc(u.Hostname()+"/"+u.EscapedPath()+"/"+u.RawQuery, func(r rune) bool {
		return strings.ContainsRune("/?&=.~-", r)
	}), secret.Tells)
}
