package vcr

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/alias"
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

	recorder *recorder.Recorder

	mu    sync.Mutex
	steps []*progress
	sent  alias.Sent
}

// progress is what one client has used of a step.
type progress struct {
	Step
	uses    map[int]stack  // by interaction: who used it first
	cursors map[string]int // per class: the interactions before it are used
}

// NewReplay returns the replay of the steps, in order.
func NewReplay(steps ...Step) (*Replay, error) {
	r := &Replay{}
	for _, s := range steps {
		r.steps = append(r.steps, &progress{Step: s})
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
		body = string(r.sent.RestoreJSON([]byte(body)))
		if location := resp.Header.Get("Location"); location != "" {
			resp.Header.Set("Location", r.sent.RestoreText(location))
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
	for _, p := range r.steps {
		id, sent := p.find(c.known, &r.sent)
		if id < 0 {
			continue
		}
		if sent != nil {
			r.sent = *sent
		}
		p.use(id, callers)
		return p, id
	}
	return nil, 0
}

// find returns the first interaction of the step that answers the request, or
// -1, with the bindings that the match made.
func (p *progress) find(k *known, sent *alias.Sent) (int, *alias.Sent) {
	best := -1
	for _, key := range p.Tape.keys(k) {
		ids := p.Tape.classes[key]
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
		if i < len(ids) && (best < 0 || ids[i] < best) {
			best = ids[i]
		}
	}
	for _, id := range p.Tape.bound {
		if best >= 0 && id > best {
			break
		}
		if p.isUsed(id) {
			continue
		}
		if bindings, ok := p.Tape.entries[id].sentBinding(k, sent); ok {
			return id, bindings
		}
	}
	return best, nil
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
