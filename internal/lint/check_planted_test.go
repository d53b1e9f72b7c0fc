package lint_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
)

// exchange is one interaction of a planted cassette. Headers are name and value.
type exchange struct {
	url, requestBody, requestHeader, requestValue, form string
	answerBody, answerHeader, answerValue               string

	broken bool // a bracket is open behind it
}

func (e exchange) cassette(extra string) []byte {
	header := func(name, value string) string {
		if name == "" {
			return "{}"
		}
		return fmt.Sprintf("{%s: [%s]}", strconv.QuoteToASCII(name), binary(value))
	}
	if e.url == "" {
		e.url = "https://api.test/"
	}
	if e.broken {
		extra += "more: [\n"
	}
	if e.form == "" {
		e.form = "{}"
	}
	return fmt.Appendf(nil, `version: 2
interactions:
- id: 0
  request: {method: POST, url: %s, body: %s, content_length: -1, form: %s, headers: %s}
  response: {code: 200, content_length: -1, body: %s, headers: %s}
%s`, binary(e.url), binary(e.requestBody), e.form, header(e.requestHeader, e.requestValue), binary(e.answerBody), header(e.answerHeader, e.answerValue), extra)
}

// binary writes any bytes as YAML.
func binary(s string) string {
	return "!!binary " + quote(base64.StdEncoding.EncodeToString([]byte(s)))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func squeeze(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func deflate(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func object(pairs ...any) string {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	b, _ := json.Marshal(m)
	return string(b)
}

// spellings are the ways in which a JSON text with a secret can hide in another.
var spellings = map[string]func(string) string{
	"as it is":             func(s string) string { return s },
	"JSON in JSON":         func(s string) string { return object("inner", s) },
	"base64":               func(s string) string { return object("blob", base64.StdEncoding.EncodeToString([]byte(s))) },
	"base64url":            func(s string) string { return object("blob", base64.RawURLEncoding.EncodeToString([]byte(s))) },
	"base64 in lines":      func(s string) string { return object("content", wrapped(s, 60, "\n")) },
	"base64 in MIME lines": func(s string) string { return object("content", wrapped(s, 76, "\r\n")) },
	"base64 in text":       func(s string) string { return "see " + base64.StdEncoding.EncodeToString([]byte(s)) + " there" },
	"data URL": func(s string) string {
		return object("src", "data:application/json;base64,"+base64.StdEncoding.EncodeToString([]byte(s)))
	},
	"hex":            func(s string) string { return object("blob", hex.EncodeToString([]byte(s))) },
	"percent":        func(s string) string { return object("state", url.QueryEscape(s)) },
	"gzip":           squeeze,
	"deflate":        deflate,
	"gzip in base64": func(s string) string { return object("blob", base64.StdEncoding.EncodeToString([]byte(squeeze(s)))) },
	"three deep": func(s string) string {
		return object("a", base64.StdEncoding.EncodeToString([]byte(object("b", object("c", s)))))
	},
	"a line of JSON":     func(s string) string { return "{\"n\":1}\n" + s + "\n" },
	"an event":           func(s string) string { return "event: x\ndata: " + s + "\n\n" },
	"cut off":            func(s string) string { return s + `,"more":` + "[" },
	"an array":           func(s string) string { return "[1," + s + "]" },
	"a byte order mark":  func(s string) string { return "\ufeff" + s },
	"escaped in a query": func(s string) string { return object("link", "https://app.test/cb?state="+url.QueryEscape(s)) },
}

func TestPlanted(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	secret := func() string {
		b := make([]byte, 21)
		for i := range b {
			b[i] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"[random.IntN(54)]
		}
		return string(b)
	}
	names := []string{"password", "clientSecret", "api_key", "accessToken", "X-Api-Key", "refresh_token", "webhook-secret", "privateKey", "AUTH_TOKEN", "user[password]", "secret"}
	planted, missed := 0, []string{}
	try := func(what, secret string, data []byte) {
		planted++
		report := lint.Report{Version: lint.ReportVersion, Findings: lint.Check("planted.yaml", data)}
		if !has(report.Findings, "secret-name", "secret-shape") {
			missed = append(missed, what)
		}
		for _, printed := range []string{texts(t, &report), asJSON(&report)} {
			require.NotContains(t, printed, secret, what)
		}
	}
	for how, spell := range spellings {
		for _, name := range names {
			s := secret()
			body := spell(object("data", map[string]any{"id": "7", name: s}))
			try("request body "+name+" "+how, s, exchange{requestBody: body}.cassette(""))
			try("answer body "+name+" "+how, s, exchange{answerBody: body}.cassette(""))
		}
	}
	form := "application/x-www-form-urlencoded"
	for _, name := range names {
		s := secret()
		pair := url.QueryEscape(name) + "=" + url.QueryEscape(s)
		try("query "+name, s, exchange{url: "https://api.test/?x=1&" + pair}.cassette(""))
		try("broken query "+name, s, exchange{url: "https://api.test/%zz?x=1&" + pair}.cassette(""))
		try("semicolon "+name, s, exchange{url: "https://api.test/?x=1;" + pair}.cassette(""))
		try("fragment "+name, s, exchange{answerHeader: "Location", answerValue: "https://app.test/#" + pair}.cassette(""))
		try("form body "+name, s, exchange{requestBody: "x=1&" + pair, requestHeader: "Content-Type", requestValue: form}.cassette(""))
		try("form "+name, s, exchange{form: "{" + quote(name) + ": [" + s + "]}"}.cassette(""))
		try("unknown key "+name, s, exchange{}.cassette("  more: {"+quote(name)+": ["+s+"]}\n"))
		try("broken file "+name, s, exchange{form: "{" + quote(name) + ": [" + s + "]}"}.cassette("  broken: [\n"))
		try("multipart "+name, s, exchange{requestHeader: "Content-Type", requestValue: "multipart/form-data; boundary=b",
			requestBody: "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + s + "\r\n--b--\r\n"}.cassette(""))
		try("multipart JSON "+name, s, exchange{requestHeader: "Content-Type", requestValue: "multipart/mixed; boundary=b",
			requestBody: "--b\r\nContent-Type: application/json\r\n\r\n" + object(name, s) + "\r\n--b--\r\n"}.cassette(""))
	}
	for _, header := range []string{"Authorization", "authorization", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token", "x-amz-security-token", "X-Vault-Token", "Private-Token"} {
		for _, before := range []string{"", "Bearer ", "Basic ", "token ", "ApiKey "} {
			s := secret()
			try(before+header, s, exchange{requestHeader: header, requestValue: before + s}.cassette(""))
			try("answered "+before+header, s, exchange{answerHeader: header, answerValue: before + s}.cassette(""))
		}
	}
	for _, cookie := range []string{"sid=%s", "a=b; AuthSessionId=%s", "session=%s; Path=/; Secure", `csrf="%s"`} {
		s := secret()
		try("Cookie "+cookie, s, exchange{requestHeader: "Cookie", requestValue: fmt.Sprintf(cookie, s)}.cassette(""))
	}
	s := secret()
	try("Set-Cookie", s, exchange{answerHeader: "Set-Cookie", answerValue: "sid=" + s + "; Path=/"}.cassette(""))
	try("userinfo", s, exchange{url: "https://me:" + s + "@api.test/"}.cassette(""))
	try("userinfo in a body", s, exchange{answerBody: object("url", "https://me:"+s+"@api.test/")}.cassette(""))
	try("basic", s, exchange{requestHeader: "Authorization", requestValue: "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+s))}.cassette(""))
	try("bearer in prose", s, exchange{answerBody: object("error", "refused Bearer "+s+" here")}.cassette(""))
	try("digest", s, exchange{requestHeader: "Authorization", requestValue: `Digest username="me", response="` + s + `"`}.cassette(""))
	try("comment", s, exchange{}.cassette("# Authorization: Bearer "+s+"\n"))
	try("XML", s, exchange{answerBody: "<a><Password>" + s + "</Password></a>"}.cassette(""))
	try("script", s, exchange{answerBody: "<script>var apiKey = '" + s + "';</script>"}.cassette(""))

	assert.Empty(t, missed)
	assert.Greater(t, planted, 500)
	t.Logf("planted %d, missed %d", planted, len(missed))
}

// asJSON is a report as record lint --json writes it.
func asJSON(r *lint.Report) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		panic(err)
	}
	return b.String()
}

// Values never show, whatever goes wrong with them: as names, as keys, in errors
// of the YAML library.
func TestPlanted_valuesAreNotPrinted(t *testing.T) {
	for _, s := range []string{"Zk93hQp4Tq8Lw2Xv7Yb5Nc1", "ZkgfhQpdTqhLwdXvgYbeNcaZkgfhQpd"} {
		valuesAreNotPrinted(t, s)
	}
}

func valuesAreNotPrinted(t *testing.T, s string) {
	for _, data := range []string{
		"version: *" + s + "\n",
		"version: 2\ninteractions: !" + s + " [a\n",
		"version: " + s + "\n",
		s + ": 1\nversion: 2\ninteractions: []\n",
		"version: 2\ninteractions:\n- {id: " + s + ", " + s + ": 1, " + s + ": 2}\n",
		"version: 2\ninteractions:\n- response: {headers: {" + s + ": a}, code: " + s + ", duration: " + s + "}\n",
		"version: 2\ninteractions:\n- request: {headers: {Content-Length: [" + s + "], " + s + ": [Bearer " + s + "]}}\n",
		"version: 2\ninteractions:\n- request: {method: " + s + ", url: 'https://api.devrev.ai/" + s + "?" + s + "=x'}\n  response: {code: 200}\n",
		"version: 2\nwebhooktest: {provider: devrev, " + s + ": 1, scenario: " + s + "}\ninteractions:\n- request: {method: POST, url: 'https://api.devrev.ai/webhooks.get', body: '{\"" + s + "\": \"" + s + "\", \"id\": \"" + s + "\"}'}\n  response: {code: 200, body: '{\"webhook\": {\"" + s + "\": 1, \"status\": \"" + s + "\"}}'}\n",
		string(exchange{answerBody: object(s, map[string]any{"password": s + "-"})}.cassette("")),
		string(exchange{requestHeader: "Cookie", requestValue: s + "=" + s + "-"}.cassette("")),
		string(exchange{requestHeader: "Content-Type", requestValue: "application/x-www-form-urlencoded", requestBody: s + "=1", form: "{" + s + "x: [b]}"}.cassette("")),
		"version: 2\n\t" + s + "\n",
	} {
		report := lint.Report{Findings: lint.Check("a.yaml", []byte(data))}

		assert.NotEmpty(t, report.Findings, "%s", data)
		assert.NotContains(t, texts(t, &report), s, "%s", data)
		assert.NotContains(t, asJSON(&report), s, "%s", data)
	}
}

// A linter that cries over placeholders is switched off.
func TestPlaceholdersAreLeftAlone(t *testing.T) {
	for _, value := range []string{"", "REDACTED", "[REDACTED]", "<token>", "xxxxxxxx", "********", "${TOKEN}", "{{token}}", "$API_KEY", "api-key-1", "cGxhY2Vob2xkZXItMQ==",
		"webhooktest-token", "no-such-token", "sent-key-3", "your-token-here", "dummy", "example", "00000000", "Bearer REDACTED", "FILTERED", "test-token", "my_secret"} {
		for _, name := range []string{"token", "client_secret", "password", "Authorization"} {
			data := exchange{answerBody: object(name, value), requestHeader: "X-Auth-Token", requestValue: value}.cassette("")

			assert.False(t, has(lint.Check("a.yaml", data), "secret-name", "secret-shape"), "%s %q", name, value)
		}
	}
	for _, url := range []string{"https://user:REDACTED@api.test/x", "https://user:@api.test/x", "ssh://git@api.test/x"} {
		assert.False(t, has(lint.Check("a.yaml", exchange{url: url, answerBody: object("url", url)}.cassette("")), "secret-name", "secret-shape"), url)
	}
	for _, name := range []string{"next_page_token", "nextPageToken", "continuationToken", "token_type", "max_tokens", "tokenizer", "keyboard", "passwordPolicy", "secretary", "public_key_id", "key", "monkey", "authenticated", "cookie_consent_version", "sort_key", "primary_key"} {
		data := exchange{answerBody: object(name, "Zk93hQp4Tq8Lw2Xv7Yb5")}.cassette("")

		assert.False(t, has(lint.Check("a.yaml", data), "secret-name"), name)
	}
}

// wrapped is a file as the APIs of repositories and mails show it.
func wrapped(s string, width int, end string) string {
	text := base64.StdEncoding.EncodeToString([]byte("# a file that is long enough to take more than a line of base64\n" + s + "\nend of it\n"))
	lines := []string{}
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}
	return strings.Join(append(lines, text), end) + end
}
