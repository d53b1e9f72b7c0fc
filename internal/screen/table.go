package screen

import (
	"bytes"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Table prints rows of cells in columns, or below one another on a terminal that
// is too narrow.
type Table struct{ Rows [][]string }

func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

func (t *Table) Print(w io.Writer) error {
	var aligned bytes.Buffer
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range t.Rows {
		io.WriteString(tw, strings.Join(row, "\t")+"\n")
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if width := Width(w); width > 0 {
		for line := range strings.Lines(aligned.String()) {
			if utf8.RuneCountInString(strings.TrimRight(line, " \n")) > width {
				_, err := io.WriteString(w, stacked(t.Rows, width))
				return err
			}
		}
	}
	// An empty last cell would leave the padding of the one before.
	for line := range strings.Lines(aligned.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
