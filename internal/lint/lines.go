package lint

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// text is a scalar of the file with its place.
type text struct {
	value        string
	line, column int
	style        yaml.Style
}

// scalar is the text of a node: binary data decoded, null empty.
func scalar(n *yaml.Node) text {
	switch {
	case n.Kind != yaml.ScalarNode || isNull(n):
		return text{line: n.Line}
	case n.ShortTag() == "!!binary":
		if b, err := base64.StdEncoding.DecodeString(n.Value); err == nil {
			return text{value: string(b), line: n.Line}
		}
	}
	return text{n.Value, n.Line, n.Column, n.Style}
}

// source is the text of the file, by lines.
type source struct {
	data  []byte
	lines []string
}

func (s *source) line(n int) (line string, ok bool) {
	if s.lines == nil {
		s.lines = strings.Split(string(bytes.ReplaceAll(s.data, []byte("\r\n"), []byte("\n"))), "\n")
	}
	if n < 1 || n > len(s.lines) {
		return "", false
	}
	return s.lines[n-1], true
}

// spread is a text with the lines of the file on which its parts begin, once a line
// in it was asked for.
type spread struct {
	text
	source *source
	marks  []mark
}

type mark struct{ offset, line int }

// lineAt is the line of what stands at an offset of the text.
func (s *spread) lineAt(offset int) int {
	if s.marks == nil {
		s.marks = append(s.source.marks(s.text), mark{len(s.value) + 1, s.line})
	}
	i, _ := slices.BinarySearchFunc(s.marks, offset+1, func(m mark, offset int) int { return m.offset - offset })
	if i == 0 {
		return s.line
	}
	return s.marks[i-1].line
}

// maxStray bounds the lines in a row that are not found in a text: those behind its
// end are another's.
const maxStray = 8

// marks finds the parts of a text that stands on several lines of the file,
// whatever the style of its scalar: each line is looked for behind the one before
// it.
func (s *source) marks(t text) []mark {
	var all []mark
	quoted := t.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	at, strays := 0, 0
	for n := t.line; at < len(t.value) && strays < maxStray; n++ {
		line, ok := s.line(n)
		if !ok {
			break
		}
		if n == t.line {
			if t.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				continue
			}
			line = line[min(len(line), max(0, t.column-1)):]
		}
		line = strings.TrimSpace(line)
		if quoted {
			line = escapes.Replace(strings.Trim(line, `"'\`))
		}
		if line == "" {
			continue
		}
		// An escape may be one that is not undone here.
		length := len(line)
		found := strings.Index(t.value[at:], line)
		for found < 0 && length > 8 {
			length /= 2
			found = strings.Index(t.value[at:], line[:length])
		}
		if found < 0 {
			strays++
			continue
		}
		strays = 0
		at += found
		all = append(all, mark{at, n})
		at += length
	}
	return all
}

// escapes undoes those of quoted scalars that stand in JSON, in lines of text and in URLs.
var escapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\/`, `/`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `''`, `'`)
