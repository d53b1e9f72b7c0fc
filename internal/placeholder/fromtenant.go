package placeholder

import (
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// FromTenantJSON replaces the real values of an answer. class says what the contract
// says about each member: sensitive values and undocumented ones are replaced as
// a whole, and in those that may stay only what is distinctive. body must be one
// JSON document, or empty.
//
// Members are numbered in canonical order, documented ones first: what the
// contract describes names a value better than what it does not.
func (t *Table) FromTenantJSON(body []byte, class Classifier) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	doc, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	t.fromTenant(doc, class)
	return doc.render(), nil
}

// FromTenantTree is FromTenantJSON for a body that has been read. It sorts the members
// of the tree, and puts into it what was replaced: kept says that it is the tree of
// what is returned, but for the places and the order of members.
func (t *Table) FromTenantTree(body []byte, tree *jsontext.Node, class Classifier) (hidden []byte, kept bool) {
	doc := newDocument(body, tree)
	t.fromTenant(doc, class)
	kept = !doc.doubled // of two members with one name, the order counts
	for n := range doc.all() {
		if n.newValue != "" {
			n.Text = jsontext.NewDecoder(n.newValue).ReadToken().String()
		}
		kept = kept && n.newName == ""
	}
	return doc.render(), kept
}

func (t *Table) fromTenant(doc *document, class Classifier) {
	class = once(doc, class)
	siblings := map[*jsontext.Node]map[string]string{} // of those that the second pass is about
	for n := range doc.all() {
		n.class, n.pass = class(n.pointer), others
		if n.named() {
			if n.event = t.eventName(n); !n.event {
				t.reserve(n.Name)
			}
		}
		switch n.Kind {
		case jsontext.Number:
			if !n.class.Kept && !(n.class.Keep && !t.strict && shortNumber(n.Text)) {
				n.replace(numberFor(n.Text))
			}
		case jsontext.String:
			t.reserve(n.Text)
			if n.pass = passOf(n.class); n.pass == unknown {
				siblings[n.Parent] = map[string]string{}
			}
		}
	}
	for n := range doc.in(sensitive) {
		p := t.fromTenantWhole(n.class.Kind, n.Text, nil)
		if near, asked := siblings[n.Parent]; asked {
			if _, ok := near[n.Text]; !ok {
				near[n.Text] = p
			}
		}
		n.replace(p)
	}
	for n := range doc.in(unknown) {
		n.replace(t.fromTenantWhole(n.class.Kind, n.Text, siblings[n.Parent]))
	}
	// An id in one of these may show in another that was read before.
	t.settle(func() {
		hidden := map[string]string{} // lists repeat their words
		for n := range doc.in(free) {
			if moment, ok := documentedMoment(n.class, n.Text); ok {
				n.replace(moment)
				continue
			}
			if n.class.Kind == provider.Header && !n.class.Kept {
				n.replace(t.fromTenantHeaderName(n.Text))
				continue
			}
			if n.class.Keep && !n.class.Kept && n.class.Kind == "" && t.public(n.Text) {
				n.replace(n.Text)
				continue
			}
			if _, ok := hidden[n.Text]; !ok {
				hidden[n.Text] = t.fromTenantText(n.Text, false)
			}
			n.replace(hidden[n.Text])
		}
		for n := range doc.all() {
			if n.named() && !n.event {
				n.rename(t.fromTenantName(n))
			}
		}
	})
	hidden := t.hiddenAlready(doc)
	for n := range doc.all() {
		if !n.event {
			continue
		}
		if !hidden {
			n.rename(t.swapEvent(n.Name))
		}
		if !t.knownEvent(n.Name) {
			n.rename(t.placeholderFor(provider.Event, n.Name))
		}
	}
}

// settle repeats f until it teaches the search nothing new.
func (t *Table) settle(f func()) {
	for known := -1; known != t.searched; {
		known = t.searched
		f()
	}
}

// public says whether a word that the contract lists where it stands is one of the
// contract's at all, and holds no credential by chance. Nearly all that may stay are,
// and the search, which need not know a thing before the first text that is none,
// takes most of the time of a recording.
func (t *Table) public(word string) bool {
	known, ok := t.clear[word]
	switch {
	case ok && known == len(t.secrets):
		return true
	case !ok && !t.isWord(word):
		return false
	case slices.ContainsFunc(t.secrets[known:], func(real string) bool { return strings.Contains(word, real) }):
		return false
	}
	t.clear[word] = len(t.secrets)
	return true
}

