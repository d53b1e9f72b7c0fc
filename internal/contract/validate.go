package contract

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// validate reports what the schema has to say about a parsed body, and members
// whose name stands twice.
func (r *report) validate(s *schema, d *Reading) {
	if accepts(s, d.tree) {
		return
	}
	root := d.root()
	for _, pointer := range d.doubled {
		r.rule("doubled", pointer, "", "")
	}
	if failure := run(s.root, root); failure != nil {
		before := len(r.problems)
		for _, leaf := range leaves(nil, failure) {
			r.leaf(s, root, leaf)
		}
		if len(r.problems) == before {
			r.push(Problem{Kind: Violation, Keyword: "schema", Found: describe(root), Schema: strings.TrimPrefix(s.root.Location, base)})
		}
	}
	for pointer, meant := range undocumented(s, d.tree, r.byHand) {
		if r.violated[pointer] {
			continue // a closed object refuses it, which says more
		}
		r.push(Problem{Kind: Undocumented, Keyword: "undocumented", Pointer: pointer, Hint: didYouMean(meant)})
	}
}

// run validates. The validator panics on what it did not foresee; what is known
// of that never gets here, and what is not must not end somebody's test run.
func run(s *jsonschema.Schema, root any) (failure *jsonschema.ValidationError) {
	defer func() {
		if recover() != nil {
			failure = &jsonschema.ValidationError{AbsoluteKeywordLocation: s.Location}
		}
	}()
	err := s.Validate(root)
	if err != nil && !errors.As(err, &failure) {
		return &jsonschema.ValidationError{AbsoluteKeywordLocation: s.Location}
	}
	return failure
}

// leaves appends the errors that have no causes: what a person can act on. The
// others say only that an allOf, a then or a reference failed because of them.
func leaves(to []*jsonschema.ValidationError, e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return append(to, e)
	}
	for _, cause := range e.Causes {
		to = leaves(to, cause)
	}
	return to
}

// leaf turns one error of the validator into problems. The validator's own text
// is never used: it quotes values.
func (r *report) leaf(s *schema, root any, e *jsonschema.ValidationError) {
	location, keyword := e.AbsoluteKeywordLocation, "schema"
	if i := strings.LastIndexByte(location, '/'); i >= 0 && s.byLocation[location] == nil {
		location, keyword = location[:i], location[i+1:]
	}
	pointer, err := url.PathUnescape(e.InstanceLocation)
	if err != nil {
		pointer = e.InstanceLocation
	}
	where := strings.TrimPrefix(e.AbsoluteKeywordLocation, base)
	sub := s.byLocation[location]
	v, _ := jsontext.Lookup(root, pointer)
	p := Problem{Kind: Violation, Keyword: keyword, Pointer: pointer, Found: describe(v), Schema: where}
	if sub == nil {
		p.Keyword = "schema"
		r.push(p)
		return
	}
	object, _ := v.(map[string]any)
	// member adds a problem for each name in the object.
	member := func(name string) {
		r.push(Problem{Kind: Violation, Keyword: keyword, Pointer: jsontext.Child(pointer, name), Schema: where})
	}
	switch keyword {
	case "required":
		for _, name := range sub.Required {
			if _, ok := object[name]; !ok {
				member(name)
			}
		}
		return
	case "additionalProperties":
		for name := range object {
			if len(describing(sub, name)) == 0 {
				member(name)
			}
		}
		return
	case "type":
		// Two schemas may ask for different types of one value; once is enough.
		if r.violated[pointer] {
			return
		}
		if p.Expected = typeNames(sub.Types); numeric(sub.Types) {
			p.Found = describeNumber(v)
		}
	case "enum":
		if !s.strict {
			p.Kind = Unlisted
		}
		p.Found = describeWord(v)
		p.Expected, p.Hint = describeEnum(sub.Enum, v)
	case "const":
		p.Found = describeWord(v)
		p.Expected, p.Hint = describeEnum(sub.Constant, v)
	case "format":
		p.Expected = "a " + sub.Format + " as RFC 3339 writes it, such as 2023-01-01T12:00:00Z"
	case "minimum":
		p.Found, p.Expected = describeNumber(v), sub.Minimum.RatString()+" at least"
	case "maximum":
		p.Found, p.Expected = describeNumber(v), sub.Maximum.RatString()+" at most"
	case "minLength":
		p.Expected = say.Count(sub.MinLength, "character") + " at least"
	case "maxLength":
		p.Expected = say.Count(sub.MaxLength, "character") + " at most"
	case "maxItems":
		items, _ := v.([]any)
		p.Found, p.Expected = say.Count(len(items), "entry"), fmt.Sprintf("%d at most", sub.MaxItems)
	case "pattern":
		p.Expected = "one that matches " + sub.Pattern.String()
	}
	r.push(p)
}

// fitType makes a rule of a wrong error type: HTTP status and type must agree,
// and a type that belongs to another status is no news of the vendor.
func (r *report) fitType(d *provider.Definition, op *provider.Operation, status int) {
	if status < 400 {
		return
	}
	name, ok := r.document.text(jsontext.Child("", d.ErrorTag))
	if !ok {
		return
	}
	expected := errorTypes(d, op.Response(status).Schema)
	if len(expected) == 0 || slices.Contains(expected, name) {
		return
	}
	other := 0
	for _, o := range op.Responses {
		if o.Status >= 400 && o.Status != status && slices.Contains(errorTypes(d, o.Schema), name) {
			other = o.Status
		}
	}
	if other == 0 && len(expected) > 1 {
		return // an unlisted value, and reported as one
	}
	types, hint := "other types", ""
	if len(expected) == 1 {
		types = strconv.Quote(expected[0])
	}
	if other != 0 {
		hint = fmt.Sprintf("that type belongs to %d", other)
	}
	for i := range r.problems {
		if p := &r.problems[i]; p.Pointer == jsontext.Child("", d.ErrorTag) && (p.Kind == Unlisted || p.Kind == Violation) {
			*p = Problem{Kind: Rule, Keyword: "error-type", In: r.in, Pointer: p.Pointer, Found: describeWord(name),
				Expected: fmt.Sprintf("HTTP status %d goes with %s", status, types), Hint: hint}
		}
	}
}

// errorTypes returns the values that the schema of an error lists for its type.
func errorTypes(d *provider.Definition, file string) []string {
	if file == "" {
		return nil
	}
	s, err := load(d, file)
	if err != nil {
		return nil
	}
	var types []string
	for _, sub := range expand(nil, s.root, &jsontext.Node{Kind: jsontext.Null}) {
		if tag := sub.Properties[d.ErrorTag]; tag != nil {
			for _, v := range slices.Concat(tag.Enum, tag.Constant) {
				types = append(types, text(v))
			}
		}
	}
	return types
}
