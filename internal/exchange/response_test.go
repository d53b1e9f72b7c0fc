package exchange_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// What a client can see of an answer's body is what net/http's own shows.
func TestResponse_bodyBehavesAsNetHTTPs(t *testing.T) {
	seen := func(resp *http.Response, body string) (all []any) {
		first := make([]byte, 5)
		_, err := io.ReadFull(resp.Body, first)
		all = append(all, string(first), err, resp.ContentLength, resp.Uncompressed, resp.TransferEncoding, resp.Request != nil && resp.Request.Method == http.MethodPost)
		rest, err := io.ReadAll(resp.Body)
		n, again := resp.Body.Read(first)
		all = append(all, len(first)+len(rest) == len(body), err, n, again)
		all = append(all, resp.Body.Close(), resp.Body.Close())
		n, late := resp.Body.Read(first)
		return append(all, n, fmt.Sprint(late), resp.Close, resp.Proto, len(resp.Trailer))
	}
	_, body := vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200"), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	defer server.Close()
	theirs, err := http.Post(server.URL, "application/json", nil)
	require.NoError(t, err)
	ours, err := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200").Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	require.NoError(t, err)

	assert.Equal(t, seen(theirs, body), seen(ours, body))
}

// An answer to HEAD has no body, and the length that the body would have.
func TestResponse_ofHead(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	for name, tc := range map[string]struct {
		header, body string
		length       int64
	}{
		"a length is recorded":  {"99", "", 99},
		"none is":               {"", "", 0},
		"a body is, by mistake": {"", "{}", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := govcr.New(filepath.Join(t.TempDir(), "head"))
			ia := &govcr.Interaction{
				Request:  govcr.Request{Method: http.MethodHead, URL: "https://api.devrev.ai/webhooks.test"},
				Response: govcr.Response{Code: 200, Body: tc.body, Headers: http.Header{"Content-Type": {"application/json"}}},
			}
			if tc.header != "" {
				ia.Response.Headers.Set("Content-Length", tc.header)
			}
			c.AddInteraction(ia)
			require.NoError(t, c.Save())
			client := webhooktest.Open(t, webhooktest.DevRev, c.File)
			req, err := http.NewRequest(http.MethodHead, "https://api.devrev.ai/webhooks.test", nil)
			require.NoError(t, err)
			resp, body := vcrtest.Send(t, client, req)
			assert.Empty(t, body)
			assert.Equal(t, tc.length, resp.ContentLength)
			assert.Equal(t, tc.header, resp.Header.Get("Content-Length"))
		})
	}
}
