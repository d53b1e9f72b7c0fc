package scenario

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
)

// maxVariants bounds the scenarios that a message lists.
const maxVariants = 5

// unknown says which scenario was probably meant.
func (l Library) unknown(name string) error {
	shown := exchange.Quoted(name)
	names := l.Added()
	for _, s := range l.Definition.Scenarios {
		names = append(names, s.Name)
	}
	for _, other := range provider.All() {
		if other != l.Definition && other.Scenario(name) != nil {
			return fmt.Errorf("%s has no scenario %s; %s has it", l.Definition.Name, shown, other.Name)
		}
	}
	// record list and the files' paths put the provider in front.
	if rest, ok := strings.CutPrefix(name, l.Definition.Name+"/"); ok && l.Definition.Scenario(rest) != nil {
		return fmt.Errorf("%s has no scenario %s; did you mean %q?", l.Definition.Name, shown, rest)
	}
	variants := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return !strings.HasPrefix(s, name+"-") && !strings.HasPrefix(s, name+"/") })
	if more := len(variants) - maxVariants; name != "" && more > 0 {
		return fmt.Errorf("%s has no scenario %s; it has %s and %d more; %s", l.Definition.Name, shown, strings.Join(variants[:maxVariants], ", "), more, l.Words.List)
	}
	if name != "" && len(variants) > 0 {
		return fmt.Errorf("%s has no scenario %s; it has %s", l.Definition.Name, shown, quoteAll(variants, "and"))
	}
	if near := provider.Nearest(name, names); len(near) > 0 {
		return fmt.Errorf("%s has no scenario %s; did you mean %s?", l.Definition.Name, shown, quoteAll(near, "or"))
	}
	return fmt.Errorf("%s has no scenario %s; %s", l.Definition.Name, shown, l.Words.List)
}

// quoteAll lists names for messages.
func quoteAll(names []string, conjunction string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " " + conjunction + " " + quoted[last]
}
