package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of departure a problem is.
type Kind string

// The kinds of problems.
const (
	Violation    Kind = "violation"    // the schema forbids it, or it is no JSON at all
	Rule         Kind = "rule"         // a documented rule that no schema states forbids it
	Undocumented Kind = "undocumented" // the contract does not describe it
	Unlisted     Kind = "unlisted"     // a value outside an enumeration; vendors extend theirs
)

// Problem is one departure of a request or an answer from the contract.
type Problem struct {
	Kind Kind
	// Keyword is what failed: a keyword of JSON Schema, such as "required", or the
	// id of a rule, such as "retry-after". The ids stay; sentences lists them.
	Keyword string
	// Expected is what the contract has, in its own words. It is empty where the
	// keyword says it all.
	Expected string
	// Found is what stands there instead, described. No string of a body is
	// quoted, for any may be a secret; the exception are short words in the place
	// of an enumerated value, and media types: Found is then the quotation alone.
	// A number is shown where the contract has one.
	Found string
	// Hint is what may have been meant, or what to do; mostly empty.
	Hint string
	// In is "request" or "answer".
	In string
	// Pointer is the JSON pointer into the body; for a header or a query key it
	// is the name, and empty when the whole is meant. A missing member is
	// reported where it would stand.
	Pointer string
	// Line and Column are the place in the body, counted from 1 in lines and
	// characters; both are 0 when the problem is not about a place in the body.
	// A missing member has the place of the object that lacks it.
	Line, Column int
	// Schema is where the keyword that failed stands, as FILE#POINTER below
	// schemas; empty when no schema states what the problem is about.
	Schema string
}

// String returns the problem as one line.
func (p Problem) String() string {
	s := p.Place()
	if p.Line > 0 {
		s += fmt.Sprintf(" (line %d, column %d)", p.Line, p.Column)
	}
	return s + ": " + p.Message()
}

// Place names where the problem is.
func (p Problem) Place() string { return strings.TrimSpace(p.In + " " + p.Pointer) }

// Name is how a cassette names an accepted problem: by its place and the keyword
// that failed there, so that another breach at the same place is news.
func (p Problem) Name() string { return p.Place() + " (" + p.Keyword + ")" }

// Accepted reports whether a cassette's list of accepted problems names this one.
// Older cassettes name it by its place alone, and a rule by its kind.
func (p Problem) Accepted(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name == p.Name() || name == p.Place() || p.Schema == "" && name == p.Place()+" ("+string(p.Kind)+")"
	})
}

// Fails reports whether the problem fails a test. Undocumented members and
// unlisted values do not: vendors add both all the time.
func (p Problem) Fails() bool { return p.Kind == Violation || p.Kind == Rule }

// maxProblems bounds a report on a body that is wrong in thousands of places.
const maxProblems = 200

// report collects the problems of one message.
type report struct {
	in       string
	byHand   bool // the test or its program wrote the message, no vendor
	body     []byte
	reading  *Reading // of the body or another, if there is one
	document *Reading // nil while the body is not parsed
	problems []Problem
	violated map[string]bool // pointers with a violation
}

// rule adds the breach of a rule.
func (r *report) rule(keyword, pointer, found, expected string) {
	r.push(Problem{Kind: Rule, Keyword: keyword, Pointer: pointer, Found: found, Expected: expected})
}

func (r *report) push(p Problem) {
	p.In = r.in
	r.problems = append(r.problems, p)
	if p.Kind == Violation {
		if r.violated == nil {
			r.violated = map[string]bool{}
		}
		r.violated[p.Pointer] = true
	}
}

// done returns the problems in order, each once, with their places in the body.
func (r *report) done() []Problem {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		if a.In != b.In || a.Pointer != b.Pointer {
			return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.Pointer, b.Pointer))
		}
		return cmp.Compare(a.Message(), b.Message())
	})
	all := slices.CompactFunc(r.problems, func(a, b Problem) bool {
		return a.In == b.In && a.Pointer == b.Pointer && a.Message() == b.Message()
	})
	if len(all) > maxProblems {
		rest := all[maxProblems:]
		kind := Undocumented
		if slices.ContainsFunc(rest, Problem.Fails) {
			kind = Violation
		}
		more := Problem{Kind: kind, In: r.in, Keyword: "more", Found: fmt.Sprint(len(rest)), Expected: fmt.Sprint(maxProblems)}
		all = append(all[:maxProblems:maxProblems], more)
	}
	if r.document != nil {
		r.document.place(all)
	}
	return all
}
