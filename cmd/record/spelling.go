package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// spellings finds a secret in text, however it is spelt there: as it is, decoded, in
// hexadecimal digits, in base64 or percent-encoded, backwards, in any case, and in
// part. What it finds too much is left out of a report; what it missed would be lost.
type spellings struct{ parts map[string]bool }

// spellingPart is the length of the shortest part that counts, in letters and digits:
// shorter ones stand in any text.
const spellingPart = 8

func newSpellings(secret string) spellings {
	s := spellings{map[string]bool{}}
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

func (s spellings) add(spelling string) {
	p := lettersOf(spelling)
	if len(p) < spellingPart {
		if len(p) >= 4 {
			s.parts[p] = true
		}
		return
	}
	for i := range len(p) - spellingPart + 1 {
		s.parts[p[i:i+spellingPart]] = true
	}
}

// in reports whether a text holds the secret or a part of it. The name of the
// variable, which stands for what was replaced, is none.
func (s spellings) in(text string) bool {
	p := lettersOf(strings.ReplaceAll(text, secretVar, ""))
	for i := range len(p) {
		for n := 4; n <= spellingPart && i+n <= len(p); n++ {
			if s.parts[p[i:i+n]] {
				return true
			}
		}
	}
	return false
}
