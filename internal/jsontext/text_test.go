package jsontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

func TestPosition(t *testing.T) {
	const text = "{\n\t\"é\": 1\n}"
	for offset, want := range map[int][2]int{-1: {1, 1}, 0: {1, 1}, 1: {1, 2}, 2: {2, 1}, 8: {2, 6}, len(text): {3, 2}, 99: {3, 2}} {
		line, column := jsontext.Position([]byte(text), offset)
		assert.Equal(t, want, [2]int{line, column}, offset)
	}
}

func TestInvalidUTF8(t *testing.T) {
	for text, want := range map[string]int{"": -1, "aé\ufffd": -1, "aé\xff": 3, "\xc3": 0} {
		assert.Equal(t, want, jsontext.InvalidUTF8([]byte(text)), text)
	}
}

func TestDepth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "1": 0, "[]": 1, `{"a":[{"b":1}],"c":[]}`: 3, `"[[\"[["`: 0, `["\\",[]]`: 2, "[[": 2} {
		assert.Equal(t, want, jsontext.Depth([]byte(text)), text)
	}
}

func TestSplice(t *testing.T) {
	text := []byte("0123456789")
	assert.Equal(t, "0x3456yz", string(jsontext.Splice(text, []jsontext.Edit{{Start: 7, End: 10, New: "yz"}, {Start: 1, End: 3, New: "x"}})))
	same := jsontext.Splice(text, nil)
	assert.Same(t, &text[0], &same[0])
	assert.Equal(t, "0123456789", string(text))
}
