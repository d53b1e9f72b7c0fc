package placeholder

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
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
	// Strict lets nothing of an answer stay but what the contract lists word by word,
	// its date-times, and true, false and null: numbers, names of headers and names of
	// undocumented members are replaced as well.
	Strict bool
	// Spell writes options in messages; nil is InGo.
	Spell Spelling
}

// Classifier says what the contract says about the member at a pointer.
type Classifier = func(pointer string) provider.Class

// Table holds the pairs of real values and placeholders of one recording. It is
// safe for one goroutine at a time.
type Table struct {
	def    *provider.Definition
	isWord func(string) bool
	// strict is that of the options.
	strict bool
	spell  Spelling
	base   base

	anyKind   map[string]*value // the first pair of a real value, of whatever kind, and behind it the others
	stands    map[string]*value // the last pair of a placeholder
	numbers   counter           // by kind
	ids       []*composed       // by their forms
	begins    [256]bool         // the bytes with which those forms begin
	guids     *guids
	grammars  []grammar           // ids, guids, and GUIDs without dashes
	events    map[string]string   // the transposition of the bound event
	eventVar  string              // the path variable that holds an event
	literals  map[string]bool     // the fixed segments of the vendor's paths
	words     map[string]bool     // what the caller sent in the open, and the bound event
	said      map[string]bool     // of these, the strings of bodies and queries
	made      map[string]bool     // made-up ids that the caller sent
	fragments index               // parts of names, mail addresses and hosts
	unlearned *value              // the first whose parts are not yet among them
	sent      *Sent               // what the caller sent, as the caller knows it
	sentReal  map[kindText]string // what the caller sent, as the tenant knows it
	secrets   []string            // the credentials among the real values, and what they decode to
	hidden    index               // real values inside texts
	shown     index               // placeholders inside texts
	unindexed *value              // the first that is not yet in these two
	last      *value
	searched  int            // how many values the two are about
	spare     []value        // one allocation serves many values
	clear     map[string]int // how many of the first secrets are no part of a word of the contract
	kept      int            // how many values there are
}

type kindText struct {
	kind provider.Kind
	text string
}

type pair struct {
	kind              provider.Kind
	real, placeholder string
}

// value is a pair as the search inside texts is to know it.
type value struct {
	pair
	as     sought
	inside bool   // it is looked for inside texts
	parts  bool   // they are looked for inside names
	next   *value // of the same real value
	after  *value // that came after this one
}

// find returns the last pair of a real value of a kind; nil when there is none.
func (t *Table) find(kind provider.Kind, real string) *value {
	first := t.anyKind[real]
	if first == nil {
		return nil
	}
	for v := first.next; v != nil; v = v.next {
		if v.kind == kind {
			return v
		}
	}
	if first.kind != kind {
		return nil
	}
	return first
}

// values returns what find does, in any order.
func (t *Table) values() iter.Seq[*value] {
	return func(yield func(*value) bool) {
		for real, v := range t.anyKind {
			for ; v != nil; v = v.next {
				if t.find(v.kind, real) == v && !yield(v) {
					return
				}
			}
		}
	}
}

// sought says how a value shows inside texts.
type sought byte

const (
	wholeValue sought = iota
	decodedKey        // of a secret
	idPart            // by itself, outside an id
	wholeID           // as hex and as base64; an index finds it otherwise by its form
)

// keep enters a value for what is made of it later: many recordings hold no text, and
// no name, that has to be searched.
func (t *Table) keep(v value) *value {
	if len(t.spare) == 0 {
		t.spare = make([]value, min(1+t.kept, 256))
	}
	kept := &t.spare[0]
	t.spare = t.spare[1:]
	t.kept++
	*kept = v
	if t.last != nil {
		t.last.after = kept
	}
	t.last, t.unindexed, t.unlearned = kept, cmp.Or(t.unindexed, kept), cmp.Or(t.unlearned, kept)
	if v.inside {
		t.searched++
		if v.kind == provider.Secret || v.kind == provider.Key {
			t.secrets = append(t.secrets, v.real)
		}
	}
	return kept
}

