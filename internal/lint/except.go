package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	slashed "path"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// Exclusion leaves out what rules say of some files.
type Exclusion struct {
	// Path is a pattern of files, relative to the file that holds the exclusion:
	// that of path.Match for each segment, and ** for any number of segments.
	Path string `json:"path"`
	// Rule is the rule that is left out; empty stands for every one.
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	// Findings is what is left out.
	Findings int `json:"findings"`

	dir string
}

// ReadExclusions reads a file with the key exclude, a list of path, rule and
// reason. Every mistake is reported at once.
func ReadExclusions(file string) ([]Exclusion, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file, unwrapped(err))
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	var config struct {
		Exclude []struct{ Path, Rule, Reason string }
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil {
		return nil, fmt.Errorf("%q: %w; expected exclude, a list of path, rule and reason", file, err)
	}
	var all []Exclusion
	var mistakes []error
	for i, e := range config.Exclude {
		_, badPattern := slashed.Match(e.Path, "")
		switch _, known := ByID(e.Rule); {
		case e.Path == "" || badPattern != nil:
			mistakes = append(mistakes, fmt.Errorf("%q: exclusion %d has no path that can be matched", file, i+1))
		case e.Rule != "" && !known:
			mistakes = append(mistakes, fmt.Errorf("%q: exclusion %d: %w", file, i+1, unknownRule(e.Rule)))
		case strings.TrimSpace(e.Reason) == "":
			mistakes = append(mistakes, fmt.Errorf("%q: exclusion %d has no reason", file, i+1))
		}
		all = append(all, Exclusion{Path: e.Path, Rule: e.Rule, Reason: e.Reason, dir: dir})
	}
	return all, errors.Join(mistakes...)
}

// covers says whether a finding is left out.
func (e *Exclusion) covers(f Finding) bool {
	if e.Rule != "" && e.Rule != f.Rule {
		return false
	}
	abs, err := filepath.Abs(f.File)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(e.dir, abs)
	return err == nil && matches(strings.Split(slashed.Clean(e.Path), "/"), strings.Split(filepath.ToSlash(rel), "/"))
}

func matches(pattern, segments []string) bool {
	if len(pattern) == 0 {
		return len(segments) == 0
	}
	if pattern[0] == "**" {
		return matches(pattern[1:], segments) || len(segments) > 0 && matches(pattern, segments[1:])
	}
	if len(segments) == 0 {
		return false
	}
	ok, _ := slashed.Match(pattern[0], segments[0])
	return ok && matches(pattern[1:], segments[1:])
}

// sameness is what a finding keeps when lines are added above it.
type sameness struct{ rule, file, place, message string }

func (f Finding) sameness() sameness {
	return sameness{f.Rule, filepath.ToSlash(filepath.Clean(f.File)), f.Place, f.Message}
}

// Baseline holds the findings that a team has seen before, and how often.
type Baseline map[sameness]int

// ReadBaseline reads a report in its JSON form.
func ReadBaseline(file string) (Baseline, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file, unwrapped(err))
	}
	var report Report
	if err := json.Unmarshal(data, &report); err != nil || report.Version != ReportVersion {
		return nil, fmt.Errorf("%q is no report of version %d; write one with record lint --json", file, ReportVersion)
	}
	known := Baseline{}
	for _, f := range report.Findings {
		known[f.sameness()]++
	}
	return known, nil
}
