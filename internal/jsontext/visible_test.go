package jsontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"plain \t\n\\ é 世界 🙂":  "plain \t\n\\ é 世界 🙂",
		"e\u0301":              `e\u0301`,
		"a\u200bb":             `a\u200bb`,
		"\ufeffa":              `\ufeffa`,
		"a\u00a0b":             `a\u00a0b`,
		"a\u202eb":             `a\u202eb`,
		"\U000e0041":           `\U000e0041`,
		"नमस्ते":               "नमस्ते",       // marks of a script that writes with them
		"webh\u043eok":         `webh\u043eok`, // a Cyrillic o
		"\u0441\u043e\u0440":   `\u0441\u043e\u0440`,
		"\u03bfk \uff41\uff42": `\u03bfk \uff41\uff42`,
		"a\U0001d41bc":         `a\U0001d41bc`,
		"w\u0416\u043e":        "w\u0416" + `\u043e`,
		"a\u2010b":             `a\u2010b`,
		"пароль κόσμος café":   "пароль κόσμος café",
		"a\xff\u200b":          "a\xff\\u200b",
	} {
		assert.Equal(t, want, jsontext.Visible(text), "%+q", text)
	}
}
