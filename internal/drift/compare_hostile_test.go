package drift_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/provider"
)

// No value of a recording gets into a report, wherever it stands.
func TestCompare_quotesNoValue(t *testing.T) {
	const planted = "Planted"
	body := func(format string) string { return fmt.Sprintf(format, planted) }
	stored := get(t, webhook(`"event_types":["work_created"]`, `"created_date":"2024-11-19T14:03:27Z"`, `"x":"y"`))
	var fresh []contract.Exchange
	for _, s := range []string{
		planted, `"%[1]s"`, `["%[1]s"]`, `{"type":"%[1]s","message":"%[1]s"}`, `{"webhook":"%[1]s"}`, `{"webhook":{"status":"%[1]s","url":"%[1]s","secret":"%[1]s","id":"%[1]s",
			"created_date":"%[1]s","x":"%[1]s","event_types":["%[1]s"],"created_by":{"type":"%[1]s","state":"%[1]s","id":"%[1]s"}}}`,
	} {
		for _, code := range []int{200, 302, 400, 401, 404, 429, 500, 599} {
			fresh = append(fresh, get(t, body(s), status(code)), get(t, body(s), status(code), header("Content-Type", planted),
				header("Retry-After", planted), header("Location", "/"+planted), header("X-Ratelimit-Limit", planted)))
		}
	}
	fresh = append(fresh, get(t, webhook(), to(planted, "https://"+planted+"/"+planted)), get(t, webhook(), to("GET", provider.DevRev.BaseURL+"/"+planted+"?"+planted)))
	for _, e := range fresh {
		for _, pair := range [][2]contract.Exchange{{stored, e}, {e, stored}, {get(t, webhook(), status(e.Response.Status)), e}} {
			r := drift.Compare(&provider.DevRev, one(pair[0]), one(pair[1]), one(stored))
			got, err := json.Marshal(r)
			require.NoError(t, err)
			assert.NotContains(t, strings.ToLower(string(got)), strings.ToLower(planted), "%s", e.Response.Body)
		}
	}
}

// What a hostile vendor sends ends in a report, and soon.
func TestCompare_hostile(t *testing.T) {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	bodies := map[string]string{
		"open brackets":          strings.Repeat("[", 100_000),
		"deep":                   strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000),
		"a large number":         webhook(`"x":1e3000000`),
		"a byte order mark":      "\uFEFF" + webhook(),
		"bad UTF-8":              webhook("\"x\":\"\xff\""),
		"many members":           webhook(repeat(3_000, `"x%d":1`)),
		"many items":             `{"webhook":[` + repeat(3_000, `{"x%d":1}`) + `]}`,
		"many documented":        strings.Replace(webhook(), `"status"`, repeat(300, `"y%d":1`)+`,"status"`, 1),
		"more than is compared":  webhook(`"x":"` + strings.Repeat(".", 11<<20) + `"`),
		"JSON after JSON":        webhook() + webhook(),
		"nothing":                "",
		"null":                   "null",
		"a name that is nothing": webhook(`"":{"":{"~":{"/":1}}}`),
	}
	start := time.Now()
	for name, body := range bodies {
		for _, pair := range [][2]string{{webhook(), body}, {body, webhook()}, {body, body}} {
			a, b := get(t, pair[0]), get(t, pair[1])
			r := drift.Compare(&provider.DevRev, one(a), one(b), one(a))
			if pair[0] == pair[1] {
				assert.Empty(t, r.Changes, name)
				continue
			}
			assert.NotZero(t, len(r.Changes)+len(r.Volatile), name)
		}
	}
	assert.Less(t, time.Since(start), 30*time.Second)
}

