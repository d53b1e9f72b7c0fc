package cassette_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
)

// keyed is a cassette with a line for each key, and one more in each mapping.
func keyed(top, interaction, request, response string) string {
	return "version: 2\n" + top + "interactions:\n- id: 0\n" + interaction + "  request:\n    method: GET\n    url: https://api.test/\n    body: \"\"\n    form: {}\n    headers: {}\n    content_length: 0\n" + request +
		"  response:\n    code: 200\n    status: 200 OK\n    body: \"\"\n    headers: {}\n    content_length: 0\n" + response
}

// Keys of other tools load, however short and however like a known one they are, as
// long as that is there.
func TestParse_furtherKeys(t *testing.T) {
	for _, key := range []string{"id", "foo", "note", "mock", "cod", "ur", "uri", "from", "bod", "header", "state", "recorded_at", "versions", "requests", "x"} {
		for i := range 4 {
			at := [4]string{}
			at[i] = strings.Repeat(" ", []int{0, 2, 4, 4}[i]) + key + ": 1\n"
			if key == "id" && i == 1 {
				continue // go-vcr's own
			}
			f, err := cassette.Parse("theirs.yaml", []byte(keyed(at[0], at[1], at[2], at[3])))

			require.NoError(t, err, "%s in mapping %d", key, i)
			assert.Equal(t, []string{key}, f.Unknown)
		}
	}
}

// A key in whose place stands one with a slip of the pen is asked for.
func TestParse_misspeltKeys(t *testing.T) {
	whole := keyed("", "", "", "")
	slips := map[string]func(s string) string{
		"too few": func(s string) string { return s[:2] + s[3:] }, "too many": func(s string) string { return s[:2] + "x" + s[2:] },
		"wrong": func(s string) string { return s[:2] + "x" + s[3:] }, "swapped": func(s string) string { return s[:1] + s[2:3] + s[1:2] + s[3:] }, "a capital": strings.ToUpper,
	}
	tried := 0
	for _, key := range []string{"version", "interactions", "request", "response", "method", "url", "body", "form", "headers", "content_length", "code", "status"} {
		for how, slip := range slips {
			before, after, _ := strings.Cut(whole, key+":")
			wrong := slip(key)

			_, err := cassette.Parse("theirs.yaml", []byte(before+wrong+":"+after))

			tried++
			line := 1 + strings.Count(before, "\n")
			assert.EqualError(t, err, fmt.Sprintf("theirs.yaml: line %d: go-vcr does not know the key %q; did you mean %q?", line, wrong, key), how)
		}
	}
	t.Logf("%d slips", tried)
}
