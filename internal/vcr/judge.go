package vcr

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// judge reports what the contract says of a replayed exchange.
func (f *Front) judge(c *call) {
	f.Report.Helper()
	problems := slices.Concat(c.lacks, c.known.problems)
	if c.fault == None {
		problems = append(problems, c.tape.problems(c.id, f.Strict)...)
	}
	if len(problems) > 0 {
		f.report(c.tape.label(c.id), f.excuse(c.tape.Scenario, c.tape.File.Header.Accepted, problems))
	}
	if c.known.any && len(c.tape.accepts) > 0 {
		f.logOnce("%s accepts any media type, and %s tells its answers apart by it: this test sees the first one recorded", describeCall(f.Definition, c.req), f.Definition.Title)
	}
}

// excuse drops the problems that a scenario demonstrates, that were accepted
// when the cassette was recorded, or that the test allows.
func (f *Front) excuse(s *provider.Scenario, accepted []string, problems []contract.Problem) []contract.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p contract.Problem) bool {
		return demonstrates(s, p) || Allowed(f.AllowProblems, p.Pointer) || p.Accepted(accepted)
	})
}

// Allowed reports whether one of the pointers names the very place of a problem;
// "*" stands for any one member or index.
func Allowed(pointers []string, at string) bool {
	return slices.ContainsFunc(pointers, func(p string) bool {
		return p == at || strings.Count(p, "/") == strings.Count(at, "/") && covers(p, at)
	})
}

// demonstrates reports whether a scenario is about this very problem.
func demonstrates(s *provider.Scenario, p contract.Problem) bool {
	switch {
	case s == nil:
		return false
	case p.In == "request" && p.Pointer == "Origin" && s.Request.NoOrigin:
		return true
	case p.In == "request" && (p.Pointer == "Authorization" || p.Pointer == "Cookie") && s.Request.Credential != provider.Valid:
		return true
	}
	return slices.Contains(s.Departures, provider.Departure{In: p.In, Pointer: p.Pointer})
}

// report fails the test for breaches of the contract and logs what vendors may
// add at any time: members and enum values. It runs on the caller's goroutine, so
// that the failure can name the call.
func (f *Front) report(label string, problems []contract.Problem) {
	f.Report.Helper()
	var failing []string
	for _, p := range problems {
		if p.Fails() {
			failing = append(failing, p.String())
			continue
		}
		if f.OnNews != nil {
			f.OnNews(p)
		}
		f.logOnce("%s: %s", label, p)
	}
	if len(failing) == 0 {
		return
	}
	text := fmt.Sprintf("%s breaks the contract of %s:\n\t%s", label, f.Definition.Title, strings.Join(failing, "\n\t"))
	if place := callers().String(); place != "" {
		text += "\ncalled at " + place
	}
	f.fail("%s", text)
}

// fail fails the test. It runs while a request holds the client open, so that it
// never touches a test that has ended.
func (f *Front) fail(format string, args ...any) {
	f.Report.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Report.Errorf(format, args...)
}

// logOnce says in the test's log what is worth knowing once, not per request.
func (f *Front) logOnce(format string, args ...any) {
	f.Report.Helper()
	line := fmt.Sprintf(format, args...)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.logged[line] {
		return
	}
	if f.logged == nil {
		f.logged = map[string]bool{}
	}
	f.logged[line] = true
	f.Report.Logf("%s", line)
}
