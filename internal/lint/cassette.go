package lint

import (
	"cmp"
	"net/http"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
)

// field is a header, a trailer or a form parameter.
type field struct {
	name   string
	line   int
	values []text
}

// message is a request or an answer.
type message struct {
	line                   int
	body                   text
	headers, trailer, form []field
	length                 text
	hasLength              bool
	lengthValue            int64

	// texts are the others, as the search looks at them.
	texts []keyed

	method, url            text // of a request
	code                   int  // of an answer
	codeLine               int
	uncompressed, isAnswer bool

	source *source
	// reading and spread are the body, once it or a line in it was asked for.
	reading *contract.Reading
	spread  *spread
}

// keyed is a text under a key of go-vcr's.
type keyed struct {
	key string
	text
	look func(s *search, value string)
}

// read is the body as the contract reads it, within its bounds.
func (m *message) read() *contract.Reading {
	if m.reading == nil {
		m.reading = contract.Read([]byte(m.body.value))
	}
	return m.reading
}

// lineAt is the line of what a JSON pointer names in the body, or of what is left
// of it where a member is missing.
func (m *message) lineAt(pointer string) int {
	tree := m.read().Tree()
	if tree == nil {
		// A problem with a bound of the contract check has a place beyond it.
		tree, _ = jsontext.Parse(m.body.value, jsontext.Bounds{})
	}
	n, _ := cmp.Or(tree, &jsontext.Node{}).Find(pointer)
	return m.lineOf(n)
}

// lineOf is the line of a value of the body.
func (m *message) lineOf(n *jsontext.Node) int {
	if m.spread == nil {
		m.spread = &spread{text: m.body, source: m.source}
	}
	return m.spread.lineAt(int(n.Start))
}

type interaction struct {
	line            int
	id              *int
	request, answer message
}

// header is the top-level key webhooktest.
type header struct {
	present                      bool
	provider, scenario, received string
	accepted                     []string
}

// file is a cassette as go-vcr reads it, with lines. Strings are those of the
// parsed nodes; nothing outlives the judging of the file.
type file struct {
	header       header
	interactions []interaction
	// strays are what go-vcr does not know or cannot read, which is searched like the rest.
	strays []stray
	// comments are searched as well: people explain tokens there.
	comments []text
	// left are the lines of a file that does not parse which are no YAML.
	left []text
}

type stray struct {
	at          int
	place, name string
	value       *yaml.Node
}

func (m *message) name() string {
	if m.isAnswer {
		return "answer"
	}
	return "request"
}

// valuesOf returns headers as the standard library keeps them, whatever the case in
// which other recorders keep their names.
func valuesOf(fields []field) http.Header {
	all := http.Header{}
	for _, f := range fields {
		for _, v := range f.values {
			all.Add(f.name, v.value)
		}
	}
	return all
}

// mediaType is the Content-Type of a message.
func (m *message) mediaType() string { return valuesOf(m.headers).Get("Content-Type") }
