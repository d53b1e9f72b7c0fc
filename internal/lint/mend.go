package lint

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
)

// maxMended bounds how deep the blocks of a broken file are taken apart: a header's
// value stands on the eighth level.
const maxMended = 10

// maxPieces bounds the pieces of a broken file that are parsed.
const maxPieces = 1 << 14

// mender reads what it can of a text that is no YAML as a whole: its blocks are
// parsed one by one, those that do not parse are taken apart again, and what is left
// are lines.
type mender struct {
	left   []text
	pieces int
}

// unprintable are characters that YAML refuses anywhere.
var unprintable = pattern.New("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")

// mend returns the nodes of a broken text, whose first line is at in the file, and
// the lines that are left. Conflict markers, tabs before a key and the control
// characters that YAML refuses are what breaks most files.
func mend(data []byte, at int) (root *yaml.Node, left []text) {
	clean := strings.ToValidUTF8(string(data), "\ufffd")
	if !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		clean = unprintable.ReplaceAllString(clean, "\ufffd")
	}
	m := &mender{}
	lines, margin := strings.SplitAfter(clean, "\n"), ""
	for i, line := range lines {
		inner := strings.TrimLeft(line, " \t")
		switch {
		case conflictMark.MatchString(line):
			m.leave(lines[i:i+1], at+i)
			lines[i] = "\n"
		case blank(line):
		case strings.Contains(line[:len(line)-len(inner)], "\t"):
			lines[i] = margin + inner
		default:
			margin = line[:len(line)-len(inner)]
		}
	}
	root = m.block(lines, at, 0)
	return root, m.left
}

var (
	conflictMark = pattern.New(`^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?\n|$)`)
	// keyLine is a line with a key, as the cassettes of all tools write it.
	keyLine = pattern.New(`^( *)(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_./$-]+)):(?:[ \t]+([^\r\n]*)|\r?)\r?\n?$`)
)

// block reads lines that belong together.
func (m *mender) block(lines []string, at, depth int) *yaml.Node {
	for len(lines) > 0 && blank(lines[0]) {
		lines, at = lines[1:], at+1
	}
	if len(lines) == 0 {
		return nil
	}
	m.pieces++
	if m.pieces > maxPieces {
		m.leave(lines, at)
		return nil
	}
	if n := parsed(strings.Join(lines, "")); n != nil {
		shift(n, at-1)
		return n
	}
	groups := split(lines)
	switch {
	case depth >= maxMended:
		m.leave(lines, at)
		return nil
	case len(groups) == 1:
		return m.group(lines, at, depth)
	}
	all := &yaml.Node{Kind: yaml.MappingNode, Line: at, Column: 1}
	items := &yaml.Node{Kind: yaml.SequenceNode, Line: at, Column: 1}
	for _, g := range groups {
		n := m.block(g, at, depth+1)
		at += len(g)
		switch {
		case n == nil:
		case n.Kind == yaml.MappingNode:
			all.Content = append(all.Content, n.Content...)
		case n.Kind == yaml.SequenceNode:
			// The items of a list may stand below its key, not indented.
			if last := len(all.Content) - 1; last > 0 && isNull(all.Content[last]) {
				all.Content[last] = &yaml.Node{Kind: yaml.SequenceNode, Line: n.Line, Content: n.Content}
			} else if last > 0 && all.Content[last].Kind == yaml.SequenceNode {
				all.Content[last].Content = append(all.Content[last].Content, n.Content...)
			} else {
				items.Content = append(items.Content, n.Content...)
			}
		default:
			m.left = append(m.left, scalar(n))
		}
	}
	if len(all.Content) == 0 {
		return items
	}
	if len(items.Content) > 0 {
		all.Content = append(all.Content, scalarNode("", at), items)
	}
	return all
}

// group reads the lines of one item or of one key.
func (m *mender) group(lines []string, at, depth int) *yaml.Node {
	head := lines[0]
	if dash := indent(head); strings.HasPrefix(head[dash:], "- ") {
		inner := append([]string{head[:dash] + "  " + head[dash+2:]}, lines[1:]...)
		if n := m.block(inner, at, depth+1); n != nil {
			return &yaml.Node{Kind: yaml.SequenceNode, Line: at, Content: []*yaml.Node{n}}
		}
		return nil
	}
	k := keyLine.FindStringSubmatch(head)
	if k == nil || k[5] != "" && strings.IndexByte("{[&*!", k[5][0]) >= 0 {
		m.leave(lines[:1], at)
		return m.block(lines[1:], at+1, depth+1)
	}
	var value, rest *yaml.Node
	switch mark := k[5]; {
	case mark != "" && strings.IndexByte(`"'|>`, mark[0]) >= 0: // a text, with all that is indented below
		value = scalarNode(unquote(strings.TrimLeft(mark, "|>+-0123456789")+"\n"+strings.Join(lines[1:], "")), at)
	case mark != "":
		value, rest = scalarNode(mark, at), m.block(lines[1:], at+1, depth+1)
	default:
		value = m.block(lines[1:], at+1, depth+1)
	}
	if value == nil {
		value = scalarNode("", at)
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Line: at, Content: []*yaml.Node{scalarNode(k[2]+k[3]+k[4], at), value}}
	if rest != nil {
		n.Content = append(n.Content, scalarNode("", at), rest)
	}
	return n
}

func (m *mender) leave(lines []string, at int) {
	m.left = append(m.left, text{value: strings.Join(lines, ""), line: at, column: 1})
}

// unquote undoes the quotes around a scalar, which may lack one.
func unquote(value string) string {
	value = strings.TrimSpace(value)
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return value
	}
	return escapes.Replace(strings.TrimSuffix(value[1:], value[:1]))
}

func scalarNode(value string, line int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: line, Column: 1}
}

// parsed is the node of a text that is one document, or nil.
func parsed(text string) *yaml.Node {
	root, more, torn, err := parse([]byte(text))
	if err != nil || torn || len(more) > 0 || root == nil || isNull(root) {
		return nil
	}
	return root
}

// shift adds to the lines of a node.
func shift(n *yaml.Node, by int) {
	n.Line += by
	for _, c := range n.Content {
		shift(c, by)
	}
}

// split takes lines apart where one is indented no more than the one that its part begins with.
func split(lines []string) [][]string {
	var groups [][]string
	from := 0
	for i, line := range lines {
		if i > 0 && (blank(line) || indent(line) > from) {
			groups[len(groups)-1] = append(groups[len(groups)-1], line)
		} else {
			groups, from = append(groups, []string{line}), indent(line)
		}
	}
	return groups
}

// indent counts the blanks before a line.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// quotation is a quoted scalar or a part of one.
var quotation = pattern.New(`"((?:[^"\\]|\\.)+)"?|'((?:[^']|'')+)'?|[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)

// left looks through lines that are no YAML: as the text that they are, and through
// what stands in them between quotes, and the URLs.
func (s *search) left(lines string) {
	s.lines(lines)
	for _, m := range quotation.FindAllStringSubmatchIndex(lines, -1) {
		s.seek(m[0])
		s.decoding(func() {
			if m[2] < 0 && m[4] < 0 {
				s.url(lines[m[0]:m[1]])
			} else {
				inner := unquote(lines[m[0]:m[1]])
				s.body(inner, "")
				if strings.Contains(inner, "://") {
					s.scanValue(inner)
				}
			}
		})
	}
}
