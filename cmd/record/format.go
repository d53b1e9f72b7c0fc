package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/say"
)

// formats are the values of --format.
var formats = []string{"text", "json", "github", "junit", "sarif", "markdown"}

const formatHelp = `--format says how the report is written:
  text      for people
  json      as below; --json is the same
  github    annotations of a GitHub workflow; when GITHUB_STEP_SUMMARY names a
            file, the report as Markdown is appended to it
  junit     JUnit XML
  sarif     SARIF 2.1.0
  markdown  GitHub-flavoured Markdown
`

// format is how a report is written.
type format struct {
	name string
	json bool // --json, which is older than --format
}

func (f *format) flags(c *cobra.Command, flags *pflag.FlagSet) {
	flags.BoolVar(&f.json, "json", false, "write the report as JSON")
	flags.StringVar(&f.name, "format", "", "write the report as `FORMAT`: "+strings.Join(formats, ", ")+" (default text)")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// check makes sure that there is such a format.
func (f *format) check() error {
	switch {
	case f.name != "" && !slices.Contains(formats, f.name):
		return exit(exitUsage, "--format %q is no format; %s", f.name, suggestion(f.name, formats, "expected one of "+strings.Join(formats, ", ")))
	case f.json && f.name != "" && f.name != "json":
		return exit(exitUsage, "--json and --format %s ask for two formats; leave one out", f.name)
	case f.json:
		f.name = "json"
	}
	return nil
}

// judged is a report as every format but text and JSON takes it.
type judged struct {
	// command is the subcommand that judged.
	command string
	// rules are those that findings may name, with a sentence or a class each.
	rules []judgedRule
	cases []judgedCase
	// summary is the last line of the text, but for the next step.
	summary string
	// next is the command that takes what was found as it is; empty when there is none.
	next string
}

type judgedRule struct{ id, text string }

// judgedCase is a thing that was judged, such as a cassette. One without findings
// has passed.
type judgedCase struct {
	group, name string
	// file is below the working directory, empty when there is none.
	file     string
	findings []judgedFinding
	// failed says why it could not be judged, skipped why it was not meant to be.
	failed, skipped string
	// cause is what failures have in common of which people need to read one; empty when
	// each says something of its own.
	cause string
}

type judgedFinding struct {
	rule  string
	level level
	// fails says that the finding fails the command.
	fails bool
	// place is where in the case, line where in its file: 0 when that is unknown.
	place   string
	line    int
	message string
}

// level is what SARIF and GitHub call how bad a finding is.
type level string

const (
	levelError   level = "error"
	levelWarning level = "warning"
	levelNote    level = "note" // GitHub says notice
)

// write writes the report in one of the formats for machines.
func (f *format) write(w io.Writer, getenv func(string) string, j judged) error {
	switch f.name {
	case "junit":
		return j.writeJUnit(w)
	case "sarif":
		return writeJSON(w, "", j.sarif())
	case "markdown":
		_, err := io.WriteString(w, j.markdown())
		return err
	}
	if _, err := io.WriteString(w, j.annotations()); err != nil {
		return err
	}
	path := getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", say.Reason(err))
	}
	_, err = io.WriteString(file, j.markdown())
	return cmp.Or(err, file.Close())
}

// annotations are workflow commands, which GitHub shows beside the file.
func (j judged) annotations() string {
	var b strings.Builder
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	annotate := func(kind string, c judgedCase, line int, title, message string) {
		at := ""
		if c.file != "" {
			at = "file=" + visible(property.Replace(c.file)) + ","
			if line > 0 {
				at += fmt.Sprintf("line=%d,", line)
			}
		}
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", kind, at, visible(property.Replace(title)), visible(data.Replace(message)))
	}
	for _, t := range j.noticed() {
		kind := string(t.level)
		if t.level == levelNote {
			kind = "notice"
		}
		annotate(kind, t.in, t.line, t.in.title()+t.others(), t.text())
	}
	for _, t := range j.failures() {
		annotate("error", t.in, 0, t.in.title()+t.others(), t.in.failed)
	}
	b.WriteString(visible(data.Replace(j.summary)) + "\n")
	if j.next != "" {
		b.WriteString(beforeNext + visible(data.Replace(j.next)) + "\n")
	}
	return b.String()
}