// New returns a table that knows the base URL and the names of the bindings.
func New(o Options) (*Table, error) {
	if o.Definition == nil {
		return nil, errors.New("a table needs the definition of a vendor")
	}
	t := &Table{
		def: o.Definition, isWord: o.IsWord, strict: o.Strict, spell: o.Spell,
		anyKind: map[string]*value{}, stands: map[string]*value{}, numbers: counter{},
		literals: map[string]bool{}, words: map[string]bool{}, said: map[string]bool{}, made: map[string]bool{}, clear: map[string]int{},
		sent: &Sent{}, sentReal: map[kindText]string{},
	}
	if t.spell == nil {
		t.spell = InGo
	}
	if t.isWord == nil {
		t.isWord = func(string) bool { return false }
	}
	var err error
	if t.base, err = newBase(o.Definition, o.BaseURL); err != nil {
		return nil, err
	}
	for _, f := range slices.Concat(idForms(), formsOf(o.Definition)) {
		// The definition is one of all vendors', or a copy with other bindings, or new.
		if slices.ContainsFunc(t.ids, func(c *composed) bool { return c.Form == f.Form }) {
			continue
		}
		c := t.newComposed(f)
		t.ids, t.grammars = append(t.ids, c), append(t.grammars, c)
		t.begins[f.Form[0]] = true
	}
	t.guids = &guids{pairs: newPairs(), t: t, numbers: counter{}, bound: map[string]string{}}
	t.grammars = append(t.grammars, t.guids, dashlessGUIDs{t.guids})
	for _, s := range o.Definition.Bindings {
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
		t.keep(value{pair: pair{provider.URL, t.base.real.origin, t.base.mock.String()}, parts: true})
	}
	return t, nil
}

// Origin returns scheme and host of the real base URL.
func (t *Table) Origin() string { return t.base.real.origin }

// Sent returns what the caller has sent so far.
func (t *Table) Sent() *Sent { return t.sent }

// word says whether a text belongs to the contract or was sent in the open, so
// that finding it inside a text means nothing.
func (t *Table) word(s string) bool {
	return placeholderWords[s] || t.words[s] || t.literals[s] || t.isWord(s)
}

// placeholderWords are what placeholders are made of. A tenant's name that is
// one of them cannot be told from a placeholder.
var placeholderWords = map[string]bool{
	"example.com": true, "https://example.com": true, "placeholder": true, "undocumented": true,
	"display": true, "service-account": true, "webhook-id": true, "user": true,
}

// placeholderFor returns the placeholder of a whole value, a new one if need be.
func (t *Table) placeholderFor(kind provider.Kind, real string) string {
	if v := t.find(kind, real); v != nil {
		return v.placeholder
	}
	if t.issued(real) {
		return real
	}
	p := real
	if !standsForItself(kind, real) {
		p = t.numbers.next(string(kind), func(n int) string { return placeholder(kind, n, real) },
			func(p string) bool { _, isReal := t.anyKind[p]; return !isReal && !t.issued(p) })
	}
	t.enter(pair{kind, real, p})
	return p
}

// issued says whether the text is, as a whole, a placeholder of this table.
func (t *Table) issued(s string) bool {
	if t.stands[s] != nil {
		return true
	}
	for i := range t.def.Bindings {
		if t.def.Bindings[i].Placeholder == s && t.def.Bindings[i].Kind != provider.Event {
			return true
		}
	}
	return false
}

func (t *Table) enter(p pair) {
	replaced := p.real != p.placeholder
	v := t.keep(value{pair: p, inside: replaced && t.distinctive(p.kind, p.real), parts: replaced})
	t.stands[p.placeholder] = v
	if first := t.anyKind[p.real]; first != nil {
		first.next, v.next = v, first.next
	} else {
		t.anyKind[p.real] = v
	}
	if v.inside && p.kind == provider.Secret && isSecretForm(p.real) {
		t.keepDecoded(p.real, p.placeholder)
	}
}

// Counts says how many distinct real values have a placeholder that stands in
// the text, by kind. A composed id counts once, whatever its parts.
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
	for v := range t.values() {
		if _, guid := t.guids.placeholders[lower(v.real)]; !guid {
			add(v.kind, v.real, v.placeholder)
		}
	}
	for guid, p := range t.guids.placeholders {
		add(provider.ID, guid, p)
	}
	for _, c := range t.ids {
		seen := map[string]bool{}
		for text := range c.indexed {
			real := plainID(text)
			if d, ok := c.whole(real); ok && !seen[real] {
				seen[real] = true
				add(provider.ID, real, d.exchange(real, func(key string) string { return c.placeholders[key] }))
			}
		}
	}
	for _, s := range t.def.Bindings {
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
	for _, s := range []string{lower(text), lower(plainID(text))} {
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
