package vcr

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// place is how messages call a captured exchange. A URL or a method that shows
// what it should not is left out of them as well.
func (r *Recording) place(i int) string {
	ia := r.captured[i]
	u, err := url.Parse(ia.Request.URL)
	if err != nil || !r.below(u) || !plainName.MatchString(ia.Request.Method) ||
		len(r.exposedURL(u, contract.RequestClasses(r.Definition, contractRequest(ia, u)))) > 0 {
		return fmt.Sprintf("exchange #%d", i)
	}
	if _, late := r.table.Late([]byte(ia.Request.URL)); late {
		return fmt.Sprintf("exchange #%d", i)
	}
	return fmt.Sprintf("exchange #%d (%s %s)", i, ia.Request.Method, ia.Request.URL)
}

// headerName is how messages call a header that is not recorded; its name may
// be data as well.
func (r *Recording) headerName(name string) string {
	if _, late := r.table.Late([]byte(name)); late || !plainName.MatchString(name) {
		return "header of another name"
	}
	return "header " + name
}

// below reports whether a URL is one of the API in the placeholder world.
func (r *Recording) below(u *url.URL) bool {
	return u.Scheme+"://"+u.Host == r.Definition.BaseURL && u.User == nil
}

// exposedEnvelope lists what stands around an exchange that the front and the
// wire never put there: go-vcr's format has places for what a server saw.
func (r *Recording) exposedEnvelope(ia *cassette.Interaction) []string {
	var reasons []string
	_, host, _ := strings.Cut(r.Definition.BaseURL, "://")
	if ia.Request.Host != "" && ia.Request.Host != host {
		reasons = append(reasons, fmt.Sprintf("the request's host is not %s", host))
	}
	if ia.Request.RemoteAddr != "" || ia.Request.RequestURI != "" {
		reasons = append(reasons, "the request has an address or a request line of its own, which are not recorded")
	}
	if len(ia.Request.Form) > 0 {
		reasons = append(reasons, "the request has form values beside its body, which are not recorded")
	}
	if len(ia.Request.Trailer) > 0 || len(ia.Response.Trailer) > 0 {
		reasons = append(reasons, "there are trailers, which are not recorded")
	}
	if len(ia.Request.TransferEncoding) > 0 || len(ia.Response.TransferEncoding) > 0 {
		reasons = append(reasons, "there are transfer encodings, which are not recorded")
	}
	if ia.Response.Status != statusText(ia.Response.Code) {
		reasons = append(reasons, "the answer's status line has words of its own")
	}
	return reasons
}

// idShaped finds ids in paths that no operation documents.
var idShaped = pattern.New(`(?i)don:|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|[0-9]{5}`)

// exposedURL lists what path and query show that is no placeholder. A path that
// no operation documents is the caller's own, and so are names in a query.
func (r *Recording) exposedURL(u *url.URL, classes func(string) provider.Class) []string {
	var reasons []string
	if u.Fragment != "" {
		reasons = append(reasons, "the request's URL has a fragment")
	}
	variables := r.Definition.Variables(u.EscapedPath())
	for name, value := range variables {
		event := slices.ContainsFunc(r.Definition.Seeds, func(s provider.Seed) bool { return s.Kind == provider.Event && s.Variable == name })
		if !event && !r.table.Known(value) {
			reasons = append(reasons, fmt.Sprintf("the path variable %s of the request holds no placeholder", name))
		}
	}
	if variables == nil {
		for _, segment := range provider.Segments(u.EscapedPath()) {
			if decoded, err := url.PathUnescape(segment); err != nil || idShaped.MatchString(decoded) && !r.table.Known(decoded) {
				reasons = append(reasons, "the path of the request holds an id that is no placeholder")
				break
			}
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return append(reasons, "the query of the request cannot be read")
	}
	for name, values := range query {
		if !plainName.MatchString(name) && !r.table.Known(name) {
			reasons = append(reasons, "the request has a query parameter whose name is neither a program's nor a placeholder")
			continue
		}
		class := classes("?" + name)
		for _, v := range values {
			own := (class.Kind == provider.Word || !class.Documented) && word(v)
			if !class.Keep && !own && !r.placeholder(class, v) {
				reasons = append(reasons, fmt.Sprintf("the query parameter %q of the request holds no placeholder", name))
			}
		}
	}
	return reasons
}
