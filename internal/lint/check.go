package lint

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/cassette"
)

// judged is what the run needs to know of a file once it was judged.
type judged struct {
	findings []Finding
	// skipped says that the file is YAML and no cassette.
	skipped bool
	// headed says that it carries the webhooktest header, plain that it is a
	// cassette without one. A file that does not parse is neither.
	headed, plain bool
}

// Check judges one cassette by itself. It keeps nothing of the data.
func Check(name string, data []byte) []Finding {
	return check(name, data, false, newSecrets(nil, nil, nil, newKeys())).findings
}

// check judges one file. found says that it was found below a directory, where
// other YAML files may stand.
func check(name string, data []byte, found bool, known *secrets) (j judged) {
	f := &findings{file: name}
	in := &source{data: data}
	defer func() {
		if recover() != nil {
			f.add(ruleLoad, 0, -1, "", "could not be judged: its form is beyond this program")
			j = judged{findings: f.done()}
		}
	}()
	if len(data) == 0 {
		f.add(ruleEmpty, 0, -1, "", "is an empty file, which go-vcr reads as a cassette without interactions")
		return judged{findings: f.done()}
	}
	if line, what := cassette.Mistaken(data); what != "" {
		f.add(ruleLoad, line, -1, "", "%s", what)
		newSearch(f, known, in).broken()
		return judged{findings: f.done()}
	}
	root, more, torn, err := parse(data)
	if err != nil {
		line, text := explain(err)
		f.add(ruleLoad, line, -1, "", "does not load: %s%s", text, remedy(text))
		newSearch(f, known, in).broken()
		return judged{findings: f.done()}
	}
	if found && !shape(root) && !isNull(root) {
		return judged{skipped: true}
	}
	c := &file{}
	if len(more) > 0 || torn {
		f.add(ruleSecond, 0, -1, "", "holds a second YAML document, which go-vcr drops")
		if torn {
			line, rest := behind(data, root)
			var n *yaml.Node
			if n, c.left = mend(rest, line); n != nil {
				more = []*yaml.Node{n}
			} else {
				more = nil
			}
		}
		c.comments = comments(more, c.comments)
		for _, n := range more {
			c.strays = append(c.strays, stray{-1, "second document", "", n})
		}
	}
	r := &reader{findings: f, c: c, source: in}
	if root != nil && !isNull(root) {
		c.comments = comments([]*yaml.Node{root}, c.comments)
		r.cassette(root)
		if !r.v1 && !isPlain(root) {
			r.ask(root)
		}
	}
	s := &structure{findings: f, c: c, secrets: known}
	if len(f.all) == 0 || f.count[ruleLoad] == 0 || len(c.interactions) > 0 {
		s.check(r.v1)
	}
	s.exchanges()
	newSearch(f, known, in).cassette(c)
	return judged{findings: f.done(), headed: c.header.present, plain: !c.header.present}
}

// remedy is the next step for what goes wrong most often. The YAML library has no
// names for its errors, only these words.
func remedy(text string) string {
	switch {
	case strings.Contains(text, "found a tab character"):
		return "; go-vcr itself writes bodies that start with a tab so: put the body into double quotes"
	case strings.Contains(text, "control characters"):
		return "; put the value into double quotes with \\x escapes"
	case strings.Contains(text, "unexpected end of stream") || strings.Contains(text, "could not find expected") || strings.Contains(text, "did not find expected"):
		return "; the indentation or a quote is off near this line, or the file was cut off: record it again"
	}
	return ""
}

// behind is what follows the first document of a file, with the line it begins on.
func behind(data []byte, root *yaml.Node) (line int, rest []byte) {
	at := 0
	for l := range bytes.Lines(data) {
		line++
		if line > root.Line && (bytes.HasPrefix(l, []byte("---")) || bytes.HasPrefix(l, []byte("..."))) {
			break
		}
		at += len(l)
	}
	return line, data[at:]
}

// broken searches a file that does not parse, as far as it can be read as the one that
// parses would be.
func (s *search) broken() {
	if len(s.source.data) > maxFile || bounded(s.source.data) != nil {
		s.at = -1
		s.found(ruleUnsearched, "is too large to be searched")
		return
	}
	c := &file{}
	root, left := mend(s.source.data, 1)
	c.left = left
	if root != nil {
		c.comments = comments([]*yaml.Node{root}, nil)
		r := &reader{findings: &findings{}, c: c, source: s.source}
		r.cassette(root)
	}
	s.cassette(c)
}

// comments gathers the comments of documents: people put tokens there, too.
func comments(nodes []*yaml.Node, all []text) []text {
	for _, n := range nodes {
		for _, c := range []string{n.HeadComment, n.LineComment, n.FootComment} {
			if c != "" {
				all = append(all, text{value: c, line: n.Line})
			}
		}
		all = comments(n.Content, all)
	}
	return all
}