// hiddenAlready says whether a document of which nothing had to be replaced holds
// placeholders. An event id alone does not tell on which side it stands.
func (t *Table) hiddenAlready(doc *document) bool {
	placeholders := false
	for n := range doc.all() {
		if n.newValue != "" || n.newName != "" {
			return false
		}
		placeholders = placeholders || n.Kind == jsontext.String && t.toTenantWhole(n.Text) != n.Text
	}
	return placeholders
}

// once takes what the contract says from members that stand twice in an object:
// it speaks of one of them only.
func once(doc *document, class Classifier) Classifier {
	if !doc.doubled {
		return class
	}
	seen, twice := map[string]bool{}, map[string]bool{}
	for n := range doc.all() {
		twice[n.pointer] = seen[n.pointer]
		seen[n.pointer] = true
	}
	for n := range doc.all() { // also what stands in the first of the two
		twice[n.pointer] = twice[n.pointer] || twice[parentOf(n.pointer)]
	}
	return func(pointer string) provider.Class {
		if twice[pointer] {
			return provider.Class{}
		}
		return class(pointer)
	}
}

func parentOf(pointer string) string {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return "\x00"
	}
	return pointer[:i]
}

// pass says when a value is looked at.
type pass byte

const (
	sensitive pass = iota // documented as that
	unknown               // a string of which nothing is documented, or a word
	free                  // to stay
	others                // no string
)

// passOf sorts a string by what is known of it.
func passOf(c provider.Class) pass {
	switch {
	case c.Keep || c.Kind == provider.Event:
		return free
	case c.Kind == provider.Undocumented || c.Kind == provider.Word:
		return unknown
	}
	return sensitive
}

