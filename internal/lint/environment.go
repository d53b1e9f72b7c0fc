package lint

import (
	"regexp"
	"sync/atomic"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// secrets is what a search knows beforehand, and what it notes for the end of
// the run. It serves one goroutine.
type secrets struct {
	tables       []environment
	placeholders []*regexp.Regexp
	used         []atomic.Int64 // how often each was needed
	keys         *keys
}

// environment finds the values of one provider's variables.
type environment struct {
	table     *placeholder.Table
	variables map[string]string // by placeholder
	other     string
}

type leak struct{ variable, form string }

// newSecrets reads the variables of a live recording. What is not set, or is too
// short to be told from other texts, is not searched for.
func newSecrets(getenv func(string) string, placeholders []*regexp.Regexp, used []atomic.Int64, k *keys) *secrets {
	s := &secrets{placeholders: placeholders, used: used, keys: k}
	if getenv == nil {
		return s
	}
	for _, def := range provider.All() {
		base := getenv(def.BaseVar)
		if base == "" {
			base = def.BaseURL
		}
		table, err := placeholder.New(placeholder.Options{Definition: def, BaseURL: base})
		if err != nil {
			continue // a base URL that no recording would take
		}
		e := environment{table, map[string]string{}, def.BaseVar}
		if token := getenv(def.TokenVar); token != "" && table.Secret(token, provider.Token) == nil {
			e.variables[provider.Token] = def.TokenVar
		}
		for _, b := range def.Bindings {
			// An event's id is a word.
			if value := getenv(b.Var); value != "" && b.Kind != provider.Event && table.Bind(b, value) == nil {
				e.variables[b.Placeholder] = b.Var
				e.other = b.Var
			}
		}
		if len(e.variables) > 0 || base != def.BaseURL {
			s.tables = append(s.tables, e)
		}
	}
	return s
}

func (s *secrets) leaks(text string) []leak {
	var found []leak
	for _, e := range s.tables {
		for _, l := range e.table.Leaks([]byte(text)) {
			variable, named := e.variables[l.Placeholder]
			if !named {
				variable = e.other
			}
			found = append(found, leak{variable, l.Form})
		}
	}
	return found
}

// isPlaceholder says whether a value, which would be reported otherwise, is one that
// the team itself writes in the place of a secret.
func (s *secrets) isPlaceholder(value string) bool {
	for i, r := range s.placeholders {
		if r.FindString(value) == value || r.FindString(bare(value)) == bare(value) {
			s.used[i].Add(1)
			return true
		}
	}
	return false
}
