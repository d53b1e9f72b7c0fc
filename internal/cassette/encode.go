package cassette

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
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
func Encode(h Header, interactions []*Interaction) ([]byte, error) {
	w := &encoder{}
	w.out.WriteString("---\n")
	w.write(struct {
		Header  Header `yaml:"webhooktest,flow,omitempty"`
		Version int    `yaml:"version"`
	}{h, cassette.CassetteFormatV2})
	if w.out.WriteString("interactions:"); len(interactions) == 0 {
		w.out.WriteString(" []")
	}
	w.out.WriteByte('\n')
	for id, ia := range interactions {
		req, resp := &ia.Request, &ia.Response
		fmt.Fprintf(&w.out, "  - id: %d\n    request:\n", id)
		w.text("proto", req.Proto)
		w.value("proto_major", req.ProtoMajor)
		w.value("proto_minor", req.ProtoMinor)
		w.value("content_length", req.ContentLength)
		w.list("transfer_encoding", req.TransferEncoding)
		w.header("trailer", req.Trailer)
		w.text("host", req.Host)
		w.text("remote_addr", req.RemoteAddr)
		w.text("request_uri", req.RequestURI)
		w.text("body", req.Body)
		w.header("form", req.Form)
		w.header("headers", req.Headers)
		w.text("url", req.URL)
		w.text("method", req.Method)
		w.out.WriteString("    response:\n")
		w.text("proto", resp.Proto)
		w.value("proto_major", resp.ProtoMajor)
		w.value("proto_minor", resp.ProtoMinor)
		w.list("transfer_encoding", resp.TransferEncoding)
		w.header("trailer", resp.Trailer)
		w.value("content_length", resp.ContentLength)
		w.value("uncompressed", resp.Uncompressed)
		w.text("body", resp.Body)
		w.header("headers", resp.Headers)
		w.text("status", resp.Status)
		w.value("code", resp.Code)
		w.value("duration", resp.Duration)
	}
	return w.out.Bytes(), w.err
}

type encoder struct {
	out bytes.Buffer
	err error
}

// How deep the members of a request and of a response stand.
const indent = "      "

// value writes a member whose value is a word in YAML too.
func (w *encoder) value(key string, v any) { fmt.Fprintf(&w.out, indent+"%s: %v\n", key, v) }

func (w *encoder) text(key, s string) {
	switch styleOf(s) {
	case emptyStyle:
		w.out.WriteString(indent + key + ": \"\"\n")
	case plainStyle:
		w.out.WriteString(indent + key + ": " + s + "\n")
	case quotedStyle:
		w.out.WriteString(indent + key + ": '" + strings.ReplaceAll(s, "'", "''") + "'\n")
	case linesStyle:
		w.out.WriteString(indent + key + ": |")
		switch {
		case !strings.HasSuffix(s, "\n"):
			w.out.WriteByte('-')
		case strings.HasSuffix(s, "\n\n"):
			w.out.WriteByte('+')
		}
		w.out.WriteByte('\n')
		w.lines(indent+"  ", s)
		if !strings.HasSuffix(s, "\n") {
			w.out.WriteByte('\n')
		}
	default:
		w.asYAML(key, textNode(s))
	}
}

func (w *encoder) list(key string, values []string) {
	if len(values) == 0 {
		w.out.WriteString(indent + key + ": []\n")
		return
	}
	w.asYAML(key, listNode(values))
}

// header writes a map of lists with its keys sorted, so that a recording made
// twice gives the same bytes.
func (w *encoder) header(key string, values map[string][]string) {
	if len(values) == 0 {
		w.out.WriteString(indent + key + ": {}\n")
		return
	}
	names := slices.Sorted(maps.Keys(values))
	unusual := func(s string) bool { return styleOf(s) != plainStyle }
	if slices.ContainsFunc(names, func(name string) bool {
		return unusual(name) || len(name) > 100 || len(values[name]) == 0 || slices.ContainsFunc(values[name], unusual)
	}) {
		w.asYAML(key, mapNode(values))
		return
	}
	w.out.WriteString(indent + key + ":\n")
	for _, name := range names {
		w.out.WriteString(indent + "  " + name + ":\n")
		for _, v := range values[name] {
			w.out.WriteString(indent + "    - " + v + "\n")
		}
	}
}

// asYAML writes a member as the YAML library does.
func (w *encoder) asYAML(key string, value *yaml.Node) {
	// The library marks the end of a document whose last text ends in empty lines.
	var member encoder
	member.write(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(key), value, textNode("end"), textNode("end")}})
	if member.err != nil {
		w.err = member.err
	}
	w.lines(indent, strings.TrimSuffix(member.out.String(), "end: end\n"))
}

func (w *encoder) write(v any) {
	e := yaml.NewEncoder(&w.out)
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
	quotedStyle // in single quotes
	linesStyle  // as a block of lines
)

// styleOf says how the YAML library writes a text; unusualStyle leaves that to
// the library.
func styleOf(s string) style {
	switch {
	case s == "":
		return emptyStyle
	case mustQuote(s), len(s) < 6 && ambiguous[strings.ToLower(s)]:
		return unusualStyle
	}
	breaks := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			breaks = true
		case c < ' ' || c > '~':
			return unusualStyle
		}
	}
	switch c := s[0]; {
	case breaks:
		return linesStyle
	case c == '{' || c == '[':
		return quotedStyle
	case strings.Contains(s, " #") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":"):
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z', len(s) > 4 && c >= '1' && c <= '9' && s[3] == ' ' && s[4] >= 'A':
		return plainStyle // the latter is a status line; numbers and times look otherwise
	}
	return unusualStyle
}

// ambiguous are words that YAML, in one version or another, reads as something
// else than a text.
var ambiguous = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

// mustQuote says whether a text holds what go-vcr's own encoder loses or cannot
// read back: white space at its start or at the end of a line, control characters
// and marks of Unicode. It is asked for every text of a cassette.
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
