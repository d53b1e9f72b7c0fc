package lint

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/say"
)

// Off is a rule that was switched off.
type Off struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	// Findings is what the rule would have said.
	Findings int `json:"findings"`
}

// Placeholder is a pattern of values that a team writes in the place of secrets.
type Placeholder struct {
	Pattern string `json:"pattern"`
	// Findings is what is left out because of it alone.
	Findings int `json:"findings"`
}

// Report is the outcome of a run. Its JSON form is documented by its fields and
// versioned by Version: fields may be added, and any other change raises it.
type Report struct {
	Version int `json:"version"`
	// Files counts the files that were judged.
	Files int `json:"files"`
	// Skipped counts the YAML files below a directory that are no cassettes.
	Skipped int `json:"skipped"`
	// Links are the links to directories elsewhere, which were not followed.
	Links    []string `json:"links"`
	Errors   int      `json:"errors"`
	Warnings int      `json:"warnings"`
	// Disabled are the rules that were switched off, in the order of Rules.
	Disabled []Off `json:"disabled"`
	// Excluded are the exclusions, in their order.
	Excluded []Exclusion `json:"excluded"`
	// Placeholders are the team's own, in their order.
	Placeholders []Placeholder `json:"placeholders"`
	// Known counts the findings of the baseline that are still there, Gone those that are not.
	Known int `json:"known"`
	Gone  int `json:"gone"`
	// Findings are sorted by file, interaction, line, rule and place.
	Findings []Finding `json:"findings"`
}

// ReportVersion is the version of the JSON form.
const ReportVersion = 1

// ReadReport reads a report that was written to a file as JSON.
func ReadReport(file string) (*Report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file, say.Reason(err))
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil || r.Version != ReportVersion || r.Findings == nil {
		return nil, fmt.Errorf("%q is no report of version %d that lint --json has written", file, ReportVersion)
	}
	return &r, nil
}

// maxLines bounds the findings that Text lists: what a person reads.
const maxLines = 100

// Text is the report for people: a count for each rule that fired, a
// line per finding, what these rules are about, what was left out, and a summary.
// More than three findings that differ in file and line only are one line.
func (r *Report) Text() string {
	var out strings.Builder
	fired, alike := map[string]*tallies{}, map[sameness]*tallies{}
	for _, f := range r.Findings {
		tallyUp(fired, f.Rule, f)
	}
	listed := r.Listed()
	for _, f := range listed {
		tallyUp(alike, f.alike(), f)
	}
	if len(r.Findings) > 1 {
		for _, rule := range rules {
			if n := fired[rule.ID]; n != nil {
				fmt.Fprintf(&out, "%-16s %s in %s\n", rule.ID, say.Count(n.findings, string(rule.Severity)), say.Count(len(n.files), "file"))
			}
		}
		fmt.Fprintf(&out, "\n")
	}
	lines := 0
	for _, f := range listed {
		n := alike[f.alike()]
		if n.said || lines > maxLines {
			continue
		}
		if lines++; lines > maxLines {
			fmt.Fprintf(&out, "and more; --json lists all\n")
			continue
		}
		n.said = n.findings > maxAlike
		fmt.Fprintf(&out, "%s%s\n", f, n.more())
	}
	for _, rule := range rules {
		if fired[rule.ID] != nil {
			fmt.Fprintf(&out, "\n%s: %s\n\twhy: %s\n\tfix: %s\n", rule.ID, rule.What, rule.Why, rule.Fix)
		}
	}
	if len(r.Findings) > 0 {
		fmt.Fprintf(&out, "\n")
	}
	for _, off := range r.Disabled {
		fmt.Fprintf(&out, "switched off: %s (%s), %s\n", off.Rule, shown(off.Reason), say.Count(off.Findings, "finding"))
	}
	for _, e := range r.Excluded {
		fmt.Fprintf(&out, "excluded: %s (%s), %s\n", strings.TrimSpace(shown(e.Path)+" "+e.Rule), shown(e.Reason), say.Count(e.Findings, "finding"))
	}
	for _, p := range r.Placeholders {
		fmt.Fprintf(&out, "placeholder: %s, %s\n", shown(p.Pattern), say.Count(p.Findings, "finding"))
	}
	if r.Known+r.Gone > 0 {
		fmt.Fprintf(&out, "known from the baseline: %s, and %d that are gone\n", say.Count(r.Known, "finding"), r.Gone)
	}
	skipped := ""
	if r.Skipped > 0 {
		skipped = fmt.Sprintf(", %s skipped as no cassette", say.Count(r.Skipped, "other YAML file"))
	}
	fmt.Fprintf(&out, "%s, %s in %s%s%s\n", say.Count(r.Errors, "error"), say.Count(r.Warnings, "warning"), say.Count(r.Files, "file"), skipped, linksLeft(r.Links))
	return out.String()
}

