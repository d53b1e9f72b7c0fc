package cassette_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/cassette"
)

// What is no cassette of this format is named by what it holds in the place of one.
func TestParse_noCassette(t *testing.T) {
	for text, want := range map[string]string{
		"# nothing yet\n\n# at all\n": "x.yaml: the file holds nothing but comments; record it again",
	} {
		_, err := cassette.Parse("x.yaml", []byte(text))
		assert.EqualError(t, err, want, text)
	}
	for value, is := range map[string]string{`"2"`: "a text", "two": "a text", "[2]": "a list", "{a: 2}": "a mapping"} {
		_, err := cassette.Parse("x.yaml", []byte("# first\n---\nversion: "+value+"\ninteractions: []\n"))
		assert.EqualError(t, err, "x.yaml: no go-vcr cassette: line 3: version is "+is+"; go-vcr v3 reads the number 2 only", value)
	}
}
