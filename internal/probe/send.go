package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/webhookvcr/internal/simulator"
)

// patience is how often a request is made again that a receiver has no time for, and
// pause how long that waits where the answer does not say. Vendors wait longer.
const (
	patience = 4
	pause    = 50 * time.Millisecond
)

// busy reports whether an answer asks for time: it says nothing of the delivery.
func busy(a simulator.Attempt) bool {
	return a.Err == nil && (a.Status == http.StatusServiceUnavailable || a.Status == http.StatusTooManyRequests)
}

// send makes a request, and makes it again while the receiver asks for time, unless it
// has asked for more than there is.
func (t *Trial) send(r *Request) simulator.Attempt {
	a := t.once(r)
	for range patience {
		if !busy(a) || r.Stream != nil || !t.rested(a) {
			return a
		}
		a = t.once(r)
	}
	if busy(a) {
		t.locked(func() { t.hasty = true })
	}
	return a
}

// rested waits as long as an answer asks for, and reports whether it did.
func (t *Trial) rested(a simulator.Attempt) bool {
	var hasty bool
	t.locked(func() { hasty = t.hasty })
	wait, most := pause, 2*time.Second
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && seconds > 0 {
		wait = time.Duration(seconds) * time.Second
	}
	if t.Settle != nil {
		most = time.Minute
	}
	if hasty || wait > most {
		return false
	}
	time.Sleep(wait)
	return true
}

func (t *Trial) deliver(m simulator.Message) simulator.Attempt { return t.send(t.request(m)) }

// once makes one request. No probe forgives a panic or an answer without an end.
func (t *Trial) once(r *Request) simulator.Attempt {
	var given bool
	t.locked(func() {
		if given = t.hung >= maxHung; !given {
			t.last = r
			t.sent++
		}
	})
	if given {
		return simulator.Attempt{Err: errGivenUp}
	}
	limit := t.Settings.Timeout
	if t.Settle == nil {
		limit = max(limit, t.Answer)
	}
	to := t.to
	if t.Handler != nil {
		to, _ = t.handler(r) // the URL was good for newTrial
	}
	a := simulator.Try(t.Context, to, limit, r.build)
	t.answered(r, a.Err == nil || a.Duration < limit)
	if t.Alive != nil {
		t.Alive()
	}
	if t.Network != nil && a.Duration > t.Settings.Timeout {
		t.locked(func() { t.late = true })
		came := got(a)
		if a.Err == nil || a.Duration < limit { // the error of one that was given up says when
			came += fmt.Sprintf(", after %v", a.Duration.Round(10*time.Millisecond))
		}
		t.failed(r, fmt.Sprintf("an answer within %v, after which %s hangs up", t.Settings.Timeout, t.Definition.Title), came)
	}
	if lines := len(slices.Concat(slices.Collect(maps.Values(a.Header))...)); lines > maxHeaderLines {
		t.failed(r, fmt.Sprintf("an answer of at most %d header lines", maxHeaderLines), fmt.Sprintf("%d", lines))
	}
	if len(a.Body) >= simulator.MaxReply {
		t.failed(r, "an answer of less than 64 KiB", fmt.Sprintf("%d KiB or more", len(a.Body)>>10))
	}
	return a
}

// maxHung is how many requests may get no answer, one after the other, before a probe is
// given up where the clock is real: what is locked for ever would cost minutes.
const maxHung = 3

var errGivenUp = errors.New("not sent, for those before got none")

// answered counts the requests without an answer in time.
func (t *Trial) answered(r *Request, inTime bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.Settle != nil || t.hung >= maxHung:
	case inTime:
		t.hung = 0
	default:
		if t.hung++; t.hung < maxHung {
			return
		}
		held := ""
		if t.Held != nil {
			held = "; these goroutines are at work:\n" + t.Held()
		}
		t.found = append(t.found, Failure{r, "an answer", fmt.Sprintf("none to %d requests, one after the other, so that the others of the probe are not sent%s", maxHung, held)})
	}
}

// maxHeaderLines is far above what an answer to a delivery needs.
const maxHeaderLines = 1000

// together sends requests at one time and returns the answers in their order. None gets
// its body before all of them have begun, or a second has passed: a receiver may take
// one after the other.
func (t *Trial) together(all ...*Request) []simulator.Attempt {
	answers := make([]simulator.Attempt, len(all))
	var running, coming sync.WaitGroup
	there, come := context.WithTimeout(context.Background(), time.Second)
	defer come()
	coming.Add(len(all))
	for i, r := range all {
		one := *r
		begun := sync.OnceFunc(coming.Done)
		one.begun = func() {
			begun()
			<-there.Done()
		}
		running.Go(func() {
			defer begun() // if nobody reads it
			answers[i] = t.once(&one)
		})
	}
	coming.Wait()
	come()
	running.Wait()
	return answers
}

// atOnce is how many deliveries are on their way at a time where a probe sends many:
// one after the other, they would take a slow receiver minutes.
const atOnce = 8

