package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"example.com/webhookvcr/internal/exit"

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
	answers []given
	// lookedUp says that a look-up has found an id.
	lookedUp bool
	doubts   []doubt
	// absent says that nothing of the vendor's answers there; nil as long as nobody has
	// asked.
	absent func(target) error
	// unrouted says that every read call is answered 404.
	unrouted bool
}

// given is an answer with what it was an answer to.
type given struct {
	target
	answer
}

// doubt is an answer that the contract does not describe, or does not describe as one
// to that request.
type doubt struct {
	*given
	// failed is why there is no answer to judge: an id was not found, or the tenant seemed
	// to be in trouble.
	failed error
	// again asks once more, and puts its answer in the place of the one in doubt; nil where
	// nothing depends on it.
	again func() error
	// conclude takes the verdict: nil when the answer is the vendor's.
	conclude func(error)
}

// doubt notes an answer in doubt, which is judged at the end.
func (r *recorder) doubt(ctx context.Context, d doubt) {
	d.session.doubts = append(d.session.doubts, d)
	r.note(ctx, d.target, cmp.Or(d.failed, r.refused(*d.given)))
}

// hear notes an answer; lookedUp says that a look-up has found an id for its request.
func (e *evidence) hear(g given, lookedUp bool) {
	e.answers = append(e.answers, g)
	e.lookedUp = e.lookedUp || lookedUp
}

// fits reports whether the answer is the one that the scenario is about.
func (g given) fits() bool {
	s := g.scenario
	return g.status == s.Status && (s.Type == "" || g.errorType == s.Type) && (s.MediaType == "" || g.mediaType == s.MediaType)
}

// certain reports whether the answer is the vendor's, whatever others are.
func (g given) certain() bool { return g.recognised && (g.status < 300 || g.fits()) }

// recognises reports whether an answer is what the contract says of its status. Of a
// success one documented member of its documented type is enough: then it is the
// vendor's, whatever has become of the rest. A status without a documented body proves
// nothing.
func (t target) recognises(got answer, body []byte) bool {
	status, mediaType := got.status, got.mediaType
	success := status >= 200 && status < 300
	if success {
		mediaType = ""
		for _, r := range t.def.Operation(t.operation()).Responses {
			if t.documented(status) == nil && r.Status < 300 {
				status = r.Status // another success than the documented one
			}
		}
	}
	if documented := t.documented(status); documented == nil || documented.Schema == "" {
		return false
	}
	problems, err := contract.CheckBody(t.def, t.operation(), status, mediaType, body, false)
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
		case !a.recognised:
			continue
		case a.status < 300, status != 0 && a.status != status:
			return true
		}
		status = a.status
	}
	return e.lookedUp
}

// knows reports whether a request with that id got its success.
func (e *evidence) knows(id provider.Binding) bool {
	return slices.ContainsFunc(e.answers, func(a given) bool {
		return a.recognised && a.status < 300 && slices.ContainsFunc(a.bindings(), func(b provider.Binding) bool { return b.Var == id.Var })
	})
}

// routed reports whether the answer is an error that only the operation itself gives: its
// request has nothing that is judged before routing.
func (g given) routed() bool {
	return g.certain() && g.authenticated() && json.Valid([]byte(g.scenario.Request.Body)) && slices.ContainsFunc(g.def.Scenarios, func(s provider.Scenario) bool {
		of, is := s.Request, g.scenario.Request
		return s.Status < 300 && of.Method == is.Method && of.Target == is.Target && maps.Equal(of.Header, is.Header)
	})
}

// refuses reports whether the answer refuses the credential that the tenant's owner has.
func (g given) refuses() bool {
	return g.scenario.Request.Credential == provider.Valid && g.status != g.scenario.Status && (g.status == http.StatusUnauthorized || g.status == http.StatusForbidden)
}

// refused is the error about an answer that blames the credential; nil for another.
func (r *recorder) refused(g given) error {
	if !g.refuses() {
		return nil
	}
	return r.credentialRefused(g.target, g.status, "")
}

// admitted names the last scenario for which the credential was taken; empty when there
// was none.
func (e *evidence) admitted() (name string) {
	for _, a := range e.answers {
		if a.recognised && a.authenticated() && a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
			name = a.name()
		}
	}
	return name
}

// admits reports whether the tenant takes the credential for the operation: whether a
// read call of it has its success now.
func (r *recorder) admits(ctx context.Context, t target) bool {
	for _, c := range t.controls() {
		if c.operation() != t.operation() || !c.authenticated() || c.scenario.Status >= 300 {
			continue
		}
		for range 2 { // the first may have met one server of many
			if got, err := r.control(ctx, c); err == nil && got.recognised && got.status < 300 {
				return true
			}
		}
	}
	return false
}

// persists is what an outage means that comes each time, when the tenant answers others
// as documented: nil when there is an answer to judge.
func (r *recorder) persists(t target, outage *outageError, got answer) error {
	if got.status != 0 {
		return nil
	}
	return r.failed(exit.CauseLookup, t, "the tenant %s each time, and other requests as documented; set %s", outage.what, say.List(lookedUp(t), "and"))
}

