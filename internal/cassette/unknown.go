package cassette

import (
	"errors"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/say"
)

var unknownKey = pattern.New(`^line [0-9]+: field (.+) not found in type \S+$`)

// unknown returns the keys that an error is about, or nil when it is about anything else.
func unknown(err error) []string {
	var types *yaml.TypeError
	if !errors.As(err, &types) {
		return nil
	}
	var keys []string
	for _, line := range types.Errors {
		m := unknownKey.FindStringSubmatch(line)
		if m == nil {
			return nil
		}
		keys = append(keys, m[1])
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// misspelt finds a key that is nearly one which a replay reads, and which is missing
// beside it: it would replay as an empty value.
func misspelt(data []byte) (line int, key, near string) {
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil || root.Kind == 0 {
		return 0, "", ""
	}
	look := func(m *yaml.Node, needed ...string) bool {
		line, key, near = instead(m, needed)
		return key != ""
	}
	top := root.Content[0]
	if look(top, "version", "interactions", "webhooktest") {
		return line, key, near
	}
	if all := member(top, "interactions"); all != nil {
		for _, ia := range all.Content {
			if look(ia, "request", "response") || look(member(ia, "request"), "method", "url", "body", "form", "headers", "content_length") ||
				look(member(ia, "response"), "code", "status", "body", "headers", "content_length") {
				return line, key, near
			}
		}
	}
	return 0, "", ""
}

// instead finds a key of a mapping that is near one which the mapping lacks.
func instead(m *yaml.Node, needed []string) (line int, key, near string) {
	if m == nil || m.Kind != yaml.MappingNode {
		return 0, "", ""
	}
	missing := slices.DeleteFunc(slices.Clone(needed), func(name string) bool { return member(m, name) != nil })
	for i := 0; i+1 < len(m.Content); i += 2 {
		k := m.Content[i]
		for _, name := range missing {
			if isNear(strings.ToLower(k.Value), name) {
				return k.Line, k.Value, name
			}
		}
	}
	return 0, "", ""
}

// isNear says whether a name is another with a letter too many, too few, wrong or in the
// place of its neighbour.
func isNear(a, b string) bool {
	d := levenshtein.ComputeDistance(a, b)
	return d <= 1 || d == 2 && say.Anagram(a, b)
}

// Commented says whether a YAML text holds comments, which no recorder keeps.
func Commented(data []byte) bool {
	var root yaml.Node
	return yaml.Unmarshal(data, &root) == nil && commented(&root)
}

func commented(n *yaml.Node) bool {
	return n.HeadComment+n.LineComment+n.FootComment != "" || slices.ContainsFunc(n.Content, commented)
}

func member(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}
