package lint

import (
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// reader turns nodes into a cassette and reports what go-vcr would stumble over or pass over.
type reader struct {
	*findings
	c      *file
	source *source
	// v1 says that the file has format 1: its types differ, and saying so once is enough.
	v1 bool
	at int
}

// shape reports whether a file below a directory could be a cassette.
func shape(root *yaml.Node) bool {
	return root != nil && root.Kind == yaml.MappingNode && valueOf(members(root), "interactions").Kind != 0
}

// valueOf is the value of a key, an empty node when there is none.
func valueOf(all []member, key string) *yaml.Node {
	for _, m := range all {
		if m.key.Value == key {
			return m.value
		}
	}
	return &yaml.Node{}
}

// stray keeps what is not read as go-vcr would for the search.
func (r *reader) stray(place, name string, n *yaml.Node) {
	r.c.strays = append(r.c.strays, stray{r.at, place, name, n})
}

func (r *reader) mismatch(n *yaml.Node, place, expected string) {
	r.stray(place, place[strings.LastIndexByte(place, ' ')+1:], n)
	if !r.v1 {
		r.doubt(n.Line, r.at, place, "holds %s; go-vcr expects %s", describe(n), expected)
	}
}

// ask lets the YAML library decide on a document that is out of the ordinary.
func (r *reader) ask(root *yaml.Node) {
	err := decodes(root)
	if err == nil {
		r.withdraw()
		return
	}
	if r.count[ruleLoad] == 0 {
		line, text := explain(err)
		r.add(ruleLoad, line, -1, "", "does not load: %s", text)
	}
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "null"
	}
	return "a single value"
}

func (r *reader) cassette(root *yaml.Node) {
	r.at = -1
	if root.Kind != yaml.MappingNode {
		r.stray("text", "", root)
		r.add(ruleLoad, root.Line, -1, "", "is no go-vcr cassette: it holds %s; expected the keys version and interactions", describe(root))
		return
	}
	all := members(root)
	r.version(all)
	r.each(all, "", func(key string, n *yaml.Node) bool {
		switch key {
		case "webhooktest":
			r.header(n)
		case "version", "mu":
		case "interactions":
			r.interactions(n)
		default:
			return false
		}
		return true
	})
}

// each hands the members of a mapping to take, which says whether it knows the key.
func (r *reader) each(all []member, place string, take func(key string, n *yaml.Node) bool) {
	done := map[string]bool{}
	for _, m := range all {
		key := m.key.Value
		if m.key.Kind != yaml.ScalarNode {
			r.mismatch(m.key, place, "a name as key")
			r.stray(place, "", m.value)
			continue
		}
		if done[key] {
			r.twice(m.key, place)
			r.stray("key "+safeName(key), key, m.value)
			continue
		}
		done[key] = true
		if take(key, m.value) {
			continue
		}
		r.stray("key "+safeName(key), key, m.value)
		if !r.v1 {
			whose := "go-vcr"
			if place == "webhooktest" {
				whose = place
			}
			r.add(ruleUnknownKeys, m.key.Line, r.at, place, "has the key %q, which %s does not know", safeName(key), whose)
		}
	}
}

func (r *reader) twice(key *yaml.Node, place string) {
	r.doubt(key.Line, r.at, place, "has the key %q twice; go-vcr expects it once", safeName(key.Value))
}

func (r *reader) version(all []member) {
	for _, m := range all {
		if m.key.Value != "version" || isNull(m.value) {
			continue
		}
		switch v, ok := integer(m.value); {
		case !ok:
			r.mismatch(m.value, "version", "the number 2")
		case v == 1:
			r.v1 = true
			if ofVCRpy(all) {
				r.add(ruleLoad, m.value.Line, -1, "", "is no go-vcr cassette but one of VCR.py")
				return
			}
			r.add(ruleV1, m.value.Line, -1, "", "has format 1; go-vcr v3 reads format 2 only")
		case v != 2:
			r.add(ruleLoad, m.value.Line, -1, "", "has format %d; go-vcr v3 reads format 2 only", v)
		}
	}
}

