package record_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"log"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// entities spells a text with an HTML entity for each byte, in decimal or in
// hexadecimal.
func entities(text, format string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// spelt are the spellings in which a server may hand a value on.
func spelt(value string) map[string]any {
	inner, _ := json.Marshal(map[string]string{"value": value})
	twice, _ := json.Marshal(map[string]string{"inner": string(inner)})
	members := map[string]any{
		"html": html.EscapeString("<a href=\"" + value + "\">"), "entities": entities(value, "&#%d;"), "hex_entities": entities(value, "&#x%x;"), "HEX": entities(value, "&#X%02X;"),
		"percent": url.QueryEscape(value), "percent_twice": url.QueryEscape(url.QueryEscape(value)), "every_byte": entities(value, "%%%02x"),
		"json": string(inner), "json_twice": string(twice), "json_escaped": entities(value, `\u%04x`), "query": "?a=1&v=" + url.QueryEscape(value) + "#v",
		"cookie": "sid=" + value + "; Path=/", "basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+value)), "header": "Authorization: Bearer " + value,
		"inside": "before" + value + "after", "lines": "one\n" + value + "\r\ntwo", "quoted": fmt.Sprintf("%q", value),
	}
	for name, e := range map[string]*base64.Encoding{"std": base64.StdEncoding, "url": base64.URLEncoding, "rawstd": base64.RawStdEncoding, "rawurl": base64.RawURLEncoding} {
		for shift := range 3 {
			members[fmt.Sprintf("%s_%c", name, 'a'+shift)] = e.EncodeToString([]byte(strings.Repeat(">", shift) + value + "??"))
		}
	}
	return members
}

// inUTF16 writes a text as UTF-16, in which no search for bytes finds it.
func inUTF16(text string) string {
	b := "\xff\xfe"
	for _, u := range utf16.Encode([]rune(text)) {
		b += string([]byte{byte(u), byte(u >> 8)})
	}
	return b
}

// chunked is an answer in chunks of n bytes, cut off when whole is false.
func chunked(status, header, body string, n int, whole bool) string {
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + status + "\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n" + header + "\r\n")
	for len(body) > 0 {
		part := body[:min(n, len(body))]
		body = body[len(part):]
		if !whole && len(body) == 0 {
			part = part[:len(part)-1]
			fmt.Fprintf(&b, "%x\r\n%s", len(part)+1, part)
			return b.String()
		}
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
	}
	return b.String() + "0\r\nX-Sum: " + header + "\r\n"
}

