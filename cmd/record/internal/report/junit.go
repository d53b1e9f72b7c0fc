package report

import (
	"encoding/xml"
	"slices"
)

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

// junit has a suite for each group. What does not fail the command stands
// in system-out.
func (r Report) junit() string {
	all := junitSuites{Name: "record " + r.Command}
	for _, c := range r.Cases {
		i := slices.IndexFunc(all.Suites, func(s junitSuite) bool { return s.Name == c.Group })
		if i < 0 {
			i = len(all.Suites)
			all.Suites = append(all.Suites, junitSuite{Name: c.Group})
		}
		suite := &all.Suites[i]
		entry := junitCase{Name: c.Name, Class: c.Group}
		for _, f := range c.Findings {
			if f.Fails {
				entry.Failure = append(entry.Failure, junitNote{f.text(), f.Rule, c.prefix(f.Line) + f.text()})
			} else {
				entry.Out += f.text() + "\n"
			}
		}
		if len(entry.Failure) > 0 {
			suite.Failures++
			all.Failures++
		}
		switch {
		case c.Failed != "":
			entry.Error = &junitNote{Message: c.Failed, Text: c.prefix(0) + c.Failed}
			suite.Errors++
			all.Errors++
		case c.Skipped != "":
			entry.Skipped = &c.Skipped
			suite.Skipped++
		}
		suite.Tests++
		all.Tests++
		suite.Cases = append(suite.Cases, entry)
	}
	if last := len(all.Suites) - 1; r.Next != "" && last >= 0 {
		all.Suites[last].Out = BeforeNext + r.Next
	}
	text, _ := xml.MarshalIndent(all, "", "  ") // it encodes
	return xml.Header + string(text) + "\n"
}
