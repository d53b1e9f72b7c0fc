package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// overridden applies the test's own Redact and Keep to an answer.
func (r *Recording) overridden(classes func(string) provider.Class) func(string) provider.Class {
	if len(r.Redact)+len(r.Keep) == 0 {
		return classes
	}
	return func(pointer string) provider.Class {
		class := classes(pointer)
		redact, keep := narrowest(r.Redact, pointer), narrowest(r.Keep, pointer)
		if redact != "" {
			class.Kind, class.Keep, class.Documented = provider.Opaque, false, true
		}
		if keep != "" && width(keep) <= width(redact) && keepable(classes(pointer), keep, pointer) {
			class.Kind = classes(pointer).Kind
			class.Keep, class.Kept = true, true
		}
		return class
	}
}

// ofRequest applies the test's own Keep and Varies to what it sends.
func (r *Recording) ofRequest(classes func(string) provider.Class) func(string) provider.Class {
	return func(pointer string) provider.Class {
		class := classes(pointer)
		varies, keep := narrowest(r.Varies, pointer), narrowest(r.Keep, pointer)
		class.Varies = varies != "" && width(varies) <= width(keep)
		if keep != "" && !class.Varies && keepable(class, keep, pointer) {
			class.Keep, class.Kept = true, true
		}
		return class
	}
}

// narrowest returns the pattern that names a member most closely, or the member
// around it; empty when none covers it.
func narrowest(patterns []string, pointer string) (best string) {
	for _, p := range patterns {
		if cassette.Covers(p, pointer) && width(p) < width(best) {
			best = p
		}
	}
	return best
}

// width is how much a pattern may cover: less the more it says. The empty one is
// no pattern, and wider than all.
func width(pattern string) int {
	if pattern == "" {
		return 0
	}
	return -2*strings.Count(pattern, "/") + strings.Count(pattern, "*") - 2
}

// CheckPointer says why a pointer, or for Keep "header NAME", cannot be what an option names, one of Redact,
// Keep, Varies, Pinned and AllowProblems; nil when it can match something in a
// documented body. The wish says which: with Closed members count as well which the
// contract forbids, since the option beside it lets such answers pass.
func CheckPointer(d *provider.Definition, option, pointer string, wish contract.Wish) error {
	if name, ok := cutHeader(pointer); ok && option == "Keep" {
		if why := cannotKeep(d, name); why != "" {
			return errors.New(why)
		}
		return nil
	}
	if rest, ok := strings.CutPrefix(pointer, "/"); ok && slices.Contains(strings.Split(rest, "/"), "") {
		which := "second slash"
		if strings.HasSuffix(pointer, "/") {
			which = "slash at the end"
		}
		return fmt.Errorf("a member without a name is documented nowhere; leave out the %s", which)
	}
	if pointer == "" || pointer == "?" {
		return fmt.Errorf("that is no JSON pointer; name one, such as %q", "/id")
	}
	if name, ok := strings.CutPrefix(pointer, "?"); ok && name != "" && (option == "Keep" || option == "Varies") {
		return nil
	}
	if !strings.HasPrefix(pointer, "/") {
		return fmt.Errorf("that is no JSON pointer; one begins with a slash, such as %q", "/"+strings.TrimLeft(pointer, "?"))
	}
	if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(pointer), "~") {
		return errors.New("that is no JSON pointer; in one, ~0 stands for ~ and ~1 for /")
	}
	switch kinds := contract.Kinds(d, pointer, contract.Wish{Requests: option == "Varies", Responses: option == "Pinned"}); {
	case option == "Redact" && contract.Dated(d, pointer, contract.Wish{Responses: true}):
		return errors.New("that is a date, and a text in its place breaks the contract; a fixed date can be pinned there")
	case len(kinds) == 0:
	case option == "Varies" && !slices.ContainsFunc(kinds, func(k provider.Kind) bool { return k != provider.ID }):
		return errors.New("that is an id, and ids do not vary: a test sends placeholders, which are compared")
	case option == "Varies" && !slices.ContainsFunc(kinds, func(k provider.Kind) bool { return k != contract.Enumerated }):
		return errors.New("that is a member with documented values, which are compared; a test that sends another each time needs a cassette for each")
	case option == "Pinned" && !strings.Contains(pointer, "*"):
		return errors.New("that is a member whose values are replaced or documented; a date or a number is pinned")
	case option == "Keep" && !slices.ContainsFunc(kinds, func(k provider.Kind) bool { return k != provider.Secret && k != provider.Key }):
		return errors.New("that is a credential, and none ever stays in a cassette")
	}
	switch option {
	case "Keep":
		wish.Inside = true
	case "Redact", "Pinned":
		wish.Inside, wish.Responses = true, true
	case "Varies":
		wish.Requests = true
	case "AllowProblems":
		wish.Closed = true
	}
	return contract.CanMatch(d, pointer, wish)
}

