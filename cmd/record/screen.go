package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/drift"
)

// screen is a terminal that results are written to: they are fitted to its width,
// and coloured unless the user wants none.
type screen struct {
	io.Writer
	width   int
	colours bool
}

// defaultWidth is that of a terminal which says nothing else in COLUMNS.
const defaultWidth = 80

// onScreen wraps a terminal; any other writer stays what it is.
func onScreen(w io.Writer, getenv func(string) string) io.Writer {
	file, ok := w.(*os.File)
	if !ok {
		return w
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return w
	}
	s := &screen{w, defaultWidth, getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n >= 20 {
		s.width = n
	}
	return s
}

// widthOf is how wide a table may be: 0 for as wide as it is.
func widthOf(w io.Writer) int {
	if s, ok := w.(*screen); ok {
		return s.width
	}
	return 0
}

// fitted is a writer for what a terminal, or any other writer, is given later.
func fitted(to, later io.Writer) io.Writer {
	if width := widthOf(later); width > 0 {
		return &screen{Writer: to, width: width}
	}
	return to
}

// paints are the colours of classes, as terminals number them.
var paints = map[drift.Class]string{drift.Breaking: "31", drift.Additive: "33", drift.Cosmetic: "36"}

// paint colours the classes at the start of a report's lines.
func paint(w io.Writer, text string) string {
	if s, ok := w.(*screen); !ok || !s.colours {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		for class, colour := range paints {
			if rest, ok := strings.CutPrefix(line, "  "+string(class)+" "); ok {
				line = "  \x1b[" + colour + "m" + string(class) + "\x1b[0m " + rest
				break
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// stacked writes the rows of a table that is too wide below one another: the
// first cell, and what follows it indented and broken at spaces.
func stacked(rows [][]string, width int) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.TrimRight(row[0], " ") + "\n")
		column := 0
		for _, word := range strings.Fields(strings.Join(row[1:], "  ")) {
			n := utf8.RuneCountInString(word)
			switch {
			case column == 0:
				b.WriteString("  ")
				column = 2 + n
			case column+1+n > width:
				b.WriteString("\n    ")
				column = 4 + n
			default:
				b.WriteString(" ")
				column += 1 + n
			}
			b.WriteString(word)
		}
		if column > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}
