package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/screen"

	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/simulator"
)

// recorder is what refresh and check share: whom they ask, how patiently, and
// what the user sees of it.
type recorder struct {
	simulate, write, quiet bool
	maxWait, pace, timeout time.Duration
	getenv                 func(string) string
	clock                  clock
	stderr                 io.Writer
	targets                []target
	pointers               pointers
	acceptDrift            bool
	// lenient says that a provider which lacks variables stops no other.
	lenient bool
	// asked and total count the scenarios that a tenant is asked for; a simulator
	// is too fast for progress.
	asked, total int
	// undone is what messages say of a scenario that failed: "not written".
	undone string
	// complaints are what is to be said of the scenarios that were in doubt.
	complaints []complaint
}

// recorderFlags are those of a command that asks a tenant for scenarios.
func recorderFlags(f *pflag.FlagSet, r *recorder, pace time.Duration, each string) {
	f.DurationVar(&r.maxWait, "max-wait", 2*time.Minute, "how long to wait for a scenario in all when the tenant throttles, and in the whole run for an outage to end")
	f.DurationVar(&r.pace, "pace", pace, "how long to wait before each "+each+" of a live tenant")
	f.DurationVar(&r.timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
	f.BoolVar(&r.quiet, "quiet", false, "say nothing of progress on stderr")
	pointerFlags(f, &r.pointers)
}

// durations makes sure that the times to wait are such.
func (r *recorder) durations() error {
	switch {
	case r.pace < 0:
		return exit.Errorf(exit.Usage, "--pace %v: give 0s or more", r.pace)
	case r.maxWait < 0:
		return exit.Errorf(exit.Usage, "--max-wait %v: give 0s or more", r.maxWait)
	case r.timeout <= 0:
		return exit.Errorf(exit.Usage, "--timeout %v: give more than 0s", r.timeout)
	}
	return nil
}

// begin chooses the scenarios that have a tenant.
func (r *recorder) begin(args []string, stderr io.Writer) error {
	r.stderr = stderr
	if err := r.durations(); err != nil {
		return err
	}
	targets, err := choose(args)
	if err != nil {
		return err
	}
	if err := r.pointers.check(targets, r.acceptDrift); err != nil {
		return err
	}
	sessions, err := r.tenants(targets, len(args) > 0)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.session = sessions[t.def]; t.session != nil {
			r.targets = append(r.targets, t)
		}
	}
	return nil
}

// tenants finds where each provider is recorded. A provider that the command line names
// must have its variables, unless the command is lenient; otherwise one that has some of
// them is skipped, which the exit status says, and one that has none is left out.
func (r *recorder) tenants(targets []target, named bool) (map[*provider.Definition]*session, error) {
	sessions := map[*provider.Definition]*session{}
	tried := map[*provider.Definition]bool{}
	var missing, leftOut, mistakes []string
	complete := false
	for _, t := range targets {
		if tried[t.def] {
			continue
		}
		tried[t.def] = true
		lacks, begun := r.lacks(t.def)
		switch line := t.def.Name + ": " + say.List(lacks, "and"); {
		case r.simulate:
			sessions[t.def] = &session{tenant: record.Tenant{Source: cassette.Simulated}}
			complete = true
		case len(lacks) > 0 && (named || begun):
			missing = append(missing, line)
			sessions[t.def] = &session{tenant: record.Tenant{Source: cassette.Live}, stopped: &exit.Error{Status: exit.Missing}}
		case len(lacks) > 0:
			leftOut = append(leftOut, line)
		default:
			s, err := r.live(t.def)
			if err != nil {
				mistakes = append(mistakes, fmt.Sprintf("%s: %v", t.def.Name, err))
			}
			sessions[t.def], complete = s, true
		}
	}
	if len(mistakes) > 0 {
		return nil, exit.Errorf(exit.Usage, "%s", strings.Join(mistakes, "\n"))
	}
	if !complete {
		missing = append(missing, leftOut...)
	}
	if len(missing) > 0 && (named && !r.lenient || !complete) {
		return nil, exit.Errorf(exit.Missing, "variables that a recording needs are not set\n\t%s\nset them to your tenant's values, or record the built-in simulator with --simulate", strings.Join(missing, "\n\t"))
	}
	for _, line := range missing {
		fmt.Fprintf(r.stderr, "skipped, for want of variables: %s\n", line)
	}
	for _, line := range leftOut {
		fmt.Fprintf(r.stderr, "left out, for want of variables: %s\n", line)
	}
	return sessions, nil
}

// lacks lists the variables that a live recording cannot do without and the
// environment does not have. begun says that it has others: then they were
// forgotten.
func (r *recorder) lacks(def *provider.Definition) (names []string, begun bool) {
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
		if r.getenv(name) == "" {
			names = append(names, name)
		}
	}
	return names, len(names) < len(required)
}

