package contract

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// Wish is what a JSON pointer with wildcards is for.
type Wish struct {
	// Inside says that "*" may lead on into an undocumented member: what it holds
	// has places, but never a problem of its own.
	Inside bool
	// Closed says that the member may be one that a closed object refuses.
	Closed bool
	// Documented says that the last member must be documented too.
	Documented bool
	// Requests and Responses say that only bodies of those count.
	Requests, Responses bool
	// Deliveries says that what the vendor sends to receivers counts as well.
	Deliveries bool
}

// CanMatch returns an error when a JSON pointer can match nothing in any
// documented body of a request or an answer. "*" stands for any one member or
// index. The last member may be one that the vendor does not document, for they
// add some all the time; the way there must be documented. The error names the
// nearest pointer that can match.
func CanMatch(d *provider.Definition, pointer string, w Wish) error {
	tokens := split(pointer)
	reached, ok := w.reach(d, tokens)
	if ok {
		return nil
	}
	where := ""
	if reached > 0 {
		where = fmt.Sprintf(" in %q", pointerOf(tokens[:reached]))
	}
	hint := ""
	if near := nearestPointer(d, tokens, reached, w); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("no body that %s documents has a member %q%s, so the pointer can match nothing%s", d.Title, jsontext.Unescape(tokens[reached]), where, hint)
}

// NearPointer returns the documented pointer that one which names nothing documented was
// probably meant to be; empty when there is none near.
func NearPointer(d *provider.Definition, pointer string, w Wish) string {
	w.Documented = true
	tokens := split(pointer)
	reached, ok := w.reach(d, tokens)
	if ok {
		return ""
	}
	return nearestPointer(d, tokens, reached, w)
}

// reach says how many of the tokens lead somewhere, and whether all do.
func (w Wish) reach(d *provider.Definition, tokens []string) (reached int, ok bool) {
	for _, root := range w.bodies(d) {
		n, ok := w.follow(root, tokens)
		if ok {
			return n, true
		}
		reached = max(reached, n)
	}
	return reached, false
}

// Enumerated is the kind of a string whose values are documented.
const Enumerated provider.Kind = "enumerated"

// Kinds returns the kinds of the strings that a JSON pointer may name in
// documented bodies, sorted; none where the contract does not describe them.
func Kinds(d *provider.Definition, pointer string, w Wish) []provider.Kind {
	var kinds []provider.Kind
	w.visit(d, pointer, func(s described) {
		kind, ok := s.Extensions[placeholderKeyword].(placeholder)
		switch {
		case len(s.Enum)+len(s.Constant) > 0:
			kinds = append(kinds, Enumerated)
		case ok:
			kinds = append(kinds, provider.Kind(kind))
		}
	})
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// Dated reports whether what a JSON pointer may name in documented bodies is a date
// wherever it is described.
func Dated(d *provider.Definition, pointer string, w Wish) bool {
	formats := map[string]bool{}
	w.visit(d, pointer, func(s described) { formats[s.Format] = true })
	return len(formats) == 1 && formats["date-time"]
}

// visit calls f with the schemas of what a JSON pointer may name.
func (w Wish) visit(d *provider.Definition, pointer string, f func(described)) {
	var walk func(p site, tokens []string)
	walk = func(p site, tokens []string) {
		if len(tokens) == 0 {
			for _, s := range p {
				f(s)
			}
			return
		}
		name := jsontext.Unescape(tokens[0])
		if child, documented := p.member(name); documented && name != "*" {
			walk(child, tokens[1:])
		}
		if name == "*" {
			for _, child := range p.members() {
				walk(child, tokens[1:])
			}
		}
		if p.admits("array") && (name == "*" || isIndex(name)) {
			for _, child := range p.items() {
				walk(child, tokens[1:])
			}
		}
	}
	for _, root := range w.bodies(d) {
		walk(root, split(pointer))
	}
}

func split(pointer string) []string {
	return strings.Split(strings.TrimPrefix(pointer, "/"), "/")
}

func pointerOf(tokens []string) string { return "/" + strings.Join(tokens, "/") }

// site is a place in a body: the schemas that may describe what stands there.
type site []described

// described is a schema at a site. It is sure when it holds for every value
// there, and not when it is one of several or hangs on a condition.
type described struct {
	*jsonschema.Schema
	sure bool
}

// bodies returns the root of each documented body that the wish is about.
func (w Wish) bodies(d *provider.Definition) []site {
	var roots []site
	add := func(file string) {
		if file == "" {
			return
		}
		if s, err := load(d, file); err == nil {
			roots = append(roots, site(nil).with(s.root, true))
		}
	}
	for _, op := range d.Operations {
		for _, f := range op.Forms {
			if !w.Responses {
				add(f.Body)
			}
		}
		if w.Requests {
			continue
		}
		for _, r := range op.Responses {
			add(r.Schema)
			add(r.Strict)
		}
	}
	if w.Deliveries && d.Delivery != nil {
		add(d.Delivery.Body)
	}
	return roots
}

// documented lists the documented pointers in the bodies that the wish is about, as tokens.
func (w Wish) documented(d *provider.Definition) (all [][]string) {
	for _, root := range w.bodies(d) {
		all = root.documented(all, nil)
	}
	return all
}

// with adds a schema to a site, with all that may apply to the same value.
func (p site) with(s *jsonschema.Schema, sure bool) site {
	if s == nil {
		return p
	}
	for i := range p {
		if p[i].Schema == s {
			if p[i].sure || !sure {
				return p
			}
			p = slices.Delete(p, i, i+1) // seen on a condition, and now without one
			break
		}
	}
	p = append(p, described{s, sure})
	p = p.with(s.Ref, sure)
	for _, sub := range s.AllOf {
		p = p.with(sub, sure)
	}
	for _, branches := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		for _, sub := range branches {
			p = p.with(sub, sure && len(branches) == 1)
		}
	}
	p = p.with(s.Then, false)
	p = p.with(s.Else, false)
	for _, name := range slices.Sorted(maps.Keys(s.DependentSchemas)) {
		p = p.with(s.DependentSchemas[name], false)
	}
	return p
}

