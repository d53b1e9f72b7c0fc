package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/say"
)

// version is the version of what --json writes. It grows when a member goes or
// changes its meaning; new members, rules and classes do not change it.
const version = 1

// Report is what a check has found. Its tagged members are what --json writes,
// and of what record help FORMATS shows an example.
type Report struct {
	Version int `json:"version"`
	// Worst is empty when nothing has changed.
	Worst drift.Class `json:"worst"`
	// Against is what was compared with.
	Against   string      `json:"against"`
	Reports   []Compared  `json:"reports"`
	Unchecked []Unchecked `json:"unchecked"`
	// Unread are the cassettes that nothing is compared with.
	Unread []Unread `json:"unread,omitempty"`
	// Next is the command that takes the answers as they are; empty when nothing has
	// drifted.
	Next string `json:"next,omitempty"`

	drift drift.Reports
	dir   string // where they lie; empty when they are those of this build
	tally session.Tally
}

// Compared is a scenario that was compared.
type Compared struct {
	Provider string `json:"provider"`
	Scenario string `json:"scenario"`
	// Cassette is the recording of another answer that it was compared with; empty when
	// that was its own.
	Cassette     string              `json:"cassette,omitempty"`
	Stored       string              `json:"stored"`
	Worst        drift.Class         `json:"worst"`
	Counts       map[drift.Class]int `json:"counts"`
	Changes      []drift.Change      `json:"changes"`
	More         int                 `json:"more"`
	Volatile     []drift.Volatile    `json:"volatile"`
	MoreVolatile int                 `json:"more_volatile"`
}

// Unchecked is a scenario that was not compared.
type Unchecked struct {
	Provider string `json:"provider"`
	Scenario string `json:"scenario"`
	Verdict  string `json:"verdict"`
	// Cause is one word of a list.
	Cause  string `json:"cause"`
	Reason string `json:"reason"`
	// Message says in full why a scenario failed.
	Message string `json:"message,omitempty"`
}

// nothing is what is compared with where nobody is asked.
const nothing = "nothing"

// NewReport returns a report without a scenario; dir is where the cassettes lie, empty
// when they are those of this build. No list of it is null.
func NewReport(against, dir string) *Report {
	return &Report{Version: version, Against: against, dir: dir, Reports: []Compared{}, Unchecked: []Unchecked{}}
}

// ReadReport reads what check --json has written to a file.
func ReadReport(path string) (*Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, say.Reason(err))
	}
	r := &Report{}
	if err := json.Unmarshal(data, r); err != nil || r.Version != version || r.Reports == nil {
		return nil, fmt.Errorf(exit.Pasted("%q is no report of record check --json of this version"), path)
	}
	return r, nil
}

// Add enters a scenario that was compared.
func (r *Report) Add(d drift.Report) {
	r.drift = append(r.drift, d)
	r.Worst = r.drift.Worst()
	r.Reports = append(r.Reports, Compared{
		d.Provider, d.Scenario, "", d.Stored, d.Worst(), d.Counts(),
		append([]drift.Change{}, d.Changes...), d.More, append([]drift.Volatile{}, d.Volatile...), d.MoreVolatile,
	})
}

// Leave notes a scenario that was not compared; err is why it failed, if it did.
func (r *Report) Leave(u Unchecked, err error) {
	r.Unchecked = append(r.Unchecked, u)
	r.tally.Add(u.Verdict, err)
}

// drifted counts the scenarios with drift that fails the command.
func (r *Report) drifted(fails func(drift.Class) bool) (n int) {
	for _, c := range r.Reports {
		if fails(c.Worst) {
			n++
		}
	}
	return n
}

// Text is the report for people who look at a writer.
func (r *Report) Text(w io.Writer) string {
	var text strings.Builder
	text.WriteString(r.drift.Text())
	if len(r.drift) > 0 {
		text.WriteByte('\n')
	}
	for _, c := range r.Reports {
		if c.Cassette != "" {
			fmt.Fprintf(&text, "%s %s answered as recorded in %s\n", c.Provider, c.Scenario, c.Cassette)
		}
	}
	var t screen.Table
	for _, u := range folded(r.Unchecked) {
		t.Add(u.Provider+" "+u.Scenario, u.Verdict, u.Reason)
	}
	if len(t.Rows) > 0 {
		fmt.Fprintln(&text, t.Text(screen.Width(w)))
	}
	for _, u := range r.Unread {
		fmt.Fprintln(&text, u)
	}
	fmt.Fprintln(&text, r.summary())
	shown := screen.Paint(w, screen.Wrapped(text.String(), screen.Width(w)), colours)
	if r.Next != "" {
		shown += screen.Continued(report.BeforeNext, r.Next, screen.Width(w)) + "\n" // so that it can be copied
	}
	return shown
}