// maxListedPerRule bounds what people read of one rule in one file: a cassette with an
// address in each of 10,000 entries needs no 10,000 lines. What one edit or one tool
// did to all of its exchanges is said once.
func maxListedPerRule(rule string) int {
	if rule == ruleLength || rule == ruleHeaderNames {
		return 1
	}
	return 20
}

// Listed are the findings as people read them: those of one rule in one file up to a
// bound, and how many more there are.
func (r *Report) Listed() []Finding {
	type group struct{ file, rule string }
	total, listed := map[group]int{}, map[group]int{}
	for _, f := range r.Findings {
		total[group{f.File, f.Rule}]++
	}
	var all []Finding
	for _, f := range r.Findings {
		g, bound := group{f.File, f.Rule}, maxListedPerRule(f.Rule)
		more := total[g] - bound
		if listed[g]++; listed[g] > bound {
			continue
		}
		if bound == 1 && more > 0 {
			f.Message += fmt.Sprintf(" (and so in %s of this file)", say.Count(more, "more place"))
		}
		all = append(all, f)
		if bound > 1 && listed[g] == bound && more > 0 {
			all = append(all, Finding{Rule: f.Rule, Severity: f.Severity, File: f.File, Message: fmt.Sprintf("fires in %s of this file", say.Count(more, "more place"))})
		}
	}
	return all
}

func linksLeft(links []string) string {
	if len(links) == 0 {
		return ""
	}
	return fmt.Sprintf(", %s to another directory not followed (%s)", say.Count(len(links), "link"), list(shownAll(links)))
}

// maxAlike bounds the lines that differ in file and line only.
const maxAlike = 3

// alike is what one line says of many findings.
func (f Finding) alike() sameness {
	return sameness{rule: f.Rule, place: f.Place, message: f.Message}
}

// tallies counts findings and the files that they are in. said says that a line
// was written for all of them.
type tallies struct {
	findings int
	files    map[string]bool
	said     bool
}

func tallyUp[K comparable](all map[K]*tallies, key K, f Finding) {
	if all[key] == nil {
		all[key] = &tallies{files: map[string]bool{}}
	}
	all[key].findings++
	all[key].files[f.File] = true
}

// more says how many other findings a line stands for.
func (t *tallies) more() string {
	if !t.said {
		return ""
	}
	return fmt.Sprintf(" (and in %s, %s in all)", say.Count(t.findings-1, "more place"), say.Count(len(t.files), "file"))
}

// finish sorts the findings, takes out those that are switched off, excluded or known, and counts.
func (r *Report) finish(o Options) {
	slices.SortFunc(r.Findings, order)
	off := map[string]int{}
	r.Excluded = append(r.Excluded, o.Excluded...)
	known := maps.Clone(o.Baseline)
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		if _, is := o.Disabled[f.Rule]; is {
			off[f.Rule]++
			return true
		}
		for i := range r.Excluded {
			if r.Excluded[i].covers(f) {
				r.Excluded[i].Findings++
				return true
			}
		}
		if known[f.sameness()] > 0 && !f.uncounted {
			known[f.sameness()]--
			r.Known++
			return true
		}
		return false
	})
	for _, n := range known {
		r.Gone += n
	}
	for _, f := range r.Findings {
		if f.Severity == Error {
			r.Errors++
		} else {
			r.Warnings++
		}
	}
	for _, rule := range rules {
		if reason, is := o.Disabled[rule.ID]; is {
			r.Disabled = append(r.Disabled, Off{rule.ID, reason, off[rule.ID]})
		}
	}
}
