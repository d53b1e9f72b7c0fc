package contract

import (
	"slices"
	"sync"

	"example.com/webhookvcr/internal/provider"
)

// vocabularies holds a func() map[string]bool for each definition.
var vocabularies sync.Map

// IsWord reports whether a string is a word of the contract: the name of a
// member or an operation, a listed value, an example of a documented word, or a
// documented media type. Such a string is public and gives nothing away.
func IsWord(d *provider.Definition, s string) bool {
	once, ok := vocabularies.Load(d)
	if !ok {
		once, _ = vocabularies.LoadOrStore(d, sync.OnceValue(func() map[string]bool { return vocabulary(d) }))
	}
	return once.(func() map[string]bool)()[s]
}

func vocabulary(d *provider.Definition) map[string]bool {
	words := map[string]bool{}
	for _, op := range d.Operations {
		words[op.Name] = true
		for _, r := range op.Responses {
			for _, t := range r.MediaTypes {
				words[t] = true
			}
		}
	}
	for _, file := range named(d) {
		s, err := load(d, file)
		if err != nil {
			continue
		}
		for _, sub := range s.byLocation {
			for name := range sub.Properties {
				words[name] = true
			}
			for _, v := range slices.Concat(sub.Enum, sub.Constant, sub.Examples) {
				if word := text(v); word != "" {
					words[word] = true
				}
			}
		}
	}
	return words
}