// admits reports whether a value of a JSON type may stand at a site.
func (p site) admits(typ string) bool {
	certain, some := false, false
	for _, s := range p {
		ok := mayBe(s.Schema, typ)
		if s.sure && !ok {
			return false
		}
		certain, some = certain || s.sure, some || ok
	}
	return certain || some
}

// mayBe reports whether a schema has room for a JSON type. No schema refers to
// itself for one value: it would not compile.
func mayBe(s *jsonschema.Schema, typ string) bool {
	if s == nil {
		return true
	}
	room := func(sub *jsonschema.Schema) bool { return mayBe(sub, typ) }
	listed := slices.Concat(s.Constant, s.Enum)
	switch {
	case s.Always != nil && !*s.Always,
		len(s.Types) > 0 && !slices.Contains(s.Types, typ),
		len(listed) > 0 && !slices.ContainsFunc(listed, func(v any) bool { return typeOf(v) == typ }),
		len(s.AnyOf) > 0 && !slices.ContainsFunc(s.AnyOf, room),
		len(s.OneOf) > 0 && !slices.ContainsFunc(s.OneOf, room):
		return false
	}
	return room(s.Ref) && !slices.ContainsFunc(s.AllOf, func(sub *jsonschema.Schema) bool { return !room(sub) })
}

// typeOf names the JSON type of an object or array; the others are of no interest.
func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	}
	return ""
}

// member is where a documented member of the name stands.
func (p site) member(name string) (child site, documented bool) {
	for _, s := range p {
		for _, sub := range describing(s.Schema, name) {
			if sub.Always == nil || *sub.Always {
				documented = true
			}
			child = child.with(sub, s.sure)
		}
	}
	return child, documented
}

// items are where the elements of an array stand.
func (p site) items() []site {
	var all []site
	var rest site
	for _, s := range p {
		for _, sub := range s.PrefixItems {
			all = append(all, site(nil).with(sub, s.sure))
		}
		rest = rest.with(s.Items2020, s.sure)
	}
	if rest != nil || all == nil {
		all = append(all, rest)
	}
	return all
}

// members are where the documented members stand, each with the token of its name:
// "*" where only a rule describes the name.
func (p site) members() iter.Seq2[string, site] {
	return func(yield func(token string, child site) bool) {
		named := map[string]bool{}
		var ruled []site
		for _, s := range p {
			for name := range s.Properties {
				named[name] = true
			}
			for _, sub := range s.PatternProperties {
				ruled = append(ruled, site(nil).with(sub, s.sure))
			}
			if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
				ruled = append(ruled, site(nil).with(sub, s.sure))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(named)) {
			if child, documented := p.member(name); documented && !yield(jsontext.Escape(name), child) {
				return
			}
		}
		for _, child := range ruled {
			if !yield("*", child) {
				return
			}
		}
	}
}

// closed reports whether an object refuses every member that it does not list.
func (p site) closed() bool {
	return slices.ContainsFunc(p, func(s described) bool {
		additional, isBool := s.AdditionalProperties.(bool)
		never := s.UnevaluatedProperties
		return s.sure && (isBool && !additional || never != nil && never.Always != nil && !*never.Always)
	})
}

// free reports whether a site says nothing of what its members are.
func (p site) free() bool {
	for range p.members() {
		return false
	}
	return !p.closed() && !slices.ContainsFunc(p, func(s described) bool {
		return s.PrefixItems != nil || s.Items2020 != nil
	})
}

