package record_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// flowCount is how many random flows are recorded and replayed for each vendor.
// The first run is the same each time; -count goes on from there to other flows.
const flowCount = 25

// flowSeed counts the flows of this process.
var flowSeed atomic.Uint64

// flow is a random program against a vendor. Its steps follow from one source of
// chance and the values that it sends from another, so that two runs can do the
// same with other values.
type flow struct {
	tb     testing.TB
	client *http.Client
	steps  *rand.Rand
	values *rand.Rand

	ids  []string // of webhooks that the flow has seen
	gone []string // of those that it deleted
	sent []string // what it sent, in order
	// exact is what the flow saw, exchange by exchange; shape is the same with
	// what it sent replaced by its number.
	exact, shape []string
}

func newFlow(tb testing.TB, client *http.Client, seed, salt uint64) *flow {
	return &flow{tb: tb, client: client, steps: rand.New(rand.NewPCG(seed, 1)), values: rand.New(rand.NewPCG(salt, 2))}
}

func (f *flow) pick(n int) int { return f.steps.IntN(n) }

// fresh notes a value of the flow's own. One in six has been sent before.
func (f *flow) fresh(kind string, make func() string) string {
	if f.pick(6) == 0 {
		var again []string
		for _, s := range f.sent {
			if strings.HasPrefix(s, kind+" ") {
				again = append(again, s[len(kind)+1:])
			}
		}
		if len(again) > 0 {
			return again[f.pick(len(again))]
		}
	}
	v := make()
	f.sent = append(f.sent, kind+" "+v)
	return v
}

func (f *flow) letters(n int, from string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[f.values.IntN(len(from))]
	}
	return string(b)
}

func (f *flow) secret() string {
	size := 8 + f.pick(25)
	return f.fresh("secret", func() string {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(f.values.Uint32())
		}
		return base64.StdEncoding.EncodeToString(b)
	})
}

func (f *flow) key() string {
	form := f.pick(3)
	return f.fresh("key", func() string {
		switch form {
		case 0:
			return f.letters(3, alphanumeric) // too short to be searched for inside texts
		case 1:
			return "k\"\\/<é>" + f.letters(12, alphanumeric)
		}
		return f.letters(30, alphanumeric) + "=="
	})
}

func (f *flow) target() string {
	form, n := f.pick(11)%6, 90+f.pick(9)
	return f.fresh("url", func() string {
		host := "https://" + strings.ToLower(f.letters(8, alphanumeric)) + ".acme.example"
		switch form {
		case 0:
			return host
		case 1:
			return host + "/in?token=" + f.letters(12, alphanumeric) + "&x=%2F%C3%BC#part"
		case 2:
			return host + ":8443/" + f.letters(6, alphanumeric) + "/ü-ö'/"
		case 3:
			return "https://example.com/" + f.letters(6, alphanumeric)
		case 4:
			return fmt.Sprintf("https://example.com/url-%d", n) // what looks like a placeholder stands for itself
		}
		return host + "/in/" + f.letters(10, alphanumeric)
	})
}

// text is free text, which may hold what was sent elsewhere.
func (f *flow) text() string {
	form, n, inside := f.pick(9)%5, 90+f.pick(9), f.target()
	return f.fresh("text", func() string {
		name := "Maya " + f.letters(9, alphanumeric)
		switch form {
		case 0:
			return name + " <" + strings.ToLower(f.letters(6, alphanumeric)) + "@acme.example> sends to " + inside
		case 1:
			return "line 1\n\t\u2028" + name + " \\u0041 \"quoted\" </script>"
		case 2:
			return name
		case 3:
			return fmt.Sprintf("text %d", n)
		}
		return `{"nested":"` + name + `","n":1e9}`
	})
}

