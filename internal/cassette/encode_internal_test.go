package cassette

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the encoder writes by itself is what the YAML library would write.
func FuzzEncoder_asTheLibrary(f *testing.F) {
	for _, s := range []string{
		"", " ", "a", "no", "Null", "200 OK", "404 Not Found", "200 1", "0", "1", "1000", "0777", "123456789012345", "1234567890123456", "1_0", "2024-01-01 10:00:00", "a: b", "a:", "a #b", "a#b", "a:b", "application/json; charset=utf-8",
		"{", `{"a":"it's"}`, "[]", "{ }", "a\n", "a\n\n", "a\n\nb", "{\n  \"a\": 1\n}\n", "a\n\n  b", "---", "--- a\nb", "...\na", "# a\nb", "ä", "a\tb", "a\tb\nc",
		"- a", "a\r\n", "<<", "~", "x:\ny", "https://api.devrev.ai/webhooks.get?a=b&c=%20", strings.Repeat("long words ", 30) + "x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var ownOut, theirsOut bytes.Buffer
		own, theirs := encoder{out: &ownOut}, encoder{out: &theirsOut}
		own.text("body", &s)
		theirs.asYAML("body", textNode(s))
		require.NoError(t, own.err)
		assert.Equal(t, theirsOut.String(), ownOut.String())
		if s == "" || len(s) > 100 {
			return
		}
		ownOut.Reset()
		theirsOut.Reset()
		header := map[string][]string{s: {"a", s}}
		own.header("headers", &header)
		theirs.asYAML("headers", mapNode(header))
		assert.Equal(t, theirsOut.String(), ownOut.String())
	})
}
