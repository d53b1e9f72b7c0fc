package placeholder

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/provider"
)

// idForm is a provider's form of composed ids, taken apart.
type idForm struct {
	*provider.IDForm
	steps, more []step
}

// step is a text that stands in every id, or a part.
type step struct {
	text string
	part string // word, tenant, type or id
}

func steps(form string) (all []step) {
	for form != "" {
		text, rest, found := strings.Cut(form, "{")
		if text != "" {
			all = append(all, step{text: text})
		}
		if !found {
			break
		}
		part, after, _ := strings.Cut(rest, "}")
		all = append(all, step{part: part})
		form = after
	}
	return all
}

// idForms are the forms of all vendors. They are looked for in the texts of each,
// since one tenant's ids may stand in another's.
var idForms = sync.OnceValue(func() (all []*idForm) {
	for _, d := range provider.All() {
		all = append(all, formsOf(d)...)
	}
	return all
})

func formsOf(d *provider.Definition) (all []*idForm) {
	for i := range d.IDs {
		all = append(all, &idForm{&d.IDs[i], steps(d.IDs[i].Form), steps(d.IDs[i].More)})
	}
	return all
}

// composedID is a composed id as it stands in a text. Its separators may be
// escaped, all or some of them, and keep their spelling when its parts are
// exchanged.
type composedID struct {
	start, end int
	few        [4]part // the first parts that are exchanged, of which there are seldom more
	more       []part  // all of them, if there are
	count      int
}

func (d *composedID) add(p part) {
	if d.count < len(d.few) {
		d.few[d.count] = p
	} else {
		d.more = append(slices.Clone(d.parts()), p)
	}
	d.count++
}

func (d *composedID) parts() []part {
	if d.count > len(d.few) {
		return d.more
	}
	return d.few[:d.count]
}

// part is a tenant, of the empty type, or an id of a type.
type part struct {
	kind       string
	start, end int
}

func (p part) in(s string) string { return s[p.start:p.end] }

// key names a part in the pairs: type/id.
func (p part) key(s string) string { return p.kind + "/" + p.in(s) }

// untyped is the type of an id whose form names none.
const untyped = "id"

func (f *idForm) parse(s string, i int) (id composedID, ok bool) {
	if first := f.steps[0].text; first == "" || s[i] != first[0] {
		return id, false
	}
	id.start = i
	if i, ok = id.read(f, f.steps, s, i); !ok {
		return id, false
	}
	for len(f.more) > 0 {
		before := id
		next, ok := id.read(f, f.more, s, i)
		if !ok {
			id = before
			break
		}
		i = next
	}
	id.end = i
	return id, true
}

// read reads steps from i on and notes the parts.
func (d *composedID) read(f *idForm, steps []step, s string, i int) (end int, ok bool) {
	kind := untyped
	for _, st := range steps {
		end = i
		switch st.part {
		case "":
			for k := range len(st.text) {
				if end, ok = separator(s, end, st.text[k]); !ok {
					return i, false
				}
			}
		case "tenant":
			end = run(s, i, isTenantByte)
			d.add(part{"", i, end})
		case "id":
			end = run(s, i, isIDByte)
			// A full stop behind an id ends the sentence.
			for end > i && s[end-1] == '.' {
				end--
			}
			d.add(part{kind, i, end})
		default: // word, type
			end = run(s, i, isTypeByte)
			if f.Words != nil && !slices.Contains(f.Words, s[i:end]) {
				return i, false
			}
			if st.part == "type" {
				kind = s[i:end]
			}
		}
		if end == i {
			return i, false
		}
		i = end
	}
	return i, true
}

// whole reads a text that is an id of this form and nothing else.
func (f *idForm) whole(s string) (composedID, bool) {
	if s == "" {
		return composedID{}, false
	}
	d, ok := f.parse(s, 0)
	return d, ok && d.end == len(s)
}

