package drift

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// bodies compares the bodies of two answers with the same status.
func bodies(d *provider.Definition, a, b contract.Exchange) []finding {
	was, is := a.Response.Body, b.Response.Body
	if bytes.Equal(was, is) {
		return nil
	}
	one := func(rule Rule, message string) []finding {
		return []finding{{rule: rule, message: message, body: true}}
	}
	switch empty := isEmpty(is); {
	case isEmpty(was) && empty:
		return one(LayoutChanged, "the body is empty but for other white space: no client reads it")
	case empty:
		return one(BodyGone, "there is no body any more: a client that reads it finds nothing")
	case isEmpty(was):
		return one(BodyNew, "there is a body where there was none: a client that ignores it does not notice")
	}
	before, after := parse(was), parse(is)
	switch {
	case before == nil && after == nil:
		if placeholder.MaskNumbers(string(was)) == placeholder.MaskNumbers(string(is)) {
			return nil
		}
		return one(ValueChanged, "the body, which is not JSON, has another text: a client that reads it must cope with any")
	case after == nil:
		return one(BodyFormChanged, "the body is no longer JSON: a client that decodes it fails")
	case before == nil:
		return one(BodyFormChanged, "the body is JSON and was something else: a client that reads the old form fails")
	}
	c := comparison{
		d: d, a: a, b: b, root: after,
		was: contract.ResponseClasses(d, a.Request, a.Response),
		is:  contract.ResponseClasses(d, b.Request, b.Response),
	}
	c.values(shapeOf(before), shapeOf(after))
	if len(c.found) == 0 {
		c.rearranged(before, after, string(was), string(is))
	}
	return c.found
}

func isEmpty(body []byte) bool { return len(bytes.TrimSpace(body)) == 0 }

// maxBody is the size up to which the contract check reads bodies, too; others are
// compared by their bytes. The rest of its bounds, on numbers and names, are its own: what
// is beyond them is JSON all the same.
const maxBody = 10 << 20

// parse reads a body; nil when it is not JSON, or too large or too deep.
func parse(body []byte) *jsontext.Node {
	if len(body) > maxBody || !utf8.Valid(body) {
		return nil
	}
	root, err := jsontext.Parse(body, jsontext.Bounds{Depth: contract.Bounds().Depth})
	if err != nil {
		return nil
	}
	unify(root)
	return root
}

// unify leaves of members with one name the one that counts. The contract check reports the others.
func unify(n *jsontext.Node) {
	n.Children = n.Counting()
	for _, child := range n.Children {
		unify(child)
	}
}

// with returns a copy of a value in which the tokens of a pointer lead to member.
// Only what lies on the way is copied; a way that does not exist changes nothing.
func with(n *jsontext.Node, tokens []string, member *jsontext.Node) *jsontext.Node {
	out := *n
	if len(tokens) == 0 {
		out = *member
		out.Name = n.Name
		return &out
	}
	out.Children = slices.Clone(n.Children)
	if child := n.Step(tokens[0]); child != nil {
		out.Children[slices.Index(n.Children, child)] = with(child, tokens[1:], member)
	} else if n.Kind == jsontext.BeginObject && len(tokens) == 1 {
		added := *member
		added.Name = tokens[0]
		out.Children = append(out.Children, &added)
	}
	return &out
}

// comparison compares two bodies place by place.
type comparison struct {
	d       *provider.Definition
	a, b    contract.Exchange
	root    *jsontext.Node // of b
	was, is func(pointer string) provider.Class
	found   []finding
	probes  int
}

func (c *comparison) add(rule Rule, s *shape, pointer, format string, args ...any) {
	c.found = append(c.found, finding{rule: rule, pointer: pointer, key: s.key, message: fmt.Sprintf(format, args...), body: true})
}

// maxProbes bounds the questions that are put to the contract about one body;
// a hostile one would raise thousands.
const maxProbes = 64

// probe returns the fresh answer with a value put in a place.
func (c *comparison) probe(pointer string, v *jsontext.Node) (contract.Response, bool) {
	c.probes++
	answer := c.b.Response
	if c.probes > maxProbes {
		return answer, false
	}
	answer.Body = with(c.root, slices.Collect(jsontext.Tokens(pointer)), v).Append(nil)
	return answer, true
}

// documents reports whether the contract describes a member that the body lacks.
// Which members it describes may depend on others, such as the type of a user.
func (c *comparison) documents(pointer string, member *jsontext.Node) bool {
	answer, ok := c.probe(pointer, member)
	return !ok || contract.ResponseClasses(c.d, c.b.Request, answer)(pointer).Documented
}

// forbids reports whether the contract has no room for a value at a place.
func (c *comparison) forbids(pointer string, v *jsontext.Node) bool {
	answer, ok := c.probe(pointer, v)
	return ok && slices.ContainsFunc(contract.CheckResponse(c.d, c.b.Request, answer, false), func(p contract.Problem) bool {
		return p.In == "answer" && p.Pointer == pointer && p.Kind == contract.Violation
	})
}
