package vcr

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/alias"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// leaks is the positive gate: it does not ask whether something looks like a
// secret, it demands that every place that may hold one holds a placeholder. It
// shares no code with the replacing of values, so that a fault there is found
// here.
func (r *Recording) leaks() []string {
	// The table is asked, not the tenant: what counts is whether the search below
	// knows the credential.
	if r.Tenant.Token == "" || r.Tenant.Token != provider.Token && !r.table.Known(provider.Token) {
		return []string{"no credential was registered, so nothing could be searched for"}
	}
	var reasons []string
	for i, ia := range r.captured {
		reasons = append(reasons, r.late(i, ia)...)
		for _, reason := range r.exposed(ia) {
			reasons = append(reasons, fmt.Sprintf("%s: %s", r.place(i), reason))
		}
	}
	return reasons
}

// late finds values that became known only after they had passed.
func (r *Recording) late(i int, ia *cassette.Interaction) []string {
	placeholder, late := r.table.Late([]byte(exchangeText(ia)))
	if !late {
		return nil
	}
	for j, other := range r.captured {
		if strings.Contains(exchangeText(other), placeholder) {
			return []string{fmt.Sprintf("a value passed in %s before it was known to need replacing: %q stands for it in %s", r.place(i), placeholder, r.place(j))}
		}
	}
	return []string{fmt.Sprintf("a value passed in %s that %q should stand for", r.place(i), placeholder)}
}

func exchangeText(ia *cassette.Interaction) string {
	return strings.Join([]string{ia.Request.URL, headerText(ia.Request.Headers, nil), ia.Request.Body, headerText(ia.Response.Headers, nil), ia.Response.Body}, "\n")
}

// exposed lists what one exchange shows that is no placeholder.
func (r *Recording) exposed(ia *cassette.Interaction) []string {
	reasons := r.exposedEnvelope(ia)
	u, err := url.Parse(ia.Request.URL)
	if err != nil || !r.below(u) {
		return append(reasons, fmt.Sprintf("the request's URL is not below %s", r.Definition.BaseURL))
	}
	for name := range ia.Request.Headers {
		if !slices.Contains(r.Definition.RequestHeaders, name) {
			reasons = append(reasons, fmt.Sprintf("the request %s is not on the list of headers that are recorded", r.headerName(name)))
		}
	}
	for name, values := range ia.Response.Headers {
		grammar, listed := r.Definition.ResponseHeaders[name]
		if !listed {
			reasons = append(reasons, fmt.Sprintf("the response %s is not on the list of headers that are recorded", r.headerName(name)))
			continue
		}
		for _, v := range values {
			fits := func(s string) string { return s }
			if _, ok := hideValue(grammar, v, fits); !ok || grammar == provider.Reference && !r.reference(v) {
				reasons = append(reasons, fmt.Sprintf("the response header %s does not have the form of a %s", name, grammar))
			}
		}
	}
	asked := contractRequest(ia, u)
	requested := contract.RequestClasses(r.Definition, asked)
	reasons = append(reasons, r.exposedURL(u, requested)...)
	if len(ia.Request.Body) > 0 {
		reasons = append(reasons, r.exposedBody("request", ia.Request.Body, nil, requested)...)
	}
	if len(ia.Response.Body) > 0 && ia.Response.Body != replacedPage && ia.Response.Body != replacedText {
		classes := contract.AnswerClasses(r.Definition, asked, contractAnswer(ia))
		reasons = append(reasons, r.exposedBody("answer", ia.Response.Body, openWords(ia), r.overridden(classes))...)
	}
	return reasons
}

