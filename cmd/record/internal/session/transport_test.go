package session

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

// What came is counted by kind, and nothing of a tenant is shown of it.
func TestCame_describe(t *testing.T) {
	var c came
	for _, a := range []struct {
		status          int
		mediaType, body string
	}{
		{200, "text/html; charset=utf-8", strings.Repeat("a", 4800)}, {200, "text/html", strings.Repeat("a", 5100)}, {200, "text/html", "a"},
		{404, "application/vnd.acme+json", "{}"}, {404, "application/vnd.acme+json", "[]"},
		{204, "", ""}, {200, "application/json", "{"},
	} {
		resp := &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {a.mediaType}}}
		c.note(&http.Request{URL: &url.URL{}}, resp)([]byte(a.body), len(a.body))
	}
	assert.Equal(t, "3 times 200 text/html of 1 byte to 5 KB, 2 times 404 of another media type of 2 bytes, 1 time 200 application/json of 1 byte (no JSON) and otherwise 1 time", c.describe(&provider.DevRev))
	assert.Equal(t, "nothing", (&came{}).describe(&provider.DevRev))
	assert.Equal(t, "nothing", (*came)(nil).describe(&provider.DevRev))
}

// What keeps a body from being read is named.
func TestCame_form(t *testing.T) {
	for body, want := range map[string]string{
		"":                               "",
		`{"a":1}`:                        "",
		"\xef\xbb\xbf{}":                 "a byte order mark before it",
		"\xff\xfe{\x00}\x00":             "in UTF-16",
		"{\x00}\x00":                     "in UTF-16",
		"\x00{\x00}":                     "in UTF-16",
		`{"name":"M` + "\xfc" + `ller"}`: "not in UTF-8",
		strings.Repeat("[", 600):         "nested too deep",
		"<!DOCTYPE html>":                "a page of HTML",
		`{"a":`:                          "no JSON",
	} {
		assert.Equal(t, want, formOf("application/json", []byte(body)), "%q", body)
	}
	assert.Empty(t, formOf("text/html", []byte("<p>")))
	assert.Empty(t, formOf("application/json", []byte(`{"a":"`+strings.Repeat("a", beginning))), "it is cut off here")
}

// Where a redirect leads is told without a value of the tenant.
func TestMoved_place(t *testing.T) {
	from, err := url.Parse("http://acme.example:8080/webhooks.get")
	require.NoError(t, err)
	for to, want := range map[string]string{
		"https://acme.example:8080/webhooks.get":   "to https on the same host and path",
		"http://acme.example:9090/webhooks.get":    "to another port of the same host and path",
		"http://acme.example:8080/v2/webhooks.get": "to the same host, to the path /v2/webhooks.get",
		"http://acme.example:8080/acme/login":      "to the same host, to a path that is not shown, for it may hold a value of the tenant",
		"http://login.example/webhooks.get":        "to another host",
	} {
		u, err := url.Parse(to)
		require.NoError(t, err)
		assert.Equal(t, want, (&moved{from, u}).place(&provider.DevRev), to)
	}
	assert.Equal(t, "and does not say where to", (&moved{from, nil}).place(&provider.DevRev))
}
