package webhooktest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/serve"
	"example.com/webhookvcr/internal/simulator"
)

// Tenant is a vendor's tenant in memory, in both directions: it answers the
// management API, and it calls receivers as the vendor does. [Simulate] makes one.
type Tenant struct {
	tb        testing.TB
	p         Provider
	live      simulator.Live
	receivers *simulator.Receivers
	front     *exchange.Direct

	made time.Time

	mu    sync.Mutex
	ended bool
}

// Simulate returns a tenant in memory. It keeps webhooks: what is created can be
// read, changed and deleted, and it verifies receivers and delivers events to them
// as the vendor's pages say. It starts without a webhook, unless [Webhooks] asks
// for some, and ends with the test. What a page leaves open is a setting of
// [SentBy] with a stated default.
//
// DevRev: a webhook is unverified until its receiver has echoed the challenge of a
// verify request, within 3 minutes; a new URL or secret makes it unverified again;
// webhooks.update with the action deactivate makes it inactive. An event goes to
// the active webhooks that subscribe to its type, signed with the webhook's
// secret; what is not answered with 200 within 3 seconds is sent again after 30
// seconds, and once more after 3 minutes. After three events in a row without an
// answer a webhook is degraded: it gets none until it is verified again.
//
// d.velop: the webhooks of an event are called one after the other, in its order.
// The webhook's members enabled, restrictions, timeout, retry, handleResponse and
// apiKey count.
//
// The waiting is on the clock: within a testing/synctest bubble the minutes of a
// schedule pass at once, elsewhere they take as long as they do, and Waits of
// [SentBy] shortens them. A tenant of a bubble must be made in it. The cleanup of
// the test ends what is on its way.
//
// Of the options, AllowProblems, NoDefaults, OnNews, OnRequest, SentBy and Webhooks
// apply.
func Simulate(tb testing.TB, p Provider) *Tenant {
	tb.Helper()
	if err := p.ready(forSimulate); err != nil {
		fatal(tb, err)
	}
	t := &Tenant{tb: tb, p: p}
	t.receivers = &simulator.Receivers{Advice: "name a handler for it with Receive", Panicked: t.panicked}
	live, err := simulator.NewLive(p.def, simulator.Settings(p.options.sender), t.receivers, p.options.webhooks)
	if err != nil {
		fatal(tb, err)
	}
	t.live = live
	t.made = time.Now()
	t.front = exchange.NewDirect(p.config(tb), simulator.Transport(live))
	tb.Cleanup(t.end)
	return t
}

// afterwards is how long the end of a test waits for receivers that go on.
const afterwards = 30 * time.Second

func (t *Tenant) end() {
	t.tb.Helper()
	t.mu.Lock()
	t.ended = true
	t.mu.Unlock()
	if !t.atHome() {
		return // its channels are of another bubble, or of none
	}
	t.live.Close()
	t.front.Close()
	ctx, cancel := context.WithTimeout(context.Background(), afterwards)
	defer cancel()
	if t.receivers.Wait(ctx) != nil {
		t.tb.Errorf("a receiver has not returned %v after the end of its delivery; it should end when the context of its request does", afterwards)
	}
}

// atHome reports whether the clock is the one that the tenant was made under: that of
// a bubble begins in 2000.
func (t *Tenant) atHome() bool { return !time.Now().Round(0).Before(t.made.Round(0).Add(-time.Hour)) }

// use refuses to go on where the tenant cannot be used.
func (t *Tenant) use(call string, ctx context.Context) {
	t.tb.Helper()
	t.mu.Lock()
	ended := t.ended
	t.mu.Unlock()
	switch {
	case !t.atHome():
		fatal(t.tb, fmt.Errorf("%s: the tenant was made outside of the synctest bubble in which it is used; make it inside", call))
	case ended:
		fatal(t.tb, fmt.Errorf("%s: the tenant has ended with its test", call))
	case ctx == nil:
		fatal(t.tb, fmt.Errorf("%s: the context is nil; give one, such as t.Context()", call))
	}
}

// panicked reports a receiver that panics.
func (t *Tenant) panicked(url string, reason any, stack []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.tb.Errorf("the receiver of %s panicked: %v\n%s", url, reason, stack)
	}
}

// Client returns a client for the tenant's management API, preconfigured as
// [Replay]'s: it adds Authorization and Origin where they lack, and a request or an
// answer that breaks the contract fails the test.
func (t *Tenant) Client() *http.Client { return &http.Client{Transport: home{t}} }

// home is the tenant's transport, where it can be used.
type home struct{ *Tenant }

func (h home) RoundTrip(req *http.Request) (*http.Response, error) {
	h.tb.Helper()
	if !h.atHome() {
		err := errors.New("the tenant was made outside of the synctest bubble in which it is used; make it inside")
		h.tb.Errorf("webhooktest: %v", err)
		return nil, err
	}
	return h.front.RoundTrip(req)
}

// Requests is what [Requests] reads.
func (h home) Requests() ([]*http.Request, []time.Time) { return h.front.Requests() }

