package jsontext

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Position returns the line and the column of an offset, counted from 1 in lines
// and characters. An offset outside the text is taken for its nearer end.
func Position(text []byte, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// At is the Position of an offset in words.
func At(text []byte, offset int) string {
	line, column := Position(text, offset)
	return fmt.Sprintf("line %d, column %d", line, column)
}

// InvalidUTF8 returns the offset of the first byte that is no UTF-8, -1 when there is none.
func InvalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

// Depth returns how deep the brackets of a text are nested, which need be no JSON.
func Depth(text []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// DecodeEscape returns the character that the escape at the start of a text stands for,
// and the length of the escape, which is 0 when there is none. Half of a surrogate pair
// stands for itself where the other does not follow.
func DecodeEscape[T ~string | ~[]byte](text T) (r rune, size int) {
	if len(text) < 2 || text[0] != '\\' {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, text[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r, ok := codeUnit(text)
	if !ok {
		return 0, 0
	}
	if low, ok := codeUnit(text[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return r, 6
}

func codeUnit[T ~string | ~[]byte](text T) (r rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 32)
	return rune(n), err == nil
}

// Edit puts other bytes in the place of a part of a text.
type Edit struct {
	Start, End int
	New        string
}

// Splice returns a text with edits, which do not overlap and may come in any
// order; it sorts them. What no edit is about stays byte by byte; without an edit it is the same
// slice.
func Splice(text []byte, edits []Edit) []byte {
	if len(edits) == 0 {
		return text
	}
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	length := len(text)
	for _, e := range edits {
		length += len(e.New) - (e.End - e.Start)
	}
	out := make([]byte, 0, length)
	done := 0
	for _, e := range edits {
		out = append(append(out, text[done:e.Start]...), e.New...)
		done = e.End
	}
	return append(out, text[done:]...)
}
