// Package session asks a tenant, or the simulator, for scenarios, and judges whose the
// answers are: the vendor's, a gateway's, or those of a tenant in trouble. It waits as the
// tenant demands, and what is in doubt it asks for again. What is made of the answers is
// the business of check, refresh and doctor. It finds what the arguments of commands name,
// too: providers, scenarios, cassettes.
package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/scenario"
)

// Recorder is what refresh and check share: whom they ask, how patiently, and
// what the user sees of it.
type Recorder struct {
	Simulate, Write, Quiet bool
	MaxWait, Pace, Timeout time.Duration
	Getenv                 func(string) string
	Clock                  Clock
	Stderr                 io.Writer
	Targets                []Target
	Pointers               Pointers
	AcceptDrift            bool
	// Lenient says that a provider which lacks variables stops no other.
	Lenient bool
	// asked and total count the scenarios that a tenant is asked for; a simulator
	// is too fast for progress.
	asked, total int
	// Undone is what messages say of a scenario that failed: "not written".
	Undone string
	// complaints are what is to be said of the scenarios that were in doubt.
	complaints []complaint
}

// Durations makes sure that the times to wait are such.
func (r *Recorder) Durations() error {
	switch {
	case r.Pace < 0:
		return exit.Errorf(exit.Usage, "--pace %v: give 0s or more", r.Pace)
	case r.MaxWait < 0:
		return exit.Errorf(exit.Usage, "--max-wait %v: give 0s or more", r.MaxWait)
	case r.Timeout <= 0:
		return exit.Errorf(exit.Usage, "--timeout %v: give more than 0s", r.Timeout)
	}
	return nil
}

// Begin chooses the scenarios that have a tenant.
func (r *Recorder) Begin(args []string, stderr io.Writer) error {
	r.Stderr = stderr
	if err := r.Durations(); err != nil {
		return err
	}
	targets, err := Choose(args)
	if err != nil {
		return err
	}
	if err := r.Pointers.Check(targets, r.AcceptDrift); err != nil {
		return err
	}
	sessions, err := r.tenants(targets, len(args) > 0)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.Session = sessions[t.Def]; t.Session != nil {
			r.Targets = append(r.Targets, t)
		}
	}
	return nil
}

// tenants finds where each provider is recorded. A provider that the command line names
// must have its variables, unless the command is lenient; otherwise one that has some of
// them is skipped, which the exit status says, and one that has none is left out.
func (r *Recorder) tenants(targets []Target, named bool) (map[*provider.Definition]*Session, error) {
	sessions := map[*provider.Definition]*Session{}
	var missing, leftOut, mistakes []string
	complete := false
	for _, def := range Definitions(targets) {
		lacks, begun := r.Lacks(def)
		switch line := def.Name + ": " + say.List(lacks, "and"); {
		case r.Simulate:
			sessions[def] = &Session{Tenant: record.Tenant{Source: cassette.Simulated}}
			complete = true
		case len(lacks) > 0 && (named || begun):
			missing = append(missing, line)
			sessions[def] = &Session{Tenant: record.Tenant{Source: cassette.Live}, Stopped: &exit.Error{Status: exit.Missing}}
		case len(lacks) > 0:
			leftOut = append(leftOut, line)
		default:
			s, err := r.Live(def)
			if err != nil {
				mistakes = append(mistakes, fmt.Sprintf("%s: %v", def.Name, err))
			}
			sessions[def], complete = s, true
		}
	}
	if err := exit.Mistakes(mistakes); err != nil {
		return nil, err
	}
	if !complete {
		missing = append(missing, leftOut...)
	}
	if len(missing) > 0 && (named && !r.Lenient || !complete) {
		return nil, exit.Errorf(exit.Missing, "variables that a recording needs are not set\n\t%s\nset them to your tenant's values, or record the built-in simulator with --simulate", strings.Join(missing, "\n\t"))
	}
	for _, line := range missing {
		fmt.Fprintf(r.Stderr, "skipped, for want of variables: %s\n", line)
	}
	for _, line := range leftOut {
		fmt.Fprintf(r.Stderr, "left out, for want of variables: %s\n", line)
	}
	return sessions, nil
}

