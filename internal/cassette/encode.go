package cassette

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/yaml.v3"
)

// Encode renders a cassette as go-vcr v3 and v4 read it. Unlike go-vcr's own
// encoder it keeps every byte of every body.
//
// The form of a cassette is rigid, so it is written out here, byte for byte as
// the YAML library would: the library takes as long for it as all the rest of
// plain go-vcr. It is asked for the header and for every unusual text. A header
// that says nothing is left out.
func Encode(h Header, interactions []*Interaction) (string, error) {
	var out strings.Builder
	w := &encoder{out: &out}
	size := 1000
	for _, ia := range interactions {
		for _, body := range []string{ia.Request.Body, ia.Response.Body} {
			size += 1000 + len(body) + len(indent+"  ")*strings.Count(body, "\n")
		}
	}
	out.Grow(size)
	w.head(h)
	if len(interactions) == 0 {
		w.out.WriteString("interactions: []\n")
	} else {
		w.out.WriteString(listed)
	}
	for id, ia := range interactions {
		layOut(w, id, ia)
	}
	return out.String(), w.err
}

// listed begins the interactions of a cassette that has some.
const listed = "interactions:\n"

// head writes what stands before the interactions.
func (w *encoder) head(h Header) {
	w.out.WriteString("---\n")
	w.write(struct {
		Header  Header `yaml:"webhooktest,flow,omitempty"`
		Version int    `yaml:"version"`
	}{h, cassette.CassetteFormatV2})
}

// form writes the members of an interaction, or reads them.
type form interface {
	line(text string)
	text(key string, s *string)
	value(key string, v any) // a pointer to an int, an int64, a bool or a duration
	list(key string, values *[]string)
	header(key string, values *map[string][]string)
}

// layOut goes through an interaction in the order in which its members stand.
func layOut(f form, id int, ia *Interaction) {
	req, resp := &ia.Request, &ia.Response
	f.line("  - id: " + strconv.Itoa(id))
	f.line("    request:")
	f.text("proto", &req.Proto)
	f.value("proto_major", &req.ProtoMajor)
	f.value("proto_minor", &req.ProtoMinor)
	f.value("content_length", &req.ContentLength)
	f.list("transfer_encoding", &req.TransferEncoding)
	f.header("trailer", (*map[string][]string)(&req.Trailer))
	f.text("host", &req.Host)
	f.text("remote_addr", &req.RemoteAddr)
	f.text("request_uri", &req.RequestURI)
	f.text("body", &req.Body)
	f.header("form", (*map[string][]string)(&req.Form))
	f.header("headers", (*map[string][]string)(&req.Headers))
	f.text("url", &req.URL)
	f.text("method", &req.Method)
	f.line("    response:")
	f.text("proto", &resp.Proto)
	f.value("proto_major", &resp.ProtoMajor)
	f.value("proto_minor", &resp.ProtoMinor)
	f.list("transfer_encoding", &resp.TransferEncoding)
	f.header("trailer", (*map[string][]string)(&resp.Trailer))
	f.value("content_length", &resp.ContentLength)
	f.value("uncompressed", &resp.Uncompressed)
	f.text("body", &resp.Body)
	f.header("headers", (*map[string][]string)(&resp.Headers))
	f.text("status", &resp.Status)
	f.value("code", &resp.Code)
	f.value("duration", &resp.Duration)
}

type encoder struct {
	out interface { // a buffer, or a comparison
		io.Writer
		io.StringWriter
	}
	err error
}

// How deep the members of a request and of a response stand.
const indent = "      "

func (w *encoder) line(text string) { w.put(text) }

func (w *encoder) put(parts ...string) {
	for _, s := range parts {
		w.out.WriteString(s)
	}
	w.out.WriteString("\n")
}

// value writes a member whose value is a word in YAML too.
func (w *encoder) value(key string, v any) {
	word := ""
	switch v := v.(type) {
	case *int:
		word = strconv.Itoa(*v)
	case *int64:
		word = strconv.FormatInt(*v, 10)
	case *bool:
		word = strconv.FormatBool(*v)
	case *time.Duration:
		word = v.String()
	}
	w.put(indent, key, ": ", word)
}

func (w *encoder) text(key string, text *string) {
	switch s := *text; styleOf(s) {
	case emptyStyle:
		w.put(indent, key, `: ""`)
	case plainStyle, numberStyle:
		w.put(indent, key, ": ", inline(s))
	case quotedStyle:
		w.put(indent, key, ": '", strings.ReplaceAll(s, "'", "''"), "'")
	case linesStyle:
		chomping, end := "", ""
		switch {
		case !strings.HasSuffix(s, "\n"):
			chomping, end = "-", "\n"
		case strings.HasSuffix(s, "\n\n"):
			chomping = "+"
		}
		w.put(indent, key, ": |", chomping)
		w.lines(indent+"  ", s)
		w.out.WriteString(end)
	default:
		w.asYAML(key, textNode(s))
	}
}

