package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// A tree that was read from another text of the same value gives the problems, and the
// places, of the body.
func TestReadAs(t *testing.T) {
	u, err := url.Parse(provider.ByName("devrev").BaseURL + "/webhooks.get")
	require.NoError(t, err)
	r := contract.Request{Method: "POST", URL: u, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}`)}
	laidOut := "{\n  \"webhook\": {\n    \"url\": \"https://example.com/url-1\",\n    \"id\": 1,\n    \"other\": true\n  }\n}\n"
	for name, body := range map[string]string{"problems": laidOut, "too long": laidOut + strings.Repeat(" ", 10<<20)} {
		t.Run(name, func(t *testing.T) {
			tree, err := jsontext.Parse([]byte(`{"webhook":{"url":"https://example.com/url-1","id":1,"other":true}}`), jsontext.Bounds{})
			require.NoError(t, err)
			tree.Sort()
			a := contract.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
			want := contract.CheckResponse(provider.ByName("devrev"), r, a, false)
			require.NotEmpty(t, want)
			a.Reading = contract.ReadAs(a.Body, tree)
			assert.Equal(t, want, contract.CheckResponse(provider.ByName("devrev"), r, a, false))
		})
	}
}
