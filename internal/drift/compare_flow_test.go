package drift_test

import (
	"fmt"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
)

func TestCompare_flows(t *testing.T) {
	var (
		first     = get(t, webhook())
		unlisted  = get(t, webhook(`"x":1`))
		listing   = list(t, items(item(1)))
		login     = getWebHook(t, "", status(302), header("Location", "/identityprovider/login?redirect=a"))
		page      = exchange(t, "GET", provider.DVelop.BaseURL+"/identityprovider/login?redirect=a", "text/html", "<p>")
		otherPage = exchange(t, "GET", provider.DVelop.BaseURL+"/identityprovider/login?redirect=b", "text/html", "<p>")
		elsewhere = exchange(t, "BREW", provider.DVelop.BaseURL+"/goodbye", "text/html", "<p>")
	)
	for _, c := range []struct {
		name          string
		stored, fresh []contract.Exchange
		want          []string
	}{
		{
			name: "parallel requests swapped", stored: []contract.Exchange{first, listing}, fresh: []contract.Exchange{listing, first},
		},
		{
			name: "equal requests keep their order", stored: []contract.Exchange{first, unlisted}, fresh: []contract.Exchange{unlisted, first},
			want: []string{
				"additive member-undocumented /webhook/x",
				"cosmetic member-undocumented-gone /webhook/x",
			},
		},
		{
			name: "the redirect is no longer followed", stored: []contract.Exchange{login, page}, fresh: one(login),
			want: []string{"breaking exchange-gone"},
		},
		{
			name: "the redirect is followed", stored: one(login), fresh: []contract.Exchange{login, page},
			want: []string{"breaking exchange-new"},
		},
		{
			name: "the redirect leads to another query", stored: []contract.Exchange{login, page}, fresh: []contract.Exchange{login, otherPage},
		},
		{
			name: "the redirect leads elsewhere", stored: []contract.Exchange{login, page}, fresh: []contract.Exchange{login, elsewhere},
			want: []string{
				"breaking exchange-gone",
				"breaking exchange-new",
			},
		},
		{
			name: "nothing was recorded", stored: one(first),
			want: []string{"breaking exchange-gone"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := compare(t, c.stored, c.fresh)
			assert.Equal(t, c.want, got)
		})
	}
}

// The place of an exchange is that in the stored recording, or in the fresh one
// when only that has it.
func TestCompare_places(t *testing.T) {
	a, b := get(t, webhook()), list(t, items(item(1)))
	page := get(t, webhook(), to("GET", provider.DevRev.BaseURL+"/page"))

	r, _ := compare(t, []contract.Exchange{a, b}, []contract.Exchange{a, list(t, items()), page})

	assert.Equal(t, []int{2, 1}, []int{r.Changes[0].Exchange, r.Changes[1].Exchange})
	assert.Equal(t, drift.ExchangeNew, r.Changes[0].Rule)
	assert.Equal(t, drift.ItemsGone, r.Changes[1].Rule)
}

// A request that differs in the order of its query and of its members, or in
// the numbers of placeholders, is the same request.
func TestCompare_sameRequest(t *testing.T) {
	page := func(target, body string) contract.Exchange {
		e := get(t, webhook(), to("POST", provider.DevRev.BaseURL+target))
		e.Request.Body = []byte(body)
		return e
	}
	for _, c := range []struct{ stored, fresh, target string }{
		{`{"a":[1,{"b":2,"c":"user-1"}],"d":%d}`, `{"a":[1,{"b":2,"c":"user-2"}],"d":%d}`, "/a?x=1&y=2"},
		{`{"a":[1,{"b":2,"c":"user-1"}],"d":%d}`, ` {"d":%d,"a":[1,{"c":"user-1","b":2}]}`, "/a?x=1&y=2"},
		{`text %d of the form x=1`, `text %d of the form x=1`, "/%61?y=2&x=%31"},
	} {
		first, second := page("/a?x=1&y=2", fmt.Sprintf(c.stored, 1)), page("/a?x=1&y=2", fmt.Sprintf("x"+c.stored, 2))
		firstAgain, secondAgain := page(c.target, fmt.Sprintf(c.fresh, 1)), page(c.target, fmt.Sprintf("x"+c.fresh, 2))
		second.Response.Status, secondAgain.Response.Status = 204, 204

		// Were they other requests, each would be taken for the other.
		_, got := compare(t, []contract.Exchange{first, second}, []contract.Exchange{secondAgain, firstAgain})

		assert.Empty(t, got, c)
	}
}

func TestCompare_withoutURL(t *testing.T) {
	e := contract.Exchange{Response: contract.Response{Status: 200}}
	other := contract.Exchange{Response: contract.Response{Status: 500}}

	_, got := compare(t, one(e), one(other))

	assert.Equal(t, []string{"breaking status-changed"}, got)
}