func (w *encoder) list(key string, values *[]string) {
	if len(*values) == 0 {
		w.put(indent, key, ": []")
		return
	}
	w.asYAML(key, listNode(*values))
}

// header writes a map of lists with its keys sorted, so that a recording made
// twice gives the same bytes.
func (w *encoder) header(key string, header *map[string][]string) {
	values := *header
	if len(values) == 0 {
		w.put(indent, key, ": {}")
		return
	}
	names := slices.Sorted(maps.Keys(values))
	unusual := func(s string) bool { return inline(s) == "" }
	if slices.ContainsFunc(names, func(name string) bool {
		return styleOf(name) != plainStyle || len(name) > 100 || len(values[name]) == 0 || slices.ContainsFunc(values[name], unusual)
	}) {
		w.asYAML(key, mapNode(values))
		return
	}
	w.put(indent, key, ":")
	for _, name := range names {
		w.put(indent, "  ", name, ":")
		for _, v := range values[name] {
			w.put(indent, "    - ", inline(v))
		}
	}
}

// inline returns a plain text or a number as it stands behind a key, and nothing
// for any other text.
func inline(s string) string {
	switch styleOf(s) {
	case plainStyle:
		return s
	case numberStyle:
		return `"` + s + `"`
	}
	return ""
}

// asYAML writes a member as the YAML library does.
func (w *encoder) asYAML(key string, value *yaml.Node) {
	// The library marks the end of a document whose last text ends in empty lines.
	var out bytes.Buffer
	member := encoder{out: &out}
	member.write(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(key), value, textNode("end"), textNode("end")}})
	if member.err != nil {
		w.err = member.err
	}
	w.lines(indent, strings.TrimSuffix(out.String(), "end: end\n"))
}

func (w *encoder) write(v any) {
	e := yaml.NewEncoder(w.out)
	e.SetIndent(2)
	err := e.Encode(v)
	if err == nil {
		err = e.Close()
	}
	if err != nil {
		w.err = err
	}
}

// lines writes a text with its lines indented, the empty ones aside.
func (w *encoder) lines(at, s string) {
	for line := range strings.Lines(s) {
		if line != "\n" {
			w.out.WriteString(at)
		}
		w.out.WriteString(line)
	}
}

type style int

const (
	unusualStyle style = iota
	emptyStyle
	plainStyle
	numberStyle // in double quotes
	quotedStyle // in single ones
	linesStyle  // as a block of lines
)

// styleOf says how the YAML library writes a text; unusualStyle leaves that to the library.
func styleOf(s string) style {
	switch {
	case s == "":
		return emptyStyle
	case s[0] == ' ', s[0] == '\n', s[len(s)-1] == ' ', len(s) < 6 && ambiguous[strings.ToLower(s)]:
		return unusualStyle
	}
	breaks := false
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c <= '~' {
			continue
		} else if c != '\n' || s[i-1] == ' ' {
			return unusualStyle
		}
		breaks = true
	}
	switch c := s[0]; {
	case breaks:
		return linesStyle
	case c == '{' || c == '[':
		return quotedStyle
	case strings.Contains(s, " #") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":"):
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z', len(s) > 4 && c >= '1' && c <= '9' && s[3] == ' ' && s[4] >= 'A':
		return plainStyle // the latter is a status line; numbers and times look otherwise
	case len(s) < 16 && c >= '1' && c <= '9' && strings.Trim(s, "0123456789") == "":
		return numberStyle
	}
	return unusualStyle
}

// ambiguous are words that YAML, in one version or another, reads as something else than a text.
var ambiguous = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

// mustQuote says whether a text holds what go-vcr's own encoder loses or cannot
// read back: white space at its start or at the end of a line, control characters
// and marks of Unicode.
func mustQuote(s string) bool {
	for i, c := range s {
		switch blank := c == ' ' || c == '\t'; {
		case i == 0 && (blank || c == '\n'), blank && (i+1 == len(s) || s[i+1] == '\n'):
			return true
		case c < ' ' && c != '\t' && c != '\n', c >= 0x7f && c < 0xa0, c == '\u2028', c == '\u2029', c == '\ufeff':
			return true
		}
	}
	return false
}

func textNode(s string) *yaml.Node {
	if !utf8.ValidString(s) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Value: base64.StdEncoding.EncodeToString([]byte(s))}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if mustQuote(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func listNode(values []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if len(values) == 0 {
		n.Style = yaml.FlowStyle
	}
	for _, v := range values {
		n.Content = append(n.Content, textNode(v))
	}
	return n
}

func mapNode(values map[string][]string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		n.Content = append(n.Content, textNode(name), listNode(values[name]))
	}
	return n
}
