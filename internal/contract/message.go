package contract

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// Request is a request in the placeholder world.
type Request struct {
	Method string
	URL    *url.URL // absolute
	Header http.Header
	Body   []byte
	// Reading is the body as Read reads it, for those who ask about it more than
	// once; nil otherwise.
	Reading *Reading
}

// Exchange is a request and its answer.
type Exchange struct {
	Request  Request
	Response Response
}

// Response is the answer to a request, in the placeholder world.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// ByHand says that the test made the body, not the vendor.
	ByHand  bool
	Reading *Reading // as that of a request
}

// MediaType returns the media type of a Content-Type header without its
// parameters, which say nothing about the contract.
func MediaType(value string) string {
	if t, _, err := mime.ParseMediaType(value); err == nil {
		return t
	}
	t, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// media returns the media type of a Content-Type, and its charset. It reports one
// that a reader of media types refuses: some take the body for no JSON at all. One
// that is missing is another matter.
func (r *report) media(d *provider.Definition, value string) (media, charset string, malformed bool) {
	if speaks(d, value) { // most do, and need not be parsed
		return value, "", false
	}
	media, params, err := mime.ParseMediaType(value)
	if err == nil {
		return media, strings.ToLower(params["charset"]), false
	}
	if value != "" {
		r.rule("media-type", "Content-Type", "malformed: it is no media type with parameters", say.List(jsonTypes(d), "or"))
	}
	return MediaType(value), "", value != ""
}

// speaks reports whether a vendor speaks JSON in a media type.
func speaks(d *provider.Definition, media string) bool {
	for i := range d.Operations {
		responses := d.Operations[i].Responses
		for j := range responses {
			if slices.Contains(responses[j].MediaTypes, media) {
				return true
			}
		}
	}
	return false
}

// jsonTypes returns the media types in which a vendor speaks JSON, sorted.
func jsonTypes(d *provider.Definition) []string {
	var all []string
	for _, op := range d.Operations {
		for _, r := range op.Responses {
			all = append(all, r.MediaTypes...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var mediaForm = pattern.New(`^[a-z0-9.+-]{1,30}/[a-z0-9.+-]{1,50}$`)

// describeMedia quotes a media type if it is one.
func describeMedia(t string) string {
	switch {
	case t == "":
		return "missing"
	case mediaForm.MatchString(t):
		return fmt.Sprintf("%q", t)
	}
	return describe(t)
}

// isEmpty reports whether a body holds nothing, white space aside.
func isEmpty(body []byte) bool { return len(bytes.TrimSpace(body)) == 0 }

// schema loads a file and reports when it cannot be used, which is a mistake in
// this module and must not look like a clean body.
func (r *report) schema(d *provider.Definition, file string) *schema {
	s, err := load(d, file)
	if err != nil {
		r.push(Problem{Kind: Violation, Keyword: "schema-file", Found: err.Error()})
		return nil
	}
	return s
}

// parse reads the body and reports why it cannot be read.
func (r *report) parse() bool {
	r.reading = r.reading.of(r.body)
	if p := r.reading.problem; p != nil {
		problem := *p
		problem.Kind = Violation
		r.push(problem)
		return false
	}
	r.document = r.reading
	return true
}

// unknown is the problem of a request that addresses no documented operation.
func unknown(d *provider.Definition, r Request) []Problem {
	if r.URL == nil {
		return []Problem{{Kind: Undocumented, Keyword: "url", In: "request"}}
	}
	p := Problem{Kind: Undocumented, Keyword: "operation", In: "request", Found: r.Method + " " + r.URL.EscapedPath(), Expected: d.Title}
	if methods := d.Methods(r.URL); len(methods) > 0 {
		p.Hint = "documented for this path: " + strings.Join(methods, ", ")
	} else if near := nearest(d, r.URL.Path); len(near) > 0 {
		p.Hint = "nearest: " + strings.Join(near, ", ")
	}
	return []Problem{p}
}

// nearest returns the three documented calls whose paths need the fewest edits.
func nearest(d *provider.Definition, path string) []string {
	type call struct {
		form     string
		distance int
	}
	var calls []call
	for _, op := range d.Operations {
		for _, f := range op.Forms {
			calls = append(calls, call{f.Method + " " + f.Path, distance(f.Path, path)})
		}
	}
	slices.SortStableFunc(calls, func(a, b call) int { return a.distance - b.distance })
	var all []string
	for _, c := range calls[:min(3, len(calls))] {
		all = append(all, c.form)
	}
	return all
}

// distance counts the differing segments of two paths first, and the edits
// between those that differ second.
func distance(template, path string) int {
	want, got := provider.Segments(template), provider.Segments(path)
	total := 100 * max(len(want)-len(got), len(got)-len(want))
	for i := range min(len(want), len(got)) {
		if !strings.HasPrefix(want[i], "{") {
			total += levenshtein.ComputeDistance(want[i], got[i][:min(100, len(got[i]))])
		}
	}
	return total
}