// ofVCRpy reports whether the first request has the key uri, as VCR.py writes it.
func ofVCRpy(all []member) bool {
	list := valueOf(all, "interactions")
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return false
	}
	request := valueOf(members(resolve(list.Content[0])), "request")
	return valueOf(members(request), "uri").Kind == yaml.ScalarNode
}

func (r *reader) header(n *yaml.Node) {
	h := &r.c.header
	h.present = true
	if n.Kind != yaml.MappingNode {
		return
	}
	r.each(members(n), "webhooktest", func(key string, n *yaml.Node) bool {
		switch key {
		case "provider":
			h.provider = scalar(n).value
		case "scenario":
			h.scenario = scalar(n).value
		case "received":
			h.received = scalar(n).value
		case "source", "recorded", "varies", "pinned":
		case "accepted":
			for _, a := range n.Content {
				h.accepted = append(h.accepted, scalar(resolve(a)).value)
			}
		default:
			return false
		}
		return true
	})
}

func (r *reader) interactions(n *yaml.Node) {
	switch {
	case isNull(n):
		return
	case n.Kind != yaml.SequenceNode:
		r.mismatch(n, "interactions", "a list")
		return
	case len(n.Content) > maxInteractions:
		r.stray("interactions", "", n)
		r.add(ruleLoad, n.Line, -1, "interactions", "are %d; more than %d are not read; split the cassette", len(n.Content), maxInteractions)
		return
	}
	r.c.interactions = make([]interaction, len(n.Content))
	for i, item := range n.Content {
		r.at = i
		r.interaction(resolve(item), &r.c.interactions[i])
	}
	r.at = -1
}

func (r *reader) interaction(n *yaml.Node, ia *interaction) {
	ia.line = n.Line
	ia.answer.isAnswer = true
	switch {
	case isNull(n):
		r.add(ruleLoad, n.Line, r.at, "", "is null, and go-vcr panics on it; remove the entry")
		return
	case n.Kind != yaml.MappingNode:
		r.mismatch(n, "", "a mapping")
		return
	}
	r.each(members(n), "", func(key string, n *yaml.Node) bool {
		switch key {
		case "id":
			if isNull(n) {
				break
			}
			if v, ok := integer(n); ok {
				ia.id = new(int(v))
			} else {
				r.mismatch(n, "id", "a number")
			}
		case "request":
			r.message(n, &ia.request)
		case "response":
			r.message(n, &ia.answer)
		default:
			return false
		}
		return true
	})
}

func (r *reader) message(n *yaml.Node, m *message) {
	m.line, m.source = n.Line, r.source
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.mismatch(n, m.name(), "a mapping")
		return
	}
	keys := requestKeys
	if m.isAnswer {
		keys = responseKeys
	}
	r.each(members(n), m.name(), func(key string, n *yaml.Node) bool {
		take := keys[key]
		if take == nil {
			take = messageKeys[key]
		}
		if take != nil {
			take(r, n, m, m.name()+" "+key)
		}
		return take != nil
	})
}

// take reads the value of one key into a message.
type take func(r *reader, n *yaml.Node, m *message, place string)

