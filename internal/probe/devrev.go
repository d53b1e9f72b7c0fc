package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

const (
	devrevGuide  = `DevRev guide, page "Webhooks"`
	devrevAPI    = `DevRev OpenAPI document, operation webhooks-event`
	devrevBoth   = devrevGuide + "; OpenAPI operation webhooks-event"
	devrevHeader = "X-Devrev-Signature"
	created      = "work_created"
)

// nextSecret is what a receiver's secret is changed to.
var nextSecret = base64.StdEncoding.EncodeToString([]byte("the next secret"))

func devrevProbes() []Probe {
	return slices.Concat(devrevVerifyProbes(), devrevSignatureProbes(), devrevTimeProbes(), devrevFormProbes())
}

func devrevVerifyProbes() []Probe {
	return []Probe{
		{ID: "devrev/N01", Level: Must, Gate: true,
			Sent: "a signed, fresh work_created", Expected: "an answer of HTTP, whatever it is",
			Why: "where none comes, nothing else can be asked", Source: "practice",
			ask: func(t *Trial) { t.heard(t.deliver(t.event())) }},
		{ID: "devrev/M02", Level: Should, Gate: true,
			Sent: "a POST to the registered URL", Expected: "no redirect",
			Why: "senders do not follow redirects of a POST", Source: "Standard Webhooks",
			ask: (*Trial).direct},
		{ID: "devrev/S01", Level: Must, Gate: true,
			Sent: "a signed, fresh work_created", Expected: "200, and one effect if the receiver shows its effects",
			Why: "a receiver that refuses what DevRev sends gets no event at all", Source: devrevBoth,
			ask: devrevValid},
		{ID: "devrev/V01", Level: Must, Gate: true,
			Sent: "a signed verify request", Expected: `200, application/json, {"challenge": the same string}`,
			Why: "a webhook whose challenge is not echoed never becomes active", Source: devrevBoth,
			ask: func(t *Trial) { t.verify(plain) }},
		{ID: "devrev/V02", Level: Must,
			Sent: "challenges with +, / and =, and one of 200 characters", Expected: "the same string",
			Why: "challenges are base64, whose signs a form or a URL changes", Source: devrevAPI,
			ask: func(t *Trial) {
				t.verify("+/+/+/+/Zm9vYmE=")
				t.verify("++//ab==")
				t.verify(strings.Repeat("Zm9v", 50))
			}},
		{ID: "devrev/V03", Level: Should,
			Sent: "a challenge of 37 characters, which is no base64", Expected: "the same string",
			Why: "the guide's own sample is none; decoding it into bytes breaks", Source: devrevGuide,
			ask: func(t *Trial) { t.verify("Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0e") }},
		{ID: "devrev/V04", Level: Should,
			Sent: "a challenge with quotes, a backslash, markup, a control character and letters outside of ASCII", Expected: "the same string after decoding, not as text/html",
			Why: "JSON made by hand breaks on it, and a browser would run it", Source: "NotNotQuinn/go-websub#9; fbsamples/messenger-platform-samples#181",
			ask: func(t *Trial) { t.verify(`a"b\c<script>alert(1)</script>é😀` + "\x01") }},
		{ID: "devrev/V06", Level: Should,
			Sent: "a verify request with a wrong signature", Expected: "no 2xx, and no echo",
			Why: "the signature is always sent, so a request without it is not DevRev's", Source: devrevGuide + "; openclaw/openclaw#58169 for the other view",
			skip: func(t *Trial) (string, bool) { return "UnsignedVerify allows it", t.UnsignedVerify },
			ask: func(t *Trial) {
				m := t.message("verify")
				m.Payload = map[string]any{"challenge": "Zm9yZ2Vk"}
				if a := t.send(t.forged(m)); a.Err == nil && (a.Status/100 == 2 || strings.Contains(string(a.Body), "Zm9yZ2Vk")) {
					t.fail("no 2xx, and no echo", "%s", got(a))
				}
			}},
		{ID: "devrev/V07", Level: Must,
			Sent: "an unsigned work_created that also carries verify.challenge", Expected: "401, 400 or 403, and no effect",
			Why: "a receiver that skips the signature for challenges can be told anything", Source: "a public receiver of DevRev's events",
			ask: func(t *Trial) {
				m := t.event()
				r := t.changed(m, func(envelope map[string]any) { envelope["verify"] = map[string]any{"challenge": "Zm9yZ2Vk"} })
				t.refused(t.send(r.with(devrevHeader)))
				t.applied(m.ID, 0)
			}},
		{ID: "devrev/V08", Level: Must,
			Sent: "an ordinary event", Expected: "an answer without a challenge",
			Why: "the member is documented for verify requests alone", Source: devrevAPI,
			ask: func(t *Trial) {
				var answer map[string]any
				if a := t.deliver(t.event()); json.Unmarshal(a.Body, &answer) == nil && answer["challenge"] != nil {
					t.fail("no challenge", "%s", got(a))
				}
			}},
		{ID: "devrev/Z01", Level: Must, Clock: true, ClockGate: true, Needs: []Hook{InProcess},
			Sent: "a verify request, two events, a forged, a stale and a malformed one, and a GET", Expected: "no goroutine that stays when the receiver is cleaned up, and no write after the answer",
			Why: "what is never stopped keeps memory, and acts when nobody expects it", Source: "practice",
			ask: func(t *Trial) {
				for _, event := range []string{"verify", created, created} {
					t.deliver(t.message(event)) // the gates judge the answers
				}
				m, get := t.sample()
				t.send(t.forged(m))
				get.Method = http.MethodGet
				t.send(get)
				t.send(t.signed(created, []byte("{")))
				m.At = m.At.Add(-t.Stale)
				t.deliver(m)
				t.rest() // what was begun shows what it does
			}},
		{ID: "devrev/V05", Level: Must, Exact: true,
			Sent: "a second verify request, after events and a refused one, then its bytes again, and its id with a new stamp", Expected: "echoed as the first, within the three seconds",
			Why: "a webhook that was degraded, moved or given a new secret is verified again, and a verify request whose answer was lost is sent again", Source: devrevBoth,
			ask: func(t *Trial) {
				t.verify("Zmlyc3Q=")
				t.deliver(t.event())
				t.send(t.forged(t.event()))
				m := t.verify("c2Vjb25k")
				t.echoed(t.deliver(m), "c2Vjb25k")
				m.At = m.At.Add(time.Millisecond)
				t.echoed(t.deliver(m), "c2Vjb25k")
			}},
		{ID: "devrev/V09", Level: Should, Exact: true,
			Sent: "a verify request and eight events at one time", Expected: "the challenge, and one effect of each event that is acknowledged",
			Why: "both come to the same URL, and the challenge must not wait for the events; what is acknowledged is never sent again", Source: devrevGuide,
			ask: func(t *Trial) {
				slow := time.Second // of eight, one after the other, DevRev waits for three
				if t.Settle == nil {
					slow = 300 * time.Millisecond
				}
				if !t.amidst(slow) && t.Settle == nil {
					t.amidst(2 * time.Second) // a busy machine let the effects end before the verify request came
				}
			}},
	}
}

