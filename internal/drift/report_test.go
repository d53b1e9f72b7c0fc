package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
)

// reports are one of each: with drift, without, and with several exchanges.
func reports(t *testing.T) drift.Reports {
	t.Helper()
	changed, _ := compare(t,
		one(get(t, webhook(`"x":1`), header("X-Ratelimit-Limit", "1000"))),
		one(get(t, strings.Replace(webhook(`"x":2`, "\"a b\\u001b[31m\":1"), "active", "paused", 1), header("X-Ratelimit-Limit", "500"))),
		get(t, strings.Replace(webhook(`"x":3`, "\"a b\\u001b[31m\":1"), "active", "paused", 1), header("X-Ratelimit-Limit", "500")))
	changed.Scenario = "webhooks.get/200"
	same, _ := compare(t, one(list(t, items(item(1)))), one(list(t, items(item(1)))))
	same.Scenario = "webhooks.list/200"
	login := getWebHook(t, "", status(302), header("Location", "/identityprovider/login"))
	page := exchange(t, "GET", "https://sample-api.d-velop.cloud/identityprovider/login", "text/html", "<p>")
	flow, _ := compare(t, []contract.Exchange{login, page}, one(getWebHook(t, "", status(401))))
	return drift.Reports{changed, same, flow}
}

func TestReports_text(t *testing.T) {
	assert.Equal(t, `devrev webhooks.get/200: 1 breaking, 1 additive, 1 cosmetic
  breaking  /webhook/status
            the value is not "active", "inactive" or "unverified": a client that handles the listed values only does not know what to do
  additive  "/webhook/a b\x1b[31m"
            the member is there, though the contract does not describe it: a client that refuses unknown members fails
  cosmetic  X-Ratelimit-Limit
            the header has another value: a client must cope with any
  volatile  /webhook/x
            the value differs between two recordings made a moment apart
dvelop: 2 breaking
  breaking  #1 the answer
            the HTTP status was 302 and is 401: a client takes another branch than before
  breaking  #2 the answer
            this GET request of the stored recording is no longer made: a client goes through fewer steps than before
1 without drift
`, reports(t).Text())
}

// The worst stands first, what is alike once, and what has not drifted in one line.
func TestReports_text_folds(t *testing.T) {
	additive, _ := compare(t, one(get(t, webhook())), one(get(t, webhook(`"x":2`))))
	breaking, _ := compare(t, one(get(t, webhook())), one(get(t, webhook(), status(503))))
	volatile, _ := compare(t, one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":2`))), get(t, webhook(`"x":3`)))
	named := func(r drift.Report, name, stored string) drift.Report {
		r.Provider, r.Scenario, r.Stored = "devrev", name, stored
		return r
	}
	all := drift.Reports{named(volatile, "v", ""), named(additive, "a1", "simulated"), named(breaking, "b", "live"), named(drift.Report{}, "s", "simulated"), named(drift.Report{}, "l", "live")}
	for i := range 5 {
		all = append(all, named(additive, fmt.Sprintf("a%d", i+2), "simulated"))
	}
	all = append(all, named(additive, "live1", "live"), named(additive, "live2", "live"))
	var headings []string
	for line := range strings.Lines(all.Text()) {
		if !strings.HasPrefix(line, " ") {
			headings = append(headings, strings.TrimSuffix(line, "\n"))
		}
	}
	assert.Equal(t, []string{
		"devrev b: 2 breaking",
		"devrev a1, a2, a3 and 3 more, whose cassettes are simulated: 1 additive each",
		"devrev live1 and live2: 1 additive each",
		"devrev v: no drift",
		"2 without drift, 1 of them against simulated cassettes",
	}, headings)
}

func TestWorst(t *testing.T) {
	cosmetic, _ := compare(t, one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":2`))))
	additive, _ := compare(t, one(get(t, webhook())), one(get(t, webhook(`"x":2`))))
	breaking, _ := compare(t, one(get(t, webhook())), one(get(t, webhook(), status(503))))

	assert.Equal(t, drift.Cosmetic, cosmetic.Worst())
	assert.Equal(t, drift.Additive, additive.Worst())
	assert.Equal(t, drift.Breaking, breaking.Worst())
	assert.Equal(t, drift.Breaking, drift.Reports{{}, cosmetic, breaking, additive}.Worst())
	assert.Equal(t, drift.Additive, drift.Reports{cosmetic, additive, {}}.Worst())
	assert.Equal(t, drift.Class(""), drift.Reports{{}}.Worst())
}

// A list that is too long keeps its worst part and says what it left out.
func TestReport_long(t *testing.T) {
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf(`"x%d":%d`, i, i))
	}
	fresh := get(t, strings.Replace(webhook(many...), "active", "paused", 1))

	r, _ := compare(t, one(get(t, webhook())), one(fresh), get(t, webhook()))
	assert.Len(t, r.Volatile, 200)
	assert.Equal(t, 101, r.MoreVolatile) // the members and the status

	r, _ = compare(t, one(get(t, webhook())), one(fresh))
	assert.Len(t, r.Changes, 200)
	assert.Equal(t, 101, r.More)
	assert.Equal(t, drift.Breaking, r.Worst())
	text := drift.Reports{r}.Text()
	assert.True(t, strings.HasPrefix(text, "devrev: 1 breaking, 199 additive\n"), text[:60])
	assert.True(t, strings.HasSuffix(text, "\n  and 101 more\n"))
}
