package probe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/webhookvcr/internal/simulator"
)

const (
	dvelopGuide = `d.velop, "Webhooks" of the DMS documentation`
	dvelopAPI   = "d.velop dms-config OpenAPI document, schema WebHook"
	dvelopAuth  = "Authorization"
	dvelopOld   = "X-Dv-Api-Key"
	imported    = "postimport"

	dvelopBase, dvelopTenant, dvelopSig = "X-Dv-Baseuri", "X-Dv-Tenant-Id", "X-Dv-Sig-1"
)

// document is an event about a document with an id of its own.
func (t *Trial) document(event string) simulator.Message {
	m := t.message(event)
	m.ID = fmt.Sprintf("XY%s%08d", t.run, t.made)
	if m.Payload == nil { // what d.velop sends at most events is not documented
		m.Payload = t.message(imported).Payload
	}
	var object map[string]any
	_ = json.Unmarshal(text(m.Payload), &object)
	if doc, ok := object["doc"].(map[string]any); ok {
		doc["id"] = m.ID
	}
	m.Payload = object
	return m
}

// alike are other keys of the same length: those that a comparison of a part, of the
// letters in any case, or of a sum takes for the right one.
func alike(key string) []string {
	letters := []byte(key)
	backwards := slices.Clone(letters)
	slices.Reverse(backwards)
	candidates := []string{strings.Repeat("x", len(key)), strings.ToUpper(key), strings.ToLower(key), string(backwards)}
	for i := range letters {
		one := slices.Clone(letters)
		if one[i] = 'x'; letters[i]|0x20 == 'x' {
			one[i] = 'y'
		}
		candidates = append(candidates, string(one))
		if i > 0 { // two exchanged have the same sum
			two := slices.Clone(letters)
			two[i-1], two[i] = two[i], two[i-1]
			candidates = append(candidates, string(two))
		}
	}
	return slices.DeleteFunc(candidates, func(c string) bool { return c == key })
}

// routed is a request as the router of a tenant's apps passes it on.
func (t *Trial) routed(r *Request, app App) *Request {
	signature, err := simulator.DVelopAppSignature(app.Secret, app.Base, app.Tenant)
	if err != nil {
		t.fail("a signature that can be made", "%v", err)
	}
	return r.with(dvelopBase, app.Base).with(dvelopTenant, app.Tenant).with(dvelopSig, signature)
}

func dvelopProbes() []Probe {
	return slices.Concat(dvelopKeyProbes(), dvelopWorkProbes(), dvelopFormProbes())
}

// routeless skips what only apps of the cloud are asked.
func routeless(t *Trial) (string, bool) { return "CloudApp was not given", t.App == nil }

// unless skips what is asked of receivers of a webhook with that response alone.
func unless(response string) func(*Trial) (string, bool) {
	return func(t *Trial) (string, bool) {
		return "the webhook is one with " + t.HandleResponse, t.HandleResponse != response
	}
}

