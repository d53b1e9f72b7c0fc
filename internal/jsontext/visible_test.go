package jsontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"plain \t\n\\ é 世界 🙂": "plain \t\n\\ é 世界 🙂",
		"e\u0301":             `e\u0301`,
		"a\u200bb":            `a\u200bb`,
		"\ufeffa":             `\ufeffa`,
		"a\u00a0b":            `a\u00a0b`,
		"a\u202eb":            `a\u202eb`,
		"\U000e0041":          `\U000e0041`,
		"नमस्ते":              "नमस्ते", // marks of a script that writes with them
		"a\xff\u200b":         "a\xff\\u200b",
	} {
		assert.Equal(t, want, jsontext.Visible(text), "%+q", text)
	}
}
