package scenario

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
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
		return fmt.Errorf("%s has no scenario %s; it has %s", l.Definition.Name, shown, say.Quoted(variants, "and"))
	}
	if near := say.Nearest(name, names); len(near) > 0 {
		return fmt.Errorf("%s has no scenario %s; did you mean %s?", l.Definition.Name, shown, say.Quoted(near, "or"))
	}
	return fmt.Errorf("%s has no scenario %s; %s", l.Definition.Name, shown, l.Words.List)
}
