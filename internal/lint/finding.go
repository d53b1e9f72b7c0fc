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

	doubtful  bool // only the YAML library can say for certain
	uncounted bool // stands for an unknown number of others, so that no baseline knows it
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

// at is the interaction, or -1 for the whole file.
func (f Finding) at() int {
	if f.Interaction == nil {
		return -1
	}
	return *f.Interaction
}

func order(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.at(), b.at()), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
}

// maxPerRule bounds what one rule says of one file, so that a hostile file does not
// fill the memory.
const maxPerRule = 10_000

// findings collects what is wrong with one file.
type findings struct {
	file string
	all  []Finding
	// A value that is found in two readings of one text is found once.
	seen  map[saying]bool
	count map[string]int
}

type saying struct {
	rule                  string
	at                    int
	place, message, value string
}

// add reports a finding. at is the interaction, or -1 for the file.
func (f *findings) add(rule string, line, at int, place, format string, args ...any) {
	f.addValue("", rule, line, at, place, format, args...)
}

// addValue reports a finding about a value, which it tells from others at one place
// and does not keep in the finding.
func (f *findings) addValue(value, rule string, line, at int, place, format string, args ...any) {
	r, _ := ByID(rule)
	one := Finding{Rule: rule, Severity: r.Severity, File: f.file, Line: line, Place: place, Message: fmt.Sprintf(format, args...)}
	if at >= 0 {
		one.Interaction = &at
	}
	if f.seen == nil {
		f.seen, f.count = map[saying]bool{}, map[string]int{}
	}
	key := saying{rule, at, place, one.Message, value}
	if f.count[rule] > maxPerRule || f.seen[key] {
		return
	}
	if f.count[rule]++; f.count[rule] > maxPerRule {
		one = Finding{Rule: rule, Severity: r.Severity, File: f.file, Message: fmt.Sprintf("fires in more than %d places of this file; split the cassette", maxPerRule), uncounted: true}
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

// done returns the findings, sorted.
func (f *findings) done() []Finding {
	slices.SortFunc(f.all, order)
	return f.all
}
