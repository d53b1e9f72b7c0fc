package placeholder_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// recorded is a table after one answer of each vendor's kind.
func recorded(t testing.TB) *placeholder.Table {
	t.Helper()
	table := dvelop(t, realTenant)
	require.NoError(t, table.Secret(realToken, provider.Token))
	c := classes{"/id": provider.ID, "/mail": provider.Mail, "/name": provider.Name, "/key": provider.Key, "/nick": provider.Name, "/don": provider.ID, "/status": "keep"}
	hide(t, table, c, `{"id":"`+realHook+`","don":"`+realDON+`","mail":"jane@acme.example","name":"Jänë <Doe> & Söhne","key":"k/ä+9=\"x\"\\","nick":"Jane","status":"active"}`)
	return table
}

func TestLeaks_everySpelling(t *testing.T) {
	table := recorded(t)
	everyByte := func(s, format string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, format, s[i])
		}
		return b.String()
	}
	runes := func(s, format string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
	quote := func(s string) string {
		out, err := placeholder.RewriteJSON([]byte(`""`), func(string, string) (string, bool) { return s, true })
		require.NoError(t, err)
		return strings.Trim(string(out), `"`)
	}
	spellings := map[string]func(string) string{
		"raw":         func(s string) string { return s },
		"query":       url.QueryEscape,
		"path":        url.PathEscape,
		"lower query": func(s string) string { return strings.ReplaceAll(strings.ToLower(url.QueryEscape(s)), "%2b", "%2b") },
		"all percent": func(s string) string { return everyByte(s, "%%%02X") },
		"lower all":   func(s string) string { return everyByte(s, "%%%02x") },
		"JSON":        quote,
		`JSON \/`:     func(s string) string { return strings.ReplaceAll(quote(s), "/", `\/`) },
		"JSON \\u":    func(s string) string { return runes(s, `\u%04x`) },
		"JSON \\U":    func(s string) string { return runes(s, `\u%04X`) },
		"HTML":        html.EscapeString,
		"HTML #":      func(s string) string { return runes(s, "&#%d;") },
		"HTML x":      func(s string) string { return runes(s, "&#x%x;") },
		"hex":         func(s string) string { return hex.EncodeToString([]byte(s)) },
		"upper hex":   func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	}
	for shift := range 3 {
		pad := strings.Repeat("u", shift)
		spellings[fmt.Sprintf("base64 at %d", shift)] = func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(pad + s + "tail"))
		}
		spellings[fmt.Sprintf("base64url at %d", shift)] = func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(pad + s + "tail")) }
	}
	for what, v := range map[string]struct {
		real, placeholder string
		foldOnly          bool
	}{
		"token": {realToken, provider.Token, false},
		"guid":  {realHook, "cccccccc-0000-4000-8000-000000000001", true},
		"don":   {realDON, "don:integration:dvrv-us-1:devo/example:webhook/webhook-1", false},
		"mail":  {"jane@acme.example", "user-1@example.com", true},
		"name":  {"Jänë <Doe> & Söhne", "name-1", false},
		"key":   {`k/ä+9="x"\`, "api-key-1", false},
		"base":  {realTenant, "https://sample-api.d-velop.cloud", true},
	} {
		for name, spell := range spellings {
			if name == "lower query" && !v.foldOnly {
				continue
			}
			data := `..."` + spell(v.real) + `" ...`
			leaks := table.Leaks([]byte(data))
			if assert.NotEmpty(t, leaks, "%s %s: %s", what, name, data) {
				assert.Equal(t, v.placeholder, leaks[0].Placeholder, "%s %s", what, name)
				assert.NotEmpty(t, leaks[0].Form)
				if !strings.Contains(name, "base64") {
					assert.Equal(t, 4, leaks[0].Offset, "%s %s %v", what, name, leaks)
				}
			}
		}
	}
}

func TestLeaks_particulars(t *testing.T) {
	table := recorded(t)
	for data, want := range map[string][]placeholder.Leak{
		strings.ToUpper(realHook):                        {{provider.ID, "cccccccc-0000-4000-8000-000000000001", "raw", 0}},
		"x" + strings.ReplaceAll(realHook, "-", ""):      nil,
		" " + strings.ReplaceAll(realHook, "-", ""):      {{provider.ID, "cccccccc-0000-4000-8000-000000000001", "raw", 1}},
		"don:integration:dvrv-eu-1:devo%2F9:webhook%2F1": {{provider.ID, "don:integration:dvrv-us-1:devo/…:webhook/…", "percent-encoded", 0}},
		"don:core:dvrv-us-1:devo/11FVC3ScK:work/1":       {{provider.ID, "don:core:…:devo/example:work/…", "raw", 0}},
		"org 11FVC3ScK":      {{provider.ID, "devo/example", "raw", 4}},
		"org 11FVC3ScKa":     nil,
		"ACME.D-Velop.Cloud": {{provider.URL, "https://sample-api.d-velop.cloud", "raw", 0}},
		"Jane":               nil,
		"active":             nil,
		"JANE@acme.example":  {{provider.Mail, "user-1@example.com", "raw", 0}},
		"https://sample-api.d-velop.cloud/" + placeholderHook: nil,
		"": nil,
	} {
		assert.Equal(t, want, table.Leaks([]byte(data)), data)
	}
}

func TestLeaks_nothingInWhatWasHidden(t *testing.T) {
	table := dvelop(t, realTenant)
	c := classes{"/id": provider.ID, "/uri": provider.URL, "/name": provider.Name, "/title": "keep"}
	hidden := hide(t, table, c, `{"id":"`+realHook+`","uri":"`+realTenant+`/x?`+realHook+`","name":"example.com","title":"at acme.d-velop.cloud by example.com","x":"placeholder"}`)
	assert.Empty(t, table.Leaks([]byte(hidden)), hidden)
	assert.Empty(t, placeholder.Credentials([]byte(hidden)))
	assert.Empty(t, table.Leaks([]byte("user-1@example.com")))
}

func TestEscaped(t *testing.T) {
	table := devrev(t)
	tape := []byte(hide(t, table, classes{"/title": "keep"}, `{"title":"by Jane Doe Smith"}`))
	_, late := table.Escaped(tape)
	require.False(t, late)
	hide(t, table, classes{"/name": provider.Name}, `{"name":"Jane Doe Smith"}`)
	placeholder, late := table.Escaped(tape)
	assert.True(t, late)
	assert.Equal(t, "name-1", placeholder)
}

func TestLeaks_sentSecrets(t *testing.T) {
	table := devrev(t)
	sent, err := table.ToTapeJSON([]byte(`{"secret":"`+secretA+`"}`), classes{"/secret": "varies secret"}.of)
	require.NoError(t, err)
	assert.Empty(t, table.Leaks(sent))
	assert.Equal(t, []placeholder.Leak{{provider.Secret, sentA, "raw", 3}}, table.Leaks([]byte("is "+secretA)))
	assert.Equal(t, "is "+sentA, table.FromTenantText("is "+secretA))
}

func TestKnown(t *testing.T) {
	table := recorded(t)
	_, err := table.ToTapeJSON([]byte(`["no-such-id","`+provider.DVelopUnknownWebhookID+`"]`), classes{"/0": provider.ID, "/1": provider.ID}.of)
	require.NoError(t, err)
	for value, want := range map[string]bool{
		"":                                     true,
		"name-1":                               true,
		"name-2":                               true, // the second name of the answer
		"name-3":                               false,
		sentA:                                  false, // nobody sent it
		"no-such-id":                           true,  // sent
		"no-such-other":                        false,
		provider.DVelopUnknownWebhookID:        true, // sent
		provider.DVelopWebhookID:               true,
		strings.ToUpper(placeholderHook):       true,
		realHook:                               false,
		realDON:                                false,
		"CCCCCCCC-0000-4000-8000-000000000001": true,
		"cccccccc-0000-4000-8000-000000000009": false,
		"don:integration:dvrv-us-1:devo/example:webhook/webhook-1": true,
		"don:integration:dvrv-us-1:devo/example:webhook/webhook-9": false,
		provider.Token:                     true,
		realToken:                          false,
		"2023-01-01T12:00:00Z":             true,
		"2024-01-01T12:00:00Z":             false,
		"postimport":                       false,
		"https://sample-api.d-velop.cloud": true,
		"https://sample-api.d-velop.cloud/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/prelink/" + placeholderHook: true,
		"https://sample-api.d-velop.cloud/dmsconfig/r/" + realRepo + "/events/prelink":                                       false,
		"/identityprovider/login?redirect=%2Fdmsconfig":                                                                      true,
		"/identityprovider/login?user=jane":                                                                                  false,
		"/scripting":                                                                                                         false,
		"//evil":                                                                                                             false,
	} {
		assert.Equal(t, want, table.Known(value), value)
	}
}

func TestCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want []placeholder.Finding
	}{
		"JWT":               {`{"t":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"}`, []placeholder.Finding{{"jwt", 6}}},
		"private key":       {"x\n-----BEGIN RSA PRIVATE KEY-----", []placeholder.Finding{{"private-key", 2}}},
		"bearer":            {"Authorization: Bearer abc123def456", []placeholder.Finding{{"bearer", 15}}},
		"lower bearer":      {"bearer%20abc123def456", []placeholder.Finding{{"bearer", 0}}},
		"placeholder":       {"Bearer " + provider.Token, nil},
		"sent":              {"Bearer sent-key-1", nil},
		"prose":             {"bearer authentication required, Bearer realm=\"x\"", nil},
		"AWS":               {"AKIAIOSFODNN7EXAMPLE", []placeholder.Finding{{"aws-key", 0}}},
		"GitHub":            {"ghp_" + strings.Repeat("a1", 18), []placeholder.Finding{{"github-token", 0}}},
		"Slack":             {"xoxb-123456789012-abcdef", []placeholder.Finding{{"slack-token", 0}}},
		"Slack hook":        {"https://hooks.slack.com/services/T00000000/B0/x", []placeholder.Finding{{"slack-token", 8}}},
		"Google":            {"AIza" + strings.Repeat("x", 35), []placeholder.Finding{{"google-key", 0}}},
		"mail":              {"to jane@acme.example", []placeholder.Finding{{"mail", 3}}},
		"mail in a query":   {"?to=jane%40acme.example", []placeholder.Finding{{"mail", 4}}},
		"reserved mails":    {"user-1@example.com a@example.org b@sub.example.net c@host.invalid", nil},
		"userinfo":          {"https://me:pw@host/", []placeholder.Finding{{"userinfo", 0}}},
		"escaped userinfo":  {`https:\/\/me@host\/`, []placeholder.Finding{{"userinfo", 0}}},
		"encoded userinfo":  {`u=https%3A%2F%2Fme%3Apw%40host`, []placeholder.Finding{{"userinfo", 2}}},
		"at sign in a path": {"https://example.com/@me https://example.com?a=b@c", nil},
		"JSON escapes":      {`\u0042earer abc123def456`, []placeholder.Finding{{"bearer", 0}}},
		"several, sorted":   {"jane@acme.example AKIAIOSFODNN7EXAMPLE", []placeholder.Finding{{"mail", 0}, {"aws-key", 18}}},
		"plain":             {`{"id":"` + provider.DevRevWebhookID + `"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, placeholder.Credentials([]byte(c.data)))
		})
	}
}
