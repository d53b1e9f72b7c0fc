package secret

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

// Spellings finds a secret in text, however it is spelt there: as it is, decoded, in
// hexadecimal digits, in base64 or percent-encoded, backwards, in any case, and in
// part. What it finds too much is left out of a report; what it missed would be lost.
type Spellings struct {
	// name is what stands for the secret where it was replaced, and is no part of it.
	name  string
	parts map[string]bool
}

func (s Spellings) add(spelling string) {
	p := lettersOf(spelling)
	if len(p) < ShortestPart {
		if len(p) >= 4 {
			s.parts[p] = true
		}
		return
	}
	for i := range len(p) - ShortestPart + 1 {
		s.parts[p[i:i+ShortestPart]] = true
	}
}

// In reports whether a text holds the secret or a part of it.
func (s Spellings) In(text string) bool {
	p := lettersOf(strings.ReplaceAll(text, s.name, ""))
	for i := range len(p) {
		for n := 4; n <= ShortestPart && i+n <= len(p); n++ {
			if s.parts[p[i:i+n]] {
				return true
			}
		}
	}
	return false
}

// ShortestPart is the length of the shortest part that counts, in letters and digits:
// shorter ones stand in any text.
const ShortestPart = 8

// NewSpellings returns those of a secret that stands in the variable of that name.
func NewSpellings(name, secret string) Spellings {
	s := Spellings{name, map[string]bool{}}
	texts := []string{secret}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if decoded, err := e.DecodeString(secret); err == nil {
			texts = append(texts, string(decoded))
		}
	}
	if decoded, err := hex.DecodeString(secret); err == nil {
		texts = append(texts, string(decoded))
	}
	for _, text := range texts {
		backwards := []byte(text)
		slices.Reverse(backwards)
		for _, t := range []string{text, string(backwards)} {
			s.add(t)
			s.add(hex.EncodeToString([]byte(t)))
			s.add(strings.Trim(strconv.Quote(t), `"`))
			s.add(url.QueryEscape(t))
			// What stands before it shifts its base64; the ends depend on what is there.
			for shift := range 3 {
				encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + t))
				s.add(strings.TrimLeft(encoded, "A"))
				s.add(encoded[min(4, len(encoded)):max(min(4, len(encoded)), len(encoded)-2)])
			}
		}
	}
	return s
}

// lettersOf is a text as it is compared: its letters and digits, in lower case.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, s)
}

// PrivateParts are an argument that is a URL with a user or a query, these, and what stands in
// them but for names. Where no URL can be read, all before an @ may be a user.
func PrivateParts(arg string) []string {
	text := arg
	if name, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(name, "-") {
		text = value
	}
	_, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		rest = text
	}
	user, query := "", ""
	if i := strings.LastIndex(rest, "@"); i >= 0 && (isURL || strings.Contains(rest[:i], ":")) {
		user = rest[:i]
	}
	if u, err := url.Parse(text); err == nil && u.Host != "" && u.User == nil {
		user = ""
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 && (isURL || strings.Contains(rest[i:], "=")) {
		query = rest[i+1:]
	}
	if user+query == "" {
		return nil
	}
	all := []string{arg, text, user, query}
	for part := range strings.FieldsFuncSeq(user+"&"+query, func(r rune) bool { return strings.ContainsRune(":/?#@&", r) }) {
		if _, value, ok := strings.Cut(part, "="); ok && value != "" {
			part = value
		}
		all = append(all, part)
		if form, err := url.QueryUnescape(part); err == nil {
			all = append(all, form)
		}
	}
	return slices.DeleteFunc(all, func(part string) bool { return len(part) < 4 })
}

// IsPlain reports whether a text consists of words and short numbers, as names, URLs,
// patterns and times do: of up to 16 letters, small, capital or with a few capitals
// among the small ones, with at most four digits behind them, or of up to seven digits.
func IsPlain(text string) bool {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ./:;_-*?!#@[]{}()<>'\"&%~,+=^|", r) }) {
		if len(part) > 20 || !plainPart.MatchString(part) {
			return false
		}
	}
	return true
}

var plainPart = pattern.New(`^([a-z]{1,16}|[A-Z]{1,16}|[A-Z]?[a-z]+([A-Z][a-z]+){0,3})?[0-9]{0,4}$|^[0-9]{5,7}$|^[0-9]{1,9}(ns|us|ms|s|m|h)$|^[0-9]{1,4}[a-z]{1,2}$|^ETag$`)
