package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
)

const (
	// maxFile bounds a file. The largest cassettes seen in public hold 26 MB.
	maxFile = 32 << 20
	// maxMarks bounds the characters that can start a YAML node: a node takes
	// some 200 bytes of memory, and two bytes of a file can make one.
	maxMarks = 4 << 20
	// maxDepth bounds the nesting of nodes; a cassette needs eight levels.
	maxDepth = 64
	// maxNodes and maxBytes bound what there is after aliases are followed.
	maxNodes = 4 << 20
	maxBytes = 2 * maxFile
	// maxDocuments bounds the documents behind the first that are parsed.
	maxDocuments = 64
	// maxInteractions bounds the entries of a cassette, thirteen times as many as
	// the largest seen in public.
	maxInteractions = 1 << 16
)

// parse reads a file: its first document, which is the cassette, and those behind
// it, which go-vcr drops. torn says that one of these does not parse. Errors quote
// nothing of the file.
func parse(data []byte) (root *yaml.Node, more []*yaml.Node, torn bool, err error) {
	if err := bounded(data); err != nil {
		return nil, nil, false, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first yaml.Node
	switch err := decode(decoder, &first); {
	case errors.Is(err, io.EOF):
		return nil, nil, false, nil
	case err != nil:
		return nil, nil, false, err
	}
	for len(more) < maxDocuments {
		var next yaml.Node
		switch err := decode(decoder, &next); {
		case errors.Is(err, io.EOF):
			return first.Content[0], more, false, measured(&first)
		case err != nil || measured(&next) != nil:
			return first.Content[0], more, true, measured(&first)
		}
		more = append(more, next.Content[0])
	}
	return first.Content[0], more, true, measured(&first)
}

func bounded(data []byte) error {
	if len(data) > maxFile {
		return fmt.Errorf("holds %d bytes; more than %d are not read; split the cassette", len(data), maxFile)
	}
	marks := 0
	for _, mark := range []string{"\n", ",", "[", "{", "- ", "? ", ": "} {
		marks += bytes.Count(data, []byte(mark))
	}
	if marks > maxMarks {
		return fmt.Errorf("holds %d lines, commas and brackets; more than %d are not read; split the cassette", marks, maxMarks)
	}
	return nil
}

// decode turns a panic of the YAML library on hostile input into an error.
func decode(d *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the YAML library gave up on it")
		}
	}()
	return d.Decode(into)
}

// measured follows the aliases of a document as its decoding would.
func measured(root *yaml.Node) error {
	nodes, size := 0, 0
	open := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node, depth int) error
	walk = func(n *yaml.Node, depth int) error {
		nodes++
		size += len(n.Value)
		switch {
		case nodes > maxNodes || size > maxBytes:
			return fmt.Errorf("line %d: its aliases stand for more than %d values or %d bytes; write them out", n.Line, maxNodes, maxBytes)
		case depth > maxDepth:
			return fmt.Errorf("line %d: nested more than %d levels deep", n.Line, maxDepth)
		case n.Kind == yaml.AliasNode:
			if open[n.Alias] {
				return fmt.Errorf("line %d: an alias that contains itself", n.Line)
			}
			return walk(n.Alias, depth)
		}
		if n.Anchor != "" {
			open[n] = true
			defer delete(open, n)
		}
		for _, c := range n.Content {
			if err := walk(c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(root, 0)
}

var (
	atLine = pattern.New(`^line (\d+): `)
	// quoted finds what the YAML library quotes: it may be a secret.
	quoted = pattern.New("'[^']*'|`[^`]*`|\"[^\"]*\"")
)

// maxMark is the longest quotation that is a mark of the grammar, such as ','.
const maxMark = 4

// explain splits an error of the YAML library into line and text, without what it quotes.
func explain(err error) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := atLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	text, _, _ = strings.Cut(text, "\n")
	return line, quoted.ReplaceAllStringFunc(text, func(q string) string {
		if len(q) <= maxMark {
			return q
		}
		return "…"
	})
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// member is one key of a mapping with its value.
type member struct{ key, value *yaml.Node }

// members returns the members of a mapping, those that a merge key brings included.
func members(n *yaml.Node) []member {
	var own, merged []member
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), resolve(n.Content[i+1])
		if key.Kind != yaml.ScalarNode || key.Value != "<<" || key.ShortTag() != "!!merge" {
			own = append(own, member{key, value})
			continue
		}
		from := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			from = value.Content
		}
		for _, m := range from {
			if m = resolve(m); m.Kind == yaml.MappingNode {
				merged = append(merged, members(m)...)
			}
		}
	}
	if merged == nil {
		return own
	}
	names := map[string]bool{}
	for _, m := range own {
		names[m.key.Value] = true
	}
	for _, m := range merged {
		if !names[m.key.Value] {
			names[m.key.Value] = true
			own = append(own, m)
		}
	}
	return own
}