// devrevValid is the gate. When it fails, it looks for what the receiver expects.
func devrevValid(t *Trial) {
	taken := false
	t.slowly(overlap, func() { // which makes it certain whether the effect outlives the request
		m, r := telling(t)
		if taken = t.accepted(t.send(r)); taken && !t.applied(m.ID, 1) && t.SlowBy != nil {
			t.note("the effect takes %v here: %s", overlap, outlives)
		}
	})
	if taken {
		return
	}
	for _, s := range []simulator.Settings{{}, {RawKey: true}, {Hex: true}, {RawKey: true, Hex: true}} {
		_, r := t.sample()
		for what, secret := range map[string]string{"": t.Secret, ", and a secret with a line feed at its end": t.Secret + "\n"} {
			signature := provider.Signature(secret, r.Body, s.RawKey || what != "", s.Hex)
			if b := t.send(r.with(devrevHeader, signature)); b.Err == nil && b.Status == http.StatusOK {
				t.note("the receiver accepts a signature with RawKey %v and Hex %v%s; no page of DevRev's says which it is, and SentBy(Sender{RawKey, Hex}) chooses", s.RawKey, s.Hex, what)
			}
		}
	}
}

// outlives is why the effect of the gate may be missing.
const outlives = "one that uses the request's context ends with the answer"