// JSON that the contract check does not read, for its numbers and names, is compared as JSON.
func TestCompare_beyondTheContract(t *testing.T) {
	stored := get(t, webhook(`"x":1`))
	for members, want := range map[string][]drift.Rule{
		`"x":` + strings.Repeat("1", 101):            {drift.Contract},
		`"x":1e10000`:                                {drift.Contract},
		`"x":1,"` + strings.Repeat("y", 257) + `":1`: {drift.Contract, drift.MemberUndocumented},
	} {
		var got []drift.Rule
		for _, c := range drift.Compare(&provider.DevRev, one(stored), one(get(t, webhook(members))), nil).Changes {
			got = append(got, c.Rule)
		}
		assert.Equal(t, want, got, members)
	}
}

// Whether the contract describes what is gone is asked for the first few of
// thousands: each answer costs as much as a check of the whole body.
func TestCompare_manyGone(t *testing.T) {
	links := func(stem string) string {
		var all []string
		for i := range 3_000 {
			all = append(all, fmt.Sprintf(`"%s%d":{"href":"/url-1"}`, stem, i))
		}
		return fmt.Sprintf(`{"id":%q,"_links":{%s}}`, provider.DVelopWebhookID, strings.Join(all, ","))
	}
	start := time.Now()

	r := drift.Compare(&provider.DVelop, one(getWebHook(t, links("a"))), one(getWebHook(t, links("b"))), nil)

	assert.Equal(t, drift.MemberGone, r.Changes[0].Rule)
	assert.Equal(t, 5_800, r.More)
	assert.Less(t, time.Since(start), 20*time.Second)
}

func FuzzCompare(f *testing.F) {
	f.Add("POST", "https://api.devrev.ai/webhooks.get", 200, "application/json", webhook(), webhook(`"x":[1,{"y":null}]`), "")
	f.Add("GET", "https://sample-api.d-velop.cloud/dmsconfig/r/a/events/b/c", 404, "application/hal+json", `{"id":"c","restrictions":[]}`, `{"id":null,"restrictions":[{}]}`, "{}")
	f.Add("", "%zz", 0, "", "[", "\xff", "1e99999")
	f.Fuzz(func(t *testing.T, method, target string, status int, header, a, b, c string) {
		u, _ := url.Parse(target)
		make := func(body string, status int) contract.Exchange {
			return contract.Exchange{
				Request: contract.Request{Method: method, URL: u, Body: []byte(c)},
				Response: contract.Response{Status: status, Body: []byte(body), Header: http.Header{
					"Content-Type": {header}, "Location": {header}, "Retry-After": {header}, "Www-Authenticate": {header},
				}},
			}
		}
		x, y, z := make(a, status), make(b, status), make(c, status^1)
		z.Response.Header = nil
		for _, d := range provider.All() {
			for _, e := range []contract.Exchange{x, y, z} {
				r := drift.Compare(d, []contract.Exchange{e, x}, []contract.Exchange{e, x}, []contract.Exchange{e, x})
				if len(r.Changes) > 0 || len(r.Volatile) > 0 {
					t.Fatalf("a recording drifts from itself: %+v", r)
				}
			}
			r := drift.Reports{drift.Compare(d, []contract.Exchange{x}, []contract.Exchange{y, z}, []contract.Exchange{z}), drift.Compare(d, []contract.Exchange{y, z}, []contract.Exchange{x}, nil)}
			first := r.Text()
			r = drift.Reports{drift.Compare(d, []contract.Exchange{x}, []contract.Exchange{y, z}, []contract.Exchange{z}), drift.Compare(d, []contract.Exchange{y, z}, []contract.Exchange{x}, nil)}
			if second := r.Text(); first != second {
				t.Fatalf("two answers to one question:\n%s\n%s", first, second)
			}
		}
	})
}

// The package takes its input as values: what records and what tests is not
// linked into it.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for path := range strings.FieldsSeq(string(out)) {
		assert.NotEqual(t, "testing", path)
		assert.NotEqual(t, "net/http/httptest", path)
		assert.NotContains(t, path, "go-vcr")
		assert.NotContains(t, path, "testify")
		assert.NotContains(t, path, "goldie")
	}
}
