package jsontext_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

// The example of RFC 6901, section 5.
func TestLookup_rfc6901(t *testing.T) {
	const text = `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`
	root := parse(t, text)
	for pointer, want := range map[string]string{
		"/foo": `["bar", "baz"]`, "/foo/0": `"bar"`, "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3", "/g|h": "4", `/i\j`: "5", `/k"l`: "6", "/ ": "7", "/m~0n": "8",
	} {
		n, ok := root.Find(pointer)
		assert.True(t, ok, pointer)
		assert.JSONEq(t, want, string(n.Append(nil)), pointer)
		assert.Equal(t, pointer, n.Pointer())
		v, ok := jsontext.Lookup(value(root), pointer)
		assert.True(t, ok, pointer)
		assert.Equal(t, value(n), v)
	}
	for pointer, nearest := range map[string]string{"/foo/2": "/foo", "/foo/00": "/foo", "/foo/+1": "/foo", "/foo/-1": "/foo", "/foo/0/x": "/foo/0", "/nope/0": ""} {
		n, ok := root.Find(pointer)
		assert.False(t, ok, pointer)
		assert.Equal(t, nearest, n.Pointer())
		_, ok = jsontext.Lookup(value(root), pointer)
		assert.False(t, ok, pointer)
	}
}

func TestTokens(t *testing.T) {
	for pointer, want := range map[string][]string{"": nil, "/": {""}, "/a/~01~1/": {"a", "~1/", ""}} {
		assert.Equal(t, want, slices.Collect(jsontext.Tokens(pointer)), pointer)
	}
}

func FuzzChild(f *testing.F) {
	f.Add("a", "~1/")
	f.Add("", "~01")
	f.Fuzz(func(t *testing.T, a, b string) {
		pointer := jsontext.Child(jsontext.Child("", a), b)
		assert.Equal(t, []string{a, b}, slices.Collect(jsontext.Tokens(pointer)))
		assert.Equal(t, 2, strings.Count(pointer, "/"))
		assert.Equal(t, a, jsontext.Unescape(jsontext.Escape(a)))
	})
}
