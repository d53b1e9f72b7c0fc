package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/screen"
)

// annotations are workflow commands, which GitHub shows beside the file.
func (j Report) annotations() string {
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
	for _, t := range j.noticed() {
		kind := string(t.Level)
		if t.Level == Note {
			kind = "notice"
		}
		annotate(kind, t.in, t.Line, t.in.title()+t.others(), t.text())
	}
	for _, t := range j.failures() {
		annotate("error", t.in, 0, t.in.title()+t.others(), t.in.Failed)
	}
	b.WriteString(screen.Visible(data.Replace(j.Summary)) + "\n")
	if j.Next != "" {
		b.WriteString(BeforeNext + screen.Visible(data.Replace(j.Next)) + "\n")
	}
	return b.String()
}

// markdown is a table of the findings, and a list of what was not judged.
func (j Report) markdown() string {
	var b strings.Builder
	escape := strings.NewReplacer("|", "\\|", "\n", "<br>", "\r", "", "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;")
	cell := func(text string) string { return screen.Visible(escape.Replace(text)) }
	fmt.Fprintf(&b, "## record %s\n\n%s\n", j.Command, cell(j.Summary))
	if slices.ContainsFunc(j.Cases, func(c Case) bool { return len(c.Findings) > 0 }) {
		b.WriteString("\n| level | where | place | what | rule |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, level := range []Level{Error, Warning, Note} {
		for _, t := range j.noticed() {
			if t.Level == level {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", level, cell(t.in.at(t.Line)+t.others()), cell(t.Place), cell(t.Message), cell(t.Rule))
			}
		}
	}
	heading := "\nNot judged:\n\n"
	for _, t := range j.failures() {
		fmt.Fprintf(&b, "%s- %s: %s\n", heading, cell(t.in.title()+t.others()), cell(t.in.Failed))
		heading = ""
	}
	if j.Next != "" {
		fmt.Fprintf(&b, "\n%s\n\n    %s\n", strings.TrimSpace(BeforeNext), strings.ReplaceAll(screen.Visible(j.Next), "\n", " "))
	}
	return b.String()
}
