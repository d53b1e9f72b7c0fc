package lint

import "gopkg.in/yaml.v3"

// reader turns nodes into a cassette and reports what go-vcr would stumble over
// or pass over.
type reader struct {
	*findings
	c *cassette
	// v1 says that the file has format 1: its types differ, and saying so once is
	// enough.
	v1 bool
	at int
}

// shape reports whether a file below a directory could be a cassette.
func shape(root *yaml.Node) bool {
	if root == nil || root.Kind != yaml.MappingNode {
		return false
	}
	for _, m := range members(root) {
		if m.key.Value == "interactions" {
			return true
		}
	}
	return false
}

func (r *reader) mismatch(n *yaml.Node, place, expected string) {
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

// each hands the members of a mapping to take, which says whether it knows the
// key.
func (r *reader) each(all []member, place string, take func(key string, n *yaml.Node) bool) {
	done := map[string]bool{}
	for _, m := range all {
		key := m.key.Value
		if m.key.Kind != yaml.ScalarNode {
			r.mismatch(m.key, place, "a name as key")
			continue
		}
		if done[key] {
			r.twice(m.key, place)
			continue
		}
		done[key] = true
		if take(key, m.value) {
			continue
		}
		r.c.strays = append(r.c.strays, stray{r.at, key, m.value})
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
			r.add(ruleV1, m.value.Line, -1, "", "has format 1; go-vcr v3 reads format 2 only")
		case v != 2:
			r.add(ruleLoad, m.value.Line, -1, "", "has format %d; go-vcr v3 reads format 2 only", v)
		}
	}
}

func (r *reader) header(n *yaml.Node) {
	h := &r.c.header
	h.present, h.line = true, n.Line
	if n.Kind != yaml.MappingNode {
		return
	}
	r.each(members(n), "webhooktest", func(key string, n *yaml.Node) bool {
		switch key {
		case "provider":
			h.provider = scalar(n).value
		case "scenario":
			h.scenario = scalar(n).value
		case "source":
			h.source = scalar(n).value
		case "recorded", "varies", "direction":
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
				ia.idNull = true
			} else if v, ok := integer(n); ok {
				id := int(v)
				ia.id = &id
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
	m.line = n.Line
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.mismatch(n, m.name(), "a mapping")
		return
	}
	r.each(members(n), m.name(), func(key string, n *yaml.Node) bool {
		place := m.name() + " " + key
		switch key {
		case "proto":
			r.text(n, place)
		case "proto_major", "proto_minor":
			r.number(n, place)
		case "transfer_encoding":
			r.list(n, place)
		case "content_length":
			m.hasLength = !isNull(n)
			m.length = scalar(n)
			m.lengthValue = r.number(n, place)
		case "body":
			m.body = r.text(n, place)
		case "headers":
			m.headers = r.fields(n, place)
		case "trailer":
			m.trailer = r.fields(n, place)
		default:
			return r.own(key, n, m, place)
		}
		return true
	})
}

// own takes the keys that only requests or only answers have.
func (r *reader) own(key string, n *yaml.Node, m *message, place string) bool {
	if m.isAnswer {
		switch key {
		case "status":
			m.status = r.text(n, place)
		case "code":
			m.code, m.codeLine = int(r.number(n, place)), n.Line
		case "duration":
			r.duration(n, place)
		case "uncompressed":
			m.uncompressed = r.bool(n, place)
		default:
			return false
		}
		return true
	}
	switch key {
	case "host":
		m.host = r.text(n, place)
	case "remote_addr":
		m.remote = r.text(n, place)
	case "request_uri":
		m.uri = r.text(n, place)
	case "form":
		m.form = r.fields(n, place)
	case "url":
		m.url = r.text(n, place)
	case "method":
		m.method = r.text(n, place)
	default:
		return false
	}
	return true
}