// id is one that the flow knows, or one that is made up.
func (f *flow) id(madeUp string) string {
	switch n := f.pick(12); {
	case n == 0:
		return madeUp
	case n == 1 && len(f.gone) > 0:
		return f.gone[f.pick(len(f.gone))]
	case len(f.ids) > 0:
		return f.ids[f.pick(len(f.ids))]
	}
	return madeUp
}

// call sends a request and notes the exchange. The body's spelling is chance as
// well: white space, escapes and the order of members mean nothing.
func (f *flow) call(method, target string, body map[string]any, accept string) (int, []byte) {
	f.tb.Helper()
	var reader io.Reader
	if body != nil {
		reader = strings.NewReader(f.spell(body))
	}
	req, err := http.NewRequest(method, target, reader)
	require.NoError(f.tb, err)
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", "flow/"+f.letters(3, alphanumeric))
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := f.client.Transport.RoundTrip(req)
	require.NoError(f.tb, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(f.tb, err)
	var header []string
	for _, name := range slices.Sorted(maps.Keys(resp.Header)) {
		header = append(header, fmt.Sprintf("%s: %q", name, resp.Header[name]))
	}
	seen := fmt.Sprintf("%s %s\n%s\n%s\n%d\n%s", method, target, resp.Status, strings.Join(header, "\n"), resp.ContentLength, data)
	f.exact = append(f.exact, seen)
	f.shape = append(f.shape, f.numbered(resp.Status, data))
	return resp.StatusCode, data
}

// spell writes a body as JSON in one of many ways.
func (f *flow) spell(v any) string {
	space := func() string { return []string{"", "", " ", "\n\t"}[f.values.IntN(4)] }
	switch v := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		f.values.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		var members []string
		for _, name := range names {
			members = append(members, space()+f.spell(name)+space()+":"+space()+f.spell(v[name])+space())
		}
		return "{" + strings.Join(members, ",") + "}"
	case string:
		data, err := json.Marshal(v)
		require.NoError(f.tb, err)
		text := string(data)
		if f.values.IntN(4) == 0 {
			text = strings.ReplaceAll(text, "/", `\/`)
		}
		return text
	default:
		data, err := json.Marshal(v)
		require.NoError(f.tb, err)
		return string(data)
	}
}

// numbered is an answer's value with the strings that the flow sent replaced by
// their numbers.
func (f *flow) numbered(status string, body []byte) string {
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return status + " " + string(body)
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for name := range v {
				v[name] = walk(v[name])
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case string:
			for i, s := range f.sent {
				if _, text, _ := strings.Cut(s, " "); text == v {
					return fmt.Sprintf("«%d»", i)
				}
			}
		}
		return v
	}
	out, err := json.Marshal(walk(doc))
	require.NoError(f.tb, err)
	return status + " " + string(out)
}

// learn collects the ids of webhooks in an answer.
func (f *flow) learn(list ...string) {
	for _, id := range list {
		if id != "" && !slices.Contains(f.ids, id) && !slices.Contains(f.gone, id) {
			f.ids = append(f.ids, id)
		}
	}
}

func (f *flow) forget(id string) {
	if i := slices.Index(f.ids, id); i >= 0 {
		f.ids = slices.Delete(f.ids, i, i+1)
		f.gone = append(f.gone, id)
	}
}

func (f *flow) eventTypes() []string {
	all := []string{"work_created", "work_updated", "account_created", "tag_deleted"}
	return all[f.pick(2) : 2+f.pick(3)]
}

