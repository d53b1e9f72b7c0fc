package receivertest_test

import (
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
