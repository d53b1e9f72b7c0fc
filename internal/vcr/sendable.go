package vcr

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

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
	if m := method(req); !httpguts.ValidHeaderFieldName(m) {
		return fmt.Errorf("net/http refuses its method: character %s stands in it", character(m, httpguts.IsTokenRune))
	}
	if req.URL.Host == "" {
		return fmt.Errorf("net/http refuses it: there is no host in its URL")
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	ascii, err := httpguts.PunycodeHostPort(host)
	if err != nil {
		return fmt.Errorf("net/http refuses its Host: it is no name that can be spelt in ASCII")
	}
	if !httpguts.ValidHostHeader(ascii) {
		return fmt.Errorf("net/http refuses its Host: character %s stands in it", character(ascii, func(r rune) bool { return httpguts.ValidHostHeader(string(r)) }))
	}
	return nil
}

// fields checks headers or trailers, in the order of their names, so that the
// same request is refused in the same words.
func fields(header http.Header, kind string) error {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("net/http refuses the name of one of its %ss: %s", kind, where(name, httpguts.IsTokenRune))
		}
		for _, v := range header[name] {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fmt.Errorf("net/http refuses the value of its %s %s: %s", kind, name, where(v, func(r rune) bool { return r == '\t' || r >= ' ' && r != 0x7f }))
			}
		}
	}
	return nil
}

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
