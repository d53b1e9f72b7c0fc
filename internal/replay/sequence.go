package replay

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/placeholder"
)

// Step is one entry of a replayed sequence.
type Step struct {
	// Name is the step as the test wrote it.
	Name  string
	Index *Index
	// Always lets the step answer any number of requests, also none.
	Always bool
	Fault  Fault
	// Delay is how long the answer takes.
	Delay time.Duration
}

// Sequence answers requests from the interactions of its steps. Each request takes
// the first unused one that matches it. It is shared by the requests of a test.
type Sequence struct {
	// Hint ends the explanation of a miss: how to record what is missing. It is nil
	// for what nobody records.
	Hint func() string
	// Elsewhere says what answers the body of a write that is not the scenario's.
	Elsewhere string
	// InOrder lets no interaction answer before those that stand before it.
	InOrder bool

	recorder *cassette.Recorder

	mu     sync.Mutex
	steps  []*progress
	groups []*group
	passed int             // the steps before it are used, as far as an order goes
	place  *exchange.Stack // of the last request: most tests send from few lines
}

// group is the steps of one cassette, in their order. A request goes to the first
// of them that has an answer left, and many may stand before that.
type group struct {
	steps []*progress
	done  map[cassette.Class]int // per class: the steps before it have no answer left
}

// progress is what one client has used of a step.
type progress struct {
	Step
	number  int               // of the step, from 1
	uses    []*exchange.Stack // by interaction: who used it first; nil while none is used
	cursors map[cursor]int    // the interactions before it are used
	passed  int               // the interactions before it are used
	// sent is what the caller has sent in the place of what varies: of each cassette,
	// and of each time that one is played, something else.
	sent placeholder.Sent
}

// scope is where a request's values are bound: a step that answers any number of
// requests begins anew with each.
func (p *progress) scope() *placeholder.Sent {
	if p.Always {
		fresh := p.Index.newSent()
		return &fresh
	}
	return &p.sent
}

// cursor is a list of interactions: those of a class, or of a class of a shape.
type cursor struct {
	shape *shape
	class cassette.Class
}

// NewSequence returns a sequence of the steps, of which nothing is used.
func NewSequence(steps ...Step) (*Sequence, error) {
	s, groups := &Sequence{}, map[*Index]*group{}
	for i, step := range steps {
		p := &progress{Step: step, number: i + 1, sent: step.Index.newSent()}
		s.steps = append(s.steps, p)
		g := groups[step.Index]
		if g == nil {
			g = &group{}
			groups[step.Index] = g
			s.groups = append(s.groups, g)
		}
		g.steps = append(g.steps, p)
	}
	var err error
	s.recorder, err = cassette.NewRecorder(nil)
	return s, err
}

// caller is the place from which its caller was called; nil when no step can be used
// up, so that nobody will ask for it.
func (s *Sequence) caller() *exchange.Stack {
	if !slices.ContainsFunc(s.steps, func(p *progress) bool { return !p.Always }) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place = exchange.CallersOr(s.place)
	return s.place
}

// roundTrip passes a request through go-vcr to the first unused interaction that
// matches it, and says which that is. The place is that of the call. Without an
// interaction the error has the breaches of the request as well, for nothing else tells
// them.
func (s *Sequence) roundTrip(r *exchange.Request, k *Key, place *exchange.Stack, breaches func() []string) (resp *http.Response, by Answered, err error) {
	by.Request = r
	resp, err = s.recorder.Pass(r.Sent, func(*http.Request) (*http.Response, error) {
		p, id, sent := s.take(k, place)
		if p == nil {
			return nil, s.miss(r, k, breaches())
		}
		by.Index, by.Step, by.Name = p.Index, p.number, p.Name
		by.Interaction, by.Fault, by.delay = id, p.Fault, p.Delay
		return s.answer(r, p, id, sent)
	})
	return resp, by, err
}

func (s *Sequence) answer(r *exchange.Request, p *progress, id int, sent *placeholder.Sent) (*http.Response, error) {
	e := &p.Index.entries[id]
	resp, body := exchange.NewResponse(e.ia, r.Sent), e.ia.Response.Body
	if e.sent {
		s.mu.Lock()
		body = sent.ToCallerJSON(body)
		if location := resp.Header.Get("Location"); location != "" {
			resp.Header.Set("Location", sent.ToCallerText(location))
		}
		s.mu.Unlock()
	}
	if r.Method == http.MethodHead {
		exchange.SetNoBody(resp, body)
	} else {
		exchange.SetBody(resp, body)
	}
	return p.Fault.apply(resp, body)
}

// take marks the first unused interaction that matches as used.
func (s *Sequence) take(k *Key, place *exchange.Stack) (*progress, int, *placeholder.Sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, id, trial, sent := s.find(k)
	if p == nil || s.InOrder && s.skipped(p, id) != nil {
		return nil, 0, nil
	}
	if trial != nil {
		trial.Keep()
	}
	if !p.Always {
		p.use(id, place)
	}
	return p, id, sent
}

// find returns the first unused interaction of the sequence that answers the
// request, with the bindings that the match makes, and where it makes them.
func (s *Sequence) find(k *Key) (first *progress, id int, trial *placeholder.Trial, sent *placeholder.Sent) {
	for k := range k.preferred() {
		for _, g := range s.groups {
			if p, found, bindings, scope := g.find(k); p != nil && (first == nil || p.number < first.number) {
				first, id, trial, sent = p, found, bindings, scope
			}
		}
		if first != nil {
			break
		}
	}
	return first, id, trial, sent
}

