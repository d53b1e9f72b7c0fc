package record

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// bind enters the real values that the environment gives. Those of the provider's
// own bindings may be missing: resolve tells when one is needed. One of the caller's
// is there because the test sends it.
func (r *Recording) bind() error {
	var missing []string
	for _, s := range r.Bindings {
		if r.Tenant.Getenv(s.Var) == "" {
			missing = append(missing, s.Var)
		}
	}
	if len(missing) > 0 {
		return &MissingError{r.Definition.Name, missing}
	}
	for _, s := range append(slices.Clone(r.Definition.Bindings), r.Bindings...) {
		if real := r.Tenant.Getenv(s.Var); real != "" {
			if err := r.table.Bind(s, real); err != nil {
				return err
			}
		}
	}
	return nil
}

// foresee looks up, before the first answer, what only a look-up gives: an answer
// that shows the value first would get it another placeholder, and the exported
// one would be of no use any more. DevRev's ids need none of that, because the
// first id of a type takes the exported placeholder. A look-up that fails is made
// again when its placeholder is needed, and then says why.
func (r *Recording) foresee(caller *http.Request) {
	if r.foreseen || r.Scenario != nil {
		return
	}
	r.foreseen = true
	for _, s := range r.Definition.Bindings {
		if s.Lookup == nil || s.Variable == "" || r.Tenant.Getenv(s.Var) != "" || len(r.unresolved(r.Definition.BaseURL+s.Lookup.Path, s.Lookup.Body)) > 0 {
			continue
		}
		if real, err := r.lookUp(caller, s.Lookup); err == nil && r.table.Bind(s, real) == nil {
			r.resolved[s.Var] = true
		}
	}
}

// resolve finds the real values of the exported placeholders that a request
// holds: from the environment (done when the recording began) or by an
// unrecorded look-up.
func (r *Recording) resolve(caller *http.Request, u *url.URL, body []byte) error {
	r.foresee(caller)
	for _, s := range r.unresolved(u.String(), string(body)) {
		if r.resolved[s.Var] {
			continue
		}
		if s.Lookup == nil {
			return fmt.Errorf("%s is not set, and %q stands for its value", s.Var, s.Placeholder)
		}
		if more := r.unresolved(r.Definition.BaseURL+s.Lookup.Path, s.Lookup.Body); len(more) > 0 {
			return fmt.Errorf("%s is not set, and %q stands for its value", more[0].Var, more[0].Placeholder)
		}
		real, err := r.lookUp(caller, s.Lookup)
		if err != nil {
			return fmt.Errorf("%s is not set, and looking up %s instead failed: %w", s.Var, s.Lookup.What, err)
		}
		if err := r.table.Bind(s, real); err != nil {
			return fmt.Errorf("looking up %s found no use: %w; set %s", s.Lookup.What, err, s.Var)
		}
		r.resolved[s.Var] = true
	}
	return nil
}

// unresolved asks for URL and body apart: an event's id counts in a URL only,
// and only one that parses.
func (r *Recording) unresolved(url, body string) []provider.Binding {
	return append(r.table.Unresolved(url), r.table.Unresolved(body)...)
}

// lookUp sends an unrecorded request and takes one id from the answer.
func (r *Recording) lookUp(caller *http.Request, l *provider.Lookup) (string, error) {
	u, err := url.Parse(r.Definition.BaseURL + l.Path)
	if err != nil {
		return "", err
	}
	header := http.Header{"Accept": {"application/json"}}
	if l.Body != "" {
		header.Set("Content-Type", "application/json")
	}
	if r.Definition.Origin {
		header.Set("Origin", r.Definition.BaseURL)
	}
	resp, body, err := r.send(caller, exchange.Credential{Scheme: "Bearer"}, l.Method, u, header, []byte(l.Body))
	if err != nil {
		return "", err
	}
	var doc any
	status := &StatusError{Status: resp.StatusCode, Location: resp.Header.Get("Location"), RetryAfter: resp.Header.Get("Retry-After"), NotJSON: json.Unmarshal(body, &doc) != nil}
	status.Page = status.NotJSON && len(body) > 0 && contract.MediaType(resp.Header.Get("Content-Type")) == "text/html"
	if resp.StatusCode >= 300 || status.NotJSON {
		return "", status
	}
	for _, pointer := range l.Pointers {
		found, _ := jsontext.Lookup(doc, pointer)
		if id, ok := found.(string); ok && id != "" {
			return id, nil
		}
	}
	return "", status
}

// StatusError is an answer of another status than the one that was needed, one that
// is not the JSON that goes with it, or one that lacks what was looked for.
type StatusError struct {
	Status               int
	Location, RetryAfter string
	NotJSON              bool
	Page                 bool // of HTML
}

func (e *StatusError) Error() string {
	switch {
	case e.Status < 300 && e.NotJSON:
		return "the answer is not JSON"
	case e.Status < 300:
		return "the answer holds none"
	}
	return "the answer was " + exchange.StatusText(e.Status)
}
