package vcr

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
)

// Sources of a cassette.
const (
	Live      = "live"      // recorded against a tenant
	Simulated = "simulated" // made by the built-in simulator from the published contract
)

// Header is what go-vcr's format lacks; it stands under the top-level key
// webhooktest, which go-vcr ignores and drops when it saves.
type Header struct {
	Provider string `yaml:"provider"`
	Scenario string `yaml:"scenario,omitempty"`
	Source   string `yaml:"source"`
	// Recorded is the day of a live recording, as YYYY-MM-DD.
	Recorded string `yaml:"recorded,omitempty"`
	// Accepted are the places of contract problems that were accepted when the
	// cassette was recorded: "answer /webhook/status".
	Accepted []string `yaml:"accepted,omitempty"`
	// Varies are the pointers of requests that the test declared to differ from run
	// to run: a replay binds them by their form instead of comparing them.
	Varies []string `yaml:"varies,omitempty"`
}

// File is a parsed cassette. It is immutable: every client shares it.
type File struct {
	// Name is the path as the user gave it.
	Name string
	// Header is the zero value for a cassette that this module did not write.
	Header       Header
	Interactions []*cassette.Interaction
}

type document struct {
	Header       *Header                 `yaml:"webhooktest"`
	Version      int                     `yaml:"version"`
	Interactions []*cassette.Interaction `yaml:"interactions"`
}

// Parse reads a cassette strictly: what go-vcr would silently misread (an empty
// file, format 1, a misspelt key, a null entry, a second document) is an error
// that names the file.
func Parse(name string, data []byte) (*File, error) {
	fail := func(format string, args ...any) (*File, error) {
		return nil, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...))
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fail("the file is empty; record it again")
	}
	var doc document
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decode(decoder, &doc); err != nil {
		var version struct {
			Version int `yaml:"version"`
		}
		if yaml.Unmarshal(data, &version) == nil && version.Version == cassette.CassetteFormatV1 {
			return fail("cassette format 1; go-vcr v3 reads format 2 only, so record it again")
		}
		return fail("no go-vcr cassette: %s", firstLines(describe(err)))
	}
	if err := decode(decoder, &doc); !errors.Is(err, io.EOF) {
		return fail("a second YAML document follows the cassette; go-vcr would ignore it, so remove it")
	}
	if doc.Version != cassette.CassetteFormatV2 {
		return fail("cassette format %d; go-vcr v3 reads format 2 only, so record it again", doc.Version)
	}
	if len(doc.Interactions) == 0 {
		return fail("the cassette holds no interactions; record it again")
	}
	for i, ia := range doc.Interactions {
		switch {
		case ia == nil:
			return fail("interaction #%d is null; remove the entry or record again", i)
		case ia.Request.Method == "":
			return fail("interaction #%d has no request method", i)
		case ia.Response.Code < 100 || ia.Response.Code > 599:
			return fail("interaction #%d has the status code %d; expected 100 to 599", i, ia.Response.Code)
		}
		if _, err := url.Parse(ia.Request.URL); err != nil {
			return fail("interaction #%d has a request URL that does not parse", i)
		}
	}
	f := &File{Name: name, Interactions: doc.Interactions}
	if doc.Header != nil {
		f.Header = *doc.Header
	}
	return f, nil
}

// decode turns a panic of the YAML library on hostile input into an error.
func decode(d *yaml.Decoder, into any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML library gave up on it")
		}
	}()
	return d.Decode(into)
}

var goType = pattern.New(` (?:in|into) type [\w.*\[\]]+| into [\w.*\[\]]+$`)

// quotedValue finds the value that the YAML library quotes in its errors: it
// may be a secret of somebody's cassette.
var quotedValue = pattern.New("`[^`]*`")

func describe(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n")
	text = quotedValue.ReplaceAllString(text, "a value")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = goType.ReplaceAllString(strings.TrimSpace(line), "")
		if key, ok := strings.CutSuffix(line, " not found"); ok {
			line = strings.Replace(key, "field ", "unknown key ", 1)
		}
		lines[i] = line
	}
	return strings.Join(lines, "; ")
}

