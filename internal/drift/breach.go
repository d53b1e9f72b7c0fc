package drift

import (
	"cmp"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// breaches returns the problems with the contract that the fresh answer has and
// the stored one has not.
func breaches(d *provider.Definition, stored, fresh Exchange) []finding {
	known := map[finding]bool{}
	for _, f := range problems(d, stored) {
		known[f.anonymous()] = true
	}
	sameStatus := stored.Answer.Status == fresh.Answer.Status
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
		f.message, _, _ = strings.Cut(f.message, "\x00")
		all = append(all, f)
	}
	return all
}

// anonymous leaves out which item of an array it was.
func (f finding) anonymous() finding {
	f.pointer = ""
	return f
}

// problems returns what the contract has to say about an answer. What follows a
// NUL in a message tells one value from another and is for no one's eyes.
func problems(d *provider.Definition, e Exchange) []finding {
	root := parse(e.Answer.Body)
	var all []finding
	seen := map[finding]bool{}
	for _, p := range contract.CheckAnswer(d, e.Request, e.Answer, false) {
		if p.In != "answer" {
			continue // the operation is unknown; the request says so, not the answer
		}
		f := finding{rule: Contract, pointer: p.Pointer, key: p.Pointer}
		var found *value
		if strings.HasPrefix(p.Pointer, "/") && root != nil {
			found, f.key = root.resolve(p.Pointer)
			f.body = true
		}
		switch p.Kind {
		case contract.Unlisted:
			f.rule = UnlistedValue
			f.message = "the value is " + not(expectation(p)) + ": a client that handles the listed values only does not know what to do"
			if found != nil {
				f.message += "\x00" + found.text
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
			f.message = breach(d, p, found)
		}
		// The items of an array share their problems.
		if !seen[f.anonymous()] {
			seen[f.anonymous()] = true
			all = append(all, f)
		}
	}
	return all
}

// breach says in a sentence what a violation or a broken rule means. The
// contract's own messages describe, and now and then quote, what was found; what
// they expect is always the contract's words.
func breach(d *provider.Definition, p contract.Problem, found *value) string {
	expected := expectation(p)
	switch p.Schema[strings.LastIndexByte(p.Schema, '/')+1:] {
	case "type":
		is := "of another type"
		if found != nil {
			is = kindNames[found.kind]
			if found.kind == number && strings.Contains(expected, "integer") {
				is = "a number that is not whole"
			}
		}
		return "the value is " + is + ", and the contract allows only " + expected + ": a client that decodes it fails"
	case "required":
		return "the member is missing, though the contract requires it: a client that relies on it fails"
	case "additionalProperties":
		return "the member is there, though the contract closes this object: a client that refuses unknown members fails"
	case "enum", "const":
		return "the value is " + not(expected) + ": a client has no branch for it"
	}
	if expected != "" {
		return "the value is not what the contract asks for, which is " + expected + ": a client that relies on it fails"
	}
	return "the answer breaks a rule of the contract: " + plain(d, p)
}

// expectation is the part of a message that says what the contract has.
func expectation(p contract.Problem) string {
	_, expected, _ := strings.Cut(p.Message, ", expected ")
	expected, _, _ = strings.Cut(expected, "; did you mean")
	return expected
}

// not negates an expectation.
func not(expected string) string {
	if rest, ok := strings.CutPrefix(expected, "one of "); ok {
		return "none of " + rest
	}
	if strings.HasPrefix(expected, `"`) && strings.Contains(expected, " or ") {
		return "neither " + strings.NewReplacer(", ", " nor ", " or ", " nor ").Replace(expected)
	}
	return "not " + cmp.Or(expected, "what the contract lists")
}

// plain is the message of a rule without what was found and without a hint,
// which may be another one for the same problem.
func plain(d *provider.Definition, p contract.Problem) string {
	if d.RetryAfter != "" && p.Pointer == d.RetryAfter {
		return "the body and the header Retry-After name different delays"
	}
	if strings.HasPrefix(p.Message, "is not JSON") {
		return "the body is not JSON"
	}
	if _, rest, ok := strings.Cut(p.Message, ", but HTTP status "); ok && strings.Contains(rest, " goes with ") {
		return "HTTP status " + rest
	}
	m, _, _ := strings.Cut(p.Message, "; ")
	return "it " + m
}
