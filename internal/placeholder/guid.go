package placeholder

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

const (
	guidLength     = 36
	nilGUID        = "00000000-0000-0000-0000-000000000000"
	guidPrefix     = "cccccccc-0000-4000-8000-"
	madeUpGUID     = "ffffffff-ffff-4fff-8fff-"
	madeUpID       = "no-such-"
	dashlessLength = 32
)

// isGUID says whether the text is a GUID, in any case, with its dashes.
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

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// guidAt returns the GUID that stands alone at i.
func guidAt(s string, i int) (string, bool) {
	if len(s)-i < guidLength || !isHex(s[i]) || s[i+8] != '-' || !isGUID(s[i:i+guidLength]) {
		return "", false
	}
	return s[i : i+guidLength], startsWord(s, i, "") && endsWord(s, i+guidLength, "")
}

// dashlessAt returns the 32 hexadecimal digits that stand alone at i, and the
// GUID that they may be.
func dashlessAt(s string, i int) (digits, guid string, ok bool) {
	if len(s)-i < dashlessLength || run(s[:i+dashlessLength], i, isHex) != i+dashlessLength {
		return "", "", false
	}
	if !startsWord(s, i, "") || !endsWord(s, i+dashlessLength, "") {
		return "", "", false
	}
	digits = s[i : i+dashlessLength]
	return digits, dashed(digits), true
}

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

// looksNumberedGUID says whether a lower-case GUID has the form that this
// package numbers.
func looksNumberedGUID(guid string) bool {
	digits, ok := strings.CutPrefix(guid, guidPrefix)
	n, err := strconv.Atoi(digits)
	return ok && err == nil && n > 0 && n < reserved && len(digits) == 12
}

// invent notes the made-up ids in a value that the caller sends. They stand for
// themselves from then on; one that only the tenant has is an id like any other.
func (t *Table) invent(v string) {
	d, isDON := wholeDON(v)
	switch {
	case isDON:
		for _, p := range d.parts {
			if id := p.id.in(v); madeUpIDs.MatchString(id) {
				t.made[id] = true
			}
		}
	case MadeUp(v):
		t.made[lower(v)] = true
	}
}

// madeUp says whether a value is a made-up id that the caller has sent.
func (t *Table) madeUp(v string) bool {
	d, isDON := wholeDON(v)
	if isDON {
		v = d.last().id.in(v)
	}
	return t.made[lower(v)]
}

// MadeUp says whether an id lies in a namespace that no tenant uses and that
// therefore maps to itself: "no-such-" and up to three lower-case words, a DON
// whose last id is one, and the GUIDs ffffffff-ffff-4fff-8fff-ffffffffffff and
// ffffffff-ffff-4fff-8fff-0000000000NN.
// The other parts of such a DON, its organisation above all, are exchanged as in
// any DON, so that a tenant finds itself addressed.
func MadeUp(value string) bool {
	if isGUID(value) {
		return madeUpGUIDs.MatchString(value)
	}
	d, ok := wholeDON(value)
	return madeUpIDs.MatchString(value) || ok && madeUpIDs.MatchString(d.last().id.in(value))
}

// Made-up ids have little room: what anybody could write into them would stand
// in a cassette.
var (
	madeUpIDs   = pattern.New(`^no-such-[a-z]{1,16}(-[a-z]{1,16}){0,2}$`)
	madeUpGUIDs = pattern.New(`^(?i:ffffffff-ffff-4fff-8fff-)((?i:f{12})|0{10}[0-9]{2})$`)
)
