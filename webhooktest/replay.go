package webhooktest

import (
	"net/http"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/replay"
)

// Replay returns a client that answers from the provider's scenarios, offline,
// in the order of the steps: each request takes the first unused step that
// matches it. Requests are matched by method, URL, JSON value of the body and,
// for d.velop, the media type asked for, which is the one of the highest quality where
// steps differ in it; never by token. So equal requests get
// their answers in the order of the steps, while different ones may come in any
// order: a test that passes does not prove that a webhook was created before it
// was read. [InOrder] demands the order of the steps.
//
// The test fails when a request has no answer, with an explanation of the
// nearest one; the client's error has its first line alone, and wraps go-vcr's
// cassette.ErrInteractionNotFound. It also fails when a request or an answer breaks
// the vendor's contract, and at its end when a step was not used. Authorization and
// Origin are added to requests that lack them. Without a step no request may come at all: for code that must decide without
// asking. Of the options [NoDefaults] and [OnRequest] alone have an effect then.
// [Requests] returns what was sent.
//
// The client ends with the test: a cleanup that was registered before Replay
// runs after that, and a request that it sends comes too late and fails the test.
// Register such a cleanup after Replay. A request of a goroutine that outlives the
// test gets the same error, but no test fails for it any more.
//
// The client is safe for concurrent use, waits for nothing, opens no
// connection, and may be used inside a testing/synctest bubble.
func Replay(tb testing.TB, p Provider, steps ...Step) *http.Client {
	tb.Helper()
	return &http.Client{Transport: replaying(tb, p, forReplay, steps)}
}

func replaying(tb testing.TB, p Provider, call string, steps []Step) *replay.Transport {
	tb.Helper()
	resolved, err := p.resolve(tb, call, steps)
	if err != nil {
		fatal(tb, err)
	}
	return front(tb, p, resolved, nil)
}

// front starts a replay that ends with the test. The hint says how to record
// what it plays; it is nil for shipped scenarios.
func front(tb testing.TB, p Provider, steps []replay.Step, hint func() string) *replay.Transport {
	tb.Helper()
	r, err := replay.NewSequence(steps...)
	if err != nil {
		fatal(tb, err)
	}
	r.Hint, r.InOrder = hint, p.options.inOrder
	r.Elsewhere = "Simulate answers every body that the contract allows, and Open records one of your own"
	f := replay.NewTransport(p.config(tb), r)
	tb.Cleanup(func() {
		tb.Helper()
		f.Close()
		if p.options.allowUnused || tb.Failed() || tb.Skipped() {
			return
		}
		if unused := r.Unused(); len(unused) > 0 {
			advice := "leave the step out, or use AllowUnused when the code may do without"
			if hint != nil {
				advice = "record it again, or use AllowUnused when the code may do without\n" + hint()
			}
			tb.Errorf("the test has ended, and no request asked for\n\t%s\n%s", strings.Join(unused, "\n\t"), advice)
		}
	})
	return f
}

func (p Provider) config(tb testing.TB) exchange.Config {
	c := exchange.Config{
		Definition: p.def, Report: tb, KeepRequests: true,
		Strict: p.options.strict, NoDefaults: p.options.noDefaults,
		AllowProblems: p.options.allowProblems, OnRequest: p.options.onRequest,
	}
	if len(p.options.onNews) > 0 {
		c.OnNews = func(found contract.Problem) { p.options.heard(public(found)) }
	}
	return c
}
