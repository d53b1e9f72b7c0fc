package secret_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/secret"
)

func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"clientSecret": {"client", "secret"}, "CLIENT-SECRET": {"client", "secret"}, "x.api_key": {"x", "api", "key"}, "XMLToken2": {"xml", "token2"}, "oauth2Token": {"oauth2", "token"}, "": nil, "--": nil,
	} {
		assert.Equal(t, want, secret.Words(name), name)
	}
}

func TestNames(t *testing.T) {
	for _, name := range append(secret.Known(), "clientSecret", "X-Api-Key", "user[password]", "secret.value", "token_2", "dbPassword1", "sessionId", "x-amz-security-token", "oauth2Token", "auth0AccessToken") {
		assert.True(t, secret.Names(name), name)
		assert.True(t, secret.Names("my-"+name), name)
	}
	for _, name := range []string{"pass", "assertion"} { // alone
		assert.True(t, secret.Names(name), name)
		assert.False(t, secret.Names("my-"+name), name)
	}
	for _, name := range []string{"", "PASS", "key", "keyboard", "next_page_token", "prompt_tokens", "Kbn-Xsrf", "thoughtSignature", "token_type", "secretary", "public_key_id", "value"} {
		assert.False(t, secret.Names(name), name)
	}
}

// A name that Names knows as a secret's tells of one, and so do others.
func TestTells_isWider(t *testing.T) {
	for _, name := range []string{"password", "clientSecret", "api_key", "apiKey", "hub_sig", "authCode", "next_page_token", "jwt", "sid"} {
		assert.True(t, secret.Tells(name), name)
	}
	for _, name := range []string{"id", "status", "keyboard", "display_name"} {
		assert.False(t, secret.Tells(name), name)
		assert.Equal(t, -1, secret.Told("{"+name+": 1"), name)
	}
	for _, name := range secret.Known() {
		assert.True(t, secret.Tells(name), name)
	}
}

func TestTold(t *testing.T) {
	for text, want := range map[string]string{`{"id": 1, passw: x, token: y`: `{"id": 1, passw`, `{"password": x`: `{"password`, `{"a": 1, "api-key`: `{"a": 1, "api-key`} {
		assert.Equal(t, len(want), secret.Told(text), text)
	}
}

func TestCountsAndIdentifies(t *testing.T) {
	assert.True(t, secret.Counts("prompt_tokens"))
	assert.False(t, secret.Counts("token"))
	assert.True(t, secret.Identifies("node_id"))
	assert.True(t, secret.Identifies("endCursor"))
	assert.False(t, secret.Identifies("hidden"))
	assert.True(t, secret.NamesPassword("dbPassword2"))
	assert.False(t, secret.NamesPassword("passwordPolicy"))
	assert.True(t, secret.IsGeneric("Value"))
	assert.False(t, secret.IsGeneric("secret"))
}
