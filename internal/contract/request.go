package contract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// CheckRequest returns the problems of a request, sorted; nil when it has none.
// A request to an unknown operation has one, of kind [Undocumented], and is not
// looked at further. The request's credentials are not checked: they never get
// as far as here.
func CheckRequest(d *provider.Definition, r Request) []Problem {
	route, ok := find(d, r)
	if !ok {
		return unknown(d, r)
	}
	rep := report{in: "request", byHand: true, body: r.Body, reading: r.Reading}
	rep.query(d, route, r.URL)
	media, charset, malformed := rep.media(d, r.Header.Get("Content-Type"))
	switch {
	case route.Form.Body == "":
		if !isEmpty(r.Body) {
			rep.rule("body", "", "a body of "+say.Count(len(r.Body), "byte"), route.Operation.Name+" with "+r.Method+" takes none")
		}
	case isEmpty(r.Body):
		rep.rule("body", "", "no body", route.Operation.Name+" takes a JSON object")
	default:
		if !malformed {
			if !speaks(d, media) {
				rep.rule("media-type", "Content-Type", describeMedia(media), say.List(jsonTypes(d), "or"))
			}
			rep.charset(charset)
		}
		if s := rep.schema(d, route.Form.Body); s != nil && rep.parse() {
			rep.validate(s, rep.document)
			rep.exclusive(route.Operation.Exclusive)
			rep.secrets(d, s)
		}
	}
	rep.refuse(d)
	return rep.done()
}

// refuse makes a breach of what the contract does not describe, where the vendor
// documents that it refuses that: a misspelt member is no news of the vendor.
func (r *report) refuse(d *provider.Definition) {
	for i, p := range r.problems {
		if p.Keyword == "undocumented" && d.UnknownMember != "" {
			r.problems[i].Kind, r.problems[i].Keyword, r.problems[i].Expected = Rule, "unknown-member", d.UnknownMember
		}
	}
}

func find(d *provider.Definition, r Request) (provider.Route, bool) {
	if r.URL == nil {
		return provider.Route{}, false
	}
	return d.Find(r.Method, r.URL)
}

// charset refuses what a reader would take the body for that is not the UTF-8 of JSON
// (RFC 8259, section 8.1).
func (r *report) charset(charset string) {
	switch charset {
	case "", "utf-8", "utf8":
	default:
		found := "in another charset"
		if charsetForm.MatchString(charset) {
			found = "in " + charset
		}
		r.rule("charset", "Content-Type", found, "utf-8")
	}
}

var charsetForm = pattern.New(`^[a-z0-9_.:-]{1,20}$`)

// query checks the query as an object whose members are strings.
func (r *report) query(d *provider.Definition, route provider.Route, u *url.URL) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		// The error's text quotes the query.
		r.push(Problem{Kind: Violation, Keyword: "query"})
		return
	}
	var s *schema
	if route.Form.Query != "" {
		s = r.schema(d, route.Form.Query)
	}
	for name, all := range values {
		if len(all) > 1 && !s.list(name) {
			r.rule("repeated", name, fmt.Sprintf("%d times in the query", len(all)), "once")
		}
	}
	if route.Form.Query == "" {
		for name := range values {
			r.push(Problem{Kind: Undocumented, Keyword: "no-query", Pointer: name, Expected: route.Operation.Name + " with " + route.Form.Method + " takes no query"})
		}
		return
	}
	if s == nil {
		return
	}
	q := report{in: r.in, byHand: r.byHand}
	q.validate(s, &Reading{tree: queryObject(s, values)})
	for _, p := range q.problems {
		if len(p.Pointer) > 0 {
			p.Pointer = jsontext.Unescape(p.Pointer[1:])
		}
		r.push(p)
	}
}

// list reports whether a query parameter is a list.
func (s *schema) list(name string) bool {
	if s == nil {
		return false
	}
	p := s.root.Properties[name]
	return p != nil && slices.Contains(p.Types, "array")
}

func queryObject(s *schema, values url.Values) *jsontext.Node {
	object := &jsontext.Node{Kind: jsontext.BeginObject}
	for name, all := range values {
		member := &jsontext.Node{Kind: jsontext.String, Text: all[0], Name: name, Parent: object, Index: int32(len(object.Children))}
		if s.list(name) {
			member.Kind, member.Text = jsontext.BeginArray, ""
			for i, item := range provider.QueryList(all) {
				member.Children = append(member.Children, &jsontext.Node{Kind: jsontext.String, Text: item, Parent: member, Index: int32(i)})
			}
		}
		object.Children = append(object.Children, member)
	}
	return object
}

// RequestClasses returns what the contract says about each member of the
// request: for a JSON body by its pointer, for the query by "?" and its name.
// What it does not describe has the zero Class. Messages that name no member do
// not wait for the body to be read.
func RequestClasses(d *provider.Definition, r Request) func(pointer string) provider.Class {
	route, ok := find(d, r)
	if !ok {
		return func(string) provider.Class { return provider.Class{} }
	}
	query := sync.OnceValue(func() map[string]provider.Class {
		all := map[string]provider.Class{}
		if values, err := url.ParseQuery(r.URL.RawQuery); err == nil && route.Form.Query != "" {
			if s, err := load(d, route.Form.Query); err == nil {
				root := queryObject(s, values)
				c := newClassifier(s, root)
				for _, member := range root.Children {
					all["?"+member.Name] = queryClass(c, member)
				}
			}
		}
		return all
	})
	body := sync.OnceValue(func() func(string) provider.Class {
		return bodyClasses(d, route.Form.Body, Response{Body: r.Body, Reading: r.Reading})
	})
	return func(pointer string) provider.Class {
		if strings.HasPrefix(pointer, "?") {
			return query()[pointer]
		}
		return body()(pointer)
	}
}

// queryClass is what the contract says of a parameter. A list stands in one text: it
// may stay if each of its items may.
func queryClass(c *classifier, parameter *jsontext.Node) provider.Class {
	if parameter.Kind != jsontext.BeginArray {
		return c.class(parameter.Pointer())
	}
	whole := provider.Class{Documented: true, Keep: true}
	for _, item := range parameter.Children {
		if class := c.class(item.Pointer()); class.Documented && !class.Keep {
			whole = class
		}
	}
	return whole
}

// bodyClasses classifies the members of a body; a body without a schema, or one
// that cannot be read, has none.
func bodyClasses(d *provider.Definition, file string, of Response) func(pointer string) provider.Class {
	none := func(string) provider.Class { return provider.Class{} }
	if file == "" || isEmpty(of.Body) {
		return none
	}
	s, err := load(d, file)
	if err != nil {
		return none
	}
	tree := of.Reading.of(of.Body).Tree()
	if tree == nil {
		return none
	}
	return newClassifier(s, tree).class
}
