package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
)

// Finding is one place where a rule fires. It holds no value of a cassette.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// File is the path as it was named or found.
	File string `json:"file"`
	// Line counts from 1; 0 when the finding is about the whole file.
	Line int `json:"line"`
	// Interaction counts from 0; nil when the finding is about the whole file.
	Interaction *int `json:"interaction"`
	// Place is where in the interaction, such as "answer body /webhook/secret".
	Place   string `json:"place"`
	Message string `json:"message"`

	doubtful bool // only the YAML library can say for certain
}

// String returns the finding as one line.
func (f Finding) String() string {
	s := shown(f.File)
	if f.Line > 0 {
		s += fmt.Sprintf(":%d", f.Line)
	}
	s += fmt.Sprintf(": %s: %s: ", f.Severity, f.Rule)
	if f.Interaction != nil {
		s += fmt.Sprintf("#%d ", *f.Interaction)
	}
	if f.Place != "" {
		s += f.Place + " "
	}
	return s + f.Message
}

// ShownFile is the path as a line of text shows it.
func (f Finding) ShownFile() string { return shown(f.File) }

// shown quotes a text that would break a line, or a terminal.
func shown(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) || jsontext.Visible(s) != s {
		return jsontext.Visible(strconv.Quote(s))
	}
	return s
}

func shownAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = shown(s)
	}
	return out
}

func order(a, b Finding) int {
	at := func(f Finding) int {
		if f.Interaction == nil {
			return -1
		}
		return *f.Interaction
	}
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(at(a), at(b)), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
}

// maxPerRule bounds what one rule says of one file: a cassette with an address
// in each of 10,000 entries needs no 10,000 lines.
const maxPerRule = 20

// bound is how much one rule says of one file. What one edit or one tool did to
// all of its exchanges is said once.
func bound(rule string) int {
	if rule == ruleLength || rule == ruleHeaderNames {
		return 1
	}
	return maxPerRule
}

// findings collects what is wrong with one file.
type findings struct {
	file string
	all  []Finding
	// A value that is found in two readings of one text is found once.
	seen  map[saying]bool
	count map[string]int
}

type saying struct {
	rule           string
	at             int
	place, message string
}

// add reports a finding. at is the interaction, or -1 for the file.
func (f *findings) add(rule string, line, at int, place, format string, args ...any) {
	r, _ := ByID(rule)
	one := Finding{Rule: rule, Severity: r.Severity, File: f.file, Line: line, Place: place, Message: fmt.Sprintf(format, args...)}
	if at >= 0 {
		one.Interaction = &at
	}
	if f.seen == nil {
		f.seen, f.count = map[saying]bool{}, map[string]int{}
	}
	key := saying{rule, at, place, one.Message}
	if f.seen[key] {
		return
	}
	f.count[rule]++
	if f.count[rule] > bound(rule) {
		return
	}
	f.seen[key] = true
	f.all = append(f.all, one)
}

// doubt reports that a file does not load, until the YAML library was asked.
func (f *findings) doubt(line, at int, place, format string, args ...any) {
	known := len(f.all)
	f.add(ruleLoad, line, at, place, format, args...)
	if len(f.all) > known {
		f.all[known].doubtful = true
	}
}

// withdraw takes back what was doubtful.
func (f *findings) withdraw() {
	f.all = slices.DeleteFunc(f.all, func(one Finding) bool { return one.doubtful })
	if f.count != nil {
		f.count[ruleLoad] = 0
	}
	for _, one := range f.all {
		if one.Rule == ruleLoad {
			f.count[ruleLoad]++
		}
	}
}

// done returns the findings, sorted. What was over the bound is counted.
func (f *findings) done() []Finding {
	for _, r := range rules {
		more := f.count[r.ID] - bound(r.ID)
		if more > 0 && bound(r.ID) == 1 {
			i := slices.IndexFunc(f.all, func(one Finding) bool { return one.Rule == r.ID })
			f.all[i].Message += fmt.Sprintf(" (and so in %s of this file)", count(more, "more place"))
		} else if more > 0 {
			f.all = append(f.all, Finding{Rule: r.ID, Severity: r.Severity, File: f.file, Message: fmt.Sprintf("fires in %s of this file", count(more, "more place"))})
		}
	}
	slices.SortFunc(f.all, order)
	return f.all
}