// exchange returns the id with each part mapped; f gets type/id and returns
// type/id of the same type.
func (d *composedID) exchange(s string, f func(key string) string) string {
	var b strings.Builder
	done := d.start
	for _, p := range d.parts() {
		b.WriteString(s[done:p.start])
		_, id, _ := strings.Cut(f(p.key(s)), "/")
		b.WriteString(id)
		done = p.end
	}
	b.WriteString(s[done:d.end])
	return b.String()
}

// last is what the id names: its last part.
func (d *composedID) last() part { return d.parts()[d.count-1] }

// plainID returns a text with no separator of an id escaped.
func plainID(s string) string {
	if !strings.ContainsAny(s, `%\`) {
		return s
	}
	return separators.Replace(s)
}

var separators = strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/", `\/`, "/")

func separator(s string, i int, c byte) (end int, ok bool) {
	switch escaped := s[i:min(i+3, len(s))]; {
	case escaped != "" && escaped[0] == c:
		return i + 1, true
	case c == '/' && strings.HasPrefix(escaped, `\/`):
		return i + 2, true
	case c == ':' && strings.EqualFold(escaped, "%3A"), c == '/' && strings.EqualFold(escaped, "%2F"):
		return i + 3, true
	}
	return i, false
}

func isTypeByte(c byte) bool { return isAlnum(c) || c == '_' }

func isTenantByte(c byte) bool { return isAlnum(c) || c == '-' }

func isIDByte(c byte) bool {
	switch c {
	case '-', '_', '.', '~', '+', '=':
		return true
	}
	return isAlnum(c)
}

// composed is the grammar of one form of composed ids. Its pairs are of parts.
type composed struct {
	*idForm
	pairs
	t       *Table
	first   map[string]string // the first id of a type: bound ones have names of their own
	numbers counter           // by type
	indexed map[string]bool   // whole ids that were indexed
}

func (t *Table) newComposed(f *idForm) *composed {
	c := &composed{idForm: f, pairs: newPairs(), t: t, first: map[string]string{}, numbers: counter{}, indexed: map[string]bool{}}
	maps.Copy(c.first, f.First)
	for _, s := range t.def.Bindings {
		if d, ok := c.whole(s.Placeholder); ok {
			for _, p := range d.parts() {
				c.first[p.kind] = p.in(s.Placeholder)
			}
		}
	}
	return c
}

func (c *composed) end(s string, i int) int {
	if d, ok := c.at(s, i); ok {
		return d.end
	}
	return i
}

// at returns the id that starts a word at i.
func (c *composed) at(s string, i int) (composedID, bool) {
	if s[i] != c.Form[0] || !startsWord(s, i, "_-") {
		return composedID{}, false
	}
	return c.parse(s, i)
}

// placeholder exchanges each part. An id whose parts are all placeholders already stays.
func (c *composed) placeholder(id string, _ bool) (string, bool) {
	if c.known(id) {
		return id, true
	}
	d, _ := c.whole(id)
	p := d.exchange(id, c.placeholderOf)
	if id != p && !c.indexed[id] {
		c.indexed[id] = true
		c.t.keep(value{pair: pair{provider.ID, id, p}, as: wholeID, inside: true})
	}
	return p, true
}

// placeholderOf returns the placeholder of a part, a new one if need be.
func (c *composed) placeholderOf(key string) string {
	if p, ok := c.placeholders[key]; ok {
		return p
	}
	kind, id, _ := strings.Cut(key, "/")
	if c.t.made[id] {
		return key
	}
	p, first := key, c.first[kind]
	switch {
	case !c.taken(key) && (id == first || c.looksNumbered(kind, id)):
	case first != "" && c.t.free(kind+"/"+first):
		p = kind + "/" + first
	default:
		if first != "" && c.numbers[kind] == 0 {
			c.numbers[kind] = 1
		}
		p = c.numbers.next(kind, func(n int) string {
			return kind + "/" + c.name(kind) + "-" + strconv.Itoa(n)
		}, func(p string) bool { _, isReal := c.placeholders[p]; return !isReal && c.t.free(p) })
	}
	c.enter(key, p)
	return p
}

// free says whether no form of ids has given out a placeholder of a part. Two
// forms share none, because outside an id it stands for one value.
func (t *Table) free(p string) bool {
	return !slices.ContainsFunc(t.ids, func(c *composed) bool { return c.taken(p) })
}

func (c *composed) enter(key, p string) {
	c.pairs.enter(key, p)
	if key == p {
		return
	}
	kind, id, _ := strings.Cut(key, "/")
	// The id by itself, outside a composed one, gets a placeholder of its own once
	// it shows; the search has to know it from now on.
	c.t.keep(value{pair: pair{provider.ID, id, p}, as: idPart, inside: kind != "" && c.t.distinctive(provider.ID, id), parts: true})
}

// name is what the placeholders of a type are called before their number.
func (c *composed) name(kind string) string {
	if name, ok := c.Names[kind]; ok {
		return name
	}
	if kind == "" {
		return "tenant"
	}
	return kind
}

func (c *composed) looksNumbered(kind, id string) bool {
	return isNumbered(id, c.name(kind)+"-", func(n int) string { return c.name(kind) + "-" + strconv.Itoa(n) })
}

// known says whether every part of an id is a placeholder or made up.
func (c *composed) known(id string) bool {
	d, ok := c.whole(id)
	return ok && !slices.ContainsFunc(d.parts(), func(p part) bool { return !c.hiddenPart(p.key(id)) })
}

func (c *composed) hiddenPart(key string) bool {
	kind, id, _ := strings.Cut(key, "/")
	return c.taken(key) || id == c.first[kind] || c.t.made[id]
}

func (c *composed) real(id string) (string, bool) {
	d, _ := c.whole(id)
	return d.exchange(id, func(key string) string {
		if real, ok := c.reals[key]; ok {
			return real
		}
		return key
	}), true
}

// names compares the last part of the placeholder with each part of the id: a
// longer id below what the placeholder names, names it too.
func (c *composed) names(id, placeholder string) bool {
	want, ok := c.whole(placeholder)
	if !ok {
		return false
	}
	d, _ := c.whole(id)
	return slices.ContainsFunc(d.parts(), func(p part) bool { return p.key(id) == want.last().key(placeholder) })
}

func (c *composed) reserve(id string) {
	d, _ := c.whole(id)
	for _, p := range d.parts() {
		if key := p.key(id); p.kind != "" && c.looksNumbered(p.kind, p.in(id)) && c.placeholders[key] == "" && !c.taken(key) {
			c.enter(key, key)
		}
	}
}

// leak says whether an id has a real part, and what should stand there.
func (c *composed) leak(id string) (placeholder string, ok bool) {
	d, _ := c.whole(id)
	if !slices.ContainsFunc(d.parts(), func(p part) bool {
		key := p.key(id)
		q, known := c.placeholders[key]
		return known && q != key && !c.taken(key)
	}) {
		return "", false
	}
	// A part that the table does not know must not be quoted either.
	return plainID(d.exchange(id, func(key string) string {
		kind, _, _ := strings.Cut(key, "/")
		if q, ok := c.placeholders[key]; ok {
			return q
		}
		if kind != "" && c.hiddenPart(key) {
			return key
		}
		return kind + "/…"
	})), true
}

// bind enters the parts of a placeholder and its real value. ok is false when the
// two are no ids of the same types in the same order.
func (c *composed) bind(placeholder, real string) (fault string, ok bool) {
	d, ok := c.whole(placeholder)
	r, ok2 := c.whole(real)
	frame := func(d composedID, s string) string { return plainID(d.exchange(s, func(string) string { return "/" })) }
	if !ok || !ok2 || placeholder[:d.few[0].start] != real[:r.few[0].start] || frame(d, placeholder) != frame(r, real) {
		return "", false
	}
	for i, p := range d.parts() {
		if fault := c.clash(r.parts()[i].key(real), p.key(placeholder)); fault != "" {
			return fmt.Sprintf("its part %q: %s", p.key(placeholder), fault), true
		}
	}
	for i, p := range d.parts() {
		c.enter(r.parts()[i].key(real), p.key(placeholder))
	}
	c.placeholder(real, true)
	return "", true
}
