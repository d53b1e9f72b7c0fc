package simulator

import (
	"context"
	"errors"
	"sync"
	"time"
)

// traffic is what is on its way to one webhook, so that a delete is answered
// when the last request has ended and none begins afterwards.
type traffic struct {
	mu   sync.Mutex
	gone bool
	busy map[*passage]int // how many hold the passage
	idle stir
}

// passage is one request on its way. Its context carries it, so that what the
// receiver's handler does with that context can be told from other calls.
type passage struct {
	of     *traffic
	cancel context.CancelCauseFunc
}

type passageKey struct{}

var errDeleted = errors.New("the webhook was deleted")

func newTraffic() *traffic { return &traffic{busy: map[*passage]int{}} }

// begin admits a request, unless the webhook is gone. The context ends with
// parent and with the webhook.
func (t *traffic) begin(parent context.Context) (ctx context.Context, end func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone {
		return nil, nil, false
	}
	p := &passage{of: t}
	t.busy[p] = 1
	ctx, p.cancel = context.WithCancelCause(context.WithValue(parent, passageKey{}, p))
	return ctx, func() {
		p.cancel(nil)
		p.release()
	}, true
}

// hold keeps the request of a context on its way until the returned function is
// called: a handler may go on after its caller has given up.
func hold(ctx context.Context) (release func()) {
	p, ok := ctx.Value(passageKey{}).(*passage)
	if !ok {
		return func() {}
	}
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if n, ok := p.of.busy[p]; ok {
		p.of.busy[p] = n + 1
	}
	return p.release
}

func (p *passage) release() {
	t := p.of
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.busy[p]
	if !ok {
		return
	}
	if n > 1 {
		t.busy[p] = n - 1
		return
	}
	if delete(t.busy, p); len(t.busy) == 0 {
		t.idle.now()
	}
}

// stop admits no further request and waits until those on their way have ended:
// all but the one in whose handler ctx was made, and no longer than that, for a
// handler may ignore the end of its request's context.
func (t *traffic) stop(ctx context.Context, long time.Duration) {
	t.mu.Lock()
	t.gone = true
	if p, ok := ctx.Value(passageKey{}).(*passage); ok {
		delete(t.busy, p) // its handler is the one that deletes, and goes on
	}
	for p := range t.busy {
		p.cancel(errDeleted)
	}
	busy, idle := len(t.busy), t.idle.next()
	t.mu.Unlock()
	if busy == 0 {
		return
	}
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
