package lint_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// A name shows in the path to a finding, unless it could be data itself.
func TestPath_names(t *testing.T) {
	for name, want := range map[string]string{
		"token":                "/token",
		"access_token_1234":    "/access_token_1234", // four digits are a name's
		"access_token_12345":   "/…",                 // five are an id's
		"token_123456":         "/token_123456",      // but not in a short name
		"token_1234567":        "/…",
		"AKIAABCDEFGHIJKLMNOP": "/…", // a credential without a digit and not long
		"xoxb-token-abcdefghi": "/…",
		"don:core:acme:user":   "/…", // an id without five digits
	} {
		t.Run(name, func(t *testing.T) {
			data := exchange{answerBody: object(name, object("password", "Zk93hQp4Tq8Lw2Xv7Yb5N"))}.cassette("")
			report := lint.Report{Version: lint.ReportVersion, Findings: lint.Check("planted.yaml", data)}
			require.True(t, has(report.Findings, "secret-name"))
			text := texts(t, &report)
			require.Contains(t, text, "answer body "+want+" ", text)
			if want == "/…" {
				require.NotContains(t, text, name)
			}
		})
	}
}

// Digest says what follows, be it one parameter and no list.
func TestHeaders_digestOfOneParameter(t *testing.T) {
	const secret = "Zk93hQp4Tq8Lw2Xv7Yb5N"
	for _, kind := range []string{"Digest", "digest"} {
		data := exchange{requestHeader: "Authorization", requestValue: kind + ` response="` + secret + `"`}.cassette("")
		report := lint.Report{Version: lint.ReportVersion, Findings: lint.Check("planted.yaml", data)}
		text := texts(t, &report)
		require.Contains(t, text, "parameter response", kind)
		require.NotContains(t, text, secret)
	}
}