// find is the same for the steps of one cassette.
func (g *group) find(k *Key) (*progress, int, *placeholder.Trial, *placeholder.Sent) {
	steps := g.steps
	if len(steps) > 1 && len(steps[0].Index.bound) == 0 { // what is bound may change what else matches
		steps = steps[g.skip(k):]
	}
	for _, p := range steps {
		scope := p.scope()
		if id, bindings := p.find(k, scope); id >= 0 {
			return p, id, bindings, scope
		}
	}
	return nil, 0, nil, nil
}

// skip returns how many steps have no answer left for a request.
func (g *group) skip(k *Key) int {
	if g.done == nil {
		g.done = map[cassette.Class]int{}
	}
	first := len(g.steps)
	index := g.steps[0].Index
	for c := range index.classesOf(k, k.class.Body) {
		ids, i := index.classes[c], len(g.steps)
		if len(ids) > 0 {
			for i = g.done[c]; i < len(g.steps) && len(g.steps[i].unused(cursor{nil, c}, ids)) == 0; i++ {
			}
			g.done[c] = i
		}
		first = min(first, i)
	}
	return first
}

// skipped returns the first interaction that nobody has asked for and that stands
// before this one; nil when there is none. A step that answers any number of
// requests has no place in the order, and of a shipped scenario the first
// interaction counts.
func (s *Sequence) skipped(p *progress, id int) *candidate {
	if p.number <= s.passed {
		return nil
	}
	for _, q := range s.steps[s.passed:] {
		end := len(q.Index.entries)
		if q == p {
			end = id
		}
		if q.Index.Scenario != nil {
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
		s.passed++
	}
	return nil
}

// find returns the first interaction of the step that answers the request, or
// -1, with the bindings that the match made.
func (p *progress) find(k *Key, sent *placeholder.Sent) (int, *placeholder.Trial) {
	best := -1
	for c := range p.Index.classesOf(k, k.class.Body) {
		ids := p.unused(cursor{nil, c}, p.Index.classes[c])
		if len(ids) > 0 && (best < 0 || ids[0] < best) {
			best = ids[0]
		}
	}
	if len(p.Index.bound) == 0 {
		return best, nil
	}
	var bindings *placeholder.Trial
	p.Index.candidates(k, p.unused, func(id int, bind func(*placeholder.Trial) bool) (more bool) {
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

// unused leaves out of a list the interactions before the first one that can still answer.
func (p *progress) unused(c cursor, ids []int) []int {
	i := 0
	if len(ids) > 1 {
		i = p.cursors[c]
	}
	for i < len(ids) && p.isUsed(ids[i]) {
		i++
	}
	if len(ids) > 1 && i > 0 {
		if p.cursors == nil {
			p.cursors = map[cursor]int{}
		}
		p.cursors[c] = i
	}
	return ids[i:]
}

func (p *progress) isUsed(id int) bool { return p.uses != nil && p.uses[id] != nil }

// use marks an interaction of a step that answers once, and notes who used it.
func (p *progress) use(id int, by *exchange.Stack) {
	if p.uses == nil {
		p.uses = make([]*exchange.Stack, len(p.Index.entries))
	}
	p.uses[id] = by
}

// Requests returns the recorded requests of all steps.
func (s *Sequence) Requests() (all []contract.Request) {
	for _, p := range s.steps {
		for _, e := range p.Index.File.Exchanges() {
			all = append(all, e.Request)
		}
	}
	return all
}

// Unused describes what no request has asked for: a step of a shipped scenario
// counts as used once its first interaction is; of a cassette of one's own every
// interaction counts.
func (s *Sequence) Unused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unused []string
	for i, p := range s.steps {
		ids := len(p.Index.entries)
		if p.Index.Scenario != nil {
			ids = min(1, ids)
		}
		for id := range ids {
			if p.Always || p.isUsed(id) {
				continue
			}
			label := p.Index.label(id)
			if p.Index.Scenario != nil {
				label = p.Name
			}
			if len(s.steps) > 1 {
				label = fmt.Sprintf("step %d, %s", i+1, label)
			}
			unused = append(unused, label+": "+p.Index.request(id))
		}
	}
	return unused
}

// Hidden finds a step that never gets a request, since steps before it answer
// every request that it could, any number of times.
func Hidden(steps []Step) (earlier []string, later string, hidden bool) {
	for i, b := range steps {
		if len(b.Index.classes) == 0 {
			continue
		}
		earlier = nil
		covered := true
		for key := range b.Index.classes {
			j := slices.IndexFunc(steps[:i], func(a Step) bool { return a.Always && len(a.Index.classes[key]) > 0 })
			if covered = covered && j >= 0; !covered {
				break
			}
			if !slices.Contains(earlier, steps[j].Name) {
				earlier = append(earlier, steps[j].Name)
			}
		}
		if covered && len(b.Index.bound) == 0 {
			slices.Sort(earlier)
			return earlier, b.Name, true
		}
	}
	return nil, "", false
}

// Hides finds an interaction that never gets a request when the cassette answers any
// number of them, and the one before it that gets it instead.
func (t *Index) Hides() (earlier, later int, hidden bool) {
	p := &progress{Step: Step{Index: t, Always: true}}
	for id := range t.entries {
		e := &t.entries[id]
		k := &Key{def: t.def, class: cassette.ClassOf(e.ia.Request.Method, e.url, "", []byte(e.ia.Request.Body))}
		if t.def.MatchAccept {
			k.accept = &accept{ranges: []mediaRange{{e.accept, 1}}}
		}
		if found, _ := p.find(k, p.scope()); found >= 0 && found < id {
			return found, id, true
		}
	}
	return 0, 0, false
}
