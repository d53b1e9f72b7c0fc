package cassette

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
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
	// Received is when the deliveries came that a cassette holds: its requests are the
	// vendor's, its responses a receiver's. It is zero for any other cassette.
	Received time.Time `yaml:"received,omitempty"`
	// Accepted are the contract problems that were accepted when the cassette was
	// recorded: "answer /webhook/status (type)".
	Accepted []string `yaml:"accepted,omitempty"`
	// Varies are the pointers of requests that the test declared to differ from run
	// to run: a replay binds them by their form instead of comparing them.
	Varies []string `yaml:"varies,omitempty"`
	// Pinned are the pointers of answers that hold a fixed date or number in place of
	// one that changes each time: recording again pins them as well.
	Pinned []string `yaml:"pinned,omitempty"`
}

// File is a parsed cassette. It is immutable: every client shares it.
type File struct {
	// Name is the path as the user gave it.
	Name string
	// Header is the zero value for a cassette that this module did not write.
	Header       Header
	Interactions []*Interaction
	// Unknown are the keys that go-vcr passes over, and drops when it saves: other
	// tools add some to a cassette of their own.
	Unknown []string
}

type document struct {
	Header       *Header        `yaml:"webhooktest"`
	Version      int            `yaml:"version"`
	Interactions []*Interaction `yaml:"interactions"`
}

// Parse reads a cassette strictly: what go-vcr would silently misread (an empty
// file, format 1, a misspelt key, a null entry, a second document) is an error
// that names the file. Keys that other tools add are no mistake; a cassette with
// the header of this module has none.
func Parse(name string, data []byte) (*File, error) {
	fail := func(format string, args ...any) (*File, error) {
		return nil, fmt.Errorf("%s: %w", name, fmt.Errorf(format, args...))
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fail("the file is empty; record it again")
	}
	doc, ok := read(string(data))
	var further []string
	if !ok {
		var err error
		if doc, further, err = readYAML(data); err != nil {
			return fail("%w", err)
		}
	}
	if doc.Version != cassette.CassetteFormatV2 {
		return fail("cassette format %d; go-vcr v3 reads format 2 only, so record it again", doc.Version)
	}
	if len(doc.Interactions) == 0 {
		return fail("the cassette holds no interactions; record it again")
	}
	for i, ia := range doc.Interactions {
		if ia == nil {
			return fail("interaction #%d is null; remove the entry or record again", i)
		}
		complete(ia)
		switch {
		case ia.Request.Method == "":
			return fail("interaction #%d has no request method; write one, such as method: GET", i)
		case ia.Request.URL == "":
			return fail("interaction #%d has no request URL; write the whole, such as url: https://api.example.com/webhooks", i)
		case ia.Response.Code == 0:
			return fail("interaction #%d has no status code; write one, such as code: 200", i)
		case ia.Response.Code < 100 || ia.Response.Code > 599:
			return fail("interaction #%d has the status code %d; expected 100 to 599", i, ia.Response.Code)
		case !fits(ia.Response.Status, ia.Response.Code):
			return fail("interaction #%d has a status that does not begin with its code %d; make them agree, or record it again", i, ia.Response.Code)
		}
		switch u, err := url.Parse(ia.Request.URL); {
		case err != nil:
			return fail("interaction #%d has a request URL that does not parse", i)
		case u.Scheme == "" || u.Host == "":
			return fail("interaction #%d has a request URL without a scheme or a host, which no request has; write the whole, such as url: https://api.example.com/webhooks", i)
		}
	}
	share(doc.Interactions)
	f := &File{Name: name, Interactions: doc.Interactions, Unknown: further}
	if doc.Header != nil {
		f.Header = *doc.Header
		if problem := f.Header.problem(); problem != "" {
			return fail("%s", problem)
		}
	}
	if wrong := f.unlisted(); wrong != "" {
		return fail("%s; record it again", wrong)
	}
	return f, nil
}

