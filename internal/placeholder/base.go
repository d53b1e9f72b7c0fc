package placeholder

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// base is the root of the API in both worlds.
type base struct {
	real, mock             string // without a trailing slash
	realOrigin, mockOrigin string // scheme://host, in lower case, without a default port
	realPath, mockPath     string // what follows the origin
}

func newBase(d *provider.Definition, real string) (*base, error) {
	b := &base{}
	var err error
	if b.mock, b.mockOrigin, b.mockPath, err = splitBase(d.BaseURL); err != nil {
		return nil, fmt.Errorf("base URL of %s: %w", d.Name, err)
	}
	if b.real, b.realOrigin, b.realPath, err = splitBase(real); err != nil {
		return nil, fmt.Errorf("base URL of the tenant (%s): %w", d.BaseVar, err)
	}
	return b, nil
}

// splitBase takes a base URL apart. Its errors do not quote it: a base URL may
// hold a password by mistake.
func splitBase(s string) (whole, origin, path string, err error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return "", "", "", fmt.Errorf("it is empty; expected https://HOST")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "", "", "", fmt.Errorf("it is not an absolute http or https URL; expected https://HOST")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", "", "", fmt.Errorf("it has user information, a query or a fragment; expected https://HOST with a path at most")
	}
	path = strings.TrimRight(u.EscapedPath(), "/")
	origin = originOf(u.Scheme, u.Host)
	return origin + path, origin, path, nil
}

func originOf(scheme, host string) string {
	scheme, host = lower(scheme), lower(host)
	if scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else if scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + host
}

// cut returns what follows a base URL in s.
func cut(s, origin, path string) (rest string, ok bool) {
	scheme, after, found := strings.Cut(s, "://")
	if !found {
		return "", false
	}
	end := strings.IndexAny(after, "/?#")
	if end < 0 {
		end = len(after)
	}
	if originOf(scheme, after[:end]) != origin {
		return "", false
	}
	return cutPath(after[end:], path)
}

func cutPath(s, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(s, path)
	return rest, ok && (path == "" || rest == "" || strings.IndexByte("/?#", rest[0]) >= 0)
}

func (b *base) cutReal(s string) (string, bool) { return cut(s, b.realOrigin, b.realPath) }
func (b *base) cutMock(s string) (string, bool) { return cut(s, b.mockOrigin, b.mockPath) }

// indexBase makes both base URLs and their hosts known to the search inside
// texts.
func (t *Table) indexBase() {
	b := t.base
	if b.real == b.mock {
		return
	}
	_, realHost, _ := strings.Cut(b.realOrigin, "://")
	_, mockHost, _ := strings.Cut(b.mockOrigin, "://")
	type form struct{ real, mock string }
	forms := []form{{b.real, b.mock}, {b.realOrigin, b.mock}}
	if distinctiveHost(realHost) {
		forms = append(forms, form{realHost, mockHost})
	}
	for _, f := range forms {
		t.hidden.add(needle{spelled: inEveryForm, text: f.real, replacement: f.mock, kind: provider.URL, placeholder: b.mock, fold: true, whole: true, joins: "-"})
	}
	if b.realOrigin != b.mockOrigin {
		t.guard(b.mock)
		t.guard(mockHost)
	}
	t.shown.add(needle{spelled: inEveryForm, text: b.mock, replacement: b.real, kind: provider.URL, placeholder: b.mock, fold: true, whole: true, joins: "-"})
	t.shown.add(needle{spelled: inEveryForm, text: mockHost, replacement: realHost, kind: provider.URL, placeholder: b.mock, fold: true, whole: true, joins: "-"})
}

// distinctiveHost says whether a host names a tenant by itself. Without its port
// an address such as 127.0.0.1, or a name without a dot, does not.
func distinctiveHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err == nil {
		return name != ""
	}
	return net.ParseIP(strings.Trim(host, "[]")) == nil && strings.Contains(host, ".")
}
