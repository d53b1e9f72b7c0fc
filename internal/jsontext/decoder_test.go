package jsontext_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

func TestDecoder(t *testing.T) {
	const text = "\t{\"a\\n\" :[1.00,\"\xff\",\"\\ud800\"\r\n],\"\":null}\n"
	d := jsontext.NewDecoder(text)
	type token struct {
		kind        jsontext.Kind
		raw, string string
	}
	var got []token
	for kind := d.PeekKind(); kind != 0; kind = d.PeekKind() {
		start := d.InputOffset()
		tok := d.ReadToken()
		assert.Equal(t, kind, tok.Kind())
		assert.Equal(t, text[start:d.InputOffset()], tok.Raw())
		got = append(got, token{kind, tok.Raw(), tok.String()})
	}
	assert.Equal(t, []token{
		{jsontext.BeginObject, "{", "{"},
		{jsontext.String, `"a\n"`, "a\n"},
		{jsontext.BeginArray, "[", "["},
		{jsontext.Number, "1.00", "1.00"},
		{jsontext.String, "\"\xff\"", "\ufffd"},
		{jsontext.String, `"\ud800"`, "\ufffd"},
		{jsontext.EndArray, "]", "]"},
		{jsontext.String, `""`, ""},
		{jsontext.Null, "null", "null"},
		{jsontext.EndObject, "}", "}"},
	}, got)
	assert.Zero(t, d.ReadToken().Kind())
	assert.Equal(t, len(text), d.InputOffset())
}

func TestQuote(t *testing.T) {
	for s, want := range map[string]string{"": `""`, "a<b>&": `"a<b>&"`, "a\"\\\n": `"a\"\\\n"`, "é\u2028\xff": "\"é\\u2028\ufffd\""} {
		got := jsontext.Quote(s)
		var back, sane string
		assert.NoError(t, json.Unmarshal([]byte(got), &back))
		assert.NoError(t, json.Unmarshal([]byte(want), &sane))
		assert.Equal(t, sane, back)
		if s != "é\u2028\xff" {
			assert.Equal(t, want, got)
		}
	}
}