func dvelopKeyProbes() []Probe {
	bearer := func(r *Request, keys ...string) *Request {
		for i, k := range keys {
			keys[i] = "Bearer " + k
		}
		return r.with(dvelopAuth, keys...)
	}
	others := refusal(func(t *Trial, r *Request) []*Request {
		all := []*Request{bearer(r, "another-key"), bearer(r, t.Secret+"x")}
		for i := 1; i < len(t.Secret); i++ {
			all = append(all, bearer(r, t.Secret[:i]), bearer(r, t.Secret[i:]))
		}
		for _, key := range alike(t.Secret) {
			all = append(all, bearer(r, key))
		}
		return all
	})
	return []Probe{
		{ID: "dvelop/N01", Level: Must, Gate: true,
			Sent: "a postimport", Expected: "an answer of HTTP, whatever it is",
			Why: "where none comes, nothing else can be asked", Source: "practice",
			ask: func(t *Trial) { t.heard(t.deliver(t.event())) }},
		{ID: "dvelop/M02", Level: Should, Gate: true,
			Sent: "a POST to the registered URI", Expected: "no redirect",
			Why: "a redirect to a sign-in page counts as a failure", Source: "d.velop's public middlewares redirect what is not authenticated",
			ask: (*Trial).direct},
		{ID: "dvelop/A01", Level: Must, Gate: true,
			Sent: "a postimport with Authorization: Bearer KEY", Expected: "a status of the 200s, and one effect",
			Why: "a receiver that refuses what d.velop sends gets no event at all", Source: dvelopGuide,
			ask: func(t *Trial) {
				t.slowly(overlap, func() { // which makes it certain whether the effect outlives the request
					m, r := t.sample()
					if t.accepted(t.send(r)) {
						if !t.applied(m.ID, 1) && t.SlowBy != nil {
							t.note("the effect takes %v here: %s", overlap, outlives)
						}
					} else if b := t.send(r.with(dvelopAuth).with(dvelopOld, t.Secret)); b.Err == nil && b.Status/100 == 2 {
						t.note("the receiver accepts the key in x-dv-api-key, the header of older servers")
					}
				})
			}},
		{ID: "dvelop/A02", Level: Must,
			Sent: "another key, the key with a letter more, each beginning and each end of it, and keys of its length: other letters, each letter changed, two exchanged, the letters in another case or order; and an event with another key, then with the right one", Expected: "401 or 403, and no effect; of the right one a status of the 200s, and one effect",
			Why: "everybody who knows the URI could send events", Source: dvelopGuide,
			ask: func(t *Trial) {
				m, r := t.sample()
				t.refused(t.send(bearer(r, "another-key")))
				t.done(t.send(r), m.ID)
				others(t)
			}},
		{ID: "dvelop/A03", Level: Must,
			Sent: "no key, an empty one, the scheme alone, two Authorization lines", Expected: "401 or 403, and no effect",
			Why: "a check that runs only when the header is there protects nothing", Source: dvelopGuide,
			ask: refusal(func(t *Trial, r *Request) []*Request {
				return []*Request{r.with(dvelopAuth), bearer(r, ""), r.with(dvelopAuth, "Bearer"), r.with(dvelopAuth, ""), bearer(r, "another-key", t.Secret)}
			})},
		{ID: "dvelop/A04", Level: Should,
			Sent: "Authorization: Basic KEY, the same as a user's password, Token KEY, and KEY alone", Expected: "401 or 403, and no effect",
			Why: "the scheme says what follows; who ignores it takes other credentials for keys", Source: "frain-dev/convoy",
			ask: refusal(func(t *Trial, r *Request) []*Request {
				return []*Request{r.with(dvelopAuth, "Basic "+t.Secret), r.with(dvelopAuth, "Basic "+base64.StdEncoding.EncodeToString([]byte("x:"+t.Secret))), r.with(dvelopAuth, "Token "+t.Secret), r.with(dvelopAuth, t.Secret)}
			})},
		{ID: "dvelop/A05", Level: Should,
			Sent: "Authorization: bearer KEY", Expected: "a status of the 200s",
			Why: "the name of a scheme has no case", Source: "RFC 9110, section 11.1",
			ask: func(t *Trial) {
				t.accepted(t.send(t.request(t.event()).with(dvelopAuth, "bearer "+t.Secret)))
			}},
		{ID: "dvelop/A06", Level: Should,
			Sent: "the key in x-dv-api-key alone", Expected: "with LegacyKey a status of the 200s, otherwise 401 or 403 and no effect",
			Why: "older servers send it there; a way in that nobody uses is one too many", Source: "two copies of d.velop's guide name the change",
			ask: func(t *Trial) {
				old := func(t *Trial, r *Request) []*Request { return []*Request{r.with(dvelopAuth).with(dvelopOld, t.Secret)} }
				if !t.LegacyKey {
					refusal(old)(t)
					return
				}
				t.accepted(t.send(old(t, t.request(t.event()))[0]))
			}},
		{ID: "dvelop/A07", Level: Should,
			Sent: "the key in x-dv-api-key, and another one in Authorization", Expected: "401 or 403, and no effect",
			Why: "where two headers disagree, one of them is a forger's", Source: "practice",
			ask: refusal(func(t *Trial, r *Request) []*Request {
				return []*Request{bearer(r, "another-key").with(dvelopOld, t.Secret)}
			})},
		{ID: "dvelop/A08", Level: Must,
			Sent: "the key in the query, in the body and in a cookie, not in the header", Expected: "401 or 403, and no effect",
			Why: "URLs and bodies are logged, and browsers send cookies unasked", Source: dvelopGuide,
			ask: refusal(func(t *Trial, r *Request) []*Request {
				in := *r.with(dvelopAuth).with("Cookie", "AuthSessionId="+t.Secret)
				query := url.Values{}
				for _, name := range []string{"apiKey", "api_key", "key", "token", "access_token"} {
					query.Set(name, t.Secret)
				}
				in.URL += "?" + query.Encode()
				in.Body = []byte(strings.Replace(string(r.Body), "{", `{"apiKey":`+strconv.Quote(t.Secret)+`,`, 1))
				return []*Request{&in}
			})},
		{ID: "dvelop/A09", Level: Must,
			Sent: "events with another key, with none, malformed, by GET, without fault, and with an effect that fails; to an app of the cloud also with a wrong x-dv-sig-1, and with none", Expected: "answers that hold neither the key nor, of an app of the cloud, the secret or the right signature where it was not sent: not as text, escaped, as hexadecimal digits, numbers or base64, nor 12 letters of it",
			Why: "an error text that helps the honest helps the forger", Source: "lanej/hmac#17",
			ask: func(t *Trial) {
				r := t.request(t.event())
				get, malformed := *r, *r
				get.Method, malformed.Body = http.MethodGet, []byte("{")
				var more []string
				if t.App != nil {
					more = []string{t.App.Secret}
				}
				told := func(r *Request, more ...string) {
					if a := t.once(r); t.shows(a, more...) {
						t.fail("no key", "%s", got(a))
					}
				}
				for _, r := range []*Request{bearer(r, "another-key"), r.with(dvelopAuth), &get, &malformed, r} {
					told(r, more...)
				}
				if right := r.Header.Get(dvelopSig); right != "" {
					for _, bad := range []*Request{r.with(dvelopSig, "wrong"), r.with(dvelopSig, strings.Repeat("0", len(right))), r.with(dvelopSig)} {
						told(bad, append(more, right)...)
					}
				}
				if t.FailNext != nil {
					t.FailNext(1)
					told(t.request(t.event()), more...)
				}
			}},
		{ID: "dvelop/A10", Level: Should,
			Sent: "to an app of the cloud: a wrong x-dv-sig-1, each beginning and each end of the right one, one with an empty secret, and none", Expected: "401 or 403, and no effect",
			Why: "without the check anybody can name another tenant and its address", Source: "d.velop's app SDK for Go",
			skip: routeless,
			ask: refusal(func(t *Trial, r *Request) []*Request {
				wrong := t.routed(r, App{t.App.Secret, t.App.Base + ".example", t.App.Tenant}).with(dvelopBase, t.App.Base)
				all := append([]*Request{wrong, r.with(dvelopSig), r.with(dvelopSig, "")}, r.cut(dvelopSig)...)
				if keyless, err := simulator.DVelopAppSignature("", t.App.Base, t.App.Tenant); err == nil {
					all = append(all, r.with(dvelopSig, keyless))
				}
				return all
			})},
		{ID: "dvelop/A11", Level: Should,
			Sent: "to an app of the cloud: another tenant, rightly signed, with the key of the first", Expected: "401 or 403, and no effect",
			Why: "one app serves many tenants, and a key belongs to one of them", Source: "d.velop's app SDK for Go",
			skip: routeless,
			ask: refusal(func(t *Trial, r *Request) []*Request {
				return []*Request{t.routed(r, App{t.App.Secret, "https://other.example.com", t.App.Tenant + "-2"})}
			})},
		{ID: "dvelop/A12", Level: Must,
			Sent: "after an event with the key, each known event with another one, at the URI with {event}", Expected: "401 or 403, or 404 where nothing is at that URI, and no effect",
			Why: "a check that stands at one URI, or before the first event, leaves the others open", Source: dvelopGuide,
			ask: func(t *Trial) {
				t.deliver(t.event())
				for _, event := range t.live.EventTypes() {
					m := t.document(event)
					if a := t.send(bearer(t.request(m), "another-key")); a.Status == http.StatusNotFound || !t.refused(a) {
						t.applied(m.ID, 0)
					}
				}
			}},
		{ID: "dvelop/A13", Level: Must,
			Sent: "another key, as if from this machine: X-Forwarded-For, X-Real-IP and Forwarded name a loopback address, and so does the connection", Expected: "401 or 403, and no effect",
			Why: "behind a proxy everybody comes from there, and headers are anybody's", Source: "practice",
			ask: refusal(func(_ *Trial, r *Request) []*Request { return local(bearer(r, "another-key")) })},
		{ID: "dvelop/A14", Level: Should,
			Sent: "an event after ten with another key, after ten malformed ones with the key, and with another", Expected: "a status of the 200s each time",
			Why: "a receiver that shuts out those it cannot tell apart lets everybody stop the events", Source: "practice",
			ask: func(t *Trial) {
				malformed := func() *Request { return t.signed(imported, []byte("{")) }
				t.open("ten events with another key", func() *Request { return bearer(t.request(t.event()), "another-key") })
				t.open("ten malformed events", malformed)
				t.open("ten malformed events with another key", func() *Request { return bearer(malformed(), "another-key") })
			}},
		{ID: "dvelop/A15", Level: Must,
			Sent: "another key, as text, as a form, without a Content-Type, of unknown length, to the URI with a slash at its end, and for an unknown event", Expected: "a status of the 400s, or a redirect, and no effect",
			Why: "a check that runs for JSON of a known length at one URI can be passed by", Source: "middlewares that keep the raw body for JSON only",
			ask: func(t *Trial) {
				m, r := t.sample()
				t.disguised(bearer(r, "another-key"), m.ID, t.at("postsomething"))
			}},
		{ID: "dvelop/A16", Level: Should,
			Sent: "Authorization: Bearer with KEY and a comma, a semicolon or a blank and more before or behind it, and with patterns of SQL that the key matches", Expected: "401 or 403, and no effect",
			Why: "a proxy joins two lines with a comma, and a forger's line may be one of them; a key that is looked up by a pattern is everybody's", Source: "RFC 9110, section 5.3; practice",
			ask: refusal(func(t *Trial, r *Request) (all []*Request) {
				for _, between := range []string{",", ", ", ";", " "} {
					all = append(all, bearer(r, t.Secret+between+"x"), bearer(r, "x"+between+t.Secret), bearer(r, t.Secret+between+"Bearer x"), bearer(r, "x"+between+"Bearer "+t.Secret))
				}
				all = append(all, bearer(r, "%"), bearer(r, strings.Repeat("_", len(t.Secret))))
				for i := 1; i < len(t.Secret); i++ {
					all = append(all, bearer(r, t.Secret[:i]+"%"), bearer(r, "%"+t.Secret[i:]))
				}
				return all
			})},
		{ID: "dvelop/K01", Level: Should, Rebuilt: true, Needs: []Hook{InProcess},
			Sent: "deliveries to a receiver that was built with an empty key", Expected: "the constructor fails, or every delivery is refused",
			Why: "a key that is missing in production must not open the door", Source: "Scottcjn/Rustchain#5053",
			ask: refusal(func(_ *Trial, r *Request) []*Request {
				return []*Request{r.with(dvelopAuth), bearer(r, ""), r.with(dvelopAuth, "Bearer"), bearer(r, "any")}
			})},
	}
}