// spellings are answers that show the tenant's token, the webhook's secret and
// other values in every spelling and through every part of an answer.
func (p *plants) spellings(id, token string) []hostile {
	webhook := func(more map[string]any) map[string]any {
		w := p.devrevWebhook(id, false)
		maps.Copy(w, more)
		return map[string]any{"webhook": w}
	}
	text := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(data)
	}
	contentType := "Content-Type: application/json\r\n"
	var all []hostile
	for _, value := range []string{token, p.token(), p.secret(), p.key(), p.mail(), p.guid(), p.jwt(), p.don("devu"), p.name(), p.host()} {
		all = append(all,
			hostile{name: "spelt " + value, sound: true, status: 200, body: webhook(spelt(value))},
			hostile{name: "spelt in an error", status: 404, body: map[string]any{"type": "not_found", "message": text(spelt(value)), "detail": "not found: " + value}},
			hostile{name: "spelt beside", sound: true, status: 200, body: map[string]any{"webhook": p.devrevWebhook(id, false), "debug": spelt(value), value: value}},
		)
	}
	long := p.token()
	prefixes := map[string]any{"a": long, "b": long + p.letters(4, alphanumeric), "c": long[:20], "d": []any{long[:28], long + "-" + long}}
	name := p.name()
	names := p.devrevWebhook(id, false)
	names["created_by"].(map[string]any)["full_name"], names["created_by"].(map[string]any)["display_name"] = name, name+" "+p.name()
	names["modified_by"].(map[string]any)["full_name"], names["note"] = strings.Fields(name)[0]+"a", name+"s "+name+"-"+p.name()
	jwt, mail := p.jwt(), p.mail()
	return append(all,
		hostile{name: "prefixes of each other", sound: true, status: 200, body: webhook(prefixes)},
		hostile{name: "names that are prefixes", sound: true, status: 200, body: map[string]any{"webhook": names}},
		hostile{name: "odd headers", sound: true, status: 200, body: webhook(nil), header: http.Header{
			"SET-cookie": {"sid=" + jwt, "id_token=" + p.jwt() + "; Secure"}, "WWW-AUTHENTICATE": {`Bearer token="` + p.token() + `"`, "Basic " + base64.StdEncoding.EncodeToString([]byte(mail+":"+token))},
			"eTAG": {`W/"` + p.guid() + `"`}, "lOCATION": {p.url() + "?t=" + url.QueryEscape(token)}, "retry-AFTER": {mail}, "x-RATELIMIT-limit": {p.digits()}, "AUTHORIZATION": {"Bearer " + token},
			"content-TYPE": {`application/json; charset="` + p.token() + `"`}, "x-" + p.token(): {"1"}, "Refresh": {"0; url=" + p.url()}, "Cf-Ray": {p.guid()},
		}},
		hostile{name: "chunks", sound: true, raw: chunked("200 OK", contentType+"X-Trace: "+p.token()+"\r\n", text(webhook(p.everything())), 7, true)},
		hostile{name: "chunks cut off", raw: chunked("200 OK", contentType, text(webhook(p.everything())), 11, false)},
		hostile{name: "gzip cut off", raw: func() string {
			body := encoded("gzip", text(webhook(p.everything())))
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n%sContent-Length: %d\r\n\r\n%s", contentType, len(body), body[:len(body)/2])
		}()},
		hostile{name: "gzip that is broken", raw: func() string {
			body := encoded("gzip", text(webhook(p.everything())))
			body = body[:len(body)/2] + p.token() + body[len(body)/2:]
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n%sContent-Length: %d\r\n\r\n%s", contentType, len(body), body)
		}()},
		hostile{name: "gzip twice", status: 200, header: http.Header{"Content-Encoding": {"gzip, gzip"}}, body: encoded("gzip", encoded("gzip", text(webhook(p.everything()))))},
		hostile{name: "deflate that is none", status: 200, header: http.Header{"Content-Encoding": {"deflate"}}, body: p.text()},
		hostile{name: "an early hint", sound: true, raw: "HTTP/1.1 103 Early Hints\r\nLink: <" + p.url() + ">\r\nX-Token: " + p.token() + "\r\n\r\n" + chunked("200 OK", contentType, text(webhook(nil)), 4000, true)},
		hostile{name: "XML", status: 200, header: http.Header{"Content-Type": {"application/xml"}}, body: "<webhook><secret>" + p.secret() + "</secret><by>" + html.EscapeString(p.text()) + entities(token, "&#%d;") + "</by></webhook>"},
		hostile{name: "CSV", status: 500, header: http.Header{"Content-Type": {"text/csv"}}, body: p.mail() + ";" + p.phone() + ";" + token + "\r\n" + p.name() + ";" + p.guid() + "\r\n"},
		hostile{name: "a form", status: 200, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, body: "secret=" + url.QueryEscape(p.secret()) + "&mail=" + url.QueryEscape(p.mail())},
		hostile{name: "lines of JSON", status: 200, header: http.Header{"Content-Type": {"application/x-ndjson"}}, body: text(webhook(nil)) + "\n" + text(p.everything()) + "\n"},
		hostile{name: "binary", status: 200, header: http.Header{"Content-Type": {"application/octet-stream"}}, body: "\x00\x01\xff" + p.token() + "\x00" + p.mail()},
		hostile{name: "UTF-16", status: 200, body: inUTF16(text(webhook(p.everything())))},
		hostile{name: "a callback", status: 200, header: http.Header{"Content-Type": {"application/javascript"}}, body: "cb(" + text(webhook(p.everything())) + ")"},
	)
}

// syncBuffer collects what goroutines write.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// Values in every spelling, through every part of an answer, chunked, compressed
// and cut off: none is found afterwards.
func TestGate_leaks(t *testing.T) {
	h := newHostileTenant(t, 21)
	var logged syncBuffer // net/http writes there what it finds on a connection
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	get := h.requests()[0]
	for i, answer := range h.spellings(h.env["DEVREV_WEBHOOK_ID"], h.env["DEVREV_TOKEN"]) {
		for _, p := range []webhooktest.Provider{webhooktest.DevRev, webhooktest.DevRev.With(webhooktest.AcceptDrift())} {
			h.next.Store(answer)
			file := filepath.Join(h.dir, fmt.Sprintf("%d.yaml", i))
			w := h.env.Record(t, p, file, func(tb testing.TB, client *http.Client) {
				h.play(tb, client, get)
				// A test that fails for another reason keeps what it has recorded.
				if i%3 == 0 && !answer.sound {
					tb.Errorf("the code under test holds %v", client)
				}
			})
			h.seen.WriteString(w.Said() + "\n")
			if answer.sound {
				require.FileExists(t, file, "%s: %s", answer.name, w.Said())
				again := vcrtest.Replayed(t, p, file, func(tb testing.TB, client *http.Client) { h.play(tb, client, get) })
				require.False(t, again.Failed(), "%s: %s", answer.name, again.Said())
			}
		}
	}
	found := h.find(t, "what was reported and seen", h.seen.String()) + h.find(t, "the log", logged.String())
	files := vcrtest.FilesBelow(t, h.dir)
	for _, name := range files {
		found += h.find(t, name, vcrtest.Stored(t, filepath.Join(h.dir, name)))
	}
	t.Logf("planted %d, found %d, in %d files and %d bytes of messages and answers", h.count(), found, len(files), h.seen.Len())
	assert.Zero(t, found)
	assert.Greater(t, h.count(), 500)
}

