package drift

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

const contentType = "Content-Type"

// headers compares the headers that a recording keeps, volatile ones aside.
func headers(d *provider.Definition, a, b contract.Exchange) []finding {
	var all []finding
	for _, name := range slices.Sorted(maps.Keys(d.ResponseHeaders)) {
		if slices.Contains(d.Volatile, name) {
			continue
		}
		was, is := join(a.Response.Header, name), join(b.Response.Header, name)
		if was == is {
			continue
		}
		rule, message := HeaderValueChanged, ""
		if name == contentType {
			rule, message = mediaType(d, was, is)
		} else {
			rule, message = header(d.ResponseHeaders[name], b.Request.URL, was, is)
		}
		if rule != "" {
			all = append(all, finding{rule: rule, pointer: name, key: name, message: message})
		}
	}
	return all
}

// join returns the values of a header; names in odd case count as well.
func join(h http.Header, name string) string {
	if values := h[name]; values != nil {
		return strings.Join(values, ", ")
	}
	for _, key := range slices.Sorted(maps.Keys(h)) {
		if strings.EqualFold(key, name) {
			return strings.Join(h[key], ", ")
		}
	}
	return ""
}

func mediaType(d *provider.Definition, was, is string) (Rule, string) {
	before, after := contract.MediaType(was), contract.MediaType(is)
	switch {
	case was == "":
		return MediaTypeNew, "the answer names a media type and did not before: a client may have to take it into account"
	case is == "":
		return MediaTypeChanged, "the answer no longer names its media type: a client cannot know how to read the body"
	case before != after:
		return MediaTypeChanged, fmt.Sprintf("the media type was %s and is %s: a client that checks it refuses the answer", describeMedia(d, before), describeMedia(d, after))
	default:
		return HeaderValueChanged, "the media type has other parameters: a client that compares it as text fails"
	}
}

// describeMedia quotes a media type that the contract has.
func describeMedia(d *provider.Definition, t string) string {
	if contract.IsWord(d, t) {
		return fmt.Sprintf("%q", t)
	}
	return "one that the contract does not list"
}

// header compares two different values of a header, one of which may be missing.
func header(grammar provider.HeaderGrammar, base *url.URL, was, is string) (Rule, string) {
	switch {
	case was == "":
		return HeaderNew, "the header is there now and was not before: a client may make use of it"
	case is == "" && grammar == provider.Tokens:
		return HeaderValueChanged, "the header is gone: only a cache between client and vendor reads it"
	case is == "":
		return HeaderGone, "the header is gone: a client that reads it finds nothing"
	}
	switch grammar {
	case provider.RetryAfter:
		if isNumber(was) != isNumber(is) {
			return HeaderChanged, fmt.Sprintf("the delay was %s and is %s: a client that reads one form only fails", delayForm(was), delayForm(is))
		}
	case provider.Scheme:
		if !strings.EqualFold(was, is) {
			return HeaderChanged, "the vendor asks for another kind of credential: a client that sends the old kind is refused"
		}
		return "", ""
	case provider.Reference:
		before, after := target(base, was), target(base, is)
		if before != after {
			return HeaderChanged, "the answer leads to another place: a client that follows it, or waits for it, ends up elsewhere"
		}
		if masked(was) == masked(is) {
			return "", ""
		}
	}
	return HeaderValueChanged, "the header has another value: a client must cope with any"
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func delayForm(s string) string {
	if isNumber(s) {
		return "in seconds"
	}
	return "a date"
}

// target is where a reference in the answer to a request leads, the query aside.
func target(base *url.URL, s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return masked(s)
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	return masked(strings.ToLower(u.Scheme+"://"+u.Host) + u.EscapedPath() + u.Opaque)
}
