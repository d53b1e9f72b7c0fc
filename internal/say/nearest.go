package say

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxNearest is how many names a suggestion lists.
const maxNearest = 3

// Nearest returns the names that a misspelt one was probably meant to be, the
// likeliest first and three at most: those at the least distance, when that is
// small beside the length. Among equally near ones, swapped letters are the
// likeliest slip; then those that begin alike. Case is no distance. It serves the "did you mean" of
// messages.
func Nearest(name string, names []string) []string {
	best := max(2, len(name)/4) + 1
	var near []string
	name = strings.ToLower(name)
	for _, candidate := range names {
		switch d := levenshtein.ComputeDistance(name, strings.ToLower(candidate)); {
		case d < best:
			best, near = d, []string{candidate}
		case d == best && len(near) > 0:
			near = append(near, candidate)
		}
	}
	if swapped := slices.DeleteFunc(slices.Clone(near), func(s string) bool { return !Anagram(strings.ToLower(s), name) }); len(swapped) > 0 {
		near = swapped
	}
	slices.SortFunc(near, func(a, b string) int {
		return cmp.Or(cmp.Compare(commonPrefix(b, name), commonPrefix(a, name)), cmp.Compare(a, b))
	})
	return near[:min(maxNearest, len(near))]
}

// Anagram reports whether a name has the letters of another, in any order.
func Anagram(a, b string) bool {
	x, y := []rune(a), []rune(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
