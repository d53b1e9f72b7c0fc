package jsontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/jsontext"
)

func TestPlace(t *testing.T) {
	const body = `{"a": {"b": [1, {"c": 2.50}], "~/": 3}}`
	for _, tt := range []struct{ pointer, want, err string }{
		{"", `7`, ""},
		{"/a/b/0", `{"a": {"b": [7, {"c": 2.50}], "~/": 3}}`, ""},
		{"/a/b/-", `{"a": {"b": [1, {"c": 2.50},7], "~/": 3}}`, ""},
		{"/a/b/1/d", `{"a": {"b": [1, {"c": 2.50,"d": 7}], "~/": 3}}`, ""},
		{"/a/~0~1", `{"a": {"b": [1, {"c": 2.50}], "~/": 7}}`, ""},
		{"a", "", `that is no JSON pointer; one begins with a slash, such as "/a"`},
		{"/x/y", "", `the body has no member "x"`},
		{"/a/b/2", "", `/a/b is a list of length 2, and "2" is no index of it`},
		{"/a/b/01", "", `/a/b is a list of length 2, and "01" is no index of it`},
		{"/a/b/0/x", "", `/a/b/0 holds no members`},
		{"/a/b/1/c/x/y", "", `/a/b/1/c holds no members`},
	} {
		got, err := jsontext.Place([]byte(body), tt.pointer, []byte("7"))
		placed(t, tt.pointer, got, err, tt.want, tt.err)
	}
	for _, tt := range []struct{ pointer, want, err string }{
		{"/a", `{}`, ""},
		{"/a/b", `{"a": {"~/": 3}}`, ""},
		{"/a/~0~1", `{"a": {"b": [1, {"c": 2.50}]}}`, ""},
		{"/a/b/0", `{"a": {"b": [{"c": 2.50}], "~/": 3}}`, ""},
		{"/a/b/1", `{"a": {"b": [1], "~/": 3}}`, ""},
		{"/a/b/1/c", `{"a": {"b": [1, {}], "~/": 3}}`, ""},
		{"/a/b/-", "", `/a/b is a list of length 2, and "-" is no index of it`},
		{"/a/c", "", `/a has no member "c"`},
		{"", "", "the whole cannot be removed"},
	} {
		got, err := jsontext.Remove([]byte(body), tt.pointer)
		placed(t, tt.pointer, got, err, tt.want, tt.err)
	}
	_, err := jsontext.Remove([]byte(`{}`), "/a")
	assert.EqualError(t, err, `the body has no member "a", and no other`)
	_, err = jsontext.Place(nil, "/a", []byte("7"))
	assert.EqualError(t, err, `the body holds no members`)
	_, err = jsontext.Place([]byte(`{"a":`), "/a", []byte("7"))
	assert.EqualError(t, err, `unexpected end of JSON input`)
	got, err := jsontext.Place([]byte(`{"a": {  }}`), "/a/b", []byte("7"))
	placed(t, "/a/b", got, err, `{"a": {"b":7}}`, "")
}

// A new member is laid out as those beside it.
func TestPlace_layout(t *testing.T) {
	got, err := jsontext.Place([]byte("{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}\n"), "/c", []byte(`"x"`))
	require.NoError(t, err)
	got, err = jsontext.Place(got, "/b/-", []byte("2"))
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": \"x\"\n}\n", string(got))
	got, err = jsontext.Remove(got, "/b")
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"a\": 1,\n  \"c\": \"x\"\n}\n", string(got))
}

func placed(t *testing.T, pointer string, got []byte, err error, want, message string) {
	t.Helper()
	if message != "" {
		assert.EqualError(t, err, message, pointer)
		return
	}
	require.NoError(t, err, pointer)
	assert.Equal(t, want, string(got), pointer)
}
