// Package screen lays text out for a terminal, or for any other writer: tables, lines of its
// width, and texts without what a terminal might obey.
package screen

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// Screen is a terminal that results are written to: they are fitted to its width,
// and coloured unless the user wants none.
type Screen struct {
	io.Writer
	Width   int
	colours bool
}

// DefaultWidth is that of a terminal which does not say how wide it is.
const DefaultWidth = 80

// Over is a screen over what leads to a terminal; any other writer stays what it is.
func Over(over, to io.Writer, getenv func(string) string) io.Writer {
	file, ok := to.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return over
	}
	s := &Screen{over, DefaultWidth, getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		s.Width = max(width, narrowest)
	}
	return s
}

// narrowest is the width below which nothing is broken any further.
const narrowest = 20

// Width is how wide a table may be: 0 for as wide as it is.
func Width(w io.Writer) int {
	if s, ok := w.(*Screen); ok {
		return s.Width
	}
	return 0
}

// Paint colours the words that the lines of a text begin with, behind two spaces; colours
// are numbered as terminals do.
func Paint(w io.Writer, text string, colours map[string]string) string {
	if s, ok := w.(*Screen); !ok || !s.colours {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		for word, colour := range colours {
			if rest, ok := strings.CutPrefix(line, "  "+word+" "); ok {
				line = "  \x1b[" + colour + "m" + word + "\x1b[0m " + rest
				break
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// stacked writes the rows of a table that is too wide below one another: the
// first cell, and what follows it indented.
func stacked(rows [][]string, width int) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.TrimRight(row[0], " ") + "\n")
		if rest := strings.Join(strings.Fields(strings.Join(row[1:], " ")), " "); rest != "" {
			b.WriteString("  " + rest + "\n")
		}
	}
	return Wrapped(b.String(), width)
}

// Wrapped breaks the lines of a text at spaces, so that none is wider than a
// terminal with so many columns; 0 is any number. A word is never broken: it may
// have to be copied.
func Wrapped(text string, width int) string {
	if width == 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(wrappedLine(strings.TrimSuffix(line, "\n"), width) + "\n")
	}
	return b.String()
}

// wrappedLine continues a line below its last column, or a little to the right of
// its beginning when that column is too far to the right.
func wrappedLine(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	hang := indentOf(line)
	switch at := lastColumn(line); {
	case at > width/2:
		hang += 2
	case at > 0:
		hang = at
	}
	var b strings.Builder
	column := 0
	for rest := line; rest != ""; {
		word := strings.TrimLeft(rest, " ")
		gap := len(rest) - len(word)
		end := len(word)
		if i := strings.IndexByte(word, ' '); i >= 0 {
			end = i
		}
		word, rest = word[:end], word[end:]
		n := utf8.RuneCountInString(word)
		if at := max(0, min(hang, width/2, width-n)); column > 0 && column+gap+n > width {
			b.WriteString("\n")
			column, gap = 0, at
		}
		b.WriteString(strings.Repeat(" ", gap) + word)
		column += gap + n
	}
	return b.String()
}

// Continued is a command of a shell below what is said of it, on lines that a terminal
// with so many columns has room for: a shell takes them for one.
func Continued(said, command string, width int) string {
	if width == 0 || utf8.RuneCountInString(said+command) <= width {
		return said + command
	}
	var words []string
	open := false // within quotes
	for piece := range strings.SplitSeq(command, " ") {
		if open {
			words[len(words)-1] += " " + piece
		} else {
			words = append(words, piece)
		}
		open = open != (strings.Count(strings.ReplaceAll(piece, `\'`, ""), "'")%2 == 1)
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(said) + "\n ")
	column := 1
	for i, word := range words {
		n := utf8.RuneCountInString(" " + word)
		if i > 0 && column+n+len(` \`) > width {
			b.WriteString(" \\\n   ")
			column = 3
		}
		b.WriteString(" " + word)
		column += n
	}
	return b.String()
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// lastColumn is where the last column of a line begins; 0 when it has but one.
func lastColumn(line string) int {
	if i := strings.LastIndex(line, "  ") + 2; i > 1 && i > indentOf(line) {
		return i
	}
	return 0
}

// Joined is a text whose paragraphs, and whose last columns, are one line each, so
// that they can be wrapped to any width.
func Joined(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if last := len(lines) - 1; last >= 0 && line != "" && lines[last] != "" {
			indent, column := indentOf(line), lastColumn(lines[last])
			prose := indent == 0 && indentOf(lines[last]) == 0 && line[0] != '\t' && lines[last][0] != '\t'
			if prose || column > 0 && indent == column {
				lines[last] += " " + strings.TrimLeft(line, " ")
				continue
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Table has rows of cells in columns, or below one another on a terminal that
// is too narrow.
type Table struct{ Rows [][]string }

// Add adds a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Text is the table for so many columns; 0 is any number.
func (t *Table) Text(width int) string {
	var aligned, b strings.Builder
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range t.Rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush() // a strings.Builder takes everything
	for line := range strings.Lines(aligned.String()) {
		line = strings.TrimRight(line, " \n") // an empty last cell leaves the padding of the one before
		if width > 0 && utf8.RuneCountInString(line) > width {
			return stacked(t.Rows, width)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Visible writes what a terminal might obey, or not show, as Go does in strings.
func Visible(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether a terminal might obey a character, or not show it.
func hidden(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
