package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// The verdicts, in the order in which the summary counts them.
var verdicts = []string{written, unchanged, kept, leftOut, failed, skipped}

const (
	written   = "written"
	unchanged = "unchanged"
	kept      = "kept"     // on purpose
	leftOut   = "left out" // nothing is there, and nothing was made
	failed    = "failed"
	skipped   = "skipped" // an earlier failure would have come again
)

// summary is what the command prints at its end.
type summary struct {
	table  table
	counts map[string]int
	missed int // not begun when the command was interrupted
	code   int
}

func newSummary() *summary {
	s := &summary{counts: map[string]int{}}
	s.table.add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	return s
}

func (s *summary) add(t target, r row, err error) {
	s.table.add(t.name(), strconv.Itoa(t.scenario.Status), r.source, r.verdict, r.remark)
	s.counts[r.verdict]++
	var e *exitError
	if errors.As(err, &e) {
		s.code = max(s.code, e.code)
	}
}

func (s *summary) print(w io.Writer) error {
	if err := s.table.print(w); err != nil {
		return err
	}
	var counts []string
	for _, v := range verdicts {
		if n := s.counts[v]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(counts, ", "))
	return err
}

func (s *summary) err(interrupted bool) error {
	lost := s.counts[failed] + s.counts[skipped]
	switch {
	case interrupted:
		return exit(max(s.code, exitFailed), "interrupted before the end: %d failed or skipped, %d not begun; every cassette is whole, and the table shows what was done", lost, s.missed)
	case lost == 0:
		return nil
	case lost == 1:
		return exit(s.code, "1 scenario was not recorded")
	default:
		return exit(s.code, "%d scenarios were not recorded", lost)
	}
}