// Server is [Tenant.Client] behind a server on loopback: for a client that takes a
// base URL, or is not written in Go. It closes with the test. It cannot be used
// within a synctest bubble, whose clock a connection keeps still.
func (t *Tenant) Server() *httptest.Server {
	t.tb.Helper()
	if exchange.Bubbled() {
		fatal(t.tb, errors.New("Server: a server cannot be used within a synctest bubble; use Client"))
	}
	handler := serve.NewServer(t.p.BaseURL(), home{t})
	s := httptest.NewUnstartedServer(handler)
	address := s.Listener.Addr().String()
	handler.Hosts = []string{address}
	if _, port, err := net.SplitHostPort(address); err == nil {
		handler.Hosts = append(handler.Hosts, net.JoinHostPort("localhost", port))
	}
	s.Start()
	t.tb.Cleanup(func() {
		handler.Close()
		s.Close()
	})
	return s
}

// Receive lets a handler answer what the tenant delivers to a URL, such as
// "https://hooks.example.com/devrev", and to those below it; the longest counts.
// The handler runs in this process, in a goroutine of its own, with a context that
// ends when the tenant gives up or the handler returns. Deliveries to loopback
// addresses go over the network; to any other URL nothing is sent, and the
// delivery's Reason says so.
func (t *Tenant) Receive(url string, handler http.Handler) {
	t.tb.Helper()
	if isNil(handler) {
		handler = nil
	}
	if err := t.receivers.Handle(url, handler); err != nil {
		fatal(t.tb, fmt.Errorf("Receive: %w", err))
	}
}

// Emit lets an event happen, and returns when each webhook has acknowledged it or
// will not get it any more, with an entry for every webhook of the tenant (for
// d.velop, of the event). Events are named as the vendor does: "work_created",
// "postimport". The payload is the smallest that the contract allows; [Set],
// [Remove] and [Body] change it, with pointers from the payload's root
// ("/work/title"). What then breaks the contract, or is not described by it, fails the
// test at once; [AllowProblems] lets it pass, with a pointer from the delivery's root
// ("/work_created/work/title"). d.velop's
// payloads are known of postimport and presearch; others need a Body.
func (t *Tenant) Emit(ctx context.Context, event string, changes ...Change) []Delivery {
	t.tb.Helper()
	t.use(fmt.Sprintf("Emit(%q)", event), ctx)
	payload, err := t.live.Payload(event)
	if err != nil {
		fatal(t.tb, fmt.Errorf("Emit(%q): %w", event, err))
	}
	c, err := change.Payload(payload, changes)
	if err != nil {
		fatal(t.tb, fmt.Errorf("Emit(%q): %w", event, err))
	}
	if err := t.check(event, c.Value); err != nil {
		fatal(t.tb, fmt.Errorf("Emit(%q): %w", event, err))
	}
	all, err := t.live.Emit(ctx, event, c.Value, c.Duplicates)
	if err != nil {
		fatal(t.tb, fmt.Errorf("Emit(%q): %w", event, err))
	}
	return deliveries(all)
}

// check holds a delivery to the contract before it is made.
func (t *Tenant) check(event string, payload any) error {
	body, err := t.live.Body(event, payload)
	if err != nil {
		return fmt.Errorf("%w; give one with Body", err)
	}
	if t.p.def.Delivery == nil {
		return nil
	}
	found, err := contract.CheckDelivery(t.p.def, body)
	if err != nil {
		return err
	}
	problems := t.p.public(found)
	t.p.news(problems)
	var failing []string
	for _, p := range problems {
		if p.Fails() || p.Keyword == "undocumented" {
			failing = append(failing, p.String())
			continue
		}
		t.tb.Logf("Emit(%q): %s", event, p)
	}
	if len(failing) > 0 {
		return fmt.Errorf("the delivery would break the contract of %s:\n\t%s\nAllowProblems lets a breach pass that is the point of the test", t.p.def.Title, strings.Join(failing, "\n\t"))
	}
	return nil
}

// Deliveries returns all that was delivered, or was to be, in the order in which it
// began. DevRev's verify requests are among it, as events of type "verify".
func (t *Tenant) Deliveries() []Delivery { return deliveries(t.live.Deliveries()) }

// Settle waits until nothing is on its way, no attempt will follow, and every
// receiver has returned: until a new webhook is verified, or its time is over. It
// returns the context's error when that ends first. Whether a webhook is active now
// is for the API, or the next Emit, to say.
func (t *Tenant) Settle(ctx context.Context) error {
	t.tb.Helper()
	t.use("Settle", ctx)
	if err := t.live.Settle(ctx); err != nil {
		return err
	}
	return t.receivers.Wait(ctx)
}

// Delivery is what became of one event for one webhook.
type Delivery struct {
	// Event is the event's type, such as "work_created", and ID the event's own id,
	// empty for d.velop, whose events have none.
	Event, ID string
	// Webhook is the id of the webhook, and URL where it delivers to.
	Webhook, URL string
	// Attempts are the requests that were made, in order; none when the webhook gets
	// nothing. Duplicates are among them.
	Attempts []Attempt
	// Acknowledged says that an attempt was answered as the vendor wants it.
	Acknowledged bool
	// Reason says in a sentence why nothing was sent, or why no further attempt was
	// made: "unverified after 3m0s: the verify request of … was answered with 200
	// and no challenge". It is empty when Acknowledged.
	Reason string
}

