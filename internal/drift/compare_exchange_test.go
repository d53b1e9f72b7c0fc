package drift_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edit changes an exchange.
type edit func(*contract.Exchange)

func exchange(t testing.TB, method, target, mediaType, body string, edits ...edit) contract.Exchange {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	e := contract.Exchange{
		Request:  contract.Request{Method: method, URL: u, Header: http.Header{"Accept": {mediaType}}},
		Response: contract.Response{Status: 200, Header: http.Header{"Content-Type": {mediaType}}, Body: []byte(body)},
	}
	for _, f := range edits {
		f(&e)
	}
	return e
}

// get is an answer of DevRev's webhooks.get.
func get(t testing.TB, body string, edits ...edit) contract.Exchange {
	t.Helper()
	e := exchange(t, "POST", provider.DevRev.BaseURL+"/webhooks.get", "application/json", body)
	e.Request.Header.Set("Content-Type", "application/json")
	e.Request.Body = fmt.Appendf(nil, `{"id":%q}`, provider.DevRevWebhookID)
	for _, f := range edits {
		f(&e)
	}
	return e
}

// list is an answer of DevRev's webhooks.list.
func list(t testing.TB, body string, edits ...edit) contract.Exchange {
	t.Helper()
	e := exchange(t, "POST", provider.DevRev.BaseURL+"/webhooks.list", "application/json", body, edits...)
	e.Request.Body = []byte("{}")
	return e
}

// getWebHook is an answer of d.velop's GetWebHook.
func getWebHook(t testing.TB, body string, edits ...edit) contract.Exchange {
	t.Helper()
	path := "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/" + provider.DVelopEventID + "/" + provider.DVelopWebhookID
	return exchange(t, "GET", provider.DVelop.BaseURL+path, "application/json", body, edits...)
}

func status(n int) edit { return func(e *contract.Exchange) { e.Response.Status = n } }

// header sets a header of the answer; an empty value removes it.
func header(name, value string) edit {
	return func(e *contract.Exchange) {
		e.Response.Header = e.Response.Header.Clone()
		e.Response.Header.Set(name, value)
		if value == "" {
			e.Response.Header.Del(name)
		}
	}
}

func to(method, target string) edit {
	return func(e *contract.Exchange) {
		e.Request.Method, e.Request.Body = method, nil
		e.Request.URL, _ = url.Parse(target)
	}
}

// webhook is DevRev's webhook with the members that it must have; more stands
// behind them.
func webhook(more ...string) string {
	return fmt.Sprintf(`{"webhook":{"id":%q,"secret":"cGxhY2Vob2xkZXItMQ==","status":"active","url":"https://example.com/url-1"%s}}`,
		provider.DevRevWebhookID, strings.Join(append([]string{""}, more...), ","))
}

// item is a webhook of a list.
func item(n int, more ...string) string {
	return fmt.Sprintf(`{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-%d","secret":"cGxhY2Vob2xkZXItMQ==","status":"active","url":"https://example.com/url-%d"%s}`,
		n, n, strings.Join(append([]string{""}, more...), ","))
}

func items(all ...string) string { return `{"webhooks":[` + strings.Join(all, ",") + `]}` }

// compare returns the changes as "CLASS RULE POINTER".
func compare(t testing.TB, stored, fresh []contract.Exchange, again ...contract.Exchange) (drift.Report, []string) {
	t.Helper()
	d := &provider.DevRev
	if host := stored[0].Request.URL; host != nil && "https://"+host.Host == provider.DVelop.BaseURL {
		d = &provider.DVelop
	}
	r := drift.Compare(d, stored, fresh, again)
	require.NotNil(t, r.Changes)
	require.NotNil(t, r.Volatile)
	require.Equal(t, r, drift.Compare(d, stored, fresh, again), "the same question has the same answer")
	var lines []string
	for _, c := range r.Changes {
		assert.Equal(t, c.Rule.Class(), c.Class)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Class, c.Rule, c.Pointer)))
	}
	return r, lines
}

func one(e contract.Exchange) []contract.Exchange { return []contract.Exchange{e} }
