package goldentest

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/jsontext"
	udiff "github.com/rogpeppe/go-internal/diff"
)

// A difference is read by a person: what exceeds this is not.
const (
	maxLines = 60  // of a difference
	maxWidth = 200 // bytes of a line
	excerpt  = 60  // bytes around the first difference, when a line was cut
)

// diff describes how got differs from want: unified lines, the first maxLines of
// them. It takes O(n log n) for any input.
func diff(path string, want, got []byte) string {
	var out strings.Builder
	if crlf := []byte("\r\n"); bytes.Equal(bytes.ReplaceAll(want, crlf, crlf[1:]), bytes.ReplaceAll(got, crlf, crlf[1:])) {
		fmt.Fprintf(&out, "%s differs in line ends only: %d CRLF wanted, %d got\n", path, bytes.Count(want, crlf), bytes.Count(got, crlf))
		fmt.Fprintf(&out, "if git has converted them: add the line %q to the package's .gitattributes and check the file out again\n", path+" -text")
		return out.String()
	}
	fmt.Fprintf(&out, "%s (-want +got):\n", path)
	unified := strings.TrimSuffix(string(udiff.Diff("want", want, "got", got)), "\n")
	lines := strings.Split(unified, "\n")
	lines = visible(lines[min(3, len(lines)):]) // without the headings, which the first line replaces
	left := len(lines) - maxLines
	cut := false
	for _, line := range lines[:min(maxLines, len(lines))] {
		if len(line) > maxWidth {
			cut = true
			line = strings.ToValidUTF8(line[:maxWidth], "") + "…"
		}
		out.WriteString(line + "\n")
	}
	if left > 0 {
		fmt.Fprintf(&out, "… and %d more lines of difference\n", left)
	}
	if cut {
		at := commonPrefix(want, got)
		line := bytes.Count(want[:at], []byte("\n"))
		start := bytes.LastIndexByte(want[:at], '\n') + 1
		fmt.Fprintf(&out, "first difference: line %d, byte %d: -%s +%s\n", line+1, at-start+1, quote(around(want, start, at)), quote(around(got, start, at)))
	}
	return out.String()
}

// visible quotes the lines of a difference that do not show what they hold: control
// characters, blanks at the end, bytes that are not UTF-8, accents apart from their
// letters. Of lines that differ from one another all are quoted, or none.
func visible(lines []string) []string {
	for from := 0; from < len(lines); {
		to := from + 1
		for differs(lines[from]) && to < len(lines) && differs(lines[to]) {
			to++
		}
		if slices.ContainsFunc(lines[from:to], func(line string) bool { return line != "" && !plain([]byte(line[1:])) }) {
			for i, line := range lines[from:to] {
				if !strings.HasPrefix(line, `\`) { // no newline at the end
					lines[from+i] = line[:1] + quote([]byte(line[1:]))
				}
			}
		}
		from = to
	}
	return lines
}

func differs(line string) bool { return line != "" && line[0] != ' ' && line[0] != '@' }

func quote(text []byte) string { return jsontext.Visible(strconv.Quote(string(text))) }

func plain(line []byte) bool {
	if bytes.HasSuffix(line, []byte(" ")) || bytes.HasSuffix(line, []byte("\t")) {
		return false
	}
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 || r != '\t' && !strconv.IsPrint(r) {
			return false
		}
		i += size
	}
	return jsontext.Visible(string(line)) == string(line)
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// around is the text near at, no further back than the start of its line.
func around(text []byte, start, at int) []byte {
	from, to := max(start, at-excerpt/2), min(len(text), at+excerpt/2)
	for from > start && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return text[from:to]
}
