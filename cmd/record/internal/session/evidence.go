package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// evidence is what a run has seen of a tenant. Answers that the vendor does not
// document are judged with all of it: whose they are, and which of the credential, the
// ids and the contract they speak of, only the other answers tell.
type evidence struct {
	answers []Given
	// lookedUp says that a look-up has found an id.
	lookedUp bool
	doubts   []Doubt
	// Absent says that nothing of the vendor's answers there; nil as long as nobody has
	// asked.
	Absent func(Target) error
	// unrouted says that every read call is answered 404.
	unrouted bool
}

// Given is an answer with what it was an answer to.
type Given struct {
	Target
	Answer
}

// Doubt is an answer that the contract does not describe, or does not describe as one
// to that request.
type Doubt struct {
	*Given
	// Failed is why there is no answer to judge: an id was not found, or the tenant seemed
	// to be in trouble.
	Failed error
	// Again asks once more, and puts its answer in the place of the one in doubt; nil where
	// nothing depends on it.
	Again func() error
	// Conclude takes the verdict, nil when the answer is the vendor's, and returns why the
	// scenario has failed after all.
	Conclude func(error) error
}

// Doubt notes an answer in doubt, which is judged at the end.
func (r *Recorder) Doubt(ctx context.Context, d Doubt) {
	d.Session.doubts = append(d.Session.doubts, d)
	r.Note(ctx, d.Target, cmp.Or(d.Failed, r.Refused(*d.Given)))
}

// hear notes an answer; lookedUp says that a look-up has found an id for its request.
func (e *evidence) hear(g Given, lookedUp bool) {
	e.answers = append(e.answers, g)
	e.lookedUp = e.lookedUp || lookedUp
}

// Fits reports whether the answer is the one that the scenario is about.
func (g Given) Fits() bool {
	s := g.Scenario
	return g.Status == s.Status && (s.Type == "" || g.ErrorType == s.Type) && (s.MediaType == "" || g.MediaType == s.MediaType)
}

// Certain reports whether the answer is the vendor's, whatever others are.
func (g Given) Certain() bool { return g.Recognised && (g.Status < 300 || g.Fits()) }

// recognises reports whether an answer is what the contract says of its status. Of a
// success one documented member of its documented type is enough: then it is the
// vendor's, whatever has become of the rest. A status without a documented body proves
// nothing.
func (t Target) recognises(got Answer, body []byte) bool {
	status, mediaType := got.Status, got.MediaType
	success := status >= 200 && status < 300
	if success {
		mediaType = ""
		for _, r := range t.Def.Operation(t.Operation()).Responses {
			if t.documented(status) == nil && r.Status < 300 {
				status = r.Status // another success than the documented one
			}
		}
	}
	if documented := t.documented(status); documented == nil || documented.Schema == "" {
		return false
	}
	problems, err := contract.CheckBody(t.Def, t.Operation(), status, mediaType, body, false)
	if err != nil || !success {
		return err == nil && !slices.ContainsFunc(problems, contract.Problem.Fails)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return false
	}
	for name := range members {
		pointer := jsontext.Child("", name)
		if !slices.ContainsFunc(problems, func(p contract.Problem) bool {
			return p.Kind == contract.Undocumented && (p.Pointer == pointer || p.Pointer == "") || p.Pointer == pointer && (p.Keyword == "type" || p.Keyword == "additionalProperties")
		}) {
			return true
		}
	}
	return false
}

// vendor reports whether the vendor has answered: with a success, or with errors of two
// statuses. Many a gateway answers everything with one error, and a documented one.
func (e *evidence) vendor() bool {
	status := 0
	for _, a := range e.answers {
		switch {
		case !a.Recognised:
			continue
		case a.Status < 300, status != 0 && a.Status != status:
			return true
		}
		status = a.Status
	}
	return e.lookedUp
}

// holds reports whether the request has an id.
func (t Target) holds(id provider.Binding) bool {
	return slices.ContainsFunc(t.bindings(), func(b provider.Binding) bool { return b.Var == id.Var })
}

// knows reports whether a request with that id got its success.
func (e *evidence) knows(id provider.Binding) bool {
	return slices.ContainsFunc(e.answers, func(a Given) bool {
		return a.Recognised && a.Status < 300 && a.holds(id)
	})
}

