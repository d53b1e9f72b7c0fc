package main

import (
	"fmt"
	"io"
	"strings"

	"example.com/webhookvcr/internal/vcr"
)

// printFailure tells of a request at once: whoever waits for an end-to-end test
// to end need not wait for the reason.
func printFailure(stderr io.Writer, e vcr.Exchange) {
	for _, text := range []string{e.Explanation, e.Breach} {
		if text != "" {
			fmt.Fprintf(stderr, "request %d, %s %s:\n\t%s\n", e.Number, e.Method, e.URL, strings.ReplaceAll(text, "\n", "\n\t"))
		}
	}
}

// end sums up what was asked, and is the error that the command ends with.
func (s *serve) end(r vcr.Report) error {
	fmt.Fprintf(s.stderr, "%s: %d answered, %d without an answer, %d refused, %d against the contract\n", count(r.Asked, "request"), r.Answered, r.Missed, r.Refused, r.Breaches)
	if len(r.Unused) > 0 {
		fmt.Fprintf(s.stderr, "no request asked for\n\t%s\n", strings.Join(r.Unused, "\n\t"))
	}
	var wrong []string
	if n := r.Missed + r.Refused; n > 0 {
		wrong = append(wrong, count(n, "request")+" had no answer")
	}
	if r.Breaches > 0 {
		wrong = append(wrong, count(r.Breaches, "request")+" broke the contract")
	}
	if s.failUnused && len(r.Unused) > 0 {
		wrong = append(wrong, "no request asked for "+count(len(r.Unused), "step")+" (--fail-unused)")
	}
	if len(wrong) == 0 {
		return nil
	}
	if failed := failedRequests(r); failed != "" {
		return exit(exitFailed, "%s: %s", strings.Join(wrong, ", "), failed)
	}
	return exit(exitFailed, "%s", strings.Join(wrong, ", "))
}

// maxNamed is how many requests the last message names.
const maxNamed = 10

// failedRequests names the requests that fail the run.
func failedRequests(r vcr.Report) string {
	var names []string
	for _, e := range r.Requests {
		if e.Result != vcr.Answered || e.Breach != "" {
			names = append(names, fmt.Sprintf("%d, %s %s", e.Number, e.Method, e.URL))
		}
	}
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, "; ")
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