func (r *Recording) exposedBody(in, body string, sent map[string]bool, classes func(string) provider.Class) []string {
	var reasons []string
	reason := func(pointer, what string) {
		reasons = append(reasons, fmt.Sprintf("%s of the %s %s", pointer, in, what))
	}
	look := alias.Rewriter{String: func(pointer, value string) (string, bool) {
		class := classes(pointer)
		if class.Keep || r.placeholder(class, value) {
			return "", false
		}
		if in == "request" && (class.Kind == provider.Word || !class.Documented) && word(value) {
			return "", false // the caller's own word, such as a flag's value
		}
		if in == "answer" && class.Kind == provider.Word && sent[value] {
			return "", false // the vendor repeats what the caller wrote in the open
		}
		what := "is documented as " + string(class.Kind)
		if !class.Documented {
			what = "is not documented"
		} else if class.Kind == "" {
			what = "is documented with other values"
		}
		reason(pointer, what+" and holds no placeholder")
		return "", false
	}}
	if in == "answer" {
		look.Key = func(pointer, name string) (string, bool) {
			if !plainName.MatchString(name) && !contract.IsWord(r.Definition, name) && !r.table.Known(name) {
				reason(path.Dir(pointer), "has a member whose name is neither a program's nor a placeholder")
			}
			return "", false
		}
		look.Number = func(pointer, digits string) (string, bool) {
			if !classes(pointer).Keep && longNumber.MatchString(digits) {
				reason(pointer, "is not documented as a number and has more digits than a count")
			}
			return "", false
		}
	}
	if _, err := look.Rewrite([]byte(body)); err != nil && !(in == "request" && r.Scenario != nil && body == r.Scenario.Request.Body) {
		reasons = append(reasons, fmt.Sprintf("the %s is not JSON and was not replaced: %v", in, err))
	}
	return reasons
}

var (
	// plainName is how programs name the members of their objects.
	plainName = pattern.New(`^$|^[A-Za-z_$.-]{1,38}[0-9]{0,2}$|^member-[0-9]+$`)
	// longNumber may be an id, a time or a telephone number.
	longNumber = pattern.New(`[0-9](?:[^0-9]*[0-9]){4}`)
)

// openWords are the header values, member names and strings of a request, which
// an error may repeat.
func openWords(ia *cassette.Interaction) map[string]bool {
	words := map[string]bool{}
	for _, values := range ia.Request.Headers {
		for _, v := range values {
			words[v] = true
		}
	}
	_, _ = alias.RewriteJSON([]byte(ia.Request.Body), func(pointer, value string) (string, bool) {
		words[value] = true
		words[pointer[strings.LastIndexByte(pointer, '/')+1:]] = true
		return "", false
	})
	return words
}

// placeholder reports whether a value may stand in a cassette at a place of
// that class.
func (r *Recording) placeholder(class provider.Class, value string) bool {
	switch {
	case r.table.Known(value):
		return true
	case class.Kind == provider.Word || class.Documented && class.Kind == "":
		return contract.IsWord(r.Definition, value)
	case class.Kind == provider.Text:
		return slices.Contains(r.Definition.Sentences, value)
	case class.Kind == provider.URL:
		return r.reference(value)
	case !class.Documented:
		return value == fixedDate || r.reference(value) || word(value) && contract.IsWord(r.Definition, value)
	}
	return false
}

// fixedDate stands for dates in members that are not documented.
const fixedDate = "2023-01-01T12:00:00Z"

// word reports whether a value is one lower-case word, as enum members are.
func word(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i, c := range s {
		if !(c >= 'a' && c <= 'z' || i > 0 && c == '_') {
			return false
		}
	}
	return true
}

// reference reports whether a URL shows placeholders only: an id, or a URL on a
// placeholder host whose path is made of the contract's words and placeholders.
func (r *Recording) reference(value string) bool {
	if r.table.Known(value) {
		return true
	}
	u, err := url.Parse(value)
	if err != nil || u.User != nil {
		return false
	}
	if u.Host != "" && u.Scheme+"://"+u.Host != r.Definition.BaseURL {
		return false
	}
	for _, segment := range provider.Segments(u.EscapedPath()) {
		if decoded, err := url.PathUnescape(segment); err != nil || !r.segment(decoded) {
			return false
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false
	}
	for _, values := range query {
		for _, v := range values {
			if !r.table.Known(v) && !word(v) && !r.reference(v) {
				return false
			}
		}
	}
	return true
}

// segment reports whether a path segment is the API's own or a placeholder.
func (r *Recording) segment(s string) bool {
	if s == "" || r.table.Known(s) {
		return true
	}
	for _, op := range r.Definition.Operations {
		for _, form := range op.Forms {
			if slices.Contains(provider.Segments(form.Path), s) {
				return true
			}
		}
	}
	if r.Definition.LoginPath != "" && slices.Contains(provider.Segments(r.Definition.LoginPath), s) {
		return true
	}
	return false
}
