package report

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

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
		Level   Level     `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Index     int             `json:"ruleIndex"`
		Level     Level           `json:"level"`
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

func (r Report) sarif() sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	driver := &run.Tool.Driver
	driver.Name, driver.Version, driver.Rules = "record "+r.Command, r.Version, []sarifRule{}
	for _, rule := range r.Rules {
		driver.Rules = append(driver.Rules, sarifRule{rule.ID, sarifText{rule.Text}})
	}
	done := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	for _, c := range r.Cases {
		for _, f := range c.Findings {
			index := slices.IndexFunc(r.Rules, func(rule Rule) bool { return rule.ID == f.Rule }) // of none, -1 is SARIF's word too
			location := sarifLocation{Logical: []sarifLogical{{strings.TrimSpace(c.title() + " " + f.Place)}}}
			if c.File != "" {
				location.Physical = &sarifPhysical{}
				location.Physical.Artifact.URI = (&url.URL{Path: filepath.ToSlash(c.File)}).String()
				location.Physical.Region.Line = max(1, f.Line)
			}
			run.Results = append(run.Results, sarifResult{f.Rule, index, f.Level, sarifText{f.text()}, []sarifLocation{location}})
		}
		if c.Failed != "" {
			done.Successful = false
			done.Notifications = append(done.Notifications, sarifNotification{Error, sarifText{c.title() + ": " + c.Failed}})
		}
	}
	if r.Next != "" {
		done.Notifications = append(done.Notifications, sarifNotification{Note, sarifText{BeforeNext + r.Next}})
	}
	run.Invocations = []sarifInvocation{done}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}
