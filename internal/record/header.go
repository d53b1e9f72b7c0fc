package record

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// keptHeader begins what Keep names when that is a response header.
const keptHeader = "header "

// cutHeader returns the response header that a place of Keep names, if it names one.
func cutHeader(place string) (name string, ok bool) {
	name, ok = strings.CutPrefix(place, keptHeader)
	return http.CanonicalHeaderKey(name), ok
}

// cannotKeep says why a response header cannot be kept; empty when it can. One
// that is recorded anyway has a form of its own, which Keep would loosen.
func cannotKeep(def *provider.Definition, name string) string {
	_, listed := def.ResponseHeaders[name]
	switch {
	case listed:
		return "that header is recorded as it is"
	case name == "" || strings.ContainsAny(name, " :/\t"):
		return "that is no name of a header"
	case secret.Tells(name) || strings.Contains(name, "Cookie"):
		return "that header may hold a credential, and none ever stays in a cassette"
	case notBeside[name] || ofTransfer[name]:
		return "that header speaks of one connection, and a replay has none"
	}
	return ""
}

// ofTransfer are the headers that say how, and when, an answer came.
var ofTransfer = map[string]bool{"Content-Encoding": true, "Date": true, "Server": true}

// keepsHeader says whether the test lets a response header stay.
func (r *Recording) keepsHeader(name string) bool {
	return slices.ContainsFunc(r.Keep, func(place string) bool {
		kept, ok := cutHeader(place)
		return ok && kept == name && cannotKeep(r.Definition, name) == ""
	})
}

// maxHeader bounds the value of a header that is kept.
const maxHeader = 256

// hideKept adds the headers that Keep names, with placeholders for the values of
// the tenant that the table knows. The examination of the finished recording looks
// at what is left.
func (r *Recording) hideKept(out, header http.Header) {
	for name, values := range header {
		for _, value := range values {
			if r.keepsHeader(name) && len(value) <= maxHeader {
				out.Add(name, r.table.FromTenantText(value))
			}
		}
	}
}

// wellKnown are response headers that a client may look at. Others may be named
// after a tenant, so that messages only count them.
var wellKnown = []string{
	"Accept-Ranges", "Age", "Allow", "Cache-Control", "Content-Disposition", "Content-Language", "Content-Location", "Content-Range",
	"Deprecation", "Etag", "Expires", "Last-Modified", "Link", "Sunset", "Vary", "Warning", "X-Correlation-Id", "X-Request-Id", "X-Total-Count",
}

// note remembers what of an answer does not enter the cassette, apart from what
// speaks of its transfer.
func (r *Recording) note(resp *http.Response, kept http.Header) {
	for name := range resp.Header {
		switch _, there := kept[name]; {
		case there || notBeside[name] || ofTransfer[name] || name == "Set-Cookie":
		case slices.Contains(wellKnown, name):
			r.dropped["the header "+name] = true
		default:
			r.others[name] = true
		}
	}
	if len(resp.Trailer) > 0 {
		r.dropped["the trailers"] = true
	}
	if resp.Request != nil && resp.Request.Method == http.MethodHead && resp.ContentLength > 0 {
		r.dropped["the length of an answer to HEAD"] = true
	}
}

// Dropped names what clients may look at in answers and the cassette does not
// hold, and counts the other headers.
func (r *Recording) Dropped() (named []string, others int) {
	defer r.alone()()
	return slices.Sorted(maps.Keys(r.dropped)), len(r.others)
}