// unknown is the error about a 404 that blames the ids of the environment. One that
// another request has shown to be there is not to blame, nor is one that a look-up has
// just found, nor any when the route answers so to requests that have no such id.
func (r *recorder) unknown(g given) error {
	if g.status != http.StatusNotFound || g.status == g.scenario.Status || !g.authenticated() {
		return nil
	}
	var names []string
	for _, b := range g.bindings() {
		if r.getenv(b.Var) != "" && !g.session.knows(b) && !g.session.lost(g.operation(), b) {
			names = append(names, b.Var)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return r.failed(exit.CauseID, g.target, "the tenant answered 404, and knows no such id; check the value of %s, and the path of %s", say.List(names, "and"), g.def.BaseVar)
}

// removed is the error about a 404 to an id that had success before in this run, when the
// request that had it is answered so too now. found remembers of which id that is known.
func (r *recorder) removed(ctx context.Context, g given, found map[string]bool) error {
	if !g.recognised || g.status != http.StatusNotFound || g.fits() || !g.authenticated() {
		return nil
	}
	for _, b := range g.bindings() {
		gone, known := found[b.Var]
		for _, a := range slices.Backward(g.session.answers) {
			if known || !a.recognised || a.status >= 300 || a.writes() || !slices.ContainsFunc(a.bindings(), func(o provider.Binding) bool { return o.Var == b.Var }) {
				continue
			}
			got, err := r.control(ctx, a.target)
			gone, known = err == nil && got.recognised && got.status == http.StatusNotFound, true
		}
		if found[b.Var] = gone; gone {
			return r.failed(exit.CauseID, g.target, "the tenant answered 404: what %s names had an answer before in this run, and is there no more; name another", b.Var)
		}
	}
	return nil
}

// lost reports whether a request of the operation that has no such id, or no right to
// ask for one, was answered 404 in place of what it asks for.
func (e *evidence) lost(operation string, id provider.Binding) bool {
	return slices.ContainsFunc(e.answers, func(a given) bool {
		has := slices.ContainsFunc(a.bindings(), func(b provider.Binding) bool { return b.Var == id.Var })
		return a.operation() == operation && a.status == http.StatusNotFound && a.scenario.Status != http.StatusNotFound && !(has && a.authenticated())
	})
}

// settle judges the answers in doubt. Each is asked for again, and counts when the
// vendor still answers other requests as documented after that.
func (r *recorder) settle(ctx context.Context) {
	settled := map[*session]bool{}
	for _, t := range r.targets {
		if !settled[t.session] {
			settled[t.session] = true
			r.settleTenant(ctx, t.session)
		}
	}
}

func (r *recorder) settleTenant(ctx context.Context, s *session) {
	open := s.doubts
	if len(open) == 0 {
		return
	}
	verdicts := make([]error, len(open))
	for i, d := range open {
		if verdicts[i] = d.failed; d.again != nil && !d.refuses() && s.stopped == nil {
			verdicts[i] = d.again()
		}
	}
	here, why := false, s.why
	if s.stopped == nil {
		here, why = r.present(ctx, open[0].target)
	}
	if here {
		admitted, removed := map[string]bool{}, map[string]bool{}
		for i, d := range open {
			lookup := (*lookupError)(nil)
			switch {
			case !d.refuses():
			case errors.As(d.failed, &lookup):
				if d.again != nil {
					verdicts[i] = d.again()
				}
			default:
				if _, known := admitted[d.operation()]; !known {
					admitted[d.operation()] = r.admits(ctx, d.target)
				}
				if !admitted[d.operation()] {
					others := ""
					if s.admitted() != "" {
						others = " to this operation, and takes the credential for others"
					}
					d.conclude(r.credentialRefused(d.target, d.status, others))
					continue
				}
				if d.again != nil {
					verdicts[i] = d.again()
				}
			}
			var outage *outageError
			if errors.As(d.failed, &outage) && s.unsteady && (d.status == 0 || d.outage(d.answer) != "") {
				verdicts[i] = d.failed
			}
			if verdicts[i] == nil {
				verdicts[i] = cmp.Or(r.unknown(*d.given), r.removed(ctx, *d.given, removed))
			}
			d.conclude(verdicts[i])
		}
		return
	}
	gone := r.gone(s, why)
	for _, d := range open {
		if ctx.Err() != nil {
			d.conclude(r.interrupted(d.target))
			continue
		}
		d.conclude(gone(d))
	}
}

// gone says what the answers in doubt mean when the vendor does not answer the controls,
// which end with the status why if they all end alike.
func (r *recorder) gone(s *session, why int) func(doubt) error {
	until := ""
	if name := s.admitted(); name != "" {
		until = ", and took the credential until " + name
	}
	switch {
	case s.stopped != nil && s.stopped.Status == exit.Throttled:
		return func(d doubt) error {
			return r.fail(exit.Throttled, d.target, "the tenant throttles before it was known what its answer means; try again later")
		}
	case why == exit.Refused:
		return func(d doubt) error {
			status := http.StatusUnauthorized
			if d.refuses() {
				status = d.status
			}
			return r.credentialRefused(d.target, status, until)
		}
	case why == exit.Login:
		return func(d doubt) error { return r.sentToLogin(d.target) }
	}
	if s.unrouted {
		s.absent = r.unrouted
	}
	var outage *outageError
	if s.absent == nil && !s.vendor() && slices.ContainsFunc(s.doubts, func(d doubt) bool { return !errors.As(d.failed, &outage) }) {
		s.absent = r.notVendor
	}
	return func(d doubt) error {
		switch {
		case errors.As(d.failed, &outage):
			return d.failed
		case s.absent != nil:
			return s.absent(d.target)
		}
		return r.fail(exit.Outage, d.target, "the tenant has ceased to answer as %s documents since the run began; that is an outage, and says nothing of the contract", d.def.Title)
	}
}

// notVendor is the error about an answer of somebody else.
func (r *recorder) notVendor(t target) error {
	if to := t.session.came.redirect(); to != nil {
		return r.failed(exit.CauseMoved, t, "the tenant redirects for good, %[2]s: the API has moved, or %[1]s needs https; set %[1]s to the new place", t.def.BaseVar, to.place(t.def))
	}
	return r.failed(exit.CauseNotVendor, t, "nothing that answers as %s documents stands at %s: it answered %s; check it, and what stands before the tenant", t.def.Title, t.def.BaseVar, t.session.came.describe(t.def))
}

// unrouted is the error about a base URL below which no route is. What is answered before
// routing, such as a wrong credential, is answered there as well.
func (r *recorder) unrouted(t target) error {
	cause, advice := exit.CauseNotVendor, "check the path of "+t.def.BaseVar
	var ids []string
	for _, b := range t.def.Bindings {
		if b.Lookup == nil {
			ids = append(ids, b.Var)
		}
	}
	if len(ids) > 0 {
		cause, advice = exit.CauseID, fmt.Sprintf("check the value of %s, and the path of %s", say.List(ids, "and"), t.def.BaseVar)
	}
	return r.failed(cause, t, "the tenant answers every read call with 404, as it does an unknown route; %s", advice)
}

// present asks for what proves that the vendor answers now. When it does not, why is the
// exit status of all requests with the credential, if they end alike. A simulator needs
// no proof. Errors are none as long as every read call is answered 404.
func (r *recorder) present(ctx context.Context, of target) (here bool, why int) {
	if of.session.tenant.Source == cassette.Simulated {
		return true, exit.Done
	}
	var now evidence
	routed := slices.ContainsFunc(of.session.answers, given.routed)
	controls := of.controls()
	for i, t := range slices.Concat(controls, controls) { // twice, for the first may have met one server of many
		refused := (why == exit.Refused || why == exit.Login) && of.session.admitted() == ""
		if i == len(controls) && (why == exit.Unreachable || refused) {
			break
		}
		got, err := r.control(ctx, t)
		if ctx.Err() != nil {
			return false, exit.Failed
		}
		code := exit.Failed
		var busy *busyError
		switch {
		case errors.As(err, &busy) && busy.outage != "":
			code = exit.Outage
		case errors.As(err, &busy):
			code = exit.Throttled
		case err != nil:
			code = exit.Code(err)
		case given{t, got}.refuses():
			code = exit.Refused
		}
		if t.authenticated() && why == exit.Done {
			why = code
		}
		if t.authenticated() && why != code {
			why = exit.Failed
		}
		status := got.status
		if lookup := (*lookupError)(nil); errors.As(err, &lookup) {
			status = lookup.status
		}
		routed = routed || t.scenario.Status < 300 && status != http.StatusNotFound
		if err == nil {
			if now.hear(given{t, got}, false); now.vendor() && routed {
				return true, exit.Done
			}
		}
	}
	of.session.unrouted = !routed && now.vendor()
	return false, why
}

// control asks once for what others are judged by.
func (r *recorder) control(ctx context.Context, t target) (answer, error) {
	if err := r.clock.sleep(ctx, r.pace); err != nil {
		return answer{}, err
	}
	recording, got, err := r.ask(ctx, t, record.Config{Tenant: t.session.tenant})
	if err == nil {
		recording.Release()
		err = r.trouble(t, got)
	}
	return got, err
}

// controls are requests that prove that the vendor answers: a read call of each
// operation, those first that have done so in this run, and an error of each status that
// has come as documented.
func (t target) controls() (all []target) {
	seen := map[string]bool{}
	add := func(key string, c target) {
		if !seen[key] {
			seen[key] = true
			all = append(all, c)
		}
	}
	for _, a := range t.session.answers {
		if a.certain() && a.status < 300 && a.scenario.Status < 300 && !a.writes() {
			add(a.operation(), a.target)
		}
	}
	for i := range t.def.Scenarios {
		c := target{def: t.def, scenario: &t.def.Scenarios[i], session: t.session}
		if c.scenario.Live && c.scenario.Status < 300 && c.authenticated() && !c.writes() {
			add(c.operation(), c)
		}
	}
	for _, a := range t.session.answers {
		if a.certain() && a.status >= 300 && !a.writes() {
			add(http.StatusText(a.status), a.target)
		}
	}
	return all
}