// verify sends a verify request, which it returns, and expects its challenge back.
func (t *Trial) verify(challenge string) simulator.Message {
	m := t.message("verify")
	m.Payload = map[string]any{"challenge": challenge}
	t.echoed(t.deliver(m), challenge)
	return m
}

// amidst sends a verify request while the effects of eight events last, and reports
// whether it came as long as they did, or has failed anyway.
func (t *Trial) amidst(slow time.Duration) bool {
	var ids []string
	var events []*Request
	var sent sync.WaitGroup
	var first, last atomic.Int64
	var taken []func()
	for n := range 8 {
		m := t.work(created, strconv.Itoa(n+1), "title", time.Now())
		r := t.request(m)
		sent.Add(1)
		done := sync.OnceFunc(sent.Done)
		r.sent = func() {
			note(&first)
			done()
		}
		taken = append(taken, done)
		ids, events = append(ids, m.ID), append(events, r)
	}
	var answers []simulator.Attempt
	t.slowly(slow, func() {
		done, begun := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			answers = t.together(events...)
			for _, done := range taken { // what was answered unread as well
				done()
			}
		}()
		go func() {
			sent.Wait()
			close(begun)
		}()
		<-begun // all of them are on their way, or answered
		if t.Settle != nil {
			time.Sleep(slow / 2) // and each is where its effect takes time
		}
		const challenge = "YXQgb25jZQ=="
		m := t.message("verify")
		m.Payload = map[string]any{"challenge": challenge}
		r := t.request(m)
		r.sent = func() { note(&last) }
		a := t.once(r)
		<-done
		if busy(a) {
			t.note("a verify request amidst events was answered %d; when the vendor asks again is not documented", a.Status)
			a = t.send(t.request(m))
		}
		t.locked(func() { t.last = r }) // is what echoed speaks of
		t.echoed(a, challenge)
	})
	t.Patience += 8 * slow // what is acknowledged may be done one after the other
	for i, a := range answers {
		if a.Err == nil && a.Status/100 == 2 && !t.applied(ids[i], 1) {
			break
		}
	}
	return len(t.failures()) > 0 || time.Duration(last.Load()-first.Load()) < slow
}

// note notes when something happens first.
func note(first *atomic.Int64) { first.CompareAndSwap(0, time.Now().UnixNano()) }

func (t *Trial) echoed(a simulator.Attempt, challenge string) {
	expected := fmt.Sprintf("status 200, application/json, and the challenge %q", challenge)
	echo, err := simulator.Echo(a.Body)
	switch {
	case !t.acknowledged(a):
		t.fail(expected, "%s", got(a))
	case media(a) != "application/json":
		t.fail(expected, "%s as %q", got(a), a.Header.Get("Content-Type"))
	case err != nil || echo != challenge:
		t.fail(expected, "%s", got(a))
	}
}

// envelope is a message's body as an object, to be changed.
func (t *Trial) envelope(m simulator.Message) (object map[string]any) {
	if err := json.Unmarshal(t.body(m), &object); err != nil {
		t.fail("a delivery that can be made", "%v", err)
	}
	return object
}

// changed is a delivery of a message whose envelope was changed before it was signed.
func (t *Trial) changed(m simulator.Message, change func(envelope map[string]any)) *Request {
	envelope := t.envelope(m)
	change(envelope)
	return t.signed(m.Event, text(envelope))
}

// stale is an event that must be refused for its age.
func (t *Trial) stale() *Request {
	m := t.event()
	m.At = m.At.Add(-t.Stale)
	return t.request(m)
}