// Clash reports whether of two patterns neither is narrower, and both may cover one member.
func Clash(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	return width(a) == width(b) && slices.EqualFunc(x, y, func(p, q string) bool { return p == q || p == "*" || q == "*" })
}

// keepable reports whether a pattern of Keep may let a member stay: never a
// credential, and what the contract marks as sensitive, or does not describe,
// only when the pattern names that very member and not an object around it.
func keepable(class provider.Class, pattern, pointer string) bool {
	switch class.Kind {
	case provider.Secret, provider.Key:
		return false
	case provider.ID, provider.DisplayID, provider.URL, provider.Mail, provider.Name, provider.Opaque:
		return names(pattern, pointer)
	}
	// What may stay anyway, and texts; a value that departs from what is documented
	// there may be anything.
	return class.Keep || class.Documented && class.Kind == provider.Text || names(pattern, pointer)
}

// names reports whether what Keep covers is named by it: by the member's own name,
// or as an element of an array that it names.
func names(keep, pointer string) bool {
	a, b := strings.Split(keep, "/"), strings.Split(pointer, "/")
	last := len(a) - 1
	return len(a) == len(b) && (a[last] != "*" || element.MatchString(b[last]) && a[last-1] != "*")
}

// element is the index of an element. A longer number is the name of a member.
var element = pattern.New(`^(0|[1-9][0-9]{0,3})$`)

// varied returns which of the declared pointers name a string that was sent. One
// that does not is idle, unless it names a documented member: a suite may declare
// those once for all of its recordings.
func (r *Recording) varied() (listed, idle []string) {
	for _, p := range r.Varies {
		found := false
		for _, ia := range r.captured {
			cassette.SentStrings(ia, func(pointer, _ string) { found = found || cassette.Covers(p, pointer) })
		}
		switch {
		case found:
			listed = append(listed, p)
		case !r.documented(p):
			idle = append(idle, r.Spell("Varies", p)+" names nothing that was sent")
		}
	}
	slices.Sort(listed)
	return slices.Compact(listed), idle
}

// documented says whether a declared pointer names what some body, or some query, documents.
func (r *Recording) documented(pointer string) bool {
	if name, ok := strings.CutPrefix(pointer, "?"); ok {
		return contract.IsWord(r.Definition, name)
	}
	return contract.CanMatch(r.Definition, pointer, contract.Wish{Documented: true}) == nil
}

// Named is a place that an option names: a JSON pointer, "?NAME" or "header NAME".
type Named struct {
	Option, Place string
}

// Why says why it had no effect.
func (n Named) Why() string {
	why := "no exchange has it"
	if n.Option == "Keep" && strings.HasPrefix(n.Place, "/") {
		why += ", or all that it holds is replaced, as ids, credentials and what is around them are"
	}
	return why
}

// Idle returns those of the places that nothing which was recorded has: options that
// had no effect.
func (r *Recording) Idle(named []Named) (idle []Named) {
	defer r.alone()()
	return r.idle(named)
}

func (r *Recording) idle(named []Named) (idle []Named) {
	for _, n := range named {
		if !slices.ContainsFunc(r.captured, func(ia *cassette.Interaction) bool { return r.stands(n, ia) }) {
			idle = append(idle, n)
		}
	}
	return idle
}

func (r *Recording) stands(n Named, ia *cassette.Interaction) bool {
	if name, ok := cutHeader(n.Place); ok {
		return len(ia.Response.Headers.Values(name)) > 0
	}
	if name, ok := strings.CutPrefix(n.Place, "?"); ok {
		u, err := url.Parse(ia.Request.URL)
		return err == nil && u.Query().Has(name)
	}
	switch n.Option {
	case "Seed":
		return strings.Contains(cassette.Text(ia), n.Place)
	case "Pinned":
		return r.pinned[n.Place]
	case "Varies":
		return cassette.Contains([]byte(ia.Request.Body), n.Place)
	case "Keep":
		return r.lets(n.Place, ia) || cassette.Contains([]byte(ia.Request.Body), n.Place)
	default:
		return cassette.Contains([]byte(ia.Response.Body), n.Place)
	}
}

// lets reports whether Keep has let something of an answer stay that it names, or
// that would not have stayed without it.
func (r *Recording) lets(keep string, ia *cassette.Interaction) (found bool) {
	if !cassette.Contains([]byte(ia.Response.Body), keep) {
		return false
	}
	e := cassette.ExchangeOf(ia)
	classes := contract.ResponseClasses(r.Definition, e.Request, e.Response)
	cassette.Walk(e.Response.Body, func(pointer, _ string, token json.Token, _, _ int) {
		if found || !cassette.Covers(keep, pointer) {
			return
		}
		class := classes(pointer)
		text, _ := token.(string)
		found = keepable(class, keep, pointer) && (names(keep, pointer) || !class.Keep) && (text == "" || !r.table.Placeholder(text))
	})
	return found
}
