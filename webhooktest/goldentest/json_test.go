package goldentest_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

func TestAssertJSON_canonical(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"scalar", " true\n", "true"},
		{"digits", `[1,1.0,1.00,-0,1E+2,1e2,12345678901234567890,0.1e-400]`, "[\n  1,\n  1.0,\n  1.00,\n  -0,\n  1E+2,\n  1e2,\n  12345678901234567890,\n  0.1e-400\n]"},
		{"members", `{"b":1,"a":{"d":[],"c":{}},"":null,"ab":"x"}`, "{\n  \"\": null,\n  \"a\": {\n    \"c\": {},\n    \"d\": []\n  },\n  \"ab\": \"x\",\n  \"b\": 1\n}"},
		{"white space", "\r\n{ \"a\"\t: [ 1 ,\r\n 2 ] , \"b\" : { } }\r\n", "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}"},
		{"names by their value", `{"\u0062":1,"a":2}`, "{\n  \"a\": 2,\n  \"b\": 1\n}"},
		{"needless escapes", `"\u003c\/\u00e9\ud83d\ude00\u0041"`, `"</é😀A"`},
		{"needed escapes", `"\"\\\b\f\n\r\t\u0000\u001F\u2028\u2029"`, `"\"\\\b\f\n\r\t\u0000\u001f\u2028\u2029"`},
		{"half a pair", `["\uD800","\udC00\ud83d","\ud83d\u0041","\ud83d\ud83d\ude00"]`, "[\n  \"\\ud800\",\n  \"\\udc00\\ud83d\",\n  \"\\ud83dA\",\n  \"\\ud83d😀\"\n]"},
		{"replacement character", `"�"`, `"�"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			setFlag(t, "update", "true")
			tb := tbtest.New("TestLookup")
			goldentest.AssertJSON(tb, "lookup", []byte(test.body))
			require.Empty(t, tb.Errors())
			assert.Equal(t, test.want+"\n", readFile(t, lookupFile))
		})
	}
}

func TestAssertJSON_refused(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"empty", "", `the body is empty; expected JSON`},
		{"white space", " \n", `the body is empty; expected JSON`},
		{"HTML", "<html>", `the body is not JSON at line 1, column 1: invalid character '<' looking for beginning of value; expected JSON: use AssertBytes for other bodies`},
		{"two values", "{}\n x {}", `the body is not JSON at line 2, column 2: invalid character 'x' after top-level value; expected JSON: use AssertBytes for other bodies`},
		{"truncated", `{"id":`, `the body is not JSON at line 1, column 6: unexpected end of JSON input; expected JSON: use AssertBytes for other bodies`},
		{"no UTF-8", "{\n\"é\xff\":1}", `the body is not valid UTF-8 at line 2, column 3; expected JSON: use AssertBytes for other bodies`},
		{"doubled", `{"id":1,"b":2,"id":3}`, `the body names the member "/id" twice; expected each name once, as readers differ on which one counts`},
		{"doubled in disguise", `{"webhooks":[{},{"id":1,"\u0069d":3}]}`, `the body names the member "/webhooks/1/id" twice; expected each name once, as readers differ on which one counts`},
		{"deep", strings.Repeat("[", 201) + strings.Repeat("]", 201), `the body is nested deeper than 200 levels at line 1, column 201; expected an answer of an API`},
		{"very deep", strings.Repeat(`{"a":`, 1e6), `the body is not JSON at line 1, column 50001: invalid character '{' exceeded max depth; expected JSON: use AssertBytes for other bodies`},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			setFlag(t, "update", "true")
			tb := tbtest.New("TestLookup")
			goldentest.AssertJSON(tb, "lookup", []byte(test.body))
			assert.Equal(t, []string{`golden "lookup": ` + test.want}, tb.Errors())
			assert.Empty(t, files(t))
		})
	}
}

// FuzzAssertJSON: whatever the body, nothing panics; a golden that was written has
// the body's value with the digits of all numbers, and is canonical itself.
func FuzzAssertJSON(f *testing.F) {
	for _, seed := range []string{
		`{"b":[1.0,{"a":null}],"a":"\u003c\ud800\ud83d\ude00"}`, `[]`, `"\u2028\\\"`, `1e999`, `{"a":1,"a":2}`, `{"":{}}`,
		"\xef\xbb\xbf{}", "", "[[[", `{"a" : "\u0000" }`, "\"\xff\"", `-0.0`, `{"a":1}}`, `"\ud800\u0041"`,
	} {
		f.Add([]byte(seed))
	}
	workspace(f)
	setFlag(f, "update", "true")
	f.Fuzz(func(t *testing.T, body []byte) {
		defer os.Remove(lookupFile)
		tb := tbtest.New("TestLookup")
		goldentest.AssertJSON(tb, "lookup", body)
		if len(tb.Errors()) > 0 {
			require.Len(t, tb.Errors(), 1)
			require.NoFileExists(t, lookupFile)
			return
		}
		golden := readFile(t, lookupFile)
		require.Equal(t, decode(t, string(body)), decode(t, golden))
		require.True(t, strings.HasSuffix(golden, "\n") && !strings.Contains(golden, "\r"))

		goldentest.AssertJSON(tb, "lookup", []byte(golden))
		require.Empty(t, tb.Errors())
		require.Len(t, tb.Logs(), 1, "the canonical form of the golden is the golden: no second write")
	})
}

func decode(t *testing.T, text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}
