package lint_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

const start = "version: 2\ninteractions:\n"

// inBody puts a text into an answer's body, in single quotes.
func inBody(body string) string {
	return start + "- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response:\n    code: 200\n    content_length: 1\n    body: '" + body + "'\n"
}

func zipped(t testing.TB, size int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for range size >> 20 {
		_, err := w.Write(bytes.Repeat([]byte("a"), 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String()
}

func bomb(levels int, open, item, close string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "a0: &a0 %sx%s\n", open, close)
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "a%d: &a%d %s%s%s\n", i, i, open, strings.TrimSuffix(strings.Repeat(fmt.Sprintf(item, i-1)+", ", 10), ", "), close)
	}
	return b.String() + start + fmt.Sprintf("- *a%d\n", levels-1)
}

// whole asks for bodies so large that the time which a walk takes would show
// if it grew faster than they do; without it the same cases are small. It asks for
// every value in every place of a broken file too.
var whole = flag.Bool("whole", false, "check large cassettes, and every value in every place of broken ones")

// limit is far above what any of them takes here, also under the race detector
// on a busy machine.
const limit = 60 * time.Second

func TestCheck_hostile(t *testing.T) {
	mb := 1 << 14
	if *whole {
		mb = 1 << 18
	}
	cases := []struct{ name, data, rule string }{
		{"alias bomb", bomb(12, "[", "*a%d", "]"), "load"},
		{"merge bomb", "a0: &a0 {x: y}\n" + strings.TrimPrefix(bomb(9, "{<<: [", "*a%d", "]}"), "a0: &a0 {<<: [x]}\n"), "load"},
		{"alias of one large body", start + "- &a {request: {body: '" + strings.Repeat("x", 1<<18) + "'}}\n" + strings.Repeat("- *a\n", 2000), "load"},
		{"alias that contains itself", start + "- &a [*a]\n", "load"},
		{"open brackets", strings.Repeat("[", mb), "load"},
		{"open braces", strings.Repeat("{a: ", mb), "load"},
		{"nested lists", strings.Repeat("- ", mb), "load"},
		{"nested keys", strings.Repeat("? ", mb), "load"},
		{"nested to a thousand", start + "- request: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "\n", "load"},
		{"null entries", start + strings.Repeat("-\n", mb), "load"},
		{"multipart in multipart", string(exchange{requestHeader: "Content-Type", requestValue: "multipart/mixed; boundary=b0", requestBody: parts(mb / 8)}.cassette("")) + "more: 1\n", "unknown-keys"},
		{"no YAML at all", strings.Repeat("\x00\xff", 1000), "load"},
		{"a byte order mark and nothing", "\ufeff", "empty"},
		{"anchors without names", "&", "load"},
		{"an unknown anchor", "version: *nobody\n", "load"},
		{"comments only", strings.Repeat("# x\n", mb/4), "empty"},
		{"documents", strings.Repeat("---\nversion: 2\n", mb/16), "second-document"},
		{"numbers out of range", start + "- {id: 99999999999999999999, request: {content_length: 1e400}, response: {code: 0x7fffffffffffffff}}\n", "load"},
		{"brackets in a body", inBody(strings.Repeat("[", 2*mb)), "content-length"},
		{"percent signs in a body", inBody(strings.Repeat("%25", 4*mb)), "content-length"},
		{"escapes in a body", inBody(`{"a":"` + strings.Repeat(`\u0025`, mb) + `"}`), "content-length"},
		{"ats in a body", inBody(strings.Repeat("a@", mb)), "content-length"},
		{"mails in a body", inBody(strings.Repeat("a@b.co ", mb/4)), "personal-data"},
		{"letters in a body", inBody(strings.Repeat("a", 16*mb) + "@"), "content-length"},
		{"parameters in a body", inBody(strings.Repeat("a=b&", mb)), "content-length"},
		{"URLs in URLs", inBody(`{"a":"` + strings.Repeat("http://a?b=", mb) + `"}`), "content-length"},
		{"JSON in JSON", inBody(nested(14)), "not-searched"},
		{"broken in many lines", strings.Repeat("a: b\n", mb/2) + "]", "load"},
		{"broken in many texts", strings.Repeat("what is this\n", mb/2) + "]", "load"},
		{"broken in steps", steps(400) + "]", "load"},
		{"broken in items", strings.Repeat("- ", mb/8) + "a\n]", "load"},
		{"broken in quotes", strings.Repeat("'\"", mb), "load"},
		{"brackets of tags in a body", inBody(strings.Repeat("<", 2*mb) + "</"), "content-length"},
		{"tags in a body", inBody(strings.Repeat("<a b=\"", mb) + "</"), "content-length"},
		{"attributes in a body", inBody("<a " + strings.Repeat("name=password value=a ", mb/8) + "></a>"), "content-length"},
		{"elements in a body", inBody(strings.Repeat("<password>", mb) + "</a>"), "content-length"},
		{"equals signs in a body", inBody(strings.Repeat("=", 4*mb)), "content-length"},
		{"names in a body", inBody(strings.Repeat("password=", mb/2)), "content-length"},
		{"open quotes in a body", inBody(strings.Repeat(`password="`, mb/4)), "content-length"},
		{"options in a body", inBody("curl" + strings.Repeat(" --password -u a:b", mb/4)), "content-length"},
		{"curls in a body", inBody(strings.Repeat("curl -u ", mb/4)), "content-length"},
		{"columns in a body", inBody("a,password\n\n" + strings.Repeat("\"a,b\n\n", mb/4)), "content-length"},
		{"values in values", inBody(strings.Repeat(`{"value":`, 5000) + "1" + strings.Repeat("}", 5000)), "content-length"},
		{"values beside values", inBody(`{` + strings.Repeat(`"value":"b",`, mb/2) + `"name":"password"}`), "content-length"},
		{"a text of many lines", start + "- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response:\n    code: 200\n    content_length: 1\n    body: |\n" + strings.Repeat("      password: hunter2\n      {\"a\":1}\n", mb/8), "secret-name"},
		{"begins of private keys in a body", inBody(strings.Repeat("-----BEGIN RSA PRIVATE KEY-----\n", mb/8)), "secret-shape"},
		{"gzip bomb", inBody(base64.StdEncoding.EncodeToString([]byte(zipped(t, 17<<20)))), "not-searched"},
		{"gzip bombs", inBody(strings.Repeat(base64.StdEncoding.EncodeToString([]byte(zipped(t, 12<<20)))+" ", 40)), "not-searched"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			from := time.Now()

			found := lint.Check("hostile.yaml", []byte(c.data))

			assert.Less(t, time.Since(from), limit)
			var rules []string
			for _, f := range found {
				rules = append(rules, f.Rule)
				assert.Less(t, len(f.String()), 500)
			}
			assert.Contains(t, rules, c.rule)
			t.Logf("%d bytes: %s", len(c.data), time.Since(from).Round(time.Millisecond))
		})
	}
}