// devrev runs random calls of DevRev's webhook operations.
func (f *flow) devrev() {
	base := webhooktest.DevRev.BaseURL()
	post := func(operation string, body map[string]any) (int, []byte) {
		return f.call(http.MethodPost, base+"/"+operation, body, "application/json")
	}
	f.learn(webhooktest.DevRevWebhookID)
	for range 4 + f.pick(12) {
		switch n := f.pick(10); {
		case n < 2:
			status, data := post("webhooks.list", map[string]any{})
			require.Equal(f.tb, 200, status)
			var answer struct{ Webhooks []vcrtest.DevRevWebhook }
			require.NoError(f.tb, json.Unmarshal(data, &answer))
			for _, w := range answer.Webhooks {
				f.learn(w.ID)
			}
		case n < 4:
			post("webhooks.get", map[string]any{"id": f.id(webhooktest.DevRevUnknownWebhookID)})
		case n < 5:
			id := f.id(webhooktest.DevRevUnknownWebhookID)
			spelling := url.QueryEscape(id)
			if f.values.IntN(2) == 0 {
				spelling = strings.ReplaceAll(strings.ToLower(spelling[:4])+spelling[4:], "%3A", ":") // half escaped
			}
			f.call(http.MethodGet, base+"/webhooks.get?id="+spelling, nil, "application/json")
			f.exact[len(f.exact)-1] = strings.Replace(f.exact[len(f.exact)-1], spelling, id, 1)
		case n < 6:
			status, data := post("webhooks.create", map[string]any{"url": f.target(), "secret": f.secret(), "event_types": f.eventTypes()})
			require.Equal(f.tb, 201, status, "%s", data)
			var answer struct{ Webhook vcrtest.DevRevWebhook }
			require.NoError(f.tb, json.Unmarshal(data, &answer))
			f.learn(answer.Webhook.ID)
		case n < 9:
			members := map[string]any{"id": f.id(webhooktest.DevRevUnknownWebhookID)}
			if f.pick(2) == 0 {
				members["secret"] = f.secret()
			}
			if f.pick(2) == 0 {
				members["url"] = f.target()
			}
			if f.pick(3) == 0 {
				members["event_types"] = map[string]any{"set": f.eventTypes()}
			}
			if f.pick(4) == 0 {
				members["action"] = []string{"activate", "deactivate"}[f.pick(2)]
			}
			if status, data := post("webhooks.update", members); status == 200 {
				var answer struct{ Webhook map[string]any }
				require.NoError(f.tb, json.Unmarshal(data, &answer))
				for _, name := range []string{"id", "secret", "url"} {
					if members[name] != nil {
						assert.Equal(f.tb, members[name], answer.Webhook[name])
					}
				}
			}
		default:
			id := f.id(webhooktest.DevRevUnknownWebhookID)
			if status, _ := post("webhooks.delete", map[string]any{"id": id}); status == 200 {
				f.forget(id)
			}
		}
	}
}

// dvelop runs random calls of d.velop's webhook operations.
func (f *flow) dvelop() {
	accept := func() string { return []string{"application/json", "application/hal+json"}[f.pick(2)] }
	f.learn(webhooktest.DVelopWebhookID)
	webhook := func() map[string]any {
		members := map[string]any{"description": f.text(), "uri": f.target(), "handleResponse": []string{"NONE", "STATUS"}[f.pick(2)], "enabled": f.pick(2) == 0, "timeout": f.pick(600)}
		switch f.pick(3) {
		case 0:
			members["apiKey"] = f.key()
		case 1:
			members["apiKey"] = nil
		}
		return members
	}
	for range 4 + f.pick(12) {
		switch n := f.pick(10); {
		case n < 1:
			f.call(http.MethodGet, vcrtest.DVelopURL(), nil, accept())
		case n < 3:
			status, data := f.call(http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID), nil, accept())
			require.Equal(f.tb, 200, status)
			var event struct {
				Embedded struct{ Webhooks []vcrtest.DVelopWebhook } `json:"_embedded"`
			}
			require.NoError(f.tb, json.Unmarshal(data, &event))
			for _, w := range event.Embedded.Webhooks {
				f.learn(w.ID)
			}
		case n < 5:
			f.call(http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID, f.id(webhooktest.DVelopUnknownWebhookID)), nil, accept())
		case n < 6:
			status, _ := f.call(http.MethodPost, vcrtest.DVelopURL(webhooktest.DVelopEventID), webhook(), accept())
			require.Equal(f.tb, 201, status)
		case n < 9:
			target, members := vcrtest.DVelopURL(webhooktest.DVelopEventID, f.id(webhooktest.DVelopUnknownWebhookID)), webhook()
			if status, _ := f.call(http.MethodPut, target, members, accept()); status == 200 {
				_, data := f.call(http.MethodGet, target, nil, accept())
				var answer map[string]any
				require.NoError(f.tb, json.Unmarshal(data, &answer))
				for _, name := range []string{"apiKey", "description", "uri", "handleResponse"} {
					assert.Equal(f.tb, members[name], answer[name])
				}
			}
		default:
			id := f.id(webhooktest.DVelopUnknownWebhookID)
			if status, _ := f.call(http.MethodDelete, vcrtest.DVelopURL(webhooktest.DVelopEventID, id), nil, accept()); status == 204 {
				f.forget(id)
			}
		}
	}
}

