package goldentest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

const (
	// goldie's own sentence.
	heading = "Result did not match the golden fixture. Diff is below:\n\n"
	accept  = "to accept what the test got: GOLDIE_UPDATE=true go test -run '^TestLookup$' ."
)

func TestDiff_json(t *testing.T) {
	workspace(t)
	writeFile(t, lookupFile, strings.ReplaceAll(lookupGolden, "\n", "\r\n"))
	tb := tbtest.New("TestLookup")

	goldentest.Assert(tb, "lookup", lookup)
	require.Empty(t, tb.Errors(), "CRLF is fine in a JSON golden")

	got := lookup
	got.ID = "another-id"
	goldentest.Assert(tb, "lookup", got)
	assert.Equal(t, []string{heading + `testdata/golden/lookup.golden.json (-want +got):
@@ -6,6 +6,6 @@
     "big": 12345678901234567890,
     "n": 1.50
   },
-  "id": "webhook-id",
+  "id": "another-id",
   "url": "https://example.com/hook?a=1&b=<2>"
 }
` + accept}, tb.Errors())
}

func TestDiff_bytes(t *testing.T) {
	long := strings.Repeat("é", 200)
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+"\n", i)
		}
		return b.String()
	}
	for _, test := range []struct{ name, golden, got, want string }{
		{"changed", "a\nb\n", "a\nc\n", "(-want +got):\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"from nothing", "", "a\n", "(-want +got):\n@@ -0,0 +1,1 @@\n+a\n"},
		{"to nothing", "a\n", "", "(-want +got):\n@@ -1,1 +0,0 @@\n-a\n"},
		{"last newline", "a\n", "a", "(-want +got):\n@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n"},
		{"blank at the end", "a\n", "a \n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"a\"\n+\"a \"\n"},
		{"control and no UTF-8", "a\x00\n", "a\xff\n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"a\\x00\"\n+\"a\\xff\"\n"},
		{"invisible", "ab\n", "a\u200bb\n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"ab\"\n+\"a\\u200bb\"\n"},
		{"accents apart", "caf\u00e9\n", "cafe\u0301\n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"caf\u00e9\"\n+\"cafe\\u0301\"\n"},
		{"a letter of another script", "{\"webhook\": 1}\n", "{\"webh\u043eok\": 1}\n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"{\\\"webhook\\\": 1}\"\n+\"{\\\"webh\\u043eok\\\": 1}\"\n"},
		{"no-break space", "a b\n", "a\u00a0b\n", "(-want +got):\n@@ -1,1 +1,1 @@\n-\"a b\"\n+\"a\\u00a0b\"\n"},
		{
			"looks quoted", "a \n", "\"a \"\n",
			"(-want +got):\n@@ -1,1 +1,1 @@\n-\"a \"\n+\"\\\"a \\\"\"\n",
		},
		{
			"long line", "x\n" + long + "a\n", "x\n" + long + "b\n",
			"(-want +got):\n@@ -1,2 +1,2 @@\n x\n-" + strings.Repeat("é", 99) + "…\n+" + strings.Repeat("é", 99) + "…\n" +
				"first difference: line 2, byte 401: -\"" + strings.Repeat("é", 15) + "a\\n\" +\"" + strings.Repeat("é", 15) + "b\\n\"\n",
		},
		{
			"long line cut between bytes of a character", "x" + long + "a" + long, "x" + long + "b" + long,
			"(-want +got):\n@@ -1,1 +1,1 @@\n-x" + strings.Repeat("é", 99) + "…\n\\ No newline at end of file\n+x" + strings.Repeat("é", 99) + "…\n\\ No newline at end of file\n" +
				"first difference: line 1, byte 402: -\"" + strings.Repeat("é", 15) + "a" + strings.Repeat("é", 15) + "\" +\"" + strings.Repeat("é", 15) + "b" + strings.Repeat("é", 15) + "\"\n",
		},
		{
			"many lines", many("a%d", 100), many("b%d", 100),
			"(-want +got):\n@@ -1,100 +1,100 @@\n" + strings.ReplaceAll("\n"+many("a%d", 59), "\na", "\n-a")[1:] + "… and 141 more lines of difference\n",
		},
		{
			"line ends", "a\r\nb\r\n", "a\nb\n",
			"differs in line ends only: 2 CRLF wanted, 0 got\nif git has converted them: add the line \"testdata/golden/raw.golden -text\" to the package's .gitattributes and check the file out again\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			writeFile(t, "testdata/golden/raw.golden", test.golden)
			tb := tbtest.New("TestLookup")
			goldentest.AssertBytes(tb, "raw", []byte(test.golden))
			require.Empty(t, tb.Errors())
			goldentest.AssertBytes(tb, "raw", []byte(test.got))
			assert.Equal(t, []string{heading + "testdata/golden/raw.golden " + test.want + accept}, tb.Errors())
		})
	}
}

// Equal lines in great number are what makes other algorithms quadratic.
func TestDiff_large(t *testing.T) {
	workspace(t)
	var want, got bytes.Buffer
	for i := range 50_000 {
		fmt.Fprintf(&want, "},\n{\n%d\n", i%7)
		fmt.Fprintf(&got, "{\n},\n%d\n", i%5)
	}
	writeFile(t, "testdata/golden/raw.golden", want.String())
	tb := tbtest.New("TestLookup")
	begin := time.Now()
	goldentest.AssertBytes(tb, "raw", got.Bytes())
	assert.Less(t, time.Since(begin), 20*time.Second)
	require.Len(t, tb.Errors(), 1)
	assert.Less(t, len(tb.Errors()[0]), 16<<10)
}
