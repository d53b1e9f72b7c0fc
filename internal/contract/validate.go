package contract

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// validate reports what the schema has to say about a parsed body.
func (r *report) validate(s *schema, root any) {
	if failure := run(s.root, root); failure != nil {
		before := len(r.problems)
		for _, leaf := range leaves(nil, failure) {
			r.leaf(s, root, leaf)
		}
		if len(r.problems) == before {
			r.add(Violation, "", "does not fit the schema %s", strings.TrimPrefix(s.root.Location, base))
		}
	}
	for pointer, meant := range undocumented(s, root) {
		if r.violated[pointer] {
			continue // a closed object refuses it, which says more
		}
		message := "is not documented"
		if meant != "" {
			message += fmt.Sprintf("; did you mean %q?", meant)
		}
		r.add(Undocumented, pointer, "%s", message)
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
	location, keyword := e.AbsoluteKeywordLocation, ""
	if i := strings.LastIndexByte(location, '/'); i >= 0 && s.byLocation[location] == nil {
		location, keyword = location[:i], location[i+1:]
	}
	pointer, err := url.PathUnescape(e.InstanceLocation)
	if err != nil {
		pointer = e.InstanceLocation
	}
	where := strings.TrimPrefix(e.AbsoluteKeywordLocation, base)
	sub := s.byLocation[location]
	v, _ := resolve(root, pointer)
	add := func(kind Kind, pointer, format string, args ...any) {
		r.push(Problem{Kind: kind, Pointer: pointer, Message: fmt.Sprintf(format, args...), Schema: where})
	}
	if sub == nil {
		add(Violation, pointer, "is %s, which does not fit the schema", describe(v))
		return
	}
	object, _ := v.(map[string]any)
	switch keyword {
	case "type":
		// Two schemas may ask for different types of one value; once is enough.
		if !r.violated[pointer] {
			found := describe(v)
			if numeric(sub.Types) {
				found = describeNumber(v)
			}
			add(Violation, pointer, "is %s, expected %s", found, typeNames(sub.Types))
		}
	case "required":
		for _, name := range sub.Required {
			if _, ok := object[name]; !ok {
				add(Violation, pointer+"/"+escape(name), "is missing, but required")
			}
		}
	case "additionalProperties":
		for name := range object {
			if len(describing(sub, name)) == 0 {
				add(Violation, pointer+"/"+escape(name), "is not allowed: the contract closes this object")
			}
		}
	case "enum":
		kind := Unlisted
		if s.strict {
			kind = Violation
		}
		add(kind, pointer, "is %s, %s", describeWord(v), describeEnum(sub.Enum, v))
	case "const":
		add(Violation, pointer, "is %s, %s", describeWord(v), describeEnum(sub.Constant, v))
	case "format":
		add(Violation, pointer, "is %s, expected a %s as RFC 3339 writes it, such as 2023-01-01T12:00:00Z", describe(v), sub.Format)
	case "minimum":
		add(Violation, pointer, "is %s, expected %s at least", describeNumber(v), sub.Minimum.RatString())
	case "maximum":
		add(Violation, pointer, "is %s, expected %s at most", describeNumber(v), sub.Maximum.RatString())
	case "minLength":
		add(Violation, pointer, "is %s, expected %s at least", describe(v), count(sub.MinLength, "character"))
	case "maxLength":
		add(Violation, pointer, "is %s, expected %s at most", describe(v), count(sub.MaxLength, "character"))
	case "maxItems":
		items, _ := v.([]any)
		add(Violation, pointer, "has %s, expected %d at most", count(len(items), "entry"), sub.MaxItems)
	case "pattern":
		add(Violation, pointer, "is %s, expected one that matches %s", describe(v), sub.Pattern)
	default:
		add(Violation, pointer, "is %s, which does not fit the keyword %q", describe(v), keyword)
	}
}

// fitType makes a rule of a wrong error type: HTTP status and type must agree,
// and a type that belongs to another status is no news of the vendor.
func (r *report) fitType(d *provider.Definition, op *provider.Operation, status int) {
	object, _ := r.root.(map[string]any)
	name, ok := object["type"].(string)
	if status < 400 || !ok {
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
	message := fmt.Sprintf("is %s, but HTTP status %d goes with ", describeWord(name), status)
	if len(expected) == 1 {
		message += fmt.Sprintf("%q", expected[0])
	} else {
		message += "other types"
	}
	if other != 0 {
		message += fmt.Sprintf("; that type belongs to %d", other)
	}
	for i := range r.problems {
		if p := &r.problems[i]; p.Pointer == "/type" && (p.Kind == Unlisted || p.Kind == Violation) {
			p.Kind, p.Message, p.Schema = Rule, message, ""
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
	for _, sub := range expand(nil, s.root, nil) {
		if tag := sub.Properties["type"]; tag != nil {
			for _, v := range slices.Concat(tag.Enum, tag.Constant) {
				types = append(types, text(v))
			}
		}
	}
	return types
}