// routed reports whether the answer is an error that only the operation itself gives: its
// request has nothing that is judged before routing.
func (g Given) routed() bool {
	return g.Certain() && g.authenticated() && json.Valid([]byte(g.Scenario.Request.Body)) && slices.ContainsFunc(g.Def.Scenarios, func(s provider.Scenario) bool {
		of, is := s.Request, g.Scenario.Request
		return s.Status < 300 && of.Method == is.Method && of.Target == is.Target && maps.Equal(of.Header, is.Header)
	})
}

// refuses reports whether the answer refuses the credential that the tenant's owner has.
func (g Given) refuses() bool {
	return g.Scenario.Request.Credential == provider.Valid && g.Status != g.Scenario.Status && (g.Status == http.StatusUnauthorized || g.Status == http.StatusForbidden)
}

// Refused is the error about an answer that blames the credential; nil for another.
func (r *Recorder) Refused(g Given) error {
	if !g.refuses() {
		return nil
	}
	return r.credentialRefused(g.Target, g.Status, "")
}

// admitted names the last scenario for which the credential was taken; empty when there
// was none.
func (e *evidence) admitted() (name string) {
	for _, a := range e.answers {
		if a.Recognised && a.authenticated() && a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
			name = a.Name()
		}
	}
	return name
}

// admits reports whether the tenant takes the credential for the operation: whether a
// read call of it has its success now.
func (r *Recorder) admits(ctx context.Context, t Target) bool {
	for _, c := range t.controls() {
		if c.Operation() != t.Operation() || !c.authenticated() || c.Scenario.Status >= 300 {
			continue
		}
		for range 2 { // the first may have met one server of many
			if got, err := r.control(ctx, c); err == nil && got.Recognised && got.Status < 300 {
				return true
			}
		}
	}
	return false
}

// Persists is what an outage means that comes each time, when the tenant answers others
// as documented: nil when there is an answer to judge.
func (r *Recorder) Persists(t Target, outage *OutageError, got Answer) error {
	if got.Status != 0 {
		return nil
	}
	return r.Failed(exit.CauseLookup, t, "the tenant %s each time, and other requests as documented; set %s", outage.what, say.List(lookedUp(t), "and"))
}

