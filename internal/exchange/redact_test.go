package exchange_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
)

// A message shows no credential of a request, wherever code has put it.
func TestRedactor(t *testing.T) {
	const own = "c0ffee-of-our-own"
	u, err := url.Parse("https://user:" + own + "@api.devrev.ai/webhooks.get/" + own + "?api_key=47114711&page=2&more=" + own + "#" + own)
	require.NoError(t, err)
	req := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{"Authorization": {"Bearer " + own}}}
	r := exchange.NewRedactor(&provider.DevRev, exchange.Asked(req, nil))
	assert.Equal(t, "https://api.devrev.ai/webhooks.get/(withheld)?api_key=(withheld)&page=2&more=(withheld)", r.URL(u))
	for body, want := range map[string]string{
		`{"id":"webhook-1","n":1}`:                  `{"id":"webhook-1","n":1}`,
		`{"client_secret":"a b","at":[{"pin":12}]}`: `{"client_secret":"(withheld)","at":[{"pin":12}]}`,
		`{"token":{"value":"x","n":12}}`:            `{"token":{"value":"(withheld)","n":"(withheld)"}}`,
		`{"note":"it is ` + own + `"}`:              `{"note":"(withheld)"}`,
		`{"secret":"` + provider.Token + `"}`:       `{"secret":"` + provider.Token + `"}`,
		`password=hunter2&page=1`:                   `password=(withheld)&page=1`,
	} {
		assert.Equal(t, want, string(r.Body([]byte(body))), body)
	}
	assert.NotContains(t, string(r.Body([]byte(`{"secret":"cut o`))), "cut")
}
