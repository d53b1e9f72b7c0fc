package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Off is a rule that was switched off.
type Off struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	// Findings is what the rule would have said.
	Findings int `json:"findings"`
}

// Report is the outcome of a run. Its JSON form is documented by its fields and
// versioned by Version: fields may be added, and any other change raises it.
type Report struct {
	Version int `json:"version"`
	// Files counts the files that were judged.
	Files int `json:"files"`
	// Skipped counts the YAML files below a directory that are no cassettes.
	Skipped  int `json:"skipped"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	// Disabled are the rules that were switched off, in the order of Rules.
	Disabled []Off `json:"disabled"`
	// Findings are sorted by file, interaction, line, rule and place.
	Findings []Finding `json:"findings"`
}

// ReportVersion is the version of the JSON form.
const ReportVersion = 1

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for people: a line per finding, what the rules
// that fired are about, what was switched off, and a summary.
func (r *Report) WriteText(w io.Writer) error {
	out := &writer{w: w}
	fired := map[string]bool{}
	for _, f := range r.Findings {
		out.printf("%s\n", f)
		fired[f.Rule] = true
	}
	for _, rule := range rules {
		if fired[rule.ID] {
			out.printf("\n%s: %s\n\twhy: %s\n\tfix: %s\n", rule.ID, rule.What, rule.Why, rule.Fix)
		}
	}
	if len(r.Findings) > 0 {
		out.printf("\n")
	}
	for _, off := range r.Disabled {
		out.printf("switched off: %s (%s), %s\n", off.Rule, off.Reason, count(off.Findings, "finding"))
	}
	skipped := ""
	if r.Skipped > 0 {
		skipped = fmt.Sprintf(", %s skipped as no cassette", count(r.Skipped, "other YAML file"))
	}
	out.printf("%s, %s in %s%s\n", count(r.Errors, "error"), count(r.Warnings, "warning"), count(r.Files, "file"), skipped)
	return out.err
}

type writer struct {
	w   io.Writer
	err error
}

func (w *writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format, args...)
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// finish sorts the findings, takes out those of rules that are switched off, and
// counts.
func (r *Report) finish(disabled map[string]string) {
	off := map[string]int{}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		_, is := disabled[f.Rule]
		if is {
			off[f.Rule]++
		}
		return is
	})
	slices.SortFunc(r.Findings, order)
	for _, f := range r.Findings {
		if f.Severity == Error {
			r.Errors++
		} else {
			r.Warnings++
		}
	}
	for _, rule := range rules {
		if reason, is := disabled[rule.ID]; is {
			r.Disabled = append(r.Disabled, Off{rule.ID, reason, off[rule.ID]})
		}
	}
}
