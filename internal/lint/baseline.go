package lint

import "path/filepath"

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
	report, err := ReadReport(file)
	if err != nil {
		return nil, err
	}
	known := Baseline{}
	for _, f := range report.Findings {
		known[f.sameness()]++
	}
	return known, nil
}
