package jsontext_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/jsontext"
)

func TestPlace(t *testing.T) {
	const body = `{"a":{"b":[1,{"c":2}],"~/":3}}`
	for _, tt := range []struct{ pointer, want, err string }{
		{"", `7`, ""},
		{"/a/b/0", `{"a":{"b":[7,{"c":2}],"~/":3}}`, ""},
		{"/a/b/-", `{"a":{"b":[1,{"c":2},7],"~/":3}}`, ""},
		{"/a/b/1/d", `{"a":{"b":[1,{"c":2,"d":7}],"~/":3}}`, ""},
		{"/a/~0~1", `{"a":{"b":[1,{"c":2}],"~/":7}}`, ""},
		{"a", "", `that is no JSON pointer; one begins with a slash, such as "/a"`},
		{"/x/y", "", `the body has no member "x"`},
		{"/a/b/2", "", `/a/b is a list of length 2, and "2" is no index of it`},
		{"/a/b/01", "", `/a/b is a list of length 2, and "01" is no index of it`},
		{"/a/b/0/x", "", `/a/b/0 holds no members`},
		{"/a/b/1/c/x/y", "", `/a/b/1/c holds no members`},
	} {
		got, err := jsontext.Place(root(t, body), tt.pointer, 7)
		placed(t, tt.pointer, got, err, tt.want, tt.err)
	}
	for _, tt := range []struct{ pointer, want, err string }{
		{"/a", `{}`, ""},
		{"/a/b/0", `{"a":{"b":[{"c":2}],"~/":3}}`, ""},
		{"/a/b/1/c", `{"a":{"b":[1,{}],"~/":3}}`, ""},
		{"/a/b/-", "", `/a/b is a list of length 2, and "-" is no index of it`},
		{"/a/c", "", `/a has no member "c"`},
		{"", "", "the whole cannot be removed"},
	} {
		got, err := jsontext.Remove(root(t, body), tt.pointer)
		placed(t, tt.pointer, got, err, tt.want, tt.err)
	}
	_, err := jsontext.Remove(map[string]any{}, "/a")
	assert.EqualError(t, err, `the body has no member "a", and no other`)
}

func root(t *testing.T, body string) (v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	return v
}

func placed(t *testing.T, pointer string, value any, err error, want, message string) {
	t.Helper()
	if message != "" {
		assert.EqualError(t, err, message, pointer)
		return
	}
	require.NoError(t, err, pointer)
	got, err := json.Marshal(value)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(got), pointer)
}
