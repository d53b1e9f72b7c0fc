package cassette

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"
)

// read reads what Encode writes, which a test process has a file of for each of
// its tests: the YAML library takes more time for them than all the rest of such a
// process. Whatever else a file holds, comments or another order, is left to the
// library: ok is false unless Encode makes of what was read the very bytes that
// were read.
func read(text string) (doc document, ok bool) {
	head, rest, found := strings.Cut(text, "\n"+listed)
	if !found || rest == "" {
		return document{}, false
	}
	if doc, ok = readHead(head + "\n"); !ok {
		return document{}, false
	}
	r := reader{rest: rest, texts: map[string]string{}}
	for r.rest != "" {
		ia, left := &Interaction{ID: len(doc.Interactions)}, r.rest
		layOut(&r, ia.ID, ia)
		if r.failed {
			return document{}, false
		}
		again := comparison{left: left[:len(left)-len(r.rest)]}
		w := encoder{out: &again}
		if layOut(&w, ia.ID, ia); w.err != nil || !again.same() {
			return document{}, false
		}
		doc.Interactions = append(doc.Interactions, ia)
	}
	return doc, true
}

// comparison takes what is written and compares it with a text.
type comparison struct {
	left    string // to come
	differs bool
}

func (c *comparison) Write(b []byte) (int, error) {
	if n := len(b); n <= len(c.left) && c.left[:n] == string(b) {
		c.left = c.left[n:]
	} else {
		c.differs = true
	}
	return len(b), nil
}

func (c *comparison) WriteString(s string) (int, error) { return c.Write([]byte(s)) }

// same says whether the text was written, and nothing else.
func (c *comparison) same() bool { return !c.differs && c.left == "" }

// heads remembers the heads of cassettes as they are read: those of many files are the same.
var heads sync.Map // text -> document

func readHead(text string) (doc document, ok bool) {
	if known, ok := heads.Load(text); ok {
		return known.(document), true
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if decode(decoder, &doc) != nil {
		return document{}, false
	}
	var header Header
	if doc.Header != nil {
		header = *doc.Header
	}
	again := comparison{left: text}
	w := encoder{out: &again}
	if w.head(header); w.err != nil || !again.same() {
		return document{}, false
	}
	heads.Store(text, doc)
	return doc, true
}

// reader reads the members of interactions, one after the other. It takes what it
// finds for what Encode writes.
type reader struct {
	rest   string
	failed bool
	// texts are the texts so far, but for bodies: most interactions have the same.
	texts map[string]string
}

func (r *reader) next() string {
	line, rest, ended := strings.Cut(r.rest, "\n")
	r.failed = r.failed || !ended
	r.rest = rest
	return line
}

func (r *reader) line(text string) { r.failed = r.next() != text || r.failed }

// member returns what stands behind the key on the next line.
func (r *reader) member(key string) string {
	line, ok := strings.CutPrefix(r.next(), indent)
	line, ok2 := strings.CutPrefix(line, key+":")
	r.failed = r.failed || !ok || !ok2
	return strings.TrimPrefix(line, " ")
}

func (r *reader) text(key string, s *string) {
	switch v := r.member(key); v {
	case "|", "|-", "|+":
		*s = r.block()
		if v == "|-" {
			*s = strings.TrimSuffix(*s, "\n")
		}
	default:
		*s = r.scalar(v)
	}
}

// scalar returns the text that stands on one line.
func (r *reader) scalar(v string) string {
	last := len(v) - 1
	switch {
	case last > 0 && v[0] == '"' && v[last] == '"':
		return r.shared(v[1:last])
	case last > 0 && v[0] == '\'' && v[last] == '\'': // a body
		return strings.Clone(strings.ReplaceAll(v[1:last], "''", "'"))
	}
	return r.shared(v)
}

// block returns the lines that stand further inside, the empty ones among them.
func (r *reader) block() string {
	size := 0
	for rest := r.rest; ; {
		line, after := inside(rest)
		if line == "" {
			break
		}
		size, rest = size+len(line), after
	}
	var b strings.Builder
	b.Grow(size)
	for {
		line, after := inside(r.rest)
		if line == "" {
			return b.String()
		}
		b.WriteString(line)
		r.rest = after
	}
}

// inside returns the next line of a block and what follows; the line is empty behind
// the block, and where the text ends in the middle of one.
func inside(rest string) (line, after string) {
	line, deeper := strings.CutPrefix(rest, indent+"  ")
	end := strings.IndexByte(line, '\n') + 1
	if !deeper && end != 1 {
		return "", rest
	}
	return line[:end], line[end:]
}

// shared returns a text that does not keep the file in memory.
func (r *reader) shared(s string) string {
	known, ok := r.texts[s]
	if !ok {
		known = strings.Clone(s)
		r.texts[known] = known
	}
	return known
}

func (r *reader) value(key string, v any) {
	text, err := r.member(key), error(nil)
	switch v := v.(type) {
	case *int:
		*v, err = strconv.Atoi(text)
	case *int64:
		*v, err = strconv.ParseInt(text, 10, 64)
	case *bool:
		*v, err = strconv.ParseBool(text)
	case *time.Duration:
		*v, err = time.ParseDuration(text)
	}
	r.failed = r.failed || err != nil
}

func (r *reader) list(key string, values *[]string) {
	*values = []string{}
	r.failed = r.member(key) != "[]" || r.failed
}

func (r *reader) header(key string, values *map[string][]string) {
	header := map[string][]string{}
	*values = header
	if r.member(key) == "{}" {
		return
	}
	name := ""
	for !r.failed {
		line, deeper := strings.CutPrefix(r.rest, indent+"  ")
		if !deeper {
			return
		}
		line, r.rest, _ = strings.Cut(line, "\n")
		if value, ok := strings.CutPrefix(line, "  - "); ok {
			header[name] = append(header[name], r.scalar(value))
		} else {
			name = r.shared(strings.TrimSuffix(line, ":"))
		}
	}
}
