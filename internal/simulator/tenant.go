package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// Live is a tenant that lives: it answers the management API, and it calls
// receivers as the vendor does.
type Live interface {
	http.Handler
	// EventTypes are the types of events that can be emitted, sorted.
	EventTypes() []string
	// Payload is the smallest payload of an event that the contract allows, made of
	// the types that encoding/json decodes into. It is nil for an event whose
	// payload is not documented, and an error for one that cannot be emitted.
	Payload(event string) (any, error)
	// Body is a delivery's body with that payload, as a webhook would get it.
	Body(event string, payload any) ([]byte, error)
	// Emit lets an event happen. It returns when every webhook has acknowledged it
	// or will not get it any more, and has an entry for every webhook. Each
	// acknowledged delivery is made that many times more, byte for byte.
	Emit(ctx context.Context, event string, payload any, duplicates int) ([]Delivery, error)
	// Deliveries is all that was delivered, or was to be, in the order in which it
	// began; verify requests are among it.
	Deliveries() []Delivery
	// State is what the tenant holds, as a value that encoding/json encodes.
	State() any
	// Settle waits until nothing is on its way and no attempt will follow.
	Settle(ctx context.Context) error
	// Close ends what is on its way and waits for it.
	Close()
}

// Settings are what the vendors leave open about their deliveries; the zero value
// means the defaults that each field names.
type Settings struct {
	// Waits are the times between the attempts of one delivery; nil means DevRev's
	// 30 seconds and 3 minutes, and for d.velop three more attempts at once.
	Waits []time.Duration
	// Timeout is the time that a receiver has for its answer; 0 means DevRev's 3
	// seconds, and for d.velop what the webhook's member timeout says, when that is
	// more than 0, and else the documented 300 milliseconds.
	Timeout time.Duration
	// Acknowledged says which status acknowledges a delivery; nil means 200 for
	// DevRev, which documents no other, and any 2xx for d.velop, which documents
	// none.
	Acknowledged func(status int) bool

	// The others are DevRev's.

	// VerifyAfter is the time between a change and its verify request, so that the
	// caller can store the secret first; 0 means 100 milliseconds. No page names it.
	VerifyAfter time.Duration
	// VerifyWithin is how long a webhook has to be verified; 0 means the documented 3 minutes.
	VerifyWithin time.Duration
	// RawKey signs with the text of the secret instead of the bytes that it encodes.
	RawKey bool
	// Hex writes the signature in hexadecimal digits instead of base64.
	Hex bool
	// KeepTimestamp leaves the event's time in each attempt; otherwise a retry has
	// the time of its own sending.
	KeepTimestamp bool
	// DegradedAfter is how many events in a row must fail before a webhook gets
	// none until it is verified again; 0 means 3. DevRev speaks of sustained failure.
	DegradedAfter int
}

// MaxWebhooks bounds the webhooks that a tenant starts with. The vendors state no
// bound; this one is of memory and time.
const MaxWebhooks = 10000

// NewLive returns a tenant in the placeholder world: its base URL and its
// credential are those of the definition and of tests. It starts with that many
// webhooks. What it sends goes to the receivers.
func NewLive(d *provider.Definition, settings Settings, receivers http.RoundTripper, webhooks int) (Live, error) {
	if receivers == nil {
		return nil, errors.New("no receivers given")
	}
	if webhooks < 0 || webhooks > MaxWebhooks {
		return nil, fmt.Errorf("%d webhooks to start with, expected 0 to %d", webhooks, MaxWebhooks)
	}
	v, err := vendorOf(d)
	if err != nil {
		return nil, err
	}
	if v.live == nil {
		return nil, fmt.Errorf("the simulator of %s has no tenant that lives; give it one in package simulator", d.Name)
	}
	return v.live(settings, receivers, webhooks), nil
}

// tenant is what the vendors' tenants share: what is under way, and what was delivered.
type tenant struct {
	mu      sync.Mutex
	started bool
	// gone are the webhooks that the request being answered has deleted.
	gone []*traffic

	work   tally
	stir   stir
	log    deliveries
	ctx    context.Context
	cancel context.CancelFunc
}

// serve answers a request while the tenant is locked, and writes the answer when
// nothing more is on its way to the webhooks that the request has deleted, or after
// that long.
func (t *tenant) serve(w http.ResponseWriter, r *http.Request, long time.Duration, ask func(body []byte, complete bool) answer) {
	body, complete := readBody(w, r)
	a, gone := func() (answer, []*traffic) {
		t.mu.Lock()
		defer t.mu.Unlock()
		a := ask(body, complete)
		gone := t.gone
		t.gone = nil
		return a, gone
	}()
	for _, webhook := range gone {
		webhook.stop(r.Context(), long)
	}
	a.writeTo(w)
}

// context ends with the tenant.
func (t *tenant) context() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx == nil {
		t.ctx, t.cancel = context.WithCancel(context.Background())
	}
	return t.ctx
}

// errClosed is why deliveries end with their tenant.
var errClosed = errors.New("the tenant was closed")

// until returns a context that ends with ctx and with the tenant.
func (t *tenant) until(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(t.context(), func() { cancel(errClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// Deliveries implements Live.
func (t *tenant) Deliveries() []Delivery { return t.log.list() }

// Settle implements Live.
func (t *tenant) Settle(ctx context.Context) error { return t.work.wait(ctx) }

// Close implements Live.
func (t *tenant) Close() {
	_ = t.context()
	t.cancel()
	_ = t.work.wait(context.Background())
}

// deliveries records what was delivered.
type deliveries struct {
	mu  sync.Mutex
	all []*Delivery
}

// begin adds an entry and returns the function that replaces it.
func (l *deliveries) begin(d Delivery) (change func(Delivery)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := &d
	l.all = append(l.all, entry)
	return func(d Delivery) {
		l.mu.Lock()
		defer l.mu.Unlock()
		*entry = d
	}
}

func (l *deliveries) list() []Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Delivery, len(l.all))
	for i, d := range l.all {
		all[i] = *d
		all[i].Attempts = slices.Clone(d.Attempts)
	}
	return all
}

// tally counts what is under way. A sync.WaitGroup would do, but for waiting with a context.
type tally struct {
	mu   sync.Mutex
	n    int
	idle stir
}

// run starts f in a goroutine of its own.
func (t *tally) run(f func()) {
	t.add(1)
	go func() {
		defer t.add(-1)
		f()
	}()
}

func (t *tally) add(n int) (now int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n += n; t.n == 0 {
		t.idle.now()
	}
	return t.n
}

// wait returns when nothing is under way, or with the context's error.
func (t *tally) wait(ctx context.Context) error {
	idle := t.idle.next()
	if t.add(0) == 0 {
		return ctx.Err()
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unknownEvent is the error for an event that the vendor does not have.
func unknownEvent(title, event string, known []string) error {
	near := say.Nearest(event, known)
	if len(near) > 0 {
		return fmt.Errorf("%s has no event %q; did you mean %s?", title, event, strings.Join(near, " or "))
	}
	return fmt.Errorf("%s has no event %q; it has %s", title, event, strings.Join(known, ", "))
}