// summary is the last line of the text.
func (r *Report) summary() string {
	counts := []string{fmt.Sprintf("%d checked against %s", len(r.Reports), r.Against)}
	if r.Against == nothing {
		counts = []string{"nothing checked"}
	}
	if n := r.drifted(func(c drift.Class) bool { return c != "" }); n > 0 {
		counts = append(counts, fmt.Sprintf("%d with drift", n))
	}
	return strings.Join(append(counts, r.tally.Texts()...), ", ")
}

// Judged is the report for the formats of other tools; fails says which drift fails the
// command.
func (r *Report) Judged(fails func(drift.Class) bool) report.Report {
	j := report.Report{Summary: r.summary(), Next: r.Next}
	for _, rule := range drift.Rules() {
		j.Rules = append(j.Rules, report.Rule{ID: string(rule), Text: string(rule.Class()) + ": " + strings.ReplaceAll(string(rule), "-", " ")})
	}
	if len(r.Unread) > 0 {
		j.Rules = append(j.Rules, report.Rule{ID: "unread", Text: "a cassette that nothing is compared with"})
	}
	file := func(provider, scenario string) string {
		if r.dir == "" {
			return ""
		}
		return path.Join(r.dir, provider, scenario+".yaml")
	}
	for _, c := range r.Reports {
		entry := report.Case{Group: c.Provider, Name: c.Scenario, File: file(c.Provider, c.Scenario)}
		for _, change := range c.Changes {
			entry.Findings = append(entry.Findings, report.Finding{Rule: string(change.Rule), Level: levels[change.Class], Fails: fails(change.Class), Place: change.Pointer, Message: change.Message})
		}
		if c.More > 0 {
			entry.Findings = append(entry.Findings, report.Finding{Rule: "more", Level: report.Note, Message: fmt.Sprintf("and %d more", c.More)})
		}
		j.Cases = append(j.Cases, entry)
	}
	for _, u := range r.Unchecked {
		entry := report.Case{Group: u.Provider, Name: u.Scenario, File: file(u.Provider, u.Scenario)}
		if u.Cause != exit.CauseOther && u.Cause != exit.CauseCassette {
			entry.Cause = u.Provider + " " + u.Cause
		}
		switch why := cmp.Or(u.Message, u.Reason); u.Verdict {
		case session.Failed, session.Skipped:
			entry.Failed = why
		case session.NotRecorded:
			entry.Skipped, entry.File = why, ""
		default:
			entry.Skipped = why
		}
		j.Cases = append(j.Cases, entry)
	}
	for _, u := range r.Unread {
		j.Cases = append(j.Cases, report.Case{Group: u.provider, Name: path.Base(u.File), File: u.File, Findings: []report.Finding{{Rule: "unread", Level: report.Warning, Message: u.String()}}})
	}
	return j
}

// Err is the command's error; fails says which drift is one.
func (r *Report) Err(interrupted bool, fails func(drift.Class) bool) error {
	var parts []string
	code := r.tally.Code
	if n := r.drifted(fails); n > 0 {
		code = exit.Worse(code, exit.Drift)
		parts = append(parts, session.Scenarios(n, "has", "have")+" drifted, as the report says")
	}
	lost := r.tally.Lost()
	if lost > 0 {
		parts = append(parts, session.Scenarios(lost, "was", "were")+" not checked")
	}
	switch {
	case interrupted:
		parts = append(parts, "interrupted before the end; nothing was written")
		code = exit.Worse(code, exit.Failed)
	case len(r.Reports)+lost == 0:
		// A check that never checks anything must not look like one that passes.
		return exit.Errorf(exit.Failed, "nothing was checked; the report says why")
	}
	if len(parts) == 0 {
		return nil
	}
	return exit.Errorf(code, "%s", strings.Join(parts, "; "))
}

// folded are the scenarios as the text shows them: the many that are alike in one
// line, so that what differs is seen. Of those that were never recorded there is no
// more to say.
func folded(all []Unchecked) (shown []Unchecked) {
	all = slices.DeleteFunc(slices.Clone(all), func(u Unchecked) bool { return u.Verdict == session.NotRecorded })
	kind := func(u Unchecked) Unchecked {
		return Unchecked{Provider: u.Provider, Verdict: u.Verdict, Cause: u.Cause, Reason: u.Reason}
	}
	session.Folded(all, kind, func(u Unchecked, n int) {
		if n > 1 {
			u.Scenario = say.Count(n, "scenario")
		}
		shown = append(shown, u)
	})
	return shown
}

// colours are those of the classes on a terminal.
var colours = map[string]string{string(drift.Breaking): "31", string(drift.Additive): "33", string(drift.Cosmetic): "36"}

// levels are the classes in the words of other tools.
var levels = map[drift.Class]report.Level{drift.Breaking: report.Error, drift.Additive: report.Warning, drift.Cosmetic: report.Note}