// noticed is a finding with the case that it is in, and how many more have the same.
type noticed struct {
	judgedFinding
	in   judgedCase
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
func (j judged) noticed() (all []*noticed) {
	shared := map[judgedFinding]*noticed{}
	for _, c := range j.cases {
		for _, f := range c.findings {
			if first := shared[f]; f.line == 0 && first != nil && first.in.group == c.group {
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
func (j judged) failures() (all []*noticed) {
	shared := map[string]*noticed{}
	for _, c := range j.cases {
		switch first := shared[c.cause]; {
		case c.failed == "":
		case first != nil && c.cause != "":
			first.more++
		default:
			shared[c.cause] = &noticed{in: c}
			all = append(all, shared[c.cause])
		}
	}
	return all
}

func (c judgedCase) title() string { return strings.TrimSpace(c.group + " " + c.name) }

// at is a place in the case, with its line where that is known.
func (c judgedCase) at(line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", c.title(), line)
	}
	return c.title()
}

func (f judgedFinding) text() string {
	if f.place == "" {
		return f.message + " (" + f.rule + ")"
	}
	return f.place + ": " + f.message + " (" + f.rule + ")"
}

// markdown is a table of the findings, and a list of what was not judged.
func (j judged) markdown() string {
	var b strings.Builder
	escape := strings.NewReplacer("|", "\\|", "\n", "<br>", "\r", "", "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;")
	cell := func(text string) string { return visible(escape.Replace(text)) }
	fmt.Fprintf(&b, "## record %s\n\n%s\n", j.command, cell(j.summary))
	if slices.ContainsFunc(j.cases, func(c judgedCase) bool { return len(c.findings) > 0 }) {
		b.WriteString("\n| level | where | place | what | rule |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, level := range []level{levelError, levelWarning, levelNote} {
		for _, t := range j.noticed() {
			if t.level == level {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", level, cell(t.in.at(t.line)+t.others()), cell(t.place), cell(t.message), cell(t.rule))
			}
		}
	}
	heading := "\nNot judged:\n\n"
	for _, t := range j.failures() {
		fmt.Fprintf(&b, "%s- %s: %s\n", heading, cell(t.in.title()+t.others()), cell(t.in.failed))
		heading = ""
	}
	if j.next != "" {
		fmt.Fprintf(&b, "\n%s\n\n    %s\n", strings.TrimSpace(beforeNext), strings.ReplaceAll(visible(j.next), "\n", " "))
	}
	return b.String()
}

// JUnit's elements, in the order of its schema.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
		Out      string      `xml:"system-out,omitempty"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Skipped *string     `xml:"skipped"`
		Error   *junitNote  `xml:"error"`
		Failure []junitNote `xml:"failure"`
		Out     string      `xml:"system-out,omitempty"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a suite for each group. What does not fail the command stands
// in system-out.
func (j judged) writeJUnit(w io.Writer) error {
	all := junitSuites{Name: "record " + j.command}
	at := map[string]int{}
	for _, c := range j.cases {
		i, ok := at[c.group]
		if !ok {
			i = len(all.Suites)
			at[c.group] = i
			all.Suites = append(all.Suites, junitSuite{Name: c.group})
		}
		suite := &all.Suites[i]
		entry := junitCase{Name: c.name, Class: c.group}
		for _, f := range c.findings {
			if f.fails {
				entry.Failure = append(entry.Failure, junitNote{f.text(), f.rule, c.prefix(f.line) + f.text()})
			} else {
				entry.Out += f.text() + "\n"
			}
		}
		if len(entry.Failure) > 0 {
			suite.Failures++
			all.Failures++
		}
		switch {
		case c.failed != "":
			entry.Error = &junitNote{Message: c.failed, Text: c.prefix(0) + c.failed}
			suite.Errors++
			all.Errors++
		case c.skipped != "":
			entry.Skipped = &c.skipped
			suite.Skipped++
		}
		suite.Tests++
		all.Tests++
		suite.Cases = append(suite.Cases, entry)
	}
	if last := len(all.Suites) - 1; j.next != "" && last >= 0 {
		all.Suites[last].Out = beforeNext + j.next
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// prefix is where a case lies, before what is said of it; empty when it is no file.
func (c judgedCase) prefix(line int) string {
	switch {
	case c.file == "":
		return ""
	case line > 0:
		return fmt.Sprintf("%s:%d: ", c.file, line)
	default:
		return c.file + ": "
	}
}

// SARIF's objects, as far as a report needs them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver struct {
				Name    string      `json:"name"`
				Version string      `json:"version"`
				Rules   []sarifRule `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level   level     `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Index     int             `json:"ruleIndex"`
		Level     level           `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Line int `json:"startLine"`
		} `json:"region"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
)

func (j judged) sarif() sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	driver := &run.Tool.Driver
	driver.Name, driver.Version, driver.Rules = "record "+j.command, version(), []sarifRule{}
	at := map[string]int{}
	for i, r := range j.rules {
		at[r.id] = i
		driver.Rules = append(driver.Rules, sarifRule{r.id, sarifText{r.text}})
	}
	done := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	for _, c := range j.cases {
		for _, f := range c.findings {
			index, known := at[f.rule]
			if !known {
				index = -1 // SARIF's word for none
			}
			location := sarifLocation{Logical: []sarifLogical{{strings.TrimSpace(c.title() + " " + f.place)}}}
			if c.file != "" {
				location.Physical = &sarifPhysical{}
				location.Physical.Artifact.URI = fileURI(c.file)
				location.Physical.Region.Line = max(1, f.line)
			}
			run.Results = append(run.Results, sarifResult{f.rule, index, f.level, sarifText{f.text()}, []sarifLocation{location}})
		}
		if c.failed != "" {
			done.Successful = false
			done.Notifications = append(done.Notifications, sarifNotification{levelError, sarifText{c.title() + ": " + c.failed}})
		}
	}
	if j.next != "" {
		done.Notifications = append(done.Notifications, sarifNotification{levelNote, sarifText{beforeNext + j.next}})
	}
	run.Invocations = []sarifInvocation{done}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

// fileURI is a path as a URI reference.
func fileURI(path string) string { return (&url.URL{Path: filepath.ToSlash(path)}).String() }