// Attempt is one request of a delivery.
type Attempt struct {
	// At is when the request was sent, and Duration how long its answer took.
	At       time.Time
	Duration time.Duration
	// Status is the status of the answer; 0 when none came.
	Status int
	// Header is the answer's header, and Body its body, at most 64 KiB of it.
	Header http.Header
	Body   []byte
	// Err says why no answer came: a deadline, a closed connection, a panic.
	Err error
	// Reason says in a few words why the attempt was not acknowledged.
	Reason string
}

func deliveries(all []simulator.Delivery) []Delivery {
	public := make([]Delivery, len(all))
	for i, d := range all {
		public[i] = Delivery{Event: d.Event, ID: d.ID, Webhook: d.Webhook, URL: d.URL, Acknowledged: d.Acknowledged, Reason: d.Reason}
		for _, a := range d.Attempts {
			public[i].Attempts = append(public[i].Attempts, Attempt{a.At, a.Duration, a.Status, a.Header, a.Body, a.Err, a.Reason})
		}
	}
	return public
}

// Sender is what the vendors' pages leave open about how events are sent; the zero
// value has the defaults that each field names.
type Sender struct {
	// Waits are the times between the attempts of one delivery; nil means DevRev's
	// 30 seconds and 3 minutes, and for d.velop three more attempts at once.
	Waits []time.Duration
	// Timeout is the time that a receiver has for its answer; 0 means DevRev's 3
	// seconds, and for d.velop the webhook's member timeout, when that is more than 0
	// (the pages name no minimum), and else the documented 300 milliseconds.
	Timeout time.Duration
	// Acknowledged says which status acknowledges a delivery; nil means 200 for
	// DevRev, whose pages list no other success, and any 2xx for d.velop, whose pages
	// list none.
	Acknowledged func(status int) bool

	// The fields below are DevRev's.

	// VerifyAfter is the time between a change and its verify request, in which a
	// caller can store the secret; 0 means 100 milliseconds. No page names it.
	VerifyAfter time.Duration
	// VerifyWithin is how long a webhook has to be verified; 0 means the documented
	// 3 minutes.
	VerifyWithin time.Duration
	// RawKey signs with the text of the secret; otherwise the key is the bytes that
	// the text encodes in base64. No page says which.
	RawKey bool
	// Hex writes the signature in hexadecimal digits, otherwise in base64. No page
	// says which.
	Hex bool
	// KeepTimestamp leaves the event's time in each attempt; otherwise an attempt has
	// the time of its own sending. The pages disagree.
	KeepTimestamp bool
	// DegradedAfter is how many events in a row must fail before a webhook gets none
	// until it is verified again; 0 means 3. The pages speak of sustained failure.
	DegradedAfter int
}

// SentBy says how a simulated tenant sends what the vendor's pages leave open.
func SentBy(s Sender) Option {
	return option("SentBy", func(o *options) {
		switch {
		case slices.Contains(o.used[:len(o.used)-1], "SentBy"):
			o.mistake("SentBy is given twice, and only one can hold; leave one out")
		case reflect.ValueOf(s).IsZero():
			o.mistake("SentBy(Sender{}) changes nothing; set a field, or leave the option out")
		case s.VerifyAfter > 0 && s.VerifyAfter >= cmp.Or(s.VerifyWithin, 3*time.Minute):
			o.mistake("SentBy: VerifyAfter (%v) leaves no time to verify in: VerifyWithin is %v", s.VerifyAfter, cmp.Or(s.VerifyWithin, 3*time.Minute))
		}
		for _, d := range append([]time.Duration{s.Timeout, s.VerifyAfter, s.VerifyWithin}, s.Waits...) {
			if d < 0 {
				o.mistake("SentBy: %v is no time to wait; give one of 0 or more", d)
			}
		}
		if s.DegradedAfter < 0 {
			o.mistake("SentBy: DegradedAfter is %d; give 0 for the default, or more", s.DegradedAfter)
		}
		o.sender = s
	})
}

// Sender returns what [SentBy] has said, for packages that send as the vendor does,
// such as receivertest. Another option, which has no effect there, is an error.
func (p Provider) Sender() (Sender, error) { return p.options.sender, p.ready(forReceivers) }

// Webhooks lets a simulated tenant start with that many webhooks. The first has
// the id of the vendor's exported constant, [DevRevWebhookID] or
// [DVelopWebhookID]; they are active, and deliver to URLs below
// https://example.com/webhooks/.
func Webhooks(n int) Option {
	return option("Webhooks", func(o *options) {
		switch {
		case n < 1 || n > simulator.MaxWebhooks:
			o.mistake("Webhooks(%d): give 1 to %d, or leave the option out", n, simulator.MaxWebhooks)
		case slices.Contains(o.used[:len(o.used)-1], "Webhooks"):
			o.mistake("Webhooks is given twice, and only one can hold; leave one out")
		}
		o.webhooks = n
	})
}
