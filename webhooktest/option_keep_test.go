package webhooktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// keptTenant answers webhooks.get with a webhook and more members.
func keptTenant(t *testing.T, more string) environment {
	return devrevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N",`+more+`}}`)
	}))
}

func askOnce(tb testing.TB, client *http.Client) {
	if resp, err := client.Do(newGet(tb, strings.NewReader(getBody))); err == nil {
		resp.Body.Close()
	}
}

const soundRest = `"secret":"UExBTlRFRHNlY3JldA==","status":"active","url":"https://hooks.acme-corp.example/in"`

// The key of a webhook stays in no text, in none of its spellings, whatever Keep
// names.
func TestKeep_keyInATextThatIsKept(t *testing.T) {
	const key = "sEcReT-9f8e7d6c5b4a"
	secret := base64.StdEncoding.EncodeToString([]byte(key))
	for name, spelling := range map[string]string{
		"base64": secret, "text": key, "hex": hex.EncodeToString([]byte(key)), "in base64 of more": base64.StdEncoding.EncodeToString([]byte(key + "x")),
		"inside": "hmac " + key + "!", "without padding": base64.RawStdEncoding.EncodeToString([]byte(key)),
	} {
		t.Run(name, func(t *testing.T) {
			file := cassettePath(t)
			tenant := keptTenant(t, `"secret":"`+secret+`","status":"active","url":"https://hooks.acme-corp.example/in","display_id":"`+spelling+`"`)
			w := tenant.record(t, webhooktest.DevRev.With(webhooktest.Keep("/webhook/display_id")), file, askOnce)
			for _, text := range append(filesOf(t, filepath.Dir(file)), w.Said()) {
				assert.NotContains(t, text, spelling)
				assert.NotContains(t, text, key)
			}
		})
	}
}

// A header that Keep names stays when the examination lets its value pass, with
// placeholders for what the table knows; what else is dropped is logged once.
func TestKeep_headers(t *testing.T) {
	const id = "don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N"
	record := func(keep ...string) (*tbtest.TB, string) {
		file := cassettePath(t)
		tenant := devrevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{
				"Content-Type": "application/json", "ETag": `W/"33a64df5"`, "Link": "</next?of=" + id + ">; rel=next", "X-Request-Id": "AKIA3QZ7XKPL2MWN5RTV", "X-Acme-Corp": "1",
			} {
				w.Header().Set(name, value)
			}
			_, _ = io.WriteString(w, `{"webhook":{"id":"`+id+`",`+soundRest+`}}`)
		}))
		p := webhooktest.DevRev
		if len(keep) > 0 {
			p = p.With(webhooktest.Keep(keep...))
		}
		w := tenant.record(t, p, file, func(tb testing.TB, client *http.Client) { askOnce(tb, client); askOnce(tb, client) })
		return w, strings.Join(filesOf(t, filepath.Dir(file)), "")
	}
	w, text := record()
	require.Empty(t, w.Failures())
	assert.NotContains(t, text, "Etag")
	assert.Equal(t, 1, strings.Count(w.Said(), `a replay will lack the header Etag, the header Link, the header X-Request-Id, 1 other header; Keep("header NAME") lets a header stay`), w.Said())
	assert.NotContains(t, w.Said(), "Acme")

	w, text = record("header etag", "header Link")
	require.Empty(t, w.Failures())
	assert.Contains(t, text, `W/"33a64df5"`)
	assert.Contains(t, text, "</next?of="+webhooktest.DevRevWebhookID+">; rel=next")
	assert.NotContains(t, text, "11FVC3ScK")
	assert.Contains(t, w.Said(), "a replay will lack the header X-Request-Id, 1 other header;")

	w, text = record("header X-Request-Id")
	assert.Contains(t, w.Failures(), "the header X-Request-Id of the answer")
	assert.NotContains(t, text+w.Said(), "AKIA")

	for place, why := range map[string]string{
		"header Set-Cookie": "may hold a credential", "header X-Auth-Token": "may hold a credential", "header Content-Type": "is recorded as it is",
		"header Connection": "speaks of one connection", "header": "that is no JSON pointer", "header ": "that is no name of a header",
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.Keep(place)), "testdata/lookup.yaml")
		})
		assert.Contains(t, w.Failures(), why, place)
	}
}

func filesOf(t *testing.T, dir string) (texts []string) {
	t.Helper()
	for _, name := range filesBelow(t, dir) {
		texts = append(texts, stored(t, filepath.Join(dir, name)))
	}
	return texts
}