// everyType sends an event of each documented type, as make makes a request of it, which
// must be refused and have no effect.
func (t *Trial) everyType(make func(simulator.Message) *Request) {
	sent := map[string]*Request{}
	var all []*Request
	for _, event := range t.live.EventTypes() {
		m := t.message(event)
		sent[m.ID] = make(m)
		all = append(all, sent[m.ID])
	}
	t.several(all, atOnce, func(_ int, a simulator.Attempt) { t.refused(a) })
	if t.Applied == nil {
		return
	}
	t.rest()
	for _, id := range t.Applied() {
		if r := sent[id]; r != nil {
			t.failed(r, times(0), times(1))
		}
	}
}

// forged is a message with the signature of another secret.
func (t *Trial) forged(m simulator.Message) *Request {
	return t.signedWith(base64.StdEncoding.EncodeToString([]byte("another secret")), m.Event, t.body(m))
}

// telling is an event whose digest, in base64, has + and /, which URLs write otherwise, and
// a byte of zero before its last quarter, where a text of C ends. Stamps of the last
// moments are tried until there is one: about one in 60 will do.
func telling(t *Trial) (simulator.Message, *Request) {
	for m := t.event(); ; m.At = m.At.Add(-time.Millisecond) {
		body := t.body(m)
		signature := provider.Signature(t.Secret, body, t.Settings.RawKey, false)
		digest, _ := base64.StdEncoding.DecodeString(signature)
		if zero := bytes.IndexByte(digest, 0); zero > 3 && zero < 24 && strings.Contains(signature, "+") && strings.Contains(signature, "/") {
			return m, t.signed(created, body)
		}
	}
}

// replayed sends other bodies with the signature of an event: before the event has
// come, and after it, when a receiver may know the signature.
func (t *Trial) replayed(r *Request, id string, bodies ...string) {
	others := func() {
		for _, body := range bodies {
			other := *r
			other.Body = []byte(body)
			t.refused(t.send(&other))
		}
	}
	others()
	t.applied(id, 0)
	t.done(t.send(r), id)
	others()
}

