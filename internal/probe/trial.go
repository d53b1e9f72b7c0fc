package probe

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// Trial is a probe on its way: what it sends, and what it finds.
type Trial struct {
	Subject
	Config
	vendor
	wire simulator.Wire
	live simulator.Live
	to   http.RoundTripper
	made int
	// run makes ids that a receiver which stays has not seen.
	run string

	mu    sync.Mutex
	sent  int
	late  bool // an answer came when the vendor would have hung up
	hasty bool // a receiver that asked for time got all there is
	hung  int  // requests one after the other that got no answer in time; not reset once it is maxHung
	found []Failure
	last  *Request
	notes []string
}

// locked runs f while nobody else looks at what is found.
func (t *Trial) locked(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

func newTrial(s Subject, c Config) (*Trial, error) {
	wire, err := simulator.WireOf(c.Definition)
	if err != nil {
		return nil, err
	}
	c.Settings = wire.Complete(c.Settings)
	t := &Trial{Subject: s, Config: c, vendor: vendorOf(c.Definition), wire: wire, to: s.Network}
	if s.Handler == nil {
		t.run = rand.Text()
	} else if t.to, err = t.handler(nil); err != nil {
		return nil, err
	}
	t.live, err = simulator.NewLive(c.Definition, c.Settings, t.to, 0)
	return t, err
}

// handler leads to the handler of a receiver in this process; r is what a panic fails.
func (t *Trial) handler(r *Request) (http.RoundTripper, error) {
	receivers := &simulator.Receivers{
		Panicked: func(_ string, reason any, stack []byte) { t.panicked(r, reason, stack) },
		Late: func(string) {
			t.failed(r, "no write to an answer whose handler has returned", "a write, which a server panics at or loses")
		},
	}
	// The handler routes: whatever a probe sends gets to it.
	return receivers, receivers.Handle(t.origin(), t.Handler)
}

func (c Config) origin() string {
	scheme, rest, _ := strings.Cut(c.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func (c Config) at(event string) string { return strings.ReplaceAll(c.URL, "{event}", event) }

// frame is a line of a stack that names a file.
var frame = regexp.MustCompile(`(?m)^\t(.+\.go:\d+)`)

func (t *Trial) panicked(r *Request, reason any, stack []byte) {
	_, after, _ := bytes.Cut(stack, []byte("panic("))
	where := ""
	// The first frame is the runtime's own.
	if frames := frame.FindAllSubmatch(after, 4); len(frames) > 1 {
		where = " at " + string(frames[1][1])
		for _, f := range frames[1:] {
			if !bytes.Contains(f[1], []byte("/src/runtime/")) {
				where = " at " + string(f[1])
				break
			}
		}
	}
	t.failed(r, "no panic", fmt.Sprintf("the handler panicked: %v%s", reason, where))
}

// fail notes an expectation that the last request did not meet.
func (t *Trial) fail(expected, got string, args ...any) {
	var last *Request
	t.locked(func() { last = t.last })
	t.failed(last, expected, fmt.Sprintf(got, args...))
}

// failed notes an expectation that a request did not meet.
func (t *Trial) failed(r *Request, expected, got string) {
	t.locked(func() {
		if t.hung < maxHung { // else it is given up, and what is expected of the others is not asked
			t.found = append(t.found, Failure{r, expected, got})
		}
	})
}

func (t *Trial) failures() (found []Failure) {
	t.locked(func() { found = slices.Clone(t.found) })
	return found
}

func (t *Trial) note(format string, args ...any) {
	t.locked(func() { t.notes = append(t.notes, fmt.Sprintf(format, args...)) })
}

// plain is a challenge in which nothing is particular.
const plain = "Y2hhbGxlbmdlLW9uZQ=="

// message is a new event with the smallest payload.
func (t *Trial) message(event string) simulator.Message {
	t.made++
	var payload any
	if event == t.wire.Verify && event != "" {
		payload = map[string]any{"challenge": plain}
	} else if p, err := t.live.Payload(event); err == nil { // others are events that the vendor does not have
		payload = p
	}
	return simulator.Message{
		Event: event, Payload: payload, At: time.Now(),
		Webhook: "don:integration:dvrv-us-1:devo/example:webhook/1",
		ID:      fmt.Sprintf("don:integration:dvrv-us-1:devo/example:webhook/1:webhook_event/%s%d", t.run, t.made),
	}
}

func (t *Trial) body(m simulator.Message) []byte {
	body, err := t.wire.Body(m)
	if err != nil {
		t.fail("a delivery that can be made", "%v", err)
	}
	return body
}

// event is a new event of the kind that every receiver acts on.
func (t *Trial) event() simulator.Message { return t.usual(t) }

// request is the delivery of a message, as the vendor sends it.
func (t *Trial) request(m simulator.Message) *Request { return t.signed(m.Event, t.body(m)) }

// sample is a new event with its delivery.
func (t *Trial) sample() (simulator.Message, *Request) {
	m := t.event()
	return m, t.request(m)
}

// signed is a delivery of a body, as the vendor sends it.
func (t *Trial) signed(event string, body []byte) *Request {
	return t.signedWith(t.Secret, event, body)
}

func (t *Trial) signedWith(secret, event string, body []byte) *Request {
	req, err := t.wire.Request(context.Background(), t.at(event), secret, body, t.Settings)
	if err != nil {
		t.fail("a delivery that can be made", "%v", err)
		return &Request{Method: http.MethodPost, URL: t.at(event), Header: http.Header{}, Body: body}
	}
	r := &Request{Method: req.Method, URL: req.URL.String(), Header: req.Header, Body: body}
	if t.App != nil {
		r = t.routed(r, *t.App)
	}
	return r
}

// got is an answer in words.
func got(a simulator.Attempt) string {
	if a.Err != nil {
		return "no answer: " + a.Err.Error()
	}
	s := fmt.Sprintf("status %d", a.Status)
	if text := strings.TrimSpace(string(a.Body)); text != "" {
		if len(text) > 120 {
			text = text[:120] + "…"
		}
		s += fmt.Sprintf(" %q", text)
	}
	for _, h := range a.Beside {
		s += fmt.Sprintf(", beside it %.120q", fmt.Sprint(h))
	}
	return s
}

func (t *Trial) heard(a simulator.Attempt) {
	if a.Err != nil {
		t.fail("an answer", "%s", got(a))
	}
}

// done expects that a delivery was acknowledged and then has one effect.
func (t *Trial) done(a simulator.Attempt, id string) {
	if t.accepted(a) {
		t.applied(id, 1)
	}
}

func (t *Trial) accepted(a simulator.Attempt) bool {
	if t.acknowledged(a) {
		return true
	}
	t.fail("status 200", "%s", got(a))
	return false
}

// acknowledged reports whether an answer takes a delivery on. No page of DevRev's says
// whether another 2xx than 200 does.
func (t *Trial) acknowledged(a simulator.Attempt) bool {
	switch {
	case a.Err != nil:
		return false
	case t.Settings.Acknowledged(a.Status):
		return true
	case a.Status/100 == 2:
		t.note("answered %d, which is not documented to acknowledge a delivery", a.Status)
		return true
	}
	return false
}

// refused expects that a delivery was refused as one that is not authentic. After
// many of them, 429 is a refusal as well.
func (t *Trial) refused(a simulator.Attempt) bool {
	var throttled bool
	t.locked(func() { throttled = t.sent > many && a.Status == http.StatusTooManyRequests })
	if a.Err == nil && (slices.Contains(t.refusals, strconv.Itoa(a.Status)) || throttled) {
		return true
	}
	t.fail("status "+say.List(t.refusals, "or"), "%s", got(a))
	return false
}

// refusal is a probe of requests that must be refused and have no effect: of what change
// makes of a right one.
func refusal(change func(t *Trial, r *Request) []*Request) func(*Trial) {
	return func(t *Trial) {
		m, r := t.telling(t)
		none := true
		t.several(change(t, r), atOnce, func(_ int, a simulator.Attempt) {
			if !t.refused(a) && none {
				none = t.applied(m.ID, 0)
			}
		})
		if none {
			t.applied(m.ID, 0)
		}
	}
}

// many is how many deliveries a probe sends before a receiver may ask for time.
const many = 10

func (t *Trial) rejected(a simulator.Attempt) {
	if a.Err != nil || a.Status/100 != 4 {
		t.fail("a status of the 400s", "%s", got(a))
	}
}

// healthy expects an answer that is no failure of the server. One that asks for more time
// than there is says nothing of the delivery.
func (t *Trial) healthy(a simulator.Attempt) bool {
	if busy(a) {
		t.note("answered %d for want of time; what it does with the delivery was not seen", a.Status)
		return false
	}
	if a.Err != nil || a.Status >= 500 {
		t.fail("no status of the 500s", "%s", got(a))
		return false
	}
	return true
}

func (t *Trial) count(id string) (n int) {
	for _, seen := range t.Applied() {
		if seen == id {
			n++
		}
	}
	return n
}

// grace is how long an effect too many may follow the others.
const grace = 2 * time.Millisecond

// applied expects that the receiver acts on an id that often in all, and reports
// whether it does. Without the hook it expects nothing.
func (t *Trial) applied(id string, want int) bool {
	if t.Applied == nil {
		return true
	}
	t.await(id, want)
	t.rest()
	n := t.count(id)
	if n != want {
		came := times(n)
		if n < want && t.Settle != nil {
			came += fmt.Sprintf(" within %d minutes", ownRetries)
		}
		t.fail(times(want), "%s", came)
	}
	return n == want
}

// ownRetries is how many minutes an effect may follow its answer in a bubble.
const ownRetries = 10

// await waits until the receiver has acted on an id that often, and reports whether
// it did in time. Who tries again by itself does so after seconds or minutes, as queues
// of jobs do: where the clock waits for nobody, it has ten minutes.
func (t *Trial) await(id string, want int) bool {
	if t.Settle != nil {
		for minute := 0; minute < ownRetries && t.count(id) < want; minute++ {
			t.Settle()
		}
		return t.count(id) >= want
	}
	for end := time.Now().Add(t.Patience); t.count(id) < want; {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return true
}

// rest lets pass the time in which an effect too many may come.
func (t *Trial) rest() {
	if t.Settle != nil {
		t.Settle()
		return
	}
	time.Sleep(grace)
}

func times(n int) string {
	return cmp.Or(map[int]string{0: "no effect", 1: "one effect"}[n], say.Count(n, "effect"))
}

func media(a simulator.Attempt) string {
	m, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	return m
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // values are this package's own
	}
	return b
}
