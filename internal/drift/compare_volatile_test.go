package drift_test

import (
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
)

func TestCompare_volatile(t *testing.T) {
	const user = `"created_by":{"id":"don:identity:dvrv-us-1:devo/example:devu/user-1","type":"dev_user"}`
	const once = "it is there in one of two recordings made a moment apart only"
	var (
		first = get(t, webhook())
		page  = get(t, webhook(), to("GET", provider.DevRev.BaseURL+"/page"))
	)
	both := func(e ...contract.Exchange) []contract.Exchange { return e }
	for _, c := range []struct {
		name                 string
		stored, fresh, again []contract.Exchange
		want                 []string
		volatile             []drift.Volatile
	}{
		{
			"a value that is another one each time",
			one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":2`))), one(get(t, webhook(`"x":3`))),
			nil, []drift.Volatile{{Pointer: "/webhook/x", Message: "the value differs between two recordings made a moment apart"}},
		},
		{
			"a value that has changed once",
			one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":2`))), one(get(t, webhook(`"x":2`))),
			[]string{"cosmetic value-changed /webhook/x"}, []drift.Volatile{},
		},
		{
			"a volatile value that has become a string",
			one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":"2"`))), one(get(t, webhook(`"x":"3"`))),
			[]string{"breaking type-changed /webhook/x"},
			[]drift.Volatile{{Pointer: "/webhook/x", Message: "the value differs between two recordings made a moment apart"}},
		},
		{
			"a member that comes and goes",
			one(get(t, webhook(user))), one(get(t, webhook())), one(get(t, webhook(user))),
			nil, []drift.Volatile{{Pointer: "/webhook/created_by", Message: once}},
		},
		{
			"a member that went and stayed away",
			one(get(t, webhook(user))), one(get(t, webhook())), one(get(t, webhook())),
			[]string{"breaking member-gone /webhook/created_by"}, []drift.Volatile{},
		},
		{
			"a member that only the last recording has",
			one(first), one(first), one(get(t, webhook(user))),
			nil, []drift.Volatile{{Pointer: "/webhook/created_by", Message: once}},
		},
		{
			"a breach of the contract is none the less one",
			one(get(t, webhook(user))), one(get(t, webhook(`"created_by":null`))), one(get(t, webhook(user))),
			[]string{"breaking contract /webhook/created_by"},
			[]drift.Volatile{{Pointer: "/webhook/created_by", Message: "the type differs between two recordings made a moment apart"}},
		},
		{
			"an error for a moment",
			one(first), one(get(t, `{"message":"text 1","type":"service_unavailable"}`, status(503))), one(first),
			[]string{"breaking status-changed"}, []drift.Volatile{},
		},
		{
			"an undocumented status for a moment",
			one(first), one(get(t, webhook(), status(418))), one(first),
			[]string{"breaking status-changed"}, []drift.Volatile{},
		},
		{
			"an error a moment later",
			one(get(t, webhook(user))), one(first), one(get(t, `{"message":"text 1","type":"service_unavailable"}`, status(503))),
			[]string{"breaking status-changed", "breaking member-gone /webhook/created_by"}, []drift.Volatile{},
		},
		{
			"a media type that comes and goes",
			one(first), one(get(t, webhook(), header("Content-Type", ""))), one(first),
			[]string{"breaking media-type-changed Content-Type"}, []drift.Volatile{},
		},
		{
			"a media type of the last recording",
			one(first), one(first), one(get(t, webhook(), header("Content-Type", "text/plain"))),
			[]string{"breaking media-type-changed Content-Type"}, []drift.Volatile{},
		},
		{
			"a value of the last recording that the contract does not list",
			one(first), one(first), one(get(t, strings.Replace(webhook(), `"active"`, `"snoozed"`, 1))),
			[]string{"breaking unlisted-value /webhook/status"},
			[]drift.Volatile{{Pointer: "/webhook/status", Message: "the value differs between two recordings made a moment apart"}},
		},
		{
			"a type of the last recording",
			one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":"1"`))),
			[]string{"breaking type-changed /webhook/x"}, []drift.Volatile{},
		},
		{
			"null now and then",
			one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":1`))), one(get(t, webhook(`"x":null`))),
			nil, []drift.Volatile{{Pointer: "/webhook/x", Message: "the type differs between two recordings made a moment apart"}},
		},
		{
			"a member that the answer of the old status lacks",
			one(get(t, webhook(user))), one(get(t, `{"message":"text 1","type":"not_found"}`, status(404))), one(first),
			[]string{"breaking status-changed", "breaking member-gone /webhook/created_by"}, []drift.Volatile{},
		},
		{
			"a header that comes and goes",
			one(first), one(get(t, webhook(), header("X-Ratelimit-Limit", "9"))), one(first),
			nil, []drift.Volatile{{Pointer: "X-Ratelimit-Limit", Message: once}},
		},
		{
			"the order of members",
			one(get(t, webhook(`"x":1`, `"y":1`))), one(get(t, webhook(`"y":1`, `"x":1`))), one(get(t, webhook(`"x":1`, `"y":1`))),
			nil, []drift.Volatile{{Pointer: "/webhook", Message: "it is written differently in two recordings made a moment apart"}},
		},
		{
			"a request that is made now and then",
			both(first, page), one(first), both(first, page),
			nil, []drift.Volatile{{Exchange: 1, Message: once}},
		},
		{
			"a request that was made once more",
			one(first), both(first, page), one(first),
			nil, []drift.Volatile{{Exchange: 1, Message: once}},
		},
		{
			"an item's value that is another one each time",
			one(list(t, items(item(1, `"x":1`), item(2, `"x":1`)))), one(list(t, items(item(1, `"x":1`), item(2, `"x":2`)))), one(list(t, items(item(1, `"x":3`), item(2, `"x":1`)))),
			nil, []drift.Volatile{{Pointer: "/webhooks/0/x", Message: "the value differs between two recordings made a moment apart"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, got := compare(t, c.stored, c.fresh, c.again...)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.volatile, r.Volatile)
		})
	}
}
