package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// pointers are the values of --keep, --redact and --pin.
type pointers struct {
	keep, redact, pin []string
	varies            []string // of scrub alone
	// has reports whether the command has a flag of that name.
	has func(flag string) bool
	// named are those that a recording had something for.
	named map[string]bool
}

func pointerFlags(f *pflag.FlagSet, p *pointers) {
	p.has = func(name string) bool { return f.Lookup(name) != nil }
	f.StringArrayVar(&p.keep, "keep", nil, "leave what stands at the JSON `POINTER` as the vendor sent it, or a response header: 'header NAME'; may be repeated")
	f.StringArrayVar(&p.redact, "redact", nil, "replace what stands at the JSON `POINTER`, whatever the contract says of it; may be repeated")
}

func pinFlag(f *pflag.FlagSet, p *pointers) {
	f.StringArrayVar(&p.pin, "pin", nil, "record a fixed date or number at the JSON `POINTER` of answers, such as /webhook/modified_date; may be given several times, and holds for later recordings")
}

// flagsOf are the flags that mean what the options of package webhooktest do.
var flagsOf = map[string]string{"Keep": "keep", "Redact": "redact", "Pinned": "pin", "Varies": "varies", "AcceptDrift": "accept-drift"}

// spell writes an option in a message as the flag of the command, if it has one.
func (p *pointers) spell(option, place string) string {
	name := flagsOf[option]
	if p.has == nil || name == "" || !p.has(name) {
		return ""
	}
	return strings.TrimRight("--"+name+" "+record.Quote(place), " ")
}

// check makes sure that each pointer can match something that one of the chosen
// providers documents; every mistake is reported at once.
func (p pointers) check(targets []target, closed bool) error {
	var mistakes []string
	for _, list := range p.lists() {
		for _, pointer := range list.pointers {
			var why error
			fits := false
			for _, def := range definitions(targets) {
				err := record.CheckPointer(def, list.option, pointer, contract.Wish{Closed: closed})
				fits = fits || err == nil
				if why == nil {
					why = err
				}
			}
			if !fits && why != nil {
				mistakes = append(mistakes, fmt.Sprintf("--%s %q: %v", list.flag, pointer, why))
			}
		}
	}
	for _, a := range p.redact {
		for _, b := range p.keep {
			if record.Clash(a, b) {
				mistakes = append(mistakes, fmt.Sprintf("--redact %q and --keep %q name the same member, and only one of them can hold; leave the other out", a, b))
			}
		}
	}
	if len(mistakes) > 0 {
		return exit.Errorf(exit.Usage, "%s", strings.Join(mistakes, "\n"))
	}
	return nil
}

// of are the pointers that mean something to a provider.
func (p pointers) of(def *provider.Definition, closed bool) pointers {
	fitting := func(option string, all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(pointer string) bool {
			return record.CheckPointer(def, option, pointer, contract.Wish{Closed: closed}) != nil
		})
	}
	return pointers{keep: fitting("Keep", p.keep), redact: fitting("Redact", p.redact), pin: fitting("Pinned", p.pin)}
}

// misredacted is said of --redact where the contract does not allow its text.
const misredacted = "--redact puts a text in the place of answer %s, and the contract wants another form there; name only texts"

// note remembers what the pointers name in a recording, and returns those that name
// something there.
func (p *pointers) note(recording *record.Recording) (named []record.Named) {
	var all []record.Named
	for _, list := range p.lists() {
		for _, pointer := range list.pointers {
			all = append(all, record.Named{Option: list.option, Place: pointer})
		}
	}
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

// idle is the error about the pointers that named nothing in the whole run.
func (p pointers) idle() error {
	var idle []string
	for _, list := range p.lists() {
		for _, pointer := range list.pointers {
			if !p.named[pointer] {
				named := record.Named{Option: list.option, Place: pointer}
				idle = append(idle, fmt.Sprintf("--%s %q had no effect: %s; correct it, or leave it out", list.flag, pointer, named.Why()))
			}
		}
	}
	if len(idle) == 0 {
		return nil
	}
	return exit.Errorf(exit.Failed, "%s", strings.Join(idle, "\n"))
}

func (p pointers) lists() []pointerList {
	return []pointerList{{"keep", "Keep", p.keep}, {"redact", "Redact", p.redact}, {"pin", "Pinned", p.pin}, {"varies", "Varies", p.varies}}
}

// pointerList is what a flag was given, and the option of the package that means
// the same.
type pointerList struct {
	flag, option string
	pointers     []string
}

// definitions are the providers of the targets, each once.
func definitions(targets []target) (all []*provider.Definition) {
	for _, t := range targets {
		if !slices.Contains(all, t.def) {
			all = append(all, t.def)
		}
	}
	return all
}

// news tells what a live answer shows that the contract does not describe, and
// returns the same in short for a summary. The simulator has no news.
func (p *pointers) news(stderr io.Writer, name string, all []record.News) (remark string) {
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
			case slices.ContainsFunc(p.keep, func(pointer string) bool { return record.AnyItem(pointer) == n.Pointer }):
				text = fmt.Sprintf("%s holds %s, and --keep does not keep it: it looks like an id, a credential or a person's", n.Pointer, what)
			default:
				text = fmt.Sprintf("%s holds %s; %s keeps it in the cassette", n.Pointer, what, p.spell("Keep", n.Pointer))
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
