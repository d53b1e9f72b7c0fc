package probe

import (
	"go/parser"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a message shows can be pasted: a shell and a Go compiler read the request
// that was sent.
func TestRequest_pasted(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	for _, body := range []string{
		`{"a":"it's"}`, "{\r\n\t\"a\": \"\\u002d\"}\n", "\xff\xfe", "\ufeff{}", "`back` $HOME \\ \"quoted\"", "é😀", "\x01\x7f", "'", `\'`,
	} {
		r := &Request{Method: "POST", URL: "http://127.0.0.1/hook", Header: http.Header{"X-Odd": {"a 'b' \x01"}}, Body: []byte(body)}
		cmd := exec.CommandContext(t.Context(), bash, "-c", `curl() { printf '%s\0' "$@"; }; `+r.curl())
		cmd.Env = []string{"LC_ALL=C.UTF-8"}
		out, err := cmd.Output()
		require.NoError(t, err, "%s", r.curl())
		assert.Equal(t, []string{"-i", "-H", "X-Odd: a 'b' \x01", "--data-binary", body, "http://127.0.0.1/hook", ""}, strings.Split(string(out), "\x00"))
		_, err = parser.ParseExpr("func() {\n" + r.inGo() + "\n}")
		require.NoError(t, err, "%s", r.inGo())
	}
}

func TestRequest_methods(t *testing.T) {
	r := &Request{Method: "GET", URL: "http://127.0.0.1/", Header: http.Header{}}
	assert.Equal(t, "curl -i -X GET http://127.0.0.1/", r.curl())
	assert.Equal(t, `req := httptest.NewRequest("GET", "http://127.0.0.1/", nil)`, r.inGo())
	r.Method = "HEAD"
	assert.Equal(t, "curl -i --head http://127.0.0.1/", r.curl())
	long := &Request{Method: "POST", URL: "http://127.0.0.1/", Header: http.Header{}, Body: []byte(strings.Repeat("x", 1<<20))}
	assert.Contains(t, long.curl(), "… (1048576 bytes)'")
	assert.Less(t, len(long.inGo()), 1000)
	stream := &Request{Method: "POST", URL: "http://127.0.0.1/", Header: http.Header{}, Stream: &zeros{}, What: "32 MiB of zeros"}
	assert.Contains(t, stream.curl(), "--data-binary @-")
	assert.Contains(t, stream.inGo(), "/* 32 MiB of zeros */")
}