func readYAML(data []byte) (doc document, further []string, err error) {
	if line, what := Mistaken(data); what != "" {
		return document{}, nil, fmt.Errorf("line %d: %s", line, what)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	err = decode(decoder, &doc)
	further = unknown(err)
	if further != nil {
		if line, key, near := misspelt(data); key != "" {
			return doc, nil, fmt.Errorf("line %d: go-vcr does not know the key %q; did you mean %q?", line, key, near)
		}
		switch {
		case len(doc.Interactions) == 0: // no cassette at all
		case doc.Header != nil:
			return doc, nil, fmt.Errorf("%s; a cassette with the header webhooktest has none, so remove it", firstLines(describe(err)))
		default:
			doc = document{}
			decoder = yaml.NewDecoder(bytes.NewReader(data))
			err = decode(decoder, &doc)
		}
	}
	if err != nil {
		var first struct {
			Version      int `yaml:"version"`
			Interactions []struct {
				Request struct {
					URI string `yaml:"uri"`
				} `yaml:"request"`
			} `yaml:"interactions"`
		}
		switch known := yaml.Unmarshal(data, &first) == nil && first.Version == cassette.CassetteFormatV1; {
		case known && len(first.Interactions) > 0 && first.Interactions[0].Request.URI != "":
			return doc, nil, errors.New("no go-vcr cassette but one of VCR.py; record the requests with go-vcr")
		case known:
			return doc, nil, errors.New("cassette format 1; go-vcr v3 reads format 2 only, so record it again")
		case errors.Is(err, io.EOF):
			return doc, nil, errors.New("the file holds nothing but comments; record it again")
		}
		if line, what := version(data); what != "" {
			return doc, nil, fmt.Errorf("no go-vcr cassette: line %d: version is %s; go-vcr v3 reads the number 2 only", line, what)
		}
		return doc, nil, fmt.Errorf("no go-vcr cassette: %s", firstLines(describe(err)))
	}
	if err := decode(decoder, &doc); !errors.Is(err, io.EOF) {
		return doc, nil, errors.New("a second YAML document follows the cassette; go-vcr would ignore it, so remove it")
	}
	return doc, further, nil
}

// version says what stands for the version where that is no number.
func version(data []byte) (line int, what string) {
	var doc struct {
		Version yaml.Node `yaml:"version"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil || doc.Version.IsZero() || doc.Version.Decode(new(int)) == nil {
		return 0, ""
	}
	return doc.Version.Line, cmp.Or(yamlTypes[strings.TrimPrefix(doc.Version.ShortTag(), "!!")], "no number")
}

// complete gives an interaction that was written by hand what it says already: the
// code that its status begins with, and the media type of its JSON. go-vcr writes the
// key headers also when it is empty, and how long a body is.
func complete(ia *Interaction) {
	if ia.Response.Code == 0 {
		code, _, _ := strings.Cut(ia.Response.Status, " ")
		ia.Response.Code, _ = strconv.Atoi(code)
	}
	req, resp := &ia.Request, &ia.Response
	for _, message := range []struct {
		headers *http.Header
		body    string
		byHand  bool
	}{
		{&req.Headers, req.Body, req.Headers == nil || req.Proto == "" && req.ContentLength == 0},
		{&resp.Headers, resp.Body, resp.Headers == nil || resp.Proto == "" && resp.ContentLength == 0},
	} {
		canonicalHeader(*message.headers)
		if message.byHand && message.headers.Values("Content-Type") == nil && message.body != "" && json.Valid([]byte(message.body)) {
			if *message.headers == nil {
				*message.headers = http.Header{}
			}
			message.headers.Set("Content-Type", "application/json")
		}
	}
}

// canonicalHeader writes the names of headers as net/http does, which looks for no other.
func canonicalHeader(h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if written := http.CanonicalHeaderKey(name); written != name {
			h[written] = append(h[written], h[name]...)
			delete(h, name)
		}
	}
}

// share makes one of the texts and headers that interactions have in common, which
// are a third of a long cassette.
func share(interactions []*Interaction) {
	texts := map[string]string{}
	text := func(s *string) {
		if known, ok := texts[*s]; ok {
			*s = known
		} else {
			texts[*s] = *s
		}
	}
	var last [5]http.Header
	for _, ia := range interactions {
		req, resp := &ia.Request, &ia.Response
		for _, s := range []*string{&req.Proto, &req.Host, &req.RemoteAddr, &req.RequestURI, &req.URL, &req.Method, &resp.Proto, &resp.Status} {
			text(s)
		}
		for i, h := range []*http.Header{&req.Headers, &resp.Headers, &req.Trailer, &resp.Trailer, (*http.Header)(&req.Form)} {
			if *h != nil && last[i] != nil && maps.EqualFunc(*h, last[i], slices.Equal) {
				*h = last[i]
			}
			last[i] = *h
		}
	}
}

// problem says what a header claims that cannot be; empty when nothing.
func (h Header) problem() string {
	switch {
	case provider.ByName(h.Provider) == nil:
		var names []string
		for _, d := range provider.All() {
			names = append(names, d.Name)
		}
		return fmt.Sprintf("the header's provider is %s; expected %s", shortWord(h.Provider), strings.Join(names, " or "))
	case h.Source != Live && h.Source != Simulated:
		return fmt.Sprintf("the header's source is %s; expected %s or %s", shortWord(h.Source), Live, Simulated)
	}
	return ""
}

var short = pattern.New(`^[A-Za-z._ -]{0,20}$`)

// shortWord quotes what can hardly be somebody's secret.
func shortWord(s string) string {
	if s == "" {
		return "missing"
	}
	if short.MatchString(s) {
		return fmt.Sprintf("%q", s)
	}
	return "another text"
}

// fits reports whether the text of a status is that of its code. net/http writes
// the text only, and its readers take either.
func fits(status string, code int) bool {
	rest, ok := strings.CutPrefix(status, strconv.Itoa(code))
	return status == "" || ok && (rest == "" || rest[0] == ' ')
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

// yamlType finds the type of a value that the YAML library has no place for.
var yamlType = pattern.New(`cannot unmarshal !!(seq|map|str|int|float|bool|null|timestamp|binary)( a value)?`)

var yamlTypes = map[string]string{
	"seq": "a list", "map": "a mapping", "str": "a text", "int": "a number", "float": "a number",
	"bool": "true or false", "null": "nothing", "timestamp": "a date", "binary": "binary data",
}

func describe(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n")
	text = quotedValue.ReplaceAllString(text, "a value")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = goType.ReplaceAllString(strings.TrimSpace(line), "")
		line = yamlType.ReplaceAllStringFunc(line, func(t string) string { return "holds " + yamlTypes[yamlType.FindStringSubmatch(t)[1]] })
		if key, ok := strings.CutSuffix(line, " not found"); ok {
			line = strings.Replace(key, "field ", "unknown key ", 1)
		}
		lines[i] = line
	}
	return strings.Join(lines, ", ")
}

func firstLines(s string) string {
	if len(s) > 300 {
		return s[:300] + " …"
	}
	return s
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
	if cached, ok := parsed.Load(path); ok {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		c := cached.(parsedFile)
		if os.SameFile(c.info, info) && c.info.Size() == info.Size() && c.info.ModTime().Equal(info.ModTime()) {
			return c.file, nil
		}
	}
	open, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer open.Close()
	info, err := open.Stat()
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	data.Grow(int(info.Size()) + bytes.MinRead) // room for all, and for the end to be seen
	if _, err := data.ReadFrom(open); err != nil {
		return nil, err
	}
	file, err := Parse(path, data.Bytes())
	if err != nil {
		return nil, err
	}
	parsed.Store(path, parsedFile{info, file})
	return file, nil
}
