package drift

import (
	"bytes"
	"fmt"
	"slices"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// bodies compares the bodies of two answers with the same status.
func bodies(d *provider.Definition, a, b contract.Exchange) []finding {
	was, is := a.Answer.Body, b.Answer.Body
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
		was: contract.AnswerClasses(d, a.Request, a.Answer),
		is:  contract.AnswerClasses(d, b.Request, b.Answer),
	}
	c.values(shapeOf(before), shapeOf(after))
	if len(c.found) == 0 {
		c.rearranged(before, after, string(was), string(is))
	}
	return c.found
}

func isEmpty(body []byte) bool { return len(bytes.TrimSpace(body)) == 0 }

// comparison compares two bodies place by place.
type comparison struct {
	d       *provider.Definition
	a, b    contract.Exchange
	root    *value // of b
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
func (c *comparison) probe(pointer string, v *value) (contract.Answer, bool) {
	c.probes++
	answer := c.b.Answer
	if c.probes > maxProbes {
		return answer, false
	}
	answer.Body = c.root.with(pointer, v).appendJSON(nil)
	return answer, true
}

// documents reports whether the contract describes a member that the body lacks.
// Which members it describes may depend on others, such as the type of a user.
func (c *comparison) documents(pointer string, member *value) bool {
	answer, ok := c.probe(pointer, member)
	return !ok || contract.AnswerClasses(c.d, c.b.Request, answer)(pointer).Documented
}

// forbids reports whether the contract has no room for a value at a place.
func (c *comparison) forbids(pointer string, v *value) bool {
	answer, ok := c.probe(pointer, v)
	return ok && slices.ContainsFunc(contract.CheckAnswer(c.d, c.b.Request, answer, false), func(p contract.Problem) bool {
		return p.In == "answer" && p.Pointer == pointer && p.Kind == contract.Violation
	})
}
