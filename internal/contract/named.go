package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// QueryKeys returns the names of the documented query keys, sorted.
func QueryKeys(d *provider.Definition) []string {
	all := map[string]bool{}
	for _, op := range d.Operations {
		for _, form := range op.Forms {
			if form.Query == "" {
				continue
			}
			if s, err := load(d, form.Query); err == nil {
				for name := range s.root.Properties {
					all[name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// PointersTo returns the documented pointers of members with a name, the
// shortest first.
func PointersTo(d *provider.Definition, name string) []string {
	all := map[string]bool{}
	for _, root := range bodies(d) {
		for _, known := range root.documented(nil, nil) {
			if known[len(known)-1] == escape(name) {
				all[pointerOf(known)] = true
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(all))
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")) })
	return sorted
}
