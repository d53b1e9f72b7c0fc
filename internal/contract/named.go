package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
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

// Meant returns the documented pointers that a misspelt name was probably meant to be, or none.
func Meant(d *provider.Definition, name string) []string {
	if dotted := strings.Split(name, "."); len(dotted) > 1 {
		if whole := pointerOf(dotted); slices.Contains(PointersTo(d, dotted[len(dotted)-1]), whole) {
			return []string{whole}
		}
	}
	all := map[string]bool{}
	for _, known := range (Wish{}).documented(d) {
		if last := known[len(known)-1]; last != "*" {
			all[jsontext.Unescape(last)] = true
		}
	}
	near := say.Nearest(strings.ToLower(name), slices.Sorted(maps.Keys(all)))
	if len(near) == 0 {
		return nil
	}
	return PointersTo(d, near[0])
}

// PointersTo returns the documented pointers of members with a name, the shortest first.
func PointersTo(d *provider.Definition, name string) []string {
	all := map[string]bool{}
	for _, known := range (Wish{}).documented(d) {
		if known[len(known)-1] == jsontext.Escape(name) {
			all[pointerOf(known)] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(all))
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")) })
	return sorted
}