func devrevSignatureProbes() []Probe {
	right := func(r *Request) string { return r.Header.Get(devrevHeader) }
	return []Probe{
		{ID: "devrev/S02", Level: Must,
			Sent: "the signature of another secret", Expected: "401, 400 or 403, and no effect",
			Why: "everybody who knows the URL could send events; 2xx or 5xx would hide it or make DevRev try again", Source: devrevGuide + "; PipedreamHQ/pipedream#7525",
			ask: func(t *Trial) {
				m := t.event()
				t.refused(t.send(t.forged(m)))
				t.applied(m.ID, 0)
			}},
		{ID: "devrev/S03", Level: Must,
			Sent: "no signature header", Expected: "401, 400 or 403, and no effect",
			Why: "a check that runs only when the header is there protects nothing", Source: "krkn-chaos/krkn#1277",
			ask: refusal(func(_ *Trial, r *Request) []*Request { return []*Request{r.with(devrevHeader)} })},
		{ID: "devrev/S04", Level: Must,
			Sent: "an empty signature header", Expected: "401, 400 or 403, and no effect",
			Why: "an empty value may decode to an empty digest that equals another", Source: "fbsamples/whatsapp-business-jaspers-market#37",
			ask: refusal(func(_ *Trial, r *Request) []*Request { return []*Request{r.with(devrevHeader, "")} })},
		{ID: "devrev/S05", Level: Must,
			Sent: "each beginning and each end of the right signature", Expected: "401, 400 or 403, and no effect",
			Why: "a comparison of what both have in common can be guessed piece by piece", Source: "practice",
			ask: refusal(func(_ *Trial, r *Request) []*Request { return r.cut(devrevHeader) })},
		{ID: "devrev/S06", Level: Should,
			Sent: "signatures of odd length, of other letters, of 10 KiB, with control bytes, with sha256= before it", Expected: "401, 400 or 403, no panic",
			Why: "the error of a decoder is easily ignored", Source: "practice",
			ask: refusal(func(t *Trial, r *Request) (all []*Request) {
				for _, s := range []string{"abc", strings.Repeat("zz", 32), strings.Repeat("a", 10<<10), "sha256=" + right(r), "%"} {
					all = append(all, r.with(devrevHeader, s))
				}
				if t.Handler != nil { // no HTTP client sends them
					all = append(all, r.with(devrevHeader, "\x01\x02\x7f"))
				}
				return all
			})},
		{ID: "devrev/S07", Level: Must,
			Sent: "a body of which one byte, or the id, was changed after signing, before and after the original", Expected: "401, 400 or 403, and no effect; of the original 200, and one effect",
			Why: "the signature is there to show exactly that", Source: devrevGuide,
			ask: func(t *Trial) {
				m, other := t.event(), t.event()
				r := t.request(m)
				t.replayed(r, m.ID, strings.Replace(string(r.Body), `"title":"t`, `"title":"T`, 1),
					strings.Replace(string(r.Body), strconv.Quote(m.ID), strconv.Quote(other.ID), 1))
				t.applied(other.ID, 0)
			}},
		{ID: "devrev/S08", Level: Must,
			Sent: `a signed event and a signed verify request with CRLF, \u005f, \/, 1.0e2 and a line feed at the end`, Expected: "200, one effect, and the challenge",
			Why: "the raw bytes are signed; who parses and writes them again signs others", Source: devrevGuide + "; octokit/webhooks.js#76; getsentry/sentry#38443",
			ask: func(t *Trial) {
				oddly := func(m simulator.Message) simulator.Attempt {
					envelope := t.envelope(m)
					envelope["unique_number"] = json.Number("1.0e2")
					b, _ := json.MarshalIndent(envelope, "", "\t")
					s := strings.NewReplacer("\n", "\r\n", "/", `\/`, "webhook_event", `webhook\u005fevent`).Replace(string(b)) + "\n"
					return t.send(t.signed(m.Event, []byte(s)))
				}
				m := t.event()
				t.done(oddly(m), m.ID)
				t.echoed(oddly(t.message("verify")), plain)
			}},
		{ID: "devrev/S09", Level: Must,
			Sent: "the same JSON in other bytes, with the signature of the first, before and after it", Expected: "401, 400 or 403, and no effect; of the first 200, and one effect",
			Why: "it is accepted by those who sign what they have parsed", Source: "frain-dev/convoy#2392; ctrlplanedev/ctrlplane#852",
			ask: func(t *Trial) {
				m, r := t.sample()
				other, _ := json.MarshalIndent(t.envelope(m), "", "  ")
				t.replayed(r, m.ID, string(other))
			}},
		{ID: "devrev/S10", Level: Must,
			Sent: "a signature with the empty key, of the webhook, of another and of none, and the digest of the body without a key", Expected: "401, 400 or 403, and no effect",
			Why: "that is what a receiver computes which has no secret, or finds none for the webhook that the body names", Source: "hivecommons/hive#2885",
			ask: refusal(func(t *Trial, r *Request) []*Request {
				sum := sha256.Sum256(r.Body)
				all := []*Request{
					t.signedWith("", created, r.Body),
					r.with(devrevHeader, base64.StdEncoding.EncodeToString(sum[:])), r.with(devrevHeader, hex.EncodeToString(sum[:])),
				}
				for _, webhook := range []any{"don:integration:dvrv-us-1:devo/example:webhook/2", "", nil} {
					envelope := map[string]any{}
					_ = json.Unmarshal(r.Body, &envelope) // this package wrote it
					if envelope["webhook_id"] = webhook; webhook == nil {
						delete(envelope, "webhook_id")
					}
					all = append(all, t.signedWith("", created, text(envelope)))
				}
				return all
			})},
		{ID: "devrev/S11", Level: Must,
			Sent: "events and verify requests with a wrong signature and with none, and events that are stale, malformed, by GET, without fault, and with an effect that fails, and a verify request", Expected: "answers that hold in header, body and trailer, and in informational answers before them, neither the secret nor, where it was not sent, the right signature: not as text, escaped, as hexadecimal digits, numbers or base64, nor 12 bytes or 16 letters of it",
			Why: "an error text that helps the honest helps the forger", Source: "adnanh/webhook#85",
			ask: func(t *Trial) {
				told := func(r *Request, signatures ...string) {
					if a := t.once(r); t.shows(a, signatures...) {
						t.fail("neither the right signature nor the secret", "%s", got(a))
					}
				}
				var r *Request
				for _, event := range []string{"verify", created} {
					r = t.request(t.message(event))
					for _, bad := range []*Request{r.with(devrevHeader, "wrong"), r.with(devrevHeader), r.with(devrevHeader, strings.Repeat("0", len(right(r))))} {
						told(bad, provider.Signature(t.Secret, r.Body, false, false), provider.Signature(t.Secret, r.Body, false, true), provider.Signature(t.Secret, r.Body, true, false), provider.Signature(t.Secret, r.Body, true, true))
					}
				}
				get := *r
				get.Method = http.MethodGet
				told(&get)
				told(r)
				told(t.stale())
				told(t.signed(created, []byte("{")))
				told(t.request(t.message("verify")))
				if t.FailNext != nil {
					t.FailNext(1)
					told(t.request(t.event()))
				}
			}},
		{ID: "devrev/S12", Level: Info,
			Sent: "the right digest in the other encoding, in hexadecimal digits of another case, between spaces, and twice", Expected: "no expectation: the pages are silent",
			Why: "it tells how strict the receiver is", Source: "DevRev documents no encoding of the digest",
			ask: func(t *Trial) {
				try := func(form string, values func(r *Request) []string) {
					r := t.request(t.event())
					t.note("the digest %s: %s", form, got(t.send(r.with(devrevHeader, values(r)...))))
				}
				signature := func(r *Request, hex bool) string { return provider.Signature(t.Secret, r.Body, t.Settings.RawKey, hex) }
				try("in the other encoding", func(r *Request) []string { return []string{signature(r, !t.Settings.Hex)} })
				try("in upper-case hexadecimal digits", func(r *Request) []string { return []string{strings.ToUpper(signature(r, true))} })
				try("between spaces", func(r *Request) []string { return []string{" " + right(r) + " "} })
				try("twice", func(r *Request) []string { return []string{right(r), right(r)} })
			}},
		{ID: "devrev/S13", Level: Must,
			Sent: "signatures whose digest is right but for one byte or its highest bit, for each of them, but for two neighbours that are exchanged, and in base64 but for the case of its letters", Expected: "401, 400 or 403, and no effect",
			Why: "a comparison of a part leaves that part alone to be guessed", Source: "practice",
			ask: refusal(func(t *Trial, r *Request) (all []*Request) {
				encode, decode := base64.StdEncoding.EncodeToString, base64.StdEncoding.DecodeString
				if t.Settings.Hex {
					encode, decode = hex.EncodeToString, hex.DecodeString
				}
				digest, err := decode(right(r))
				if err != nil || len(digest) != 32 {
					t.fail("a delivery that can be made", "the signature %q", right(r))
					return nil
				}
				for i := range digest {
					for _, bits := range []byte{0xff, 0x80} {
						digest[i] ^= bits
						all = append(all, r.with(devrevHeader, encode(digest)))
						digest[i] ^= bits
					}
					if next := (i + 1) % len(digest); digest[i] != digest[next] {
						digest[i], digest[next] = digest[next], digest[i]
						all = append(all, r.with(devrevHeader, encode(digest)))
						digest[i], digest[next] = digest[next], digest[i]
					}
				}
				if !t.Settings.Hex { // letters of another case are another digest
					all = append(all, r.with(devrevHeader, strings.ToLower(right(r))))
				}
				return all
			})},
		{ID: "devrev/S14", Level: Must,
			Sent: "after a verify request and an event, each documented type with the signature of another secret", Expected: "401, 400 or 403, and no effect",
			Why: "a check that stands in the branch of one type, or before the first event, leaves the others open", Source: devrevGuide,
			ask: func(t *Trial) {
				t.deliver(t.message("verify")) // the gates judge the answers
				t.deliver(t.event())
				t.everyType(t.forged)
			}},
		{ID: "devrev/S15", Level: Must,
			Sent: "signatures whose key is a part of the right one: each beginning and each end of it", Expected: "401, 400 or 403, and no effect",
			Why: "a key that is cut short, at a byte of zero or at the end of a buffer, is guessed sooner", Source: "practice",
			ask: refusal(func(t *Trial, r *Request) (all []*Request) {
				key := []byte(t.Secret)
				if decoded, err := base64.StdEncoding.DecodeString(t.Secret); err == nil && !t.Settings.RawKey {
					key = decoded
				}
				for i := 1; i < len(key); i++ {
					for _, part := range [][]byte{key[:i], key[i:]} {
						all = append(all, r.with(devrevHeader, provider.Signature(string(part), r.Body, true, t.Settings.Hex)))
					}
				}
				return all
			})},
		{ID: "devrev/S16", Level: Must,
			Sent: "the signature of another secret, as if from this machine: X-Forwarded-For, X-Real-IP and Forwarded name a loopback address, and so does the connection", Expected: "401, 400 or 403, and no effect",
			Why: "behind a proxy everybody comes from there, and headers are anybody's", Source: "practice",
			ask: func(t *Trial) {
				m := t.event()
				for _, r := range local(t.forged(m)) {
					t.refused(t.send(r))
				}
				t.applied(m.ID, 0)
			}},
		{ID: "devrev/S17", Level: Should,
			Sent: "an event after ten forged ones, after ten stale ones, after ten malformed ones with a right signature and with a wrong one, and, after a verify request, after ten forged ones", Expected: "200 each time",
			Why: "a receiver that shuts out those it cannot tell apart lets everybody, or whoever has seen one delivery, stop the events", Source: "practice",
			ask: func(t *Trial) {
				forged := func() *Request { return t.forged(t.event()) }
				t.open("ten forged events", forged)
				t.open("ten stale events", t.stale)
				t.open("ten malformed events", func() *Request { return t.signed(created, []byte("{")) })
				t.open("ten malformed events with a wrong signature", func() *Request {
					r := forged()
					r.Body = []byte("{")
					return r
				})
				t.deliver(t.message("verify")) // the gate judges the answer
				t.open("ten forged verify requests", func() *Request { return t.forged(t.message("verify")) })
			}},
		{ID: "devrev/S18", Level: Must,
			Sent: "a forged event as text, as a form, without a Content-Type, of unknown length, and to the URL with a slash at its end", Expected: "a status of the 400s, or a redirect, and no effect",
			Why: "a check that runs for JSON of a known length at one path can be passed by", Source: "middlewares that keep the raw body for JSON only",
			ask: func(t *Trial) {
				m := t.event()
				t.disguised(t.forged(m), m.ID)
			}},
		{ID: "devrev/X01", Level: Info, Needs: []Hook{Rotate},
			Sent: "after a change of the secret, a delivery signed with the old one", Expected: "as the team decides",
			Why: "a receiver that knows one secret loses what is on its way during a change", Source: devrevAPI + "; octokit/webhooks.js#770",
			ask: func(t *Trial) {
				t.Rotate(nextSecret)
				t.note("the old secret: %s", got(t.deliver(t.event())))
			}},
		{ID: "devrev/X02", Level: Should, Needs: []Hook{Rotate},
			Sent: "after a change of the secret, an event and a verify request signed with the new one", Expected: "200, one effect, and the challenge",
			Why: "the vendor signs with it from then on, and asks with it whether the receiver is there", Source: devrevBoth,
			ask: func(t *Trial) {
				t.Rotate(nextSecret)
				t.Secret = nextSecret
				m := t.event()
				t.done(t.deliver(m), m.ID)
				t.verify("bmV4dA==")
			}},
		{ID: "devrev/K01", Level: Should, Rebuilt: true, Needs: []Hook{InProcess},
			Sent: "deliveries to a receiver that was built with an empty secret", Expected: "the constructor fails, or every delivery is refused",
			Why: "a secret that is missing in production must not open the door", Source: "Scottcjn/Rustchain#5053; hivecommons/hive#2885",
			ask: refusal(func(t *Trial, r *Request) []*Request {
				return []*Request{t.signedWith("", created, r.Body), r.with(devrevHeader), r.with(devrevHeader, "")}
			})},
	}
}
