package lint

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// sameness is what a finding keeps when lines are added above it.
type sameness struct {
	rule, file     string
	interaction    int // -1 for the whole file
	place, message string
}

func (f Finding) sameness() sameness {
	return sameness{f.Rule, filepath.ToSlash(filepath.Clean(f.File)), f.at(), f.Place, f.Message}
}

// Baseline holds the findings that a team has seen before, and how often. It knows
// places and lengths, and no values: whoever has a fingerprint of a short password
// finds the password by trying.
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
