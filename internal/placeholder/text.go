package placeholder

import (
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// HideText replaces what is distinctive inside any text: DONs, GUIDs and mail
// addresses by their form, and the base URL, credentials and other values of the
// table that cannot be mistaken for words.
func (t *Table) HideText(s string) (hidden string) {
	t.settle(func() { hidden = t.hideText(s, true) })
	return hidden
}

// hideText is HideText; without learn, GUIDs and mail addresses that the table
// does not know stay.
func (t *Table) hideText(s string, learn bool) string {
	low := lower(s)
	var b strings.Builder
	done := 0
	put := func(start, end int, text string) {
		b.WriteString(s[done:start])
		b.WriteString(text)
		done = end
	}
	for i := 0; i < len(s); {
		end, text := i, ""
		if n, ok := t.hidden.match(s, low, i); ok {
			end = i + len(n.text)
			if text = n.replacement; n.guard {
				text = s[i:end]
			}
		} else if d, ok := donAt(s, i); ok {
			end, text = d.end, t.aliasDON(s, d)
		} else if guid, ok := guidAt(s, i); ok {
			end, text = i+guidLength, guid
			if _, known := t.guids[lower(guid)]; known || learn {
				text = t.aliasGUID(guid)
			}
		} else if digits, p, ok := t.knownDashless(s, i, t.guids); ok {
			end, text = i+len(digits), p
		} else if mail, ok := mailAt(s, i); ok && learn && !reservedMail(mail) {
			end, text = i+len(mail), t.alias(provider.Mail, mail)
		}
		if end == i {
			i++
			continue
		}
		put(i, end, text)
		i = end
	}
	return b.String() + s[done:]
}

// RevealText puts the real values in the place of the placeholders inside any
// text, and what the caller sent in the place of what stands for it.
func (t *Table) RevealText(s string) string { return t.revealText(t.sent.RestoreText(s)) }

func (t *Table) revealText(s string) string {
	low := lower(s)
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		end, text := i, ""
		if n, ok := t.shown.match(s, low, i); ok {
			end, text = i+len(n.text), n.replacement
		} else if d, ok := donAt(s, i); ok {
			end, text = d.end, t.revealDON(s, d)
		} else if guid, ok := guidAt(s, i); ok {
			end, text = i+guidLength, t.revealGUID(guid)
		} else if digits, real, ok := t.knownDashless(s, i, t.guidsR); ok {
			end, text = i+len(digits), real
		}
		if end == i {
			i++
			continue
		}
		b.WriteString(s[done:i])
		b.WriteString(text)
		i, done = end, end
	}
	return b.String() + s[done:]
}

func (t *Table) revealGUID(guid string) string {
	if real, ok := t.guidsR[lower(guid)]; ok {
		return mirrorCase(guid, real)
	}
	return guid
}

// knownDashless returns the digits at i and what a map of GUIDs has for them,
// without dashes and in their case.
func (t *Table) knownDashless(s string, i int, to map[string]string) (digits, other string, ok bool) {
	digits, guid, ok := dashlessAt(s, i)
	if !ok {
		return "", "", false
	}
	if other, ok = to[lower(guid)]; !ok {
		return "", "", false
	}
	if isGUID(other) {
		other = dashless(mirrorCase(guid, other))
	}
	return digits, other, true
}

// donAt returns the DON that starts a word at i.
func donAt(s string, i int) (don, bool) {
	if s[i] != 'd' || !startsWord(s, i, "_-") {
		return don{}, false
	}
	return parseDON(s, i)
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
	return mail, mailAddress.MatchString(mail)
}

func isMailByte(c byte) bool {
	return isAlnum(c) || strings.IndexByte("._+-", c) >= 0
}

// reservedMail says whether a mail address lies in a domain that is reserved for
// examples.
func reservedMail(mail string) bool {
	_, domain, _ := strings.Cut(lower(mail), "@")
	for _, reserved := range []string{"example.com", "example.org", "example.net", "invalid"} {
		if domain == reserved || strings.HasSuffix(domain, "."+reserved) {
			return true
		}
	}
	return false
}