// Values too short or too common to be searched for are replaced where the
// contract says what they are, and nowhere else.
func TestGate_shortAndCommonValues(t *testing.T) {
	env := answering(t, `200 {"webhook":{"id":"`+realWebhookID+`","display_id":"W","secret":"QUJDREVGR0g=","status":"active","url":"/","event_types":["work_created"],`+
		`"created_by":{"type":"rev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:revu/1","display_name":"active","full_name":"Ǽ","email":"ǽ@b.example","external_ref":"work_created","state":"active",`+
		`"rev_org":{"type":"rev_org","id":"don:identity:dvrv-us-1:devo/2kQx9:revo/11","display_name":"rev_org"}},`+
		`"modified_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:devu/1","display_name":"Ǽǽ","full_name":"webhook","email":"x@y.example","state":"shadow"},`+
		`"nick":"Ǽ","initials":["Ǽǽ","ǽ"],"kind":"webhook"}}`)
	file := vcrtest.CassettePath(t)
	var body string
	vcrtest.RequireClean(t, env.Record(t, webhooktest.DevRev, file, func(tb testing.TB, client *http.Client) {
		_, data := (&vcrtest.Caller{TB: tb, HTTP: client}).Call(http.MethodPost, devrevGetURL, map[string]any{"id": webhooktest.DevRevWebhookID})
		body = string(data)
	}))
	assert.JSONEq(t, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id","display_id":"display-1","secret":"cGxhY2Vob2xkZXItMQ==","status":"active","url":"/url-1","event_types":["work_created"],
		"created_by":{"type":"rev_user","id":"don:identity:dvrv-us-1:devo/example:revu/revu-1","display_name":"name-1","full_name":"name-2","email":"user-1@example.com","external_ref":"opaque-1","state":"active",
			"rev_org":{"type":"rev_org","id":"don:identity:dvrv-us-1:devo/example:revo/revo-1","display_name":"name-3"}},
		"modified_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/example:devu/user-1","display_name":"name-4","full_name":"name-5","email":"user-2@example.com","state":"shadow"},
		"nick":"undocumented-4","initials":["undocumented-1","undocumented-2"],"kind":"undocumented-3"}}`, body)
	for _, spelling := range []string{"Ǽ", "ǽ", `\u01FC`, `\u01fc`, "%C7", "2kQx9"} {
		assert.NotContains(t, vcrtest.Stored(t, file), spelling)
	}
}

// A tenant that cannot be reached is not named either, whichever error of the
// network a caller asks for; what kind of error it is stays to be seen.
func TestGate_networkErrors(t *testing.T) {
	h := newHostileTenant(t, 22)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	h.env["DEVREV_BASE_URL"] = "http://" + h.add("address", closed.Addr().String(), closed.Addr().String())
	w := h.env.Record(t, webhooktest.DevRev, vcrtest.CassettePath(t), func(tb testing.TB, client *http.Client) {
		_, err := client.Transport.RoundTrip(vcrtest.GetWebhook(tb, webhooktest.DevRevWebhookID))
		require.ErrorIs(tb, err, syscall.ECONNREFUSED)
		var op *net.OpError
		require.ErrorAs(tb, err, &op)
		assert.Equal(tb, "dial", op.Op)
		var network net.Error
		require.ErrorAs(tb, err, &network)
		assert.False(tb, network.Timeout())
		h.print(client, err)
	})
	require.Len(t, w.Errors(), 1)
	assert.Contains(t, w.Errors()[0], "failed: dial tcp $DEVREV_BASE_URL: connect: connection refused")
	assert.Contains(t, h.seen.String(), "connection refused")
	assert.Zero(t, h.find(t, "what was reported and seen", h.seen.String()+w.Said()))
}
