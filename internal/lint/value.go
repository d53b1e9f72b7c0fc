package lint

import (
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

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

func (r *reader) bool(n *yaml.Node, place string) bool {
	var v bool
	if n.Decode(&v) != nil {
		r.mismatch(n, place, "true or false")
	}
	return v
}

func (r *reader) duration(n *yaml.Node, place string) {
	var v time.Duration
	if n.Decode(&v) != nil {
		r.mismatch(n, place, `a duration such as "0s"`)
	}
}

func (r *reader) list(n *yaml.Node, place string) []text {
	switch {
	case isNull(n):
		return nil
	case n.Kind != yaml.SequenceNode:
		r.mismatch(n, place, "a list of texts")
		if n.Kind == yaml.ScalarNode {
			return []text{scalar(n)} // searched all the same
		}
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
