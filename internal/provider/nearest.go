package provider

import (
	"slices"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the names that a misspelt one was probably meant to be: those
// at the least distance, when that is small beside the length. It serves the
// "did you mean" of messages.
func Nearest(name string, names []string) []string {
	best := max(2, len(name)/4) + 1
	var near []string
	for _, candidate := range names {
		switch d := levenshtein.ComputeDistance(name, candidate); {
		case d < best:
			best, near = d, []string{candidate}
		case d == best && len(near) > 0:
			near = append(near, candidate)
		}
	}
	slices.Sort(near)
	return near
}
