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

func TestAt(t *testing.T) {
	assert.Equal(t, "line 2, column 2", jsontext.At([]byte("{\n}"), 3))
}

func TestDecodeEscape(t *testing.T) {
	for text, want := range map[string]struct {
		r    rune
		size int
	}{
		"": {}, "a": {}, `\`: {}, `\x41`: {}, `\u00g9`: {}, `\u00e`: {}, // no escapes
		`\"`: {'"', 2}, `\\`: {'\\', 2}, `\/a`: {'/', 2}, `\b`: {'\b', 2}, `\f`: {'\f', 2}, `\n`: {'\n', 2}, `\r`: {'\r', 2}, `\t`: {'\t', 2},
		`\u00e9x`: {'é', 6}, `\u00E9`: {'é', 6}, `\ud83d\ude80`: {'🚀', 12},
		`\ud83d`: {0xd83d, 6}, `\ud83dx`: {0xd83d, 6}, `\ud83d\n`: {0xd83d, 6}, `\ud83d\ud83d`: {0xd83d, 6}, `\ude80\ud83d`: {0xde80, 6}, `\u0041\ude80`: {'A', 6},
	} {
		r, size := jsontext.DecodeEscape(text)
		assert.Equal(t, want.r, r, text)
		assert.Equal(t, want.size, size, text)
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
