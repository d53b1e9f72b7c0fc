package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// The verdicts, in the order in which they are counted.
var verdicts = []string{written, unchanged, kept, notRecorded, leftOut, failed, skipped}

const (
	written     = "written"
	unchanged   = "unchanged"
	kept        = "kept"         // on purpose
	notRecorded = "not recorded" // there is nothing to compare with
	leftOut     = "left out"     // nothing is there, and nothing was made
	failed      = "failed"
	skipped     = "skipped" // an earlier failure would have come again
)

// tally counts what became of the scenarios.
type tally struct {
	counts map[string]int
	missed int // not begun when the command was interrupted
	code   int // the highest exit status of a failure
}

func (t *tally) add(verdict string, err error) {
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[verdict]++
	if err != nil {
		t.code = max(t.code, exitCode(err))
	}
}

// lost counts the scenarios that should have been recorded and were not.
func (t *tally) lost() int { return t.counts[failed] + t.counts[skipped] }

// texts are the counts in words.
func (t *tally) texts() (all []string) {
	for _, v := range verdicts {
		if n := t.counts[v]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, v))
		}
	}
	return all
}

// scenarios is a number of them with its verb.
func scenarios(n int, one, many string) string {
	if n == 1 {
		return "1 scenario " + one
	}
	return fmt.Sprintf("%d scenarios %s", n, many)
}

// summary is what refresh prints at its end.
type summary struct {
	table table
	tally tally
}

func newSummary() *summary {
	s := &summary{}
	s.table.add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	return s
}

func (s *summary) add(t target, r row, err error) {
	s.table.add(t.name(), strconv.Itoa(t.scenario.Status), r.source, r.verdict, r.remark)
	s.tally.add(r.verdict, err)
}

func (s *summary) print(w io.Writer) error {
	if err := s.table.print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(s.tally.texts(), ", "))
	return err
}

func (s *summary) err(interrupted bool) error {
	lost := s.tally.lost()
	switch {
	case interrupted:
		return exit(max(s.tally.code, exitFailed), "interrupted before the end: %d failed or skipped, %d not begun; every cassette is whole, and the table shows what was done", lost, s.tally.missed)
	case lost == 0:
		return nil
	default:
		return exit(s.tally.code, "%s not recorded", scenarios(lost, "was", "were"))
	}
}
