package lint_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/lint"
)

// written is a cassette as go-vcr writes it, a line for each key, with its texts in
// one style.
func written(t *testing.T, data []byte, style yaml.Style) string {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(data, &root))
	var restyle func(n *yaml.Node, key bool)
	restyle = func(n *yaml.Node, key bool) {
		var binary string
		if n.Tag == "!!binary" && n.Decode(&binary) == nil && !strings.ContainsAny(binary, "\x1f\x78\r") {
			n.Tag, n.Value = "!!str", binary
		}
		n.Style = 0
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !key {
			n.Style = style
		}
		for i, c := range n.Content {
			restyle(c, n.Kind == yaml.MappingNode && i%2 == 0)
		}
	}
	restyle(&root, false)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	require.NoError(t, e.Encode(&root))
	return b.String()
}

// breakages are what happens to the files of a repository.
var breakages = map[string]func(cassette string) string{
	"a tab before a key": func(c string) string { return strings.Replace(c, "      code: 200", "\tcode: 200", 1) },
	"a merge conflict": func(c string) string {
		return strings.Replace(strings.Replace(c, "      method: POST", "<<<<<<< ours\n      method: POST\n=======\n      method: PUT\n>>>>>>> theirs", 1), "      code: 200", "<<<<<<< ours\n      code: 200\n=======\n      code: 201\n>>>>>>> theirs", 1)
	},
	"a control character":       func(c string) string { return strings.Replace(c, "code: 200", "code: 200\x00", 1) },
	"a byte of Latin-1":         func(c string) string { return strings.Replace(c, "code: 200", "code: 200\xfc", 1) },
	"a key indented too little": func(c string) string { return strings.Replace(c, "      code: 200", "    code: 200\n  x", 1) },
	"a key indented too much":   func(c string) string { return strings.Replace(c, "      code: 200", "          code: 200", 1) },
	"a quote that is open":      func(c string) string { return c + "    status: \"200\n" },
	"a bracket that is open":    func(c string) string { return c + "more: [\n" },
	"an unknown anchor":         func(c string) string { return c + "    status: *nobody\n" },
	"a word between": func(c string) string {
		return strings.Replace(c, "      code: 200", "      what is this\n      code: 200", 1)
	},
}

// What is found in a file that parses is found in the file when it does not: every
// place, in every style of its texts, broken in every way. Without -whole the values take
// turns.
func TestBroken_isSearchedLikeTheRest(t *testing.T) {
	styles := map[string]yaml.Style{"plain": 0, "single": yaml.SingleQuotedStyle, "double": yaml.DoubleQuotedStyle, "literal": yaml.LiteralStyle, "folded": yaml.FoldedStyle}
	tried, missed, dir, turn := map[string]int{}, map[string][]string{}, t.TempDir(), 0
	for _, place := range slices.Sorted(maps.Keys(places)) {
		put := places[place]
		if strings.HasSuffix(place, "document") || slices.Contains([]string{"comment", "broken file", "no cassette", "key twice", "conflict"}, place) {
			continue // no file of one document, or broken by itself
		}
		for _, how := range slices.Sorted(maps.Keys(styles)) {
			turn++
			for i, p := range [][2]string{{"api_key", letters(22)}, {"password", "hunter2"}, {"note", "ghp_" + letters(36)}} {
				if !*whole && i != turn%3 {
					continue
				}
				file := written(t, put(p[0], p[1]), styles[how])
				assert.True(t, has(lint.Check("a.yaml", []byte(file)), "secret-name", "secret-shape"), "%s %s %s is not found in the whole file:\n%s", place, how, p[0], file)
				for way, damage := range breakages {
					data := damage(file)
					require.NotEqual(t, file, data)
					if tried[way] == 0 {
						require.False(t, loads(t, dir, []byte(data)), "%s\n%s", way, data)
					}
					found := lint.Check("a.yaml", []byte(data))
					require.True(t, has(found, "load"))
					if tried[way]++; !has(found, "secret-name", "secret-shape") {
						missed[way] = append(missed[way], place+" "+how+" "+p[0]+"\n"+data)
					}
					for _, f := range found {
						require.NotContains(t, f.String(), p[1])
					}
				}
			}
		}
	}
	var matrix strings.Builder
	for _, way := range slices.Sorted(maps.Keys(breakages)) {
		fmt.Fprintf(&matrix, "%-26s %d of %d\n", way, tried[way]-len(missed[way]), tried[way])
		assert.Empty(t, missed[way], way)
	}
	t.Log("\n" + matrix.String())
}

// What is no cassette and no YAML is searched by name all the same.
func TestBroken_anyText(t *testing.T) {
	for _, data := range []string{
		"password: hunter2\n]", "x: {\"password\": \"hunter2\"", "- - - password: hunter2\n]", "\"https://a.test/?password=hunter2\n", "{\"version\":2,\"interactions\":[{\"request\":{\"body\":\"{\\\"password\\\":\\\"hunter2\\\"}\"",
		"a: b\n--- [\npassword: hunter2\n", "\"0\"0\npassword: hunter2\n", "version https://git-lfs.github.com/spec/v1\npassword: hunter2\n", "\tpassword: hunter2\n",
	} {
		found := lint.Check("a.yaml", []byte(data))

		assert.True(t, has(found, "load", "second-document"), "%q", data)
		assert.True(t, has(found, "secret-name"), "%q", data)
	}
}
