// Package report writes what a command has judged in the formats that other tools read:
// annotations and Markdown of GitHub, JUnit XML, SARIF and JSON.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/internal/say"
)

// Report is a report as every format but text and JSON takes it.
type Report struct {
	// Command is the subcommand that judged.
	Command string
	// Rules are those that findings may name, with a sentence or a class each.
	Rules []Rule
	Cases []Case
	// Summary is the last line of the text, but for the next step.
	Summary string
	// Next is the command that takes what was found as it is; empty when there is none.
	Next string
	// Version is that of the program.
	Version string
}

// Rule is one that findings may name, with a sentence or a class.
type Rule struct{ ID, Text string }

// Case is a thing that was judged, such as a cassette. One without findings
// has passed.
type Case struct {
	Group, Name string
	// File is below the working directory, empty when there is none.
	File     string
	Findings []Finding
	// Failed says why it could not be judged, skipped why it was not meant to be.
	Failed, Skipped string
	// Cause is what failures have in common of which people need to read one; empty when
	// each says something of its own.
	Cause string
}

// Finding is what was found in a case.
type Finding struct {
	Rule  string
	Level Level
	// Fails says that the finding fails the command.
	Fails bool
	// Place is where in the case, line where in its file: 0 when that is unknown.
	Place   string
	Line    int
	Message string
}

// Level is what SARIF and GitHub call how bad a finding is.
type Level string

const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note" // GitHub says notice
)

// noticed is a finding with the case that it is in, and how many more have the same.
type noticed struct {
	Finding
	in   Case
	more int
}

func (t *noticed) others() string {
	if t.more == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", t.more)
}

// noticed are the findings for people to read: one that has no line, and that several
// cases share, stands once.
func (r Report) noticed() (all []*noticed) {
	shared := map[Finding]*noticed{}
	for _, c := range r.Cases {
		for _, f := range c.Findings {
			if first := shared[f]; f.Line == 0 && first != nil && first.in.Group == c.Group {
				first.more++
				continue
			}
			t := &noticed{f, c, 0}
			all = append(all, t)
			shared[f] = t
		}
	}
	return all
}

// failures are the cases that could not be judged, each with how many more have the same
// cause.
func (r Report) failures() (all []*noticed) {
	shared := map[string]*noticed{}
	for _, c := range r.Cases {
		switch first := shared[c.Cause]; {
		case c.Failed == "":
		case first != nil && c.Cause != "":
			first.more++
		default:
			shared[c.Cause] = &noticed{in: c}
			all = append(all, shared[c.Cause])
		}
	}
	return all
}

func (c Case) title() string { return strings.TrimSpace(c.Group + " " + c.Name) }

// at is a place in the case, with its line where that is known.
func (c Case) at(line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", c.title(), line)
	}
	return c.title()
}

func (f Finding) text() string {
	if f.Place == "" {
		return f.Message + " (" + f.Rule + ")"
	}
	return f.Place + ": " + f.Message + " (" + f.Rule + ")"
}

// prefix is where a case lies, before what is said of it; empty when it is no file.
func (c Case) prefix(line int) string {
	switch {
	case c.File == "":
		return ""
	case line > 0:
		return fmt.Sprintf("%s:%d: ", c.File, line)
	default:
		return c.File + ": "
	}
}

// Text is the report in the format "github", "junit", "sarif" or "markdown".
func (r Report) Text(format string) string {
	switch format {
	case "github":
		return r.annotations()
	case "junit":
		return r.junit()
	case "sarif":
		return JSON("", r.sarif())
	default:
		return r.markdown()
	}
}

// AppendSummary appends the report to the file that GitHub shows with the run of a
// workflow.
func (r Report) AppendSummary(path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", say.Reason(err))
	}
	_, err = io.WriteString(file, r.markdown())
	return cmp.Or(err, file.Close())
}

// BeforeNext is said of the next step.
const BeforeNext = "to take the answers as they are: "

// JSON is a value as the commands write it; the prefix begins every line but the first.
func JSON(prefix string, v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	e.Encode(v) // reports encode
	return b.String()
}

// annotations are workflow commands, which GitHub shows beside the file.
func (r Report) annotations() string {
	var b strings.Builder
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	annotate := func(kind string, c Case, line int, title, message string) {
		at := ""
		if c.File != "" {
			at = "file=" + screen.Visible(property.Replace(c.File)) + ","
			if line > 0 {
				at += fmt.Sprintf("line=%d,", line)
			}
		}
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", kind, at, screen.Visible(property.Replace(title)), screen.Visible(data.Replace(message)))
	}
	for _, t := range r.noticed() {
		kind := string(t.Level)
		if t.Level == Note {
			kind = "notice"
		}
		annotate(kind, t.in, t.Line, t.in.title()+t.others(), t.text())
	}
	for _, t := range r.failures() {
		annotate("error", t.in, 0, t.in.title()+t.others(), t.in.Failed)
	}
	b.WriteString(screen.Visible(data.Replace(r.Summary)) + "\n")
	if r.Next != "" {
		b.WriteString(BeforeNext + screen.Visible(data.Replace(r.Next)) + "\n")
	}
	return b.String()
}

// markdown is a table of the findings, and a list of what was not judged.
func (r Report) markdown() string {
	var b strings.Builder
	escape := strings.NewReplacer("|", "\\|", "\n", "<br>", "\r", "", "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;")
	cell := func(text string) string { return screen.Visible(escape.Replace(text)) }
	fmt.Fprintf(&b, "## record %s\n\n%s\n", r.Command, cell(r.Summary))
	if slices.ContainsFunc(r.Cases, func(c Case) bool { return len(c.Findings) > 0 }) {
		b.WriteString("\n| level | where | place | what | rule |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, level := range []Level{Error, Warning, Note} {
		for _, t := range r.noticed() {
			if t.Level == level {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", level, cell(t.in.at(t.Line)+t.others()), cell(t.Place), cell(t.Message), cell(t.Rule))
			}
		}
	}
	heading := "\nNot judged:\n\n"
	for _, t := range r.failures() {
		fmt.Fprintf(&b, "%s- %s: %s\n", heading, cell(t.in.title()+t.others()), cell(t.in.Failed))
		heading = ""
	}
	if r.Next != "" {
		fmt.Fprintf(&b, "\n%s\n\n    %s\n", strings.TrimSpace(BeforeNext), strings.ReplaceAll(screen.Visible(r.Next), "\n", " "))
	}
	return b.String()
}
