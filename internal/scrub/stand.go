package scrub

import (
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
)

// stand maps a tenant's values to what stands for them, where code that was
// written to this module would send the latter: the ids that it is given, and
// those of earlier answers.
type stand map[string]string

// learn notes each string that another one took the place of.
func (s stand) learn(real, shown []byte) {
	a, err := jsontext.Parse(real, jsontext.Bounds{Depth: 500})
	if err != nil {
		return
	}
	b, err := jsontext.Parse(shown, jsontext.Bounds{Depth: 500})
	if err != nil {
		return
	}
	var walk func(a, b *jsontext.Node)
	walk = func(a, b *jsontext.Node) {
		if a.Kind == jsontext.String && b.Kind == jsontext.String && a.Text != b.Text {
			s[a.Text] = b.Text
		}
		for i := 0; i < len(a.Children) && len(a.Children) == len(b.Children); i++ {
			walk(a.Children[i], b.Children[i])
		}
	}
	walk(a, b)
}

// inJSON changes whole strings.
func (s stand) inJSON(body []byte) []byte {
	root, err := jsontext.Parse(body, jsontext.Bounds{Depth: 500})
	if err != nil {
		return body
	}
	var edits []jsontext.Edit
	var walk func(n *jsontext.Node)
	walk = func(n *jsontext.Node) {
		if p, ok := s[n.Text]; ok && n.Kind == jsontext.String {
			edits = append(edits, n.Edit(jsontext.Quote(p)))
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(root)
	return jsontext.Splice(body, edits)
}

// inPath changes whole segments, and whole values of the query.
func (s stand) inPath(target string) string {
	var b strings.Builder
	for target != "" {
		end := strings.IndexAny(target, "/?&=")
		if end < 0 {
			end = len(target)
		}
		segment := target[:end]
		if plain, err := url.QueryUnescape(segment); err == nil && s[plain] != "" {
			segment = url.QueryEscape(s[plain])
		}
		b.WriteString(segment)
		if end < len(target) {
			b.WriteByte(target[end])
			end++
		}
		target = target[end:]
	}
	return b.String()
}
