package webhooktest

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// variable is the name of an environment variable that every shell can set.
var variable = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

func isSent(word string) bool {
	_, made := placeholder.IsSent(word)
	return made
}

// ownSeeds makes sure that each placeholder and each variable of Seed is one of
// the caller's own, and is there once.
func (p Provider) ownSeeds() error {
	var mistakes []error
	placeholders := map[string]string{p.def.BaseURL: p.def.BaseVar, provider.Token: p.def.TokenVar, provider.WrongToken: p.def.TokenVar}
	for _, s := range p.def.Bindings {
		placeholders[strings.ToLower(s.Placeholder)] = s.Var // a GUID is one in any case
	}
	taken := map[string]bool{RecordVar: true}
	for _, def := range provider.All() {
		taken[def.BaseVar], taken[def.TokenVar] = true, true
		for _, s := range def.Bindings {
			taken[s.Var] = true
		}
	}
	given := map[string]string{}
	for _, s := range p.options.seeds {
		wrong := func(format string, args ...any) {
			mistakes = append(mistakes, fmt.Errorf("Seed(%q, %q): %s", s.Placeholder, s.Var, fmt.Sprintf(format, args...)))
		}
		key := strings.ToLower(s.Placeholder)
		switch {
		case s.Placeholder == "":
			wrong("the placeholder is empty; give an id such as %q", p.def.Bindings[0].Placeholder)
		case strings.ContainsFunc(s.Placeholder, unicode.IsSpace):
			wrong("the placeholder has white space in it; give an id such as %q", p.def.Bindings[0].Placeholder)
		case !utf8.ValidString(s.Placeholder) || strings.ContainsFunc(s.Placeholder, func(r rune) bool { return !unicode.IsPrint(r) }):
			wrong("the placeholder has a character in it that cannot be printed; give an id such as %q", p.def.Bindings[0].Placeholder)
		case placeholders[key] != "":
			wrong("the placeholder stands for %s already; set that, or give another placeholder", placeholders[key])
		case isSent(s.Placeholder):
			wrong("the placeholder begins as those do that stand for what a test sends; give an id such as %q", p.def.Bindings[0].Placeholder)
		case contract.IsWord(p.def, s.Placeholder):
			wrong("the placeholder is a word of %s's contract, which has a meaning of its own; give an id such as %q", p.def.Title, p.def.Bindings[0].Placeholder)
		case placeholder.MadeUp(s.Placeholder):
			wrong("the placeholder is a made-up id, which stands for itself; give another, such as %q", p.def.Bindings[0].Placeholder+"-2")
		}
		other, twice := given[s.Var]
		switch {
		case s.Var == "":
			wrong("the name of the variable is empty; give one such as SECOND_WEBHOOK_ID")
		case !variable.MatchString(s.Var):
			wrong("that is no name of a variable; expected letters, digits and underscores, such as SECOND_WEBHOOK_ID")
		case taken[s.Var]:
			wrong("that variable has a meaning of its own; name another")
		case twice && other != s.Placeholder:
			wrong("that variable gives the value of %q already; name another", other)
		}
		if s.Var != "" {
			placeholders[key], given[s.Var] = s.Var, s.Placeholder
		}
	}
	return errors.Join(mistakes...)
}
