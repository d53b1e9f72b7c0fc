package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
)

const listenSecret = "MDEyMzQ1Njc4OWFiY2RlZg=="

// listenTo lets listen hear one delivery, and returns the status of its answer, that of the
// command, and what it said on stderr.
func listenTo(t *testing.T, body, signature string, args ...string) (status, code int, said string) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	out, serving := io.Pipe()
	var stderr strings.Builder
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"listen", "devrev", "--out", t.TempDir()}, args...), func(string) string { return listenSecret }, session.SystemClock, serving, &stderr)
		serving.Close()
	}()
	var at string
	if _, err := fmt.Fscanf(out, "serving %s\n", &at); err != nil {
		return 0, <-ended, stderr.String()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Devrev-Signature", signature)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	end()
	_, _ = io.Copy(io.Discard, out)
	return resp.StatusCode, <-ended, stderr.String()
}

// Deliveries are passed on to this machine only, unless the host is named: by the URL's
// host, and by where its name leads.
func TestListen_allowHost(t *testing.T) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	elsewhere := strings.Replace(receiver.URL, "127.0.0.1", "0.0.0.0", 1) // leads here, but is no loopback address
	const body = `{"type":"work_created"}`
	for _, tt := range []struct {
		to, allow    string
		status, code int
		says         string
	}{
		{receiver.URL, "", http.StatusOK, exit.Failed, "not recorded: a delivery is not signed with the secret"},
		{strings.Replace(receiver.URL, "127.0.0.1", "localhost", 1), "", http.StatusOK, exit.Failed, "not recorded: a delivery is not signed with the secret"},
		{elsewhere, "0.0.0.0", http.StatusOK, exit.Failed, "not recorded: a delivery is not signed with the secret"},
		{elsewhere, "", 0, exit.Usage, "the host of --to is not this machine; --allow-host with that host sends there all the same"},
		{elsewhere, "127.0.0.1", 0, exit.Usage, "--allow-host is not the host of --to; give that one, without scheme and port, or leave it out"},
		{"http://2130706433/", "", 0, exit.Usage, "the host of --to is not this machine"},
		{"http://[fe80::1]/", "", 0, exit.Usage, "the host of --to is not this machine"},
	} {
		args := []string{"--to", tt.to}
		if tt.allow != "" {
			args = append(args, "--allow-host", tt.allow)
		}
		status, code, said := listenTo(t, body, "none", args...)
		assert.Equal(t, tt.status, status, args)
		assert.Equal(t, tt.code, code, args)
		assert.Contains(t, said, tt.says, args)
	}
}

// What a delivery lacks that is not signed with the secret is explained: mistake × what is
// said of it.
func TestListen_unsigned(t *testing.T) {
	const secret, sent = listenSecret, `{"type":"work_created","id":"a/1","work_created":{"work":{"title":"é < \"1\"","id":"b","n":1.50}}}`
	const another, anew, order = "signed with another secret than RECEIVER_SECRET, or over another body", "it is signed over other bytes than came: something between has written the JSON anew", "; its members are in the order of their names, which something between may have brought them into"
	spaced := strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace
	var value any
	d := json.NewDecoder(strings.NewReader(sent))
	d.UseNumber()
	require.NoError(t, d.Decode(&value))
	escaped, err := json.Marshal(value)
	require.NoError(t, err)
	decimal := strings.ReplaceAll(string(escaped), "1.50", "1.5")
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, []byte(sent), "", "  "))
	signature := func(body string) string { return provider.Signature(secret, []byte(body), false, false) }
	mistakes := map[string]struct{ body, signature, says string }{
		"indented":          {indented.String(), signature(sent), anew},
		"spaced":            {spaced(sent), signature(sent), anew},
		"line break behind": {sent + "\n", signature(sent), anew},
		"sorted":            {string(escaped), signature(sent), another + order},
		"sorted by a float": {decimal, signature(sent), another + order},
		"sorted, spaced":    {spaced(string(escaped)), signature(sent), another + order},
		"sorted by ASCII":   {strings.ReplaceAll(string(escaped), "é", `\u00e9`), signature(sent), another + order},
		"half sorted":       {`{"id":"a/1","type":"work_created","work_created":{"work":{"title":"x","id":"b"}}}`, signature(sent), another},
		"another body":      {strings.Replace(sent, "a/1", "a/2", 1), signature(sent), another},
		"another secret":    {sent, provider.Signature("YW5vdGhlciBzZWNyZXQ=", []byte(sent), false, false), another},
		"no JSON":           {"no JSON", signature(sent), another},
		"deep":              {strings.Repeat("[", 100_000), signature(sent), another},
		"empty key":         {sent, provider.Signature("", []byte(sent), false, false), "it is signed with an empty key"},
		"URL's base64":      {sent, strings.NewReplacer("+", "-", "/", "_").Replace(signature(sent)), "its base64 is that of URLs"},
		"scheme":            {sent, "sha256=" + signature(sent), "it begins with sha256="},
		"quotes":            {sent, `"` + signature(sent) + `"`, "it is in quotes"},
		"upper case":        {sent, strings.ToUpper(provider.Signature(secret, []byte(sent), false, true)), "its hexadecimal digits are in upper case"},
		"sender's break":    {sent, provider.Signature(secret+"\n", []byte(sent), true, false), "the sender's secret ends with a line break, which RECEIVER_SECRET lacks"},
		"short":             {sent, base64.StdEncoding.EncodeToString([]byte("short")), "the signature is neither base64 nor hexadecimal digits of 32 bytes"},
	}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server that leaves a long body unread may break off before its answer has come
	}))
	defer receiver.Close()
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			status, code, said := listenTo(t, m.body, m.signature, "--to", receiver.URL)
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, exit.Failed, code)
			first, _, _ := strings.Cut(said, "\n")
			assert.True(t, strings.HasSuffix(first, m.says), first)
			assert.True(t, strings.HasPrefix(first, "not recorded: a delivery is not signed with the secret: "), first)
			assert.NotContains(t, first, secret)
		})
	}
	t.Logf("%d mistakes", len(mistakes))
}