// Lacks lists the variables that a live recording cannot do without and the
// environment does not have. begun says that it has others: then they were
// forgotten.
func (r *Recorder) Lacks(def *provider.Definition) (names []string, begun bool) {
	var required []string
	if def.BaseDefault == "" {
		required = append(required, def.BaseVar)
	}
	required = append(required, def.TokenVar)
	for _, s := range def.Bindings {
		if s.Lookup == nil {
			required = append(required, s.Var)
		}
	}
	for _, name := range required {
		if r.Getenv(name) == "" {
			names = append(names, name)
		}
	}
	return names, len(names) < len(required)
}

// Live reads the tenant from the environment and proves that its values can be
// recorded with, so that a mistake is told once and before anything is sent.
func (r *Recorder) Live(def *provider.Definition) (*Session, error) {
	tenant, err := record.LiveTenant(def, r.Getenv, r.Clock.Now().UTC().Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	s := &Session{Tenant: tenant, write: r.Write, came: &came{}}
	s.Tenant.Transport = toTenant(s.came)
	_, err = record.New(record.Config{Config: exchange.Config{Definition: def}, Tenant: s.Tenant})
	return s, err
}

// Session is what is known of a tenant while its scenarios are recorded.
type Session struct {
	Tenant record.Tenant
	// write says that scenarios which change the tenant are recorded as well.
	write bool
	evidence
	// Stopped is the failure that every further scenario would meet as well.
	Stopped *exit.Error
	// why is the exit status of the controls that have shown it, see Present.
	why int
	// waited is how long the run has waited for an outage to end.
	waited time.Duration
	// Unsteady says that a request was answered, and a moment later met an outage: then
	// one that comes each time may be chance.
	Unsteady bool
	// failures counts the scenarios that have failed in a row.
	failures int
	// came are the answers as they came, of look-ups as well.
	came *came
}

// maxFailures is how many scenarios get no answer in a row before the controls are
// asked. When these get none either, the rest is skipped; one broken route says nothing
// of the others.
const maxFailures = 2

// Note decides what a failure ends; nil says that the scenario got its answer.
func (r *Recorder) Note(ctx context.Context, t Target, err error) {
	s := t.Session
	var e *exit.Error
	errors.As(err, &e)
	lookup := (*LookupError)(nil)
	switch code := exit.Code(err); {
	case err == nil:
		s.failures = 0
	case errors.As(err, &lookup): // says nothing of requests that need none
	case code == exit.Throttled:
		s.Stopped = e
	case code == exit.Unreachable, code == exit.Outage, code == exit.Refused, code == exit.Login:
		if s.failures++; s.failures < maxFailures || r.asked >= r.total {
			return
		}
		s.failures = 0
		if here, why := r.Present(ctx, t); !here {
			s.Stopped, s.why = e, why
		}
	}
}

// Expect counts the scenarios that a tenant will be asked for.
func (r *Recorder) Expect(wanted func(Target) bool) {
	for _, t := range r.Targets {
		if t.Asks() && !r.Simulate && t.Session.Stopped == nil && wanted(t) {
			r.total++
		}
	}
}

// Progress says that a scenario's request is about to be sent.
func (r *Recorder) Progress(t Target) {
	if r.total > 0 {
		r.asked++
	}
	if r.total > 0 && !r.Quiet {
		fmt.Fprintf(r.Stderr, "%d/%d %s\n", r.asked, r.total, t.Name())
	}
}

// Each runs f for the targets, one after the other, and then judges what stands in
// doubt.
func (r *Recorder) Each(ctx context.Context, f func(Target) error) {
	for _, t := range r.Targets {
		if err := f(t); err != nil {
			fmt.Fprintf(r.Stderr, "%v\n", err)
			r.Note(ctx, t, err)
		}
	}
	r.settle(ctx)
}

// complaint is why a scenario failed.
type complaint struct {
	Target
	err error
}

// Complain notes why a scenario has failed that was in doubt.
func (r *Recorder) Complain(t Target, err error) {
	r.complaints = append(r.complaints, complaint{t, err})
}

// Say says why the scenarios failed that were in doubt: the many that did for one reason
// in one line.
func (r *Recorder) Say() {
	kind := func(c complaint) string { return c.Def.Name + " " + r.Message(c.Target, c.err) }
	Folded(r.complaints, kind, func(c complaint, n int) {
		if n > 1 {
			fmt.Fprintf(r.Stderr, "%s %s %s: %s\n", c.Def.Name, say.Count(n, "scenario"), r.Undone, r.Message(c.Target, c.err))
		} else {
			fmt.Fprintf(r.Stderr, "%v\n", c.err)
		}
	})
	r.complaints = nil
}

// Ask sends the scenario's request once. The recording holds what came back; its
// claim on the target file is the caller's to release.
func (r *Recorder) Ask(ctx context.Context, t Target, config record.Config) (*record.Recording, Answer, error) {
	// The commit names every problem again, sorted and with the next step, and a check
	// finds them itself.
	config.Config = exchange.Config{Definition: t.Def, Report: exchange.Silent{}, Bare: true}
	config.Scenario, config.Name, config.Varies = t.Scenario, t.Name(), t.Scenario.Varies
	config.Spell = r.Pointers.Spell
	own := r.Pointers.Of(t.Def, r.AcceptDrift)
	config.Keep, config.Redact = append(own.Keep, config.Keep...), own.Redact
	recording, err := record.New(config)
	if err != nil {
		return nil, Answer{}, exit.Errorf(exit.Failed, "%v", err)
	}
	rt := recording.Transport()
	defer rt.Close()
	bounded, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	first, err := send(bounded, t, rt)
	if err != nil {
		recording.Release()
		return nil, first, r.Classify(ctx, t, err)
	}
	r.Pointers.Note(recording)
	if places := recording.Misredacted(); len(places) > 0 && !r.AcceptDrift {
		recording.Release()
		return nil, first, r.Fail(exit.Usage, t, Misredacted, say.List(places, "and"))
	}
	lookedUp := slices.ContainsFunc(t.bindings(), func(b provider.Binding) bool { return r.Getenv(b.Var) == "" })
	t.Session.hear(Given{t, first}, lookedUp)
	return recording, first, nil
}

// Answer is the first answer of a scenario, in placeholders.
type Answer struct {
	Status                                int
	MediaType, location, retry, ErrorType string
	empty, json                           bool // the body
	// Recognised says that it is what the contract says of it, see Target.recognises.
	Recognised bool
}

// send makes the scenario's request, and follows the redirect when the scenario
// is about one.
func send(ctx context.Context, t Target, rt http.RoundTripper) (Answer, error) {
	var first Answer
	client := &http.Client{
		Transport: observer{rt, t, &first},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if !t.Scenario.Follow || len(via) > 3 || !strings.HasPrefix(next.URL.String(), t.Def.BaseURL+"/") {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	req, err := scenario.Request(ctx, t.Def, t.Scenario)
	if err != nil {
		return first, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return first, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return first, err
}

// observer notes the first answer that passes.
type observer struct {
	next  http.RoundTripper
	asked Target
	first *Answer
}

func (o observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil || o.first.Status != 0 {
		return resp, err
	}
	o.first.Status = resp.StatusCode
	o.first.MediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	o.first.location, o.first.retry = resp.Header.Get("Location"), resp.Header.Get("Retry-After")
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	o.first.empty, o.first.json = len(body) == 0, json.Valid(body)
	var tagged struct {
		Type string `json:"type"`
	}
	if resp.StatusCode >= 400 && json.Unmarshal(body, &tagged) == nil {
		o.first.ErrorType = tagged.Type
	}
	o.first.Recognised = o.asked.recognises(*o.first, body)
	return resp, nil
}
