package webhooktest

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// ofHTTP are the headers that a problem may be about whatever the vendor.
var ofHTTP = []string{"Authorization", "Content-Encoding", "Content-Type", "Host", "Location", "Origin", "Retry-After"}

// headers are the names of the headers that the contract speaks of, sorted.
func headers(def *provider.Definition) []string {
	all := slices.Clone(ofHTTP)
	for _, h := range def.RequestHeaders {
		all = append(all, h.Name)
	}
	for name := range def.ResponseHeaders {
		all = append(all, name)
	}
	if def.SessionCookie != "" {
		all = append(all, "Cookie")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// named checks a place that is no pointer: a header or a query key that the
// contract speaks of; the empty one is the body as a whole.
func (p Provider) named(word string) error {
	known, keys := headers(p.def), contract.QueryKeys(p.def)
	fail := func(format string, args ...any) error {
		return fmt.Errorf("AllowProblems(%q): %s", word, fmt.Sprintf(format, args...))
	}
	if key, ok := strings.CutPrefix(word, "?"); ok {
		switch {
		case slices.Contains(keys, key):
			return fail("a query key is named as such: %q", key)
		case len(keys) == 0:
			return fail("%s documents no query key", p.def.Title)
		}
		return fail("%s documents no query key %q, only %s; a query key is named as such", p.def.Title, key, say.Quoted(keys, "and"))
	}
	if word == "" || slices.Contains(known, word) || slices.Contains(keys, word) {
		return nil
	}
	spelt := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "-")) }
	for _, name := range known {
		if spelt(name) == spelt(word) {
			return fail("the contract of %s speaks of no header of that name; did you mean %q?", p.def.Title, name)
		}
	}
	for _, key := range keys {
		if strings.EqualFold(key, strings.TrimSpace(word)) {
			return fail("%s documents no header and no query key of that name; did you mean %q?", p.def.Title, key)
		}
	}
	if members := contract.PointersTo(p.def, word); len(members) > 0 {
		return fail("%s documents no header and no query key of that name; a member of a body is named by its pointer, such as %s", p.def.Title, say.Quoted(members[:min(2, len(members))], "or"))
	}
	near := say.Nearest(word, known)
	if len(near) == 0 && !strings.Contains(word, "-") {
		if members := contract.Meant(p.def, word); len(members) > 0 {
			return fail("%s documents no header and no query key of that name; a member of a body is named by its pointer, such as %s", p.def.Title, say.Quoted(members[:min(2, len(members))], "or"))
		}
	}
	switch {
	case len(near) > 0:
		return fail("the contract of %s speaks of no header of that name; did you mean %s?", p.def.Title, say.Quoted(near, "or"))
	case strings.Contains(word, "-"): // no member has one
		return fail("the contract of %s speaks of no header of that name; it speaks of %s", p.def.Title, strings.Join(known, ", "))
	}
	return fail("%s documents no header and no query key of that name; a member of a body is named by its pointer, such as %q", p.def.Title, "/"+word)
}