func firstLines(s string) string {
	if len(s) > 300 {
		return s[:300] + " …"
	}
	return s
}

// mustQuote says whether a text holds what go-vcr's own encoder loses or cannot
// read back: white space at its start or at the end of a line, control characters
// and marks of Unicode. It is asked for every scalar of a cassette.
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

// Encode renders a cassette as go-vcr v3 and v4 read it. Unlike go-vcr's own
// encoder it keeps every byte of every body.
func Encode(h Header, interactions []*cassette.Interaction) ([]byte, error) {
	var doc yaml.Node
	if err := doc.Encode(struct {
		Header       Header                  `yaml:"webhooktest,flow"`
		Version      int                     `yaml:"version"`
		Interactions []*cassette.Interaction `yaml:"interactions"`
	}{h, cassette.CassetteFormatV2, nil}); err != nil {
		return nil, err
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for id, ia := range interactions {
		list.Content = append(list.Content, interactionNode(id, ia))
	}
	doc.Content[len(doc.Content)-1] = list
	var out bytes.Buffer
	out.WriteString("---\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&doc); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func interactionNode(id int, ia *cassette.Interaction) *yaml.Node {
	req, resp := &ia.Request, &ia.Response
	return mapping(
		"id", number(int64(id)),
		"request", mapping(
			"proto", text(req.Proto),
			"proto_major", number(int64(req.ProtoMajor)),
			"proto_minor", number(int64(req.ProtoMinor)),
			"content_length", number(req.ContentLength),
			"transfer_encoding", list(req.TransferEncoding),
			"trailer", header(req.Trailer),
			"host", text(req.Host),
			"remote_addr", text(req.RemoteAddr),
			"request_uri", text(req.RequestURI),
			"body", text(req.Body),
			"form", header(req.Form),
			"headers", header(req.Headers),
			"url", text(req.URL),
			"method", text(req.Method),
		),
		"response", mapping(
			"proto", text(resp.Proto),
			"proto_major", number(int64(resp.ProtoMajor)),
			"proto_minor", number(int64(resp.ProtoMinor)),
			"transfer_encoding", list(resp.TransferEncoding),
			"trailer", header(resp.Trailer),
			"content_length", number(resp.ContentLength),
			"uncompressed", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(resp.Uncompressed)},
			"body", text(resp.Body),
			"headers", header(resp.Headers),
			"status", text(resp.Status),
			"code", number(int64(resp.Code)),
			"duration", text(resp.Duration.String()),
		),
	)
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		n.Content = append(n.Content, text(pairs[i].(string)), pairs[i+1].(*yaml.Node))
	}
	return n
}

func number(i int64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(i)}
}

func text(s string) *yaml.Node {
	if !utf8.ValidString(s) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Value: base64.StdEncoding.EncodeToString([]byte(s))}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if mustQuote(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func list(values []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if len(values) == 0 {
		n.Style = yaml.FlowStyle
	}
	for _, v := range values {
		n.Content = append(n.Content, text(v))
	}
	return n
}

// header renders a map of lists with its keys sorted, so that a recording made
// twice gives the same bytes.
func header[M ~map[string][]string](m M) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	if len(m) == 0 {
		n.Style = yaml.FlowStyle
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		n.Content = append(n.Content, text(k), list(m[k]))
	}
	return n
}

// parsed remembers the cassettes of this process: parsing is by far the most
// expensive part of opening one. An entry counts while the file is the same
// one, unchanged.
var parsed sync.Map // path -> parsedFile

type parsedFile struct {
	info os.FileInfo
	file *File
}

// Load reads the cassette at path, once per process while it does not change.
func Load(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if cached, ok := parsed.Load(path); ok {
		c := cached.(parsedFile)
		if os.SameFile(c.info, info) && c.info.Size() == info.Size() && c.info.ModTime().Equal(info.ModTime()) {
			return c.file, nil
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	parsed.Store(path, parsedFile{info, file})
	return file, nil
}
