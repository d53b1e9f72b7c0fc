package vcr

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// sendable checks a request as the transport of net/http does before it sends
// one, so that no test is green with a request that never leaves the program. The
// error names the header and the character, and never quotes a value.
func sendable(req *http.Request) error {
	if m := method(req); !httpguts.ValidHeaderFieldName(m) {
		return fmt.Errorf("net/http refuses its method: character %s stands in it", character(m, httpguts.IsTokenRune))
	}
	if req.URL.Host == "" {
		return fmt.Errorf("net/http refuses it: there is no host in its URL")
	}
	if !httpguts.ValidHostHeader(req.Host) {
		return fmt.Errorf("net/http refuses its Host: character %s stands in it", character(req.Host, func(r rune) bool { return r > ' ' && r < 0x7f }))
	}
	for name, values := range req.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("net/http refuses the name of one of its headers: %s", where(name, httpguts.IsTokenRune))
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fmt.Errorf("net/http refuses the value of its header %s: %s", name, where(v, func(r rune) bool { return r == '\t' || r >= ' ' && r != 0x7f }))
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