// documentedMoment returns a date-time that the contract documents as it may
// stand: one of this century's, to the nanosecond, in a zone that there is. Any
// other becomes the fixed one. ok is false for what is none.
func documentedMoment(c provider.Class, text string) (moment string, ok bool) {
	if !c.Documented || c.Kept || text == "" || text[0] < '0' || text[0] > '9' {
		return "", false
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil && !looseMoment.MatchString(text) {
		return "", false
	}
	if soundMoment.MatchString(text) {
		return text, true
	}
	return fixedDateTime, true
}

var (
	soundMoment = pattern.New(`^20[1-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):(00|30|45))$`)
	looseMoment = pattern.New(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]`)
)

// shortNumber says whether a documented number may stay: a count or a size of at
// most seven digits. Longer ones may be ids, times or telephone numbers.
func shortNumber(text string) bool { return countNumber.MatchString(text) }

var countNumber = pattern.New(`^-?[0-9]{1,7}$`)

// numberFor stands for a number: 0 for an integer, 0.5 for any other.
func numberFor(text string) string {
	if strings.ContainsAny(text, ".eE") {
		return "0.5"
	}
	return "0"
}

// reserve keeps a value that looks like a placeholder from becoming one for
// something else in the same answer: it stands for itself.
func (t *Table) reserve(v string) {
	for i := 0; i < len(v); i++ {
		if end, ok := t.idAt(v, i, func(g grammar, id string) bool { g.reserve(id); return true }); ok {
			i = end - 1
		}
	}
	if rest, ok := t.base.mock.cut(v); ok && startsPath(rest) {
		v = rest
	}
	if kind, ok := numberedKind(v); ok && !t.issued(v) {
		t.enter(pair{kind, v, v})
	}
}

// fromTenantWhole replaces a value as a whole. near holds the values of the same
// object and their placeholders.
func (t *Table) fromTenantWhole(kind provider.Kind, v string, near map[string]string) string {
	if v == "" || t.sent.holds(v) {
		return v
	}
	// First, for a caller may send what looks like a placeholder.
	if p, ok := t.sentAs(kind, v); ok {
		return p
	}
	if t.issued(v) && kind != provider.Word {
		return v
	}
	if p, ok := t.anyKind[v]; ok && p.kind == provider.Secret && len(v) >= MinSecret {
		return p.placeholder
	}
	isID := t.form(v) != nil
	switch kind {
	case provider.URL:
		if isID {
			return t.fromTenantID(v)
		}
		return t.fromTenantURL(v, 0)
	case provider.Word:
		if t.words[v] || !isID && (t.isWord(v) || t.literals[v]) || t.composed(v) == nil && t.madeUp(v) || t.issued(v) {
			return v
		}
	case provider.Text, provider.Undocumented:
		if kind == provider.Text && t.said[v] && lowerWord.MatchString(v) {
			return v // what the caller sent in the open comes back
		}
		if slices.Contains(t.def.Sentences, v) {
			return v
		}
	}
	if isID || kind == provider.ID {
		return t.fromTenantID(v)
	}
	if kind == provider.Word || kind == provider.Undocumented {
		if p, ok := t.knownAs(v, near); ok {
			return p
		}
	}
	if kind != provider.Undocumented {
		return t.placeholderFor(kind, v)
	}
	if date, ok := dateForm(v); ok {
		return date
	}
	switch {
	case isMail(v):
		return t.placeholderFor(provider.Mail, v)
	case isAbsolute(v) || strings.HasPrefix(v, "/") && !strings.ContainsAny(v, " \t\r\n"):
		return t.fromTenantURL(v, 0)
	}
	return t.placeholderFor(provider.Undocumented, v)
}

// sentAs returns the placeholder of a value that the caller sent. A text and a
// value of an unknown kind may repeat whatever was sent.
func (t *Table) sentAs(kind provider.Kind, v string) (string, bool) {
	kinds := []provider.Kind{kind}
	switch kind {
	case provider.Text, provider.Opaque, provider.Word, provider.Undocumented:
		kinds = []provider.Kind{kind, provider.Secret, provider.Key, provider.URL, provider.Mail, provider.Name,
			provider.DisplayID, provider.Text, provider.Opaque, provider.Undocumented}
	}
	for _, k := range kinds {
		if p, ok := t.sentReal[kindText{k, v}]; ok {
			return p, true
		}
	}
	p, ok := t.sent.names[v]
	return p, ok && kind != provider.ID
}

// knownAs returns the placeholder that a value has elsewhere: anywhere if it is
// an id or distinctive, else in the same object.
func (t *Table) knownAs(v string, near map[string]string) (string, bool) {
	if p, ok := near[v]; ok {
		return p, true
	}
	if p, ok := t.anyKind[v]; ok && (p.kind == provider.ID || t.distinctive(p.kind, v)) {
		return p.placeholder, true
	}
	return dashlessGUIDs{t.guids}.placeholder(v, false)
}

// fromTenantName replaces a member's name that is data: an id, a mail address, or a
// text that no program would choose as a name.
func (t *Table) fromTenantName(n *node) string {
	v := n.Name
	switch {
	case v == "" || t.issued(v) || t.sent.holds(v):
		return v
	case t.form(v) != nil:
		return t.fromTenantID(v)
	case isMail(v):
		return t.placeholderFor(provider.Mail, v)
	}
	if id := t.find(provider.ID, v); id != nil && !t.word(v) {
		return id.placeholder
	}
	if n.class.Documented && t.isWord(v) || n.class.Kept && !isNumber(v) || t.words[v] {
		return v
	}
	if !t.strict && inStyle(t.def.MemberName, v) && !t.touches(v) {
		return v
	}
	return t.placeholderFor(memberName, v)
}

// isNumber says whether a name is made of digits. A pattern that means the elements
// of an array names such a member as well, and the digits may be somebody's.
func isNumber(name string) bool { return strings.Trim(name, "0123456789") == "" }

// fromTenantHeaderName replaces the name of a header that holds a part of a person's or
// a host's name which is replaced elsewhere. Any other stays, and so does what the
// caller sent.
func (t *Table) fromTenantHeaderName(v string) string {
	if t.words[v] || t.issued(v) {
		return v
	}
	if t.strict || t.touches(v) || t.fromTenantText(v, false) != v {
		return t.placeholderFor(provider.Header, v)
	}
	return v
}

// eventName says whether a member's name is an event id: the list of events is
// an object whose members are objects.
func (t *Table) eventName(n *node) bool {
	path, ok := strings.CutPrefix(n.pointer, t.def.EventMap+"/")
	return ok && t.def.EventMap != "" && t.eventVar != "" && n.Kind == jsontext.BeginObject && !strings.Contains(path, "/")
}
