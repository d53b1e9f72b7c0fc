package contract_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// A secret that is sent is the base64 text of 8 to 32 bytes, in each operation that
// takes one; an empty one asks for a new one.
func TestCheckRequest_secret(t *testing.T) {
	bytes := func(n int) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n))) }
	for secret, sound := range map[string]bool{
		"": true, bytes(7): false, bytes(8): true, bytes(32): true, bytes(33): false, "not base64!!": false, "c2VjcmV0cyE": false, "c2VudC1zZWNyZXQtMQ==": true,
	} {
		for operation, rest := range map[string]string{"create": `"url":"https://example.com/hook"`, "update": `"id":"` + provider.DevRevWebhookID + `"`} {
			u, err := url.Parse("https://api.devrev.ai/webhooks." + operation)
			require.NoError(t, err)
			problems := contract.CheckRequest(&provider.DevRev, contract.Request{Method: http.MethodPost, URL: u,
				Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{` + rest + `,"secret":"` + secret + `"}`)})
			if sound {
				assert.Empty(t, problems, "%s of %q", operation, secret)
				continue
			}
			if assert.Len(t, problems, 1, "%s of %q", operation, secret) {
				assert.Equal(t, "request /secret", problems[0].In+" "+problems[0].Pointer)
				assert.Equal(t, contract.Rule, problems[0].Kind)
				assert.NotContains(t, problems[0].Message(), secret)
			}
		}
	}
}
