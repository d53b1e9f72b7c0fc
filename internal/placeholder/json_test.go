package placeholder_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/placeholder"
)

func TestRewriteJSON(t *testing.T) {
	upper := func(_, v string) (string, bool) { return strings.ToUpper(v), v != "stay" }
	body := []byte("{ \"b\":\"\\u0061\" ,\"a\" : [\"stay\",\"x\\\"\\u2028<\", 1.0e+5, \"\"] , \"~/\":true }\n")
	out, err := placeholder.RewriteJSON(body, upper)
	require.NoError(t, err)
	assert.Equal(t, "{ \"b\":\"A\" ,\"a\" : [\"stay\",\"X\\\"\\u2028<\", 1.0e+5, \"\"] , \"~/\":true }\n", string(out))

	var pointers []string
	note := func(p, v string) (string, bool) { pointers = append(pointers, p+"="+v); return "", false }
	out, err = placeholder.Rewriter{String: note, Key: note, Number: note}.Rewrite(body)
	require.NoError(t, err)
	assert.Same(t, &body[0], &out[0], "nothing changed")
	assert.Equal(t, []string{"/a=a", "/a/0=stay", "/a/1=x\"\u2028<", "/a/2=1.0e+5", "/a/3=", "/b=b", "/b=a", "/~0~1=~/"}, pointers)

	out, err = placeholder.Rewriter{
		Key:    func(_, v string) (string, bool) { return v + "!", true },
		Number: func(_, v string) (string, bool) { return "0", true },
	}.Rewrite([]byte(`{"a":1.5,"b":{"c":"d"}}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a!":0,"b!":{"c!":"d"}}`, string(out))

	for _, bad := range []string{"", "{", "1 2", "\xff", `{"a":}`, "\ufeff1"} {
		_, err := placeholder.RewriteJSON([]byte(bad), upper)
		require.EqualError(t, err, "the body is not one JSON document", bad)
	}
}
