package receivertest_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

func TestNewRequest(t *testing.T) {
	t.Parallel()
	const secret = "MDEyMzQ1Njc4OWFiY2RlZg=="
	for _, sender := range []webhooktest.Sender{{}, {RawKey: true}, {Hex: true}, {RawKey: true, Hex: true}} {
		p := webhooktest.DevRev
		if sender.RawKey || sender.Hex {
			p = p.With(webhooktest.SentBy(sender))
		}
		r := receivertest.NewRequest(p, "work_created", secret, webhooktest.Set("/work/title", "A title"))
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.Contains(t, string(body), `"title":"A title"`)
		assert.Contains(t, string(body), time.Now().UTC().Format("2006-01-02T"))
		assert.Equal(t, provider.Signature(secret, body, sender.RawKey, sender.Hex), r.Header.Get("X-Devrev-Signature"))
		assert.Equal(t, "POST", r.Method)
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.NotEmpty(t, r.RequestURI)
	}
	r := receivertest.NewRequest(webhooktest.DVelop, "postimport", "a key")
	assert.Equal(t, "Bearer a key", r.Header.Get("Authorization"))
	for says, f := range map[string]func(){
		"did you mean":      func() { receivertest.NewRequest(webhooktest.DevRev, "work.created", secret) },
		"is not documented": func() { receivertest.NewRequest(webhooktest.DVelop, "predelete", secret) },
		"has no effect":     func() { receivertest.NewRequest(webhooktest.DevRev.With(webhooktest.Strict()), "work_created", secret) },
		"Duplicates":        func() { receivertest.NewRequest(webhooktest.DevRev, "work_created", secret, webhooktest.Duplicates(1)) },
		"names no vendor":   func() { receivertest.NewRequest(webhooktest.Provider{}, "work_created", secret) },
	} {
		func() {
			defer func() { assert.Contains(t, recover(), says) }()
			f()
		}()
	}
}

// What is no secret is refused, and not shown: vendor × form of the key × what is wrong with it.
func TestNewRequest_secret(t *testing.T) {
	t.Parallel()
	raw := webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{RawKey: true}))
	const blank, broken, ends, other = "the secret is blank; give the webhook's", "the secret holds a line break, or another control character", "the secret has white space at an end", "the secret is no base64, so that no key can be decoded from it"
	cells := 0
	for secret, says := range map[string][3]string{ // for DevRev, with RawKey, and for d.velop
		"": {blank, blank, blank}, " ": {blank, blank, blank}, "\n": {blank, blank, blank},
		"aHVudGVyMg==\n": {broken, broken, broken}, "aHVu\r\ndGVyMg==": {broken, broken, broken}, "aHVudGVyMg==\x00": {broken, broken, broken},
		" aHVudGVyMg==": {ends, ends, ends}, "aHVudGVyMg== ": {ends, ends, ends},
		"hunter2!": {other, "", ""}, "aHVudGVyMg": {other, "", ""}, "aHVudGVyMg-_": {other, "", ""}, "aHVu dGVyMg==": {other, "", ""},
		"aHVudGVyMg==": {"", "", ""},
	} {
		for i, p := range []webhooktest.Provider{webhooktest.DevRev, raw, webhooktest.DVelop} {
			event := "work_created"
			if p.String() == webhooktest.DVelop.String() {
				event = "postimport"
			}
			said := ""
			func() {
				defer func() {
					if reason := recover(); reason != nil {
						said = fmt.Sprint(reason)
					}
				}()
				receivertest.NewRequest(p, event, secret)
			}()
			if says[i] == "" {
				assert.Empty(t, said, "%s %q", p, secret)
			} else {
				assert.Contains(t, said, fmt.Sprintf("receivertest: NewRequest(%q): %s", event, says[i]), "%s %q", p, secret)
				assert.NotRegexp(t, "hunter2|aHVu", said)
			}
			cells++
		}
	}
	t.Logf("%d cells", cells)
}