func dvelopWorkProbes() []Probe {
	return []Probe{
		{ID: "dvelop/Z01", Level: Must, Clock: true, ClockGate: true, Needs: []Hook{InProcess},
			Sent: "three events, one with another key, a malformed one, and a GET", Expected: "no goroutine that stays when the receiver is cleaned up, and no write after the answer",
			Why: "what is never stopped keeps memory, and acts when nobody expects it", Source: "practice",
			ask: func(t *Trial) {
				for range 3 {
					t.deliver(t.event()) // the gates judge the answers
				}
				r := t.request(t.event())
				t.send(r.with(dvelopAuth, "Bearer another-key"))
				r.Method = http.MethodGet
				t.send(r)
				t.send(t.signed(imported, []byte("{")))
				t.rest() // what was begun shows what it does
			}},
		{ID: "dvelop/T01", Level: Must, Clock: true, Needs: []Hook{SlowBy},
			Sent: "an event whose effect takes ten seconds, to a webhook with NONE or STATUS", Expected: "an answer within the webhook's timeout, 300 ms by default",
			Why: "a call without an answer is made up to three times more", Source: dvelopAPI,
			skip: func(t *Trial) (string, bool) {
				return "the answer to a webhook with STATUS_AND_BODY is the effect's", t.HandleResponse == "STATUS_AND_BODY"
			},
			ask: func(t *Trial) {
				t.SlowBy(10 * time.Second)
				if a := t.once(t.request(t.event())); !busy(a) { // which is an answer, too
					t.accepted(a)
				}
			}},
		{ID: "dvelop/T02", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event whose effect takes a millisecond less than the timeout; and, as a note, one whose effect takes a millisecond more", Expected: "an answer in time, and one effect",
			Why: "a user waits for the answer, and what comes later is called again", Source: dvelopAPI,
			ask: func(t *Trial) {
				for _, d := range []time.Duration{-time.Millisecond, time.Millisecond} {
					t.SlowBy(t.Settings.Timeout + d)
					m := t.event()
					all := t.attempts(t.again(m))
					switch first := all[0]; {
					case d > 0:
						t.Settle()
						t.note("an effect of %v: called %d times, %s", t.Settings.Timeout+d, len(all), times(t.count(m.ID)))
					case first.Err != nil:
						t.fail(fmt.Sprintf("an answer within %v", t.Settings.Timeout), "%s", got(first))
					case t.acknowledged(all[len(all)-1]):
						t.applied(m.ID, 1)
					}
				}
			}},
		{ID: "dvelop/R01", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event whose effect takes a millisecond more than the timeout, four times, as if each answer were lost; so again as the hour ends, and the day", Expected: "one effect of each",
			Why: "no id of a delivery is documented; a receiver that knows no document again acts four times", Source: dvelopAPI,
			ask: func(t *Trial) {
				t.SlowBy(t.Settings.Timeout + time.Millisecond)
				calls := func() {
					m, r := t.sample()
					t.once(r)
					for range t.Settings.Waits {
						time.Sleep(t.Settings.Timeout)
						t.once(r)
					}
					t.applied(m.ID, 1)
				}
				calls()
				t.before(t.Settings.Timeout, calls)
			}},
		{ID: "dvelop/R02", Level: Must, Clock: true, Needs: []Hook{Applied, FailNext},
			Sent: "an event whose effect fails once, with the calls that follow", Expected: "another status than 2xx, then 2xx, and one effect",
			Why: "a wrong answer is called again; what was acknowledged before it was done is lost", Source: dvelopAPI,
			skip: unretried, ask: func(t *Trial) { t.recovers(t.event()) }},
		{ID: "dvelop/R03", Level: Must, Exact: true, Needs: []Hook{Applied},
			Sent: "the same call four times at once", Expected: "one effect",
			Why: "a slow run goes on when the next one comes", Source: dvelopAPI,
			ask: func(t *Trial) {
				m, r := t.sample()
				t.slowly(overlap, func() {
					t.together(slices.Repeat([]*Request{r}, 4)...)
					t.applied(m.ID, 1)
				})
			}},
		{ID: "dvelop/R04", Level: Should, Clock: true, Needs: []Hook{Applied, FailNext},
			Sent: "one call, whose effect fails, to a webhook without retry", Expected: "another status than 2xx, or the effect after all",
			Why: "nothing comes again, so 2xx may only follow what is stored", Source: dvelopAPI,
			ask: func(t *Trial) {
				t.FailNext(1)
				m, r := t.sample()
				a := t.once(r)
				t.await(m.ID, 1)
				if n := t.count(m.ID); a.Err == nil && a.Status/100 == 2 && n == 0 {
					t.fail("another status than 2xx, or one effect", "%s and no effect", got(a))
				}
			}},
		{ID: "dvelop/R05", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event whose effect takes a second; a look a minute later", Expected: "one effect",
			Why: "work that goes on after the answer must not use the request's context", Source: "sipeed/picoclaw#914",
			ask: func(t *Trial) {
				t.SlowBy(time.Second)
				m := t.event()
				t.deliver(m)
				t.applied(m.ID, 1)
			}},
		{ID: "dvelop/R06", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "a hundred events, eight at a time, whose effects take a fiftieth of a second", Expected: "one effect of each that is acknowledged",
			Why: "a queue that is full must say so: what is acknowledged is never sent again", Source: dvelopAPI,
			ask: (*Trial).kept},
		{ID: "dvelop/R07", Level: Must, Clock: true, Needs: []Hook{Applied, FailNext, SlowBy},
			Sent: "an event whose effect takes so long that it is called again while at work, and then fails, and the calls that follow", Expected: "one effect",
			Why: "who acknowledges a retry because the first is at work loses the event when that fails", Source: dvelopAPI,
			skip: unretried, ask: (*Trial).meanwhile},
		{ID: "dvelop/D01", Level: Must, Clock: true, Needs: []Hook{Applied},
			Sent: "two documents, another event about the first where the URI has {event}, and the first again an hour later", Expected: "an effect each time",
			Why: "an hour later it is another event; to know documents for ever loses it", Source: "follows from the lack of an id",
			ask: func(t *Trial) {
				one, two := t.event(), t.event()
				t.accepted(t.deliver(one))
				t.accepted(t.deliver(two))
				want := 2
				if strings.Contains(t.URL, "{event}") && t.acts(t.document("predelete")) { // nothing else tells the events apart
					again := one
					again.Event = "predelete"
					t.accepted(t.deliver(again))
					want++
				}
				time.Sleep(time.Hour + time.Second)
				t.accepted(t.deliver(one))
				t.applied(one.ID, want)
				t.applied(two.ID, 1)
			}},
		{ID: "dvelop/D02", Level: Should, Exact: true, Needs: []Hook{Applied},
			Sent: "a call, those of a hundred other documents, and the first again", Expected: "a status of the 200s each time, and one effect of each",
			Why: "a memory of the last few calls loses them in a burst, and the same call may be made four times", Source: dvelopAPI,
			ask: (*Trial).remembered},
		{ID: "dvelop/O01", Level: Should, Exact: true, Needs: []Hook{Applied},
			Sent: "events about eight documents that overlap", Expected: "one effect for each",
			Why: "order is kept within one event only; users work at the same time", Source: dvelopGuide,
			ask: func(t *Trial) {
				var ids []string
				var events []*Request
				for range 8 {
					m, r := t.sample()
					ids, events = append(ids, m.ID), append(events, r)
				}
				t.slowly(overlap, func() {
					answers := t.together(events...)
					t.later(events, answers, 1)
					for _, a := range answers {
						t.accepted(a)
					}
				})
				t.each(ids)
			}},
	}
}

