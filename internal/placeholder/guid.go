package placeholder

import (
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

const (
	guidLength     = 36
	nilGUID        = "00000000-0000-0000-0000-000000000000"
	guidPrefix     = "cccccccc-0000-4000-8000-"
	dashlessLength = 32
)

func isGUID(s string) bool {
	if len(s) != guidLength {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return true
}

// guidAt returns the GUID at i, be it inside a word.
func guidAt(s string, i int) (string, bool) {
	if len(s)-i < guidLength || !isHex(s[i]) || s[i+8] != '-' || !isGUID(s[i:i+guidLength]) {
		return "", false
	}
	return s[i : i+guidLength], true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

func dashed(digits string) string {
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

func dashless(guid string) string { return strings.ReplaceAll(guid, "-", "") }

// mirrorCase gives a GUID the case of another: upper when all letters of the
// model are upper, lower otherwise. What is no GUID stays.
func mirrorCase(model, guid string) string {
	if !isGUID(guid) {
		return guid
	}
	if model == strings.ToUpper(model) && model != strings.ToLower(model) {
		return strings.ToUpper(guid)
	}
	return guid
}

func numberedGUID(n int) string { return fmt.Sprintf("%s%012d", guidPrefix, n) }

// guids is the grammar of GUIDs, which are compared without regard to case. Its
// pairs are in lower case.
type guids struct {
	pairs
	t       *Table
	numbers counter
	bound   map[string]string // placeholders of bindings, by the GUID as the environment spells it
}

func (g *guids) end(s string, i int) int {
	if guid, ok := guidAt(s, i); ok && startsWord(s, i, "") && endsWord(s, i+len(guid), "") {
		return i + len(guid)
	}
	return i
}

// placeholder returns the placeholder of a GUID, in the GUID's own case.
func (g *guids) placeholder(guid string, learn bool) (string, bool) {
	key := lower(guid)
	p, known := g.placeholders[key]
	switch {
	case g.bound[guid] != "":
		return g.bound[guid], true
	case known:
		return mirrorCase(guid, p), true
	case !learn || key == nilGUID || g.t.madeUp(key) || g.hidden(key):
		return guid, true
	}
	p = key
	if !isNumbered(key, guidPrefix, numberedGUID) {
		p = g.numbers.next("", numberedGUID, func(p string) bool { _, isReal := g.placeholders[p]; return !isReal && !g.hidden(p) })
	}
	g.enter(key, p)
	return mirrorCase(guid, p), true
}

func (g *guids) enter(key, p string) {
	g.pairs.enter(key, p)
	if key == p {
		return
	}
	for _, spelling := range []string{key, strings.ToUpper(key)} {
		for _, form := range []string{spelling, dashless(spelling)} {
			g.t.keep(value{pair: pair{provider.ID, form, p}, as: wholeID, inside: true})
		}
	}
}

// hidden says whether a lower-case GUID is a placeholder.
func (g *guids) hidden(key string) bool { return g.taken(key) || g.t.issued(key) }

func (g *guids) real(guid string) (string, bool) {
	if real, ok := g.reals[lower(guid)]; ok {
		return mirrorCase(guid, real), true
	}
	return guid, true
}

func (g *guids) known(guid string) bool {
	return isGUID(guid) && (lower(guid) == nilGUID || g.hidden(lower(guid)))
}

func (g *guids) names(guid, placeholder string) bool { return strings.EqualFold(guid, placeholder) }

func (g *guids) reserve(guid string) {
	if key := lower(guid); isNumbered(key, guidPrefix, numberedGUID) && g.placeholders[key] == "" && !g.hidden(key) {
		g.enter(key, key)
	}
}

// leak returns what should stand in the place of a real GUID.
func (g *guids) leak(guid string) (placeholder string, ok bool) {
	p, known := g.placeholders[lower(guid)]
	return p, known && p != lower(guid)
}

// bind enters a GUID as a placeholder, with its real value.
func (g *guids) bind(placeholder, real string) (fault string) {
	if fault = g.clash(lower(real), lower(placeholder)); fault == "" {
		g.enter(lower(real), lower(placeholder))
		g.bound[real] = placeholder
	}
	return fault
}

// dashlessGUIDs is the grammar of GUIDs without their dashes. Any 32 hexadecimal
// digits look so: only those of a pair are exchanged.
type dashlessGUIDs struct{ *guids }

func (g dashlessGUIDs) end(s string, i int) int {
	end := i + dashlessLength
	if end > len(s) || !isHex(s[i]) || !startsWord(s, i, "") || !endsWord(s, end, "") || run(s[:end], i, isHex) != end {
		return i
	}
	return end
}

func (g dashlessGUIDs) placeholder(digits string, _ bool) (string, bool) {
	return g.other(digits, g.placeholders)
}

func (g dashlessGUIDs) real(digits string) (string, bool) { return g.other(digits, g.reals) }

func (g dashlessGUIDs) known(digits string) bool { _, ok := g.real(digits); return ok }

func (g dashlessGUIDs) names(digits, placeholder string) bool {
	return strings.EqualFold(dashed(digits), placeholder)
}

func (g dashlessGUIDs) leak(digits string) (string, bool) { return g.guids.leak(dashed(digits)) }

func (g dashlessGUIDs) reserve(string) {}

// other returns what a map of GUIDs has for the digits, without dashes and in their case.
func (g dashlessGUIDs) other(digits string, to map[string]string) (other string, ok bool) {
	if len(digits) != dashlessLength || run(digits, 0, isHex) != dashlessLength {
		return "", false
	}
	guid := dashed(digits)
	if other, ok = to[lower(guid)]; isGUID(other) {
		other = dashless(mirrorCase(guid, other))
	}
	return other, ok
}
