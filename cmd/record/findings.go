package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/webhookvcr/internal/drift"
)

// findings are what a check has found.
type findings struct {
	reports drift.Reports
	others  []unchecked
	against string // the stored cassettes
	missed  int    // not begun when the command was interrupted
	code    int    // the highest of the failures
}

// unchecked is a scenario that was not compared.
type unchecked struct {
	Provider string `json:"provider"`
	Scenario string `json:"scenario"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
}

// notRecorded is the verdict on a scenario that the directory has no cassette of.
const notRecorded = "not recorded"

func (f *findings) add(r drift.Report) { f.reports = append(f.reports, r) }

func (f *findings) other(t target, verdict, reason string) {
	f.others = append(f.others, unchecked{t.def.Name, t.scenario.Name, verdict, reason})
}

func (f *findings) fail(t target, err error) {
	f.other(t, failed, remarks[exitCode(err)])
	var e *exitError
	if errors.As(err, &e) {
		f.code = max(f.code, e.code)
	}
}

func (f *findings) count(verdict string) (n int) {
	for _, u := range f.others {
		if u.Verdict == verdict {
			n++
		}
	}
	return n
}

// drifted counts the scenarios with drift that fails the command.
func (f *findings) drifted(fails func(drift.Class) bool) (n int) {
	for _, r := range f.reports {
		if fails(r.Worst()) {
			n++
		}
	}
	return n
}

func (f *findings) writeText(w io.Writer) error {
	var text bytes.Buffer
	f.reports.WriteText(&text) // a bytes.Buffer takes everything
	if len(f.reports) > 0 {
		text.WriteByte('\n')
	}
	var t table
	for _, u := range f.others {
		// Of those that were never recorded there are many, and no more to say.
		if u.Verdict != notRecorded {
			t.add(u.Verdict, u.Provider+" "+u.Scenario, u.Reason)
		}
	}
	if len(t.rows) > 0 {
		t.print(&text)
		text.WriteByte('\n')
	}
	counts := []string{fmt.Sprintf("%d checked against %s", len(f.reports), f.against)}
	if n := f.drifted(func(c drift.Class) bool { return c != "" }); n > 0 {
		counts = append(counts, fmt.Sprintf("%d with drift", n))
	}
	for _, verdict := range []string{notRecorded, leftOut, failed, skipped} {
		if n := f.count(verdict); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	fmt.Fprintf(&text, "%s\n", strings.Join(counts, ", "))
	_, err := w.Write(text.Bytes())
	return err
}

// writeJSON adds what was not compared to the report of package drift, whose
// version it has.
func (f *findings) writeJSON(w io.Writer) error {
	data, err := json.Marshal(f.reports)
	if err != nil {
		return err
	}
	var out struct {
		Version   json.RawMessage `json:"version"`
		Worst     json.RawMessage `json:"worst"`
		Reports   json.RawMessage `json:"reports"`
		Unchecked []unchecked     `json:"unchecked"`
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return err
	}
	out.Unchecked = append([]unchecked{}, f.others...)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// err is the command's error; fails says which drift is one.
func (f *findings) err(interrupted bool, fails func(drift.Class) bool) error {
	var parts []string
	code := f.code
	say := func(at, n int, one, many string) {
		if n == 0 {
			return
		}
		code = max(code, at)
		if n == 1 {
			parts = append(parts, one)
		} else {
			parts = append(parts, fmt.Sprintf(many, n))
		}
	}
	lost := f.count(failed) + f.count(skipped)
	say(exitDrift, f.drifted(fails), "1 scenario has drifted, as the report says", "%d scenarios have drifted, as the report says")
	say(f.code, lost, "1 scenario was not checked", "%d scenarios were not checked")
	switch {
	case interrupted:
		parts = append(parts, fmt.Sprintf("interrupted before the end: %d not begun; nothing was written", f.missed))
		code = max(code, exitFailed)
	case len(f.reports) == 0 && lost == 0:
		// A check that never checks anything must not look like one that passes.
		return exit(exitFailed, "nothing was checked; the report says why")
	}
	if len(parts) == 0 {
		return nil
	}
	return exit(code, "%s", strings.Join(parts, "; "))
}
