package vcr

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/placeholder"
)

// Step is one entry of a replayed sequence.
type Step struct {
	// Name is the step as the test wrote it.
	Name string
	Tape *Tape
	// Always lets the step answer any number of requests, also none.
	Always bool
	Fault  Fault
}

// Replay answers requests from tapes. Each request takes the first unused
// interaction that matches it.
type Replay struct {
	// Hint ends the explanation of a miss: how to record what is missing.
	Hint string
	// InOrder lets no interaction answer before those that stand before it.
	InOrder bool

	recorder *recorder.Recorder

	mu    sync.Mutex
	steps []*progress
	sent  placeholder.Sent
}

// progress is what one client has used of a step.
type progress struct {
	Step
	uses    map[int]stack  // by interaction: who used it first
	cursors map[string]int // per class: the interactions before it are used
	passed  int            // the interactions before it are used
}

// NewReplay returns the replay of the steps, in order.
func NewReplay(steps ...Step) (*Replay, error) {
	r := &Replay{}
	for _, s := range steps {
		r.steps = append(r.steps, &progress{Step: s})
		if len(s.Tape.bound) > 0 {
			r.sent = s.Tape.newSent()
		}
	}
	// ModePassthrough needs no file and writes none; the index below answers.
	rec, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName:       "replay",
		Mode:               recorder.ModePassthrough,
		RealTransport:      roundTripper(r.answer),
		SkipRequestLatency: true,
	})
	if err != nil {
		return nil, err
	}
	r.recorder = rec
	return r, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (r *Replay) roundTrip(req *http.Request) (*http.Response, error) {
	return r.recorder.RoundTrip(req)
}

// answer is the network of a replay: an index, and nothing behind it.
func (r *Replay) answer(req *http.Request) (*http.Response, error) {
	c := callOf(req)
	step, id := r.take(c)
	if step == nil {
		return nil, r.miss(c)
	}
	c.step, c.tape, c.id = step, step.Tape, id
	e := &step.Tape.entries[id]
	resp := &http.Response{
		Status: e.ia.Response.Status, StatusCode: e.ia.Response.Code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: cloneHeader(e.ia.Response.Headers), Request: c.req,
	}
	if resp.Status == "" {
		resp.Status = statusText(resp.StatusCode)
	}
	body := e.ia.Response.Body
	if e.sent {
		r.mu.Lock()
		body = string(r.sent.ToCallerJSON([]byte(body)))
		if location := resp.Header.Get("Location"); location != "" {
			resp.Header.Set("Location", r.sent.ToCallerText(location))
		}
		r.mu.Unlock()
	}
	if c.known.method == http.MethodHead {
		setNoBody(resp, body)
	} else {
		setBody(resp, body)
	}
	if step.Fault != None {
		c.fault = step.Fault
		return step.Fault.apply(resp, body)
	}
	return resp, nil
}

// take marks the first unused interaction that matches as used.
func (r *Replay) take(c *call) (*progress, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, id, sent := r.find(c.known)
	if p == nil || r.InOrder && r.skipped(p, id) != nil {
		return nil, 0
	}
	if sent != nil {
		sent.Keep()
	}
	p.use(id, callers)
	return p, id
}

// find returns the first unused interaction of the sequence that answers the
// request, with the bindings that the match makes.
func (r *Replay) find(k *known) (*progress, int, *placeholder.Trial) {
	for _, p := range r.steps {
		if id, sent := p.find(k, &r.sent); id >= 0 {
			return p, id, sent
		}
	}
	return nil, 0, nil
}

// skipped returns the first interaction that nobody has asked for and that stands
// before this one; nil when there is none. A step that answers any number of
// requests has no place in the order, and of a shipped scenario the first
// interaction counts.
func (r *Replay) skipped(p *progress, id int) *candidate {
	for _, q := range r.steps {
		end := len(q.Tape.entries)
		if q == p {
			end = id
		}
		if q.Tape.Scenario != nil {
			end = min(1, end)
		}
		for ; !q.Always && q.passed < end; q.passed++ {
			if !q.isUsed(q.passed) {
				return &candidate{step: q, id: q.passed}
			}
		}
		if q == p {
			return nil
		}
	}
	return nil
}

// find returns the first interaction of the step that answers the request, or
// -1, with the bindings that the match made.
func (p *progress) find(k *known, sent *placeholder.Sent) (int, *placeholder.Trial) {
	best := -1
	for _, key := range p.Tape.keys(k) {
		ids := p.unused(key, p.Tape.classes[key])
		if len(ids) > 0 && (best < 0 || ids[0] < best) {
			best = ids[0]
		}
	}
	if len(p.Tape.bound) == 0 {
		return best, nil
	}
	var bindings *placeholder.Trial
	p.Tape.candidates(k, p.unused, func(id int, bind func(*placeholder.Trial) bool) (more bool) {
		if best >= 0 && id > best {
			return false
		}
		if p.isUsed(id) {
			return true
		}
		trial := sent.Try()
		if bind(trial) {
			best, bindings = id, trial
			return false
		}
		return true
	})
	return best, bindings
}

// unused leaves out of a class the interactions before the first one that can
// still answer.
func (p *progress) unused(key string, ids []int) []int {
	i := p.cursors[key]
	for i < len(ids) && p.isUsed(ids[i]) {
		i++
	}
	if len(ids) > 1 && i > 0 {
		if p.cursors == nil {
			p.cursors = map[string]int{}
		}
		p.cursors[key] = i
	}
	return ids[i:]
}

func (p *progress) isUsed(id int) bool {
	_, used := p.uses[id]
	return used && !p.Always
}

// use marks an interaction as used and notes who used it first.
func (p *progress) use(id int, by func() stack) {
	if _, used := p.uses[id]; used {
		return
	}
	if p.uses == nil {
		p.uses = map[int]stack{}
	}
	p.uses[id] = by()
}

// Unused describes what no request has asked for: a step of a shipped scenario
// counts as used once its first interaction is; of a cassette of one's own every
// interaction counts.
func (r *Replay) Unused() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var unused []string
	for i, p := range r.steps {
		ids := len(p.Tape.entries)
		if p.Tape.Scenario != nil {
			ids = min(1, ids)
		}
		for id := range ids {
			if p.Always || p.isUsed(id) {
				continue
			}
			label := p.Tape.label(id)
			if p.Tape.Scenario != nil {
				label = p.Name
			}
			if len(r.steps) > 1 {
				label = fmt.Sprintf("step %d, %s", i+1, label)
			}
			unused = append(unused, label+": "+p.Tape.request(id))
		}
	}
	return unused
}

// Hidden finds a step that never gets a request, since steps before it answer
// every request that it could, any number of times.
func Hidden(steps []Step) (earlier []string, later string, hidden bool) {
	for i, b := range steps {
		if len(b.Tape.classes) == 0 {
			continue
		}
		earlier = nil
		covered := true
		for key := range b.Tape.classes {
			j := slices.IndexFunc(steps[:i], func(a Step) bool { return a.Always && len(a.Tape.classes[key]) > 0 })
			if covered = covered && j >= 0; !covered {
				break
			}
			if !slices.Contains(earlier, steps[j].Name) {
				earlier = append(earlier, steps[j].Name)
			}
		}
		if covered && len(b.Tape.bound) == 0 {
			slices.Sort(earlier)
			return earlier, b.Name, true
		}
	}
	return nil, "", false
}

func cloneHeader(h http.Header) http.Header {
	if len(h) == 0 {
		return http.Header{}
	}
	return h.Clone()
}

func statusText(code int) string {
	return strings.TrimSpace(itoa(code) + " " + http.StatusText(code))
}
