package jsontext

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// lastEuropean is the last letter of the scripts whose accented letters have code
// points of their own: Latin, Greek, Cyrillic, Armenian.
const lastEuropean = '\u058f'

// twins are the letters that are drawn as Latin ones; those of full width and those of
// mathematics are further ones.
const twins = "АВЕЅІЈКМНОРСТХУаеѕіјһорсԁԛԝхуѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυχϳՕՏօսոհցզıſɡɑ"

// marks are the dashes, dots and slashes that are drawn as those of ASCII.
const marks = "\u02d0\u2010\u2011\u2012\u2024\u2044\u2212\u2215\u2236\ua789\uff0d\uff0e\uff0f\uff1a\uff3f"

func isTwin(r rune) bool {
	return r > 0x7f && strings.ContainsRune(twins, r) || r >= 0xff10 && r <= 0xff5a || r >= 0x1d400 && r <= 0x1d7ff
}

// Visible writes as \u escapes what a person cannot see or cannot tell from
// another text: a zero-width or a no-break space, a byte order mark, an accent
// that stands behind its letter instead of being part of it, a letter of another
// script in a word that reads as a Latin one. ASCII stays.
func Visible(s string) string {
	var b strings.Builder
	done, before := 0, rune(0)
	end, latin := 0, false // of the word, and whether it reads as a Latin one
	for i, r := range s {
		if i >= end {
			end, latin = i, false
			if isLetter(r) {
				end = i + wordLen(s[i:])
				latin = readsLatin(s[i:end])
			}
		}
		accent := unicode.Is(unicode.Mn, r) && unicode.IsLetter(before) && before <= lastEuropean
		seen := r < 0x7f || strconv.IsPrint(r) && !accent && !(latin && isTwin(r)) && !strings.ContainsRune(marks, r) || r == unicode.ReplacementChar
		if before = r; seen {
			continue
		}
		b.WriteString(s[done:i])
		if r > 0xffff {
			fmt.Fprintf(&b, `\U%08x`, r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		done = i + len(string(r))
	}
	return b.String() + s[done:]
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordLen is how long the word is that a text begins with.
func wordLen(s string) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !isLetter(r) && !unicode.Is(unicode.Mn, r) }); n >= 0 {
		return n
	}
	return len(s)
}

// readsLatin says whether a word has a Latin letter, or none that is not drawn as one.
func readsLatin(word string) bool {
	all := true
	for _, r := range word {
		if r < 0x80 && unicode.IsLetter(r) {
			return true
		}
		all = all && (isTwin(r) || r < 0x80)
	}
	return all
}
