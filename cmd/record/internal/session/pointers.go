package session

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// Pointers are the values of --keep, --redact and --pin.
type Pointers struct {
	Keep, Redact, Pin []string
	Varies            []string // of scrub alone
	// Has reports whether the command has a flag of that name.
	Has func(flag string) bool
	// named are those that a recording had something for.
	named map[string]bool
}

// Spell writes an option in a message as the flag of the command, if it has one.
func (p *Pointers) Spell(option, place string) string {
	name := flagsOf[option]
	if p.Has == nil || name == "" || !p.Has(name) {
		return ""
	}
	return strings.TrimRight("--"+name+" "+record.Quote(place), " ")
}

// Check makes sure that each pointer can match something that one of the chosen
// providers documents; every mistake is reported at once.
func (p Pointers) Check(targets []Target, closed bool) error {
	var mistakes []string
	for _, n := range p.all() {
		var why error
		fits := false
		for _, def := range Definitions(targets) {
			err := record.CheckPointer(def, n.Option, n.Place, contract.Wish{Closed: closed})
			fits = fits || err == nil
			why = cmp.Or(why, err)
		}
		if !fits && why != nil {
			mistakes = append(mistakes, fmt.Sprintf("--%s %q: %v", flagsOf[n.Option], n.Place, why))
		}
	}
	for _, a := range p.Redact {
		for _, b := range p.Keep {
			if record.Clash(a, b) {
				mistakes = append(mistakes, fmt.Sprintf("--redact %q and --keep %q name the same member, and only one of them can hold; leave the other out", a, b))
			}
		}
	}
	return exit.Mistakes(mistakes)
}

// Of are the pointers that mean something to a provider.
func (p Pointers) Of(def *provider.Definition, closed bool) Pointers {
	fitting := func(option string, all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(pointer string) bool {
			return record.CheckPointer(def, option, pointer, contract.Wish{Closed: closed}) != nil
		})
	}
	return Pointers{Keep: fitting("Keep", p.Keep), Redact: fitting("Redact", p.Redact), Pin: fitting("Pinned", p.Pin)}
}

// Note remembers what the pointers name in a recording, and returns those that name
// something there.
func (p *Pointers) Note(recording *record.Recording) (named []record.Named) {
	all := p.all()
	idle := recording.Idle(all)
	for _, n := range all {
		if slices.Contains(idle, n) {
			continue
		}
		if p.named == nil {
			p.named = map[string]bool{}
		}
		p.named[n.Place] = true
		named = append(named, n)
	}
	return named
}

// Idle is the error about the pointers that named nothing in the whole run.
func (p Pointers) Idle() error {
	var idle []string
	for _, n := range p.all() {
		if !p.named[n.Place] {
			idle = append(idle, fmt.Sprintf("--%s %q had no effect: %s; correct it, or leave it out", flagsOf[n.Option], n.Place, n.Why()))
		}
	}
	if len(idle) == 0 {
		return nil
	}
	return exit.Errorf(exit.Failed, "%s", strings.Join(idle, "\n"))
}

// all are the pointers, each with its option.
func (p Pointers) all() (named []record.Named) {
	for _, list := range []struct {
		option   string
		pointers []string
	}{{"Keep", p.Keep}, {"Redact", p.Redact}, {"Pinned", p.Pin}, {"Varies", p.Varies}} {
		for _, pointer := range list.pointers {
			named = append(named, record.Named{Option: list.option, Place: pointer})
		}
	}
	return named
}

// News tells what a live answer shows that the contract does not describe, and
// returns the same in short for a summary. The simulator has no news.
func (p *Pointers) News(stderr io.Writer, name string, all []record.News) (remark string) {
	var words []string
	members := 0
	for _, n := range all {
		text := n.Pointer + " is not documented"
		if n.Unlisted {
			what, word := "a value that the contract does not list", n.Pointer
			if n.Kept || n.Value != "" {
				what, word = fmt.Sprintf("%q, which the contract does not list", n.Value), fmt.Sprintf("%s %q", n.Pointer, n.Value)
			}
			words = append(words, word)
			switch {
			case n.Kept:
				text = fmt.Sprintf("%s holds %s, and keeps it", n.Pointer, what)
			case slices.ContainsFunc(p.Keep, func(pointer string) bool { return record.AnyItem(pointer) == n.Pointer }):
				text = fmt.Sprintf("%s holds %s, and --keep does not keep it: it looks like an id, a credential or a person's", n.Pointer, what)
			default:
				text = fmt.Sprintf("%s holds %s; %s keeps it in the cassette", n.Pointer, what, p.Spell("Keep", n.Pointer))
			}
		} else {
			members++
		}
		fmt.Fprintf(stderr, "%s: new: %s\n", name, text)
	}
	if members > 0 {
		words = append(words, say.Count(members, "undocumented member"))
	}
	if len(words) == 0 {
		return ""
	}
	return "new: " + strings.Join(words, ", ")
}

// flagsOf are the flags that mean what the options of package webhooktest do.
var flagsOf = map[string]string{"Keep": "keep", "Redact": "redact", "Pinned": "pin", "Varies": "varies", "AcceptDrift": "accept-drift"}

// Misredacted is said of --redact where the contract does not allow its text.
const Misredacted = "--redact puts a text in the place of answer %s, and the contract wants another form there; name only texts"