// What a wide pointer of Keep covers without naming it: each position that holds
// something else than the contract lets stay there.
func TestKeep_whatAWidePointerCovers(t *testing.T) {
	const planted = "Karla Q. Meierhold"
	for place, more := range map[string]string{
		"an enumerated member":               soundRest + `,"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/11FVC3ScK:devu/7","display_id":"DEVU-7","state":"` + planted + `"}`,
		"an enumerated member that is a tag": soundRest + `,"created_by":{"type":"` + planted + `","id":"don:identity:dvrv-us-1:devo/11FVC3ScK:devu/7"}`,
		"an event type":                      soundRest + `,"event_types":["` + planted + `"]`,
		"headers of another shape":           soundRest + `,"headers":["` + planted + `"]`,
		"headers that are a text":            soundRest + `,"headers":"` + planted + `"`,
		"a secret of another shape":          `"secret":["` + planted + `"],"status":"active","url":"https://hooks.acme-corp.example/in"`,
		"a date":                             soundRest + `,"created_date":"` + planted + `"`,
		"an undocumented member":             soundRest + `,"extra":{"password":"` + planted + `"}`,
	} {
		for _, keep := range []string{"/webhook", "/*", "/*/*", "/webhook/*", "/*/*/*"} {
			file := cassettePath(t)
			w := keptTenant(t, more).record(t, webhooktest.DevRev.With(webhooktest.Keep(keep), webhooktest.AcceptDrift()), file, askOnce)
			for _, text := range append(filesOf(t, filepath.Dir(file)), w.Said()) {
				assert.NotContains(t, text, planted, "%s, Keep(%q)", place, keep)
			}
		}
	}
	// A name of digits may be somebody's, and "*" means elements of arrays too.
	for _, keep := range []string{"/webhook/*", "/*/*"} {
		file := cassettePath(t)
		w := keptTenant(t, soundRest+`,"49301234567":1,"":2`).record(t, webhooktest.DevRev.With(webhooktest.Keep(keep)), file, askOnce)
		requireClean(t, w)
		assert.NotContains(t, stored(t, file)+w.Said(), "49301234567", keep)
	}
}

// Options that name what they have no effect on.
func TestOption_whatHasNoEffect(t *testing.T) {
	environment{}.set(t)
	for want, p := range map[string]webhooktest.Provider{
		`Varies("/event_types/*"): that is a member with documented values, which are compared`: webhooktest.DevRev.With(webhooktest.Varies("/event_types/*")),
		`Varies("/action"): that is a member with documented values, which are compared`:        webhooktest.DevRev.With(webhooktest.Varies("/action")),
		`Redact("/event_types/set/*"): no body that DevRev documents has a member`:              webhooktest.DevRev.With(webhooktest.Redact("/event_types/set/*")),
		`Seed("active", "MY_SEED"): the placeholder is a word of DevRev's contract`:             webhooktest.DevRev.With(webhooktest.Seed("active", "MY_SEED")),
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, p, filepath.Join("testdata", "missing.yaml"))
		})
		assert.Contains(t, w.Failures(), want)
	}
}

// One value sent as a secret and as a header's value has one placeholder, so that
// the cassette matches itself.
func TestVaries_oneValueOfTwoKinds(t *testing.T) {
	file := cassettePath(t)
	p := webhooktest.DevRev.With(webhooktest.Varies("/secret", "/headers/*/value"))
	flow := func(value string) func(testing.TB, *http.Client) {
		return func(tb testing.TB, c *http.Client) {
			if resp, err := c.Post(webhooktest.DevRev.BaseURL()+"/webhooks.create", "application/json",
				strings.NewReader(`{"url":"https://example.com/hook","secret":"`+value+`","headers":[{"name":"X-Key","value":"`+value+`"}]}`)); err == nil {
				resp.Body.Close()
			}
		}
	}
	requireClean(t, devrevTenant(t, &simulator.DevRev{}).record(t, p, file, flow("MDEyMzQ1Njc4OWFiY2RlZg==")))
	requireClean(t, replayed(t, p, file, flow("ZmVkY2JhOTg3NjU0MzIxMA==")))
	assert.NoError(t, matchtest.Check(webhooktest.DevRev, file, nil))
}

// An id of the environment's is the placeholder to the letter, however the
// environment and the tenant write it.
func TestOpen_upperCaseID(t *testing.T) {
	const id = "8D2E6B1F-4C3A-4E5D-9F60-ABCDEF012345"
	for _, variable := range []string{id, strings.ToLower(id)} {
		env := environment{"DVELOP_TOKEN": realToken, "DVELOP_REPOSITORY_ID": "4b8f9c1e-7d2a-4e63-9a5b-c0d1f2e3a4b6", "DVELOP_EVENT_ID": "postimport", "DVELOP_WEBHOOK_ID": variable}
		env["DVELOP_BASE_URL"] = loopback(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"id":"`+variable+`"}`)
		}))
		requireClean(t, env.record(t, webhooktest.DVelop, cassettePath(t), func(tb testing.TB, c *http.Client) {
			status, data := (&caller{tb: tb, http: c}).call(http.MethodGet, dvelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), nil)
			require.Equal(tb, 200, status)
			assert.Contains(tb, string(data), `"`+webhooktest.DVelopWebhookID+`"`)
		}))
	}
}