// follow follows the tokens of a pointer and reports whether they lead to a place
// that may exist; otherwise how many of them do.
func (w Wish) follow(p site, tokens []string) (reached int, ok bool) {
	if len(tokens) == 0 {
		return 0, true
	}
	token, rest := tokens[0], tokens[1:]
	on := func(child site) bool {
		n, found := w.follow(child, rest)
		reached = max(reached, n+1)
		return found
	}
	element := p.admits("array") && (token == "*" || isIndex(token))
	switch {
	case w.Inside && p.free() && (element || p.admits("object")),
		element && slices.ContainsFunc(p.items(), on):
		return reached, true
	case !p.admits("object"):
		return reached, false
	}
	undocumented := !w.Documented && (w.Closed || !p.closed())
	if token == "*" {
		for _, child := range p.members() {
			if on(child) {
				return reached, true
			}
		}
		return reached, undocumented && (len(rest) == 0 || w.Inside)
	}
	if child, documented := p.member(jsontext.Unescape(token)); documented {
		return reached, on(child)
	}
	return reached, undocumented && len(rest) == 0
}

func isIndex(token string) bool {
	return token == "0" || token != "" && token[0] != '0' && strings.Trim(token, "0123456789") == ""
}

// maxDocumented bounds how deep the documented pointers are listed: schemas may
// refer to themselves.
const maxDocumented = 8

// documented lists the documented pointers below a site, as tokens, with "*"
// for an index and for a name that only a rule describes.
func (p site) documented(to [][]string, above []string) [][]string {
	if len(above) == maxDocumented {
		return to
	}
	add := func(token string, child site) {
		tokens := append(slices.Clone(above), token)
		to = child.documented(append(to, tokens), tokens)
	}
	if p.admits("object") {
		for token, child := range p.members() {
			add(token, child)
		}
	}
	if p.admits("array") && !p.free() {
		for _, child := range p.items() {
			add("*", child)
		}
	}
	return to
}

// nearestPointer returns the pointer that one which leads nowhere was probably
// meant to be. The first reached tokens lead somewhere.
func nearestPointer(d *provider.Definition, tokens []string, reached int, w Wish) string {
	all := map[string]bool{}
	for _, known := range w.documented(d) {
		all[pointerOf(known)] = true
	}
	leads := func(tokens []string) bool {
		_, ok := w.reach(d, tokens)
		return ok
	}
	known := slices.Sorted(maps.Keys(all))

	// The pointer of the answer stands for that of the request.
	for i := 1; w.Requests && i < len(tokens); i++ {
		if all[pointerOf(tokens[i:])] {
			return pointerOf(tokens[i:])
		}
	}

	// One name is misspelt, and the rest leads on.
	var names []string
	for _, pointer := range known {
		if other := split(pointer); len(other) > reached && alike(other[:reached], tokens[:reached]) {
			names = append(names, jsontext.Unescape(other[reached]))
		}
	}
	slices.Sort(names)
	for _, name := range say.Nearest(jsontext.Unescape(tokens[reached]), slices.Compact(names)) {
		repaired := slices.Clone(tokens)
		if repaired[reached] = jsontext.Escape(name); leads(repaired) {
			return pointerOf(repaired)
		}
	}
	// Something is missing, at the beginning or on the way.
	slices.SortStableFunc(known, func(a, b string) int { return cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")) })
	for _, pointer := range known {
		if other := split(pointer); len(other) > len(tokens) && alike(other[len(other)-len(tokens):], tokens) {
			return pointerOf(append(other[:len(other)-len(tokens)], tokens...))
		}
	}
	for _, pointer := range known {
		if other := split(pointer); within(tokens, other) {
			return indexed(other, tokens)
		}
	}
	if near := say.Nearest(pointerOf(tokens), known); len(near) > 0 {
		return indexed(split(near[0]), tokens)
	}
	// What the vendor does not document may be named at the end only; further
	// inside "*" leads, and so it does in an array.
	if outermost := tokens[:reached+1]; !w.Inside && leads(outermost) {
		return pointerOf(outermost)
	}
	starred := slices.Clone(tokens)
	if starred[reached] = "*"; leads(starred) {
		return pointerOf(starred)
	}
	if reached > 0 {
		return pointerOf(tokens[:reached])
	}
	return ""
}

// indexed writes a documented pointer with the indexes of another one.
func indexed(documented, tokens []string) string {
	for i, token := range tokens {
		if i < len(documented) && documented[i] == "*" && isIndex(token) {
			documented[i] = token
		}
	}
	return pointerOf(documented)
}

// alike reports whether documented tokens are those of a pointer.
func alike(documented, tokens []string) bool {
	return slices.EqualFunc(documented, tokens, func(d, t string) bool { return d == t || t == "*" || d == "*" && isIndex(t) })
}

// within reports whether all tokens stand in a longer pointer, in their order.
func within(tokens, longer []string) bool {
	for _, token := range longer {
		if len(tokens) > 0 && tokens[0] == token {
			tokens = tokens[1:]
		}
	}
	return len(tokens) == 0
}
