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

// Visible writes as \u escapes what a person cannot see or cannot tell from
// another text: a zero-width or a no-break space, a byte order mark, an accent
// that stands behind its letter instead of being part of it. ASCII stays.
func Visible(s string) string {
	var b strings.Builder
	done, before := 0, rune(0)
	for i, r := range s {
		accent := unicode.Is(unicode.Mn, r) && unicode.IsLetter(before) && before <= lastEuropean
		if before = r; r < 0x7f || strconv.IsPrint(r) && !accent || r == unicode.ReplacementChar {
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