// placeholderLike are values that look like placeholders: they may stay.
var placeholderLike = regexp.MustCompile(`^(https://example\.com/url-|text )[0-9]+$`)

// Random flows of all operations, with random values: what the test saw while it
// recorded is what it sees when it replays, to the byte and exchange by exchange;
// with other values in the same places it sees those.
func TestRecording_randomFlows(t *testing.T) {
	for _, vendor := range []struct {
		name   string
		p      webhooktest.Provider
		run    func(*flow)
		tenant func(*testing.T) vcrtest.Environment
	}{
		{"DevRev", webhooktest.DevRev.With(webhooktest.Varies("/secret", "/url")), (*flow).devrev, func(t *testing.T) vcrtest.Environment { return vcrtest.DevRevTenant(t, &simulator.DevRev{}) }},
		{"d.velop", webhooktest.DVelop.With(webhooktest.Varies("/apiKey", "/uri", "/description")), (*flow).dvelop, func(t *testing.T) vcrtest.Environment { return vcrtest.DVelopTenant(t, &simulator.DVelop{}) }},
	} {
		t.Run(vendor.name, func(t *testing.T) {
			exchanges, values := 0, 0
			for range flowCount {
				seed := flowSeed.Add(1)
				salt, other := seed+1<<40, seed+1<<41
				file := vcrtest.CassettePath(t)
				env := vendor.tenant(t)
				var live, again, changed *flow
				run := func(into **flow, salt uint64) func(tb testing.TB, client *http.Client) {
					return func(tb testing.TB, client *http.Client) {
						*into = newFlow(tb, client, seed, salt)
						vendor.run(*into)
					}
				}
				w := env.Record(t, vendor.p, file, run(&live, salt))
				require.False(t, w.Failed(), "seed %d, salt %d: %s", seed, salt, w.Said())
				w = vcrtest.Replayed(t, vendor.p, file, run(&again, salt))
				require.False(t, w.Failed(), "seed %d, salt %d: %s", seed, salt, w.Said())
				require.Equal(t, live.exact, again.exact, "seed %d, salt %d", seed, salt)
				w = vcrtest.Replayed(t, vendor.p, file, run(&changed, other))
				require.False(t, w.Failed(), "seed %d, salts %d and %d: %s", seed, salt, other, w.Said())
				require.Equal(t, live.shape, changed.shape, "seed %d, salts %d and %d", seed, salt, other)
				text := vcrtest.Stored(t, file)
				for _, s := range live.sent {
					if kind, value, _ := strings.Cut(s, " "); len(value) > 7 && !placeholderLike.MatchString(value) {
						assert.NotContains(t, text, value, "a %s that was sent; seed %d, salt %d", kind, seed, salt)
					}
				}
				exchanges += len(live.exact)
				values += len(live.sent)
			}
			t.Logf("%d flows of %s: %d exchanges with %d values of the test's own, recorded, replayed, and replayed with other values: the same was seen", flowCount, vendor.name, exchanges, values)
		})
	}
}
