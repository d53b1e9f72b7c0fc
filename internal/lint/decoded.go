package lint

import (
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/pattern"
)

// decoded is what go-vcr decodes a cassette into. Files of the plain form that
// recorders write are judged node by node; aliases, merge keys and tags have
// rules of their own, for which the YAML library is asked.
type decoded struct {
	Version      int
	Mu           struct{}
	Interactions []*cassette.Interaction
}

// isPlain says whether a document has nothing but what recorders write.
func isPlain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!binary" {
		return false
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && (c.Kind != yaml.ScalarNode || c.Value == "<<" || c.ShortTag() != "!!str") {
			return false
		}
		if !isPlain(c) {
			return false
		}
	}
	return true
}

// maxWidth bounds a mapping that the YAML library decodes: it compares each key with each.
const maxWidth = 4096

func widest(n *yaml.Node) int {
	most := 0
	if n.Kind == yaml.MappingNode {
		most = len(n.Content) / 2
	}
	for _, c := range n.Content {
		most = max(most, widest(c))
	}
	return most
}

var goType = pattern.New(` (?:in|into) type [\w.*\[\]{} ]+| into [\w.*\[\]]+$|Go value of type \S+`)

// decodes asks the YAML library whether go-vcr would load a document.
func decodes(root *yaml.Node) (err error) {
	if n := widest(root); n > maxWidth {
		return fmt.Errorf("a mapping has %d keys; more than %d are not read beside aliases", n, maxWidth)
	}
	defer func() {
		if recover() != nil {
			err = errors.New("the YAML library gave up on it")
		}
	}()
	err = root.Decode(new(decoded))
	var types *yaml.TypeError
	if errors.As(err, &types) {
		return errors.New(strings.TrimSpace(goType.ReplaceAllString(types.Errors[0], "")))
	}
	return err
}