func dvelopFormProbes() []Probe {
	// sent delivers a document after a change of its body.
	sent := func(t *Trial, change func(map[string]any)) (string, simulator.Attempt) {
		m := t.event()
		change(m.Payload.(map[string]any))
		return m.ID, t.deliver(m)
	}
	return []Probe{
		{ID: "dvelop/H01", Level: Must, Clock: true, Needs: []Hook{Applied},
			Sent: "to a webhook with NONE an event, and one whose effect fails once", Expected: "one effect of each, whatever the answer",
			Why: "the answer is ignored, so that one that tells of a failure brings no other call", Source: dvelopAPI,
			skip: unless("NONE"),
			ask: func(t *Trial) {
				acts := func() {
					m, r := t.sample()
					if a := t.once(r); !t.applied(m.ID, 1) {
						t.note("the answer, which d.velop ignores: %s", got(a))
					}
				}
				acts()
				if t.FailNext == nil {
					t.note("an effect that fails was not asked for: the receiver does not offer FailNext")
					return
				}
				t.FailNext(1)
				acts()
			}},
		{ID: "dvelop/H02", Level: Must,
			Sent: "an event to a webhook with STATUS, and the same call again", Expected: "a status that Sender.Acknowledged takes, by default any of the 200s, with a body or without",
			Why: "only the code counts", Source: dvelopAPI,
			skip: unless("STATUS"),
			ask: func(t *Trial) {
				r := t.request(t.event())
				for range 2 {
					if a := t.send(r); a.Err != nil || !t.Settings.Acknowledged(a.Status) {
						t.fail("a status that acknowledges", "%s", got(a))
					}
				}
			}},
		{ID: "dvelop/H03", Level: Must,
			Sent: "an event to a webhook with STATUS_AND_BODY", Expected: "a body of the media type application/json, or one that ends in +json",
			Why: "code and body count; what cannot be parsed must not get into a process", Source: dvelopAPI,
			skip: unless("STATUS_AND_BODY"),
			ask: func(t *Trial) {
				a := t.deliver(t.event())
				if kind := media(a); !json.Valid(a.Body) || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
					t.fail("a body of JSON", "%s as %q", got(a), a.Header.Get("Content-Type"))
				}
			}},
		{ID: "dvelop/H04", Level: Should, Needs: []Hook{FailNext},
			Sent: "an event whose effect fails", Expected: "an answer without a stack trace and without the key",
			Why: "people read it", Source: dvelopGuide,
			ask: func(t *Trial) {
				t.FailNext(1)
				a := t.once(t.request(t.event()))
				for _, trace := range []string{"goroutine ", ".go:", "Traceback", "\tat "} {
					if strings.Contains(string(a.Body), trace) {
						t.fail("no stack trace", "%s", got(a))
					}
				}
				if t.shows(a) {
					t.fail("no key", "%s", got(a))
				}
			}},
		{ID: "dvelop/H05", Level: Should,
			Sent: "the same call twice", Expected: "the same answer",
			Why: "a call that is made again must not turn a decision around", Source: "follows from the retries",
			ask: func(t *Trial) {
				r := t.request(t.event())
				first, second := t.send(r), t.send(r)
				if first.Status != second.Status || string(first.Body) != string(second.Body) {
					t.fail(got(first), "%s", got(second))
				}
			}},
		{ID: "dvelop/E01", Level: Should,
			Sent: "each known event, and an unknown one, at the URI with {event}", Expected: "no status of the 500s, no panic",
			Why: "the body names no event; what the receiver does not expect must not break it", Source: dvelopAPI + "; the events of a public program",
			ask: func(t *Trial) {
				for _, event := range append(t.live.EventTypes(), "postsomething") {
					t.healthy(t.deliver(t.document(event)))
				}
			}},
		{ID: "dvelop/E02", Level: Should,
			Sent: "members that no page lists; no doc, doc null, doc.size as a string, document in place of doc", Expected: "a status of the 200s and one effect; for the others no status of the 500s, no panic",
			Why: "only a part of the members is known: strict decoders refuse the rest, and a missing object is a nil pointer in Go", Source: "a public program's models",
			ask: func(t *Trial) {
				id, a := sent(t, func(o map[string]any) {
					o["user"] = map[string]any{"id": "1"}
					o["doc"].(map[string]any)["caption"] = "An invoice"
				})
				t.done(a, id)
				for _, change := range []func(map[string]any){
					func(o map[string]any) { delete(o, "doc") },
					func(o map[string]any) { o["doc"] = nil },
					func(o map[string]any) { o["doc"].(map[string]any)["size"] = "1024" },
					func(o map[string]any) { o["document"] = o["doc"]; delete(o, "doc") },
				} {
					_, a := sent(t, change)
					t.healthy(a)
				}
			}},
		{ID: "dvelop/E03", Level: Should, Clock: true, Needs: []Hook{Applied, FailNext},
			Sent: "a postimport whose effect fails at each of the four calls, as when the document's properties are not there yet", Expected: "one effect within ten minutes, if a call was acknowledged",
			Why: "the four calls may be over before the properties are written", Source: "a public receiver waits three seconds for them",
			ask: func(t *Trial) { t.failing(1 + len(t.Settings.Waits)) }},
		{ID: "dvelop/E04", Level: Should, Exact: true,
			Sent: "events as a busy tenant has them, one for each: categories whose name is one " + written + "; documents of 3 GiB and of no bytes; an extension in capitals", Expected: "a status of the 200s, and one effect of each",
			Why: "columns of a database, and types of a program, are often narrower than what comes", Source: dvelopGuide + "; practice",
			ask: func(t *Trial) {
				t.busy(busyDocument(), func(set func(map[string]any)) simulator.Message {
					m := t.event()
					set(m.Payload.(map[string]any))
					return m
				})
			}},
		{ID: "dvelop/J01", Level: Should,
			Sent: "bodies that are no event: empty, {, null, [], a string, bad UTF-8, 20,000 brackets, two documents, a byte order mark", Expected: "a status of the 400s, or 200 for legal JSON; no panic",
			Why: "a correct key says nothing about the form", Source: "practice",
			ask: (*Trial).malformed},
		{ID: "dvelop/M01", Level: Should,
			Sent: "GET, HEAD, PUT, DELETE, OPTIONS and PATCH with the key", Expected: "no effect, and no status of the 500s; 405 is best",
			Why: "probes and crawlers send them", Source: "mattermost/mattermost-plugin-apps#389",
			ask: (*Trial).methods},
		{ID: "dvelop/C01", Level: Should,
			Sent: "Content-Type: application/json; charset=utf-8", Expected: "a status of the 200s, and one effect",
			Why: "a comparison with the bare media type loses the body", Source: "airqo-platform/AirQo-api#6616",
			ask: func(t *Trial) {
				m, r := t.sample()
				t.done(t.send(r.with("Content-Type", "application/json; charset=utf-8")), m.ID)
			}},
		{ID: "dvelop/B01", Level: Should, Needs: []Hook{InProcess},
			Sent: "a body of 32 MiB without a key", Expected: "a refusal after 4 MiB at most",
			Why: "everybody can fill the memory of a receiver that reads without a limit", Source: "adnanh/webhook#756",
			ask: func(t *Trial) { t.flood(t.signed(imported, nil).with(dvelopAuth)) }},
	}
}