// environmentHelp lists the variables of a live run.
func environmentHelp() string {
	var t screen.Table
	for _, def := range provider.All() {
		base := "base URL of your tenant, such as " + strings.Replace(def.BaseURL, "sample-api", "acme", 1)
		if def.BaseDefault != "" {
			base = "base URL (default " + def.BaseDefault + ")"
		}
		t.Add("  "+def.TokenVar, "your credential for "+def.Title)
		t.Add("  "+def.BaseVar, base)
		for _, s := range def.Bindings {
			if s.Lookup != nil {
				t.Add("  "+s.Var, "your value for "+s.Placeholder+" (default: "+s.Lookup.What+")")
			} else {
				t.Add("  "+s.Var, "your value for "+s.Placeholder)
			}
		}
	}
	var b strings.Builder
	t.Print(&b) // a strings.Builder takes everything
	return b.String()
}

// live reads the tenant from the environment and proves that its values can be
// recorded with, so that a mistake is told once and before anything is sent.
func (r *recorder) live(def *provider.Definition) (*session, error) {
	tenant, err := record.LiveTenant(def, r.getenv, r.clock.now().UTC().Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	s := &session{tenant: tenant, write: r.write, came: &came{}}
	s.tenant.Transport = toTenant(s.came)
	_, err = record.New(record.Config{Config: exchange.Config{Definition: def}, Tenant: s.tenant})
	return s, err
}

// simulated is the simulator in the state that the scenario needs.
func simulated(t target) (record.Tenant, error) {
	handler, err := simulator.New(t.def, t.scenario.Switch)
	if err != nil {
		return record.Tenant{}, err
	}
	base, token, env := simulator.Tenant(t.def)
	return record.Tenant{
		BaseURL: base, Token: token, Source: cassette.Simulated,
		Getenv:    func(name string) string { return env[name] },
		Transport: simulator.Transport(handler),
	}, nil
}

// session is what is known of a tenant while its scenarios are recorded.
type session struct {
	tenant record.Tenant
	// write says that scenarios which change the tenant are recorded as well.
	write bool
	evidence
	// stopped is the failure that every further scenario would meet as well.
	stopped *exit.Error
	// why is the exit status of the controls that have shown it, see present.
	why int
	// waited is how long the run has waited for an outage to end.
	waited time.Duration
	// unsteady says that a request was answered, and a moment later met an outage: then
	// one that comes each time may be chance.
	unsteady bool
	// failures counts the scenarios that have failed in a row.
	failures int
	// came are the answers as they came, of look-ups as well.
	came *came
}

// maxFailures is how many scenarios get no answer in a row before the controls are
// asked. When these get none either, the rest is skipped; one broken route says nothing
// of the others.
const maxFailures = 2

// note decides what a failure ends; nil says that the scenario got its answer.
func (r *recorder) note(ctx context.Context, t target, err error) {
	s := t.session
	var e *exit.Error
	errors.As(err, &e)
	lookup := (*lookupError)(nil)
	switch code := exit.Code(err); {
	case err == nil:
		s.failures = 0
	case errors.As(err, &lookup): // says nothing of requests that need none
	case code == exit.Throttled:
		s.stopped = e
	case code == exit.Unreachable, code == exit.Outage, code == exit.Refused, code == exit.Login:
		if s.failures++; s.failures < maxFailures || r.asked >= r.total {
			return
		}
		s.failures = 0
		if here, why := r.present(ctx, t); !here {
			s.stopped, s.why = e, why
		}
	}
}

// asks reports whether the scenario's request will be sent: what changes a tenant
// is only sent when the user has said so.
func (t target) asks() bool {
	return t.session.tenant.Source == cassette.Simulated || t.scenario.Live && (t.session.write || !t.writes())
}

// tenant is whom the scenario asks: the simulator has a state for each.
func (t target) tenant() (record.Tenant, error) {
	if t.session.tenant.Source == cassette.Simulated {
		return simulated(t)
	}
	return t.session.tenant, nil
}

// expect counts the scenarios that a tenant will be asked for.
func (r *recorder) expect(wanted func(target) bool) {
	for _, t := range r.targets {
		if t.asks() && !r.simulate && t.session.stopped == nil && wanted(t) {
			r.total++
		}
	}
}

// progress says that a scenario's request is about to be sent.
func (r *recorder) progress(t target) {
	if r.total > 0 {
		r.asked++
	}
	if r.total > 0 && !r.quiet {
		fmt.Fprintf(r.stderr, "%d/%d %s\n", r.asked, r.total, t.name())
	}
}

// each runs f for the targets, one after the other, and then judges what stands in
// doubt.
func (r *recorder) each(ctx context.Context, f func(target) error) {
	for _, t := range r.targets {
		if err := f(t); err != nil {
			fmt.Fprintf(r.stderr, "%v\n", err)
			r.note(ctx, t, err)
		}
	}
	r.settle(ctx)
}

// complaint is why a scenario failed.
type complaint struct {
	target
	err error
}

// complain notes why a scenario has failed that was in doubt.
func (r *recorder) complain(t target, err error) {
	r.complaints = append(r.complaints, complaint{t, err})
}

// say says why the scenarios failed that were in doubt: the many that did for one reason
// in one line.
func (r *recorder) say() {
	kind := func(c complaint) string { return c.def.Name + " " + r.message(c.target, c.err) }
	alike := map[string]int{}
	for _, c := range r.complaints {
		alike[kind(c)]++
	}
	for _, c := range r.complaints {
		switch n := alike[kind(c)]; {
		case n > maxAlike:
			fmt.Fprintf(r.stderr, "%s %s %s: %s\n", c.def.Name, say.Count(n, "scenario"), r.undone, r.message(c.target, c.err))
			alike[kind(c)] = 0
		case n > 0:
			fmt.Fprintf(r.stderr, "%v\n", c.err)
		}
	}
	r.complaints = nil
}

// ask sends the scenario's request once. The recording holds what came back; its
// claim on the target file is the caller's to release.
func (r *recorder) ask(ctx context.Context, t target, config record.Config) (*record.Recording, answer, error) {
	// The commit names every problem again, sorted and with the next step, and a check
	// finds them itself.
	config.Config = exchange.Config{Definition: t.def, Report: exchange.Silent{}, Bare: true}
	config.Scenario, config.Name, config.Varies = t.scenario, t.name(), t.scenario.Varies
	config.Spell = r.pointers.spell
	own := r.pointers.of(t.def, r.acceptDrift)
	config.Keep, config.Redact = append(own.keep, config.Keep...), own.redact
	recording, err := record.New(config)
	if err != nil {
		return nil, answer{}, exit.Errorf(exit.Failed, "%v", err)
	}
	rt := recording.Transport()
	defer rt.Close()
	bounded, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	first, err := send(bounded, t, rt)
	if err != nil {
		recording.Release()
		return nil, first, r.classify(ctx, t, err)
	}
	r.pointers.note(recording)
	if places := recording.Misredacted(); len(places) > 0 && !r.acceptDrift {
		recording.Release()
		return nil, first, r.fail(exit.Usage, t, misredacted, say.List(places, "and"))
	}
	t.session.hear(given{t, first}, len(t.bindings()) > len(r.idsFromEnvironment(t)))
	return recording, first, nil
}

// answer is the first answer of a scenario, in placeholders.
type answer struct {
	status                                int
	mediaType, location, retry, errorType string
	empty, json                           bool // the body
	// recognised says that it is what the contract says of it, see target.recognises.
	recognised bool
}

// send makes the scenario's request, and follows the redirect when the scenario
// is about one.
func send(ctx context.Context, t target, rt http.RoundTripper) (answer, error) {
	var first answer
	client := &http.Client{
		Transport: observer{rt, t, &first},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if !t.scenario.Follow || len(via) > 3 || !strings.HasPrefix(next.URL.String(), t.def.BaseURL+"/") {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	req, err := scenario.Request(ctx, t.def, t.scenario)
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
	asked target
	first *answer
}

func (o observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil || o.first.status != 0 {
		return resp, err
	}
	o.first.status = resp.StatusCode
	o.first.mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
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
		o.first.errorType = tagged.Type
	}
	o.first.recognised = o.asked.recognises(*o.first, body)
	return resp, nil
}

// transport marks the errors of a tenant that gives no answer, and notes the answers.
type transport struct {
	next http.RoundTripper
	came *came
}

// toTenant is the way to a live tenant.
func toTenant(answers *came) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return &proxyError{resp.StatusCode, true}
		}
		return nil
	}
	return transport{t, answers}
}

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &unreachableError{err}
	}
	if resp.StatusCode == http.StatusProxyAuthRequired { // no tenant's own
		resp.Body.Close()
		proxy, _ := http.ProxyFromEnvironment(req)
		return nil, &unreachableError{&proxyError{resp.StatusCode, proxy != nil}}
	}
	resp.Body = &answerBody{ReadCloser: resp.Body, note: t.came.note(req, resp)}
	return resp, nil
}

