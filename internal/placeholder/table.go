package placeholder

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// Options say whose values a table exchanges.
type Options struct {
	// Definition is the vendor; it must not be nil.
	Definition *provider.Definition
	// BaseURL is the tenant's real base URL. It may have a port and a path, and it
	// may be the base URL of the placeholder world itself.
	BaseURL string
	// IsWord says whether a text is a word of the contract. Words are never
	// searched for inside texts. Nil means that there are none.
	IsWord func(string) bool
}

// Classifier says what the contract says about the member at a pointer.
type Classifier = func(pointer string) provider.Class

// Table holds the pairs of real values and placeholders of one recording. It is
// safe for one goroutine at a time.
type Table struct {
	def    *provider.Definition
	isWord func(string) bool
	base   *base

	byReal        map[kindText]string   // whole values to placeholders, by kind
	byPlaceholder map[string]pair       // and back
	anyKind       map[string]pair       // the first pair of a real value, of whatever kind
	numbers       map[provider.Kind]int // the last number given out
	parts, partsR map[string]string     // parts of DONs, type/id, and back; partitions as "/partition"
	partNumbers   map[string]int        // the last number given out, by type
	firsts        map[string]string     // the first id of a type: the seeds have names of their own
	guids, guidsR map[string]string     // GUIDs in lower case, and back
	guidNumber    int
	events        map[string]string   // the transposition of the seeded event
	eventVar      string              // the path variable that holds an event
	literals      map[string]bool     // the fixed segments of the vendor's paths
	words         map[string]bool     // what the caller sent in the open, and the event of the seed
	said          map[string]bool     // of these, the strings of bodies and queries
	made          map[string]bool     // made-up ids that the caller sent
	seeded        map[string]string   // placeholders of the GUIDs of seeds, as the environment spells them
	dons          map[string]bool     // whole DONs that were indexed
	fragments     index               // parts of names, mail addresses and hosts
	sent          *Sent               // what the caller sent, as the caller knows it
	sentReal      map[kindText]string // what the caller sent, as the tenant knows it
	hidden        index               // real values inside texts
	shown         index               // placeholders inside texts
}

type kindText struct {
	kind provider.Kind
	text string
}

type pair struct {
	kind              provider.Kind
	real, placeholder string
}

// New returns a table that knows the base URL and the names of the seeds.
func New(o Options) (*Table, error) {
	if o.Definition == nil {
		return nil, errors.New("a table needs the definition of a vendor")
	}
	t := &Table{
		def: o.Definition, isWord: o.IsWord,
		byReal: map[kindText]string{}, byPlaceholder: map[string]pair{}, anyKind: map[string]pair{},
		numbers: map[provider.Kind]int{},
		parts:   map[string]string{}, partsR: map[string]string{}, partNumbers: map[string]int{},
		firsts: maps.Clone(resources().First),
		guids:  map[string]string{}, guidsR: map[string]string{},
		literals: map[string]bool{}, words: map[string]bool{}, said: map[string]bool{}, made: map[string]bool{}, seeded: map[string]string{}, dons: map[string]bool{},
		sent: &Sent{}, sentReal: map[kindText]string{},
	}
	var err error
	if t.base, err = newBase(o.Definition, o.BaseURL); err != nil {
		return nil, err
	}
	for _, s := range o.Definition.Seeds {
		if d, ok := wholeDON(s.Placeholder); ok {
			t.firsts[""] = d.partition.in(s.Placeholder)
			for _, p := range d.parts {
				t.firsts[p.kind.in(s.Placeholder)] = p.id.in(s.Placeholder)
			}
		}
		if s.Kind == provider.Event {
			t.eventVar = s.Variable
			t.words[s.Placeholder] = true
		}
	}
	paths := []string{o.Definition.LoginPath}
	for _, op := range o.Definition.Operations {
		for _, f := range op.Forms {
			paths = append(paths, f.Path)
		}
	}
	for _, p := range paths {
		for _, s := range provider.Segments(p) {
			if s != "" && !strings.HasPrefix(s, "{") {
				t.literals[s] = true
			}
		}
	}
	t.indexBase()
	if t.base.real != t.base.mock {
		t.learn(provider.URL, t.base.realOrigin)
	}
	return t, nil
}

// Origin returns scheme and host of the real base URL.
func (t *Table) Origin() string { return t.base.realOrigin }

// Sent returns what the caller has sent so far.
func (t *Table) Sent() *Sent { return t.sent }