// What go-vcr reads: in every message, in a request, in a response.
var (
	messageKeys = map[string]take{
		"proto":       searched("proto", (*search).scanValue),
		"proto_major": func(r *reader, n *yaml.Node, _ *message, place string) { r.number(n, place) },
		"proto_minor": func(r *reader, n *yaml.Node, _ *message, place string) { r.number(n, place) },
		"transfer_encoding": func(r *reader, n *yaml.Node, m *message, place string) {
			for _, t := range r.list(n, place) {
				m.searched("transfer_encoding", t, (*search).scanValue)
			}
		},
		"content_length": func(r *reader, n *yaml.Node, m *message, place string) {
			m.hasLength, m.length, m.lengthValue = !isNull(n), scalar(n), r.number(n, place)
		},
		"body":    func(r *reader, n *yaml.Node, m *message, place string) { m.body = r.text(n, place) },
		"headers": func(r *reader, n *yaml.Node, m *message, place string) { m.headers = r.fields(n, place) },
		"trailer": func(r *reader, n *yaml.Node, m *message, place string) { m.trailer = r.fields(n, place) },
	}
	requestKeys = map[string]take{
		"host":        searched("host", (*search).authority),
		"remote_addr": searched("remote_addr", (*search).authority),
		"request_uri": searched("request_uri", (*search).url),
		"form":        func(r *reader, n *yaml.Node, m *message, place string) { m.form = r.fields(n, place) },
		"url": func(r *reader, n *yaml.Node, m *message, place string) {
			m.url = m.searched("URL", r.text(n, place), (*search).url)
		},
		"method": func(r *reader, n *yaml.Node, m *message, place string) {
			m.method = m.searched("method", r.text(n, place), (*search).scanValue)
		},
	}
	responseKeys = map[string]take{
		"status": searched("status", (*search).scanValue),
		"code": func(r *reader, n *yaml.Node, m *message, place string) {
			m.code, m.codeLine = int(r.number(n, place)), n.Line
		},
		"duration": func(r *reader, n *yaml.Node, _ *message, place string) {
			r.decode(n, new(time.Duration), place, `a duration such as "0s"`)
		},
		"uncompressed": func(r *reader, n *yaml.Node, m *message, place string) {
			r.decode(n, &m.uncompressed, place, "true or false")
		},
	}
)

// searched takes a text that only the search looks at.
func searched(key string, look func(s *search, value string)) take {
	return func(r *reader, n *yaml.Node, m *message, place string) {
		m.searched(key, r.text(n, place), look)
	}
}

// searched keeps a text under a key for the search.
func (m *message) searched(key string, t text, look func(s *search, value string)) text {
	m.texts = append(m.texts, keyed{key, t, look})
	return t
}

func (r *reader) text(n *yaml.Node, place string) text {
	if n.Kind != yaml.ScalarNode {
		r.mismatch(n, place, "a text")
	} else if n.ShortTag() == "!!binary" {
		var s string
		if n.Decode(&s) != nil {
			r.add(ruleLoad, n.Line, r.at, place, "is marked as binary and is no base64")
		}
	}
	return scalar(n)
}

// integer reads a number as the YAML library does; the short way is that of
// every number that go-vcr writes.
func integer(n *yaml.Node) (v int64, ok bool) {
	if n.Kind != yaml.ScalarNode {
		return 0, false
	}
	if n.Style == 0 && n.Tag == "!!int" {
		if v, err := strconv.ParseInt(n.Value, 10, 64); err == nil && (n.Value[0] != '0' || n.Value == "0") {
			return v, true
		}
	}
	err := n.Decode(&v)
	return v, err == nil
}

func (r *reader) number(n *yaml.Node, place string) int64 {
	v, ok := integer(n)
	if !ok && !isNull(n) {
		r.mismatch(n, place, "a number")
	}
	return v
}

func (r *reader) decode(n *yaml.Node, into any, place, expected string) {
	if n.Decode(into) != nil {
		r.mismatch(n, place, expected)
	}
}

func (r *reader) list(n *yaml.Node, place string) []text {
	switch {
	case isNull(n):
		return nil
	case n.Kind != yaml.SequenceNode:
		r.mismatch(n, place, "a list of texts")
		return nil
	}
	values := make([]text, 0, len(n.Content))
	for _, v := range n.Content {
		if v = resolve(v); v.Kind != yaml.ScalarNode {
			r.mismatch(v, place, "a text")
			continue
		}
		values = append(values, r.text(v, place))
	}
	return values
}

func (r *reader) fields(n *yaml.Node, place string) []field {
	switch {
	case isNull(n):
		return nil
	case n.Kind != yaml.MappingNode:
		r.mismatch(n, place, "a mapping of names to lists")
		return nil
	}
	var fields []field
	names := map[string]bool{}
	for _, m := range members(n) {
		if m.key.Kind != yaml.ScalarNode {
			r.mismatch(m.key, place, "a name as key")
			continue
		}
		if names[m.key.Value] {
			r.twice(m.key, place)
		}
		names[m.key.Value] = true
		fields = append(fields, field{m.key.Value, m.key.Line, r.list(m.value, place+" "+safeName(m.key.Value))})
	}
	return fields
}
