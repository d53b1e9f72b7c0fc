package drift

import (
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// breaches returns the problems with the contract that the fresh answer has and
// the stored one has not.
func breaches(d *provider.Definition, stored, fresh contract.Exchange) []finding {
	known := map[finding]bool{}
	for _, f := range problems(d, stored) {
		known[f.anonymous()] = true
	}
	sameStatus := stored.Response.Status == fresh.Response.Status
	var all []finding
	for _, f := range problems(d, fresh) {
		switch {
		case known[f.anonymous()]:
			continue
		case f.rule == MemberUndocumented && !sameStatus:
			continue // all of the body is another one
		case f.pointer == contentType:
			f.unless = MediaTypeChanged
		case f.pointer == "" && !documented(d, fresh):
			f.unless = StatusChanged
		}
		all = append(all, f)
	}
	return all
}

// anonymous leaves out which item of an array it was.
func (f finding) anonymous() finding {
	f.pointer = ""
	return f
}

// problems returns what the contract has to say about an answer.
func problems(d *provider.Definition, e contract.Exchange) []finding {
	root := parse(e.Response.Body)
	var all []finding
	seen := map[finding]bool{}
	for _, p := range contract.CheckResponse(d, e.Request, e.Response, false) {
		if p.In != "answer" {
			continue // the operation is unknown; the request says so, not the answer
		}
		f := finding{rule: Contract, pointer: p.Pointer, key: p.Pointer}
		var found *jsontext.Node
		if strings.HasPrefix(p.Pointer, "/") && root != nil {
			found, f.key = locate(root, p.Pointer)
			f.body = true
		}
		switch p.Kind {
		case contract.Unlisted:
			f.rule = UnlistedValue
			f.message = "the value is not " + p.Expected + ": a client that handles the listed values only does not know what to do"
			if found != nil {
				f.value = found.Text
			}
		case contract.Undocumented:
			if p.Pointer == "" {
				continue // so many that not all are listed; the bodies tell which
			}
			if !f.body {
				f.message = "the media type is not one that the contract lists here: a client that checks it refuses the answer"
				break
			}
			f.rule = MemberUndocumented
			f.message = undocumentedMember
		default:
			f.message = breach(p, found)
		}
		// The items of an array share their problems.
		if !seen[f.anonymous()] {
			seen[f.anonymous()] = true
			all = append(all, f)
		}
	}
	return all
}

// locate returns the value at a JSON pointer, nil when there is none, and the
// pointer's key: the pointer with every item of an array alike.
func locate(n *jsontext.Node, pointer string) (*jsontext.Node, string) {
	key := ""
	for token := range jsontext.Tokens(pointer) {
		if n != nil && n.Kind == jsontext.BeginArray {
			key += anyItem
		} else {
			key = jsontext.Child(key, token)
		}
		if n != nil {
			n = n.Step(token)
		}
	}
	return n, key
}

// breach says in a sentence what a violation or a broken rule means. What was
// found is described by its type at most.
func breach(p contract.Problem, found *jsontext.Node) string {
	relies := "the value is not what the contract asks for, which is " + p.Expected + ": a client that relies on it fails"
	switch p.Keyword {
	case "type":
		is := "of another type"
		if found != nil {
			is = kindNames[kindOf(found)]
		}
		return "the value is " + is + ", and the contract allows only " + p.Expected + ": a client that decodes it fails"
	case "required":
		return "the member is missing, though the contract requires it: a client that relies on it fails"
	case "additionalProperties":
		return "the member is there, though the contract closes this object: a client that refuses unknown members fails"
	case "enum", "const":
		return "the value is not " + p.Expected + ": a client has no branch for it"
	case "media-type", "retry-after":
		return relies
	case "retry-after-body":
		return brokenRule + "the body and the header Retry-After name different delays"
	case "error-type":
		return brokenRule + strings.TrimSuffix(p.Expected+"; "+p.Hint, "; ")
	case "json":
		return brokenRule + "the body is not JSON"
	}
	if p.Schema != "" && p.Expected != "" {
		return relies
	}
	p.Hint = "" // it may be another one for the same problem
	return brokenRule + "it " + p.Message()
}

const brokenRule = "the answer breaks a rule of the contract: "
