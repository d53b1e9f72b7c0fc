package contract

import (
	"cmp"
	"fmt"
	"slices"
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
	// Message says what was found and what was expected. It quotes no string of
	// the body, for any of them may be a secret; the exception are short words
	// in the place of an enumerated value.
	Message string
	// Schema is the keyword that failed, as FILE#POINTER below schemas; empty
	// when no schema states what the problem is about.
	Schema string
}

// String returns the problem as one line.
func (p Problem) String() string {
	s := p.In
	if p.Pointer != "" {
		s += " " + p.Pointer
	}
	if p.Line > 0 {
		s += fmt.Sprintf(" (line %d, column %d)", p.Line, p.Column)
	}
	return s + ": " + p.Message
}

// Fails reports whether the problem fails a test. Undocumented members and
// unlisted values do not: vendors add both all the time.
func (p Problem) Fails() bool { return p.Kind == Violation || p.Kind == Rule }

// maxProblems bounds a report on a body that is wrong in thousands of places.
const maxProblems = 200

// report collects the problems of one message.
type report struct {
	in       string
	body     []byte
	root     any // the parsed body, once it is parsed
	problems []Problem
	violated map[string]bool // pointers with a violation
}

func (r *report) add(kind Kind, pointer, format string, args ...any) {
	r.push(Problem{Kind: kind, Pointer: pointer, Message: fmt.Sprintf(format, args...)})
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
		return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Message, b.Message))
	})
	all := slices.CompactFunc(r.problems, func(a, b Problem) bool {
		return a.In == b.In && a.Pointer == b.Pointer && a.Message == b.Message
	})
	if len(all) > maxProblems {
		rest := all[maxProblems:]
		kind := Undocumented
		if slices.ContainsFunc(rest, Problem.Fails) {
			kind = Violation
		}
		more := Problem{Kind: kind, In: r.in, Message: fmt.Sprintf("has %d more problems than the %d that are listed", len(rest), maxProblems)}
		all = append(all[:maxProblems:maxProblems], more)
	}
	place(r.body, all)
	return all
}
