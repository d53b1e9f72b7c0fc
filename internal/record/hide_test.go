package record_test

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

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Keep lets no credential into a cassette, however wide its pointer, and what
// the contract marks as sensitive only by its own pointer.
func TestKeep_neverACredential(t *testing.T) {
	const secret, hook = "UExBTlRFRHNlY3JldA==", "https://hooks.acme-corp.example/in"
	tenant := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","secret":"`+secret+`","status":"active","url":"`+hook+`","note":"kept"}}`)
	}))
	for _, test := range []struct {
		pointer string
		url     bool
	}{{"/webhook", false}, {"/webhook/url", true}, {"/*/*", false}, {"/webhook/note", false}} {
		file := vcrtest.CassettePath(t)
		p := webhooktest.DevRev.With(webhooktest.Keep(test.pointer))
		w := tenant.Record(t, p, file, func(tb testing.TB, client *http.Client) {
			resp, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
			require.NoError(tb, err)
			resp.Body.Close()
		})
		require.False(t, w.Failed(), "%s: %v", test.pointer, w.Errors())
		text := vcrtest.Stored(t, file)
		assert.NotContains(t, text, secret, test.pointer)
		assert.NotContains(t, text, "11FVC3ScK", test.pointer)
		assert.Equal(t, test.url, strings.Contains(text, hook), test.pointer)
		assert.Equal(t, test.pointer == "/webhook/note", strings.Contains(text, `"note": "kept"`), test.pointer)
	}
}

// A tenant's people may be called whatever the file format and HTTP are made of:
// their recordings are sound, and hold a placeholder for the name.
func TestHide_namesThatAreWordsOfTheFormat(t *testing.T) {
	names := []string{
		"application", "recorded", "duration", "host", "interactions", "version", "request", "response", "headers", "method", "status",
		"content_length", "transfer_encoding", "trailer", "remote_addr", "request_uri", "proto", "proto_major", "form", "body", "code", "uncompressed",
		"webhooktest", "provider", "scenario", "source", "simulated", "live", "accepted", "devrev", "Content-Type", "Accept", "Retry-After",
		"application/json", "charset", "utf-8", "HTTP/1.1", "POST", "https", "api.devrev.ai", "webhooks.get", "true", "false", "null", "example",
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			file := vcrtest.CassettePath(t)
			env := answering(t, webhookWith(`,"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:devu/7","display_name":"`+name+`","full_name":"`+name+` Lindqvist","display_id":"DEVU-7","state":"active"}`))
			vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, getTimes(1)))
			assert.NotContains(t, vcrtest.Stored(t, file), "Lindqvist")
		})
	}
}

// keptTenant answers webhooks.get with a webhook and more members.
func keptTenant(t *testing.T, more string) vcrtest.Environment {
	return vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N",`+more+`}}`)
	}))
}

func askOnce(tb testing.TB, client *http.Client) {
	if resp, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID)); err == nil {
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
			file := vcrtest.CassettePath(t)
			tenant := keptTenant(t, `"secret":"`+secret+`","status":"active","url":"https://hooks.acme-corp.example/in","display_id":"`+spelling+`"`)
			w := tenant.Record(t, webhooktest.DevRev.With(webhooktest.Keep("/webhook/display_id")), file, askOnce)
			for _, text := range append(filesOf(t, filepath.Dir(file)), w.Said()) {
				assert.NotContains(t, text, spelling)
				assert.NotContains(t, text, key)
			}
		})
	}
}

func filesOf(t *testing.T, dir string) (texts []string) {
	t.Helper()
	for _, name := range vcrtest.FilesBelow(t, dir) {
		texts = append(texts, vcrtest.Stored(t, filepath.Join(dir, name)))
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
			file := vcrtest.CassettePath(t)
			w := keptTenant(t, more).Record(t, webhooktest.DevRev.With(webhooktest.Keep(keep), webhooktest.AcceptDrift()), file, askOnce)
			for _, text := range append(filesOf(t, filepath.Dir(file)), w.Said()) {
				assert.NotContains(t, text, planted, "%s, Keep(%q)", place, keep)
			}
		}
	}
	// A name of digits may be somebody's, and "*" means elements of arrays too.
	for _, keep := range []string{"/webhook/*", "/*/*"} {
		file := vcrtest.CassettePath(t)
		w := keptTenant(t, soundRest+`,"49301234567":1,"":2`).Record(t, webhooktest.DevRev.With(webhooktest.Keep(keep)), file, askOnce)
		vcrtest.RequireClean(t, w)
		assert.NotContains(t, vcrtest.Stored(t, file)+w.Said(), "49301234567", keep)
	}
}

// A narrow Redact holds below a wide Keep, and a narrow Keep below a wide Redact.
func TestRedact_andKeep(t *testing.T) {
	for _, test := range []struct {
		redact, keep string
		kept         bool
	}{{"/webhook/note", "/webhook/*", false}, {"/webhook", "/webhook/note", true}, {"/webhook/url", "/webhook/note", true}} {
		file := vcrtest.CassettePath(t)
		tenant := vcrtest.DevRevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","secret":"UExBTlRFRHNlY3JldA==","status":"active","url":"https://hooks.acme.example/in","note":"Noted 7"}}`)
		}))
		w := tenant.Record(t, webhooktest.DevRev.With(webhooktest.Redact(test.redact), webhooktest.Keep(test.keep), webhooktest.AcceptDrift()), file, func(tb testing.TB, client *http.Client) {
			resp, err := client.Do(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
			require.NoError(tb, err)
			resp.Body.Close()
		})
		require.False(t, w.Failed(), w.Said())
		assert.Equal(t, test.kept, strings.Contains(vcrtest.Stored(t, file), "Noted 7"), "Redact(%q), Keep(%q)", test.redact, test.keep)
	}
}