// several sends requests, that many at a time, again those for which the receiver had no
// time, and then judges the answers in their order.
func (t *Trial) several(all []*Request, atOnce int, judge func(i int, a simulator.Attempt)) {
	answers := make([]simulator.Attempt, len(all))
	which := make([]int, len(all))
	for i := range which {
		which[i] = i
	}
	t.some(which, all, answers, atOnce)
	t.later(all, answers, atOnce)
	for i, a := range answers {
		t.locked(func() { t.last = all[i] }) // is what judge speaks of
		judge(i, a)
	}
}

// some sends those of the requests, that many at a time.
func (t *Trial) some(which []int, all []*Request, answers []simulator.Attempt, atOnce int) {
	var next atomic.Int64
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(which); i = int(next.Add(1)) - 1 {
				answers[which[i]] = t.once(all[which[i]])
				if t.Settle != nil && atOnce == 1 {
					time.Sleep(time.Millisecond) // what it began comes before the next
				}
			}
		})
	}
	running.Wait()
}

// later sends again what the receiver had no time for, as long as it takes some of it,
// and then the rest one after the other.
func (t *Trial) later(all []*Request, answers []simulator.Attempt, atOnce int) {
	for left := len(all) + 1; ; {
		var which []int
		for i, a := range answers {
			if busy(a) {
				which = append(which, i)
			}
		}
		if len(which) == 0 {
			return
		}
		if len(which) >= left {
			for _, i := range which {
				answers[i] = t.send(all[i])
			}
			return
		}
		if left = len(which); !t.rested(answers[which[0]]) {
			return
		}
		t.some(which, all, answers, atOnce)
	}
}

// overlap is how long effects take where several must be under way at one time.
const overlap = 100 * time.Millisecond

// slowly lets the effects take that long while f runs, if the receiver offers it.
func (t *Trial) slowly(d time.Duration, f func()) {
	if t.SlowBy != nil {
		t.SlowBy(d)
		defer t.quickly()
	}
	f()
}

// quickly lets the effects that begin from now on take no time. One that was acknowledged
// begins after the answer: a bubble's clock waits for it.
func (t *Trial) quickly() {
	time.Sleep(grace)
	t.SlowBy(0)
}

// attempts delivers a message as often as the vendor does until it is
// acknowledged, made anew for each attempt.
func (t *Trial) attempts(make func() *Request) []simulator.Attempt {
	waits := t.Settings.Waits
	var all []simulator.Attempt
	for i := 0; ; i++ {
		a := t.once(make())
		all = append(all, a)
		if a.Err == nil && a.Status/100 == 2 || i == len(waits) {
			return all
		}
		time.Sleep(waits[i])
	}
}

// again makes the request of a message with the time of its sending.
func (t *Trial) again(m simulator.Message) func() *Request {
	return func() *Request {
		if !t.Settings.KeepTimestamp {
			m.At = time.Now()
		}
		return t.request(m)
	}
}

// unretried skips a probe when the sender makes no second attempt.
func unretried(t *Trial) (string, bool) {
	return "the sender makes no second attempt", len(t.Settings.Waits) == 0
}

// recovers lets the effect of a message fail once, and expects one with the retries.
func (t *Trial) recovers(m simulator.Message) {
	t.FailNext(1)
	all := t.attempts(t.again(m))
	t.accepted(all[len(all)-1])
	t.applied(m.ID, 1)
}

// prompt delivers a message whose effect takes long, and expects an answer to each attempt.
// It reports whether the last was acknowledged, as is expected.
func (t *Trial) prompt(m simulator.Message) bool {
	all := t.attempts(t.again(m))
	for _, a := range all {
		t.heard(a)
	}
	return t.accepted(all[len(all)-1])
}

// meanwhile lets an effect take so long that a retry comes while it is at work, and then
// fail. What is acknowledged is not sent again, so it must come; the rest comes with the
// retries.
func (t *Trial) meanwhile() {
	m := t.event()
	r := t.again(m)
	limit, wait := t.Settings.Timeout, t.Settings.Waits[0]
	t.FailNext(1)
	t.SlowBy(limit + wait + limit/2)
	a := t.once(r())
	if !t.acknowledged(a) {
		time.Sleep(wait)
		a = t.once(r())
	}
	t.quickly()
	if !t.acknowledged(a) {
		again := t.attempts(r)
		if a = again[len(again)-1]; !t.acknowledged(a) && t.Settings.Waits[len(t.Settings.Waits)-1] < limit {
			t.note("each attempt came while the first was at work, and none was acknowledged, the last answered by %s; nothing comes again", got(a))
			return
		}
		t.accepted(a)
	}
	t.applied(m.ID, 1)
}

// failing lets the effect of a delivery fail that often. When an attempt is acknowledged
// nevertheless, the receiver tries by itself, at waits of its own.
func (t *Trial) failing(n int) {
	m := t.event()
	t.FailNext(n)
	all := t.attempts(t.again(m))
	if last := all[len(all)-1]; !t.acknowledged(last) { // so the vendor knows
		t.note("each attempt was answered with a failure, the last by %s; nothing comes again", got(last))
		return
	}
	t.applied(m.ID, 1)
}
