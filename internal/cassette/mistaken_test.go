package cassette_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
)

// What git leaves is called by its name; what stands in a body is the body's.
func TestMistaken(t *testing.T) {
	const whole = "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response:\n    code: 200\n    body: |\n      <<<<<<< ours\n"
	_, err := cassette.Parse("a.yaml", []byte(whole))
	require.NoError(t, err)
	for data, want := range map[string]string{
		"version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0", 64) + "\nsize 12\n": "a.yaml: line 1: is a Git LFS pointer and not the cassette; fetch the file with git lfs pull",
		"<<<<<<< ours\n=======\n>>>>>>> theirs\n" + whole:                                                   "a.yaml: line 1: holds a merge conflict; resolve it, or take one side and record again",
		whole + "<<<<<<< ours\n- id: 1\n=======\n- id: 2\n>>>>>>> theirs\n":                                 "a.yaml: line 9: holds a merge conflict; resolve it, or take one side and record again",
	} {
		_, err := cassette.Parse("a.yaml", []byte(data))

		assert.EqualError(t, err, want)
	}
}