func parts(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	return b.String()
}

func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String() + strings.Repeat("b: c\n", n)
}

func nested(levels int) string {
	s := `"x"`
	for range levels {
		s = fmt.Sprintf("[%q]", s)
	}
	return s
}

func TestRun_tooLarge(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	require.NoError(t, os.WriteFile(large, []byte(start), 0o644))
	require.NoError(t, os.Truncate(large, 100<<20))

	report := run(t, dir)

	require.Len(t, report.Findings, 1)
	assert.Equal(t, "holds 104857600 bytes; more than 33554432 are not read; split the cassette", report.Findings[0].Message)
	assert.Equal(t, "load", report.Findings[0].Rule)
}

// What is over a bound is refused before it takes memory, and says so.
func TestCheck_bounds(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"x: [" + strings.Repeat("a,", 4<<20) + "a]\n", "does not load: holds 4194307 lines, commas and brackets; more than 4194304 are not read; split the cassette"},
		{start + strings.Repeat("- {}\n", 1<<16+1), "are 65537; more than 65536 are not read; split the cassette"},
		{start + "- request: " + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "\n", "does not load: nested more than 64 levels deep"},
		{strings.Repeat(" ", 32<<20+1), "does not load: holds 33554433 bytes; more than 33554432 are not read; split the cassette"},
	} {
		var messages []string
		for _, f := range lint.Check("a.yaml", []byte(c.data)) {
			messages = append(messages, f.Message)
		}
		assert.Contains(t, messages, c.want)
	}
}