// answerBody marks the errors of a tenant whose answer breaks off, and notes what has
// come when there is no more.
type answerBody struct {
	io.ReadCloser
	note  func(begin []byte, size int)
	begin []byte
	size  int
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.size += n
	b.begin = append(b.begin, p[:min(n, beginning-len(b.begin))]...)
	if err != nil && err != io.EOF {
		err = &unreachableError{err}
	}
	return n, err
}

func (b *answerBody) Close() error {
	if b.note != nil {
		b.note(b.begin, b.size)
	}
	b.note = nil
	return b.ReadCloser.Close()
}

type unreachableError struct{ err error }

func (e *unreachableError) Error() string { return e.err.Error() }
func (e *unreachableError) Unwrap() error { return e.err }

// proxyError is an answer of a proxy in the place of the tenant's.
type proxyError struct {
	status int
	// ours says that the environment names a proxy for the request.
	ours bool
}

const theProxy = "the proxy that HTTPS_PROXY or HTTP_PROXY names"

func (e *proxyError) Error() string {
	switch {
	case !e.ours:
		return fmt.Sprintf("it demands a user and a password as a proxy does (%d), and neither HTTPS_PROXY nor HTTP_PROXY names one for it", e.status)
	case e.status == http.StatusProxyAuthRequired:
		return theProxy + " demands a user and a password in its URL (407)"
	}
	return fmt.Sprintf("%s answers %d", theProxy, e.status)
}
