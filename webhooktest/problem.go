package webhooktest

import (
	"fmt"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
)

// Kind says what sort of departure a [Problem] is.
type Kind string

// The kinds of problems. The first two break the contract; the others are news,
// for vendors add members and enumerated values at any time.
const (
	// Violation is what the schema of the body forbids, or a body that is no JSON
	// at all.
	Violation Kind = "violation"
	// Rule is a breach of a documented rule that no schema states, such as a
	// status that the operation does not have, or a missing header.
	Rule Kind = "rule"
	// Undocumented is a member, a query key or an operation that the contract does
	// not describe. Of a request to DevRev, a member or a query key is a Rule: DevRev
	// documents that it refuses what it does not know.
	Undocumented Kind = "undocumented"
	// Unlisted is a value outside a documented enumeration.
	Unlisted Kind = "unlisted"
)

// Problem is one departure of a request or an answer from a vendor's contract.
type Problem struct {
	Kind Kind
	// Keyword is what failed: a keyword of JSON Schema, such as "required", or the
	// id of a rule that no schema states, such as "status" or "retry-after-body".
	// It stays the same when the words of Message change.
	Keyword string
	// Expected is what the contract has, and Found describes what stands there
	// instead: "an integer" and "a string of 2 characters". Either is empty where
	// Keyword says it all. Found quotes no string of the body, for any may be a
	// secret, but short words in the place of an enumerated value, media types,
	// and the digits of a number where the contract has one.
	Expected, Found string
	// In is "request" or "answer".
	In string
	// Pointer is the JSON pointer (RFC 6901) into the body. For a header or a
	// query key it is the name; it is empty when the whole is meant. A missing
	// member is reported where it would stand.
	Pointer string
	// Line and Column are the place in the body, counted from 1 in lines and
	// characters. Both are 0 when the problem is not about a place in the body.
	Line, Column int
	// Message says it in a sentence, which may change from one version of the module
	// to the next.
	Message string
	// Schema is where the keyword that failed stands, as FILE#POINTER below the
	// module's schemas; empty when no schema states what the problem is about.
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

// Fails reports whether the problem breaks the contract and fails a test:
// violations and rules do, undocumented members and unlisted values do not.
func (p Problem) Fails() bool { return p.Kind == Violation || p.Kind == Rule }

// public are the problems as callers see them, without those that the options
// allow.
func (p Provider) public(found []contract.Problem) []Problem {
	var all []Problem
	for _, f := range found {
		if !exchange.Allowed(p.options.allowProblems, f.Pointer) {
			all = append(all, public(f))
		}
	}
	return all
}

// public is a problem as callers see it.
func public(f contract.Problem) Problem {
	return Problem{Kind(f.Kind), f.Keyword, f.Expected, f.Found, f.In, f.Pointer, f.Line, f.Column, f.Message(), f.Schema}
}

// news hands the problems that break nothing to the caller who wants them.
func (p Provider) news(problems []Problem) {
	for _, problem := range problems {
		if !problem.Fails() {
			p.options.heard(problem)
		}
	}
}

func (o options) heard(news Problem) {
	for _, f := range o.onNews {
		f(news)
	}
}