// word says whether a text belongs to the contract or was sent in the open, so
// that finding it inside a text means nothing.
func (t *Table) word(s string) bool {
	return placeholderWords[s] || t.words[s] || t.literals[s] || t.isWord != nil && t.isWord(s)
}

// placeholderWords are what placeholders are made of. A tenant's name that is
// one of them cannot be told from a placeholder.
var placeholderWords = map[string]bool{
	"example.com": true, "https://example.com": true, "placeholder": true, "undocumented": true,
	"display": true, "service-account": true, "webhook-id": true, "user": true,
}

// alias returns the placeholder of a whole value, a new one if need be.
func (t *Table) alias(kind provider.Kind, real string) string {
	if p, ok := t.byReal[kindText{kind, real}]; ok {
		return p
	}
	if t.issued(real) {
		return real
	}
	p := real
	if !standsForItself(kind, real) {
		for {
			t.numbers[kind]++
			p = placeholder(kind, t.numbers[kind], real)
			if _, isReal := t.anyKind[p]; !isReal && !t.issued(p) {
				break
			}
		}
	}
	t.enter(pair{kind, real, p})
	return p
}

// issued says whether the text is, as a whole, a placeholder of this table.
func (t *Table) issued(s string) bool {
	if _, ok := t.byPlaceholder[s]; ok {
		return true
	}
	for i := range t.def.Seeds {
		if t.def.Seeds[i].Placeholder == s && t.def.Seeds[i].Kind != provider.Event {
			return true
		}
	}
	return false
}

func (t *Table) enter(p pair) {
	t.byReal[kindText{p.kind, p.real}] = p.placeholder
	t.byPlaceholder[p.placeholder] = p
	if _, ok := t.anyKind[p.real]; !ok {
		t.anyKind[p.real] = p
	}
	if p.real != p.placeholder {
		t.learn(p.kind, p.real)
	}
	if p.real == p.placeholder || !t.distinctive(p.kind, p.real) {
		return
	}
	t.index(p)
	if p.kind == provider.Secret && isSecretForm(p.real) {
		t.indexDecoded(p.real, p.placeholder)
	}
}

// Counts says how many distinct real values have a placeholder that stands in
// the text, by kind. A DON counts once, whatever its parts.
func (t *Table) Counts(text string) map[provider.Kind]int {
	type counted struct {
		kind        provider.Kind
		placeholder string
	}
	var all []counted
	add := func(kind provider.Kind, real, placeholder string) {
		if real != placeholder && placeholder != "" {
			all = append(all, counted{kind, lower(placeholder)})
		}
	}
	for key, p := range t.byReal {
		if _, guid := t.guids[lower(key.text)]; !guid {
			add(key.kind, key.text, p)
		}
	}
	for guid, p := range t.guids {
		add(provider.ID, guid, p)
	}
	dons := map[string]bool{}
	for text := range t.dons {
		if real := rawDON(text); !dons[real] {
			dons[real] = true
			if d, ok := wholeDON(real); ok {
				add(provider.ID, real, d.exchange(real,
					func(p string) string { return strings.TrimPrefix(t.parts["/"+p], "/") },
					func(key string) string { return t.parts[key] }))
			}
		}
	}
	for _, s := range t.def.Seeds {
		if real := t.events[s.Placeholder]; s.Kind == provider.Event && real != "" {
			add(provider.Event, real, s.Placeholder)
		}
	}
	stands := map[string]bool{} // with no word running into it, by placeholder
	var lengths []int
	for _, c := range all {
		stands[c.placeholder] = false
		if !slices.Contains(lengths, len(c.placeholder)) {
			lengths = append(lengths, len(c.placeholder))
		}
	}
	for _, s := range []string{lower(text), lower(rawDON(text))} {
		for i := range s {
			if !startsWord(s, i, "_-") {
				continue
			}
			for _, l := range lengths {
				if i+l > len(s) || !endsWord(s, i+l, "_-") {
					continue
				}
				if _, ok := stands[s[i:i+l]]; ok {
					stands[s[i:i+l]] = true
				}
			}
		}
	}
	counts := map[provider.Kind]int{}
	for _, c := range all {
		if stands[c.placeholder] {
			counts[c.kind]++
		}
	}
	return counts
}

// problem is an error about one place, in the words that every message uses.
func problem(where, format string, args ...any) error {
	return fmt.Errorf("%s: %w", where, fmt.Errorf(format, args...))
}
