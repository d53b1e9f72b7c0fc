package secret_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/secret"
)

// The tests of package lint plant a credential of every form; here stands what
// each match says of its place.
func TestFind(t *testing.T) {
	const token = "Zk93hQp4Tq8Lw2Xv7Yb5"
	for text, want := range map[string][]secret.Match{
		"":                           nil,
		"plain":                      nil,
		"a bearer of news":           nil,
		"x Bearer " + token:          {{Shape: "bearer", Start: 2, End: 9 + len(token), SecretStart: 9, SecretEnd: 9 + len(token)}},
		"BEARER " + token:            {{Shape: "bearer", End: 7 + len(token), SecretStart: 7, SecretEnd: 7 + len(token)}},
		"AKIA3QZ7XKPL2MWN5RTV":       {{Shape: "aws-key", End: 20, SecretEnd: 20}},
		"akia3qz7xkpl2mwn5rtv":       nil, // no key has small letters
		"sk_live_" + token:           {{Shape: "stripe-key", End: 8 + len(token), SecretEnd: 8 + len(token)}},
		"task-" + token:              nil,
		"s.Zk93hQp4Tq8Lw2Xv7Yb5Zk93": {{Shape: "vault-token", End: 26, SecretEnd: 26}},
		"s.zk93hqp4tq8lw2xv7yb5zk93": nil, // a token has capitals,
		"s.ZK93HQP4TQ8LW2XV7YB5ZK93": nil, // small letters
		"s.replaceOccurrencesOfThem": nil, // and digits
		"é sk-ant-api03-" + token:    {{Shape: "anthropic-key", Start: 3, End: 16 + len(token), SecretStart: 3, SecretEnd: 16 + len(token)}},
		"glpat-" + token + " glpat-": {{Shape: "gitlab-token", End: 6 + len(token), SecretEnd: 6 + len(token)}},
	} {
		assert.Equal(t, want, secret.Find(text), text)
	}
}

func TestPrefix(t *testing.T) {
	assert.Equal(t, "AKIA3QZ7XKPL2MWN5RTV", secret.Prefix("aws-key", "AKIA3QZ7XKPL2MWN5RTV and more"))
	assert.Empty(t, secret.Prefix("aws-key", "x AKIA3QZ7XKPL2MWN5RTV"))
	assert.Empty(t, secret.Prefix("jwt", "AKIA3QZ7XKPL2MWN5RTV"))
}

func TestShapes_areDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range secret.Shapes() {
		assert.Regexp(t, `^[a-z]+(-[a-z]+)*$`, s.ID)
		assert.NotEmpty(t, s.Form, s.ID)
		assert.False(t, seen[s.Form], "%s is described twice", s.Form)
		assert.NotContains(t, s.Form, "|", "it stands in a table")
		assert.False(t, strings.HasSuffix(s.Form, "."), s.Form)
		seen[s.Form] = true
	}
}
