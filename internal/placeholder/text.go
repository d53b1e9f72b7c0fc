package placeholder

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// FromTenantText replaces what is distinctive inside any text: composed ids, GUIDs and mail
// addresses by their form, and the base URL, credentials and other values of the
// table that cannot be mistaken for words.
func (t *Table) FromTenantText(s string) (hidden string) {
	t.settle(func() { hidden = t.fromTenantText(s, true) })
	return hidden
}

// fromTenantText is FromTenantText; without learn, GUIDs and mail addresses that the table
// does not know stay.
func (t *Table) fromTenantText(s string, learn bool) string {
	low := lower(s)
	return rewrite(s, func(i int) (end int, text string) {
		if n, ok := t.match(&t.hidden, s, low, i); ok {
			if end = i + len(n.text); n.guard {
				return end, s[i:end]
			}
			return end, n.replacement
		}
		end, ok := t.idAt(s, i, func(g grammar, id string) (ok bool) {
			text, ok = g.placeholder(id, learn)
			return ok
		})
		if mail, found := mailAt(s, i); !ok && found && learn && !reservedMail(mail) {
			return i + len(mail), t.placeholderFor(provider.Mail, mail)
		}
		return end, text
	})
}

// ToTenantText puts the real values in the place of the placeholders inside any
// text, and what the caller sent in the place of what stands for it.
func (t *Table) ToTenantText(s string) string { return t.toTenantText(t.sent.ToCallerText(s)) }

func (t *Table) toTenantText(s string) string {
	low := lower(s)
	return rewrite(s, func(i int) (end int, text string) {
		if n, ok := t.match(&t.shown, s, low, i); ok {
			return i + len(n.text), n.replacement
		}
		end, _ = t.idAt(s, i, func(g grammar, id string) (ok bool) {
			text, ok = g.real(id)
			return ok
		})
		return end, text
	})
}

// mailAt returns the mail address that starts a word at i.
func mailAt(s string, i int) (string, bool) {
	if !isMailByte(s[i]) || i > 0 && isMailByte(s[i-1]) {
		return "", false
	}
	at := run(s, i, isMailByte)
	if at >= len(s) || s[at] != '@' {
		return "", false
	}
	end := run(s, at+1, func(c byte) bool { return isAlnum(c) || c == '.' || c == '-' })
	for end > at && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	mail := s[i:end]
	return mail, isMail(mail)
}

func isMailByte(c byte) bool { return isAlnum(c) || strings.IndexByte("._+-", c) >= 0 }

// reservedMail says whether a mail address lies in a domain that is reserved for examples.
func reservedMail(mail string) bool {
	_, domain, _ := strings.Cut(lower(mail), "@")
	return slices.ContainsFunc([]string{"example.com", "example.org", "example.net", "invalid"}, func(reserved string) bool {
		return domain == reserved || strings.HasSuffix(domain, "."+reserved)
	})
}

// startsWord says that no word runs into the place i: what stands before it is
// no letter, digit or joining byte, or is the end of an escape.
func startsWord(s string, i int, joins string) bool {
	if i == 0 || !joined(s[i-1], joins) {
		return true
	}
	switch {
	case i >= 3 && s[i-3] == '%' && isHex(s[i-2]) && isHex(s[i-1]):
		return true
	case i >= 2 && s[i-2] == '\\' && strings.IndexByte("bfnrt", s[i-1]) >= 0:
		return true
	case i >= 6 && s[i-6] == '\\' && s[i-5] == 'u':
		return isHex(s[i-4]) && isHex(s[i-3]) && isHex(s[i-2]) && isHex(s[i-1])
	}
	return false
}

// endsWord says that no word runs on at the place i.
func endsWord(s string, i int, joins string) bool { return i >= len(s) || !joined(s[i], joins) }

func joined(c byte, joins string) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte(joins, c) >= 0
}

func run(s string, i int, f func(byte) bool) int {
	for i < len(s) && f(s[i]) {
		i++
	}
	return i
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
