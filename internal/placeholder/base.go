package placeholder

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// base is the root of the API in both worlds.
type base struct{ real, mock root }

// root is a base URL without a trailing slash.
type root struct {
	origin string // scheme://host, in lower case, without a default port
	path   string // what follows the origin
}

func (r root) String() string { return r.origin + r.path }

func newBase(d *provider.Definition, real string) (b base, err error) {
	if b.mock, err = newRoot(d.BaseURL); err != nil {
		return b, fmt.Errorf("base URL of %s: %w", d.Name, err)
	}
	if b.real, err = newRoot(real); err != nil {
		return b, fmt.Errorf("base URL of the tenant (%s): %w", d.BaseVar, err)
	}
	return b, nil
}

// newRoot takes a base URL apart. Its errors do not quote it: a base URL may
// hold a password by mistake.
func newRoot(s string) (root, error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return root{}, errors.New("it is empty; expected https://HOST")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return root{}, errors.New("it is not an absolute http or https URL; expected https://HOST")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return root{}, errors.New("it has user information, a query or a fragment; expected https://HOST with a path at most")
	}
	return root{provider.Origin(u.Scheme, u.Host), strings.TrimRight(u.EscapedPath(), "/")}, nil
}

// cut returns what follows the base URL in s.
func (r root) cut(s string) (rest string, ok bool) {
	scheme, after, found := strings.Cut(s, "://")
	if !found {
		return "", false
	}
	end := strings.IndexAny(after, "/?#")
	if end < 0 {
		end = len(after)
	}
	if provider.Origin(scheme, after[:end]) != r.origin {
		return "", false
	}
	return cutPath(after[end:], r.path)
}

func cutPath(s, path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(s, path)
	return rest, ok && (path == "" || rest == "" || strings.IndexByte("/?#", rest[0]) >= 0)
}

// indexBase makes both base URLs and their hosts known to the search inside texts.
func (t *Table) indexBase() {
	b := t.base
	if b.real == b.mock {
		return
	}
	_, realHost, _ := strings.Cut(b.real.origin, "://")
	_, mockHost, _ := strings.Cut(b.mock.origin, "://")
	real, mock := b.real.String(), b.mock.String()
	add := func(x *index, text, replacement string) {
		x.add(needle{spelled: inEveryForm, text: text, replacement: replacement, kind: provider.URL, placeholder: mock, fold: true, whole: true, joins: "-"})
	}
	add(&t.hidden, real, mock)
	add(&t.hidden, b.real.origin, mock)
	if distinctiveHost(realHost) {
		add(&t.hidden, realHost, mockHost)
	}
	if b.real.origin != b.mock.origin {
		t.guard(mock)
		t.guard(mockHost)
	}
	add(&t.shown, mock, real)
	add(&t.shown, mockHost, realHost)
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
