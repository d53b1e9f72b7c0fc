package lint

import (
	"encoding/base64"
	"net/http"
	"net/url"

	"gopkg.in/yaml.v3"
)

// text is a scalar of the file with its line.
type text struct {
	value string
	line  int
}

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

	method, url            text // of a request
	host, uri, remote      text
	code                   int // of an answer
	codeLine               int
	status                 text
	uncompressed, isAnswer bool
}

type interaction struct {
	line            int
	id              *int
	idNull          bool
	request, answer message
}

// header is the top-level key webhooktest.
type header struct {
	present                    bool
	line                       int
	provider, scenario, source string
	accepted                   []string
}

// cassette is a file as go-vcr reads it, with lines. Strings are those of the
// parsed nodes; nothing outlives the judging of the file.
type cassette struct {
	header       header
	interactions []interaction
	// strays are unknown members, which are searched like the others.
	strays []stray
	// comments are searched as well: people explain tokens there.
	comments []text
}

type stray struct {
	at    int
	key   string
	value *yaml.Node
}

func (m *message) name() string {
	if m.isAnswer {
		return "answer"
	}
	return "request"
}

// values returns a header's values as net/http keeps them.
func (m *message) httpHeader() http.Header {
	h := http.Header{}
	for _, f := range m.headers {
		for _, v := range f.values {
			h[f.name] = append(h[f.name], v.value)
		}
	}
	return h
}

// get returns the first value of a header, whatever the case of its name.
func (m *message) get(name string) string {
	for _, f := range m.headers {
		if len(f.values) > 0 && http.CanonicalHeaderKey(f.name) == name {
			return f.values[0].value
		}
	}
	return ""
}

func (m *message) formValues() url.Values {
	v := url.Values{}
	for _, f := range m.form {
		for _, t := range f.values {
			v[f.name] = append(v[f.name], t.value)
		}
	}
	return v
}

// scalar is the text of a node: binary data decoded, null empty.
func scalar(n *yaml.Node) text {
	switch {
	case n.Kind != yaml.ScalarNode || isNull(n):
		return text{line: n.Line}
	case n.ShortTag() == "!!binary":
		if b, err := base64.StdEncoding.DecodeString(n.Value); err == nil {
			return text{string(b), n.Line}
		}
	}
	return text{n.Value, n.Line}
}
