package screen

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible writes what a terminal might obey, or not show, as Go does in strings.
func Visible(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, Hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if Hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func Hidden(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
