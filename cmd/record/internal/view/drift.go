package view

import (
	"cmp"
	"slices"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/say"
)

// pageDrift is the drift of a report, the scenarios with the worst class first.
type pageDrift struct {
	Counts   []pageCount
	Drifted  []pageDrifted
	With     int // scenarios with drift, and Without those without
	Without  int
	Volatile []pageVolatile
	Outages  []pageUnchecked
	Failures []pageUnchecked
	LeftOut  []pageUnchecked
	// Unrecorded counts the scenarios that nobody has recorded.
	Unrecorded int
}

// Unchecked counts the scenarios that should have been compared and were not.
func (d *pageDrift) Unchecked() int { return countUnchecked(d.Outages) + countUnchecked(d.Failures) }

// drifted enters a scenario with drift, beside those that drifted alike.
func (d *pageDrift) drifted(c check.Compared, cassettes []pageCassette) {
	s := pageScenario{c.Provider, c.Scenario, ""}
	for _, cassette := range cassettes {
		if h := cassette.file.Header; h.Provider == c.Provider && h.Scenario == c.Scenario {
			s.Cassette = cassette.ID
		}
	}
	for i, earlier := range d.Drifted {
		if earlier.Provider == c.Provider && earlier.Stored == c.Stored && earlier.More == c.More && slices.Equal(earlier.Changes, c.Changes) {
			d.Drifted[i].Scenarios = append(earlier.Scenarios, s)
			return
		}
	}
	d.Drifted = append(d.Drifted, pageDrifted{c, []pageScenario{s}})
}

// pageUnchecked are the scenarios that were not compared for one reason.
type pageUnchecked struct {
	Why       string
	Scenarios []string
}

func countUnchecked(all []pageUnchecked) (n int) {
	for _, u := range all {
		n += len(u.Scenarios)
	}
	return n
}

// pageCount counts what has a class, or a severity.
type pageCount struct {
	N     int
	Class string
}

// pageDrifted is a scenario with drift, or several that drifted alike.
type pageDrifted struct {
	check.Compared
	Scenarios []pageScenario
}

// pageScenario is a scenario, and the cassette of the page that has it, if one has.
type pageScenario struct{ Provider, Scenario, Cassette string }

type pageVolatile struct {
	Scenario string
	drift.Volatile
}

// ReadCheck puts the drift on the page that check --json wrote to a file.
func (p *Page) ReadCheck(path string) error {
	r, err := check.ReadReport(path)
	if err != nil {
		return exit.Errorf(exit.Usage, "--check %v", err)
	}
	var checked, shown []string
	for _, c := range r.Reports {
		checked = append(checked, c.Provider)
	}
	for _, u := range r.Unchecked {
		checked = append(checked, u.Provider)
	}
	for _, c := range p.Cassettes {
		if def := session.ProviderOf(c.file); def != nil {
			shown = append(shown, def.Name)
		}
	}
	if len(checked) > 0 && !slices.ContainsFunc(checked, func(name string) bool { return slices.Contains(shown, name) }) {
		slices.Sort(checked)
		return exit.Errorf(exit.Usage, "--check %q is about %s, of which the page shows no cassette; give it those that were checked", path, say.Quoted(slices.Compact(checked), "and"))
	}
	d := &pageDrift{}
	for _, class := range drift.Classes() {
		n := 0
		for _, c := range r.Reports {
			if c.Worst == class {
				d.With++
				d.drifted(c, p.Cassettes)
			}
			for _, change := range c.Changes {
				if change.Class == class {
					n++
				}
			}
		}
		d.Counts = append(d.Counts, pageCount{n, string(class)})
	}
	for _, c := range r.Reports {
		for _, v := range c.Volatile {
			d.Volatile = append(d.Volatile, pageVolatile{c.Provider + " " + c.Scenario, v})
		}
	}
	d.Without = len(r.Reports) - d.With
	outages := []string{exit.Remarks[exit.Outage], exit.Remarks[exit.Unreachable], exit.Remarks[exit.Throttled]}
	for _, u := range r.Unchecked {
		switch {
		case u.Verdict == session.NotRecorded:
			d.Unrecorded++
		case u.Verdict != session.Failed && u.Verdict != session.Skipped:
			d.LeftOut = leave(d.LeftOut, u)
		case slices.Contains(outages, u.Reason):
			d.Outages = leave(d.Outages, u)
		default:
			d.Failures = leave(d.Failures, u)
		}
	}
	p.Drift = d
	return nil
}

// leave enters a scenario under its reason.
func leave(all []pageUnchecked, u check.Unchecked) []pageUnchecked {
	why, name := cmp.Or(u.Message, u.Reason), u.Provider+" "+u.Scenario
	for i := range all {
		if all[i].Why == why {
			all[i].Scenarios = append(all[i].Scenarios, name)
			return all
		}
	}
	return append(all, pageUnchecked{why, []string{name}})
}

// pageLint counts the findings of a report by rule, the errors first.
type pageLint struct {
	Files  string // how many
	Counts []pageCount
	Rules  []pageRule
}

type pageRule struct {
	lint.Rule
	Findings, Files int
}

// ReadLint puts the findings on the page that lint --json wrote to a file.
func (p *Page) ReadLint(path string) error {
	r, err := lint.ReadReport(path)
	if err != nil {
		return exit.Errorf(exit.Usage, "--lint %v", err)
	}
	l := &pageLint{Files: say.Count(r.Files, "file")}
	files := map[[2]string]bool{}
	severities := map[lint.Severity]int{}
	for _, f := range r.Findings {
		i := slices.IndexFunc(l.Rules, func(rule pageRule) bool { return rule.ID == f.Rule })
		if i < 0 {
			i = len(l.Rules)
			rule, _ := lint.ByID(f.Rule) // another version may have another
			rule.ID, rule.Severity = f.Rule, f.Severity
			l.Rules = append(l.Rules, pageRule{rule, 0, 0})
		}
		l.Rules[i].Findings++
		severities[f.Severity]++
		if key := [2]string{f.Rule, f.File}; !files[key] {
			files[key] = true
			l.Rules[i].Files++
		}
	}
	for _, s := range []lint.Severity{lint.Error, lint.Warning} {
		l.Counts = append(l.Counts, pageCount{severities[s], string(s)})
	}
	slices.SortStableFunc(l.Rules, func(a, b pageRule) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), b.Findings-a.Findings)
	})
	p.Lint = l
	return nil
}
