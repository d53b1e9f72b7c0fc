package probe

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"example.com/webhookvcr/internal/simulator"
)

func (t *Trial) malformed() {
	m := t.event()
	event, valid := m.Event, string(t.body(m))
	for _, body := range []string{"", "{", strings.Repeat("[", 20000), valid + valid, "\ufeff" + valid} {
		t.rejected(t.send(t.signed(event, []byte(body))))
	}
	doubled := strings.Replace(valid, "{", `{"type": "work_deleted",`, 1)
	for _, body := range []string{"null", "[]", `"text"`, "0", "{}", "{\"\xff\xfe\": 1}", doubled} {
		if a := t.send(t.signed(event, []byte(body))); !t.acknowledged(a) {
			t.rejected(a)
		}
	}
}

// methods sends deliveries with other methods and expects that nothing happens.
func (t *Trial) methods() {
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		m, r := t.sample()
		r.Method = method
		if a := t.send(r); a.Status != http.StatusNotImplemented {
			t.healthy(a)
		}
		t.applied(m.ID, 0)
	}
}

func (t *Trial) direct() {
	if a := t.deliver(t.event()); a.Status/100 == 3 {
		t.fail("no redirect", "%s, Location %q", got(a), a.Header.Get("Location"))
	}
}

// disguised sends a forged delivery in forms that a check may pass over, each of which
// must be refused, or sent elsewhere, without an effect.
func (t *Trial) disguised(r *Request, id string, urls ...string) {
	unsized := *r
	unsized.unsized = true
	all := []*Request{r.with("Content-Type", "text/plain"), r.with("Content-Type", "application/x-www-form-urlencoded"), r.with("Content-Type"), &unsized}
	for _, url := range append(urls, strings.TrimSuffix(r.URL, "/")+"/") {
		other := *r
		other.URL = url
		all = append(all, &other)
	}
	for _, r := range all {
		if a := t.send(r); a.Err != nil || a.Status/100 != 4 && a.Status/100 != 3 {
			t.fail("a status of the 400s, or a redirect", "%s", got(a))
			t.applied(id, 0)
		}
	}
	t.applied(id, 0)
}

// open sends many deliveries that must have no effect, which other probes judge, and
// expects that the message after them is taken on.
func (t *Trial) open(what string, bad func() *Request) {
	good := t.event()
	var all []*Request
	for range many {
		all = append(all, bad())
	}
	t.several(all, atOnce, func(int, simulator.Attempt) {})
	if a := t.deliver(good); !t.acknowledged(a) {
		t.fail("status 200 after "+what, "%s", got(a))
	}
}

// maxRead is how much of a body that is too large may be read, in bytes.
const maxRead = 4 << 20

// zeros is a body that counts what is read of it. A part counts when the next is asked
// for: one is on its way to a handler that may read no more.
type zeros struct {
	left, given int64
	read        atomic.Int64
}

func (z *zeros) Read(p []byte) (int, error) {
	z.read.Store(z.given)
	n := min(int64(len(p)), z.left)
	if n == 0 {
		return 0, io.EOF
	}
	z.left -= n
	z.given += n
	clear(p[:n])
	return int(n), nil
}

func (t *Trial) flood(r *Request) {
	body := &zeros{left: int64(t.Refuse)}
	r.Stream, r.What = body, fmt.Sprintf("%d MiB of zeros", t.Refuse>>20)
	t.rejected(t.send(r))
	if n := body.read.Load(); n > maxRead {
		t.fail("4 MiB read at most", "%d MiB read", n>>20)
	}
}

// drops is a body that comes at one byte a second until nobody waits for it.
type drops struct {
	ctx  context.Context
	read atomic.Int64
}

func (d *drops) Read(p []byte) (int, error) {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-timer.C:
		d.read.Add(1)
		return copy(p, " "), nil
	}
}

// trickle sends a body that takes longer than the time for an answer.
func (t *Trial) trickle(r *Request) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	body := &drops{ctx: ctx}
	r.Stream, r.What = body, "one byte a second"
	a := t.send(r)
	t.note("after %v and %d bytes: %s", a.Duration, body.read.Load(), got(a))
}