// Unknown is the error about a 404 that blames the ids of the environment. One that
// another request has shown to be there is not to blame, nor is one that a look-up has
// just found, nor any when the route answers so to requests that have no such id.
func (r *Recorder) Unknown(g Given) error {
	if g.Status != http.StatusNotFound || g.Status == g.Scenario.Status || !g.authenticated() {
		return nil
	}
	var names []string
	for _, b := range g.bindings() {
		if r.Getenv(b.Var) != "" && !g.Session.knows(b) && !g.Session.lost(g.Operation(), b) {
			names = append(names, b.Var)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return r.Failed(exit.CauseID, g.Target, "the tenant answered 404, and knows no such id; check the value of %s, and the path of %s", say.List(names, "and"), g.Def.BaseVar)
}

// removed is the error about a 404 to an id that had success before in this run, when the
// request that had it is answered so too now. found remembers of which id that is known.
func (r *Recorder) removed(ctx context.Context, g Given, found map[string]bool) error {
	if !g.Recognised || g.Status != http.StatusNotFound || g.Fits() || !g.authenticated() {
		return nil
	}
	for _, b := range g.bindings() {
		gone, known := found[b.Var]
		for _, a := range slices.Backward(g.Session.answers) {
			if known || !a.Recognised || a.Status >= 300 || a.Writes() || !a.holds(b) {
				continue
			}
			got, err := r.control(ctx, a.Target)
			gone, known = err == nil && got.Recognised && got.Status == http.StatusNotFound, true
		}
		if found[b.Var] = gone; gone {
			return r.Failed(exit.CauseID, g.Target, "the tenant answered 404: what %s names had an answer before in this run, and is there no more; name another", b.Var)
		}
	}
	return nil
}

// lost reports whether a request of the operation that has no such id, or no right to
// ask for one, was answered 404 in place of what it asks for.
func (e *evidence) lost(operation string, id provider.Binding) bool {
	return slices.ContainsFunc(e.answers, func(a Given) bool {
		return a.Operation() == operation && a.Status == http.StatusNotFound && a.Scenario.Status != http.StatusNotFound && !(a.holds(id) && a.authenticated())
	})
}

// settle judges the answers in doubt. Each is asked for again, and counts when the
// vendor still answers other requests as documented after that.
func (r *Recorder) settle(ctx context.Context) {
	var settled []*Session
	for _, t := range r.Targets {
		if !slices.Contains(settled, t.Session) {
			settled = append(settled, t.Session)
			r.settleTenant(ctx, t.Session)
		}
	}
}

func (r *Recorder) settleTenant(ctx context.Context, s *Session) {
	open := s.doubts
	if len(open) == 0 {
		return
	}
	conclude := func(d Doubt, verdict error) {
		if err := d.Conclude(verdict); err != nil {
			r.Complain(d.Target, err)
		}
	}
	verdicts := make([]error, len(open))
	for i, d := range open {
		if verdicts[i] = d.Failed; d.Again != nil && !d.refuses() && s.Stopped == nil {
			verdicts[i] = d.Again()
		}
	}
	here, why := false, s.why
	if s.Stopped == nil {
		here, why = r.Present(ctx, open[0].Target)
	}
	if here {
		admitted, removed := map[string]bool{}, map[string]bool{}
		admits := func(d Doubt) bool {
			if _, known := admitted[d.Operation()]; !known {
				admitted[d.Operation()] = r.admits(ctx, d.Target)
			}
			return admitted[d.Operation()]
		}
		for i, d := range open {
			lookup := (*LookupError)(nil)
			if d.refuses() && !errors.As(d.Failed, &lookup) && !admits(d) {
				others := ""
				if s.admitted() != "" {
					others = " to this operation, and takes the credential for others"
				}
				conclude(d, r.credentialRefused(d.Target, d.Status, others))
				continue
			}
			if d.refuses() && d.Again != nil {
				verdicts[i] = d.Again()
			}
			var outage *OutageError
			if errors.As(d.Failed, &outage) && s.Unsteady && (d.Status == 0 || d.outage(d.Answer) != "") {
				verdicts[i] = d.Failed
			}
			if verdicts[i] == nil {
				verdicts[i] = cmp.Or(r.Unknown(*d.Given), r.removed(ctx, *d.Given, removed))
			}
			conclude(d, verdicts[i])
		}
		return
	}
	for _, d := range open {
		if ctx.Err() != nil {
			conclude(d, r.interrupted(d.Target))
		} else {
			conclude(d, r.gone(s, why, d))
		}
	}
}

// gone says what an answer in doubt means when the vendor does not answer the controls,
// which end with the status why if they all end alike.
func (r *Recorder) gone(s *Session, why int, d Doubt) error {
	switch {
	case s.Stopped != nil && s.Stopped.Status == exit.Throttled:
		return r.Fail(exit.Throttled, d.Target, "the tenant throttles before it was known what its answer means; try again later")
	case why == exit.Refused:
		status, until := http.StatusUnauthorized, ""
		if d.refuses() {
			status = d.Status
		}
		if name := s.admitted(); name != "" {
			until = ", and took the credential until " + name
		}
		return r.credentialRefused(d.Target, status, until)
	case why == exit.Login:
		return r.sentToLogin(d.Target)
	}
	var outage *OutageError
	switch {
	case s.unrouted:
		s.Absent = r.unrouted
	case s.Absent == nil && !s.vendor() && slices.ContainsFunc(s.doubts, func(d Doubt) bool { return !errors.As(d.Failed, &outage) }):
		s.Absent = r.NotVendor
	}
	switch {
	case errors.As(d.Failed, &outage):
		return d.Failed
	case s.Absent != nil:
		return s.Absent(d.Target)
	}
	return r.Fail(exit.Outage, d.Target, "the tenant has ceased to answer as %s documents since the run began; that is an outage, and says nothing of the contract", d.Def.Title)
}

// NotVendor is the error about an answer of somebody else.
func (r *Recorder) NotVendor(t Target) error {
	if to := t.Session.came.redirect(); to != nil {
		return r.Failed(exit.CauseMoved, t, "the tenant redirects for good, %[2]s: the API has moved, or %[1]s needs https; set %[1]s to the new place", t.Def.BaseVar, to.place(t.Def))
	}
	return r.Failed(exit.CauseNotVendor, t, "nothing that answers as %s documents stands at %s: it answered %s; check it, and what stands before the tenant", t.Def.Title, t.Def.BaseVar, t.Session.came.describe(t.Def))
}

// unrouted is the error about a base URL below which no route is. What is answered before
// routing, such as a wrong credential, is answered there as well.
func (r *Recorder) unrouted(t Target) error {
	cause, advice := exit.CauseNotVendor, "check the path of "+t.Def.BaseVar
	var ids []string
	for _, b := range t.Def.Bindings {
		if b.Lookup == nil {
			ids = append(ids, b.Var)
		}
	}
	if len(ids) > 0 {
		cause, advice = exit.CauseID, fmt.Sprintf("check the value of %s, and the path of %s", say.List(ids, "and"), t.Def.BaseVar)
	}
	return r.Failed(cause, t, "the tenant answers every read call with 404, as it does an unknown route; %s", advice)
}

// Present asks for what proves that the vendor answers now. When it does not, why is the
// exit status of all requests with the credential, if they end alike. A simulator needs
// no proof. Errors are none as long as every read call is answered 404.
func (r *Recorder) Present(ctx context.Context, of Target) (here bool, why int) {
	if of.Session.Tenant.Source == cassette.Simulated {
		return true, exit.Done
	}
	var now evidence
	routed := slices.ContainsFunc(of.Session.answers, Given.routed)
	controls := of.controls()
	for i, t := range slices.Concat(controls, controls) { // twice, for the first may have met one server of many
		refused := (why == exit.Refused || why == exit.Login) && of.Session.admitted() == ""
		if i == len(controls) && (why == exit.Unreachable || refused) {
			break
		}
		got, err := r.control(ctx, t)
		if ctx.Err() != nil {
			return false, exit.Failed
		}
		code := exit.Failed
		var busy *BusyError
		switch {
		case errors.As(err, &busy) && busy.Outage != "":
			code = exit.Outage
		case errors.As(err, &busy):
			code = exit.Throttled
		case err != nil:
			code = exit.Code(err)
		case Given{t, got}.refuses():
			code = exit.Refused
		}
		if t.authenticated() && why == exit.Done {
			why = code
		}
		if t.authenticated() && why != code {
			why = exit.Failed
		}
		status := got.Status
		if lookup := (*LookupError)(nil); errors.As(err, &lookup) {
			status = lookup.Status
		}
		routed = routed || t.Scenario.Status < 300 && status != http.StatusNotFound
		if err == nil {
			if now.hear(Given{t, got}, false); now.vendor() && routed {
				return true, exit.Done
			}
		}
	}
	of.Session.unrouted = !routed && now.vendor()
	return false, why
}

// control asks once for what others are judged by.
func (r *Recorder) control(ctx context.Context, t Target) (Answer, error) {
	if err := r.Clock.Sleep(ctx, r.Pace); err != nil {
		return Answer{}, err
	}
	recording, got, err := r.Ask(ctx, t, record.Config{Tenant: t.Session.Tenant})
	if err == nil {
		recording.Release()
		err = r.Trouble(t, got)
	}
	return got, err
}

// controls are requests that prove that the vendor answers: a read call of each
// operation, those first that have done so in this run, and an error of each status that
// has come as documented.
func (t Target) controls() (all []Target) {
	seen := map[string]bool{}
	add := func(key string, c Target) {
		if !seen[key] {
			seen[key] = true
			all = append(all, c)
		}
	}
	for _, a := range t.Session.answers {
		if a.Certain() && a.Status < 300 && a.Scenario.Status < 300 && !a.Writes() {
			add(a.Operation(), a.Target)
		}
	}
	for i := range t.Def.Scenarios {
		c := Target{Def: t.Def, Scenario: &t.Def.Scenarios[i], Session: t.Session}
		if c.Scenario.Live && c.Scenario.Status < 300 && c.authenticated() && !c.Writes() {
			add(c.Operation(), c)
		}
	}
	for _, a := range t.Session.answers {
		if a.Certain() && a.Status >= 300 && !a.Writes() {
			add(http.StatusText(a.Status), a.Target)
		}
	}
	return all
}

// Passing reports whether an answer may be one of a moment, while a credential spreads or
// one server of many knows less than the others.
func (g Given) Passing() bool { return Momentary(g.Status) && !g.Certain() }

// Momentary reports whether a status may be one of a moment.
func Momentary(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}
